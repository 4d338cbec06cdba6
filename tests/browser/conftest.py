"""One browser and one server for all tests of the built book, and each page visited once.

Pages are visited as files, in which a browser allows the least; what readers do, over a server.
"""

import os
import shutil

import built
import pytest
import visits
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")

# No name is resolved, so that nothing is asked of another host whatever the pages try.
ARGUMENTS = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


def pytest_collection_modifyitems(items):
    """Keep the tests of a visit in one process, which loads its page once, the others by file."""
    for one in items:
        name = one.callspec.params["page"] if "visited" in one.fixturenames else one.path.name
        one.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(scope="session")
def book():
    """Folder of the built book."""
    return built.require().parent


@pytest.fixture(scope="session")
def address(book):
    """Where the book is served."""
    with built.served(book) as where:
        yield where


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, named by CHROMIUM or found on PATH."""
    candidates = (os.environ.get("CHROMIUM"), *NAMES)
    found = next(filter(None, (shutil.which(name) for name in candidates if name)), None)
    if found is None:
        built.missing("no Chromium was found; install one (Debian: chromium) or set CHROMIUM=PATH")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def visited(browser, book):
    """Visit a page of the book, once for all tests."""
    seen = {}
    with browser.new_context() as context:

        def visit(page):
            path = built.require(page)
            if page not in seen:
                seen[page] = visits.visit(context, path.as_uri(), visits.ways(page))
            return seen[page]

        yield visit
