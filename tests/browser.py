"""Chromium under Playwright, for tests that look at pages as people do."""

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from zhangye_wages.launcher import browser as chromium


@pytest.fixture(scope="session")
def browser() -> Browser:
    """One Chromium for each xdist worker; a missing one fails the test and says what is missing."""
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=chromium.ensure(), args=chromium.FLAGS)
        yield program
        program.close()


@pytest.fixture
def page(browser: Browser, live_server) -> Page:
    """A page in a fresh context that speaks Chinese; relative addresses go to the live server.

    Errors in the console and uncaught exceptions fail the test, a refused inline script included.
    """
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1366, "height": 860}
    )
    opened, complaints = context.new_page(), []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.complaints = complaints
    yield opened
    context.close()
    assert not complaints, complaints


def fits(page: Page, width: int = 390) -> None:
    """The page that is arriving or stands there needs no sideways scrolling; waits out a change of pages."""
    page.wait_for_load_state()
    page.wait_for_function("width => document.documentElement?.scrollWidth <= width", arg=width, timeout=5_000)
