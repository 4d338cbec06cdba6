"""The command ``campaign``."""

import argparse
import math
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import groupby
from pathlib import Path

from pixels_to_sentiment import places, provenance
from pixels_to_sentiment.cli import add_command, terminal, waiting
from pixels_to_sentiment.cli.experiments import connected
from pixels_to_sentiment.cli.terminal import named
from pixels_to_sentiment.errors import UserError

# Of the time, and in seconds, what is kept for packing.
_RESERVE, _LEAST, _AT_MOST = 0.1, 5, 30
# Processes that share a device.
_AT_ONCE = {"cuda": 3, "cpu": 1}
# Seconds after which it is ended where it does not end by itself.
_LOOSE = 1
# Seconds between two packings.
_OFTEN = 60


def commands(rooms) -> None:
    """Add the command."""
    text = "Make the runs that the book lacks, for some minutes; leave their records as packs."
    command = add_command(rooms, "campaign", _campaign, text, "--device", "--cluster")
    command.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder for the packs")
    command.add_argument("--minutes", type=float, help="stop by then, packing included")
    command.add_argument("--resume", action="store_true", help="go on with an earlier campaign")
    command.add_argument("--dry-run", action="store_true", help="show what would be run, in order")
    command.add_argument("--at-once", type=int, metavar="N", help="processes (GPU: 3 or 1, CPU: 1)")
    text = "a few iterations each, to try it; never recorded"
    command.add_argument("--smoke", action="store_true", help=text)


def _campaign(options: argparse.Namespace) -> None:
    began = time.monotonic()
    places.articles_own("A campaign is")
    if not options.dry_run and None in (options.output, options.minutes):
        raise UserError("Say where the packs go and how long it may take: -o DIR --minutes M.")
    if options.minutes is not None and not 0 < options.minutes < math.inf:
        raise UserError(f"--minutes is {options.minutes:g}: give a number above 0.")
    if options.at_once is not None and options.at_once < 1:
        raise UserError(f"--at-once is {options.at_once}: give a whole number from 1 up.")
    if options.cluster is not None and options.at_once is not None:
        raise UserError("--at-once is for processes here: each worker of a cluster is one.")
    from pixels_to_sentiment.campaign import order
    from pixels_to_sentiment.records import store

    store.require_results()
    with waiting("Planning"):
        runs, missing = order.planned(options.smoke)
        recorded = store.recorded()
        there = {one.run for one in recorded}
        todo = [run for run in runs if run not in there]
    if missing:
        print("Left out, for want of their weights:", *missing, sep="\n  ", file=sys.stderr)
    if options.dry_run:
        return _show(todo)
    seconds = 60 * options.minutes
    end = began + seconds - min(_AT_MOST, max(_LEAST, _RESERVE * seconds))
    _Campaign(options, todo, recorded).go(end, seconds)


def _show(todo: list) -> None:
    """Print the order, a line for the folds of a configuration and seed."""
    from pixels_to_sentiment.campaign import outcome

    words = (f"{outcome.configuration(run)} seed {run.seed}" for run in todo)
    for name, some in groupby(words):
        print(f"{len(list(some))} x {name}")
    print(f"{len(todo)} runs in all.")


class _Over(Exception):
    """The time is over."""


def _end(*_: object) -> None:
    raise _Over


class _Campaign:
    """One call of the command: what is finished lies below the runs and outlasts it."""

    def __init__(self, options: argparse.Namespace, todo: list, recorded: list):
        from pixels_to_sentiment.campaign import order, outcome, packs
        from pixels_to_sentiment.records.runs import Record
        from pixels_to_sentiment.training import devices

        self.began, self.clock = time.monotonic(), provenance.Clock()
        self.options = options
        # Workers choose for themselves.
        self.device = options.device if options.cluster else devices.pick(options.device)
        self.at_once = 0 if options.cluster else options.at_once or _AT_ONCE[self.device[:4]]
        self.root = places.runs() / "campaign"
        self.finished = Record.recorded(self.root)
        self.costs = order.Costs([*recorded, *self.finished], self.device)
        device = "cluster" if options.cluster else self.device
        self.report = outcome.begun(self.root / packs.REPORT, device, self.at_once)
        packed = packs.present(options.output, self.root)
        if (self.finished or packed) and not options.resume:
            place = self.root if self.finished else options.output
            raise UserError(f"{place} holds an earlier campaign: --resume goes on with it.")
        self.planned, self.last = set(todo), 0.0
        known = {one.run for one in self.finished}
        self.todo = [run for run in todo if run not in known]

    def go(self, end: float, seconds: float) -> None:
        """Check, measure, run, and pack whatever happens."""
        from pixels_to_sentiment.campaign import steps
        from pixels_to_sentiment.data import pictures

        # Whatever takes longer than it should, as checks may, is ended too.
        before = signal.signal(signal.SIGALRM, _end)
        signal.setitimer(signal.ITIMER_REAL, max(0.01, end + _LOOSE - time.monotonic()))
        try:
            with self._timed("all"):
                loaded = pictures.load()
                if not loaded.real:
                    raise UserError(f"A campaign needs the photographs. {loaded.reason}")
                for name, share in () if self.options.cluster else steps.SHARES.items():
                    self._take(name, loaded, min(share * seconds, end - time.monotonic()))
                with self._timed("runs"):
                    left = (self._send if self.options.cluster else self._make)(loaded, end)
            print(f"Left for --resume: {left} runs that would not have ended in time.", flush=True)
        except _Over:
            print("The time is over.", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            self._pack()
            for one in [one for one in self.report["targets"] if one["met"] is not None]:
                reached = "met" if one["met"] else "missed"
                print("{what} {target}: {measured:.4g},".format(**one), reached, flush=True)

    def _make(self, loaded, end: float) -> int:
        """Make runs as far as the time goes, and count those that are left."""
        from pixels_to_sentiment.campaign import ways, workers

        if self.at_once > 1 and not (self.options.at_once or ways.pay(self.report.get("ways", ()))):
            print("One run at a time, as was faster than several at once.", flush=True)
            self.at_once = self.report["at_once"] = 1
        shared = self.root, self.device, self.at_once, end, self.costs
        return len(workers.perform(self.todo, *shared, self._tell))

    def _send(self, loaded, end: float) -> int:
        """As `_make`, by a cluster."""
        from tqdm import tqdm

        from pixels_to_sentiment.campaign import cluster, workers

        made, kept = set(), workers.Weightless(self.root)

        def failed(run, fault: UserError) -> None:
            made.add(run)
            self._tell(run, str(fault))

        with ExitStack() as stack:
            performed = cluster.perform(
                *(kept, self.todo, loaded, stack.enter_context(connected(self.options.cluster))),
                tell=terminal.complain,
                failed=failed,
                begins=lambda run: time.monotonic() + (self.costs.expected(run) or 0) < end,
                device=self.device,
            )
            stack.enter_context(closing(performed))
            for record in tqdm(performed, total=len(self.todo), disable=None):
                seconds = record.provenance()["seconds"]
                self.costs.add(record.run, seconds)
                made.add(record.run)
                self._tell(record.run, seconds)
        return len(set(self.todo) - made)

    def _take(self, name: str, loaded, seconds: float) -> None:
        """Take a step, as far as it was not taken yet, and print what it found, a line a row."""
        import pandas as pd

        from pixels_to_sentiment.campaign import steps

        try:
            with waiting(f"The {name}"), self._timed(name):
                known = self.report.get(name)
                self.report[name] = steps.take(name, loaded, self.device, seconds, known)
        except (UserError, RuntimeError) as fault:  # torch's, as of a device without memory
            print(f"The {name} failed: {str(fault).splitlines()[0]}", file=sys.stderr)
        else:
            if self.report[name] != known:
                found = pd.DataFrame(steps.rows(name, self.report[name]))
                shown = {"index": False, "na_rep": "-", "float_format": "{:.4g}".format}
                print(f"{name}:\n{found.to_string(**shown)}", flush=True)
                self._pack()

    @contextmanager
    def _timed(self, kind: str) -> Iterator[None]:
        """Add what something takes to the seconds of its kind."""
        began, seconds = time.monotonic(), self.report["seconds"]
        try:
            yield
        finally:
            seconds[kind] = round(seconds.get(kind, 0) + time.monotonic() - began, 1)

    def _tell(self, run, result: str | float) -> None:
        """Print what became of a run, and pack now and then."""
        from pixels_to_sentiment.campaign import outcome

        name = f"{named(run)} seed {run.seed} {run.precision}"
        if isinstance(result, str):
            self.report["failed"][name] = result
            print(f"{name}: {result}", file=sys.stderr)
        else:
            self.report["failed"].pop(name, None)
            ended = time.monotonic() - self.began
            self.report["runs"].append(outcome.row(run, self.report["calls"], ended, result))
            print(f"{name}: {result:.1f} s", flush=True)
        if time.monotonic() > self.last + _OFTEN:
            self._pack()

    def _pack(self) -> None:
        from pixels_to_sentiment.campaign import outcome, packs
        from pixels_to_sentiment.records.runs import Record

        found = [one for one in Record.recorded(self.root) if one.run in self.planned]
        self.report |= outcome.summary(self.report) | {"made": self.clock.details()}
        made = packs.keep(found, self.report, self.root, self.options.output)
        self.last = time.monotonic()
        size = sum(path.stat().st_size for path in made)
        if made:
            told = f"{len(found)}, in {', '.join(path.name for path in made)}, {size:,} bytes"
            print(f"Records packed beside the report: {told}.", flush=True)
