"""Folders of finished work: whole or not at all, described, swept, copied."""

import json
import os
import socket

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import folders


def make(folder, marker="whole.json", content="{}"):
    with folders.written_whole(folder, marker) as partial:
        (partial / marker).write_text(content)


def test_a_folder_gets_its_name_when_all_went_well(tmp_path):
    """And nothing else is left."""
    make(tmp_path / "made")
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_nothing_is_left_of_what_failed(tmp_path):
    """Neither under the name nor under the temporary one."""

    def fail():
        with folders.written_whole(tmp_path / "made", "whole.json") as partial:
            (partial / "half.csv").write_text("1")
            raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        fail()
    assert not list(tmp_path.iterdir())


def test_the_folder_of_who_came_first_stays(tmp_path):
    """Two processes that finish the same work do not disturb each other."""
    make(tmp_path / "made", content='{"by": "first"}')
    make(tmp_path / "made", content='{"by": "second"}')
    assert json.loads((tmp_path / "made" / "whole.json").read_text()) == {"by": "first"}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_of_something_else_is_not_taken_for_finished_work(tmp_path):
    """What is in the way and has no marker is said, and stays."""
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "notes.txt").write_text("mine")
    with pytest.raises(OSError, match="made"):
        make(tmp_path / "made")
    assert (tmp_path / "made" / "notes.txt").read_text() == "mine"


def test_only_what_dead_processes_of_this_machine_left_is_swept(tmp_path):
    """Not what a living process, or another machine, is writing."""
    host = socket.gethostname()
    names = {
        "dead": f".partial-{host}-99999999-abc",
        "living": f".partial-{host}-{os.getpid()}-abc",
        "elsewhere": ".partial-other-99999999-abc",
    }
    for name in names.values():
        (tmp_path / name).mkdir()
    folders.sweep(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {names["living"], names["elsewhere"]}


def test_a_clock_says_what_a_record_needs():
    """Durations in seconds, the machine, the versions, the commit."""
    found = folders.Clock().details("cpu")
    assert {"commit", "dirty", "hardware", "versions", "began"} <= set(found)
    assert 0 <= found["seconds"] < 60
    assert found["device"] == "cpu"


def test_a_copy_leaves_out_what_is_ignored_and_is_made_once(tmp_path):
    """The second time nothing is copied."""
    make(tmp_path / "made")
    (tmp_path / "made" / "weights.bin").write_text("large")
    target = tmp_path / "results" / "made"
    assert folders.copied(tmp_path / "made", target, "whole.json", "*.bin")
    assert [path.name for path in target.iterdir()] == ["whole.json"]
    assert not folders.copied(tmp_path / "made", target, "whole.json", "*.bin")


def test_a_key_depends_on_kind_work_data_and_code():
    """And not on the order in which the work is told."""
    key = folders.key("run", {"a": 1, "b": 2}, "data", "code")
    assert len(key) == 16
    assert key == folders.key("run", {"b": 2, "a": 1}, "data", "code")
    others = [
        folders.key("probe", {"a": 1, "b": 2}, "data", "code"),
        folders.key("run", {"a": 1, "b": 3}, "data", "code"),
        folders.key("run", {"a": 1, "b": 2}, "other", "code"),
        folders.key("run", {"a": 1, "b": 2}, "data", "other"),
    ]
    assert len({key, *others}) == 5


def test_what_is_wrong_with_a_folder_is_said_with_its_name(tmp_path):
    """It is not there, lacks a file, or does not say what was looked for in it."""
    words = {"absent": "There is no finished run", "kind": "a finished run"}

    def read(files=()):
        with folders.described(tmp_path / "made", "whole.json", files, **words) as content:
            return content["key"]

    with pytest.raises(UserError, match=r"There is no finished run 'made' in"):
        read()
    make(tmp_path / "made", content='{"key": "k"}')
    assert read() == "k"
    with pytest.raises(UserError, match=r"made is not the folder of a finished run .*curve.csv"):
        read(["curve.csv"])
    (tmp_path / "made" / "whole.json").write_text("{}")
    with pytest.raises(UserError, match="KeyError: 'key'"):
        read()
