"""The pages of the built book, opened from its folder: light and dark, wide and on a phone."""

import re
from urllib.parse import urlsplit
from urllib.request import url2pathname

import built
import pytest
import visits
from PIL import Image

every_page = pytest.mark.parametrize("page", built.read())

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
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_page_is_accessible(visited, page, mode):
    """axe-core finds nothing serious: contrast, names, tables, the order of headings."""
    found = visited(page).violations[mode]
    grave = [
        f"{one['rule']} at {where}"
        for one in found
        if one["impact"] in ("serious", "critical") or one["rule"] in ALSO
        for where in one["where"]
        if not any(one["rule"] == rule and where.startswith(at) for rule, at in EXCUSED)
    ]
    assert grave == []


@every_page
@pytest.mark.parametrize("screen", [visits.TABLET, visits.PHONE], ids=["tablet", "phone"])
def test_a_page_fits_a_small_screen(visited, page, screen):
    """The document is no wider than the screen, and what is wider scrolls in a box of its own."""
    assert visited(page).overflow[screen["width"]] == (screen["width"], [])


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
            with Image.open(url2pathname(urlsplit(figure["source"]).path)) as image:
                assert max(image.convert("RGB").getpixel((0, 0))) < 40, figure
        else:
            assert figure["inDrawing"] is False, figure
            red, green, blue, *alpha = map(float, re.findall(r"[\d.]+", figure["ground"]))
            assert min(red, green, blue) > 240, figure
            assert alpha in ([], [1.0]), figure


@every_page
def test_every_figure_has_its_caption_in_both_modes(visited, page):
    """Without, nobody knows what its marks mean, nor which figure a sentence speaks of."""
    assert visited(page).hidden_captions == {"light": [], "dark": []}
