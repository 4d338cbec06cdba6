"""The campaign that tries to break the project sees what is broken, and what it recorded held."""

import contextlib
import csv
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / ".ci"))

import harden  # noqa: E402
from hardening import disks, kills  # noqa: E402


def in_place(folder, number):
    with (folder / "result.csv").open("w") as file:
        for letter in "abcde":
            file.write(letter)
            file.flush()
            time.sleep(0.1)


def whole(folder, number):
    with places.written_whole(folder / "result.csv") as made:
        made.write_text("abcde")
        time.sleep(0.2)


def appending(folder, number):
    with (folder / "result.csv").open("a") as file:
        file.write("abcde")


def failing(folder, number):
    whole(folder, number)
    if number:
        raise FileExistsError


@pytest.fixture
def trials(tmp_path):
    """Kill once something is written: a process may take long to begin beside other work."""
    home = tmp_path / "home"

    def begun(*_):
        while not any((home / "killed").iterdir()):
            time.sleep(0.01)
        return 0.1

    return lambda work: kills.Trials(kills.Job("work", work), home, SimpleNamespace(uniform=begun))


@pytest.mark.parametrize(
    ("work", "how", "wrong"),
    [
        (whole, "kill", None),
        (in_place, "kill", "half-written after the kill: ['result.csv']"),
        (appending, "race", "not equal: ['result.csv']"),
        (failing, "race", "ended with [0, 1, 1, 1]"),
    ],
)
def test_work_that_is_killed_or_raced_is_held_against_work_in_peace(trials, work, how, wrong):
    """What is written in place is seen half-written; what adds to what is there, twice."""
    assert getattr(trials(work), how)() == wrong


def careless(folder, number):
    path = folder / "result.csv"
    try:
        path.write_bytes(bytes(1 << 16))
    except OSError as fault:
        raise UserError("There is no room.") from fault


def silent(folder, number):
    with contextlib.suppress(OSError), places.written_whole(folder / "result.csv") as made:
        made.write_bytes(bytes(1 << 16))


@pytest.mark.skipif(not disks.possible(), reason="this system mounts nothing for a program")
@pytest.mark.parametrize(
    ("work", "wrong"),
    [
        (careless, "half-written ['result.csv'], lost [], left []"),
        (silent, "not equal: ['result.csv']"),
        (whole, None),
    ],
)
def test_a_full_disk_costs_nothing_that_was_there(tmp_path, work, wrong):
    """What is cut off at the last byte with room is seen, and what says nothing of it."""

    def old(folder):
        (folder / "result.csv").write_text("old")

    dice = SimpleNamespace(uniform=lambda least, most: (least + 3 * most) / 4)
    trials = disks.Trials(kills.Job("work", work, old), tmp_path / "home", dice)
    assert (trials.fill() or "").strip() == (wrong or "")


def test_the_recorded_campaign_is_whole_and_nothing_failed():
    """As many kills and hostile files as are asked for, every part tried, all of it held."""
    with (ROOT / "book/hardening/counts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    tried = {row["kind"]: 0 for row in rows}
    for row in rows:
        tried[row["kind"]] += int(row["tried"].replace(",", ""))
        assert row["tried"] == row["held"], row
        assert row["failed"] == "0", row
    numbers = [{n: int(row[n].replace(",", "")) for n in ("tried", "failed")} for row in rows]
    counted = [{"kind": row["kind"]} | more for row, more in zip(rows, numbers, strict=True)]
    assert (ROOT / "book/hardening/found.txt").read_text() == harden.found(counted)
    assert tried["kills"] >= 300
    assert tried["hostile files"] >= 100
    # Campaigns before there were full disks in them have none.
    assert tried.setdefault("full disks", 60) >= 60
    assert {*tried} == {"kills", "hostile files", "several writers", "full disks", "fuzzing"}
