"""A forest plot as HTML: words that wrap on a phone, values on hover, colours of either ground."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from pixels_to_sentiment.drawing.tables import signed

# Distance of the lines of a row, and from its edge, in pixels.
LINE, EDGE = 9, 8
_DIAMOND = "M0-5 4 0 0 5-4 0Z"


class Line(NamedTuple):
    """A row: its group, its words, the page that it leads to, and its differences.

    ``article`` are differences without an interval; ``here`` have words, value and both ends.
    Where there is neither, ``instead`` says what there is.
    """

    group: str
    words: str
    link: str
    article: Sequence[float]
    here: Sequence[tuple[str, float, float, float]]
    instead: str = ""


def forest(lines: Iterable[Line], groups: Mapping[str, str], label: str) -> str:
    """Draw rows under the headings of their groups, all on one scale that is zero in the middle.

    Parameters
    ----------
    groups
        The class (CSS) and heading of each group, by its name, in the order of the drawing.
    label
        What the scale measures.
    """
    lines = sorted(lines, key=lambda line: list(groups).index(line.group))
    ends = [abs(end) for line in lines for _, *three in line.here for end in three]
    most = max([0.05, *ends, *(abs(value) for line in lines for value in line.article)])
    parts = ['<div class="forest">', _scale(most, label)]
    for group, members in groupby(lines, key=lambda line: line.group):
        some, (kind, heading) = list(members), groups[group]
        parts.append(f'<p class="forest-group {kind}">{heading} <span>{len(some)}</span></p>')
        rows = "".join(f"<li>{_words(line)}{_strip(line, most)}</li>" for line in some)
        parts.append(f'<ul class="{kind}">{rows}</ul>')
    return "".join([*parts, "</div>"])


def _at(value: float, most: float) -> str:
    return f"{50 + 47 * value / most:.2f}%"


def _scale(most: float, label: str) -> str:
    step = next(one for one in (0.02, 0.05, 0.1, 0.2, 0.5) if most / one < 4)
    ticks = [n * step for n in range(-int(most / step), int(most / step) + 1)]
    marks = "".join(
        f'<text x="{_at(tick, most)}" y="13" text-anchor="middle">'
        f"{signed(tick, 2) if round(tick, 9) else '0'}</text>"
        for tick in ticks
    )
    drawn = f'<svg class="forest-strip" height="18" aria-hidden="true">{marks}</svg>'
    return f'<div class="forest-scale"><span>{escape(label)}</span>{drawn}</div>'


def _words(line: Line) -> str:
    return f'<a href="{escape(line.link)}">{escape(line.words)}</a>'


def _strip(line: Line, most: float) -> str:
    if not line.here and not line.article:
        return f'<span class="forest-instead">{escape(line.instead)}</span>'
    height = 2 * EDGE + LINE * max(0, len(line.here) - 1 + bool(line.article))
    middle = _at(0, most)
    parts = [f'<line class="zero" x1="{middle}" x2="{middle}" y1="0" y2="{height}"/>']
    told = []
    for value in line.article:
        words = f"the article: {signed(value)}"
        told.append(words)
        parts.append(
            f'<svg class="diamond" x="{_at(value, most)}" y="{EDGE}" overflow="visible">'
            f'<path d="{_DIAMOND}"><title>{words}</title></path></svg>'
        )
    first = EDGE + LINE * bool(line.article)
    for n, (title, value, low, high) in enumerate(line.here):
        words = escape(f"{title}: {signed(value)} ({signed(low)} to {signed(high)})")
        told.append(words)
        y = first + LINE * n
        parts.append(
            f'<g><title>{words}</title><line x1="{_at(low, most)}" x2="{_at(high, most)}" '
            f'y1="{y}" y2="{y}"/><circle cx="{_at(value, most)}" cy="{y}" r="3.5"/></g>'
        )
    label = escape("; ".join(told), quote=True).replace("&amp;", "&")
    return (
        f'<svg class="forest-strip" height="{height}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )
