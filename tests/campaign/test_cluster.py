"""Work that goes to a Dask cluster, with real worker processes on the loopback."""

import os
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from pixels_to_sentiment import places
from pixels_to_sentiment.campaign import cluster, order, packs, remote
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.probes.records import Probe
from pixels_to_sentiment.probes.store import Probes
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.store import Runs
from toy_cli import refused, said
from toy_cluster import Words, environ, who
from toy_probes import PROBE
from toy_runs import FILES, RUN, copy_of, made_up_pictures, names_in
from toy_work import Task

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")


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
    return replace(made_up_pictures(), source="photographs")


@contextmanager
def one_thread():
    """As a worker has it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def perform(client, loaded, tmp_path):
    """Do tasks on the cluster; the records by word, what failed, and what was told."""

    def go(*words):
        store, failed = Words(tmp_path / "kept"), {}
        done = cluster.perform(
            store,
            [Task(word) for word in words],
            loaded,
            client,
            failed=lambda task, fault: failed.setdefault(task.word, str(fault)),
            tell=print,
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
    printed = sorted(said(capsys, *words).splitlines())
    with one_thread():
        alone = [Runs(isolated / "alone").get(run, loaded, device="cpu") for run in runs]
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
    assert sorted(said(capsys, *words).splitlines()) == printed


def test_probes_of_workers_are_those_made_here(client, loaded, finished, tmp_path):
    """Every table to the last byte; the weights of the run that is probed go along."""
    probe = Probe.of_run(finished, grid=PROBE.grid, layers=("logits", "penultimate"), limit=4)
    here, there = (Probes(copy_of(finished, tmp_path / name).parent) for name in ("a", "b"))
    with one_thread():
        alone = here.get(probe, loaded, device="cpu")
    (sent,) = cluster.perform(there, [probe], loaded, client, tell=print, device="cpu")
    assert sent.key == alone.key
    assert names_in(sent.folder) == names_in(alone.folder)
    for name in {*alone.contents()} - {"provenance.json"}:
        assert (sent.folder / name).read_bytes() == (alone.folder / name).read_bytes()


def test_a_campaign_sends_its_runs_and_packs_what_comes_back(
    client, loaded, isolated, monkeypatch, capsys
):
    """Without weights; it says how many are left."""
    runs = [RUN, replace(RUN, seed=1)]
    monkeypatch.setattr(order, "planned", lambda smoke: (runs, {}))
    monkeypatch.setattr(pictures, "load", lambda: loaded)
    places.results().mkdir()
    monkeypatch.setattr(cluster, "connected", lambda address: nullcontext(client))
    words = ["campaign", "--cluster", "local:2", "--device", "cpu", "--minutes", "5"]
    out = said(capsys, *words, "-o", isolated / "packs")
    assert "--resume: 0 runs that would not have ended in time.\nRecords packed beside" in out
    with packs.opened(isolated / "packs") as (records, _):
        assert {one.run for one in records} == set(runs)
    folders = [places.runs() / "campaign" / run.key(loaded.fingerprint) for run in runs]
    assert "weights.safetensors" not in {*names_in(folders[0]), *names_in(folders[1])}


def test_a_worker_that_cannot_have_the_weights_is_refused(client, loaded, isolated):
    """Or it would fail at once whatever it is given."""
    name, cache = "mvso_german.caffemodel", str(isolated / "cache")
    own = {"PIXELS_TO_SENTIMENT_CACHE": cache, assets.OFFLINE_VARIABLE: "1"}
    client.run(environ, own | {assets.MIRROR_VARIABLE: ""})
    store, tasks = Words(isolated / "kept"), [Task("a", weights=name), Task("b")]
    with pytest.raises(UserError, match=rf"Worker tcp.* cannot work. {name} .*cannot be had"):
        list(cluster.perform(store, tasks, loaded, client, tell=print))


def test_what_is_not_to_begin_is_left_undone(client, loaded, tmp_path):
    """As what would outlast a deadline; the others are done."""
    tasks, store = [Task(word) for word in "abc"], Words(tmp_path)
    more = {"tell": print, "begins": lambda task: task.word != "b"}
    assert {one.work.word for one in cluster.perform(store, tasks, loaded, client, **more)} == {
        *("a", "c")
    }


def test_a_cluster_without_a_worker_is_told(loaded, tmp_path):
    """What waits for one would pass for what hangs."""

    def tell(sentence):
        raise KeyboardInterrupt(sentence)

    empty = SimpleNamespace(nthreads=dict)
    with pytest.raises(KeyboardInterrupt, match="no worker yet"):
        list(cluster.perform(Words(tmp_path), [Task("a")], loaded, empty, tell=tell))


def test_a_worker_with_other_code_ends_it_with_either_side(perform, client, tmp_path):
    """What others finished is kept, and they get nothing more."""
    one, modules = next(iter(client.nthreads())), Task.modules
    try:
        client.run(setattr, Task, "modules", ("places",), workers=[one])
        with pytest.raises(UserError, match=rf"{one} is refused: code of task is .* there") as said:
            perform(*"abcdef")
        assert f" there and {Task.fingerprint()} here; install" in str(said.value)
        assert len(list((tmp_path / "kept").glob("*"))) < 6
    finally:
        client.run(setattr, Task, "modules", modules)


def test_a_worker_without_the_package_ends_it(perform, client, monkeypatch):
    """It can answer nothing but what Python raised there."""
    monkeypatch.setattr(remote, "make", lambda *_: __import__("no_such"))
    with pytest.raises(UserError, match=r"cannot work \(ModuleNotFoundError: No mod.*: install"):
        perform("without")


def test_work_of_a_killed_worker_is_done_by_another(perform, client, tmp_path):
    """What kills each that has it is given up and told, and the others are kept.

    A worker whose GPU an error has left useless is as good as killed.
    """

    def try_again(dask_scheduler, count):
        dask_scheduler.allowed_failures = count

    client.run_on_scheduler(try_again, count=1)  # instead of 3: a process takes seconds to start
    for once in (f"die-once {tmp_path / 'died'}", f"break-once {tmp_path / 'broke'}"):
        assert perform(once)[0].keys() == {once}
    done, failed = perform("die", "a", "b")
    assert (done.keys(), failed.keys()) == ({"a", "b"}, {"die"})
    assert "Several workers in turn were lost" in failed["die"]


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


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tcp://127.0.0.1:1", "No Dask scheduler answers at tcp://127.0.0.1:1"),
        *((one, f"{one} is no cluster") for one in ("local:0", "local:two", "host", "http://a:1")),
    ],
)
def test_a_cluster_that_is_not_there_is_told_in_one_sentence(address, sentence, capsys):
    """Within ten seconds, by the command; of what is no address before there is a client."""
    began = time.monotonic()
    words = ["experiments", "run", "fine-tuning", "--cluster", address]
    assert f": {sentence}" in refused(capsys, *words)
    assert time.monotonic() - began < 10


def test_without_dask_the_sentence_says_how_to_install_it(monkeypatch, capsys):
    """As without any package that is an extra's."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ["experiments", "run", "fine-tuning", "--cluster", "local:2"]
    assert "distributed is not installed: pip install -e '.[book," in refused(capsys, *words)
