"""Kills and races: work that is killed and done again, and work of several at once, is equal."""

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from hardening import processes
from hardening.jobs import Job, contents

from pixels_to_sentiment import places

WRITERS = 4


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
        self._done("undisturbed")
        self.seconds = time.monotonic() - began
        self.expected = contents(home / "undisturbed")
        if not self.expected:
            raise RuntimeError(f"{job.name} does not work at all: see {home}")

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
        self._done("killed")
        return self._differences(folder) or self._strays([child])

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

    def _done(self, name: str) -> None:
        if status := processes.end(self._started(name, 0)):
            raise RuntimeError(f"{self.job.name} ended with {status}: see {self.home}")

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
        left = [str(one) for one in _hidden(folder)]
        return f"left behind: {left}" if left else None

    def _strays(self, children: list[int]) -> str | None:
        left = processes.strays(children)
        return f"{len(left)} processes went on" if left else None


def _hidden(folder: Path) -> Iterator[Path]:
    return (one for one in folder.rglob(".*") if not one.name.startswith(".git"))
