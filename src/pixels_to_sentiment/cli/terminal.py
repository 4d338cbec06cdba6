"""What the command line prints on a terminal."""

import os
import sys
from contextlib import ExitStack

from pixels_to_sentiment.errors import printable


def drop_output() -> None:
    """Print nowhere from now on, not even what Python still holds."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(sentence: object) -> None:
    """Print one sentence on standard error, under the name of the command."""
    print(f"pixels-to-sentiment: {printable(str(sentence))}", file=sys.stderr)


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
