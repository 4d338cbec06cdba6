"""The commands ``results``, ``record`` and ``benchmark``."""

import argparse
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.cli import add_command, terminal
from pixels_to_sentiment.errors import NoPlace, UserError

# Descriptions of runs, probes and studies, whose classes would take pandas.
MARKERS = "run.json", "probe.json", "maps.json"
# Of 100 columns, as long as the recipe has no more than 47 letters.
LAYOUT = "  {:47} {:5} {:5} {:>5} {:>5} {:>6} {:>5} {:>6} {:>5}"


def commands(rooms) -> None:
    """Add the commands."""
    text = "Print the recorded scores."
    results = add_command(rooms, "results", _results, text, "--json", "--data")
    results.add_argument("--keys", action="store_true", help="and the keys of the runs behind them")
    text = "Add finished runs to the recorded results."
    record = add_command(rooms, "record", _record, text, "--data")
    record.add_argument("keys", nargs="*", metavar="KEY", help="names of their folders in runs/")
    text = "all that this code has finished, where it can be"
    record.add_argument("--all", action="store_true", help=text)
    text = "all in the packs of a campaign, or nothing"
    record.add_argument("--from", dest="packs", type=Path, metavar="DIR", help=text)


def benchmarks(rooms) -> None:
    """Add the command for speed."""
    text = "Measure speed beside common code and the machine's limit (a quarter of an hour)."
    command = add_command(rooms, "benchmark", _benchmark, text, "--json", "--device")
    command.add_argument("--only", nargs="+", metavar="SECTION", help="these sections")
    text = "keep the report in book/benchmarks, for the book"
    command.add_argument("--record", action="store_true", help=text)


def _results(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.records import experiments, store

    store.require_results()
    damaged = []

    def skip(fault: UserError) -> None:
        damaged.append(fault)
        terminal.complain(f"left out: {fault}")

    rows = experiments.rows(store.recorded(damaged=skip))
    for folder in sorted(places.results().glob("[!.]*/")):
        if not any((folder / name).is_file() for name in MARKERS):
            skip(UserError(f"{folder} does not say what it is of: restore or delete it."))
    if options.json:
        print(json.dumps(rows, indent=1))
    elif rows:
        _print(rows, options.keys)
    elif not damaged:
        print("Nothing is recorded yet: `pixels-to-sentiment experiments run --help` says how.")
    if damaged:
        raise UserError(f"The scores are without {len(damaged)} damaged, as said above.")


def _print(rows: list[dict], keys: bool) -> None:
    """Print a line a configuration, below one for its experiment, network and start."""
    names = "recipe", "agree", "prec.", "seeds", "folds", "centre", "±", "ten", "±"
    print(LAYOUT.format(*names))
    for heading, some in groupby(rows, itemgetter("experiment", "network", "start")):
        print("{}: {}:{}".format(*heading))
        for name, views in groupby(some, itemgetter("recipe", "agreement", "precision")):
            views = list(views)
            over = [_ranges(views[0][column]) for column in ("seeds", "folds")]
            scores = [view[column] for view in views for column in ("mean", "std")]
            shown = ("-" if score is None else f"{score:.3f}" for score in scores)
            print(LAYOUT.format(*name, *over, *shown))
            if keys:
                print(textwrap.indent(textwrap.fill(" ".join(views[0]["keys"]), 90), " " * 4))
    print(
        "Mean accuracies over the folds, from the centre crop and from ten crops, with standard\n"
        f"deviations.{'' if keys else ' --keys adds the keys of the runs.'}"
    )


def _ranges(numbers: list[int]) -> str:
    """Write numbers in order shortly, as in ``1-5`` or ``0,2``."""
    runs = groupby(enumerate(numbers), lambda one: one[1] - one[0])
    ends = [sorted({some[0][1], some[-1][1]}) for some in (list(run) for _, run in runs)]
    return ",".join("-".join(map(str, pair)) for pair in ends)


def _record(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.records import store
    from pixels_to_sentiment.reports import ledger

    if [bool(options.keys), options.all, options.packs is not None].count(True) != 1:
        raise UserError("Say what to record: keys of finished runs, --all, or --from DIR.")

    def record(some: list) -> None:
        for path in store.record(some):
            print(f"Recorded {path}.")

    if options.packs is not None:
        return _take_in(options.packs, record)
    if options.all:
        return _record_all(ledger.finished(), record)
    folders = [places.runs() / key for key in options.keys]
    record([(ledger.kind(one) or ledger.KINDS[0]).open(one) for one in folders])


def _record_all(finished: Iterable[tuple], record: Callable[[list], None]) -> None:
    """Record what is finished; what is rightly left out is counted, what is faulty named."""
    from pixels_to_sentiment.records import store

    left, faults = {}, 0
    for kind, folder in finished:
        try:
            record([kind.open(folder)])
        except store.LeftOut as reason:
            left.setdefault(re.sub("[0-9a-f]{16}", "", str(reason)), []).append(reason)
        except NoPlace:
            raise
        except UserError as fault:
            faults += 1
            terminal.complain(f"not recorded: {fault}")
    for some in left.values():
        print(f"{len(some)} left out. The first: {some[0]}")
    if faults:
        raise UserError(f"{faults} could not be recorded, for the reasons above.")


def _take_in(folder: Path, record: Callable[[list], None]) -> None:
    """Record what the packs of a campaign hold, and keep its report beside the benchmarks."""
    from pixels_to_sentiment.campaign import outcome, packs

    places.articles_own("A campaign is")
    with packs.opened(folder) as (records, report):
        record(records)
        kept = outcome.keep(report)
    print(f"{len(records)} in the packs; the report is in {kept}.")


def _benchmark(options: argparse.Namespace) -> None:
    import pandas as pd

    from pixels_to_sentiment.benchmarks import results, suite
    from pixels_to_sentiment.data import pictures
    from pixels_to_sentiment.training import devices

    places.articles_own("A benchmark is")
    device = devices.pick(options.device)
    parts = options.only or suite.SECTIONS
    partial = parts not in (suite.SECTIONS, suite.ALONE)
    if options.record and (partial or not pictures.load().real):
        raise UserError(
            "Only a whole benchmark on the photographs is recorded, or "
            f"--only {' '.join(suite.ALONE)} of it."
        )
    told = {"file": sys.stderr, "flush": True}
    report = suite.run(device, parts, progress=lambda name: print(f"{name} ...", **told))
    if options.record:
        print(f"Recorded {results.record(report)}.", file=sys.stderr)
    if options.json:
        print(json.dumps(report, indent=1))
        return
    made = report["made"]
    for name, value in {**made["hardware"], **made["versions"], "device": device}.items():
        print(f"{name}: {value}")
    for name in ("comparisons", "costs", "growth", "waiting"):
        if report[name]:
            print(f"\n{pd.DataFrame(report[name]).round(3).to_string(index=False)}")
    print(f"\n{made['seconds']:.0f} s in all; ratio: how many times as fast this project is.")
