"""The pages of the built book, opened from its folder: light and dark, wide and on a phone."""

import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import built
import pytest
import visits
from PIL import Image

every_page = pytest.mark.parametrize("page", built.read())

# Requests and bytes that may stand before the largest thing on a page is painted.
REQUESTS, BEFORE_PAINT = 22, 2_500_000

# Those of axe-core's "moderate" findings that keep somebody from finding the way.
ALSO = {"heading-order", "page-has-heading-one", "landmark-one-main", "empty-heading"}

# Rule and place. Docutils writes a bibliography as a list of entries with a role of their own, as
# the first edition of the roles for publishing had it; axe-core goes by the second.
EXCUSED = (("aria-required-children", ".citation-list"),)


@every_page
def test_a_page_needs_no_server_and_no_other_host(visited, book, page):
    """Nothing is missing, no script fails, every picture and style sheet is there.

    What scripts ask for counts too, which no look at the files can see.
    """
    seen = visited(page)
    assert (seen.failures, seen.complaints) == ([], [])
    assert (seen.empty_images, seen.unstyled) == ([], [])
    assert seen.requests
    here = (book.as_uri(), "data:", "blob:")
    assert [one for one in seen.requests if not one.startswith(here)] == []


@every_page
def test_a_page_is_accessible(visited, page):
    """axe-core finds nothing serious: contrast, names, tables, the order of headings.

    A page of each kind is read at three widths in both modes, the others wide and light, and dark
    on a phone.
    """
    found = visited(page).violations
    assert tuple(found) == visits.ways(page)
    grave = [
        f"{way}: {one['rule']} at {where}"
        for way, some in found.items()
        for one in some
        if one["impact"] in ("serious", "critical") or one["rule"] in ALSO
        for where in one["where"]
        if not any(one["rule"] == rule and where.startswith(at) for rule, at in EXCUSED)
    ]
    assert grave == []


@every_page
def test_little_has_to_come_before_the_largest_thing_is_painted(visited, page):
    """The page, the styles and scripts that block it, and all pictures of the first screen.

    The largest thing is words or one of these. Bytes and requests are counted and no time is taken:
    that would tell of this machine and of what else it does, and differ from run to run.
    """
    pictures = [one for one in visited(page).first_screen if not one.startswith("data:")]
    blocking = built.blocking(built.BOOK / page)
    assert len(blocking) <= REQUESTS, blocking
    needed = {built.BOOK / page, *blocking, *map(_file, pictures)}
    assert sum(one.stat().st_size for one in needed) < BEFORE_PAINT, needed


def _file(address):
    return Path(url2pathname(urlsplit(address).path))


@every_page
@pytest.mark.parametrize("screen", [visits.TABLET, visits.PHONE], ids=["tablet", "phone"])
def test_a_page_fits_a_small_screen(visited, page, screen):
    """The document is no wider than the screen, and what is wider scrolls in a box of its own."""
    assert visited(page).overflow[screen["width"]] == (screen["width"], [])


@every_page
def test_no_table_takes_more_than_two_screens_of_a_phone(visited, page):
    """What is longer is folded away until a reader, or a link to one of its rows, opens it."""
    assert visited(page).tall == []


@every_page
def test_figures_have_a_drawing_for_the_dark_and_their_colours_are_not_shifted(visited, page):
    """Each is shown once, with its corner as dark as the page; other pictures keep a white ground.

    A colour scale must mean the same in both modes.
    """
    seen = visited(page)
    for figure in seen.grounds:
        # Photographs are blurred until asked for, which shifts no colour.
        assert re.fullmatch(r"none|blur\(.*\)", figure["filter"]), figure
        assert "only-light" not in figure["classes"], figure
        if "only-dark" in figure["classes"]:
            with Image.open(_file(figure["source"])) as image:
                assert max(image.convert("RGB").getpixel((0, 0))) < 40, figure
        elif "dark-light" not in figure["classes"]:  # drawn for either ground
            assert figure["inDrawing"] is False, figure
            red, green, blue, *alpha = map(float, re.findall(r"[\d.]+", figure["ground"]))
            assert min(red, green, blue) > 240, figure
            assert alpha in ([], [1.0]), figure


@every_page
def test_every_line_that_opens_code_says_what_the_code_makes(page):
    """Whoever reads sixteen chapters need not open each one to know what is behind it."""
    lines = built.soup(built.require(page)).select("details.hide > summary > p")
    bare = "Code", "Show code cell source", "Show code cell content"
    assert [line.text for line in lines if line.text.strip() in bare] == []


@every_page
def test_every_figure_has_its_caption_in_both_modes(visited, page):
    """Without, nobody knows what its marks mean, nor which figure a sentence speaks of."""
    assert visited(page).hidden_captions == {"light": [], "dark": []}
