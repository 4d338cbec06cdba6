"""Kills and races: work that is killed and done again, and work of several at once, is equal."""

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hardening import processes
from pixels_to_sentiment import places

WRITERS = 4


@dataclass(frozen=True)
class Job:
    """Work as a command does it, again and again if need be, into a folder.

    Attributes
    ----------
    prepare
        Puts into the folder what is there before.
    work
        Does it. Several processes at once are given different numbers from 0 up.
    """

    name: str
    work: Callable[[Path, int], object]
    prepare: Callable[[Path], object] = lambda folder: None


def contents(folder: Path) -> dict[str, bytes]:
    """Give what lies in a folder by name, without times, and without what nobody relies on.

    That is what is hidden, and ``_build``, where a notebook lies while it is executed.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith((".", "_build")) for part in name.parts):
            try:
                found[str(name)] = _timeless(path)
            except ValueError:  # it is half-written
                found[str(name)] = path.read_bytes()
    return found


def _timeless(path: Path) -> bytes:
    content = path.read_bytes()
    if path.name == "provenance.json":
        return json.dumps(sorted(json.loads(content))).encode()
    if path.name == "curve.csv" and content:
        return (
            pd.read_csv(path, dtype=str).drop(columns="seconds", errors="ignore").to_csv().encode()
        )
    if path.suffix == ".ipynb":
        notebook = json.loads(content)
        for name in ("seconds", "executed", "commit"):
            notebook["metadata"].get("pixels_to_sentiment", {}).pop(name, None)
        return json.dumps(notebook).encode()
    return content


class Trials:
    """Trials of one piece of work in a folder of their own.

    Parameters
    ----------
    home
        Is made anew for each trial, and kept where one failed.
    dice
        Of the moments of the kills.
    """

    def __init__(self, job: Job, home: Path, dice: random.Random):
        self.job, self.home, self.dice = job, home, dice
        shutil.rmtree(home, ignore_errors=True)
        self._prepared("undisturbed")
        began = time.monotonic()
        wrong = self._done("undisturbed")
        self.seconds = time.monotonic() - began
        self.expected = contents(home / "undisturbed")
        if wrong or not self.expected:
            raise RuntimeError(f"{job.name} does not work at all: {wrong}")

    def kill(self) -> str | None:
        """Kill the work at a random moment and do it again; what is wrong then, if anything."""
        folder = self._prepared("killed")
        child = self._started("killed", 0)
        time.sleep(self.dice.uniform(0, self.seconds))
        if not processes.kill(child):
            # It was done before; without a moment after it, all kills would come early.
            self.seconds *= 0.95
            return self.kill()
        half = self._half(contents(folder))
        if half:
            return f"half-written after the kill: {half}"
        return self._done("killed") or self._differences(folder) or self._strays([child])

    def race(self) -> str | None:
        """Let several do the work at once; what is wrong then, if anything."""
        folder = self._prepared("raced")
        children = [self._started("raced", number) for number in range(WRITERS)]
        ends = [processes.end(child) for child in children]
        if any(ends):
            return f"ended with {ends}"
        return self._differences(folder) or self._strays(children)

    def _prepared(self, name: str) -> Path:
        folder = self.home / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.job.prepare(folder)
        return folder

    def _started(self, name: str, number: int) -> int:
        folder, said = self.home / name, self.home / f"{name}-{number}.txt"
        return processes.start(lambda: self.job.work(folder, number), said)

    def _done(self, name: str) -> str | None:
        """Do the work to its end; what is wrong then, if anything."""
        if status := processes.end(self._started(name, 0)):
            said = (self.home / f"{name}-0.txt").read_text(errors="replace")
            return f"ended with {status}: {said[-300:]}"
        return None

    def _half(self, found: dict[str, bytes]) -> list[str]:
        return [name for name in found if found[name] != self.expected.get(name, found[name])]

    def _differences(self, folder: Path) -> str | None:
        found = contents(folder)
        names = found.keys() | self.expected.keys()
        unequal = sorted(one for one in names if found.get(one) != self.expected.get(one))
        if unequal:
            return f"not equal: {unequal}"
        # The next work there sweeps first.
        places.sweep(folder)
        left = [str(one) for one in hidden(folder)]
        return f"left behind: {left}" if left else None

    def _strays(self, children: list[int]) -> str | None:
        left = processes.strays(children)
        return f"{len(left)} processes went on" if left else None


def hidden(folder: Path) -> Iterator[Path]:
    """Give what is left over in a folder."""
    return (one for one in folder.rglob(".*") if not one.name.startswith(".git"))
