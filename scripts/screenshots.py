"""Take the pictures of every page in docs/screenshots/: `make screenshots`.

The dashboard runs on a store of its own with the illustrative reports. The
pictures of a whole year, in docs/screenshots/year/, are those of the walk
through it that is one of the tests.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from typing import Literal
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

from tbdx.settings import ROOT
from tbdx.ui.shell import ROOMS

OUT = ROOT / "docs" / "screenshots"
Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[str, str, int, Scheme], ...] = (  # name, language, width, colour scheme
    ("desktop-vi", "vi", 1440, "light"),
    ("desktop-en", "en", 1440, "light"),
    ("dark-vi", "vi", 1440, "dark"),
    ("phone-vi", "vi", 360, "light"),
)
CHOICES = {
    "overview": "year=2025",
    "indicator": "indicator=revenue_growth&year=2024",
    "agency": "agency=bao-thai-binh&year=2024",
    "explore": "years=2024~2025",
    "submissions": "year=2024",
    "admin": "part=register",
}
SENT = (
    ROOT / "tests" / "messes" / "06-ranges.xlsx",
    ROOT / "tests" / "messes" / "11-tcvn3-cells.xlsx",
    ROOT / "data" / "samples" / "minh-hoa-bao-thai-binh-2023.xlsx",
    ROOT / "data" / "samples" / "minh-hoa-tc-van-nghe-thai-binh-2025.xlsx",
)


def main() -> None:
    """Start the dashboard, take every picture, stop it."""
    OUT.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TBDX_DATABASE_URL": f"sqlite:///{folder}/tbdx.db"}
        command = [sys.executable, "-m", "tbdx", "serve", "--no-open", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait(port)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"),
                    args=["--no-sandbox", "--disable-gpu"],
                )
                for look in LOOKS:
                    _take(browser, f"http://127.0.0.1:{port}", *look)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    _walk()


def _walk() -> None:
    """The pictures of one whole year."""
    folder = OUT / "year"
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pytest", "-q", str(ROOT / "tests" / "test_year.py")]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "TBDX_PICTURES": str(folder)}, check=True)


def _wait(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
            if answer.read() == b"ok":
                return
        time.sleep(0.1)
    sys.exit("the dashboard did not start")


def _take(browser: Browser, url: str, name: str, language: str, width: int, scheme: Scheme) -> None:
    """One picture of every page in one look."""
    for room in ROOMS:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(f"{url}/{room.file}?lang={language}&{CHOICES.get(room.file, '')}")
        page.get_by_role("heading", level=1).wait_for(timeout=30_000)
        if room.file == "upload":
            page.set_input_files("input[type=file]", list(SENT))
            page.locator("[data-testid=stTable]").wait_for()
        page.wait_for_timeout(1500)
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": min(height + 20, 4000)})
        page.wait_for_timeout(800)
        if page.locator("[role=dialog], [data-testid=stException]").count():
            sys.exit(f"{room.file} shows a dialog or an error")
        path = OUT / f"{room.file}-{name}.png"
        page.screenshot(path=path)
        print(path.relative_to(ROOT).as_posix())
        context.close()


if __name__ == "__main__":
    main()
