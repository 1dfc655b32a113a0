"""Whoever takes something out of the pages: the record is told first, or there is nothing to take."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from tbdx.model import TbdxError
from tbdx.provenance import Taking
from tbdx.ui import signing
from tbdx.ui.shell import Page

_log = logging.getLogger("tbdx")


def taken(page: Page, what: str, details: Mapping[str, object], by: str = "") -> Taking:
    """When something is taken out, once the record was told by whom; the page's user, unless given.

    `what` and `details` are those of `Office.exported`. Raises its error where the record
    cannot be told, or sign-in-expired: that goes to the log, for the browser says only that
    the download failed. Runs beside the page, so it uses nothing of its session.
    """
    try:
        signing.require_current(page.claims)
        code = page.service.office.exported(what, details, by=by or page.user)
    except TbdxError:
        _log.exception(
            "nothing was taken out: the sign-in is over, or the record could not be told"
        )
        raise
    return Taking(datetime.now(UTC), code)
