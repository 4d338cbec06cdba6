"""The things that the stand-in's pictures show, as outlines, and how one of them is drawn."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]

FILLS = (
    (214, 69, 65), (232, 126, 60), (240, 190, 70), (132, 178, 84), (62, 150, 110), (70, 160, 190),
    (64, 105, 180), (120, 90, 170), (190, 90, 150), (150, 110, 80), (225, 215, 200), (95, 100, 110),
)  # fmt: skip
DARK, LIGHT = (32, 28, 38), (250, 246, 236)
# Cosines and sines of the tilts, written out so that no mathematics library can differ.
TILTS = ((0.9659, -0.2588), (0.9903, -0.1392), (1.0, 0.0), (0.9903, 0.1392), (0.9659, 0.2588))

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
EVIDENCE = (  # (negative, positive) of one size and one pair of colours
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
NEUTRAL = (_CALM, _CLOUD, _VASE, _HOUSE, _TREE, _CAR, _CRATE, _BALL)
OCCLUDERS = (_CRATE, _BALL, _TREE)


@dataclass(frozen=True)
class Thing:
    """One object of a scene.

    Its `role` is ``"neutral"``, ``"contrary"`` (speaks for the other label), ``"evidence"`` or
    ``"occluder"``; `forms` are its shape where the label that it speaks for is negative, and where
    it is positive. `x`, `y` are its centre and `radius` the unit of the shape, in pixels; `tilt`
    holds the cosine and sine of the angle that it is turned by, clockwise. Its body is `fill`, its
    lines and dark parts are `ink`; `opacity` is that of the whole object, in percent.
    """

    role: str
    forms: tuple[str, str]
    x: int
    y: int
    radius: int
    tilt: tuple[float, float]
    fill: Colour
    ink: Colour
    opacity: int

    def sprite(self, label: int) -> Image.Image:
        """Draw the object for a picture of this label: square, RGBA, its centre in the middle."""
        # At twice the size, then reduced, which smooths the edges.
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
