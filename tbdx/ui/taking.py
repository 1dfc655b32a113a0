"""Whoever takes something out of the pages: the record is told first, or there is nothing to take."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tbdx.model import TbdxError
from tbdx.provenance import Taking
from tbdx.ui.shell import Page

_log = logging.getLogger("tbdx")


def while_current(page: Page, content: Callable[[], bytes]) -> bytes:
    """What a download holds, while its page is still one that its reader may have.

    A page can stay open after a sign-in is over, or a role is taken away: then its buttons give
    nothing. The reason goes to the log, for the browser says only that the download failed.
    Raises TbdxError: as `Page.require_current`. Runs beside the page.
    """
    try:
        page.require_current()
    except TbdxError:
        _log.warning("nothing was taken out of a page that is over", exc_info=True)
        raise
    return content()


def taken(page: Page, what: str, details: Mapping[str, object], by: str = "") -> Taking:
    """When something is taken out, once the record was told by whom; the page's user, unless given.

    `what` and `details` are those of `Office.exported`. Raises its error where the record
    cannot be told: that goes to the log, for the browser says only that the download failed.
    Runs beside the page, so it uses nothing of its session.
    """
    try:
        code = page.service.office.exported(what, details, by=by or page.user)
    except TbdxError:
        _log.exception("nothing was taken out, since the record could not be told of it")
        raise
    return Taking(datetime.now(UTC), code)
