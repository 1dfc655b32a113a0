"""A real OpenID Connect provider, and a dashboard that sends people to it."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from conftest import ROOT, App, running_app_at
from playwright.sync_api import Page, expect
from servers import NAME, free_port, nginx

from tbdx.access import Role
from tbdx.service import Service
from tbdx.settings import Settings

_HOME = ROOT / "tests" / "provider"
METADATA = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Account:
    """Somebody whom the provider knows. `claims` are those of the ID token beside sub.

    With `roles` they are entered in the dashboard as well, by their address.
    """

    login: str
    claims: Mapping[str, object]
    roles: tuple[Role, ...] = (Role.ADMINISTRATOR,)
    lifetime: int = 3600  # of the ID token, in seconds
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def enter(self, page: Page) -> None:
        """Sign in on the provider's page."""
        page.get_by_label("Account").fill(self.login)
        page.get_by_label("Password").fill(self.password)
        page.get_by_role("button", name="Continue", exact=True).click()


@dataclass(frozen=True)
class Provider:
    """A running provider and the one client that it knows."""

    issuer: str
    client_id: str
    client_secret: str

    def secrets(self, redirect_uri: str, name: str = "") -> str:
        """A secrets.toml for a dashboard; with a `name` the provider is a named one."""
        return (
            f'[auth]\nredirect_uri = "{redirect_uri}"\n'
            f'cookie_secret = "{secrets.token_hex(32)}"\n'
            f"{f'[auth.{name}]' if name else ''}\n"
            f'client_id = "{self.client_id}"\n'
            f'client_secret = "{self.client_secret}"\n'
            f'server_metadata_url = "{self.issuer}{METADATA}"\n'
        )


@contextmanager
def running_provider(accounts: Sequence[Account], *redirect_uris: str) -> Iterator[Provider]:
    """The provider with these accounts, for dashboards that are called back at these addresses."""
    node = shutil.which("node") or shutil.which("nodejs")
    if not node or not (_HOME / "node_modules").is_dir():
        pytest.fail("node or the provider's modules were not found. Run `make provider`.")
    client_id, client_secret = "tbdx", secrets.token_urlsafe(32)
    told = {
        "client": {
            "client_id": client_id,
            "client_secret": client_secret,
            "redirect_uris": redirect_uris,
            "post_logout_redirect_uris": redirect_uris,
        },
        "accounts": [
            {
                "login": account.login,
                "password": account.password,
                "lifetime": account.lifetime,
                "claims": {"sub": account.login, **account.claims},
            }
            for account in accounts
        ],
    }
    with (
        TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            [node, str(_HOME / "server.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        ) as server,
    ):
        try:
            assert server.stdin
            assert server.stdout
            server.stdin.write(json.dumps(told) + "\n")
            server.stdin.flush()
            said = server.stdout.readline()
            if not said:
                server.wait(timeout=10)
                errors.seek(0)
                pytest.fail(f"the provider did not start:\n{errors.read()}")
            yield Provider(json.loads(said)["issuer"], client_id, client_secret)
        finally:
            server.terminate()


@dataclass(frozen=True)
class Office:
    """A dashboard that people sign in to at `url`, and the provider that vouches for them."""

    url: str
    app: App
    provider: Provider


@contextmanager
def running_office(
    folder: Path,
    accounts: Sequence[Account],
    *,
    name: str = "",
    behind_nginx: bool = False,
    **settings: object,
) -> Iterator[Office]:
    """A dashboard with sign-in, its provider and its people; `settings` as for `running_app`.

    With a `name` the provider is a named one in the secrets. Behind nginx people come by TLS.
    """
    port, outside = free_port(), free_port()
    url = f"https://{NAME}:{outside}" if behind_nginx else f"http://127.0.0.1:{port}"
    callback = f"{url}/oauth2callback"
    with ExitStack() as running:
        provider = running.enter_context(running_provider(accounts, callback))
        file = folder / "secrets.toml"
        file.touch(mode=0o600)
        file.write_text(provider.secrets(callback, name), encoding="utf-8")
        patch = running.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("STREAMLIT_SECRETS_FILES", str(file))
        _enter_people(folder, accounts)
        app = running.enter_context(running_app_at(port, folder, settings))
        if behind_nginx:
            running.enter_context(nginx({"a": app}, outside))
        yield Office(url, app, provider)


def _enter_people(folder: Path, accounts: Sequence[Account]) -> None:
    """Those with roles, in the store that `running_app` has in this folder."""
    with closing(Service.open(Settings(database_url=f"sqlite:///{folder / 'tbdx.db'}"))) as service:
        for account in accounts:
            name, email = (str(account.claims.get(claim, "")) for claim in ("name", "email"))
            if account.roles:
                service.people.add(account.login, name, email, account.roles)


def settled(page: Page) -> None:
    """Wait until the dashboard is drawn."""
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    page.locator("[data-test-script-state=notRunning]").wait_for()


def sign_in(page: Page, account: Account) -> None:
    """From the sign-in page through the provider and back."""
    page.get_by_role("button", name="Sign in").click()
    account.enter(page)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
