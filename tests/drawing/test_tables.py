"""Tables as HTML: classes for alignment, dashes for what is missing, marks of certainty."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

from pixels_to_sentiment.drawing import tables


def read(html):
    """Read a table back, as strictly as XML: a line of headings, then rows, of (class, text)."""
    lines = ElementTree.fromstring(html).iter("tr")
    return [[(cell.get("class"), "".join(cell.itertext())) for cell in line] for line in lines]


def texts(html):
    return [[text for _, text in row] for row in read(html)]


def test_numbers_and_text_have_their_classes():
    """A heading stands as its column does; text in a column with a format counts as number."""
    frame = pd.DataFrame({"name": ["a", "b"], "n": [1, 20], "mean": ["0.8\xa0±\xa00.1", 0.75]})
    html = tables.table(frame, formats={"mean": ".3f"}, names={"n": "pictures"})
    assert read(html) == [
        [("text short", "name"), ("number", "pictures"), ("number", "mean")],
        [("text short", "a"), ("number", "1"), ("number", "0.8 ±\xa00.1")],
        [("text short", "b"), ("number", "20"), ("number", "0.750")],
    ]


def test_a_column_of_text_is_told_by_its_longest_value_as_read():
    """So that marks and links do not count; a spread may stand below its mean, unlike in prose."""
    marked, score = Markup('<a href="https://host/of/no/length">x</a>'), tables.score(0.8, 0.1)
    assert " " not in score
    frame = pd.DataFrame({"a": ["x" * 31, ""], "b": ["x" * 30, ""], "c": [marked, ""]})
    lines = read(tables.table(frame.assign(d=[score, "–"])))
    kinds = ["text long", "text", "text short", "text spread"]
    assert [[kind for kind, _ in line] for line in lines] == [kinds] * 3
    assert lines[1][3][1] == "0.800 ±\xa00.100"


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_what_is_missing_is_a_dash(missing):
    """In text and in numbers, with a format or without; a zero and an empty text are not."""
    frame = pd.DataFrame({"a": pd.Series([missing, 0], dtype=object), "b": ["", missing]})
    for formats, zero in (({}, "0"), ({"a": ".1f", "b": ".1f"}, "0.0")):
        found = texts(tables.table(frame, formats=formats))
        assert found[1:] == [["–", ""], [zero, "–"]]


def test_numbers_keep_their_kind_beside_missing_ones_and_have_a_minus():
    """With pandas' own integers; what rounds to zero has no side."""
    frame = pd.DataFrame({"n": pd.array([3, None], dtype="Int64"), "x": [-0.5, -0.04]})
    frame = frame.assign(y=[0.0, -0.04], z=[0.5, 1.0])
    found = texts(tables.table(frame, formats={"x": ".1f", "y": "+.1f"}))
    assert found[1:] == [["3", "\N{MINUS SIGN}0.5", "+0.0", "0.5"], ["–", "0.0", "+0.0", "1.0"]]


HOSTILE = '<img src=x onerror="1">&amp;</td>'


def test_text_is_shown_as_it_is_and_what_is_html_already_stays():
    """In cells, headings, captions, labels, anchors and folds; and nothing is escaped twice."""
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "b": [(HOSTILE,)], "c": [Markup("<b>x</b>")]})
    options = {"caption": HOSTILE, "name": HOSTILE, "row_ids": [HOSTILE], "names": {"b": HOSTILE}}
    html = tables.table(frame, **options)
    assert texts(html) == [[HOSTILE, HOSTILE, "c"], [HOSTILE, str((HOSTILE,)), "x"]]
    assert {"img", "b"} & {one.tag for one in ElementTree.fromstring(html).iter()} == {"b"}
    folded = tables.folded(HOSTILE, tables.linked(html))
    assert "<img" not in folded
    assert "&amp;lt;" not in folded
    assert "<img" not in tables.linked(HOSTILE)
    assert "<img" not in tables.folded("x", HOSTILE)


@pytest.mark.parametrize(
    ("caption", "label"),
    [
        (Markup("Of <i>a</i> &amp; b"), "Of a &amp; b"),
        ('"Quoted" < 1', "&#34;Quoted&#34; &lt; 1"),
        ("", "Table"),
    ],
)
def test_the_box_around_a_table_can_be_scrolled_by_keyboard_and_has_a_name(caption, label):
    """It takes the focus, and is called what its caption, if any, says in plain words.

    Tuples, such as shapes, are shown as they are.
    """
    made = tables.table(pd.DataFrame({"shape": [(3, 227, 227)]}), caption=caption)
    assert f'tabindex="0" aria-label="{label}"' in made.partition("<table")[0]
    assert ("<caption>" in made) == bool(caption)
    assert read(made)[1] == [("text short", "(3, 227, 227)")]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((0.81749, 0.0376), "0.817\xa0±\xa00.038"),
        ((0.8, None), "0.800"),
        ((0.8, float("nan")), "0.800"),
        ((None, 0.1), "–"),
        ((float("nan"), 0.1, "R"), "–"),
        ((np.float64(0.5), np.float64(0)), "0.500\xa0±\xa00.000"),
    ],
)
def test_scores_have_three_digits_and_their_spread(arguments, shown):
    """A verified number has no mark; without a mean there is nothing to mark."""
    assert tables.score(*arguments) == shown
    if len(arguments) == 2:
        assert tables.scored(pd.DataFrame([arguments])) == [shown]


def test_unverified_numbers_carry_a_visible_mark():
    """A question mark after a recalled number, a letter after one that is inferred."""
    for grade, mark in (("R", ">?</sup>"), ("I", ">I</sup>"), ("V", "")):
        score = tables.score(0.8, 0.01, grade)
        assert score.startswith("0.800\xa0±\xa00.010")
        assert score.endswith(mark)
        assert ("<sup" in score) == bool(mark)


def test_keys_become_links_and_nothing_else_does():
    """Only 16 digits that stand alone, in text; longer hashes, words and attributes stay.

    The mark of an outdated one follows it, and leads to its explanation.
    """
    key, old, commit = "0123456789abcdef", "a" * 16, "0123456789" * 4
    html = f'<tr id="{key}"><td>{key}, {commit} x{key} {key[:-1]}g {old}</td></tr>'
    found = tables.linked(Markup(html), {old})
    assert found.count("<a class") == 3
    assert f'<td><a class="run" href="{tables.RUNS_PAGE}#run-{key}">{key}</a>, {commit}' in found
    assert f'<tr id="{key}">' in found
    assert found.endswith(f">{old}</a>{tables.MARK}</td></tr>")
    assert f"{tables.RUNS_PAGE}#outdated" in tables.MARK


def test_a_label_and_anchors_are_where_they_were_asked_for():
    """The label is the frame's, each row has its own anchor, and their number must fit."""
    frame = pd.DataFrame({"a": [1, 2]})
    found = tables.table(frame, name="label", row_ids=["x", "y"])
    assert found.startswith('<div class="results" id="label" ')
    assert found.index('<tr id="x">') < found.index('<tr id="y">')
    assert "id=" not in tables.table(frame)
    with pytest.raises(ValueError, match="longer"):
        tables.table(frame, row_ids=["x"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0125, "+0.013"),
        (-0.004, "\N{MINUS SIGN}0.004"),
        (-0.0004, "\N{MINUS SIGN}0.0004"),
        (0.0, "+0.000"),
    ],
)
def test_differences_show_on_which_side_of_zero_they_lie(value, text):
    assert tables.signed(value) == text


@pytest.mark.parametrize(
    ("p", "text"), [(0.0321, "0.032"), (0.0004, "< 0.001"), (1.0, "1.000"), (np.nan, "–")]
)
def test_a_p_value_is_never_zero(p, text):
    assert tables.p_value(p) == text
