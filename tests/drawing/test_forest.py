"""A forest plot in HTML: every value can be found where it is drawn, read out and looked up."""

import re

from pixels_to_sentiment.drawing.forest import Line, forest

GROUPS = {"yes": ("reproduced", "Yes"), "no": ("untested", "No")}
LINES = [
    Line("no", "None & nothing", "#none", (), (), "counted < seen"),
    Line("yes", "Both", "#both", (0.05,), (("a <b>", 0.1, -0.1, 0.2), ("b", -0.05, -0.1, 0.0))),
]


def test_values_lie_on_one_scale_that_is_zero_in_the_middle():
    """Whatever is drawn: what lies twice as far from the middle is twice as large."""
    html = forest(LINES, GROUPS, "difference")
    dots = [float(one) - 50 for one in re.findall(r'<circle cx="([\d.]+)%"', html)]
    (diamond,) = [float(one) - 50 for one in re.findall(r'class="diamond" x="([\d.]+)%"', html)]
    assert dots[0] == -2 * dots[1] == 2 * diamond
    marks = re.findall(r'style="left:([\d.]+)%', html)
    assert sorted(float(one) - 50 for one in marks) == sorted([*dots, diamond])
    assert all(0 <= float(one) <= 100 for one in re.findall(r'"([\d.]+)%"', html))
    ticks = re.findall(r'<text x="([\d.]+)%"[^>]*>([^<]+)<', html)
    at = {words: float(place) - 50 for place, words in ticks}
    assert at["0"] == 0
    assert abs(at["+0.10"] - dots[0]) < 0.01


def test_rows_stand_in_the_order_of_their_groups_and_say_all_that_they_show():
    """To who points, by what is read out, or in words where nothing can be drawn."""
    html = forest(LINES, GROUPS, "difference")
    assert re.findall(r'<p class="forest-group (\w+)">(\w+)', html) == [
        ("reproduced", "Yes"),
        ("untested", "No"),
    ]
    told = "a &lt;b&gt;: +0.100 (−0.100 to +0.200)"
    assert f'data-value="{told}"' in html
    assert f'aria-label="the article: +0.050; {told}; b: −0.050 (−0.100 to +0.000)"' in html
    assert "counted &lt; seen" in html
    assert "None &amp; nothing" in html
