"""The commands ``data``, and what runs on a data set of one's own."""

import json
import os
import re
from dataclasses import replace

import pandas as pd
import papermill
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils import capture
from nbformat import v4
from papermill import iorw, parameterize

from pixels_to_sentiment import places
from pixels_to_sentiment.book import notebooks
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.imports import datasets
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.training import loop
from toy_cli import refused, said, write_result
from toy_runs import RUN, written


def test_the_commands_import_and_list(own, capsys):
    folder, labels = own
    words = ["data", "import", folder, "--labels", labels, "--name", "a"]
    assert "labels.csv" in refused(capsys, *words)  # five folds are too many
    for command in ([*words, "--folds", "3"], ["data", "list"]):
        assert "a: 12 pictures, 66.7% positive, 3 folds" in said(capsys, *command)
    assert places.DATA not in os.environ


def untrained(network, pixels, labels, recipe, **options):
    """Stand for a training: what it leaves is told in the tests of `loop`."""
    return pd.DataFrame({"iteration": [recipe.iterations], "train_loss": [0.7]})


def test_a_run_on_ones_own_data_is_recorded_apart_and_the_articles_stores_stay(
    own, isolated, quick, capsys, monkeypatch
):
    monkeypatch.setattr(loop, "train", untrained)
    datasets.add(*own, "a", count=3)
    words = ["fine-tuning", "--only", "timm/test_efficientnet:random:paper", "--device", "cpu"]
    run = ["experiments", "run", *words, "--folds", "3", "--data", "a", "--record"]
    assert main(run) == 0
    assert main(["results", "--data", "a"]) == 0
    told = capsys.readouterr().out
    assert "other: timm/test_efficientnet:random" in told
    assert "all   fp32" in told
    assert not (isolated / "runs").exists()
    (isolated / "results").mkdir()  # and not before
    assert "Nothing is recorded yet" in said(capsys, "results")
    (key,) = [path.name for path in (isolated / "datasets/a/results").iterdir()]
    description = json.loads((isolated / "datasets/a/runs" / key / "run.json").read_text())
    assert description["data"]["source"] == "a"
    assert (description["run"]["agreement"], description["run"]["fold"]) == ("all", 3)
    # 65 epochs of eight pictures in batches of 256.
    assert description["run"]["recipe"]["iterations"] == 2


def test_what_is_of_another_data_set_is_called_that_and_not_damaged(own, isolated, capsys):
    """With the name to give, whatever opens it: it is whole, and nobody is to delete it."""
    datasets.add(*own, "a", count=3)
    with places.using("a"):
        run = replace(RUN, agreement="all", limit=None)
        views = {"centre": 0.1, "oversampled": 0.1}
        folder = written(isolated / "runs", run, views, code=run.fingerprint())
        assert len(Record.open(folder).predictions()) == 4
    commands = ["record", folder.name], ["record", "--all"], ["caffe", "compare", folder.name]
    for words in (*commands, ["caffe", "export", folder.name, "-o", str(isolated / "out")]):
        assert main(words) == 2
        assert f"{folder} is of the data set a: give --data a" in capsys.readouterr().err
    (isolated / "datasets/a/runs").mkdir()
    article = write_result(isolated / "datasets/a/runs", 1, 3)
    sentence = refused(capsys, "record", article.name, "--data", "a")
    assert f"{article} is of the article's photographs: leave out" in sentence


def executed_here(given, target, parameters, **options):
    """Execute as papermill does, in this process, where all is imported already."""
    assert os.environ[places.DATA] == "a", "which a kernel inherits"
    made = parameterize.parameterize_notebook(iorw.load_notebook_node(given), parameters)
    shell = InteractiveShell.instance()
    try:
        for turn, cell in enumerate(filter(lambda one: one.cell_type == "code", made.cells), 1):
            with capture.capture_output() as captured:
                shell.run_cell(cell.source).raise_error()
            shown = [v4.new_output("display_data", data=one.data) for one in captured.outputs]
            cell.update(outputs=shown, execution_count=turn)
    finally:
        InteractiveShell.clear_instance()
    return made


@pytest.mark.usefixtures("themed")
def test_a_chapter_of_an_experiment_shows_ones_own_accuracies_and_none_of_the_article(
    own, isolated, monkeypatch, capfd
):
    monkeypatch.setattr(papermill, "execute_notebook", executed_here)
    datasets.add(*own, "a", count=3)
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, "1")
    words = ["-p", "addition", "[timm/test_efficientnet:random:paper]", "-p", "test_folds", "[3]"]
    chapter = ["book", "execute", "--data", "a", "--only", "06-addition"]
    assert main([*chapter, *words]) == 0, capfd.readouterr().err
    made = notebooks.read(isolated / "datasets/a/chapters/06-addition.ipynb")
    outputs = [o.data for cell in notebooks.code_cells(made) for o in cell.outputs if "data" in o]
    said = "".join(o[kind] for o in outputs for kind in o if "text/" in kind)
    assert "All on this page is of 12 other pictures in 3 folds" in said
    assert "The layer addition on all pictures<" in said
    assert "recorded on all folds with and without the added layer yet" in said
    assert re.search("efficientnet from random weights.*>0[.][0-9]{3}</td>", said)
    assert not re.search("the (paper|article)[, ]", said)


@pytest.mark.parametrize("words", [["results"], ["record", "--all"], ["book", "execute"]])
def test_a_data_set_that_is_not_there_is_said_not_to_be(own, capsys, monkeypatch, words):
    """However it is named; what is to be imported need not be there."""
    assert "no data set absent in" in refused(capsys, *words, "--data", "absent")
    monkeypatch.setenv(places.DATA, "later")
    assert "no data set later in" in refused(capsys, *words)
    assert main(["data", "list"]) == 0


def test_what_another_data_set_has_not_is_refused_in_a_sentence(own, capsys, monkeypatch):
    datasets.add(*own, "a", count=3)
    run = ["experiments", "run", "fine-tuning", "--only", "timm/test_efficientnet:random:paper"]
    monkeypatch.setenv(places.DATA, "a")
    sentence = refused(capsys, *run, "--agreements", "five")
    assert "no subset 'five'; use one of all" in sentence
    assert "no fold 4; use one of 1 to 3" in refused(capsys, *run, "--folds", "4")
    for words in ("folds audit", "folds export x", "benchmark", "campaign --dry-run"):
        assert "makes no sense of the data set a" in refused(capsys, *words.split())
