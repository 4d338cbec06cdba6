"""The value of a mark of a figure, for who points at the mark.

A chart says in words what each of its marks stands for. The words and their places travel in the
metadata of the picture, as its dark drawing does (`dark`), and `book.rendering` lays them over it,
as `forest` does with its own.
"""

from collections.abc import Sequence
from itertools import repeat

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from pixels_to_sentiment.drawing.tables import MINUS

# Key of the marks in the metadata of ``image/png``.
KEY = "values"


def tell(panel: Axes, x: Sequence[float], y: Sequence[float], form: str, *parts: object) -> None:
    """Say what stands at points of a panel, in its coordinates; those not finite are left out.

    The words of each are a format filled with its parts: columns, or what all points share.
    """
    columns = (repeat(one) if np.isscalar(one) else one for one in parts)
    marks = zip(x, y, map(form.format, *columns), strict=True)
    told = [(panel, *mark) for mark in marks if np.isfinite(mark[:2]).all()]
    panel.figure.told = [*getattr(panel.figure, "told", ()), *told]


def box(figure: Figure) -> Bbox:
    """Give what of a figure is saved, in inches: what is drawn, and a margin."""
    return figure.get_tightbbox().padded(rcParams["savefig.pad_inches"])


def told(figure: Figure, saved: Bbox) -> list[tuple[float, float, str]]:
    """Give each mark of a figure as it was last drawn: its place from the left and top, and words.

    Places are shares (0..1) of the picture that is saved, as `box` gives it.
    """
    marks = []
    for panel, x, y, words in getattr(figure, "told", ()):
        inches = figure.dpi_scale_trans.inverted().transform(panel.transData.transform((x, y)))
        left, up = (inches - saved.min) / saved.size
        marks.append((round(float(left), 4), round(float(1 - up), 4), words))
    return marks


def laid_over(marks: Sequence[tuple[float, float, str]]) -> Markup:
    """Write marks that a style sheet has tell their words, into the half where there is room.

    They are for who points or taps. Keys cannot reach them and screen readers pass them over, as
    dozens would stand in the way: tables and words of the page are there for these readers.
    """
    mark = Markup('<b class="{}" style="left:{:.2%};top:{:.2%}" data-value="{}"></b>')
    sides = (" ".join(("late" * (x > 0.5), "low" * (y > 0.5))).strip() for x, y, _ in marks)
    every = Markup().join(map(mark.format, sides, *zip(*marks, strict=True)))
    return Markup('<div class="values" aria-hidden="true">{}</div>').format(every)


def within(some: pd.DataFrame, value: str, low: str, high: str, form: str = ".3f") -> list[str]:
    """Write the values of a column with the ends of their intervals, which other columns have."""
    words = "{:form} ({:form} to {:form})".replace("form", form)
    rows = some[[value, low, high]].itertuples(index=False, name=None)
    return [words.format(*row).replace("-", MINUS) for row in rows]
