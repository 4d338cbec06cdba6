"""Sentiment maps over pictures: as the paper draws them, and as a reader needs them."""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from markupsafe import Markup
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from PIL import Image

from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.maps import geometry

# From vermilion over white to blue, the colours of the classes, told apart with any colour vision.
DIVERGING = LinearSegmentedColormap.from_list(
    "sentiment", [figures.NEGATIVE, "#F7F7F7", figures.POSITIVE]
)
CLASS_NAMES = ("negative", "positive")
# The frames of the paper.
RED, GREEN = (255, 0, 0), (0, 255, 0)
FRAME = 6
# What a gallery can be cut down to; the last words are classes of its cards.
CHOICES = ("all", "right", "wrong", "predicted positive", "predicted negative")


@dataclass(frozen=True)
class Mapped:
    """A picture with its map, ready to be drawn.

    Attributes
    ----------
    pixels
        uint8 RGB (h, w, 3).
    log_odds
        Of positive in nats, (h', w').
    at
        Where the places of the map lie along a side of the picture, see `dense.places`.
    label, predicted
        0 negative, 1 positive; no label where nobody has given one.
    sure
        Probability of the predicted class, 0..1.
    """

    pixels: np.ndarray
    log_odds: np.ndarray
    at: np.ndarray
    label: int | None
    predicted: int
    sure: float

    @property
    def right(self) -> str:
        """Whether the prediction is the label, ``right`` or ``wrong``."""
        return "right" if self.label == self.predicted else "wrong"

    @property
    def words(self) -> str:
        """Say what was predicted and what the label is."""
        said = f"predicted {CLASS_NAMES[self.predicted]} ({figures.percent(self.sure)})"
        if self.label is None:
            return said
        return f"{said}, label {CLASS_NAMES[self.label]}: {self.right}"


def as_the_paper(mapped: Mapped) -> np.ndarray:
    """Draw a map as the paper does, uint8 RGB of the picture's shape.

    Half picture and half map, red 255 P(negative) and green 255 P(positive), stretched over the
    whole picture by nearest neighbour, in a frame of the predicted class's colour.
    """
    shape = mapped.pixels.shape[:2]
    rows, columns = (
        np.arange(n) * size // n for n, size in zip(shape, mapped.log_odds.shape, strict=True)
    )
    positive = 1 / (1 + np.exp(-mapped.log_odds[rows[:, None], columns]))
    colours = np.stack([1 - positive, positive, np.zeros_like(positive)], axis=-1) * 255
    drawn = (0.5 * mapped.pixels + 0.5 * colours).round().astype(np.uint8)
    frame = np.ones(shape, bool)
    frame[FRAME:-FRAME, FRAME:-FRAME] = False
    drawn[frame] = GREEN if mapped.predicted else RED
    return drawn


def overlaid(mapped: Mapped, limit: float) -> np.ndarray:
    """Lay the diverging map over the picture in grey, uint8 RGB of the picture's shape.

    Its places lie where they lie in the picture; where there is none the grey picture is seen.
    `limit` is the log-odds at the ends of the scale, in nats.
    """
    grey = (mapped.pixels @ np.array([0.299, 0.587, 0.114]))[..., None]
    places = placed(mapped.log_odds, mapped.at, mapped.pixels.shape[:2])
    colours = 255 * DIVERGING(Normalize(-limit, limit)(places))[..., :3]
    mixed = 0.35 * grey + 0.65 * colours.round()
    return np.where(np.isnan(places)[..., None], grey, mixed).round().astype(np.uint8)


def placed(values: np.ndarray, at: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Draw the places of a map (n, n) as squares around where they lie in a picture.

    float64 of the picture's shape, missing where no place lies.
    """
    rows, columns = (geometry.nearest(at, size) for size in shape)
    lies, along = (_covered(at, size) for size in shape)
    return np.where(lies[:, None] & along, values[rows[:, None], columns], np.nan)


def _covered(at: np.ndarray, size: int) -> np.ndarray:
    """Tell which of the `size` pixels of a side lie in a place, if places touch; bool (size,).

    Where less than half a place would be left at an edge, the outermost one reaches to it.
    """
    half = (at[-1] - at[0]) / (len(at) - 1) / 2 if len(at) > 1 else 1.0
    low, high = at[0] - half, at[-1] + half
    pixels = (np.arange(size) + 0.5) / size
    return ((pixels > low) | (low < half)) & ((pixels < high) | (1 - high < half))


def sheet(rows: Sequence[Mapped], limit: float, note: str = "") -> Figure:
    """Show each picture in four ways beside each other, with one scale for all.

    The picture; the paper's drawing; the map as it is, place by place; the map over the picture.
    """
    heads = ("picture", "as the paper draws it", "the map's places", "map over picture")
    # A row is as high as the picture that takes a quarter of the width, within bounds.
    high, wide = rows[0].pixels.shape[:2]
    down = min(1.76 * high / wide, 3.5) + 0.26
    figure, panels = plt.subplots(
        len(rows), 4, figsize=(figures.WIDTH, down * len(rows) + 0.7), squeeze=False
    )
    for row, mapped in zip(panels, rows, strict=True):
        row[0].imshow(mapped.pixels)
        row[1].imshow(as_the_paper(mapped))
        colours = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit}
        shown = row[2].imshow(mapped.log_odds, aspect=high / wide, **colours)
        row[3].imshow(overlaid(mapped, limit))
        row[0].set_xlabel(mapped.words.replace(", label", "\nlabel"), fontsize=8)
        for panel in row:
            panel.set(xticks=[], yticks=[])
            panel.spines[:].set_visible(False)
    for panel, head in zip(panels[0], heads, strict=True):
        panel.set_title(head, fontsize=9)
    bar = figure.colorbar(shown, ax=panels, orientation="horizontal", fraction=0.03, pad=0.02,
                          aspect=45, extend="both")  # fmt: skip
    bar.set_label("log-odds of positive (nats): vermilion negative, blue positive")
    if note:
        figure.suptitle(note, fontsize=9, color="#B00000")
    return figure


def cards(several: Iterable[tuple[str, Mapped]], limit: float) -> Markup:
    """Make a gallery of cards, each with a slider between picture and map.

    Plain HTML that needs neither a server nor a file beside the page: the slider is the browser's
    own, so it can be moved by mouse, finger and arrow keys, and the choice of what is shown is a
    row of radio buttons. Each card has a name that is read out; `limit` as for `overlaid`.
    """
    radio = Markup('<label><input type="radio" name="map-choice" value="{}"{}> {}</label> ')
    radios = Markup().join(
        radio.format(text.split()[-1], Markup(" checked") * (text == "all"), text)
        for text in CHOICES
    )
    made = Markup("\n").join(_card(name, mapped, limit) for name, mapped in several)
    return Markup(
        '<div class="map-gallery"><fieldset class="map-choices"><legend>Show</legend>{}</fieldset>'
        '<div class="map-cards">{}</div></div>'
    ).format(radios, made)


def _card(name: str, mapped: Mapped, limit: float) -> Markup:
    return Markup(
        '<div class="map-card {right} {kind}" style="--at: 50%">'
        '<div class="map-pair"><img src="{base}" alt="{name}, {words}">'
        '<img class="map-over" src="{over}" alt="Sentiment map of {name}, {words}"></div>'
        '<input type="range" class="map-slider" min="0" max="100" value="50" '
        'aria-label="{name}: from picture to map" '
        "oninput=\"this.parentNode.style.setProperty('--at', this.value + '%')\">"
        '<p class="map-words">{words}</p></div>'
    ).format(
        right=mapped.right,
        kind=CLASS_NAMES[mapped.predicted],
        base=_data(mapped.pixels),
        over=_data(overlaid(mapped, limit)),
        name=name,
        words=mapped.words,
    )


def _data(pixels: np.ndarray) -> str:
    """Put a picture into an address, so that the page holds it."""
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(held.getvalue()).decode()}"
