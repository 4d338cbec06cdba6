"""Measure how runs grow over processes, by this project's cluster and as others do.

python .ci/scaling.py [--quick]

Writes book/benchmarks/scaling.json, from which the chapter on performance computes its table, its
figure and the model; `pixels_to_sentiment.benchmarks.scaling` says what is in it. Takes more
than eight minutes on two cores, which nothing else should use; --quick tries the way in two
minutes, with next to nothing of everything, and prints what it found instead. Needs the
photographs, the weights of SqueezeNet 1.1, and a checkout with everything committed.

Training is short runs of SqueezeNet 1.1 on one thread each. All processes are started and make a
run that does not count; then each way makes the same runs in turn, round by round. Naps are
simulated runs: the worker sleeps for 10 ms instead of training, since a busy loop would have to
share the cores with scheduler and client, and writes a record of the usual three files; all the
rest, from sending it to keeping what comes back, is what runs go through.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import nbformat
import torch
from distributed import LocalCluster
from distributed.deploy.subprocess import SubprocessCluster
from joblib import Parallel, delayed

from pixels_to_sentiment import provenance
from pixels_to_sentiment.benchmarks import scaling as results
from pixels_to_sentiment.benchmarks.timing import peak
from pixels_to_sentiment.campaign import cluster, remote
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.records.store import Runs, Store
from pixels_to_sentiment.records.work import Finished, Work

# Of naps: over two workers, over a crowd of so many, by others, and by papermill.
FULL = {"naps": 10_000, "crowd": 100, "crowd_naps": 1000, "few": 1000, "notebooks": 4}
# Of training: runs a round, of which 1 and 4 divide nothing evenly but 2 does; and rounds.
FULL |= {"runs": 6, "rounds": 2, "iterations": 6, "pictures": 32}
QUICK = {"naps": 60, "crowd": 5, "crowd_naps": 20, "few": 20, "notebooks": 2}
QUICK |= {"runs": 2, "rounds": 1, "iterations": 1, "pictures": 4}
WORKERS = (1, 2, 4)
SIDE_BY_SIDE = 2
OTHERS = "dask", "distributed", "joblib", "papermill"
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Nap(Work):
    """A simulated run."""

    number: int
    agreement: str = "five"
    fold: int = 1
    limit: int | None = None

    kind: ClassVar = "nap"
    modules: ClassVar = ("errors",)


class NapRecord(Finished):
    """A nap that was taken."""

    of: ClassVar = Nap
    files: ClassVar = ("nap.csv",)
    one: ClassVar = "nap"
    several: ClassVar = "naps"


class Naps(Store):
    """Naps in a folder."""

    kind = NapRecord

    def get(self, work: Nap, loaded: pictures.Pictures, **_: object) -> NapRecord:
        """Sleep, and write the record."""
        time.sleep(results.NAP_SECONDS)
        key = work.key(loaded.fingerprint)
        folder = self.root / key
        folder.mkdir(parents=True)
        data = {"source": loaded.source, "fingerprint": loaded.fingerprint}
        told = {"key": key, "nap": asdict(work), "data": data, "code": work.fingerprint()}
        (folder / "nap.json").write_text(json.dumps(told))
        made = {"commit": "", "dirty": False, "began": "", "seconds": 0, "hardware": {}}
        (folder / "provenance.json").write_text(json.dumps(made))
        (folder / "nap.csv").write_text(str(work.number))
        return self.kind.open_key(self.root, key)


def napped(work: Nap, loaded: SimpleNamespace) -> dict[str, bytes]:
    """Give the files of a nap, as a worker of a cluster does."""
    with tempfile.TemporaryDirectory() as folder:
        return Naps(Path(folder)).get(work, loaded).contents()


def keep(several: Iterable[dict[str, bytes]], root: Path) -> None:
    """Keep the files of naps as they come."""
    for contents in several:
        Naps(root).keep(json.loads(contents["nap.json"])["key"], contents)


_loaded = cache(pictures.load)


def train(runs: list[Run], root: Path) -> None:
    """Make runs in this process."""
    torch.set_num_threads(1)
    list(Runs(root).perform(runs, _loaded(), device="cpu"))


def row(work: str, way: str, processes: int, runs: int, seconds: list[float], **more) -> dict:
    """Make a row of the report, and tell of it."""
    found = {"work": work, "way": way, "processes": processes, "runs": runs}
    found |= {"seconds": [round(one, 3) for one in seconds]} | more
    print(found, flush=True)
    return found


def timed(work: Callable) -> float:
    """Seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def over_dask(client, works: list, store: Store, loaded: pictures.Pictures) -> None:
    """Do works as `experiments run --cluster` does."""
    done = cluster.perform(store, works, loaded, client, tell=sys.exit, device="cpu")
    if len(list(done)) != len(works):
        sys.exit("Not all was done.")


def of_naps(numbers: dict, loaded: pictures.Pictures, folder: Path) -> Iterator[dict]:
    """Time naps, a way a row."""
    few, naps = numbers["few"], [Nap(number) for number in range(numbers["naps"])]
    light = SimpleNamespace(source=loaded.source, fingerprint=loaded.fingerprint)
    separate = SubprocessCluster(
        n_workers=SIDE_BY_SIDE,
        threads_per_worker=1,
        dashboard_address=None,
        worker_kwargs={"memory_limit": 0},
    )
    with separate, cluster.connected(separate.scheduler_address) as client:
        yield nap_row(results.WORKERS, SIDE_BY_SIDE, naps, client, loaded, folder / "dask")
    count = numbers["crowd"]
    with ProcessPoolExecutor(1, mp_context=SPAWN) as alone:
        address = alone.submit(crowd, count).result()
        with cluster.connected(address) as client:
            some = naps[: numbers["crowd_naps"]]
            yield nap_row(results.CROWD, count, some, client, loaded, folder / "crowd")
    serial = (napped(nap, light) for nap in naps[:few])
    seconds = timed(lambda: keep(serial, folder / "serial"))
    yield row(results.NAP, results.SERIAL, 1, few, [seconds])
    with Parallel(SIDE_BY_SIDE, return_as="generator_unordered") as pool:
        list(pool(delayed(napped)(nap, light) for nap in naps[:SIDE_BY_SIDE]))
        tasks = (delayed(napped)(nap, light) for nap in naps[:few])
        seconds = timed(lambda: keep(pool(tasks), folder / "joblib"))
        yield row(results.NAP, results.JOBLIB, SIDE_BY_SIDE, few, [seconds])
    cell, count = f"import time\ntime.sleep({results.NAP_SECONDS})", numbers["notebooks"]
    seconds = timed(lambda: by_papermill(cell, count, folder))
    yield row(results.NAP, results.PAPERMILL, SIDE_BY_SIDE, count, [seconds])


def nap_row(way: str, processes: int, naps: list[Nap], client, loaded, root: Path) -> dict:
    """Time naps over Dask, with the processor's time a nap and the memory."""
    client.wait_for_workers(processes)
    warm = [Nap(-number) for number in range(1, 2 * processes + 1)]
    over_dask(client, warm, Naps(root), loaded)
    began = time.process_time(), client.run_on_scheduler(time.process_time)
    seconds = timed(lambda: over_dask(client, naps, Naps(root), loaded))
    ended = time.process_time(), client.run_on_scheduler(time.process_time)
    cpu = [(late - early) / len(naps) for early, late in zip(began, ended, strict=True)]
    workers = client.run(peak).values()
    mib = {"client": peak(), "scheduler": client.run_on_scheduler(peak), "worker": max(workers)}
    if way == results.CROWD:  # where workers and scheduler are one process
        cpu, mib = cpu[:1], {"client": mib["client"]}
    cpu = dict(zip(("client", "scheduler"), cpu, strict=False))
    return row(results.NAP, way, processes, len(naps), [seconds], cpu=cpu, mib=mib)


def crowd(count: int) -> str:
    """Start many workers in the threads of this process, and give the scheduler's address."""
    more = {"threads_per_worker": 1, "dashboard_address": None, "memory_limit": 0}
    remote._loaded("photographs")  # once, and not by a hundred threads at the same time
    more |= {"processes": False, "protocol": "tcp://", "host": "127.0.0.1"}
    crowd.made = LocalCluster(n_workers=count, **more)  # as long as the process lives
    return crowd.made.scheduler_address


def by_papermill(cell: str, count: int, folder: Path) -> None:
    """Execute a notebook of one cell so many times, two at once, as papermill's README shows."""
    notebook, number = folder / "notebook.ipynb", nbformat.v4.new_code_cell("number = 0")
    number.metadata["tags"] = ["parameters"]
    made = nbformat.v4.new_notebook(cells=[number, nbformat.v4.new_code_cell(cell)])
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "3"}
    nbformat.write(made, notebook)

    def execute(n: int) -> None:
        command = [sys.executable, "-m", "papermill", notebook, folder / f"{n}.ipynb"]
        command += ["-p", "number", str(n)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(execute, range(count)))


def planned(iterations: int, count: int, seeds: range) -> list[Run]:
    """List short runs on so many pictures, the folds of one seed after those of another."""
    more = {"iterations": iterations, "batch_size": count, "limit": count}
    more |= {"precision": catalogue.USUAL_PRECISION, "test_folds": (1, 2)}
    found, missing = experiments.plan([catalogue.SQUEEZENET], seeds=seeds, **more)
    return found or sys.exit(f"The weights are needed: {missing}.")


def of_training(numbers: dict, loaded: pictures.Pictures, folder: Path) -> Iterator[dict]:
    """Time training round by round, a way a row."""
    count, rounds = numbers["runs"], numbers["rounds"]
    size = numbers["iterations"], numbers["pictures"]
    runs, warm = planned(*size, range(count // 2)), planned(*size, range(1000, 1002))
    with ExitStack() as stack:
        ways = dict(_ways(stack, loaded))
        for n, ((_, processes), way) in enumerate(ways.items()):
            way(warm[:processes], folder / f"warm-{n}")
        taken = {name: [] for name in ways}
        for turn in range(rounds):
            for n, (name, way) in enumerate(ways.items()):
                taken[name].append(timed(partial(way, runs, folder / f"{turn}-{n}")))
    for (way, processes), seconds in taken.items():
        yield row(results.TRAINING, way, processes, count, seconds)
    cell = f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nimport scaling\n"
    cell += f"from pathlib import Path\nruns = scaling.planned(*{size}, range(2))\n"
    cell += f"scaling.train([runs[number]], Path({str(folder)!r}, 'papermill'))"
    seconds = timed(lambda: by_papermill(cell, SIDE_BY_SIDE, folder))
    yield row(results.TRAINING, results.PAPERMILL, SIDE_BY_SIDE, SIDE_BY_SIDE, [seconds])


def _ways(stack: ExitStack, loaded: pictures.Pictures) -> Iterator[tuple]:
    most = max(provenance.hardware()["cores"], SIDE_BY_SIDE)
    counts = [count for count in WORKERS if count <= most]
    alone = [
        stack.enter_context(ProcessPoolExecutor(1, mp_context=SPAWN)) for _ in range(counts[-1])
    ]
    for count in counts:
        yield (results.SERIAL, count), partial(_serial, alone[:count])
    for count in WORKERS:
        client = stack.enter_context(cluster.connected(f"{cluster.LOCAL}{count}"))

        def over(runs: list[Run], root: Path, client=client) -> None:
            over_dask(client, runs, Runs(root), loaded)

        yield (results.WORKERS, count), over
    pool = stack.enter_context(Parallel(SIDE_BY_SIDE))
    yield (
        (results.JOBLIB, SIDE_BY_SIDE),
        lambda runs, root: pool(delayed(train)([run], root) for run in runs),
    )


def _serial(processes: list[Executor], runs: list[Run], root: Path) -> None:
    parts = [runs[n :: len(processes)] for n in range(len(processes))]
    asked = [one.submit(train, part, root) for one, part in zip(processes, parts, strict=True)]
    for one in asked:
        one.result()


def main() -> None:
    """Measure, and record or print."""
    from map_measures import photographs, record  # which takes the other processes a while

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="try it; nothing is recorded")
    quick = parser.parse_args().quick
    numbers = QUICK if quick else FULL
    os.environ["OMP_NUM_THREADS"] = "1"
    # For the processes that Dask starts by a command.
    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    torch.set_num_threads(1)
    loaded, clock = photographs(), provenance.Clock()
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / one for one in ("naps", "training")]
        for one in folders:
            one.mkdir()
        rows = [*of_naps(numbers, loaded, folders[0]), *of_training(numbers, loaded, folders[1])]
    if quick:
        print(results.ways({"rows": rows}).round(3).to_string())
        return
    others = {name: provenance.metadata.version(name) for name in OTHERS}
    record("scaling", clock, rows, other_versions=others, numbers=numbers)


if __name__ == "__main__":
    import scaling  # whose names other processes know

    scaling.main()
