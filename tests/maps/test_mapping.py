"""Photographs mapped by a finished run, and the files that are written of them."""

import hashlib
import json
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.maps import choice, dense, drawing, mapping, photos
from pixels_to_sentiment.training import prediction
from toy_maps import photograph, with_weights
from toy_runs import made_up_pictures


@pytest.fixture
def chosen(isolated, made):
    (isolated / "out").mkdir()
    return choice.Choice(with_weights(made(recipe="paper-third")))


def test_probabilities_and_map_are_those_of_the_library(chosen, isolated):
    """Of the same warped pixels; the file has them, the run and the picture's own size."""
    path, out = photograph(isolated / "a.png", size=(60, 40)), isolated / "out"
    photo = photos.opened(path)
    ((_, found),) = mapping.mapped(chosen, [path], out)
    network = chosen.record.restore()
    pair = prediction.centre_and_oversampled(network, torch.from_numpy(photo.small)[None])
    expected = dense.log_odds(network, torch.from_numpy(photo.large)[None])[0].numpy()
    assert expected.std() > 0.01, "or nothing was compared"
    np.testing.assert_allclose(found["map"], expected, atol=1e-6)
    np.testing.assert_allclose(found["map_places"], dense.places(network, expected), atol=1e-4)
    assert (found["positive_centre_crop"], found["positive_ten_crops"]) == tuple(map(float, pair))
    assert (found["width"], found["height"]) == (60, 40)
    assert found["predicted"] == ("positive" if pair[1] > 0.5 else "negative")
    assert found["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found["run"]["accuracy"] == chosen.accuracy
    assert json.loads((out / "a.png.map.json").read_text()) == found
    assert Image.open(out / "a.png.map.png").format == "PNG"
    assert plt.get_fignums() == [], "a folder takes no more memory than a photograph"


def test_names_are_drawn_as_they_are(chosen, isolated, recwarn):
    """None is a formula, and a letter that the font lacks is no warning."""
    paths = [photograph(isolated / name) for name in ("$a$b_{x}^.png", "猫.png")]
    assert list(dict(mapping.mapped(chosen, paths, isolated / "out"))) == paths
    assert len(list((isolated / "out").iterdir())) == 4
    assert not recwarn.list


def test_weights_that_give_no_numbers_are_refused(chosen, isolated):
    """JSON has no NaN, and no class is the more probable one."""
    for parameter in chosen.network.parameters():
        parameter.data.fill_(float("nan"))
    with pytest.raises(UserError, match="not finite"):
        list(mapping.mapped(chosen, [photograph(isolated / "a.png")], isolated / "out"))


# Pictures that the run has seen


@pytest.fixture
def decoded(isolated, monkeypatch):
    """Let the photographs be at hand, each with a digest of its own unless others are given."""
    images = folds.load()["image"]
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in images]
    monkeypatch.setattr(mapping.assets, "find", lambda name: isolated)

    def write(fingerprint="f" * 64, digests=pd.Series(digests, images)):  # noqa: B008
        files = digests.rename("sha256").rename_axis("image").reset_index()
        loaded = replace(made_up_pictures(), files=files, fingerprint=fingerprint)
        monkeypatch.setattr(pictures, "from_archive", lambda path: loaded)
        return digests.copy()

    return write


def test_what_a_run_was_trained_on_is_its_training_list(decoded, made):
    """By content, up to its limit; twins of test pictures unless the recipe leaves them out."""
    train, test = (part["image"] for part in folds.split("five", 1))
    digests = decoded()
    record = made()
    assert mapping.trained_on(record) == set(digests.loc[train])
    limited = replace(record, work=replace(record.run, limit=5))
    assert mapping.trained_on(limited) == set(digests.loc[train.head(5)])
    digests[train.iloc[0]] = twin = digests[test.iloc[0]]
    decoded(digests=digests)
    assert twin in mapping.trained_on(record)
    assert twin not in mapping.trained_on(made(recipe="paper-without-twins"))


def test_a_picture_of_the_training_list_is_marked(decoded, chosen, isolated, monkeypatch):
    """In the numbers, and in red on the drawing."""
    paths = [photograph(isolated / name, seed) for seed, name in enumerate(("a.png", "b.png"))]
    digests = decoded()
    digests[folds.split("five", 1)[0]["image"].iloc[3]] = photos.opened(paths[0]).sha256
    decoded(digests=digests)
    real, warned = drawing.sheet, []
    monkeypatch.setattr(drawing, "sheet", lambda *given: warned.append(given[2]) or real(*given))
    found = dict(mapping.mapped(chosen, paths, isolated / "out"))
    assert [one["seen_in_training"] for one in found.values()] == [True, False]
    assert warned == [mapping.WARNINGS[True], ""]


def test_without_the_photographs_it_is_unknown_what_was_seen(decoded, made, monkeypatch):
    """Nothing is fetched to find out; other data do not count either."""
    record = made()
    decoded(fingerprint="e" * 64)
    assert mapping.trained_on(record) is None
    monkeypatch.setattr(mapping.assets, "find", lambda name: None)
    assert mapping.trained_on(record) is None
    stand_in = replace(record, data={"source": "stand-in", "fingerprint": "s"})
    assert mapping.trained_on(stand_in) == frozenset(), "which has seen no photograph"


# Where it is written


def test_a_file_that_cannot_be_written_is_said(chosen, isolated):
    """As where a folder is in its place."""
    (isolated / "out" / "b.jpg.map.png").mkdir()
    path = photograph(isolated / "b.jpg")
    with pytest.raises(UserError, match=r"cannot be written \(Is a dir"):
        list(mapping.mapped(chosen, [path], isolated / "out"))
