"""Tables of the book as HTML: aligned at the decimal point, with certainty marks.

Text becomes HTML here and is escaped; what is HTML already is `markupsafe.Markup`, and stays.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd
from markupsafe import Markup, escape

MINUS = "\N{MINUS SIGN}"

# What the grades of certainty look like beside a number of the paper.
MARKS = {
    "V": "",
    "I": Markup('<sup title="not stated by the article: deduced, or assumed">I</sup>'),
    "R": Markup('<sup class="unverified" title="recalled, not read in any source">?</sup>'),
}
# The page of all runs, which has a row with the anchor ``run-KEY`` for each.
RUNS_PAGE = "14-runs.html"
# Beside what was made from code or data that has changed since.
SIGN = Markup('<abbr title="made from code or data that has changed since">†</abbr>')
MARK = Markup('<a class="outdated" href="{}#outdated">{}</a>').format(RUNS_PAGE, SIGN)


def table(
    frame: pd.DataFrame,
    *,
    formats: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    caption: str = "",
    name: str = "",
    row_ids: Iterable[str] | None = None,
) -> Markup:
    """Render a data frame as an HTML table.

    Parameters
    ----------
    frame
        A row a row; missing values become a dash.
    formats
        Format specification of each numeric column, such as ``".3f"``.
    names
        Heading of each column, where it is not the column's name.
    name
        Label of a table with a caption: the book gives it a number, and ``{numref}`NAME``` in
        prose refers to it.
    row_ids
        An anchor for each row.
    """
    formats, names = formats or {}, names or {}
    numeric = {c for c in frame if c in formats or pd.api.types.is_numeric_dtype(frame[c])}
    kinds = ["number" if c in numeric else _kind_of_text(frame[c]) for c in frame]
    # A box that scrolls has to be reachable by keyboard, and then needs a name.
    box = '<div class="results"{} role="group" tabindex="0" aria-label="{}">'
    label = _plain(caption) or "Table"
    lines = [Markup(box + '<table class="table results">').format(_anchor(name), label)]
    if caption:
        lines.append(Markup("<caption>{}</caption>").format(caption))
    head, cell = Markup('<th scope="col" class="{}">{}</th>'), Markup('<td class="{}">{}</td>')
    # Without the spaces, the book's search takes the numbers of a row for one.
    heads = Markup(" ").join(map(head.format, kinds, (names.get(c, c) for c in frame)))
    lines.append(Markup("<thead><tr>{}</tr></thead><tbody>").format(heads))
    anchors = [""] * len(frame) if row_ids is None else row_ids
    for anchor, row in zip(anchors, frame.itertuples(index=False, name=None), strict=True):
        cells = Markup(" ").join(map(cell.format, kinds, map(_cell, row, map(formats.get, frame))))
        lines.append(Markup("<tr{}>{}</tr>").format(_anchor(anchor), cells))
    return Markup("\n").join([*lines, Markup("</tbody></table></div>")])


def _anchor(name: str) -> str:
    return Markup(' id="{}"').format(name) if name else ""


def _plain(text: object) -> str:
    """Give what is read where text or HTML is shown."""
    return text.striptags() if isinstance(text, Markup) else str(text)


def _kind_of_text(column: pd.Series) -> str:
    if any("±" in str(value) for value in column):
        return "text spread"
    # A column of sentences is given room; the others would squeeze it to a word a line.
    longest = max((len(_plain(value)) for value in column), default=0)
    return "text long" if longest > 30 else "text short" if longest <= 20 else "text"


def _cell(value: object, form: str | None) -> str:
    if value is None or (not isinstance(value, str | tuple | list) and pd.isna(value)):
        return "–"
    if form and not isinstance(value, str):
        return _number(value, form)
    # A long file name may break after its underscores, and a spread come below its mean.
    text = escape(value).replace("\xa0±", " ±")
    if len(str(value)) > 30 and not isinstance(value, Markup):
        text = text.replace("_", Markup("_<wbr>"))
    return text


def _number(value: float, form: str) -> str:
    # With z, a difference that rounds to zero has no side.
    return format(value, re.sub(r"^\+?", r"\g<0>z", form)).replace("-", MINUS)


def score(mean: float | None, std: float | None = None, grade: str = "V") -> str:
    """Format an accuracy with its spread and the mark of its certainty.

    Such as ``0.817 ± 0.038``, which no line of prose breaks; a dash where there is no mean.
    """
    if mean is None or pd.isna(mean):
        return "–"
    spread = "" if std is None or pd.isna(std) else f"\xa0±\xa0{std:.3f}"
    return f"{mean:.3f}{spread}{MARKS[grade]}"


def signed(value: float, digits: int = 3) -> str:
    """Format a difference with its sign, such as ``+0.013`` or ``−0.004``.

    What would round to zero gets one more digit, so that it shows on which side it lies.
    """
    shown = f"{value:+.{digits}f}"
    if value and not float(shown):
        shown = f"{value:+z.{digits + 1}f}"
    return shown.replace("-", MINUS)


def span(values: Sequence[float]) -> str:
    """Format the least and the largest of some differences, or the one that all of them are."""
    least, most = (signed(end(values)) for end in (min, max))
    return least if least == most else f"{least} to {most}"


def p_value(p: float) -> str:
    """Format a p-value, such as ``0.032``, or ``< 0.001`` and never zero."""
    return "–" if pd.isna(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"


def linked(html: Markup, outdated: Collection[str] = ()) -> Markup:
    """Link each key of a run in HTML to its row on the page of all runs, and mark outdated ones.

    Keys are what stands alone in 16 hexadecimal digits, outside of tags.
    """

    def link(found: re.Match) -> str:
        key = found[1]
        if key is None:
            return found[0]
        mark = MARK if key in outdated else ""
        return f'<a class="run" href="{RUNS_PAGE}#run-{key}">{key}</a>{mark}'

    return Markup(re.sub(r"<[^>]*>|(?<!\w)([0-9a-f]{16})(?!\w)", link, escape(html)))


def folded(summary: str, content: Markup, kind: str = "") -> Markup:
    """Fold HTML away behind a line that opens it; a kind is one more class for the style sheets."""
    details = '<details class="folded{}"><summary>{}</summary>{}</details>'
    return Markup(details).format(f" {kind}" * bool(kind), summary, content)


def scored(table: pd.DataFrame) -> list[str]:
    """Format each row of a mean and a deviation as `score` does."""
    return [score(mean, std) for mean, std in table.to_numpy(dtype=float)]
