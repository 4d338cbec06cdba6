"""Numbers as C++ prints them; whole lines are in the tests of `lines`."""

import math

import pytest

from pixels_to_sentiment.caffe import forms


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((b"1e-05", 1e-5), (b".5", 0.5), (b"-inf", -math.inf), (b"1.#INF", math.inf)),
        *((b"-nan", math.nan), (b"inf", math.inf), (b"1.5e+30", 1.5e30), (b"-1.#INF", -math.inf)),
        *((b"-1.#IND00", math.nan), (b"-nan(ind)", math.nan), (b"nan", math.nan)),
        # Numbers to Python, or to C++ when it reads.
        *((b"1_0", None), (b"0x1p3", None), (b"1,5", None), (b"", None), (b"0.5%", None)),
    ],
)
def test_a_number_is_what_caffe_prints_and_nothing_else(text, number):
    """On Windows, too, where neither infinity nor what is none has the name that Python knows."""
    # Not a number equals nothing, but it is written in one way.
    assert repr(forms.number(text)) == repr(number)


def test_what_has_a_unit_is_no_value():
    """The times and speeds that forks print after a loss leave nothing that would be counted."""
    aside = b", m = 0.9, wd = 5e-4, gs = 1 (0.2 s/iter, 39.9s/100 iters), 1.2/60ep, eta: 1:20:30"
    assert not any(map(str.isdigit, forms.ASIDE.sub(b"", aside).decode()))
    assert not forms.ASIDE.search(b", 0.5, top1 = 0.5, smoothed 3")
