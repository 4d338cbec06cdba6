"""The built book as files: where it lies, its pages, what they point to, a server for it."""

import functools
import http.server
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
BOOK = Path(os.environ.get("PIXELS_TO_SENTIMENT_BOOK") or ROOT / "_build" / "html").resolve()

# Pages that Sphinx writes; everything else is ours.
GENERATED = ("genindex.html", "search.html")

# Attributes whose files a browser loads by itself; what a reader may click is not among them.
LOADED = {
    "link": "href",
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
# Of a page that these name a browser loads nothing.
_ELSEWHERE = {"prev", "next", "index", "search"}
_CSS_ADDRESS = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+['"]([^'"]+)""")


def pages() -> list[str]:
    """Give the book's pages as paths below it; the front page alone where there is no book."""
    found = sorted(BOOK.rglob("*.html"))
    own = [path.relative_to(BOOK) for path in found]
    return [path.as_posix() for path in own if path.parts[0] != "_static"] or ["index.html"]


def read() -> list[str]:
    """Give the pages that a browser reads: all, but of those about the library only the longest.

    One template writes these from docstrings; as files, all of them are checked.
    """
    found = pages()
    of_library = [page for page in found if page.startswith("api/")]
    longest = max(of_library, key=lambda page: (BOOK / page).stat().st_size, default=None)
    return [page for page in found if page not in of_library or page == longest]


def missing(reason: str) -> None:
    """Skip a test that lacks something; fail it in continuous integration, where all is there."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def require(page: str = "index.html") -> Path:
    """Give the file of a page, or leave the test as `missing` does."""
    if not (BOOK / page).is_file():
        missing(f"{BOOK / page} is not there; build the book with `make book`")
    return BOOK / page


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    """Parse a page."""
    return BeautifulSoup(path.read_text(), "html.parser")


def addresses(parsed: BeautifulSoup) -> Iterator[str]:
    """Give each address that a page makes the browser load."""
    for found in parsed.find_all(True):  # at once, as each search takes a second of a long page
        if found.name == "link" and _ELSEWHERE & set(found.get("rel", ())):
            continue
        if (attribute := LOADED.get(found.name)) in found.attrs:
            yield str(found[attribute])
        yield from (part.split()[0] for part in found.get("srcset", "").split(",") if part.strip())
        yield from css_addresses(found.get("style", ""))
        if found.name == "style":
            yield from css_addresses(found.get_text())


def weight(page: Path) -> int:
    """Add up the bytes that a page loads at once, which lazy images are not part of."""
    waits = {str(one["src"]) for one in soup(page).find_all("img", loading="lazy", src=True)}
    own = {one for one in addresses(soup(page)) if not one.startswith("data:") and one not in waits}
    files = {page.parent / unquote(urlsplit(one).path) for one in own if not elsewhere(one)}
    return sum(one.stat().st_size for one in {page, *(one.resolve() for one in files)})


def blocking(page: Path) -> set[Path]:
    """Give the files without which a browser paints nothing of a page: its styles and scripts.

    Those that wait until the page is read are not among them.
    """
    head = BeautifulSoup(page.read_text().partition("</head>")[0], "html.parser")
    scripts = head.select("script[src]:not([defer], [async], [type=module])")
    styles = head.select("link[rel~=stylesheet]:not([media=print])")
    found = [*(one["src"] for one in scripts), *(one["href"] for one in styles)]
    return {(page.parent / unquote(urlsplit(one).path)).resolve() for one in found}


def css_addresses(text: str) -> list[str]:
    """Give each address in ``url()`` and ``@import`` of a style sheet."""
    return [first or second for first, second in _CSS_ADDRESS.findall(text)]


def elsewhere(address: str) -> bool:
    """Tell whether an address names a host, with or without a scheme."""
    return bool(urlsplit(address.strip()).netloc)


def broken(page: Path, address: str) -> str | None:
    """Say what is wrong with an address within the book: no such file, or no such anchor."""
    if elsewhere(address) or urlsplit(address).scheme in ("mailto", "data", "javascript"):
        return None
    name, anchor = urldefrag(address)
    target = (page.parent / unquote(urlsplit(name).path)).resolve() if name else page
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return f"{address}: no such file"
    known = target.suffix != ".html" or not anchor or unquote(anchor) in _anchors(target)
    return None if known else f"{address}: no such anchor"


@functools.cache
def _anchors(page: Path) -> set[str]:
    """Give all that addresses can point to on a page."""
    found = soup(page).find_all(True)
    return {
        *(one.get("id") for one in found),
        *(one.get("name") for one in found if one.name == "a"),
    }


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback; gives the address, with a slash at its end."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
