"""The commands ``campaign`` and ``record --from``."""

import json
import time

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.campaign import order, outcome, packs, steps, ways, workers
from pixels_to_sentiment.cli import campaign as command
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records.runs import Record
from toy_cli import refused, said, write_result

pytestmark = pytest.mark.usefixtures("isolated")
REPORT = {"began": "2020-02-03T04:05:06+00:00", "device": "cuda:1", "failed": {}}


@pytest.fixture
def campaign(isolated, monkeypatch):
    """Give the command three runs of which each call finishes one at once."""
    made = [Record.open(write_result(isolated / "made", fold, 3)) for fold in (1, 2, 3)]
    asked = []

    def perform(runs, root, device, at_once, deadline, costs, tell):
        asked.append([run.fold for run in runs])
        write_result(root, runs[0].fold, 3)
        tell(runs[0], 0.1)
        assert deadline - time.monotonic() < 60
        return runs[1:]

    places.results().mkdir()
    loaded = type("Loaded", (), {"real": True})
    monkeypatch.setattr(pictures, "load", lambda: loaded)
    monkeypatch.setattr(order, "planned", lambda smoke: ([one.run for one in made], {}))
    monkeypatch.setattr(workers, "perform", perform)
    monkeypatch.setattr(steps, "SHARES", {"checks": 1})
    monkeypatch.setattr(steps, "take", lambda *_: {"rows": []})
    return asked


@pytest.fixture
def ask(isolated):
    """Words by which a processor gets a minute."""
    return ["campaign", "--device", "cpu", "--minutes", "1", "-o", str(isolated / "out")]


@pytest.mark.parametrize(
    ("ratio", "asked", "processes"),
    [(0.9, None, 1), (None, None, 3), (0.9, 2, 2)],
)
def test_runs_share_a_device_where_that_was_faster(
    campaign, ask, capsys, monkeypatch, ratio, asked, processes
):
    """Where nothing was measured they do as usual, and as it is told where somebody tells it."""
    found = []
    rows = [{"way": ways.SERIAL, "ratio": 1.0}, {"way": ways.PROCESSES, "ratio": ratio}]
    monkeypatch.setattr(command, "_AT_ONCE", {"cpu": 3})
    monkeypatch.setattr(steps, "SHARES", {"ways": 1})
    monkeypatch.setattr(steps, "take", lambda *_: rows)
    monkeypatch.setattr(outcome, "summary", lambda report: {"targets": []})
    monkeypatch.setattr(workers, "perform", lambda *given: found.append(given[3]) or [])
    told = said(capsys, *ask, *(["--at-once", str(asked)] if asked else []))
    assert f"ways:\n              way  ratio\none after another {1.0:6g}\n" in told
    assert found == [processes]
    assert ("One run at a time" in told) == (processes == 1)


def test_a_campaign_goes_on_where_it_was_and_skips_what_is_recorded(
    campaign, ask, capsys, isolated, monkeypatch
):
    """What an earlier call finished is packed again and not made again; only records are there."""
    known = []
    monkeypatch.setattr(steps, "take", lambda *given: known.append(given[-1]) or {"rows": []})
    write_result(places.results(), 1, 3)
    assert "2 runs in all" in said(capsys, "campaign", "--dry-run")
    assert "report: 1, in records-1.zip," in said(capsys, *ask)
    assert "--resume goes on with it" in refused(capsys, *ask)
    assert "report: 2, in records-1.zip," in said(capsys, *ask, "--resume")
    assert (campaign, known) == ([[2, 3], [3]], [None, {"rows": []}])
    with packs.opened(isolated / "out") as (records, report):
        assert sorted(one.run.fold for one in records) == [2, 3]
        assert report["checks"] == {"rows": []}
        assert [(one["fold"], one["call"]) for one in report["runs"]] == [(2, 1), (3, 2)]
        assert report["seconds"].keys() == {"all", "checks", "runs"}
        assert {one["met"] for one in report["targets"]} == {None}
    assert [path.name for path in (isolated / "out").iterdir()] == ["records-1.zip"]


def test_a_campaign_that_is_ended_packs_what_is_finished(campaign, ask, isolated, monkeypatch):
    """As SIGTERM ends it, in the middle of a run."""

    def end(runs, root, *_):
        write_result(root, 1, 3)
        raise SystemExit(143)

    monkeypatch.setattr(workers, "perform", end)
    with pytest.raises(SystemExit):
        main(ask)
    with packs.opened(isolated / "out") as (records, _):
        assert len(records) == 1


def test_what_failed_is_tried_again_and_told_as_long_as_it_fails(
    campaign, ask, capsys, isolated, monkeypatch
):
    """By every call once."""
    make = workers.perform
    for perform, failed in (lambda runs, *_: _[-1](runs[0], "no memory") or [], 1), (make, 0):
        monkeypatch.setattr(workers, "perform", perform)
        assert main([*ask, "--resume"]) == 0
        assert capsys.readouterr().err.count("fold 1 seed 0 fp32: no memory") == failed
        with packs.opened(isolated / "out") as (_, report):
            assert len(report["failed"]) == failed


def test_a_campaign_ends_with_the_targets_that_were_measured(campaign, ask, capsys, monkeypatch):
    """And whether they were met."""
    row = {"what": "rate, at least", "target": 30, "measured": 31.234, "met": True}
    rows = [row, row | {"met": False}, row | {"measured": None, "met": None}]
    monkeypatch.setattr(outcome, "summary", lambda report: {"targets": rows})
    lines = said(capsys, *ask).splitlines()
    assert lines[-2:] == ["rate, at least 30: 31.23, met", "rate, at least 30: 31.23, missed"]


def test_a_campaign_says_what_it_lacks(capsys):
    """A folder and the minutes."""
    assert "-o DIR --minutes M" in refused(capsys, "campaign", "--minutes", "3")
    said = refused(capsys, "campaign", "--minutes", "0", "-o", "packs")
    assert "--minutes is 0: give a number above 0" in said


def test_a_campaign_that_cannot_begin_says_so_at_once_and_leaves_nothing(
    campaign, ask, capsys, isolated, monkeypatch
):
    """As where the packs would lie in a file, or there are no photographs."""
    (isolated / "file").touch()
    for place in (isolated / "file", isolated / "file" / "out"):
        assert f"{place} cannot be written" in refused(capsys, *ask[:-1], place)
    loaded = type("Loaded", (), {"real": False, "reason": "None are here."})
    monkeypatch.setattr(pictures, "load", lambda: loaded)
    for _ in range(2):  # not taken for an earlier campaign
        assert main(ask) == 2
        assert "needs the photographs. None are here." in capsys.readouterr().err
    assert not (isolated / "out").exists()
    assert campaign == []


def test_packs_of_a_campaign_that_is_not_here_are_not_replaced(campaign, ask, capsys, isolated):
    """As where they were fetched from the machine that has the rest of it."""
    packs.write(Record.recorded(isolated / "made"), REPORT, isolated / "out")
    before = (isolated / "out" / "records-1.zip").read_bytes()
    assert "would be replaced" in refused(capsys, *ask, "--resume")
    assert (isolated / "out" / "records-1.zip").read_bytes() == before


@pytest.mark.parametrize("fault", [RuntimeError("out of memory\nat length"), UserError("no file")])
def test_where_the_checks_fail_the_runs_are_made(campaign, ask, capsys, monkeypatch, fault):
    """The reason is told in a line."""

    def fail(*_):
        raise fault

    monkeypatch.setattr(steps, "take", fail)
    assert main(ask) == 0
    out, err = capsys.readouterr()
    assert "report: 1, in records-1.zip," in out
    assert f"The checks failed: {str(fault).splitlines()[0]}\n" in err
    assert "length" not in err


@pytest.fixture
def brought(isolated, monkeypatch):
    """Packs of two records on pictures that pass for the article's."""
    monkeypatch.setattr(pictures, "PUBLISHED", "f")
    for fold in (1, 2):
        write_result(isolated / "made", fold, 3)
    packs.write(Record.recorded(isolated / "made"), REPORT, isolated / "packs")
    return isolated / "packs"


def test_packs_are_recorded_with_their_report(brought, capsys):
    """The records under their keys, the report beside the benchmarks; a second time is no harm."""
    assert said(capsys, "record", "--from", str(brought)).count("Recorded ") == 2
    assert len(Record.recorded()) == 2
    (kept,) = places.benchmarks().iterdir()
    assert kept.name == "campaign-cuda-20200203T040506.json"
    assert json.loads(kept.read_text()) == REPORT
    assert said(capsys, "record", "--from", str(brought)).count("Recorded ") == 0


def test_of_packs_with_one_record_too_bad_none_is_taken(brought, capsys, isolated):
    """As where a picture is not of the test list: one sentence, and no folder."""
    folder = next((isolated / "made").iterdir())
    path = folder / "predictions.csv"
    path.write_text(path.read_text().replace(",0,", ",1,", 1))
    packs.write(Record.recorded(isolated / "made"), REPORT, brought)
    assert "not those of the run's test list" in refused(capsys, "record", "--from", brought)
    assert not places.results().exists()
    assert not places.benchmarks().exists()
