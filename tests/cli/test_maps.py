"""The command ``map``: what it prints and writes, and all it refuses before it starts."""

import io
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from pixels_to_sentiment.cli import main
from pixels_to_sentiment.maps import mapping
from toy_cli import heavy_after, refused
from toy_maps import photograph, with_weights


@pytest.fixture
def run(isolated, made, monkeypatch):
    """Record of the one finished run that is at hand; the working directory is a new one."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RUNS", str(isolated / "made"))
    (isolated / "here").mkdir()
    monkeypatch.chdir(isolated / "here")
    return with_weights(made(recipe="paper-third"))


@pytest.fixture
def cat(isolated):
    return photograph(isolated / "photos" / "cat.png", 1)


@pytest.fixture
def idle(monkeypatch):
    """Choose and refuse as ever, but map nothing."""
    monkeypatch.setattr(mapping, "mapped", lambda *_: ())


@pytest.fixture
def quick(monkeypatch):
    """Map without any network: the same numbers for each picture, and no file."""
    numbers = {"file": "", "predicted": "positive", "positive_ten_crops": 0.6, "map": [[-1, 2]]}
    numbers |= {"positive_centre_crop": 0.7, "seen_in_training": True}
    monkeypatch.setattr(
        mapping, "mapped", lambda _, paths, *__: ((path, dict(numbers)) for path in paths)
    )


def mapped(capsys, *arguments, status=0):
    assert main(["map", *map(str, arguments)]) == status
    return capsys.readouterr()


def test_a_picture_is_one_line_and_two_files(capsys, run, cat, isolated):
    """In the folder maps; which run it was goes to standard error. A folder's are told alike.

    As one JSON document it is everything; whose maps are there already is left as it is, and said
    all the same.
    """
    dog = photograph(isolated / "photos" / "dog.jpg", 2)
    line, err = mapped(capsys, cat)
    numbers = json.loads(Path("maps/cat.png.map.json").read_text())
    assert line.startswith(f"{cat}: {numbers['predicted']}, {numbers['positive_ten_crops']:.3f} ")
    assert line.endswith("-> maps/cat.png.map.png\n")
    assert line.count("\n") == 1
    assert sorted(os.listdir("maps")) == ["cat.png.map.json", "cat.png.map.png"]
    assert err.startswith(f"Run {run.key}: SqueezeNet 1.1")
    assert err.count("\n") == 1
    kept = os.stat("maps/cat.png.map.json").st_mtime_ns
    out, err = mapped(capsys, cat.parent)
    assert out.startswith(f"{line}{dog}: ")
    assert out.count("\n") == 2
    assert "1 of 2 mapped by this run already: left as they are." in err
    assert os.stat("maps/cat.png.map.json").st_mtime_ns == kept
    both = json.loads(mapped(capsys, cat.parent, "--json").out)
    assert [entry.pop("drawing") for entry in both] == [
        "maps/cat.png.map.png",
        "maps/dog.jpg.map.png",
    ]
    files = [json.loads(Path(f"maps/{n}.map.json").read_text()) for n in ("cat.png", "dog.jpg")]
    assert both == files
    assert both[0]["run"]["key"] == run.key
    assert both[0]["seen_in_training"] is None


def test_a_broken_picture_does_not_stop_the_others(capsys, run, cat):
    """Its sentence goes to standard error, the status is 2, and JSON is whole."""
    broken = cat.parent / "aa.jpg"
    broken.write_bytes(b"")
    out, err = mapped(capsys, cat.parent, "--json", status=2)
    _, fault, last = err.splitlines()
    assert fault == (
        f"pixels-to-sentiment: {broken} is not a photograph that can be read (it is "
        "empty): fetch it anew or leave it out."
    )
    assert "1 of 2 photographs could not be mapped" in last
    assert [one["file"] for one in json.loads(out)] == [str(cat)]
    assert sorted(os.listdir("maps")) == ["cat.png.map.json", "cat.png.map.png"]


def test_where_no_picture_can_be_opened_no_network_is_looked_for(capsys, isolated):
    """Nothing heavy is imported, let alone a head fitted, before that is said."""
    paths = [isolated / "empty.jpg", isolated / "text.jpg"]
    paths[0].write_bytes(b"")
    paths[1].write_text("no picture")
    assert heavy_after((2, ["map", *map(str, paths)])) == []
    assert f"{paths[1]} is not a photograph" in refused(capsys, "map", paths[1])
    sentence = refused(capsys, "map", *paths)
    assert f"{paths[0]} is not a photograph that can be read (it is empty)" in sentence
    assert sentence.endswith(" None of these 2 can be opened.\n")


def test_what_was_trained_on_is_marked_in_its_line(capsys, run, cat, quick):
    said = "positive, 0.600 (centre 0.700), map -1.00 to +2.00; seen in training -> "
    assert said in mapped(capsys, cat).out


def test_runs_are_chosen_by_key_or_network(capsys, run, cat, made, idle):
    """The named one, though another is better; both at once make no sense."""
    better = with_weights(made(recipe="paper-third", fold=2, right=0.9))
    assert better.key in mapped(capsys, cat, "-o", "1").err
    assert run.key in mapped(capsys, cat, "-o", "2", "--run", run.key[:8]).err
    assert better.key in mapped(capsys, cat, "-o", "3", "--network", "squeezenet1_1").err
    with pytest.raises(SystemExit) as end:
        main(["map", str(cat), "--run", run.key, "--network", "caffenet"])
    assert end.value.code == 2


# Refused before the start


def test_files_that_are_there_are_not_overwritten(capsys, run, cat):
    """Not one picture is mapped then; --force maps all of them."""
    mapped(capsys, cat)
    photograph(cat, 3)  # another picture of that name
    photograph(cat.with_name("dog.jpg"), 2)
    before = Path("maps/cat.png.map.png").read_bytes()
    sentence = refused(capsys, "map", cat.parent)
    assert "maps/cat.png.map.png, maps/cat.png.map.json exist already: use --force" in sentence
    assert len(os.listdir("maps")) == 2
    assert Path("maps/cat.png.map.png").read_bytes() == before
    mapped(capsys, cat, "--force")
    assert Path("maps/cat.png.map.png").read_bytes() != before


@pytest.mark.parametrize("name", ["weights.safetensors", "predictions.csv", "run.json"])
def test_a_damaged_run_is_named(capsys, run, cat, name):
    """With what to do about it, rather than left out of the choice."""
    (run.folder / name).write_bytes(b"{")
    assert f"{run.folder / name} is damaged" in refused(capsys, "map", cat)


def test_a_letter_that_the_terminal_lacks_is_printed_as_an_escape(
    run, isolated, monkeypatch, quick
):
    """And the pictures after it are mapped."""
    for name in ("\u732b.png", "z.png"):
        photograph(isolated / "photos" / name, 1)
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, "latin-1"))
    assert main(["map", str(isolated / "photos")]) == 0
    assert b"\\u732b.png: " in printed.getvalue()
    assert printed.getvalue().count(b"\n") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.jpg"], "There is no file or folder nothing.jpg that can be read."),
        (["."], "has no photographs"),
        (["CAT", "--run", "0000"], "no finished run"),
        (["CAT", "-o", "CAT"], "cannot be written (File exists): name another folder with -o"),
        (["CAT", "COPY"], "the same files"),
    ],
)
def test_what_can_be_mended_is_said_before_the_start(
    capsys, run, cat, isolated, arguments, said, monkeypatch
):
    """In one sentence, and no folder is made."""
    paths = {"CAT": cat, "COPY": photograph(isolated / "other" / "cat.png")}
    monkeypatch.setattr(mapping, "mapped", lambda *_: pytest.fail("started"))
    sentence = refused(capsys, "map", *(paths.get(word, word) for word in arguments))
    assert said in sentence
    assert not os.path.exists("maps")


def test_a_stop_leaves_nothing_half_written(capsys, run, cat, isolated, monkeypatch):
    """What was finished is whole, JSON too, and no temporary file is left."""
    photograph(isolated / "photos" / "dog.jpg", 2)
    real = mapping.drawing.sheet

    def stopped(*arguments, **options):
        if len(os.listdir("maps")) > 2:  # the second picture's numbers are being written
            signal.raise_signal(signal.SIGTERM)
        return real(*arguments, **options)

    monkeypatch.setattr(mapping.drawing, "sheet", stopped)
    with pytest.raises(SystemExit) as end:
        main(["map", str(cat.parent), "--json"])
    assert end.value.code == 128 + signal.SIGTERM
    assert [entry["file"] for entry in json.loads(capsys.readouterr().out)] == [str(cat)]
    assert sorted(os.listdir("maps")) == ["cat.png.map.json", "cat.png.map.png"]
