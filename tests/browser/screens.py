"""A real browser: Debian's chromium, driven by Playwright. Without one these tests are skipped."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.browser.reader import Reader

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests."""
    if not CHROMIUM:
        pytest.skip("no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    # Playwright runs a loop in this thread; Django would otherwise refuse the database here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_reader(browser, live_server) -> Iterator:
    readers = []

    def open_one(**options) -> Reader:
        readers.append(Reader(browser, live_server.url, **options))
        return readers[-1]

    yield open_one
    for reader in readers:
        reader.context.close()
