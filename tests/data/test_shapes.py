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


@pytest.mark.parametrize("tilt", shapes.TILTS, ids=str)
@pytest.mark.parametrize("form", ALL, ids=range(len(ALL)))
def test_no_shape_is_cut_off_by_the_edge_of_its_sprite(form, tilt):
    """The outermost pixels stay clear, at every tilt."""
    alpha = drawn(form, tilt=tilt)[..., 3]
    edge = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert alpha.any()
    assert not edge.any()


@pytest.mark.parametrize(
    ("role", "label", "shown"), [("evidence", 0, 0), ("evidence", 1, 1), ("contrary", 0, 1)]
)
def test_the_role_decides_which_form_is_shown(role, label, shown):
    """Evidence speaks for the label, what is contrary for the other one."""
    sad, glad = shapes.EVIDENCE[0]
    np.testing.assert_array_equal(
        drawn(sad, glad, label=label, role=role), drawn((sad, glad)[shown])
    )
