"""What a reader does with the built book: search it, turn it dark, move a slider by keyboard."""

import re

import built
import pytest
import visits
from playwright.sync_api import expect

NUMBERS = "chapters/15-reported.html", "0.833"
DROPDOWNS = "how-to-rerun.html"
MAPS = "chapters/07-sentiment-maps.html"
LATER = "chapters/10-ten-years-later.html"


@pytest.fixture
def page(browser):
    """Open a page in a context of its own, in light colours."""
    with browser.new_context(viewport=visits.WIDE, color_scheme="light") as own:
        yield own.new_page()


def test_a_chapter_is_found_before_the_module_of_the_same_name(page, address):
    """A reader asks for a subject first, and who writes code knows where its reference is."""
    page.goto(f"{address}search.html?q=calibration")
    first = page.locator("#search-results li a").first
    expect(first).to_have_attribute("href", re.compile("^(?!api/)"))


@pytest.mark.parametrize("word", ["install", "docker", "git clone", "conda", "Colab"])
def test_who_looks_for_the_way_to_install_finds_it(page, address, word):
    """By whichever word, above the pages about the library."""
    page.goto(f"{address}search.html?q={word}")
    first = page.locator("#search-results li a").first
    expect(first).to_have_attribute("href", re.compile(r"^how-to-rerun\.html"))


def test_a_number_is_found_where_it_stands(page, address):
    """Sphinx's own search knows no number with a point in it."""
    built.require(NUMBERS[0])
    page.goto(f"{address}search.html?q={NUMBERS[1]}")
    expect(page.locator(f'#search-results li a[href*="{NUMBERS[0]}"]').first).to_be_visible()


@pytest.mark.parametrize("gone", ["gone.html", "chapters/gone.html"])
def test_a_page_that_is_missing_leads_to_the_front_page(page, address, book, gone):
    """Shown at its address, as GitHub Pages does, it has its styles and its link all the same."""
    page.route(f"**/{gone}", lambda route: route.fulfill(path=book / "404.html", status=404))
    page.goto(address + gone)
    assert page.locator("h1:visible").text_content() == "No such page"
    assert page.evaluate(visits.UNSTYLED) == []
    page.locator("article a").first.click()
    page.wait_for_url(f"{address}index.html")


@pytest.mark.parametrize("screen", [visits.WIDE, visits.PHONE], ids=["wide", "phone"])
def test_a_key_leads_to_its_row_alone_among_all_runs_below_the_headings(page, address, screen):
    """The folded table opens at it, its first column beside the second, and an empty field has all.

    So does the next key, whose row the field had hidden.
    """
    built.require(LATER)
    page.set_viewport_size(screen)
    page.goto(address + LATER)
    first, *_, last = dict.fromkeys(page.locator("a.run").all_text_contents())
    runs, rows = f"{address}chapters/14-runs.html", page.locator("#run-table tbody tr:visible")
    for key in (first, last):
        page.goto(f"{runs}#run-{key}")
        expect(rows).to_have_attribute("id", f"run-{key}")
        for seen in (rows, page.locator("#run-table thead")):
            expect(seen).to_be_in_viewport()
        key_box, what_box = (rows.locator("td").nth(n).bounding_box() for n in (0, 1))
        assert key_box["x"] + key_box["width"] <= what_box["x"] + 1
    page.get_by_label("Rows with all of these words").fill("")
    assert rows.count() > 1


PAPER = """() => addEventListener("beforeprint", () => { window.paper = {
    ink: getComputedStyle(document.querySelector("article p")).color,
    drawn: [...document.querySelectorAll("article figure img")]
        .filter(image => getComputedStyle(image).display !== "none")
        .map(image => image.classList.contains("only-dark")),
}; })"""


def test_a_page_that_is_read_in_the_dark_is_printed_as_in_the_light(browser, address):
    """Its words are dark and its drawings those for a light ground; then the page is dark again."""
    built.require(LATER)
    with browser.new_context(viewport=visits.WIDE, color_scheme="dark") as own:
        page = own.new_page()
        page.goto(address + LATER)
        page.evaluate(PAPER)
        page.pdf()
        paper = page.evaluate("paper")
        assert max(map(int, re.findall(r"\d+", paper["ink"])[:3])) < 80, paper
        assert paper["drawn"]
        assert not any(paper["drawn"])
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_what_prose_folds_is_on_paper(page, address):
    """Whoever holds it can open nothing; on the screen it stays folded."""
    built.require(DROPDOWNS)
    page.goto(address + DROPDOWNS)
    folded = page.locator("details.sd-dropdown p:not(.sd-summary-text)")
    for media, shown in (("screen", {False}), ("print", {True})):
        page.emulate_media(media=media)
        assert set(folded.evaluate_all("all => all.map(one => one.checkVisibility())")) == shown


PHOTOGRAPHS = """() => [...document.querySelectorAll('img.photographs, .map-pair img')]
    .map(image => getComputedStyle(image).filter)"""


@pytest.mark.parametrize("chapter", ["01-photographs", "02-fine-tuning", "07-sentiment-maps"])
def test_photographs_are_blurred_until_asked_for_by_keyboard(page, address, chapter):
    """The box that warns stands before the first of them; with the stand-in there is none."""
    built.require(f"chapters/{chapter}.html")
    page.goto(f"{address}chapters/{chapter}.html")
    box = page.locator(".veil input")
    if box.count() == 0:
        assert page.get_by_text("Stand-in pictures").count()
        return
    before = page.evaluate(PHOTOGRAPHS)
    assert before
    assert all("blur" in one for one in before), before
    assert page.evaluate(
        "document.querySelector('.veil').compareDocumentPosition("
        "document.querySelector('img.photographs, .map-pair img')) "
        "& Node.DOCUMENT_POSITION_FOLLOWING"
    )
    box.focus()
    page.keyboard.press("Space")
    assert set(page.evaluate(PHOTOGRAPHS)) == {"none"}


TOLD = """mark => ({
    shown: getComputedStyle(mark, '::after').content,
    inside: (({x, y, width, height}, box) =>
        box.left <= x + width && x <= box.right && box.top <= y + height && y <= box.bottom
    )(mark.getBoundingClientRect(), [...mark.closest('.drawn').querySelectorAll('img')]
        .find(image => image.offsetWidth > 0).getBoundingClientRect()),
})"""


@pytest.mark.parametrize("way", ["hover", "tap"])
def test_a_mark_of_a_chart_tells_its_value(browser, address, way):
    """To a pointer on a wide page, and to a finger on a phone in the dark, which it fits."""
    built.require(LATER)
    touch = way == "tap"
    screen, mode = (visits.PHONE, "dark") if touch else (visits.WIDE, "light")
    with browser.new_context(viewport=screen, color_scheme=mode, has_touch=touch) as own:
        page = own.new_page()
        page.goto(address + LATER)
        # The last lies over its neighbours.
        mark = page.locator("figure:has(.values b)").last.locator(".values b").last
        mark.scroll_into_view_if_needed()
        assert mark.evaluate(TOLD)["shown"] == "none"
        getattr(mark, way)()
        told = mark.evaluate(TOLD)
        assert told["shown"].strip('"') == mark.get_attribute("data-value")
        assert re.search(r"\d\.\d{3}", told["shown"])
        assert told["inside"]
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]


SHOWN = """card => ({
    value: Number(card.querySelector('.map-slider').value),
    at: parseFloat(getComputedStyle(card).getPropertyValue('--at')),
    cuts: [...card.querySelectorAll('*')].map(part => getComputedStyle(part))
        .map(style => [style.clipPath, style.maskImage, style.width].join(' ')).join(),
})"""


def test_a_slider_has_a_name_and_moves_the_edge_of_the_overlay_by_keyboard(page, address):
    """Of each a reader who does not see it is told what it moves; the first goes to both ends.

    From the left end, one step and the other end each show another part of the map.
    """
    built.require(MAPS)
    page.goto(address + MAPS)
    sliders = page.locator("input.map-slider").evaluate_all(
        "all => all.map(one => [one.type, one.getAttribute('aria-label'), "
        "one.closest('.map-card') !== null])"
    )
    assert sliders
    assert all(kind == "range" and label and held for kind, label, held in sliders), sliders
    card, seen = page.locator(".map-card").first, []
    card.locator("input.map-slider").focus()
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        seen.append(card.evaluate(SHOWN))
    assert seen[0]["value"] == seen[0]["at"] == 0 < seen[1]["at"] < 100, seen
    assert seen[2]["value"] == seen[2]["at"] == 100
    assert len({one["cuts"] for one in seen}) == 3, seen
