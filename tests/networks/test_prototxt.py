"""Descriptions as prototxt; what OpenCV makes of them is in the tests of `networks.deploy`."""

from pixels_to_sentiment.networks import prototxt


def test_a_description_is_protobufs_text():
    """Words of an enumeration stand without quotation marks; names may have any sign."""
    pool = {"pooling_param": {"pool": "MAX", "global_pooling": True, "stride": 2}}
    text = prototxt.describe([prototxt.Step("p", "Pooling", ("a", "b"), "c", pool)], 'x"', 4, "one")
    assert text.startswith('# one\nname: "x\\""\nlayer {\n  name: "data"\n  type: "Input"\n')
    assert " ".join(text.split()).endswith(
        'dim: 1 dim: 3 dim: 4 dim: 4 } } } layer { name: "p" type: "Pooling" bottom: "a" '
        'bottom: "b" top: "c" pooling_param { pool: MAX global_pooling: true stride: 2 } }'
    )
