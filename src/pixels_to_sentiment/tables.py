"""Tables of the book as HTML: aligned at the decimal point, with certainty marks."""

from collections.abc import Mapping
from html import escape

import pandas as pd

# What the grades of certainty look like beside a number of the paper.
MARKS = {
    "V": "",
    "I": '<sup title="follows from verified facts by arithmetic">I</sup>',
    "R": '<sup class="unverified" title="recalled, not compared with the paper">?</sup>',
}


def table(
    frame: pd.DataFrame,
    *,
    formats: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    caption: str = "",
) -> str:
    """Render a data frame as an HTML table.

    Parameters
    ----------
    frame
        A row a row; text is taken as HTML, missing values become a dash.
    formats
        Format specification of each numeric column, such as ``".3f"``.
    names
        Heading of each column, where it is not the column's name.
    caption
        Shown above the table.
    """
    formats, names = formats or {}, names or {}
    numeric = {c for c in frame if c in formats or pd.api.types.is_numeric_dtype(frame[c])}
    kind = {c: "number" if c in numeric else "text" for c in frame}
    lines = ['<div class="results"><table class="table results">']
    if caption:
        lines.append(f"<caption>{caption}</caption>")
    heads = "".join(f'<th scope="col" class="{kind[c]}">{names.get(c, c)}</th>' for c in frame)
    lines.append(f"<thead><tr>{heads}</tr></thead><tbody>")
    for row in frame.itertuples(index=False, name=None):
        cells = (
            f'<td class="{kind[c]}">{_cell(value, formats.get(c))}</td>'
            for c, value in zip(frame, row, strict=True)
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    lines.append("</tbody></table></div>")
    return "\n".join(lines)


def _cell(value: object, form: str | None) -> str:
    if value is None or (not isinstance(value, str | tuple | list) and pd.isna(value)):
        return "–"
    if form and not isinstance(value, str):
        return format(value, form)
    # A long file name may break after its underscores.
    text = str(value)
    return text.replace("_", "_<wbr>") if len(text) > 30 and "<" not in text else text


def score(mean: float | None, std: float | None = None, grade: str = "V") -> str:
    """Format an accuracy with its spread and the mark of its certainty.

    Returns
    -------
    str
        Such as ``0.817 ± 0.038``, which no line breaks; a dash where there is no mean.
    """
    if mean is None or pd.isna(mean):
        return "–"
    spread = "" if std is None or pd.isna(std) else f"\xa0±\xa0{std:.3f}"
    return f"{mean:.3f}{spread}{MARKS[grade]}"


def folded(summary: str, content: str) -> str:
    """Fold HTML away behind a line that opens it."""
    return f'<details class="folded"><summary>{escape(summary)}</summary>{content}</details>'
