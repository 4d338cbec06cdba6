"""The chapters of the book: executed by papermill, and only where something changed.

Enters: notebooks, with the parameters of a tier.
Leaves: executed chapters, checked and rendered as a site or a PDF.
Must not know: networks and pictures.
"""

import copy
import logging
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pathlib import Path

import yaml
from tqdm import tqdm

from pixels_to_sentiment import places, provenance
from pixels_to_sentiment.book import checks, freshness, notebooks, tiers
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.errors import UserError

_RECORD = "pixels_to_sentiment"
_MADE_BY_RUNNING = ("language_info", "widgets")
_SPAWNED = multiprocessing.get_context("spawn")


def execute(
    names: Iterable[str] | None = None,
    tier: str = "smoke",
    *,
    parameters: Mapping[str, object] | None = None,
    force: bool = False,
    at_once: int = 1,
    extra_inputs: Callable[[], Iterable[str]] = tuple,
) -> list[str]:
    """Bring executed notebooks up to date, and print a line for each.

    Where the key of `book.freshness` is still the same, outputs are kept and the rest (prose, tags,
    cell metadata) is taken anew from the source; a file that stays as it was is not written.

    The names are by default all, in alphabetical order; a notebook that looks at the others as
    executed (it imports `book`) comes after them. Gives those that were executed now.

    Parameters
    ----------
    parameters
        Win over the tier's values, in each of these notebooks that declares them.
    at_once
        Notebooks that run at the same time, each of which takes up to 4 GB of memory.
    extra_inputs
        Gives more that the outputs depend on, in words. Asked before and after, since a notebook
        may fetch what it needs.

    Raises
    ------
    UserError
        Before any kernel starts, if a notebook, tier, parameter or type does not fit (see
        `book.tiers.plan`); later, if a cell fails or does not run. What an earlier execution gave
        then stays, and the notebook as far as it came is kept in ``_build/failed``.
    """
    paths = notebooks.source_paths()
    chosen = notebooks.executable() if names is None else list(names)
    if places.dataset():  # whose pages link to it
        chosen = list(dict.fromkeys([*chosen, Path(tables.RUNS_PAGE).stem]))
    for name in chosen:
        notebooks.require(name, paths, "notebook", notebooks.root() / "notebooks")
    sources = {name: notebooks.to_execute(paths[name]) for name in chosen}
    settled = tiers.plan(tier, parameters, chosen)
    inputs = freshness.shared_inputs(extra_inputs())
    last = {name: freshness.looks_at_others(source) for name, source in sources.items()}
    executed = []
    for part in ([name for name in sources if last[name] is late] for late in (False, True)):
        jobs = []
        for name in part:
            record = {"key": _key(sources[name], settled[name], inputs), "tier": tier}
            if force or not _renewed(name, sources[name], record["key"]):
                jobs.append((name, sources[name], settled[name], record))
        with tqdm(total=len(jobs), unit=" chapters", leave=False, disable=not jobs or None) as bar:
            for told in _each(jobs, at_once):
                with bar.external_write_mode():
                    print(told, flush=True)
                bar.update()
        executed += [name for name, *_ in jobs]
    fetched = freshness.shared_inputs(extra_inputs())
    # What else changed, as what is recorded, came too late for the outputs.
    if fetched != inputs and fetched | {"extra": inputs["extra"]} == inputs:
        for name, source in sources.items():
            # The outputs are of the files that are there now.
            done = notebooks.read(notebooks.chapter_path(name))
            key = {"key": _key(source, settled[name], fetched)}
            _write(_merge(source, done, done.metadata[_RECORD] | key), notebooks.chapter_path(name))
    if own := places.dataset():
        _make_book_of(own)
    return executed


def _make_book_of(own: Path) -> None:
    """Put beside the chapters on another data set what Jupyter Book needs to render them."""
    home, book = own / "chapters", notebooks.root()
    first, *others = *(path.stem for path in sorted(home.glob("*.ipynb"))), "references"
    config = yaml.safe_load((book / "_config.yml").read_text())
    config["title"] = f"{own.name}, by the code of {config['title']}"
    config["sphinx"]["config"]["html_theme_options"]["logo"]["text"] = config["title"]
    toc = {"format": "jb-book", "root": first, "chapters": [{"file": one} for one in others]}
    for name, content in (("_config.yml", config), ("_toc.yml", toc)):
        (home / name).write_text(yaml.safe_dump(content))
    shutil.copytree(book / "book" / "_static", home / "_static", dirs_exist_ok=True)
    for name in ("references.bib", "references.md"):
        shutil.copy(book / "book" / name, home)


def _each(jobs: list[tuple], at_once: int) -> Iterator[str]:
    """Execute notebooks: several at once from the last, a long one; none after one has failed."""
    if at_once == 1 or len(jobs) < 2:
        for job in jobs:
            yield _execute(*job)
        return
    threads = str(max(1, (os.cpu_count() or 1) // at_once))
    with ThreadPoolExecutor(at_once) as pool:
        begun = [pool.submit(_apart, job, threads) for job in reversed(jobs)]
        try:
            for done in as_completed(begun):
                yield done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _apart(job: tuple, threads: str) -> str:
    """Execute a notebook from a process of its own: papermill minds Ctrl-C in a main thread."""
    # One task, so that it ends by itself where its parent has been killed.
    made = {"initializer": _share_processors, "initargs": (threads,), "max_tasks_per_child": 1}
    with ProcessPoolExecutor(1, _SPAWNED, **made) as alone:
        return alone.submit(_execute, *job).result()


def _share_processors(threads: str) -> None:
    """Keep the threads of several kernels from waiting for each other."""
    os.environ.setdefault("OMP_NUM_THREADS", threads)


def _key(source, parameters: Mapping[str, object], inputs: Mapping[str, object]) -> str:
    if freshness.looks_at_others(source):
        inputs = {**inputs, "built": checks.built()}
    return freshness.key(source, parameters, inputs)


def _renewed(name: str, source, key: str) -> bool:
    """Renew all but the outputs of an executed notebook; false if it must be executed."""
    target = notebooks.chapter_path(name)
    places.sweep(target.parent)
    if notebooks.executed_complaints(target, source):
        return False
    executed = notebooks.read(target)
    record = executed.metadata.get(_RECORD, {})
    if record.get("key") != key:
        return False
    _write(_merge(source, executed, record), target)
    print(f"{name}: unchanged", flush=True)
    return True


def _execute(name: str, source, parameters: dict, record: dict) -> str:
    target = notebooks.chapter_path(name)
    kept = notebooks.root() / "_build" / "failed" / f"{name}.ipynb"
    clock = provenance.Clock()
    # Apart from that of another process which executes the same notebook.
    with tempfile.TemporaryDirectory() as home:
        attempt = Path(home) / f"{name}.ipynb"
        try:
            executed = _run(notebooks.source_paths()[name], source, attempt, parameters)
        except UserError as error:
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(attempt, kept)
            raise UserError(f"{error} The full traceback is in {kept}.") from error
    made = clock.details()
    record |= {
        "seconds": made["seconds"],
        "executed": made["began"],
        "commit": made["commit"] + "-dirty" * made["dirty"],
    }
    _write(_merge(source, executed, record), target)
    kept.unlink(missing_ok=True)
    return f"{name}: executed {record['seconds']:.0f} s"


def _run(path: Path, source, attempt: Path, parameters: dict):
    """Execute a source notebook into a file that is written cell by cell, and give the result.

    What runs is the notebook as it was read, even if its file is edited meanwhile.
    """
    import nbformat
    import papermill

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    # Otherwise the kernel warns on the terminal that Python's own modules are frozen.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    attempt.write_text(nbformat.writes(source), encoding="utf-8")
    try:
        executed = papermill.execute_notebook(
            str(attempt),
            str(attempt),
            parameters,
            kernel_name=notebooks.KERNEL,
            language="python",
            progress_bar=False,
            cwd=str(path.parent),
            record_timing=False,
            extra_arguments=["--log-level=CRITICAL"],  # what a kernel tells a terminal of itself
        )
    except papermill.PapermillExecutionError as error:
        said = f"{error.ename}: {error.evalue}".strip().splitlines()[-1]
        raise notebooks.failure(path, error.exec_count, error.source, said) from error
    except RuntimeError as error:  # nbclient's, of a kernel that died or does not answer
        said = str(error).rstrip(".")
        raise UserError(f"{path}: {said}; it needs memory and connections on 127.0.0.1.") from error
    if fault := notebooks.fault(path, executed):
        raise fault
    return executed


def _merge(source, executed, record: Mapping[str, object]):
    """Give the source notebook with the outputs of an executed one and a record of how it ran.

    Built from the source both after an execution and when that is spared, so that the two give
    the same bytes; papermill's own metadata (absolute paths, a time for each cell) is left behind.
    """
    merged = copy.deepcopy(source)
    ran = notebooks.code_cells(executed)
    for cell, original in zip(notebooks.code_cells(merged), ran, strict=True):
        cell.outputs, cell.execution_count = original.outputs, original.execution_count
    injected = [c for c in executed.cells if notebooks.INJECTED in notebooks.tags(c)]
    for cell in injected:
        cell.id = notebooks.INJECTED
        cell.metadata = {"tags": [notebooks.INJECTED, "hide-input"]}
    for at, cell in enumerate(merged.cells):
        if notebooks.PARAMETERS in notebooks.tags(cell):
            cell.metadata.tags = list(dict.fromkeys([*cell.metadata.tags, "hide-input"]))
            merged.cells[at + 1 : at + 1] = injected
            break
    for name in set(_MADE_BY_RUNNING) & executed.metadata.keys():
        merged.metadata[name] = executed.metadata[name]
    merged.metadata[_RECORD] = dict(record)
    return merged


def _write(notebook, path: Path) -> None:
    """Write a notebook whole or not at all, and only if it differs from what is there."""
    import nbformat

    content = nbformat.writes(notebook) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != content:
        places.keep(path, content)
