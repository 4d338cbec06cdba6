"""Map studies that are made: of the right pictures, network and partner, and as they are kept."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.studies import measures, store
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.studies.store import Studies
from pixels_to_sentiment.training import heads, loop
from toy_runs import names_in
from toy_studies import FILES, FITTED, MAPPED_RUN, blocks, measured, small, trained


@pytest.fixture(scope="module")
def pictures():
    return blocks()


@pytest.fixture
def made(tmp_path):
    """Studies in a folder of their own."""
    return Studies(tmp_path / "runs")


@pytest.fixture(scope="module", autouse=True)
def _small():
    """Let networks be small ones: of a run by its seed, and of a start by theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs.Record, "restore", lambda record: small(10 + record.run.seed))
        patch.setattr(factory, "create", lambda name, *, start, seed=0: small(seed))
        yield


@pytest.fixture(autouse=True)
def spied(monkeypatch):
    """Note what `measures.measure` is called with, and the made-up maps that it answers with."""
    calls, dice = [], torch.Generator().manual_seed(0)

    def spy(network, pictures, table, **options):
        options["progress"]("maps")
        maps = 9 * torch.randn(2, len(table), 3, 4, generator=dice)
        at = np.array([1 / 7, 1 / 3, 2 / 3])
        found = measured(table["image"].to_list(), table["label"].to_list())
        numbers = {"deletion@0": found["deletion@0"] + 1e-5 / 3}
        answer = maps[0], at, maps[1].abs(), at / 3, found.assign(**numbers)
        calls.append(options | {"network": network, "answer": answer})
        return answer

    monkeypatch.setattr(measures, "measure", spy)
    return calls


def study_of(run, other=None, **changes):
    given = {"run": run.key, "other": other.key if other else "", "limit": 2}
    return Study(agreement="five", fold=1, **given | changes)


@pytest.mark.parametrize("limit", [2, None])
def test_a_network_that_was_not_trained_gets_a_head_of_the_training_pictures(
    pictures, made, isolated, monkeypatch, limit
):
    """Of the whole list, or of few where few are mapped; it is kept, and not recorded."""
    calls, told, study = [], [], replace(FITTED, limit=limit)
    monkeypatch.setattr(heads, "fit", lambda *given: calls.append(given))
    record = made.get(study, pictures, device="cpu", progress=lambda *step: told.append(step))
    assert names_in(record.folder) == FILES
    assert (record.study, record.run, record.other) == (study, None, None)
    assert told == [(study, "maps")]
    assert store.recorded() == []
    train = folds.split("five", 1)[0].head(limit and 40)
    ((_, pixels, labels),) = calls
    assert list(labels) == list(train["label"])
    np.testing.assert_array_equal(pixels, pictures.pixels[pictures.rows(train["image"])])
    assert not set(record.maps()[0]) & set(train["image"])


def test_a_run_maps_the_test_pictures_of_its_fold(pictures, made, spied):
    """By its own network, beside that of the other seed; the record says by which runs."""
    one, other = trained(made.root), trained(made.root, seed=1)
    record = made.get(study_of(one, other), pictures, device="cpu")
    assert (record.run, record.other) == (one.run, other.run)
    assert list(record.maps()[0]) == list(folds.split("five", 1)[1]["image"].head(2))
    (options,) = spied
    for name, seed in (("network", 10), ("other", 11)):
        state = options[name].state_dict()
        assert all(torch.equal(state[key], v) for key, v in small(seed).state_dict().items())
    assert options["untaught"] is None


def test_maps_are_kept_to_three_digits_and_measures_to_four_places(pictures, made, spied):
    """Half a unit in the last of them is all that is lost."""
    record = made.get(study_of(trained(made.root)), pictures, device="cpu")
    maps, at, cam, cam_at, table = spied[0]["answer"]
    for kept, kept_at, exact, exact_at in (
        (record.maps()[1], record.at, maps, at),
        (record.grad_cam()[1], record.grad_cam_at, cam, cam_at),
    ):
        np.testing.assert_allclose(kept, exact, rtol=5.1e-3)
        np.testing.assert_allclose(kept_at, exact_at, atol=5.1e-7)
    texts = (record.folder / "log_odds.csv").read_text().splitlines()[1].split(",")[1:]
    assert texts == [f"{value:.3g}" for value in maps[0].flatten().tolist()]
    kept = record.measures().drop(columns=["fold", "key"])
    pd.testing.assert_frame_equal(kept, table, check_exact=False, atol=5.1e-5, rtol=0)
    assert not kept.equals(table)


def test_shuffled_labels_are_taught_as_the_run_was(pictures, made, spied, monkeypatch):
    """The same pictures, recipe and seed; the labels are the same in another order."""
    calls = []
    train = loop.train

    def spy(network, pixels, labels, recipe, **options):
        calls.append((pixels, labels, recipe, options))
        return train(network, pixels, labels, recipe, **options)

    monkeypatch.setattr(loop, "train", spy)
    one = trained(made.root, seed=5, limit=40)
    made.get(study_of(one, labels=True), pictures, device="cpu")
    taught = folds.split("five", 1)[0].head(40)
    ((pixels, labels, recipe, options),) = calls
    np.testing.assert_array_equal(pixels, pictures.pixels[pictures.rows(taught["image"])])
    assert sorted(labels) == sorted(taught["label"])
    assert list(labels) != list(taught["label"])
    assert recipe == MAPPED_RUN.recipe
    assert options == {"seed": 5, "precision": "fp32"}
    assert not spied[0]["untaught"].training


def test_an_untrained_network_starts_from_the_file_of_recorded_studies(
    pictures, isolated, made, spied
):
    """Its key names none, so that maps from any other would lie under the same key."""
    study = replace(FITTED, run="squeezenet1_1:imagenet")
    wanted = r"from squeezenet1_1\.imagenet1k\.onnx-model-zoo\.safetensors and no other file"
    with pytest.raises(UserError, match=wanted):
        made.get(study, pictures)
    assert spied == []
    assert names_in(made.root) == []
