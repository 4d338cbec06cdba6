"""Work that goes to a Dask cluster, with real worker processes on the loopback."""

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pixels_to_sentiment import places
from pixels_to_sentiment.campaign import cluster
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.store import Runs
from toy_cluster import Words, who
from toy_runs import FILES, RUN, made_up_pictures, names_in
from toy_work import Task

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def client():
    """Two worker processes; they and those that join them have made-up pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASK_DISTRIBUTED__WORKER__PRELOAD", "toy_cluster")
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        dask.config.refresh()
        with cluster.connected("local:2") as client:
            yield client
    dask.config.refresh()


@pytest.fixture(scope="module")
def loaded():
    """Give the pictures of the workers."""
    return made_up_pictures()


@pytest.fixture
def perform(client, loaded, tmp_path):
    """Do tasks on the cluster; the records by word, what failed, and what was told."""

    def go(*words, tell=lambda sentence: None):
        store, failed = Words(tmp_path / "kept"), {}
        done = cluster.perform(
            store,
            [Task(word) for word in words],
            loaded,
            client,
            failed=lambda task, fault: failed.setdefault(task.word, str(fault)),
            tell=tell,
        )
        return {one.work.word: one for one in done}, failed

    return go


def test_what_workers_did_is_what_is_done_here(client, loaded, isolated, monkeypatch, capsys):
    """To the last bit, weights too, under the same keys; nothing is sent a second time."""
    runs = [RUN, replace(RUN, seed=1)]
    monkeypatch.setattr(experiments, "plan", lambda *_, **__: (runs, {}))
    monkeypatch.setattr(pictures, "load", lambda source="": loaded)
    monkeypatch.setattr(cluster, "connected", lambda address: nullcontext(client))
    words = ["experiments", "run", "fine-tuning", "--cluster", "local:2", "--device", "cpu"]
    assert main(words) == 0
    printed = sorted(capsys.readouterr().out.splitlines())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    alone = [Runs(isolated / "alone").get(run, loaded, device="cpu") for run in runs]
    torch.set_num_threads(threads)
    assert sorted(one.key for one in alone) == [line.split()[0] for line in printed]
    for one in alone:
        there = Record.open_key(places.runs(), one.key)
        assert names_in(there.folder) == FILES
        for name in ("predictions.csv", "weights.safetensors"):
            assert (there.folder / name).read_bytes() == (one.folder / name).read_bytes()
        ours, theirs = (some.curve().drop(columns="seconds") for some in (one, there))
        assert ours.equals(theirs)
        assert there.provenance()["hardware"]["threads"] == 1
    monkeypatch.setattr(client, "submit", None)
    assert main(words) == 0
    assert sorted(capsys.readouterr().out.splitlines()) == printed


def test_a_run_goes_along_with_the_work_that_is_behind_it(client, loaded, tmp_path):
    """Its weights too, whatever the worker had before."""
    store = Words(tmp_path)
    run = Runs(tmp_path).get(RUN, loaded, device="cpu")
    tasks = [Task("with", run=run.key)]
    (done,) = cluster.perform(store, tasks, loaded, client, tell=print)
    assert done.run == RUN


def test_work_of_a_killed_worker_is_done_by_another(perform, tmp_path, monkeypatch):
    """What kills each that has it is given up and told, and the others are kept."""
    monkeypatch.setattr(cluster, "_TRIES", 1)  # instead of 3: a process takes seconds to start
    once, always = f"die-once {tmp_path / 'once'}", "die"
    done, failed = perform(once, always, "a", "b", "c")
    assert set(done) == {once, "a", "b", "c"}
    assert list(failed) == [always]
    assert "2 workers in turn were lost" in failed[always]


def test_a_worker_that_joins_late_gets_work(perform, client, tmp_path):
    """Those before it are held until it has done its own."""
    flag = tmp_path / "flag"
    timer = threading.Timer(0.5, client.cluster.scale, (3,))
    timer.start()
    done, failed = perform(f"await {flag} 1", f"await {flag} 2", f"touch {flag}")
    timer.join()
    assert failed == {}
    assert len({who(one) for one in done.values()}) == 3
    client.cluster.scale(2)


def test_a_worker_with_other_code_is_refused(perform, client, tmp_path):
    """In a sentence with either side, and it gets nothing."""
    package = tmp_path / "src" / "pixels_to_sentiment"
    shutil.copytree(TESTS.parent / "src" / "pixels_to_sentiment", package)
    shutil.copytree(TESTS.parent / "ground_truth", package / "ground_truth")
    with (package / "errors.py").open("a") as file:
        file.write("OTHER = 1\n")
    paths = os.pathsep.join([str(tmp_path / "src"), str(TESTS)])
    started, told = [], []

    def join():
        command = ["-m", "distributed.cli.dask_worker", client.scheduler.address, "--no-nanny"]
        command += [
            "--nthreads",
            "1",
            "--preload",
            "toy_cluster",
            "--local-directory",
            str(tmp_path),
        ]
        environment = os.environ | {"PYTHONPATH": paths}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen([sys.executable, *command], env=environment, **quiet))

    flag = tmp_path / "flag"

    def tell(sentence):
        told.append(sentence)
        flag.touch()

    timer = threading.Timer(0.5, join)
    timer.start()
    done, failed = perform(f"await {flag} 1", f"await {flag} 2", "a", tell=tell)
    assert failed == {}
    assert len(done) == 3
    assert who(done["a"]) != started[0].pid
    (sentence,) = told
    assert "is refused: code of task is " in sentence
    assert f" there and {Task.fingerprint()} here." in sentence
    started[0].terminate()
    started[0].wait(timeout=30)


def test_an_interruption_keeps_what_is_done_and_cancels_the_rest(client, loaded, tmp_path):
    """What has not begun is not begun."""
    store = Words(tmp_path / "kept")
    flag = tmp_path / "flag"
    tasks = [Task(word) for word in ("a", *(f"await {flag} {n}" for n in range(3)))]
    done = cluster.perform(store, tasks, loaded, client, tell=print)
    first = next(done)
    with pytest.raises(KeyboardInterrupt):
        done.throw(KeyboardInterrupt)
    flag.touch()
    time.sleep(1)
    assert [one.work.word for one in store.kind.recorded(store.root)] == [first.work.word]
    assert client.run_on_scheduler(lambda dask_scheduler: [*dask_scheduler.tasks]) == []


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "local:0", "local:two", "nowhere at all"])
def test_a_cluster_that_is_not_there_is_told_in_one_sentence(address, capsys):
    """Within ten seconds, by the command."""
    began = time.monotonic()
    assert main(["experiments", "run", "fine-tuning", "--cluster", address]) == 2
    assert time.monotonic() - began < 10
    assert address in capsys.readouterr().err


def test_without_dask_the_sentence_says_how_to_install_it(monkeypatch):
    """By the name of the extra."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install -e .\.\[cluster\]"), cluster.connected("x"):
        pass
