"""The numbers of the article that stand beside its claims."""

import pytest

from pixels_to_sentiment import claims

pytestmark = pytest.mark.usefixtures("isolated")


def test_the_articles_numbers_stand_beside():
    """As differences, from the table of reported results; what it says in words is its note."""
    table = claims.judge([], [], []).set_index("name")["paper"]
    assert not table.str.contains("unverified").any(), "all have been read in the article"
    table = table.str.split("<br>")
    assert table["addition"] == [
        "CaffeNet, ILSVRC-2012 − fc9-2, ILSVRC-2012: +0.027",
        "MVSO English − fc9-2, MVSO English: +0.150",
    ]
    assert table["accuracy"][1] == "four agree: 0.787"
    assert table["oversampling"][0] == "five agree: +0.013"
    assert table["agreement"][1] == "four agree − three agree: +0.038"
    assert table["previous"][2] == "three agree: +0.062"
    assert table["dip"][3] == "conv4 softmax − pool5 softmax: −0.005"
    assert table["lost-features"] == ["pool5 softmax − fc6-2: +0.135"]
    assert table["two-layers"] == ["fc7-2 − fc6-2: +0.121"]
    assert "fc6-2 − always positive, ten crops: +0.018" in table["no-more-than-positive"]
    assert table["parameters"][1] == "over 54 million parameters fewer"
    assert table["maps-speed"][0].endswith(": 3")
    assert table["lean"] == ["five agree: +0.014"]
    assert "SVM: +0.97 over 13 layers" in table["depth"]
    assert len(table["mvso-english"]) == len(table["related"]) - 6 == 8
