"""Generated pictures that take the photographs' place where the photographs cannot be had.

A toy data set under the real names, labels and folds. Glad things (a smiling face, a whole heart,
the sun, a balloon) speak for the positive label, sad ones of the same sizes and colours (a frowning
face, a broken heart, a storm cloud, a cracked vase) for the negative one, among neutral things on
varied backgrounds. The fewer annotators agreed, the smaller, paler and more hidden they are, and
the more often a minority of the other kind stands beside them.

How hard it is, measured with ``VERSION`` 1: mean accuracy (standard deviation, n - 1) over the
published five folds of each subset, scikit-learn's StandardScaler and LogisticRegression fitted to
the four other folds.

==================================  =============  =============  =============
features                            five           four           three
==================================  =============  =============  =============
always positive                     0.658          0.617          0.606
mean colour, C=1                    0.658 (0.040)  0.617 (0.039)  0.606 (0.015)
histogram, 16 bins a channel, C=1   0.614 (0.029)  0.590 (0.033)  0.599 (0.021)
pixels of the 8x8 block means, C=1  0.566 (0.026)  0.543 (0.022)  0.542 (0.047)
frozen SqueezeNet 1.1, C=0.01       0.934 (0.014)  0.882 (0.009)  0.841 (0.027)
==================================  =============  =============  =============
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from PIL import Image

from pixels_to_sentiment.data import shapes

VERSION = 1
SIDE = 256

_SEED = "from pixels to sentiment: stand-in"
_MARGIN = 16  # keeps the evidence inside the centre 227 crop
_COMPASS = ((10, 0), (7, 7), (0, 10), (-7, 7), (-10, 0), (-7, -7), (0, -10), (7, -7))  # tenths


@dataclass(frozen=True)
class _Level:
    """How plain the evidence is; pairs are inclusive ranges, shares are percentages."""

    count: tuple[int, int]  # pieces of evidence for the label
    radius: tuple[int, int]  # pixels
    opacity: tuple[int, int]  # of the whole object
    ink: tuple[int, int]  # strength of the lines that tell a smile from a frown
    occluded: int  # share of the pieces that something stands in front of
    contrary: int  # share of the pictures with fewer pieces for the other class as well


_LEVELS = {
    "five": _Level((2, 3), (26, 40), (90, 100), (80, 100), 15, 5),
    "four": _Level((1, 2), (18, 28), (70, 95), (60, 90), 45, 25),
    "three": _Level((1, 2), (15, 23), (55, 85), (45, 75), 60, 50),
}


class _Dice(np.random.RandomState):
    """NumPy's frozen generator: the same numbers in every version of NumPy."""

    def between(self, low: int, high: int) -> int:
        return int(self.randint(low, high + 1))

    def pick(self, choices: Sequence):
        return choices[self.between(0, len(choices) - 1)]

    def chance(self, percent: int) -> bool:
        return self.between(1, 100) <= percent

    def colour(self) -> shapes.Colour:
        return tuple(min(255, max(0, v + self.between(-18, 18))) for v in self.pick(shapes.FILLS))


def _dice(*words: object) -> _Dice:
    digest = hashlib.sha256("\0".join(map(str, (_SEED, VERSION, *words))).encode()).digest()
    return _Dice(np.frombuffer(digest, dtype="<u4"))


def _mix(one: shapes.Colour, other: shapes.Colour, percent: int) -> shapes.Colour:
    return tuple(
        (a * (100 - percent) + b * percent) // 100 for a, b in zip(one, other, strict=True)
    )


def _thing(
    dice: _Dice, level: _Level, role: str, choices: Sequence, x: int, y: int, radius: int
) -> shapes.Thing:
    shape, fill = dice.pick(choices), dice.colour()
    ink = shapes.DARK if sum(fill) > 330 + dice.between(-60, 60) else shapes.LIGHT
    ink = _mix(fill, ink, dice.between(*level.ink))
    opacity = 100 if role == "occluder" else dice.between(*level.opacity)
    forms = (shape, shape) if isinstance(shape, str) else shape
    return shapes.Thing(role, forms, x, y, radius, dice.pick(shapes.TILTS), fill, ink, opacity)


def _place(dice: _Dice, radius: int, taken: list[tuple[int, int, int]]) -> tuple[int, int, int]:
    """Find a place clear of the others, or after 60 tries the last one tried."""
    for _ in range(60):
        x, y = (dice.between(_MARGIN + radius, SIDE - _MARGIN - radius) for _ in "xy")
        if all((x - u) ** 2 + (y - v) ** 2 > (radius + r) ** 2 * 1.2 for u, v, r in taken):
            break
    taken.append((x, y, radius))
    return taken[-1]


def _scene(name: str, agreement: str) -> list[shapes.Thing]:
    """Lay the objects out, back to front, without looking at the label."""
    dice, level = _dice("scene", name, agreement), _LEVELS[agreement]
    count, contrary = dice.between(*level.count), 0
    if dice.chance(level.contrary):
        count = max(2, count)
        contrary = dice.between(1, count - 1)
    taken: list[tuple[int, int, int]] = []
    neutral, pieces, front = [], [], []
    for role in ["evidence"] * count + ["contrary"] * contrary:
        x, y, r = _place(dice, dice.between(*level.radius), taken)
        pieces.append(_thing(dice, level, role, shapes.EVIDENCE, x, y, r))
        if dice.chance(level.occluded):
            east, south = dice.pick(_COMPASS)
            x, y = x + r * east * 9 // 100, y + r * south * 9 // 100
            size = r * dice.between(5, 7) // 10
            front.append(_thing(dice, level, "occluder", shapes.OCCLUDERS, x, y, size))
    for _ in range(dice.between(2, 5)):
        place = _place(dice, dice.between(14, 40), taken)
        neutral.append(_thing(dice, level, "neutral", shapes.NEUTRAL, *place))
    return [*neutral, *reversed(pieces), *front]


def _background(dice: _Dice) -> Image.Image:
    """Paint a gradient, a horizon, stripes, tiles or blotches, in colours that fit any label."""
    paper = _mix(shapes.DARK, shapes.LIGHT, dice.between(10, 90))
    first, second = (np.array(_mix(paper, dice.colour(), 60)) for _ in "ab")
    kind = dice.pick(("gradient", "horizon", "stripes", "tiles", "blotches"))
    if kind == "blotches":
        grid = np.array([_mix(paper, dice.colour(), 45) for _ in range(64)], np.uint8)
        grid = Image.fromarray(grid.reshape(8, 8, 3))
        return grid.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    x = np.arange(SIDE, dtype=np.int32)
    y = x[:, None]
    a, b, period = dice.between(-3, 3), dice.between(1, 3), dice.between(16, 56)
    if kind == "gradient":
        ramp = a * x + b * y
        share = (ramp - ramp.min()) * 100 // (ramp.max() - ramp.min())
    elif kind == "horizon":
        line = dice.between(90, 190)
        share = np.where(y > line, 100 - (SIDE - y) // 8, (line - y) // 6) + 0 * x
    elif kind == "stripes":
        share = (a * x + b * y) // period % 2 * 35
    else:
        share = (x // period + y // period) % 2 * 30
    percent = np.arange(101)[:, None]
    shades = ((first * (100 - percent) + second * percent) // 100).astype(np.uint8)
    return Image.fromarray(shades[share])


def draw(name: str, label: int, agreement: str) -> tuple[np.ndarray, np.ndarray]:
    """Draw one picture and say where its evidence lies.

    The scene depends on the name and the agreement only: the same name with the other label is
    the same picture with every smile turned into a frown.

    Parameters
    ----------
    name
        File name of the photograph that the picture stands in for.
    agreement
        How many annotators agreed, ``"five"``, ``"four"`` or ``"three"``: the fewer, the weaker
        the evidence.

    Returns
    -------
    picture, mask : numpy.ndarray
        RGB, uint8, (256, 256, 3), and bool, (256, 256): True where an object that speaks for the
        label is visible (all of a face, not only its mouth).
    """
    dice = _dice("background", name)
    canvas, mask = _background(dice), Image.new("L", (SIDE, SIDE))
    for thing in _scene(name, agreement):
        sprite = thing.sprite(int(label))
        alpha = sprite.getchannel("A")
        corner = (thing.x - sprite.width // 2, thing.y - sprite.height // 2)
        canvas.paste(sprite, corner, alpha)
        if thing.role == "evidence":
            mask.paste(255, corner, alpha.point([0] + [255] * 255))
        else:
            mask.paste(0, corner, alpha.point([0] * 255 + [255]))
    strength = dice.between(2, 12)
    grain = np.frombuffer(dice.bytes(SIDE * SIDE), np.int8).reshape(SIDE, SIDE, 1)
    noisy = np.asarray(canvas).astype(np.int16) + grain.astype(np.int16) * strength // 128
    return noisy.clip(0, 255).astype(np.uint8), np.asarray(mask) > 0


def agreement(table: pd.DataFrame) -> pd.Series:
    """Tell from the published folds how many annotators agreed on each picture.

    The published folds leave out a remainder of 2, 1 and 4 pictures of the three complete lists.
    A picture is taken for what its folds show, so two that five agreed on count as "four" here.
    """
    level = np.where(table["four_fold"].notna(), "four", "three")
    level = np.where(table["five_fold"].notna(), "five", level)
    return pd.Series(level, index=table.index, name="agreement")


def generate(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Draw the pictures and masks of a table as the published folds have it, as `draw` does."""
    pictures = np.empty((len(table), SIDE, SIDE, 3), np.uint8)
    masks = np.empty((len(table), SIDE, SIDE), bool)
    rows = zip(table["image"], table["label"], agreement(table), strict=True)
    for n, row in enumerate(rows):
        pictures[n], masks[n] = draw(*row)
    return pictures, masks
