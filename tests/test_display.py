"""What notebooks put on their pages, from made-up records."""

import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment import display, experiments, folds, pictures, runs, scores, training
from pixels_to_sentiment.errors import UserError

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def shown(monkeypatch):
    """HTML that was put on the page, piece by piece."""
    pieces = []
    monkeypatch.setattr(display, "show", lambda piece: pieces.append(piece.data))
    return pieces


@pytest.fixture
def made(tmp_path):
    """Write the folder of a finished run whose predictions are right on the first `right`."""

    def make(fold=1, right=0.75, recipe="paper", precision="fp32", agreement="five", surer=0.0):
        run = runs.Run(
            network="squeezenet1_1",
            start="imagenet",
            weights="w.safetensors",
            agreement=agreement,
            fold=fold,
            recipe=training.recipe(recipe, agreement),
            precision=precision,
        )
        test = folds.split(agreement, fold)[1][["image", "label"]]
        correct = np.arange(len(test)) < round(right * len(test))
        sure = 0.6 + surer + 0.0001 * np.arange(len(test))
        positive = np.where((test["label"] == 1) == correct, sure, 1 - sure)
        folder = tmp_path / "made" / run.key("data")
        folder.mkdir(parents=True)
        test.assign(centre=positive, oversampled=positive).to_csv(
            folder / "predictions.csv", index=False
        )
        curve = {"iteration": [1, 2], "rate": [0.1, 0.1], "train_loss": [0.7, 0.6]}
        pd.DataFrame(curve).to_csv(folder / "curve.csv", index=False)
        hardware = {"cpu": "a processor", "cores": 2, "memory_gib": 4.0}
        provenance = {"commit": "0123456789", "dirty": False, "hardware": hardware}
        provenance |= {"began": "2020-02-03T04:05:06+00:00", "seconds": 90.0}
        (folder / "provenance.json").write_text(json.dumps(provenance))
        data = {"source": "photographs", "fingerprint": "f" * 64}
        content = {"key": folder.name, "run": asdict(run), "data": data, "code": "c"}
        (folder / "run.json").write_text(json.dumps(content))
        return runs.Record.open(folder)

    return make


@pytest.fixture
def standin(monkeypatch):
    """Take black pictures for the stand-in, with the reason why it is one."""
    names = folds.load()["image"].to_numpy()
    loaded = pictures.Pictures(
        names,
        np.zeros((len(names), 4, 4, 3), np.uint8),
        "stand-in",
        "0" * 64,
        pd.DataFrame(),
        reason="The archive is nowhere.",
    )
    monkeypatch.setattr(pictures, "load", lambda source: loaded)
    return loaded


def test_a_page_from_the_stand_in_says_so_and_why(standin, shown):
    page = display.Page("smoke")
    assert page.load("auto") is standin
    assert "generated stand-in" in shown[0]
    assert "The archive is nowhere." in shown[0]
    assert page.stand_in_note


def test_a_closed_page_says_how_it_was_made(standin, shown):
    page = display.Page("smoke", seed=7, limit=None)
    page.load("auto")
    page.close()
    for fact in ("smoke", "seed 7", "stand-in", "0" * 64):
        assert fact in shown[-1]


def test_missing_weights_are_said_and_nothing_else_is_shown_for_them(standin, shown):
    page = display.Page("smoke")
    page.load("auto")
    records = page.perform(["caffenet:imagenet-convolutions:paper"], "cpu", iterations=1)
    assert records == []
    assert "weights not available here" in shown[-1]


def test_a_misspelt_configuration_stops_before_anything_runs(standin, shown):
    with pytest.raises(UserError, match="cafenet"):
        display.Page("smoke").perform(["cafenet:random:paper"], "cpu")


def test_the_comparison_has_each_number_in_its_cell(made):
    kept = experiments.table([made(fold=k, right=right) for k, right in enumerate((0.5,) * 5, 1)])
    reported = scores.reported("fine-tuning")
    paper = reported[reported["variant"] == "CaffeNet, ILSVRC-2012"]
    table = display.comparison(paper, kept).set_index("configuration")
    title = "SqueezeNet 1.1 from ImageNet, paper's recipe"
    assert list(table.index) == ["always positive", "the paper's CaffeNet", title]
    assert table.loc[title, "five agree, ten crops"] == "0.500\xa0±\xa00.000"
    assert table.loc[title, "four agree, ten crops"] == "–"
    recalled = table.loc["the paper's CaffeNet", "three agree, centre crop"]
    assert recalled.startswith("0.739\xa0±\xa00.033")
    assert "unverified" in recalled
    assert table.loc["always positive", "five agree, centre crop"] == "0.658"


def test_the_comparison_names_the_fold_of_an_unfinished_configuration(made):
    table = display.comparison(scores.reported("none"), experiments.table([made(fold=3)]))
    assert table["five agree, centre crop"].to_list() == ["0.658", "–", "0.750 (fold 3 only)"]


def test_only_configurations_with_all_five_folds_count_as_complete(made):
    whole = [made(fold=k) for k in folds.FOLDS]
    part = [made(fold=k, precision="bf16") for k in (1, 2, 3, 4)]
    other = [made(fold=k, agreement="four") for k in folds.FOLDS]
    assert display.complete([*part, *whole, *other]) == whole


def test_two_runs_are_compared_picture_by_picture(made):
    first, second = made(right=0.75), made(right=0.5, precision="bf16")
    row = display.agreement_of([first, second]).iloc[0]
    assert row["pictures"] == 176
    assert row["same prediction"] == 132
    assert row["accuracy, first"] == 0.75
    assert row["accuracy, second"] == 0.5
    assert "bf16" in row["second"]


@pytest.mark.parametrize("few", [0, 1])
def test_fewer_than_two_runs_compare_to_nothing(made, few):
    assert display.agreement_of([made() for _ in range(few)]).empty


def test_recorded_details_join_the_folds_of_a_configuration(made):
    table = display.recorded_details([made(fold=2), made(fold=1)])
    assert len(table) == 1
    assert table.loc[0, "fold"] == "1, 2"
    assert table.loc[0, "minutes"] == 3
    assert table.loc[0, "commit"] == "0123456"
    assert "a processor" in table.loc[0, "hardware"]


def test_no_records_have_no_details():
    assert display.recorded_details([]).empty


def test_confusions_count_every_picture_of_all_folds(made):
    tables = display.confusions([made(fold=k, right=1.0) for k in folds.FOLDS])
    (table,) = tables.values()
    assert table.loc["positive", "positive"] == 579
    assert table.loc["negative", "negative"] == 301
    assert table.to_numpy().sum() == 880


def test_curves_and_folds_carry_their_configuration(made):
    records = [made(fold=1), made(fold=2)]
    assert set(display.curves_of(records)["fold"]) == {1, 2}
    assert display.curves_of([]).empty
    table = display.fold_table(records)
    share = folds.split("five", 2)[1]["label"].mean()
    assert table.loc[table["fold"] == 2, "always_positive"].to_list() == [share, share]


def test_the_gallery_shows_the_surest_right_then_the_surest_wrong(made, monkeypatch):
    record = made(right=0.5)
    asked = {}
    monkeypatch.setattr(
        display.figures, "gallery", lambda pixels, titles, *_, **__: asked.update(titles=titles)
    )
    table = folds.load()
    loaded = pictures.Pictures(
        table["image"].to_numpy(), np.zeros((len(table), 1, 1, 3)), "", "", pd.DataFrame()
    )
    display.gallery_of_predictions(loaded, [record], 4)
    assert [title.split("\n")[1] for title in asked["titles"]] == ["right"] * 2 + ["wrong"] * 2
    assert asked["titles"][0].split()[1] == "61%"


def test_records_are_picked_in_the_order_asked_for(made):
    paper, third = made(), made(recipe="paper-third")
    names = ["squeezenet1_1:imagenet:paper-third", "squeezenet1_1:imagenet:paper"]
    assert display.by_configuration([paper, third], names) == [third, paper]
    assert display.by_configuration([paper, third], names[:1]) == [third]


def test_runs_predicted_both_ways_are_tabled(made, finished):
    """A row a view, with the run's title, fold and key; other runs are left out."""
    record, other = made(), made(recipe="paper-third")
    exact = record.predictions()
    exact["oversampled"] = 1 - exact["oversampled"]
    exact.to_csv(record.folder / "exact.csv", index=False)
    table = display.both_ways([record, other])
    assert table["view"].to_list() == ["centre crop", "ten crops"]
    assert set(table["key"]) == {record.key}
    assert table["changed"].to_list() == [0, len(exact)]
    assert list(table["configuration"]) == ["SqueezeNet 1.1 from ImageNet, paper's recipe"] * 2
    assert display.both_ways([other]).empty
