"""A page opened as a reader opens it: in Chromium, with no network."""

from __future__ import annotations

from contextlib import contextmanager

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@contextmanager
def opened(browser, path, size=DESK):
    """Open a page with no network; fail on any request and any word on the console."""
    context = browser.new_context(viewport=size, offline=True)
    page = context.new_page()
    heard = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "request",
        lambda request: (
            heard.append(request.url)
            if request.url != path.as_uri() and not request.url.startswith("data:")
            else None
        ),
    )
    page.goto(path.as_uri())
    yield page
    context.close()
    assert heard == []


def choose_layer(page, value):
    if not page.locator("#hs-layers").evaluate("node => node.open"):
        page.click("#hs-layers summary")
    page.check(f"input[value='{value}']")
