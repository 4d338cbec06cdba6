"""The things that the stand-in's pictures show, as outlines, and how one of them is drawn."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]

FILLS = (
    (214, 69, 65), (232, 126, 60), (240, 190, 70), (132, 178, 84), (62, 150, 110), (70, 160, 190),
    (64, 105, 180), (120, 90, 170), (190, 90, 150), (150, 110, 80), (225, 215, 200), (95, 100, 110),
)  # fmt: skip
DARK, LIGHT = (32, 28, 38), (250, 246, 236)
# Cosines and sines of the tilts, written out so that no mathematics library can differ.
TILTS = ((0.9659, -0.2588), (0.9903, -0.1392), (1.0, 0.0), (0.9903, 0.1392), (0.9659, 0.2588))

_DRAWN = yaml.safe_load(Path(__file__).with_name("shapes.yaml").read_text("utf-8"))


def _form(name: str) -> str:
    """Give the strokes of a shape, with those of the shapes that it names."""
    return " | ".join(_form(one) if one in _DRAWN else one for one in _DRAWN[name])


# (negative, positive) of one size and one pair of colours.
EVIDENCE = tuple(
    (_form(f"sad {name}"), _form(f"glad {name}")) for name in ("face", "heart", "weather", "vase")
)
OCCLUDERS = tuple(map(_form, ("crate", "ball", "tree")))
NEUTRAL = tuple(
    map(_form, ("calm face", "cloud", "calm vase", "house", "tree", "car", "crate", "ball"))
)


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
