"""PDF of a page, printed by a local browser that is kept off the network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import folium

from hotspots.errors import BrowserError, OutputError
from hotspots.maps.save.standalone import save_standalone

if TYPE_CHECKING:
    from collections.abc import Sequence

BROWSER_VARIABLE = "HOTSPOTS_BROWSER"
"""The environment variable that names the browser."""

_NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge", "brave-browser"),
)
_USUAL_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
_FLAGS = (
    *("--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-extensions", "--disable-default-apps", "--metrics-recording-only", "--no-pings"),
    # No host name is resolved, so a page cannot fetch anything.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    *("--no-pdf-header-footer", "--virtual-time-budget=4000"),
)
_CLOCK = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}([^)]*)\)")
_EPOCH = b"20000101000000"


def find_browser(named: str | Path | None = None) -> Path:
    """Return a Chromium-like browser that is installed here.

    Parameters
    ----------
    named
        The browser's executable. By default, what the environment variable ``HOTSPOTS_BROWSER``
        names, then the first found on the path, then in the usual folders.

    Raises
    ------
    BrowserError
        If there is none; the error says what was looked for and what to do.
    """
    wanted = named or os.environ.get(BROWSER_VARIABLE)
    if wanted:
        found = shutil.which(str(wanted))
        if found is None:
            raise BrowserError(
                f"pdf: {wanted} is not a program that can be started. Name the browser's program, "
                f"e.g. {BROWSER_VARIABLE}=/usr/bin/chromium."
            )
        return Path(found)
    for name in (*_NAMES, *_USUAL_PLACES):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise BrowserError(
        f"pdf: there is no browser to print with (looked for {', '.join(_NAMES)}). Install "
        f"Chromium, Chrome or Edge, or name the program in {BROWSER_VARIABLE}; or leave the PDF "
        "out and print briefing.html from any browser."
    )


def save_pdf(
    page: folium.Map | str | Path,
    path: str | Path,
    *,
    browser: str | Path | None = None,
    timeout_s: float = 120.0,
) -> Path:
    """Print a page to a PDF, and return its path.

    The briefing prints on one landscape sheet, A4 or Letter: the map, the first ten polygons of
    the ranking, and one paragraph on the tests. The browser runs with a temporary profile and
    without a network. The same page and browser give the same bytes.

    Parameters
    ----------
    page
        A map, e.g. from :func:`hotspots.briefing_map`, or a standalone HTML file.
    path
        The file to write; it is replaced as a whole or not at all.
    browser
        The browser's executable; by default, the first that is found.
    timeout_s
        Seconds after which the browser is stopped.

    Raises
    ------
    BrowserError
        If there is no browser, or it prints nothing.
    OutputError
        If the file cannot be written; an earlier file is then left as it was.

    Examples
    --------
    >>> save_pdf("briefing.html", "briefing.pdf", browser="no-such-browser")
    Traceback (most recent call last):
    hotspots.errors.BrowserError: pdf: no-such-browser is not a program that can be started. ...
    """
    program = find_browser(browser)
    target = Path(path)
    if target.is_dir():
        raise OutputError(f"{target} is a folder. Name the file to write, e.g. briefing.pdf.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        source = page
        if isinstance(page, folium.Map):
            source = save_standalone(page, folder / "page.html")
        file = Path(str(source)).resolve()
        if not file.is_file():
            raise OutputError(f"pdf: there is no page {file}. Save it first.")
        printed = folder / "page.pdf"
        _print(program, file, printed, folder / "profile", timeout_s)
        content = _CLOCK.sub(rb"/\1 (D:" + _EPOCH + rb"\2)", printed.read_bytes())
    return _written(content, target)


def _print(program: Path, file: Path, printed: Path, profile: Path, timeout_s: float) -> None:
    command = [
        str(program),
        *_FLAGS,
        *_as_root(),
        f"--user-data-dir={profile}",
        f"--print-to-pdf={printed}",
        file.as_uri(),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=timeout_s, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise BrowserError(
            f"pdf: {program} did not print {file.name} within {timeout_s:g} s and was stopped. "
            "Print the page from the browser itself."
        ) from None
    except OSError as error:
        raise BrowserError(f"pdf: {program} cannot be started: {error.strerror}.") from error
    if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF"):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise BrowserError(
            f"pdf: {program} printed nothing (exit {done.returncode}: {' '.join(said)[:200]}). "
            "Print the page from the browser itself."
        )


def _as_root() -> Sequence[str]:
    """Return the flag that Chromium needs to run as root, e.g. in a container."""
    root = sys.platform != "win32" and os.geteuid() == 0
    return ("--no-sandbox",) if root else ()


def _written(content: bytes, target: Path) -> Path:
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(
            f"{target} cannot be written: {error.strerror or error}. "
            "Check that the folder exists and that you may write in it."
        ) from error
    return target
