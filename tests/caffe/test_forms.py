"""Numbers as C++ prints them; whole lines, and what is no number, are in the tests of `lines`."""

import math
import re

import numpy as np
import pytest

from pixels_to_sentiment.caffe import forms


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *(("-3", -3), ("1e-05", 1e-5), (".5", 0.5), ("1.5e+30", 1.5e30)),
        *(("inf", math.inf), ("-inf", -math.inf), ("nan", math.nan), ("-nan", math.nan)),
    ],
)
def test_numbers_are_read_as_c_prints_them(read, value, number):
    """In the solver's line, the rate and an output; more may follow the rate."""
    log = read(
        [
            f"Iteration 0, loss = {value}",
            f"    Train net output #0: cost = {value} (* 2 = {value} loss)",
            f"Iteration 0, lr = {value}, m = 0.9",
        ]
    )
    found = log.curve[["total_loss", "train_cost", "rate"]].to_numpy()[0]
    np.testing.assert_array_equal(found, [number] * 3)


def test_no_group_is_possessive():
    """Python 3.11.2, Debian 12's own, matches them wrongly, and nothing of a log was read."""
    patterns = [one.pattern for one in vars(forms).values() if isinstance(one, re.Pattern)]
    assert len(patterns) > 5
    assert not [one for one in patterns if re.search(rb"\)[?*+]\+|\}\+|\(\?>", one)]
