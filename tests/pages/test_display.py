"""What notebooks put on their pages, from made-up records."""

import base64
import io
import re
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files.assets import Unavailable
from pixels_to_sentiment.imports import datasets
from pixels_to_sentiment.pages import display
from pixels_to_sentiment.reports import ledger
from toy_runs import black, told

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def shown(monkeypatch):
    """HTML that was put on the page, piece by piece."""
    ledger.outdated.cache_clear()
    pieces = []
    monkeypatch.setattr(display, "show", lambda piece: pieces.append(piece.data))
    yield pieces
    ledger.outdated.cache_clear()


@pytest.fixture
def standin(monkeypatch):
    """Take black pictures for the stand-in, with the reason why it is one."""
    loaded = replace(black(), reason="The archive is nowhere.")
    monkeypatch.setattr(pictures, "load", lambda source: loaded)
    return loaded


def test_a_page_says_that_it_is_from_the_stand_in_and_how_it_was_made(standin, shown):
    """Why it is the stand-in, too."""
    page = display.Page("smoke", seed=7, limit=None)
    assert page.load("auto") is standin
    assert "generated stand-in" in shown[0]
    assert "The archive is nowhere." in shown[0]
    assert page.stand_in_note
    page.close()
    for fact in ("smoke", "seed: 7", "stand-in", black().fingerprint):
        assert fact in shown[-1]


def test_a_page_claims_no_tier_that_it_has_not(shown):
    """The name chooses no number: papermill may be given one and the parameters of another."""
    page = display.Page("paper")
    page.records.append(SimpleNamespace(key="a", deviation=lambda: "from a few pictures"))
    page.close()
    assert "paper, but made from a few pictures" in shown[-1]


def test_photographs_are_veiled_and_the_stand_in_is_not(standin, shown):
    """Who has the photographs is warned before one is shown; generated pictures need no warning."""
    page = display.Page("smoke")
    page.pictures = standin
    page.veil()
    assert not shown
    page.pictures = replace(standin, source="photographs")
    page.veil()
    assert 'class="veil"' in shown[0]
    assert 'type="checkbox"' in shown[0]


def test_a_page_on_another_data_set_says_so_and_counts_its_pictures(own, shown):
    datasets.add(*own, "mine", count=3)
    with places.using("mine"):
        page = display.Page("smoke")
        page.load("auto")
        page.close()
    assert "Another data set: mine" in shown[0]
    assert "12 other pictures in 3 folds" in shown[0]
    assert "66.7% of them are positive" in shown[0]
    assert not page.stand_in_note


def test_a_table_has_a_caption_and_a_label_and_its_keys_are_links(shown):
    """So that text can refer to it."""
    display.table(pd.DataFrame({"key": ["a" * 16]}), caption="Keys", name="keys")
    assert 'id="keys"' in shown[0]
    assert f"#run-{'a' * 16}" in shown[0]


def test_no_text_from_elsewhere_is_live_on_a_page(made, shown, monkeypatch):
    """Names of an archive's members, machines, networks, reasons of a server: all as text."""
    hostile = "<script>1</script>\n\n```\n"
    one = made(network="timm/" + hostile.replace("/", ""))
    hardware = {"cpu": hostile, "cores": hostile}
    told(one.folder, commit=hostile, began=hostile, hardware=hardware)
    monkeypatch.setattr(ledger, "recorded", lambda: [one])
    display.note(hostile, hostile)
    with display.missing(hostile):
        raise Unavailable(hostile)
    display.details([one])
    display.runs([one.key], hostile, "runs")
    display.fold(hostile, hostile)
    monkeypatch.setattr(display.provenance, "commit", lambda: (hostile, True))
    display.Page("smoke", source=hostile).close()
    assert len(shown) == 7
    assert not any("<script" in piece or "&amp;lt;" in piece for piece in shown)


def test_the_table_of_runs_has_an_anchor_a_run_and_comes_as_csv(made, shown, monkeypatch):
    """The file holds what the table shows, and each key has its row, with what was recorded of it.

    Of a probe that is its layers.
    """
    records = [made(fold=fold) for fold in (1, 2)]
    monkeypatch.setattr(ledger, "recorded", lambda: records)
    kept = places.results() / records[0].key
    shutil.copytree(records[0].folder, kept)
    probe = places.results() / records[1].key
    probe.mkdir()
    (probe / "layers.csv").touch()
    found = display.runs([], "Runs", "runs")
    table, link = shown
    assert set(re.findall(r'href="\.\./([^"]+)" download', table)) == {
        f"results/{records[0].key}/predictions.csv",
        f"results/{records[1].key}/layers.csv",
    }
    for record in records:
        assert f'<tr id="run-{record.key}">' in table
    content = base64.b64decode(re.search(r"base64,([^\"]*)", link)[1]).decode()
    read = pd.read_csv(io.StringIO(content))
    assert list(read["key"]) == list(found["key"])
    assert list(read["ten crops"]) == list(found["ten crops"])


def test_what_a_build_ran_is_named_and_tabled_only_where_it_is_what_the_page_is_about(
    made, own, shown
):
    """Its accuracies say nothing of the article; on other pictures nothing else is there."""
    record = made()
    display.this_build([record], "smoke")
    assert f'href="14-runs.html#run-{record.key}"' in shown[-1]
    assert "<table" not in shown[-1]
    datasets.add(*own, "holiday", count=3)
    with places.using("holiday"):
        display.this_build([record], "smoke", pd.DataFrame({"layer": ["fc6"]}))
    assert "<caption>Accuracy" in shown[-1]
    assert "fc6" in shown[-1]
    display.this_build([], "smoke")
    assert "Nothing was run" in shown[-1]


def test_missing_weights_are_said_and_a_misspelt_configuration_stops_everything(standin, shown):
    """Nothing else is shown for what is missing, and nothing has run before the misspelt one."""
    page = display.Page("smoke")
    page.load("auto")
    missing = "caffenet:imagenet-convolutions:paper"
    assert page.perform([missing], "cpu", iterations=1) == []
    assert "weights not at hand" in shown[-1]
    with pytest.raises(UserError, match="cafenet"):
        page.perform(["caffenet:random:paper", "cafenet:random:paper"], "cpu")


def test_the_gallery_shows_the_surest_right_then_the_surest_wrong(made, monkeypatch):
    record = made(right=0.5)
    asked = {}
    monkeypatch.setattr(
        display.figures, "gallery", lambda pixels, titles, *_, **__: asked.update(titles=titles)
    )
    display.gallery_of_predictions(black(), [record], 4)
    assert [title.split("\n")[1] for title in asked["titles"]] == ["right"] * 2 + ["wrong"] * 2
    assert asked["titles"][0].split()[1] == "61%"
