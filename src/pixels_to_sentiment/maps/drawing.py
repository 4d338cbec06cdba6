"""Sentiment maps over pictures: as the paper draws them, and as a reader needs them."""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import matplotlib.pyplot as plt
import numpy as np
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
    def words(self) -> str:
        """Say what was predicted and what the label is."""
        said = f"predicted {CLASS_NAMES[self.predicted]} ({figures.percent(self.sure)})"
        if self.label is None:
            return said
        right = "right" if self.label == self.predicted else "wrong"
        return f"{said}, label {CLASS_NAMES[self.label]}: {right}"


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
    grey = mapped.pixels @ np.array([0.299, 0.587, 0.114])
    places = placed(mapped.log_odds, mapped.at, mapped.pixels.shape[:2])
    mixed = 0.35 * grey[..., None] + 0.65 * coloured(places, limit)
    return np.where(np.isnan(places)[..., None], grey[..., None], mixed).round().astype(np.uint8)


def covered(at: np.ndarray, size: int) -> np.ndarray:
    """Tell which of the `size` pixels of a side lie in a place, if places touch; bool (size,).

    Where less than half a place would be left at an edge, the outermost one reaches to it.
    """
    if len(at) == 1:
        return np.ones(size, bool)
    half = (at[-1] - at[0]) / (len(at) - 1) / 2
    low, high = at[0] - half, at[-1] + half
    pixels = (np.arange(size) + 0.5) / size
    return ((pixels > low) | (low < half)) & ((pixels < high) | (1 - high < half))


def placed(values: np.ndarray, at: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Draw the places of a map (n, n) as squares around where they lie in a picture.

    float64 of the picture's shape, missing where no place lies.
    """
    rows, columns = (geometry.nearest(at, size) for size in shape)
    lies, along = (covered(at, size) for size in shape)
    return np.where(lies[:, None] & along, values[rows[:, None], columns], np.nan)


def coloured(log_odds: np.ndarray, limit: float) -> np.ndarray:
    """Turn log-odds (h, w) into colours of the common scale: uint8 RGB (h, w, 3)."""
    scaled = DIVERGING(Normalize(-limit, limit)(log_odds))
    return (255 * scaled[..., :3]).round().astype(np.uint8)


def sheet(rows: Sequence[Mapped], limit: float, note: str = "") -> Figure:
    """Show each picture in four ways beside each other, with one scale for all.

    The picture; the paper's drawing; the map as it is, place by place; the map over the picture.
    """
    heads = ("picture", "as the paper draws it", "the map's places", "map over picture")
    figure, panels = plt.subplots(
        len(rows), 4, figsize=(figures.WIDTH, 2.02 * len(rows) + 0.7), squeeze=False
    )
    for row, mapped in zip(panels, rows, strict=True):
        row[0].imshow(mapped.pixels)
        row[1].imshow(as_the_paper(mapped))
        shown = row[2].imshow(mapped.log_odds, cmap=DIVERGING, vmin=-limit, vmax=limit)
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


def cards(several: Iterable[tuple[str, Mapped]], limit: float) -> str:
    """Make a gallery of cards, each with a slider between picture and map.

    Plain HTML that needs neither a server nor a file beside the page: the slider is the browser's
    own, so it can be moved by mouse, finger and arrow keys, and the choice of what is shown is a
    row of radio buttons. Each card has a name that is read out; `limit` as for `overlaid`.
    """
    choices = {
        "all": "all",
        "right": "right",
        "wrong": "wrong",
        "positive": "predicted positive",
        "negative": "predicted negative",
    }
    radios = "".join(
        f'<label><input type="radio" name="map-choice" value="{value}"'
        f"{' checked' if value == 'all' else ''}> {text}</label> "
        for value, text in choices.items()
    )
    made = "\n".join(_card(name, mapped, limit) for name, mapped in several)
    return (
        f'<div class="map-gallery"><fieldset class="map-choices"><legend>Show</legend>{radios}'
        f'</fieldset><div class="map-cards">{made}</div></div>'
    )


def _card(name: str, mapped: Mapped, limit: float) -> str:
    kind = CLASS_NAMES[mapped.predicted]
    right = "right" if mapped.label == mapped.predicted else "wrong"
    base, over = (_data(pixels) for pixels in (mapped.pixels, overlaid(mapped, limit)))
    words = escape(mapped.words)
    set_place = "this.parentNode.style.setProperty('--at', this.value + '%')"
    return (
        f'<div class="map-card {right} {kind}" style="--at: 50%">'
        f'<div class="map-pair"><img src="{base}" alt="{escape(name)}">'
        f'<img class="map-over" src="{over}" alt="Sentiment map of {escape(name)}, {words}"></div>'
        f'<input type="range" class="map-slider" min="0" max="100" value="50" '
        f'aria-label="{escape(name)}: from picture to map" oninput="{set_place}">'
        f'<p class="map-words">{words}</p></div>'
    )


def _data(pixels: np.ndarray) -> str:
    """Put a picture into an address, so that the page holds it."""
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(held.getvalue()).decode()}"
