"""Runs: what their keys depend on, and that a network comes back."""

import os
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import declared, factory
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.training import prediction
from pixels_to_sentiment.training.recipes import Recipe
from toy_runs import RUN, copy_of, made_up_pictures


@pytest.mark.parametrize("name", [field.name for field in fields(Recipe)])
def test_the_key_depends_on_every_value_of_the_recipe(name):
    """Two recipes of the same name and different values are different runs."""
    value = getattr(RUN.recipe, name)
    if isinstance(value, bool):
        other = not value
    elif isinstance(value, tuple):
        other = (*value, "conv1")
    else:
        other = value + ("x" if isinstance(value, str) else 1)
    recipe = replace(RUN.recipe, **{name: other})
    assert replace(RUN, recipe=recipe).key("data") != RUN.key("data")


def test_a_run_within_the_training_list_never_sees_the_test_fold():
    """It tests on one fold of the list and trains on the other three."""
    train, test = replace(RUN, fold=1, inner=3, limit=None).lists()
    held = folds.split("five", 3)[1]["image"]
    assert test["image"].to_list() == held.to_list()
    seen = set(train["image"]) | set(test["image"])
    assert not seen & set(folds.split("five", 1)[1]["image"])
    assert (len(train), len(seen)) == (528, 704)


def test_tables_are_those_of_the_file_as_it_is_now(finished, tmp_path):
    """Neither what was done to a table that was given, nor an earlier state of the file."""
    run = Record.open(copy_of(finished, tmp_path))
    for read in (run.predictions, run.curve):
        given = read()
        before = given.copy()
        given["image" if "image" in given else "rate"] = 0
        pd.testing.assert_frame_equal(read(), before)
    right = dict(run.scores())
    run.scores()["centre"] = -1
    assert run.scores() == right
    table = run.predictions().assign(centre=0.25)
    table.to_csv(run.folder / "predictions.csv", index=False)
    pd.testing.assert_frame_equal(run.predictions(), table)
    assert run.scores()["centre"] == (table["label"] == 0).mean()
    table.assign(centre=1.5).to_csv(run.folder / "predictions.csv", index=False)
    with pytest.raises(UserError, match="do not all lie from 0 to 1"):
        run.scores()
    table.head(0).to_csv(run.folder / "predictions.csv", index=False)
    with pytest.raises(UserError, match="not those of the run's test list"):
        run.scores()
    run.curve().head(0).to_csv(run.folder / "curve.csv", index=False)
    with pytest.raises(UserError, match="it has no iteration"):
        run.curve()


def test_a_restored_network_predicts_as_recorded(finished):
    """Weights, normalisation statistics and input convention come back."""
    pictures = made_up_pictures()
    pixels = pictures.tensor()[pictures.rows(finished.predictions()["image"])]
    restored, fresh = finished.restore(), factory.create(RUN.network, start="random")
    assert not restored.training
    table = finished.predictions()
    for network, equal in ((restored, True), (fresh, False)):
        views = prediction.centre_and_oversampled(network, pixels)
        close = [
            np.allclose(view, table[name], rtol=1e-12, atol=0)
            for view, name in zip(views, ("centre", "oversampled"), strict=True)
        ]
        assert close == [equal, equal]


@pytest.mark.parametrize(
    ("name", "start"),
    [("squeezenet1_0", "imagenet-caffe"), ("mobilenet_v2", "imagenet")],
)
def test_restoring_needs_no_starting_weights(finished, tmp_path, monkeypatch, name, start):
    """The start's convention comes from its declaration, all parameters from the run's file."""
    monkeypatch.setattr(factory, "weights_file", lambda names: pytest.fail("asked for weights"))
    body = factory.create(name, start="random", seed=5).body
    save_file(
        {key: value.contiguous() for key, value in body.state_dict().items()},
        tmp_path / runs.WEIGHTS,
    )
    run = replace(RUN, network=name, start=start)
    restored = replace(finished, folder=tmp_path, work=run).restore()
    for key, value in body.state_dict().items():
        assert torch.equal(restored.body.state_dict()[key], value)
    known = factory.find_start(name, start).convention
    assert restored.convention == (known or declared.ARCHITECTURES[name].convention)
    assert restored.frozen_norms == (name == "mobilenet_v2")


def test_what_cannot_be_restored_is_named(finished, tmp_path):
    """No weights (as in recorded results), cut short, or those of another network."""
    folder = copy_of(finished, tmp_path)
    path = folder / runs.WEIGHTS
    save_file({"conv1.weight": torch.zeros(1)}, path)
    with pytest.raises(UserError, match=str(path)):
        Record.open(folder).restore()
    os.truncate(path, 20)
    with pytest.raises(UserError, match=str(path)):
        Record.open(folder).restore()
    path.unlink()
    with pytest.raises(UserError, match=f"{folder} holds no weights"):
        Record.open(folder).restore()
