"""The command line: what it prints, what it returns, and one sentence for what can be mended."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import toy_studies
from pixels_to_sentiment import book, places
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import audit, folds, pictures
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.training import recipes
from toy_cli import refused
from toy_runs import RUN, change

pytestmark = pytest.mark.usefixtures("isolated")

IMAGENET = "squeezenet1_1:imagenet:paper"
RESULT_KEYS = [
    *["experiment", "network", "start", "recipe", "precision", "agreement", "oversampling"],
    *["seeds", "keys", "folds", "mean", "std", "n"],
]


def write_result(root, key, fold, right):
    """Write a run's folder as documented, of which so many of four pictures are right."""
    folder = root / key
    folder.mkdir(parents=True)
    run = replace(RUN, network="squeezenet1_1", start="imagenet", fold=fold, limit=None)
    run = replace(run, recipe=recipes.recipe("paper", "five"))
    data = {"source": "photographs", "fingerprint": "f"}
    content = {"key": key, "run": asdict(run), "data": data, "code": "c"}
    (folder / "run.json").write_text(json.dumps(content))
    (folder / "provenance.json").write_text("{}")
    (folder / "curve.csv").write_text("iteration\n1\n")
    positive = [0.9 if place < right else 0.1 for place in range(4)]
    table = pd.DataFrame({"label": 1, "centre": positive, "oversampled": 0.9})
    table.to_csv(folder / "predictions.csv", index=False)


# The door


def test_help_imports_nothing_heavy():
    """Neither torch nor pandas, for the command and for each of its rooms."""
    code = (
        "import contextlib, io, json, sys\n"
        "from pixels_to_sentiment.cli import main\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as said:\n"
        "        try:\n"
        "            main([*words, '--help'])\n"
        "        except SystemExit as end:\n"
        "            assert end.code == 0\n"
        "    assert 'usage: ' in said.getvalue()\n"
        "print(sorted({'torch', 'pandas', 'numpy', 'matplotlib'} & sys.modules.keys()))\n"
    )
    rooms = [[], ["folds", "export"], ["files", "fetch"], ["experiments", "run"], ["results"]]
    rooms.append(["map"])
    command = [sys.executable, "-c", code, json.dumps(rooms)]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.stdout == "[]\n", answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nope"],
        ["folds"],
        ["folds", "nope"],
        ["experiments", "run"],
        ["experiments", "run", "fine-tuning", "--folds", "one"],
    ],
)
def test_unknown_and_incomplete_commands_exit_with_2(capsys, arguments):
    """With the usage."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: pixels-to-sentiment" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["experiments", "show", "nope"], "'nope'"),
        (["experiments", "run", "nope"], "'nope'"),
        (["experiments", "run", "fine-tuning", "--only", "a:b"], "'a:b'"),
        (["experiments", "run", "fine-tuning", "--only", "a:random:paper"], "'a'"),
        (["experiments", "run", "fine-tuning", "--folds", "1", "6"], "6"),
        (["experiments", "run", "fine-tuning", "--agreements", "six"], "'six'"),
        (["experiments", "run", "fine-tuning", "--precision", "fp8"], "'fp8'"),
        (["experiments", "run", "fine-tuning", "--device", "gpu"], "'gpu'"),
        (["files", "fetch", "nope.zip"], "'nope.zip'"),
        (["files", "fetch", "imagenet_mean.binaryproto"], "imagenet_mean.binaryproto"),
        (["record", "0123456789abcdef"], "'0123456789abcdef'"),
    ],
)
def test_what_can_be_mended_is_one_sentence(capsys, arguments, named):
    """It names what was wrong, on standard error, with status 2."""
    assert named in refused(capsys, *arguments)


def test_a_damaged_result_is_one_sentence(capsys, isolated):
    """Also where the fault lies in a file and not in the words of the command."""
    write_result(places.results(), "aaaa", 1, 3)
    (places.results() / "aaaa" / "run.json").write_text("{")
    assert str(places.results() / "aaaa") in refused(capsys, "results")


def test_an_interrupt_says_that_finished_runs_are_kept(capsys, monkeypatch):
    """Status 130, as shells have it for Ctrl-C."""

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(folds, "export", interrupt)
    assert main(["folds", "export", "anywhere"]) == 130
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "what is finished is kept" in err


def test_a_reader_who_leaves_early_is_no_fault():
    """As in ``files list | head -1``: no complaint, neither from the command nor at exit."""
    command = [sys.executable, "-m", "pixels_to_sentiment", "files", "list"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=buffered, **pipes) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


# Folds and files


def test_exported_lists_are_the_published_ones(capsys, tmp_path):
    """All 30 checksums; a changed list is in the way until --force."""
    lines = (places.ground_truth() / "published_lists.sha256").read_text().splitlines()
    published = {name: digest for digest, name in (line.split() for line in lines)}
    folder = tmp_path / "lists"

    def exported():
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    assert main(["folds", "export", str(folder)]) == 0
    assert capsys.readouterr().out == f"Wrote 30 lists under {folder}.\n"
    assert exported() == published
    assert len(published) == 30
    changed = folder / "four_agrees" / "test2" / "train.txt"
    changed.write_text("mine\n")
    assert str(changed) in refused(capsys, "folds", "export", str(folder))
    assert changed.read_text() == "mine\n"
    assert main(["folds", "export", str(folder), "--force"]) == 0
    assert exported() == published


def test_the_audit_says_what_it_could_not_look_into(capsys):
    """Without the photographs the sizes are told, duplicates are not."""
    assert main(["folds", "audit"]) == 0
    out = capsys.readouterr().out
    assert "1265" in out
    assert "needs the archive of photographs" in out


def test_the_audit_looks_into_the_archive_at_hand(capsys, monkeypatch):
    """Its digests tell duplicates, its lists the labels."""
    images = folds.load()["image"]
    digests = [*images[:-1], images.iloc[0]]
    files = pd.DataFrame({"image": images, "sha256": digests})
    listed = {name: {} for name in folds.AGREEMENTS}
    monkeypatch.setattr(assets, "find", lambda name: Path("archive.zip"))
    monkeypatch.setattr(pictures, "from_archive", lambda path: SimpleNamespace(files=files))
    monkeypatch.setattr(audit, "read_lists", lambda path: listed)
    assert main(["folds", "audit"]) == 0
    out = capsys.readouterr().out
    assert "needs the archive" not in out
    assert images.iloc[0] in out
    assert images.iloc[-1] in out
    assert images.iloc[1] not in out


def test_files_are_listed_with_their_places(capsys, isolated, monkeypatch):
    """What lies in the mirror is named by its path; a file is fetched from there."""
    assert main(["files", "list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in assets.ASSETS)
    assert out.count("not here") == len(assets.ASSETS)
    asset = replace(assets.ASSETS["caffe_finetuning_example.log"], size=None, checksum=None)
    monkeypatch.setitem(assets.ASSETS, asset.name, asset)
    (isolated / asset.name).write_text("Iteration 0\n")
    monkeypatch.setenv(assets.MIRROR_VARIABLE, str(isolated))
    assert main(["files", "list"]) == 0
    assert f"{asset.name}\n    {asset.what}\n    {isolated / asset.name}" in capsys.readouterr().out
    assert main(["files", "fetch", asset.name]) == 0
    assert capsys.readouterr().out == f"{isolated / asset.name}\n"


# Results


def test_no_results_are_said_to_be_none(capsys):
    """In words, or as an empty list."""
    assert main(["results"]) == 0
    assert "Nothing is recorded yet" in capsys.readouterr().out
    assert main(["results", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_results_as_json_are_complete(capsys):
    """A row a configuration with the documented keys; numbers are numbers, keys whole."""
    write_result(places.results(), "a" * 16, 1, 4)
    assert main(["results", "--json"]) == 0
    assert [row["std"] for row in json.loads(capsys.readouterr().out)] == [None, None]
    write_result(places.results(), "b" * 16, 2, 3)
    assert main(["results", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [list(row) for row in rows] == [RESULT_KEYS, RESULT_KEYS]
    centre, oversampled = rows
    assert (centre["oversampling"], oversampled["oversampling"]) == ("no", "yes")
    assert (centre["experiment"], centre["recipe"]) == ("fine-tuning", "paper")
    assert centre["keys"] == ["a" * 16, "b" * 16]
    assert (centre["folds"], centre["seeds"], centre["n"]) == ([1, 2], [0], 2)
    assert (centre["mean"], oversampled["mean"]) == (0.875, 1.0)
    assert centre["std"] == pytest.approx(0.25 / 2**0.5)


def test_results_as_text_have_short_keys_and_rounded_scores(capsys):
    """A heading, a row a configuration, and where to find the keys whole."""
    write_result(places.results(), "0123456789abcdef", 1, 3)
    write_result(places.results(), "fedcba9876543210", 2, 4)
    assert main(["results"]) == 0
    heading, *rows, note = capsys.readouterr().out.splitlines()
    assert heading.split() == RESULT_KEYS
    assert len(rows) == 2
    assert "squeezenet1_1 imagenet" in rows[0]
    assert "0123456 fedcba9" in rows[0]
    assert "01234567" not in rows[0]
    assert rows[0].split()[-3:] == ["0.875", "0.177", "2"]
    assert "--json" in note


def test_finished_runs_are_recorded_by_their_keys(capsys):
    """And are there in the results then; a second time nothing is added."""
    write_result(places.runs(), "a" * 16, 1, 4)
    write_result(places.runs(), "b" * 16, 2, 4)
    assert main(["record", "b" * 16]) == 0
    assert capsys.readouterr().out == f"Recorded {places.results() / ('b' * 16)}.\n"
    assert main(["record", "b" * 16]) == 0
    assert capsys.readouterr().out == ""
    assert [path.name for path in places.results().iterdir()] == ["b" * 16]


def test_all_that_can_be_recorded_is_and_the_rest_is_counted(capsys):
    """What other code has made, is of a few pictures or is recorded already stands in no way."""
    now = {"code": runs.Run.fingerprint()}
    for key, fold, changed in (("a", 1, now), ("b", 2, {}), ("c", 3, now), ("e", 1, now)):
        write_result(places.runs(), key * 16, fold, 4)
        change(places.runs() / (key * 16) / "run.json", **changed)
    few = toy_studies.trained(places.runs(), {"source": "photographs"})
    change(few.folder / "run.json", **now)
    older = places.runs() / ("f" * 16) / "maps.json"
    older.parent.mkdir()
    older.write_text('{"code": "older", "of": "another form"}')
    assert main(["record", "--all"]) == 0
    said = capsys.readouterr().out
    assert [path.name for path in sorted(places.results().iterdir())] == ["a" * 16, "c" * 16]
    assert said.count("Recorded ") == 2
    assert "\n2 left out. The first: Run " in said
    (few.folder / "predictions.csv").unlink()
    (places.runs() / ("d" * 16)).mkdir()
    (places.runs() / ("d" * 16) / "run.json").write_text("{ damaged")
    assert main(["record", "--all"]) == 0
    assert capsys.readouterr().out.startswith("2 left out.")


def test_keys_or_all_of_them_are_recorded(capsys):
    """Not both, and not nothing."""
    assert "Say what to record" in refused(capsys, "record")
    assert "Say what to record" in refused(capsys, "record", "--all", "a" * 16)


def test_finished_maps_are_recorded_as_runs_are(capsys):
    """What a folder holds tells where it belongs."""
    trained = toy_studies.trained(places.runs(), {"source": "photographs"}, limit=None)
    study = Study(trained.key, "five", 1)
    made = toy_studies.written(places.runs() / ("d" * 16), study, run=trained.run)
    assert main(["record", made.name]) == 0
    assert capsys.readouterr().out == f"Recorded {places.results() / made.name}.\n"
    assert (places.results() / made.name / "maps.json").is_file()


def test_a_folder_of_another_kind_is_not_to_be_deleted(capsys):
    """It may hold hours of work."""
    folder = places.runs() / ("c" * 16)
    folder.mkdir(parents=True)
    (folder / "other.json").write_text("{}")
    said = refused(capsys, "record", "c" * 16)
    assert "which has a run.json" in said
    assert "delete it and run again" not in said
    assert (folder / "other.json").is_file()


def test_a_parameter_that_is_not_yaml_is_refused(capsys):
    said = refused(capsys, "book", "execute", "-p", "test_folds", "[1, ")
    assert "'[1, ' of test_folds is not YAML" in said


def test_book_check_looks_at_executed_notebooks_when_asked(monkeypatch, capsys):
    """Before rendering; faults of both kinds end in one sentence each."""
    monkeypatch.setattr(book, "check_sources", lambda: [])
    monkeypatch.setattr(book, "check_executed", lambda: ["02 shows nothing."])
    assert main(["book", "check"]) == 0
    assert "in order" in capsys.readouterr().out
    assert main(["book", "check", "--executed"]) == 2
    assert "02 shows nothing." in capsys.readouterr().err
