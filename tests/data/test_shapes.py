"""The shapes: drawn to measure, whole, and alike but for what tells the classes apart."""

import math
from itertools import chain

import numpy as np
import pytest

from pixels_to_sentiment.data import shapes

FILL, INK = (200, 100, 50), (20, 30, 40)
RADIUS = 40
ALL = sorted({*shapes.NEUTRAL, *shapes.OCCLUDERS, *chain(*shapes.EVIDENCE)})


def drawn(form, other=None, label=0, role="neutral", tilt=(1.0, 0.0), opacity=100):
    """Sprite of a shape as RGBA, uint8 (100, 100, 4)."""
    thing = shapes.Thing(role, (form, other or form), 0, 0, RADIUS, tilt, FILL, INK, opacity)
    return np.asarray(thing.sprite(label))


def ink_share(sprite):
    """Part of the shape's area in the colour of its lines, 0 to 1."""
    solid = sprite[..., 3] == 255
    return (np.abs(sprite[solid][:, :3].astype(int) - INK).sum(1) < 30).mean()


def test_a_disc_has_the_area_and_place_that_are_written():
    """Half the radius at (0.5, -0.25): pi / 4 of the square of the radius, there, in its fill."""
    sprite = drawn("disc fill .5,-.25 .5")
    cover = sprite[..., 3] / 255
    assert cover.sum() == pytest.approx(math.pi * (RADIUS / 2) ** 2, rel=0.03)
    y, x = np.indices(cover.shape) + 0.5
    centre = ((x * cover).sum() / cover.sum(), (y * cover).sum() / cover.sum())
    assert centre == pytest.approx((50 + 20, 50 - 10), abs=0.6)
    assert (sprite[cover == 1][:, :3] == FILL).all()


def test_lines_are_ink_and_as_wide_as_written():
    """A line has its length, its width and two half discs as ends, whatever the fill."""
    sprite = drawn("line .2 -.5,0 .5,0")
    area = RADIUS**2 * (0.2 + math.pi * 0.1**2)
    assert (sprite[..., 3] / 255).sum() == pytest.approx(area, rel=0.08)
    assert (sprite[sprite[..., 3] == 255][:, :3] == INK).all()


def test_a_tilt_turns_clockwise_and_keeps_the_size():
    """The sine turns what lies to the right downwards; every tilt lies on the unit circle."""
    cos, sin = shapes.TILTS[-1]
    assert sin > 0
    y, x = np.nonzero(drawn("disc fill .8,0 .2", tilt=(cos, sin))[..., 3])
    assert (x.mean() + 0.5 - 50, y.mean() + 0.5 - 50) == pytest.approx(
        (0.8 * RADIUS * cos, 0.8 * RADIUS * sin), abs=0.6
    )
    assert [math.hypot(*tilt) for tilt in shapes.TILTS] == pytest.approx([1] * 5, abs=1e-3)


@pytest.mark.parametrize("tilt", shapes.TILTS, ids=str)
@pytest.mark.parametrize("form", ALL, ids=range(len(ALL)))
def test_no_shape_is_cut_off_by_the_edge_of_its_sprite(form, tilt):
    """The outermost pixels stay clear, at every tilt."""
    alpha = drawn(form, tilt=tilt)[..., 3]
    edge = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert alpha.any()
    assert not edge.any()


@pytest.mark.parametrize("pair", shapes.EVIDENCE, ids=["face", "heart", "weather", "vase"])
def test_a_pair_differs_in_form_and_hardly_in_size_or_colour(pair):
    """Area and share of ink of the sad and the glad form are near, so colour tells little."""
    sad, glad = (drawn(form) for form in pair)
    assert (sad != glad).any()
    assert (sad[..., 3] > 0).mean() == pytest.approx((glad[..., 3] > 0).mean(), rel=0.2)
    assert ink_share(sad) == pytest.approx(ink_share(glad), abs=0.35)


@pytest.mark.parametrize(
    ("role", "label", "shown"), [("evidence", 0, 0), ("evidence", 1, 1), ("contrary", 0, 1)]
)
def test_the_role_decides_which_form_is_shown(role, label, shown):
    """Evidence speaks for the label, what is contrary for the other one."""
    sad, glad = shapes.EVIDENCE[0]
    np.testing.assert_array_equal(
        drawn(sad, glad, label=label, role=role), drawn((sad, glad)[shown])
    )


def test_opacity_thins_the_whole_thing():
    """At 40 percent every pixel has 40 percent of its cover and the same colour."""
    full, thin = drawn(shapes.NEUTRAL[0]), drawn(shapes.NEUTRAL[0], opacity=40)
    np.testing.assert_array_equal(thin[..., :3], full[..., :3])
    np.testing.assert_allclose(thin[..., 3], full[..., 3] * 0.4, atol=1)


def test_the_rim_keeps_the_colour_of_the_thing():
    """Half covered pixels are no darker than the fill, so that no seam shows on any ground."""
    sprite = drawn("disc fill 0,0 .8")
    rim = (sprite[..., 3] > 0) & (sprite[..., 3] < 255)
    assert rim.sum() > 50
    assert np.abs(sprite[rim][:, :3].astype(int) - FILL).max() <= 1
