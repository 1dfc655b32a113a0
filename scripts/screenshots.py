"""Take the pictures of every page and its parts in docs/screenshots/: `make screenshots`.

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
from io import BytesIO
from typing import Literal
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tbdx.settings import ROOT

OUT = ROOT / "docs" / "screenshots"
Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[str, str, int, Scheme], ...] = (  # name, language, width, colour scheme
    ("desktop-vi", "vi", 1440, "light"),
    ("desktop-en", "en", 1440, "light"),
    ("dark-vi", "vi", 1440, "dark"),
    ("dark-en", "en", 1440, "dark"),
    ("phone-vi", "vi", 360, "light"),
    ("phone-en", "en", 360, "light"),
)
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
"""By what a browser says of itself some pages know that they are on a phone."""
VIEWS = {  # what is pictured, and its address
    "overview": "overview?year=2025",
    "board": "board?year=2025",
    "board-agencies": "board?year=2025&board=agencies",
    "board-goals": "board?board=goals",
    "board-national": "board?board=national",
    "board-changes": "board?year=2025&board=changes&since=year",
    "indicator": "indicator?indicator=revenue_growth&year=2024",
    "indicator-trace": "indicator?indicator=revenue_growth&year=2025&look=trace&agency=bao-thai-binh-hop-nhat",
    "indicator-readings": "indicator?indicator=converged_newsroom&year=2024&look=readings",
    "agency": "agency?agency=tc-van-nghe-thai-binh&year=2025",
    "agency-duties": "agency?agency=bao-thai-binh-hop-nhat&year=2025&part=duties",
    "agency-tasks": "agency?agency=bao-thai-binh-hop-nhat&year=2025&part=tasks",
    "agency-figures": "agency?agency=dai-ptth-thai-binh&year=2024&part=figures",
    "agency-maturity": "agency?agency=bao-thai-binh-hop-nhat&year=2025&part=maturity",
    "scenario": "scenario?supposed=2026&scenario=carry~tc-van-nghe-thai-binh:2026:on_digital_platforms=yes",
    "explore": "explore?years=2024~2025",
    "report": "report?year=2025",
    "upload": "upload",
    "submissions": "submissions?year=2024",
    "admin": "admin?part=register",
    "search": "search?q=toa soan",
    "method": "method",
}
GREY = ("overview", "indicator", "agency-figures")  # as a printer without colours shows them
COLOURS = 128  # a page has few; a picture of so many is a third of the size
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
        environment = {
            **os.environ,
            "TBDX_DATABASE_URL": f"sqlite:///{folder}/tbdx.db",
            "TBDX_USER": "Phòng Báo chí",
        }
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
    _grey()
    _walk()


def _grey() -> None:
    """What has charts, once more without colours."""
    for view in GREY:
        picture = Image.open(OUT / f"{view}-desktop-vi.png").convert("L")
        picture.save(OUT / f"{view}-grey-vi.png", optimize=True)


def _walk() -> None:
    """The pictures of one whole year, of a number followed to its cell, of another province."""
    for name, test in (
        ("year", "test_year.py"),
        ("answers", "test_answers_walk.py"),
        ("another-province", "test_another_province.py"),
    ):
        folder = OUT / name
        shutil.rmtree(folder, ignore_errors=True)
        tests = [str(ROOT / "tests" / test), "-m", "browser"]
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *tests],
            cwd=ROOT,
            env={**os.environ, "TBDX_PICTURES": str(folder)},
            check=True,
        )


def _wait(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
            if answer.read() == b"ok":
                return
        time.sleep(0.1)
    sys.exit("the dashboard did not start")


def _take(browser: Browser, url: str, name: str, language: str, width: int, scheme: Scheme) -> None:
    """One picture of every view in one look."""
    for view, place in VIEWS.items():
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            user_agent=PHONE if name.startswith("phone") else None,
        )
        page = context.new_page()
        page.goto(f"{url}/{place}{'&' if '?' in place else '?'}lang={language}")
        page.get_by_role("heading", level=1).wait_for(timeout=30_000)
        if view == "upload":
            page.set_input_files("input[type=file]", list(SENT))
            page.locator("[data-testid=stTable]").wait_for()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.wait_for_timeout(1200)
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": min(height + 20, 4000)})
        page.wait_for_timeout(800)
        if page.locator("[role=dialog], [data-testid=stException]").count():
            sys.exit(f"{view} shows a dialog or an error")
        path = OUT / f"{view}-{name}.png"
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        print(path.relative_to(ROOT).as_posix())
        context.close()


if __name__ == "__main__":
    main()
