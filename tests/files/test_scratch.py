"""Folders get their names when they are whole, and leftovers go when nobody fills them any more."""

import multiprocessing
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from pixels_to_sentiment.files import scratch


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def fill(folder, whole=Path.is_dir, then=lambda: None):
    with scratch.filled(folder, whole) as partial:
        (partial / "content").write_text("whole")
        then()


def test_a_folder_has_its_name_when_it_is_whole_and_on_the_disk(tmp_path, monkeypatch):
    """Content, folder, name: what is renamed before it is synced can be empty after a crash."""
    order, rename, sync = [], os.replace, os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda n: (order.append(os.readlink(f"/proc/self/fd/{n}")), sync(n))
    )
    monkeypatch.setattr(os, "replace", lambda *names: (order.append("renamed"), rename(*names)))
    fill(tmp_path / "folder", then=lambda: order.append("filled"))
    assert [Path(one).name.partition("-")[0] for one in order] == [
        *("filled", "content", ".partial", "renamed", tmp_path.name.partition("-")[0])
    ]
    assert names_in(tmp_path) == ["folder"]


@pytest.mark.parametrize("fault", [OSError, KeyboardInterrupt])
def test_what_fails_leaves_nothing(tmp_path, fault):
    """Neither the folder nor its lock."""

    def stop():
        assert len(names_in(tmp_path)) == 2
        raise fault

    with pytest.raises(fault):
        fill(tmp_path / "folder", then=stop)
    assert names_in(tmp_path) == []


def test_the_faster_of_two_is_kept_and_what_is_no_result_is_not_run_over(tmp_path):
    """Two processes fill the same folder; and something else has the name."""
    target = tmp_path / "folder"
    fill(target, then=lambda: fill(target))
    with pytest.raises(OSError, match="folder"):
        fill(target, whole=lambda folder: False)
    assert names_in(tmp_path) == ["folder"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_leftovers_of_the_living_stay_whatever_their_number_or_host(tmp_path, monkeypatch, number):
    """Of two that fill, one is killed; a third process, which knows neither's number, sweeps."""
    context = multiprocessing.get_context("fork")
    at_work = context.Barrier(3)

    def work(name):
        fill(tmp_path / name, then=lambda: (at_work.wait(), signal.pause()))

    living, dying = (context.Process(target=work, args=[name]) for name in ("living", "dying"))
    for one in (living, dying):
        one.start()
    at_work.wait(30)
    os.kill(dying.pid, number)
    dying.join(30)
    # As in another container, where these numbers are nobody's.
    monkeypatch.setattr(os, "kill", lambda *_: (_ for _ in ()).throw(ProcessLookupError))
    assert len(names_in(tmp_path)) == 4
    scratch.sweep(tmp_path)
    assert [name.split("-")[1] for name in names_in(tmp_path)] == ["living", "living"]
    monkeypatch.undo()
    living.kill()
    living.join(30)
    scratch.sweep(tmp_path)
    assert names_in(tmp_path) == []


def test_filling_goes_on_while_others_sweep(tmp_path):
    """Also in the moment between the making of a lock and its holding."""
    done = threading.Event()

    def sweep():
        while not done.is_set():
            scratch.sweep(tmp_path)

    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        for number in range(100):
            fill(tmp_path / str(number))
    finally:
        done.set()
        sweeping.join()
    assert len(names_in(tmp_path)) == 100


def test_what_has_no_lock_is_not_swept(tmp_path):
    """It may be somebody's who names folders so, too; and without locks nobody is known dead."""
    for name in (".partial-other", f".partial-{socket.gethostname()}-1-aa", "notes.lock"):
        (tmp_path / name).mkdir()
    before = names_in(tmp_path)
    scratch.sweep(tmp_path)
    assert names_in(tmp_path) == before
