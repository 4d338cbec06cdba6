"""The shapes: whole, and alike but for what tells the classes apart."""

from itertools import chain

import numpy as np
import pytest

from pixels_to_sentiment.data import shapes

FILL, INK = (200, 100, 50), (20, 30, 40)
ALL = sorted({*shapes.NEUTRAL, *shapes.OCCLUDERS, *chain(*shapes.EVIDENCE)})


def drawn(form, other=None, label=0, role="neutral", tilt=(1.0, 0.0)):
    """Sprite of a shape as RGBA, uint8 (100, 100, 4)."""
    thing = shapes.Thing(role, (form, other or form), 0, 0, 40, tilt, FILL, INK, 100)
    return np.asarray(thing.sprite(label))


def ink_share(sprite):
    """Part of the shape's area in the colour of its lines, 0 to 1."""
    solid = sprite[..., 3] == 255
    return (np.abs(sprite[solid][:, :3].astype(int) - INK).sum(1) < 30).mean()


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
