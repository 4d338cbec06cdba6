"""Generated pictures that take the photographs' place where the photographs cannot be had.

A toy data set under the real names, labels and folds. Glad things (a smiling face, a whole heart,
the sun, a balloon) speak for the positive label, sad ones of the same sizes and colours (a frowning
face, a broken heart, a storm cloud, a cracked vase) for the negative one, among neutral things on
varied backgrounds. The fewer annotators agreed, the smaller, paler and more hidden they are, and
the more often a minority of the other kind stands beside them.

How hard it is, measured with ``VERSION`` 1: mean accuracy (standard deviation, n - 1) over the
published five folds of each subset, scikit-learn's StandardScaler and LogisticRegression fitted to
the four other folds.

====================================================  =============  =============  =============
features                                              five           four           three
====================================================  =============  =============  =============
always positive                                       0.658          0.617          0.606
mean colour (3 numbers), C=1                          0.658 (0.040)  0.617 (0.039)  0.606 (0.015)
histogram, 16 bins a channel, C=1                     0.614 (0.029)  0.590 (0.033)  0.599 (0.021)
histogram, 4x4x4 bins, C=1                            0.623 (0.034)  0.598 (0.041)  0.585 (0.044)
pixels of the 8x8 block means, C=1                    0.566 (0.026)  0.543 (0.022)  0.542 (0.047)
pixels of the 16x16 block means, C=1                  0.523 (0.052)  0.517 (0.040)  0.530 (0.036)
SqueezeNet 1.1 from ImageNet, frozen, C=0.01          0.934 (0.014)  0.882 (0.009)  0.841 (0.027)
====================================================  =============  =============  =============

SqueezeNet's 512 features are the means over space of torchvision's ``squeezenet1_1().features``,
in evaluation mode, for the centre 227 crop in RGB / 255, less (0.485, 0.456, 0.406), divided by
(0.229, 0.224, 0.225). Each subset holds the clearer pictures of the one before; the classifier of
the three-agree subset is right for 0.93 of the pictures that five agreed on, 0.63 of those with
four and 0.63 of those with three.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from pixels_to_sentiment.errors import UserError

VERSION = 1
SIDE = 256

_SEED = "from pixels to sentiment: stand-in"
_MARGIN = 16  # keeps the evidence inside the centre 227 crop
_FILLS = (
    (214, 69, 65), (232, 126, 60), (240, 190, 70), (132, 178, 84), (62, 150, 110), (70, 160, 190),
    (64, 105, 180), (120, 90, 170), (190, 90, 150), (150, 110, 80), (225, 215, 200), (95, 100, 110),
)  # fmt: skip
_DARK, _LIGHT = (32, 28, 38), (250, 246, 236)
# Cosines and sines of the tilts, written out so that no mathematics library can differ.
_TILTS = ((0.9659, -0.2588), (0.9903, -0.1392), (1.0, 0.0), (0.9903, 0.1392), (0.9659, 0.2588))
_COMPASS = ((10, 0), (7, 7), (0, 10), (-7, 7), (-10, 0), (-7, -7), (0, -10), (7, -7))  # tenths

Colour = tuple[int, int, int]

# Shapes, in units of an object's radius with y downwards, drawn in the order written:
# "disc COLOUR x,y r", "area COLOUR x,y ..." and "line WIDTH x,y ..." (always in ink).
_HEAD = "disc ink 0,0 1 | disc fill 0,0 .92 | disc ink -.38,-.2 .13 | disc ink .38,-.2 .13 | "
_HEART = (
    "disc fill -.46,-.34 .52 | disc fill .46,-.34 .52 | "
    "area fill -.94,-.14 -.4,-.5 .4,-.5 .94,-.14 0,.98 | "
)
_CLOUD = (
    "disc fill -.55,-.2 .36 | disc fill -.1,-.48 .44 | disc fill .5,-.24 .4 | "
    "area fill -.58,-.3 .54,-.3 .54,.16 -.58,.16"
)
_BODY = "disc fill 0,-.38 .56 | disc fill 0,-.2 .62 | disc fill 0,-.02 .56 | "
_FOOT = "area fill -.2,.36 .2,.36 .36,.72 -.36,.72 | "
_EVIDENCE = (  # (negative, positive) of one size and one pair of colours
    (  # a face
        _HEAD + "line .1 -.56,-.6 -.18,-.4 | line .1 .18,-.4 .56,-.6 | "
        "line .16 -.52,.62 -.39,.44 -.26,.32 0,.22 .26,.32 .39,.44 .52,.62",
        _HEAD + "line .1 -.56,-.4 -.18,-.6 | line .1 .18,-.6 .56,-.4 | "
        "line .16 -.52,.22 -.39,.4 -.26,.52 0,.62 .26,.52 .39,.4 .52,.22",
    ),
    (  # a heart: broken, or whole with a shine as long as the crack
        _HEART + "line .16 0,-.5 -.22,-.2 .2,.08 -.18,.38 .06,.68 0,.9",
        _HEART + "line .16 .1,.55 .5,.15 .7,-.25 .55,-.6 .3,-.62",
    ),
    (  # the weather: a storm cloud, or the sun
        "area ink .05,0 -.35,.56 -.06,.56 -.22,1.05 .36,.4 .06,.4 .32,0 | " + _CLOUD,
        "area ink 1.05,0 .57,.24 .74,.74 .24,.57 0,1.05 -.24,.57 -.74,.74 -.57,.24 -1.05,0 "
        "-.57,-.24 -.74,-.74 -.24,-.57 0,-1.05 .24,-.57 .74,-.74 .57,-.24 | disc fill 0,0 .58",
    ),
    (  # a cracked vase, or a balloon on its string
        _BODY + _FOOT + "line .16 .1,-.8 -.14,-.5 .2,-.26 -.16,0 .16,.24",
        _BODY + "area fill -.16,.64 .16,.64 0,.4 | line .1 0,.64 .14,.76 -.1,.9 .06,1.08 | "
        "line .16 -.36,-.2 -.3,-.46 -.1,-.6",
    ),
)
_CRATE = (
    "area fill -.75,-.75 .75,-.75 .75,.75 -.75,.75 | "
    "line .1 -.75,-.25 .75,-.25 | line .1 -.75,.25 .75,.25"
)
_BALL = "disc fill 0,0 .85 | line .2 -.75,0 .75,0"
_TREE = (
    "area ink -.13,.1 .13,.1 .13,.95 -.13,.95 | "
    "disc fill -.35,0 .45 | disc fill .35,0 .45 | disc fill 0,-.45 .5"
)
_HOUSE = (
    "area fill -.7,-.2 .7,-.2 .7,.8 -.7,.8 | area ink -.95,-.2 .95,-.2 0,-.9 | "
    "area ink -.15,.25 .2,.25 .2,.8 -.15,.8"
)
_CAR = (
    "area ink -.55,0 -.3,-.45 .35,-.45 .6,0 | area fill -1,-.05 1,-.05 1,.4 -1,.4 | "
    "disc ink -.55,.4 .25 | disc ink .55,.4 .25"
)
_CALM = _HEAD + "line .1 -.56,-.5 -.18,-.5 | line .1 .18,-.5 .56,-.5 | line .16 -.5,.42 .5,.42"
_VASE = _BODY + _FOOT + "line .16 -.5,-.1 .5,-.1"
_NEUTRAL = (_CALM, _CLOUD, _VASE, _HOUSE, _TREE, _CAR, _CRATE, _BALL)
_OCCLUDERS = (_CRATE, _BALL, _TREE)


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


@dataclass(frozen=True)
class _Thing:
    """One object of a scene; ``role`` is neutral, contrary, evidence or occluder."""

    role: str
    forms: tuple[str, str]  # negative, positive
    x: int
    y: int
    radius: int
    tilt: tuple[float, float]
    fill: Colour
    ink: Colour
    opacity: int

    def sprite(self, label: int) -> Image.Image:
        """Draw at twice the size and reduce, RGBA."""
        half = self.radius * 5 // 4
        # Transparent, but in the colour of the object: no dark seams after the reduction.
        image = Image.new("RGBA", (4 * half, 4 * half), (*self.fill, 0))
        canvas = ImageDraw.Draw(image)
        for stroke in self.forms[1 - label if self.role == "contrary" else label].split(" | "):
            self._stroke(canvas, 2 * half, *stroke.replace(",", " ").split())
        small = image.reduce(2)
        small.putalpha(small.getchannel("A").point([v * self.opacity // 100 for v in range(256)]))
        return small

    def _stroke(self, canvas: ImageDraw.ImageDraw, centre: int, kind: str, *words: str) -> None:
        unit, (cos, sin) = 2 * self.radius, self.tilt
        numbers = [unit * float(word) for word in words[1:]]
        spots = [
            (round(centre + cos * x - sin * y), round(centre + sin * x + cos * y))
            for x, y in zip(numbers[::2], numbers[1::2], strict=False)
        ]
        colour = self.ink if kind == "line" or words[0] == "ink" else self.fill
        if kind == "area":
            canvas.polygon(spots, fill=colour)
            return
        width = 2 * numbers[-1] if kind == "disc" else unit * float(words[0])
        if kind == "line":
            canvas.line(spots, fill=colour, width=round(width))
        r = round(width / 2)
        for x, y in spots:  # the disc itself, or the round joints of a line
            canvas.ellipse((x - r, y - r, x + r, y + r), fill=colour)


class _Dice(np.random.RandomState):
    """NumPy's frozen generator: the same numbers in every version of NumPy."""

    def between(self, low: int, high: int) -> int:
        return int(self.randint(low, high + 1))

    def pick(self, choices: Sequence):
        return choices[self.between(0, len(choices) - 1)]

    def chance(self, percent: int) -> bool:
        return self.between(1, 100) <= percent

    def colour(self) -> Colour:
        return tuple(min(255, max(0, v + self.between(-18, 18))) for v in self.pick(_FILLS))


def _dice(*words: object) -> _Dice:
    digest = hashlib.sha256("\0".join(map(str, (_SEED, VERSION, *words))).encode()).digest()
    return _Dice(np.frombuffer(digest, dtype="<u4"))


def _mix(one: Colour, other: Colour, percent: int) -> Colour:
    return tuple(
        (a * (100 - percent) + b * percent) // 100 for a, b in zip(one, other, strict=True)
    )


def _thing(
    dice: _Dice, level: _Level, role: str, shapes: Sequence, x: int, y: int, radius: int
) -> _Thing:
    shape, fill = dice.pick(shapes), dice.colour()
    ink = _DARK if sum(fill) > 330 + dice.between(-60, 60) else _LIGHT
    ink = _mix(fill, ink, dice.between(*level.ink))
    opacity = 100 if role == "occluder" else dice.between(*level.opacity)
    forms = (shape, shape) if isinstance(shape, str) else shape
    return _Thing(role, forms, x, y, radius, dice.pick(_TILTS), fill, ink, opacity)


def _place(dice: _Dice, radius: int, taken: list[tuple[int, int, int]]) -> tuple[int, int, int]:
    """Find a place clear of the others, or after 60 tries the last one tried."""
    for _ in range(60):
        x, y = (dice.between(_MARGIN + radius, SIDE - _MARGIN - radius) for _ in "xy")
        if all((x - u) ** 2 + (y - v) ** 2 > (radius + r) ** 2 * 1.2 for u, v, r in taken):
            break
    taken.append((x, y, radius))
    return taken[-1]


def _scene(name: str, agreement: str) -> list[_Thing]:
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
        pieces.append(_thing(dice, level, role, _EVIDENCE, x, y, r))
        if dice.chance(level.occluded):
            east, south = dice.pick(_COMPASS)
            x, y = x + r * east * 9 // 100, y + r * south * 9 // 100
            size = r * dice.between(5, 7) // 10
            front.append(_thing(dice, level, "occluder", _OCCLUDERS, x, y, size))
    for _ in range(dice.between(2, 5)):
        place = _place(dice, dice.between(14, 40), taken)
        neutral.append(_thing(dice, level, "neutral", _NEUTRAL, *place))
    return [*neutral, *reversed(pieces), *front]


def _background(dice: _Dice) -> Image.Image:
    """Paint a gradient, a horizon, stripes, tiles or blotches, in colours that fit any label."""
    paper = _mix(_DARK, _LIGHT, dice.between(10, 90))
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


def _grain(dice: _Dice) -> np.ndarray:
    """Draw the noise of one picture, brightness levels of -12..12, int16 (256, 256, 1)."""
    strength = dice.between(2, 12)
    noise = np.frombuffer(dice.bytes(SIDE * SIDE), np.int8).reshape(SIDE, SIDE, 1)
    return noise.astype(np.int16) * strength // 128


def draw(
    name: str, label: int, agreement: str, *, evidence: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Draw one picture and say where its evidence lies.

    The scene depends on the name and the agreement only: the same name with the other label is
    the same picture with every smile turned into a frown.

    Parameters
    ----------
    name : str
        File name of the photograph that the picture stands in for.
    label : int
        0 negative, 1 positive.
    agreement : {"five", "four", "three"}
        How many annotators agreed: the fewer, the weaker the evidence.
    evidence : bool, optional
        False leaves out the objects that speak for the label and nothing else.

    Returns
    -------
    picture : numpy.ndarray
        RGB, uint8, (256, 256, 3), 0..255.
    mask : numpy.ndarray
        bool, (256, 256); True where an object that speaks for the label is visible (all of a face,
        not only its mouth), the same with and without ``evidence``.

    Raises
    ------
    UserError
        For a label other than 0 and 1, or an agreement of another name.
    """
    _check(name, label, agreement)
    dice = _dice("background", name)
    canvas, mask = _background(dice), Image.new("L", (SIDE, SIDE))
    for thing in _scene(name, agreement):
        sprite = thing.sprite(int(label))
        alpha, corner = (
            sprite.getchannel("A"),
            (thing.x - sprite.width // 2, thing.y - sprite.height // 2),
        )
        if evidence or thing.role != "evidence":
            canvas.paste(sprite, corner, alpha)
        if thing.role == "evidence":
            mask.paste(255, corner, alpha.point([0] + [255] * 255))
        else:
            mask.paste(0, corner, alpha.point([0] * 255 + [255]))
    picture = (np.asarray(canvas).astype(np.int16) + _grain(dice)).clip(0, 255).astype(np.uint8)
    return picture, np.asarray(mask) > 0


def _check(name: str, label: int, agreement: str) -> None:
    if label not in (0, 1):
        raise UserError(f"{name}: the label must be 0 or 1, not {label!r}.")
    if agreement not in _LEVELS:
        raise UserError(f"{name}: the agreement must be five, four or three, not {agreement!r}.")


def agreement(table: pd.DataFrame) -> pd.Series:
    """Tell from the folds how many annotators agreed on each picture.

    The published folds leave out a remainder of 2, 1 and 4 pictures of the three complete lists.
    A picture is taken for what its folds show, so two that five agreed on count as "four" here.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``five_fold`` and ``four_fold``, empty where a picture is in no fold.

    Returns
    -------
    pandas.Series
        "five", "four" or "three", with the index of the table.

    Raises
    ------
    UserError
        When a column is missing.
    """
    _need(table, "five_fold", "four_fold")
    level = np.where(table["four_fold"].notna(), "four", "three")
    level = np.where(table["five_fold"].notna(), "five", level)
    return pd.Series(level, index=table.index, name="agreement")


def generate(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Draw the pictures of a table, in its order.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``image``, ``label``, ``five_fold`` and ``four_fold``, as the published folds have
        them.

    Returns
    -------
    pictures : numpy.ndarray
        RGB, uint8, (n, 256, 256, 3), 0..255.
    masks : numpy.ndarray
        bool, (n, 256, 256), see `draw`.

    Raises
    ------
    UserError
        When a column is missing or a label is neither 0 nor 1.
    """
    _need(table, "image", "label")
    rows = list(zip(table["image"], table["label"], agreement(table), strict=True))
    for row in rows:
        _check(*row)
    pictures = np.empty((len(rows), SIDE, SIDE, 3), np.uint8)
    masks = np.empty((len(rows), SIDE, SIDE), bool)
    for n, row in enumerate(rows):
        pictures[n], masks[n] = draw(*row)
    return pictures, masks


def _need(table: pd.DataFrame, *columns: str) -> None:
    missing = [column for column in columns if column not in table]
    if missing:
        raise UserError(
            f"The table of pictures has no column {missing[0]}: use published_folds.csv."
        )
