"""Tasks by whose word a worker waits or is killed: a module that worker processes can import."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import toy_fragile
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.networks import factory
from toy_runs import made_up_pictures
from toy_work import Tasks


def dask_setup(worker):
    """Let a worker that is told to preload this have made-up pictures, and a small SqueezeNet."""
    pictures.load = _pictures
    factory.create = with_small(factory.create)


def environ(variables):
    """Set variables of a worker's environment."""
    os.environ.update(variables)


def _pictures(source):
    if source == "photographs":
        return replace(made_up_pictures(), source=source)
    import toy_studies  # which takes a while, and only studies need it

    return toy_studies.blocks()


def with_small(create):
    """Make SqueezeNet from random weights a small network, and others as `create` does."""

    def made(name, *, start, seed=0):
        if (name, start) != ("squeezenet1_1", "random"):
            return create(name, start=start, seed=seed)
        import toy_studies

        return toy_studies.small(seed)

    return made


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
        if verb == "fetch":
            (folder / "read.bin").write_bytes(assets.fetch(name).read_bytes())
        ends = time.monotonic() + 300
        while verb == "await" and not path.exists() and time.monotonic() < ends:
            time.sleep(0.05)
        (folder / "who.txt").write_text(str(os.getpid()))
        return super().execute(task, behind, pictures, folder, device, tell)


def who(record):
    """Give the process that did a task."""
    return int((record.folder / "who.txt").read_text())
