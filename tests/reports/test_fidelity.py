"""The decoded array against exact pixels: differences, their effect, and what is recorded."""

import io
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports import fidelity
from toy_runs import change

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def archive(tmp_path, finished):
    """Make an archive with made-up pictures under the names of the run's test list."""
    dice = np.random.default_rng(0)
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name in finished.predictions()["image"]:
            content = io.BytesIO()
            pixels = dice.integers(0, 256, (90, 301, 3), np.uint8)
            Image.fromarray(pixels).save(content, "PNG")
            opened.writestr(f"images/{name}", content.getvalue())
    return path


@pytest.fixture
def on_photographs(tmp_path, finished):
    """Give the finished run as if it had been made on photographs."""
    folder = shutil.copytree(finished.folder, tmp_path / "runs" / finished.key)
    change(folder / "run.json", data={"source": "photographs", "fingerprint": "x"})
    return Record.open(folder)


def test_exact_pixels_are_the_decoded_ones_before_rounding(archive, finished):
    """In the order of the names; warping and rounding is all that the decoded array does."""
    names = finished.predictions()["image"].to_list()[::-1]
    given = fidelity.exact(archive, names)
    assert given.shape == (len(names), 256, 256, 3)
    with zipfile.ZipFile(archive) as opened:
        for name, pixels in zip(names, given, strict=True):
            with Image.open(io.BytesIO(opened.read(f"images/{name}"))) as image:
                warped = pictures.warp(np.asarray(image))
            assert np.abs(pixels - warped)[1:-1].max() <= 0.5001
            assert (pixels != warped).any()


def test_the_photographs_are_off_by_their_rounding_alone(mirror):
    """Half a grey value, on a few of them, but for the border of enlarged ones."""
    names, sides, pixels = folds.load()["image"].to_numpy()[::150], [], []
    with archives.open_archive(mirror / pictures.ARCHIVE) as opened:
        for member in archives.members_by_name(opened, names).values():
            with Image.open(io.BytesIO(opened.read(member))) as image:
                sides.append(min(image.size))
                pixels.append(pictures.warp(np.asarray(image.convert("RGB"))))
    few = pictures.Pictures(names, np.stack(pixels), "photographs", "", None)
    table = fidelity.rounding(few, mirror / pictures.ARCHIVE)
    assert table["image"].to_list() == list(names)
    assert table["inside"].between(0.45, 0.501).all()
    assert (table["largest"] >= table["inside"]).all()
    reduced = np.array(sides) >= 256
    assert reduced.any()
    assert (table.loc[reduced, "largest"] < 0.501).all()
    assert table["mean"].between(0.1, 0.26).all()


def test_predictions_from_exact_pixels_are_the_networks(archive, on_photographs):
    """The trained network on unrounded crops, here cut by hand."""
    made = fidelity.predict_exactly(on_photographs, archive)
    network = on_photographs.restore().eval()
    side = network.convention.crop
    low = (256 - side) // 2
    pixels = torch.from_numpy(fidelity.exact(archive, made["image"]))
    with torch.no_grad():
        logits = network(pixels[:, low : low + side, low : low + side])
    np.testing.assert_allclose(made["centre"], logits.double().softmax(1)[:, 1], atol=1e-6)
    assert made[["image", "label"]].equals(on_photographs.predictions()[["image", "label"]])


def test_a_run_on_the_stand_in_has_no_exact_pixels(archive, finished):
    """It has no files."""
    with pytest.raises(UserError, match=r"is not of the photographs \(stand-in\): name"):
        fidelity.predict_exactly(finished, archive)


def test_the_effect_is_counted_picture_by_picture():
    """Accuracy either way, predictions that change sides, and by how much."""
    fast = pd.DataFrame(
        {"image": list("abcd"), "label": [1, 1, 0, 0], "centre": [0.9, 0.51, 0.2, 0.6]}
    ).assign(oversampled=[0.9, 0.8, 0.2, 0.1])
    exact = fast.assign(centre=[0.9, 0.49, 0.1, 0.6]).sample(frac=1, random_state=0)
    table = fidelity.effect(fast, exact).set_index("view")
    centre = table.loc["centre"]
    assert (centre["accuracy_fast"], centre["accuracy_exact"]) == (0.75, 0.5)
    assert (centre["changed"], centre["pictures"]) == (1, 4)
    assert centre["largest"] == pytest.approx(0.1)
    assert centre["mean"] == pytest.approx(0.03)
    assert table.loc["oversampled", ["changed", "largest", "mean"]].to_list() == [0, 0, 0]


def test_exact_predictions_join_the_result_of_the_same_training(archive, on_photographs):
    """Recorded under other code, with the same predictions; read back as the effect, by view.

    One whose predictions differ in a digit is another.
    """
    made = on_photographs.predictions()
    predicted = made.assign(oversampled=1 - made["oversampled"])
    folder = Path(shutil.copytree(on_photographs.folder, places.results() / on_photographs.key))
    made.assign(centre=made["centre"] + 1e-9).to_csv(folder / "predictions.csv", index=False)
    with pytest.raises(UserError, match="No recorded result"):
        fidelity.record(on_photographs, predicted)
    made.to_csv(folder / "predictions.csv", index=False)
    change(folder / "run.json", code="another")
    key = Record.open(folder).key
    folder = folder.rename(folder.with_name(key))
    assert fidelity.record(on_photographs, predicted) == folder
    read = fidelity.both_ways([Record.open(folder), on_photographs])
    assert list(read)[:3] == ["configuration", "fold", "key"]
    assert read["view"].to_list() == ["centre crop", "ten crops"]
    assert set(read["key"]) == {key}
    assert read["changed"].to_list() == [0, len(predicted)]
    assert fidelity.both_ways([on_photographs]).empty
    drawn = fidelity.probabilities([Record.open(folder), on_photographs]).set_index("crops")
    assert drawn.loc["centre crop", "fast"].equals(drawn.loc["centre crop", "exact"])
    assert drawn.loc["ten crops"].sum(axis=1).to_list() == pytest.approx([1] * len(predicted))
    assert fidelity.probabilities([on_photographs]).empty
