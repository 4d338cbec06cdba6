"""The built book as it lies on disk: whole, self-contained, and described in words."""

import json
import re

import built
import pytest

pytestmark = pytest.mark.usefixtures("book")
# Bytes; the theme's own scripts, styles and fonts are more than half of it.
BUDGET = 4_500_000
every_page = pytest.mark.parametrize("page", built.pages())
own_page = pytest.mark.parametrize("page", [p for p in built.pages() if p not in built.GENERATED])


@every_page
def test_a_page_loads_nothing_from_another_host(page):
    """The book is read offline; what a reader may click is free to lead elsewhere."""
    parsed = built.soup(built.require(page))
    assert [address for address in built.addresses(parsed) if built.elsewhere(address)] == []


def test_no_style_sheet_loads_from_another_host(book):
    """Neither fonts nor pictures nor other style sheets come from elsewhere."""
    found = {
        f"{sheet.relative_to(book)}: {address}"
        for sheet in book.rglob("*.css")
        for address in built.css_addresses(sheet.read_text(errors="replace"))
        if built.elsewhere(address)
    }
    assert found == set()


@every_page
def test_links_and_downloads_lead_to_what_exists(page):
    """Each address within the book has its file, and its anchor where it names one."""
    path = built.require(page)
    parsed = built.soup(path)
    clicked = (link["href"] for link in parsed.find_all("a", href=True))
    wanted = dict.fromkeys([*clicked, *built.addresses(parsed)])
    assert [wrong for one in wanted if (wrong := built.broken(path, one))] == []


@every_page
def test_a_page_weighs_no_more_than_it_may(page):
    """What is read first comes soon on a slow line too; the trial's network waits to be asked."""
    assert built.weight(built.require(page)) < BUDGET


@every_page
def test_a_page_has_an_icon(page):
    """Browsers ask for /favicon.ico, which is missing, where a page names no icon."""
    assert built.soup(built.require(page)).find("link", rel="icon") is not None


def test_the_readme_has_what_the_front_page_says_was_found(book):
    """The first sentence of each finding, word by word."""
    found = built.soup(book / "index.html").select("ol.findings strong")
    told = (built.ROOT / "README.md").read_text().partition("## What was found\n\n")[2]
    listed = re.findall(r"^\d\. (.*)$", told.partition("\n\n")[0], re.M)
    assert listed == [one.text for one in found] != []


@own_page
def test_a_page_has_one_title(page):
    """Exactly one first heading; the theme keeps another for prints, which no screen shows."""
    assert len(built.soup(built.require(page)).select("h1:not(.onlyprint *)")) == 1


@own_page
def test_a_page_says_what_it_is_to_who_finds_it_elsewhere(page):
    """Its title says nothing twice, and goes with a sentence about the book."""
    head = built.soup(built.require(page)).head
    parts = head.title.text.split(" \N{EM DASH} ")
    assert len(set(parts)) == len(parts) == (1 if page == "index.html" else 2)
    told = {one.get("name") or one.get("property"): one.get("content") for one in head("meta")}
    assert told["og:title"] == parts[0]
    assert len(told["description"].split()) > 10


def test_the_front_page_ends_in_the_chapters_and_names_the_library_once(book):
    """By the first of its twenty pages; the sidebar has the others where one of them is read."""
    links = built.soup(book / "index.html").select("#contents a.internal")
    pages = [link["href"] for link in links]
    assert [page for page in pages if page.startswith("chapters/")]
    assert [page for page in pages if page.startswith("api")] == ["api.html"]


@own_page
def test_every_figure_is_described_in_words(page):
    """The alternative text is there, is not the name of a file, and says more than a word."""
    images = built.soup(built.require(page)).select("article img:not([aria-hidden=true])")
    texts = [str(image.get("alt", "")).strip() for image in images]
    bad = (".png", ".svg", ".jpg", ".jpeg", ".gif", "_images/")
    assert [t for t in texts if len(t.split()) < 2 or any(part in t.lower() for part in bad)] == []


@pytest.mark.parametrize("page", [p for p in built.pages() if p.startswith("chapters/")])
def test_a_chapter_offers_its_notebook(page):
    """The download is the notebook itself, as it was run."""
    path = built.require(page)
    links = built.soup(path).select("a.btn-download-source-button")
    names = [link["href"] for link in links if link["href"].endswith(".ipynb")]
    assert len(names) == 1
    assert json.loads((path.parent / names[0]).read_text())["nbformat"] == 4


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<script src="//host/a.js"></script>', ["//host/a.js"]),
        ('<img srcset="a.png 1x, https://host/b.png 2x">', ["https://host/b.png"]),
        ('<p style="background: url(https://host/c.png)">', ["https://host/c.png"]),
        ('<style>@import "https://host/d.css";</style>', ["https://host/d.css"]),
        ('<a href="https://host/">x</a><img src="data:image/png;base64,AAAA">', []),
    ],
)
def test_the_check_sees_every_way_to_load_from_elsewhere(html, expected):
    """An address without a scheme, in a set of sources or in a style is not missed."""
    found = built.addresses(built.BeautifulSoup(html, "html.parser"))
    assert [address for address in found if built.elsewhere(address)] == expected


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("#here", None),
        ("other.html?x=1#there", None),
        ("https://host/gone", None),
        ("#gone", "no such anchor"),
        ("other.html#gone", "no such anchor"),
        ("gone.html", "no such file"),
    ],
)
def test_the_check_of_links_sees_missing_files_and_anchors(tmp_path, address, wrong):
    """What is there passes, what is not is named."""
    (tmp_path / "page.html").write_text('<p id="here">')
    (tmp_path / "other.html").write_text('<a name="there"></a>')
    said = built.broken(tmp_path / "page.html", address)
    assert said == (f"{address}: {wrong}" if wrong else None)
