"""The numbers of the article that stand beside its claims."""

import pytest


def test_the_articles_numbers_stand_beside(unrecorded):
    """As differences, from the table of reported results; what it says in words is its note."""
    table = unrecorded
    assert not table["paper"].str.contains("unverified").any(), "all have been read in the article"
    lines = table["paper"].str.split("<br>")
    assert lines["addition"] == [
        "CaffeNet, ILSVRC-2012 − fc9-2, ILSVRC-2012: +0.027",
        "MVSO English − fc9-2, MVSO English: +0.150",
    ]
    assert table["article"]["addition"] == pytest.approx([0.027, 0.150])
    assert lines["accuracy"][1] == "four agree: 0.787"
    assert lines["agreement"][1] == "four agree − three agree, one subset within the other: +0.038"
    assert table["article"]["agreement"] == []
    assert lines["previous"][2] == "three agree: +0.062"
    assert lines["dip"][3] == "conv4 softmax − pool5 softmax: −0.005"
    assert lines["lost-features"] == ["pool5 softmax − fc6-2: +0.135"]
    assert "fc6-2 − always positive, ten crops: +0.018" in lines["no-more-than-positive"]
    assert lines["parameters"][1] == "over 54 million parameters fewer"
    assert lines["maps-speed"][0].endswith(": 3")
    assert lines["lean"] == ["five agree: +0.014", "five agree, centre crop: +0.001"]
    assert "SVM: +0.97 over 13 layers" in lines["depth"]
    assert len(lines["mvso-english"]) == len(lines["related"]) - 6 == 8
