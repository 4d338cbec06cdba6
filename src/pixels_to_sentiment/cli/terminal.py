"""The one place through which the command line prints: text that moves and colours nothing."""

import io
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout


class _AsText:
    """A stream that shows what is no text as an escape, as it may come from a file or a server.

    Such as colours, moves of the cursor, and another direction of writing. What `moves` matches
    at the beginning passes.
    """

    def __init__(self, stream, moves: str = ""):
        self._stream, self._moves = stream, re.compile(moves)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        begin = self._moves.match(text).end()
        shown = text[begin:]
        if not shown.isprintable():
            shown = "".join(map(_as_escape, shown))
        return self._stream.write(text[:begin] + shown)


def _as_escape(letter: str) -> str:
    if letter in "\n\t" or letter.isprintable() or unicodedata.category(letter) == "Zs":
        return letter
    return letter.encode("unicode_escape").decode()


@contextmanager
def as_text() -> Iterator[None]:
    """Print text alone, to nowhere if a stream is closed, and in letters that the terminal has."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # For as long as the process lives.
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    # How tqdm begins a bar, and goes from one to another.
    moves = r"(\r|\n*(\x1b\[A)*\Z)?"
    with redirect_stdout(_AsText(sys.stdout)), redirect_stderr(_AsText(sys.stderr, moves)):
        yield


def drop_output() -> None:
    """Print nowhere from now on, not even what Python still holds."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(sentence: object) -> None:
    """Print one sentence on standard error, under the name of the command."""
    print(f"pixels-to-sentiment: {sentence}", file=sys.stderr)


class Bar(ExitStack):
    """A progress bar a run, on standard error, with its rate in pictures a second."""

    run = None

    def tell(self, run, iteration: int) -> None:
        """Show that an iteration of a run is done."""
        from tqdm import tqdm

        pictures = run.recipe.batch_size * run.recipe.iter_size
        if run is not self.run:
            self.close()
            total = (run.recipe.settling + run.recipe.iterations) * pictures
            what = f"{run.network} {run.start} {run.agreement} fold {run.fold}"
            bar = tqdm(total=total, desc=what, unit=" pictures", unit_scale=True, mininterval=1)
            self.run, self.bar = run, self.enter_context(bar)
        # Iterations in which layers settle come before the first.
        self.bar.update((run.recipe.settling + iteration) * pictures - self.bar.n)


def named(run) -> str:
    """Say which run it is, but for seed and precision."""
    return f"{run.network}:{run.start}:{run.recipe.name} {run.agreement} fold {run.fold}"
