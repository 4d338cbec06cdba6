"""A forest plot as HTML: words that wrap on a phone, values on hover, colours of either ground."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from pixels_to_sentiment.drawing.tables import signed
from pixels_to_sentiment.drawing.values import laid_over

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


def forest(lines: Iterable[Line], groups: Mapping[str, tuple[str, str]], label: str) -> Markup:
    """Draw rows under the headings of their groups, all on one scale that is zero in the middle.

    The groups have the class (CSS) and heading of each by its name, in the order of the drawing;
    the label says what the scale measures.
    """
    lines = sorted(lines, key=lambda line: list(groups).index(line.group))
    ends = [abs(end) for line in lines for _, *three in line.here for end in three]
    most = max([0.05, *ends, *(abs(value) for line in lines for value in line.article)])
    heads = Markup('<p class="forest-group {}">{} <span>{}</span></p><ul class="{}">{}</ul>')
    row = Markup('<li><a href="{}">{}</a>{}</li>')
    parts = [_scale(most, label)]
    for group, members in groupby(lines, key=lambda line: line.group):
        some, (kind, heading) = list(members), groups[group]
        rows = Markup().join(row.format(line.link, line.words, _strip(line, most)) for line in some)
        parts.append(heads.format(kind, heading, len(some), kind, rows))
    return Markup('<div class="forest">{}</div>').format(Markup().join(parts))


def _at(value: float, most: float) -> str:
    return f"{_share(value, most):.2%}"


def _share(value: float, most: float) -> float:
    return 0.5 + 0.47 * value / most


def _scale(most: float, label: str) -> str:
    step = next(one for one in (0.02, 0.05, 0.1, 0.2, 0.5) if most / one < 4)
    ticks = [n * step for n in range(-int(most / step), int(most / step) + 1)]
    mark = Markup('<text x="{}" y="13" text-anchor="middle">{}</text>')
    marks = Markup().join(
        mark.format(_at(tick, most), signed(tick, 2) if round(tick, 9) else "0") for tick in ticks
    )
    return Markup(
        '<div class="forest-scale"><span>{}</span>'
        '<svg class="forest-strip" height="18" aria-hidden="true">{}</svg></div>'
    ).format(label, marks)


_STRIP = Markup(
    '<div class="drawn"><svg class="forest-strip" height="{}" role="img" aria-label="{}">{}</svg>'
    "{}</div>"
)
_ZERO = Markup('<line class="zero" x1="{0}" x2="{0}" y1="0" y2="{1}"/>')
_ARTICLE = Markup('<svg class="diamond" x="{}" y="{}" overflow="visible"><path d="{}"/></svg>')
_HERE = Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}"/><circle cx="{}" cy="{y}" r="3.5"/>')


def _strip(line: Line, most: float) -> Markup:
    if not line.here and not line.article:
        return Markup('<span class="forest-instead">{}</span>').format(line.instead)
    height = 2 * EDGE + LINE * max(0, len(line.here) - 1 + bool(line.article))
    parts, told = [_ZERO.format(_at(0, most), height)], []
    for value in line.article:
        words = f"the article: {signed(value)}"
        told.append((_share(value, most), EDGE / height, words))
        parts.append(_ARTICLE.format(_at(value, most), EDGE, _DIAMOND))
    first = EDGE + LINE * bool(line.article)
    for n, (title, value, *ends) in enumerate(line.here):
        words = "{}: {} ({} to {})".format(title, *map(signed, (value, *ends)))
        y = first + LINE * n
        told.append((_share(value, most), y / height, words))
        parts.append(_HERE.format(*(_at(one, most) for one in (*ends, value)), y=y))
    label = "; ".join(words for *_, words in told)
    return _STRIP.format(height, label, Markup().join(parts), laid_over(told))
