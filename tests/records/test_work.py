"""Work of every kind: what its key depends on, and how its finished folder is opened."""

import os
import re
import shutil
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

import toy_probes
import toy_studies
from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.studies.records import StudyRecord
from pixels_to_sentiment.training.recipes import Recipe
from toy_probes import PROBE
from toy_runs import RUN, change, copy_of
from toy_studies import FITTED, MAPPED_RUN

pytestmark = pytest.mark.usefixtures("isolated")
LISTS = {"agreement": "four", "fold": 2, "seed": 1, "limit": None}
# Another value of each field.
OTHER = {
    RUN: LISTS
    | {"network": "squeezenet1_1", "start": "imagenet", "weights": "file.safetensors"}
    | {"recipe": Recipe("tiny", iterations=3), "precision": "bf16", "inner": 3},
    PROBE: LISTS
    | {"network": "0123456789abcdef", "layers": ("penultimate", "logits")}
    | {"grid": (("svm", -1, 1),), "weights": "file.safetensors"},
    FITTED: LISTS | {"run": "0123456789abcdef", "other": "fedcba9876543210", "labels": True},
}
EVERY_KIND = pytest.mark.parametrize("work", OTHER, ids=lambda work: work.kind)


@EVERY_KIND
def test_the_key_depends_on_every_field(work):
    """No field may be left out of what decides whether work is done already."""
    assert OTHER[work].keys() == {field.name for field in fields(work)}
    keys = [replace(work, **{name: value}).key("data") for name, value in OTHER[work].items()]
    assert len({work.key("data"), *keys}) == len(OTHER[work]) + 1
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)


@EVERY_KIND
def test_the_key_depends_on_kind_data_and_code(work, monkeypatch):
    """Other pictures or other code make other work, and no two kinds share a key."""
    keys = {work.key("data"), work.key("other"), work.key("data", "other code")}
    monkeypatch.setattr(type(work), "fingerprint", lambda *_: "changed")
    keys.add(work.key("data"))
    monkeypatch.setattr(type(work), "kind", "another")
    assert len(keys | {work.key("data")}) == 5


# Opening


@pytest.fixture(params=[Record, ProbeRecord, StudyRecord], ids=lambda kind: kind.one)
def finished_work(request, finished, tmp_path):
    """Give a kind, and a finished folder of it."""
    kind, folder = request.param, tmp_path / "key"
    if kind is Record:
        shutil.copytree(finished.folder, folder)
    elif kind is ProbeRecord:
        toy_probes.written(folder, replace(PROBE, network="abc"), ["0101"], run=asdict(RUN))
    else:
        study = replace(FITTED, run="a", other="b")
        other = replace(MAPPED_RUN, seed=1)
        toy_studies.written(folder, study, run=MAPPED_RUN, other=other)
    return kind, folder


def test_a_record_says_what_was_done(finished_work):
    """The work and the runs behind it come back equal from JSON, tuples too."""
    kind, folder = finished_work
    made = kind.open(folder)
    expected = {
        "run": (RUN, RUN, None),
        "probe": (replace(PROBE, network="abc"), RUN, None),
        "maps": (replace(FITTED, run="a", other="b"), MAPPED_RUN, replace(MAPPED_RUN, seed=1)),
    }
    assert (made.work, made.run, getattr(made, "other", None)) == expected[kind.of.kind]
    assert made.data["fingerprint"] == "made-up"
    assert made.provenance()["seconds"] > 0
    assert made.configuration == (made.run.network, "random", "tiny")


def change_text(path, before, after):
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))


DAMAGE = {
    "cut short": lambda marker: os.truncate(marker, 100),
    "not an object": lambda marker: marker.write_text("[]"),
    "unknown field": lambda marker: change(marker, **{marker.stem: {"colour": 1}}),
    "no recipe": lambda marker: change(marker, run={"recipe": None}),
    "deep": lambda marker: marker.write_text("[" * 100_000),
    "of other values": lambda marker: marker.write_text(marker.read_text().replace("five", "four")),
    "a pipe": lambda marker: (marker.unlink(), os.mkfifo(marker)),
    "no provenance": lambda marker: (marker.parent / "provenance.json").unlink(),
    "empty provenance": lambda marker: (marker.parent / "provenance.json").write_text("{}"),
    "provenance of other types": lambda marker: change_text(
        marker.parent / "provenance.json", '"seconds": ', '"seconds": "long", "was": '
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_named(finished_work, damage):
    """Opening it says which folder to delete."""
    kind, folder = finished_work
    DAMAGE[damage](folder / kind.marker())
    sentence = rf"^{folder}/\S+ (is damaged|cannot be read) .*, or delete {folder} and run again\.$"
    with pytest.raises(UserError, match=sentence):
        kind.open(folder).provenance()


def test_a_table_of_very_many_columns_is_refused_at_once(finished_work):
    """For columns of one name pandas would take minutes."""
    kind, folder = finished_work
    name = kind.files[-1]
    (folder / name).write_text("a," * 500_000 + "\n")
    made = kind.open(folder)
    with (
        pytest.raises(UserError, match=f"{name} .*its first line has 20,000 bytes"),
        made.reading(name),
    ):
        pass


def test_a_folder_that_lacks_a_table_is_named(finished_work):
    """Each of those that its kind has."""
    kind, folder = finished_work
    for path in folder.glob("*.csv"):
        path.rename(folder / "away")
        with pytest.raises(UserError, match=f"^{path} cannot be read .No such file"):
            kind.open(folder)
        (folder / "away").rename(path)
    assert kind.open(folder).folder == folder


def test_what_is_not_there_is_not_to_be_deleted(finished_work, tmp_path):
    """A mistyped key gets another sentence than a damaged folder."""
    kind, _ = finished_work
    with pytest.raises(UserError, match=rf"no finished {kind.one} 'abc' in {tmp_path}\.$"):
        kind.open(tmp_path / "abc")


SPOILT = {
    "binary": bytes(range(256)),
    "no rows": lambda lines: lines[:1],
    "a row less": lambda lines: lines[:-1],
    "another order": lambda lines: [lines[0], *lines[:0:-1]],
    "no number": lambda lines: [*lines[:-1], lines[-1].rsplit(b",", 1)[0] + b",many"],
    "another column": lambda lines: [line.replace(b",", b",x,", 1) for line in lines],
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_table_that_is_not_of_the_published_fold_is_named(finished, tmp_path, spoilt):
    """Rows, labels, order and numbers of the predictions; whoever scores them is told, too."""
    folder = copy_of(finished, tmp_path)
    path, change = folder / "predictions.csv", SPOILT[spoilt]
    lines = path.read_bytes().splitlines()
    path.write_bytes(change if isinstance(change, bytes) else b"\n".join(change(lines)) + b"\n")
    opened = Record.open(folder)
    for reader in (opened.predictions, opened.scores, opened.check):
        with pytest.raises(UserError, match=rf"^{path} is damaged \(.*or delete {folder} and run"):
            reader()


def test_records_are_the_whole_folders_in_the_order_of_keys(finished, tmp_path, monkeypatch):
    """What is half-made, and what is no run, is passed over; the environment says where."""
    keys = []
    for seed in (1, 2):
        folder = Path(shutil.copytree(finished.folder, tmp_path / f"{seed}"))
        change(folder / "run.json", run=asdict(replace(RUN, seed=seed)))
        keys.append(Record.open(folder).key)
        folder.rename(tmp_path / keys[-1])
    shutil.copytree(finished.folder, tmp_path / ".unfinished-c")
    (tmp_path / "d").mkdir()
    (tmp_path / "README.md").touch()
    assert Record.recorded(tmp_path / "nowhere") == Record.recorded() == []
    with pytest.raises(UserError, match=r"README\.md cannot be read .*: name another folder"):
        Record.recorded(tmp_path / "README.md")
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(tmp_path))
    assert [one.folder.name for one in Record.recorded()] == sorted(keys)


# What may be recorded

WHOLE = replace(RUN, limit=None)
SHORTENED = Recipe("paper" + runs.SHORTENED)


PHOTOGRAPHED = {"source": "photographs", "fingerprint": "f"}
GENERATED = {"source": "stand-in", "fingerprint": "f"}


def made_of(run, data):
    """Make a record of a run, and a probe and a study of its network, if that was trained."""
    probe, study = replace(PROBE, limit=None), replace(FITTED, limit=None)
    return [
        Record(Path(), run or WHOLE, "k", data, "c"),
        ProbeRecord(Path(), probe, "k", data, "c", run),
        StudyRecord(Path(), study, "k", data, "c", run),
    ]


@pytest.mark.parametrize(
    ("run", "data", "reasons"),
    [
        (WHOLE, PHOTOGRAPHED, [None] * 3),
        (RUN, PHOTOGRAPHED, ["from a few pictures"] * 3),
        (replace(WHOLE, recipe=SHORTENED), PHOTOGRAPHED, ["with a shortened recipe"] * 3),
        # What is made of its network would pass for the full protocol.
        (replace(WHOLE, inner=2), PHOTOGRAPHED, [None, *["within the training list"] * 2]),
        (WHOLE, GENERATED, ["from the stand-in"] * 3),
        # There the evidence is known.
        (None, GENERATED, [*["from the stand-in"] * 2, None]),
    ],
)
def test_only_the_full_protocol_counts(run, data, reasons):
    """Of a run, and of whatever was made of its network, on the photographs.

    A run within its training list is recorded apart.
    """
    made = made_of(run, data)
    assert [one.deviation() for one in made] == reasons
    assert replace(made[1], work=PROBE).deviation() == "from a few pictures"
    inner = run is not None and run.inner is not None
    assert made[0].home == (places.choices() if inner else places.results())


def test_what_was_done_is_the_same_under_new_keys_of_the_runs_behind_it():
    """These change with code; another seed, partner or network is something else."""

    def identity(study, *runs, data=PHOTOGRAPHED):
        return StudyRecord(Path(), study, "k", data, "c", *runs).identity()

    old, new = (replace(FITTED, run=key) for key in ("old", "new"))
    one, partner = identity(old, WHOLE), replace(WHOLE, seed=1)
    assert one == identity(new, WHOLE)
    several = [
        identity(FITTED),
        identity(FITTED, data=GENERATED),
        identity(replace(FITTED, run="caffenet:random")),
        identity(replace(FITTED, seed=1)),
        identity(new, partner),
        identity(replace(new, other="newer"), WHOLE, partner),
    ]
    assert len({one, *several}) == len(several) + 1
