"""The command ``benchmark``."""

import argparse
import json
import sys

from pixels_to_sentiment.cli import add_command
from pixels_to_sentiment.errors import UserError


def commands(rooms) -> None:
    """Add the command."""
    text = "Measure speed beside common code and the machine's limit (a quarter of an hour)."
    command = add_command(rooms, "benchmark", _benchmark, text, "--json", "--device")
    command.add_argument("--only", nargs="+", metavar="SECTION", help="these sections")
    command.add_argument(
        "--record", action="store_true", help="keep the report in book/benchmarks, for the book"
    )


def _benchmark(options: argparse.Namespace) -> None:
    import pandas as pd

    from pixels_to_sentiment import places
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
