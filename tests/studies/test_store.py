"""Map studies that are made: of the right pictures, network and partner, and as they are kept."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.maps import dense, rivals
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.studies import measures, store
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.studies.store import Studies
from pixels_to_sentiment.training import heads, loop
from toy_runs import names_in
from toy_studies import CROP, FILES, FITTED, MAPPED_RUN, SIDE, blocks, small, trained


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


@pytest.fixture(scope="module")
def fitted(pictures, tmp_path_factory):
    """`FITTED` made, its steps as they were told, and what its parts were called with."""
    calls, told = {"fit": [], "measure": []}, []

    def spied(module, name):
        function = getattr(module, name)

        def spy(*given, **options):
            calls[name].append((given, options))
            return function(*given, **options)

        return spy

    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((heads, "fit"), (measures, "measure")):
            patch.setattr(module, name, spied(module, name))
        record = Studies(tmp_path_factory.mktemp("fitted")).get(
            FITTED, pictures, device="cpu", progress=lambda *step: told.append(step)
        )
    return record, calls, told


@pytest.fixture
def spied(monkeypatch):
    """Note what `measures.measure` is called with, call by call."""
    calls, measure = [], measures.measure

    def spy(*given, **options):
        calls.append(options)
        return measure(*given, **options)

    monkeypatch.setattr(measures, "measure", spy)
    return calls


def study_of(run, other=None, **changes):
    given = {"run": run.key, "other": other.key if other else "", "limit": 2}
    return Study(agreement="five", fold=1, **given | changes)


def test_a_study_is_kept_with_its_steps_told(fitted, isolated):
    """Each with its study; it is not recorded by that."""
    record, _, told = fitted
    assert names_in(record.folder) == FILES
    assert (record.study, record.run, record.other) == (FITTED, None, None)
    assert {study for study, _ in told} == {FITTED}
    assert {"maps", "window", *measures.MAPS} <= {step for _, step in told}
    assert store.recorded() == []


def test_a_run_maps_the_test_pictures_of_its_fold(pictures, made, spied):
    """By its own network, beside that of the other seed; the record says by which runs."""
    one, other = trained(made.root), trained(made.root, seed=1)
    record = made.get(study_of(one, other), pictures, device="cpu")
    assert (record.run, record.other) == (one.run, other.run)
    names, values = record.maps()
    listed = folds.split("five", 1)[1]["image"].head(2)
    assert list(names) == list(listed)
    large = dense.enlarged(pictures, listed)
    maps = dense.log_odds(small(10), large)
    np.testing.assert_allclose(values, maps, rtol=6e-3)
    (options,) = spied
    assert torch.equal(dense.log_odds(options["other"], large), dense.log_odds(small(11), large))
    assert options["untaught"] is None


def test_maps_are_kept_to_three_digits_and_measures_to_four_places(fitted):
    """Half a unit in the last of them is all that is lost."""
    record, calls, _ = fitted
    ((given, options),) = calls["measure"]
    maps, at, table = measures.measure(*given, **options | {"progress": lambda step: None})
    kept = record.maps()[1]
    assert kept.shape == tuple(maps.shape)
    np.testing.assert_allclose(kept, maps, rtol=5.1e-3)
    np.testing.assert_allclose(record.at, at, atol=5.1e-7)
    with (record.folder / "log_odds.csv").open() as file:
        texts = [value for row in list(csv.reader(file))[1:] for value in row[1:]]
    exact = maps.flatten().tolist()
    assert all(t == f"{v:.3g}" for t, v in zip(texts, exact, strict=True))
    for name, column in record.measures().drop(columns=["fold", "key"]).items():
        if column.dtype == float:
            np.testing.assert_allclose(column, table[name], atol=5.1e-5)
        else:
            assert column.equals(table[name])


def test_the_grad_cam_maps_that_were_measured_are_kept(pictures, fitted):
    """Of the centre crop, for the class of each picture, with their places in the whole picture."""
    record, _, _ = fitted
    names, values = record.grad_cam()
    table = record.measures().query("map == 'map'")
    assert list(names) == list(table["image"])
    network = small(0)
    squares = torch.from_numpy(pictures.pixels[pictures.rows(table["image"])])
    train = folds.split("five", 1)[0]
    taught = torch.from_numpy(pictures.pixels[pictures.rows(train["image"])])
    heads.fit(network, taught, train["label"].to_numpy())
    margin = (SIDE - CROP) // 2
    crops = squares[:, margin : margin + CROP, margin : margin + CROP]
    expected = rivals.grad_cam(network, crops, torch.tensor(table["class"].to_numpy()))
    np.testing.assert_allclose(values, expected, rtol=6e-3, atol=1e-6)
    # Windows of 8 pixels side by side, from the margin on.
    middles = (margin + 4 + 8 * np.arange(CROP // 8)) / SIDE
    np.testing.assert_allclose(record.grad_cam_at, middles, atol=1e-6)


def test_a_network_that_was_not_trained_gets_a_head_of_the_training_pictures(pictures, fitted):
    """Of the whole training list, and none of the pictures that are mapped."""
    record, calls, _ = fitted
    train = folds.split("five", 1)[0]
    (((_, pixels, labels), _),) = calls["fit"]
    assert list(labels) == list(train["label"])
    np.testing.assert_array_equal(pixels, pictures.pixels[pictures.rows(train["image"])])
    assert not set(record.maps()[0]) & set(train["image"])


def test_shuffled_labels_are_taught_as_the_run_was(pictures, made, spied, monkeypatch):
    """The same pictures, recipe and seed; the labels are the same in another order."""
    calls = []
    train = loop.train

    def spy(network, pixels, labels, recipe, **options):
        calls.append((pixels, labels, recipe, options))
        return train(network, pixels, labels, recipe, **options)

    monkeypatch.setattr(loop, "train", spy)
    one = trained(made.root, seed=5, limit=40)
    record = made.get(study_of(one, labels=True), pictures, device="cpu")
    taught = folds.split("five", 1)[0].head(40)
    ((pixels, labels, recipe, options),) = calls
    np.testing.assert_array_equal(pixels, pictures.pixels[pictures.rows(taught["image"])])
    assert sorted(labels) == sorted(taught["label"])
    assert list(labels) != list(taught["label"])
    assert recipe == MAPPED_RUN.recipe
    assert options == {"seed": 5, "precision": "fp32"}
    assert not spied[0]["untaught"].training
    assert record.measures().query("map == 'map'")["labels"].notna().all()


# Refused before anything is computed


def refused(study, pictures, made, spied, message):
    before = names_in(made.root)
    with pytest.raises(UserError, match=message):
        made.get(study, pictures)
    assert spied == []
    assert names_in(made.root) == before


@pytest.mark.parametrize("which", ["run", "other"])
def test_a_run_maps_its_own_fold_only(pictures, made, spied, which):
    """On any other it has seen the pictures while it was trained; nor may its partner."""
    own, foreign = trained(made.root), trained(made.root, fold=2)
    study = study_of(foreign) if which == "run" else study_of(own, foreign)
    refused(study, pictures, made, spied, "has seen test pictures of fold 1 of five")


@pytest.mark.parametrize("changes", [{"start": "imagenet"}, {"precision": "bf16"}, {"limit": None}])
def test_the_partner_differs_in_its_seed_alone(pictures, made, spied, changes):
    """Otherwise the agreement would not be that of seeds."""
    one, other = trained(made.root), trained(made.root, seed=1, **changes)
    refused(study_of(one, other), pictures, made, spied, "differs from .* in more than its seed")


def test_a_network_that_was_not_trained_has_neither_partner_nor_labels(pictures, made, spied):
    """There is no training to repeat."""
    other = trained(made.root, seed=1)
    partner = replace(FITTED, other=other.key)
    refused(partner, pictures, made, spied, "in more than its seed")
    refused(replace(FITTED, labels=True), pictures, made, spied, "no labels can be shuffled")
