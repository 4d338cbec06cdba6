"""Tasks by whose word a worker waits or is killed: a module that worker processes can import."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import toy_fragile
from pixels_to_sentiment.data import pictures
from toy_runs import made_up_pictures
from toy_work import Tasks


def dask_setup(worker):
    """Let a worker that is told to preload this have made-up pictures."""
    pictures.load = lambda source: replace(made_up_pictures(), source="photographs")


def environ(variables):
    """Set variables of a worker's environment."""
    os.environ.update(variables)


class Words(Tasks):
    """Tasks that say which process did them."""

    def execute(self, task, behind, pictures, folder, device, tell):
        """Obey the word's first part, about the file that its second part names."""
        verb, name = (*task.word.split()[:2], "")[:2]
        path = Path(name)
        if verb == "die" or (verb == "die-once" and not path.exists()):
            if name:
                path.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if verb == "break-once" and not path.exists():
            path.touch()
            raise RuntimeError(toy_fragile.ERROR)
        if verb == "touch":
            path.touch()
        ends = time.monotonic() + 300
        while verb == "await" and not path.exists() and time.monotonic() < ends:
            time.sleep(0.05)
        (folder / "who.txt").write_text(str(os.getpid()))
        return super().execute(task, behind, pictures, folder, device, tell)


def who(record):
    """Give the process that did a task."""
    return int((record.folder / "who.txt").read_text())
