"""How Streamlit is set up to serve, read without starting it; and who may then come in.

Without sign-in whoever opens a page is the product's one user. So only this very
machine may: `require_inside` is asked before a server listens, and again by
the frame around every page, for nobody has to start a server by `serve`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tbdx.model import TbdxError
from tbdx.settings import ROOT

_SIGN_IN_NEEDS = {"redirect_uri", "cookie_secret"}


@dataclass(frozen=True)
class Serving:
    """Streamlit's options and secrets, from the files that it reads itself.

    `options` are by section and name as in config.toml. `secret_files` are those
    that exist. Secrets that stand elsewhere (secrets.files) are not seen: then
    sign-in counts as missing, which errs on the safe side.
    """

    options: Mapping[str, Mapping[str, Any]]
    secrets: Mapping[str, Any]
    secret_files: tuple[Path, ...]
    environment: Mapping[str, str]

    @classmethod
    def read(
        cls,
        root: Path = ROOT,
        home: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Read what stands in `.streamlit` of the home folder and, before that, of `root`.

        Raises TbdxError: settings-unreadable.
        """
        folders = [(home or Path.home()) / ".streamlit", root / ".streamlit"]
        options: dict[str, dict[str, Any]] = {}
        for folder in folders:
            for section, values in _read(folder / "config.toml").items():
                options.setdefault(section, {}).update(values)
        secret_files = [path for f in folders if (path := f / "secrets.toml").is_file()]
        secrets: dict[str, Any] = {}
        for path in secret_files:
            secrets |= _read(path)
        return cls(
            options,
            secrets,
            tuple(secret_files),
            os.environ if environment is None else environment,
        )

    def option(self, name: str, default: Any) -> Any:
        """An option such as "server.maxUploadSize", of the type of its default.

        The environment (STREAMLIT_SERVER_MAX_UPLOAD_SIZE) comes before the files.
        Raises TbdxError: settings-unreadable.
        """
        section, _, key = name.partition(".")
        snake = re.sub("(?<=[a-z])(?=[A-Z])", "_", key)
        variable = f"STREAMLIT_{section}_{snake}".upper()
        given = self.environment.get(variable)
        if given is None:
            return self.options.get(section, {}).get(key, default)
        if isinstance(default, bool):
            return given.strip().lower() in ("1", "true", "yes", "on")
        try:
            return type(default)(given)
        except ValueError as error:
            raise TbdxError("settings-unreadable", found=variable, reason=str(error)) from error

    @cached_property
    def signs_in(self) -> bool:
        """Whether people sign in, by OpenID Connect."""
        auth = self.secrets.get("auth")
        return isinstance(auth, dict) and all(auth.get(name) for name in _SIGN_IN_NEEDS)

    @property
    def cookie_secret(self) -> str:
        """What cookies are signed with; empty where every start makes one up."""
        auth = self.secrets.get("auth")
        own = auth.get("cookie_secret") if isinstance(auth, dict) else None
        return str(own or self.option("server.cookieSecret", ""))


def require_inside(
    address: str | None, host: str | None = None, serving: Serving | None = None
) -> None:
    """Let only this machine in while nobody signs in.

    `address` is what the server listens on, None for every one; `host` is what the
    browser's address line names, where a browser asks; `serving` is read where not given.
    Raises TbdxError: sign-in-needed, settings-unreadable.
    """
    asked = (address or "0.0.0.0", host)  # noqa: S104 (what Streamlit listens on by default)
    outside = [name for name in asked if name is not None and not is_loopback(name)]
    if outside and not (serving or Serving.read()).signs_in:
        raise TbdxError("sign-in-needed", found=outside[0])


def is_loopback(host: str) -> bool:
    """Whether a name or address, with or without a port, is this machine's own."""
    bare = host if host.count(":") < 2 or host.startswith("[") else f"[{host}]"  # ::1
    try:
        name = urlsplit(f"//{bare}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _read(path: Path) -> dict[str, Any]:
    """A TOML file; nothing for one that is not there. Raises TbdxError: settings-unreadable."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise TbdxError("settings-unreadable", found=str(path), reason=str(error)) from error
