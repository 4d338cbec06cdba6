"""The commands ``data``: data sets of one's own."""

import argparse
import sys
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.cli import add_command, add_room
from pixels_to_sentiment.data import folds

EPILOG = """\
What is imported is used by commands with --data NAME, or where PIXELS_TO_SENTIMENT_DATA names it.
It has one subset, all. Its runs, results and chapters lie in its folder, apart from the article's.
An import that was killed goes on where it stopped when it is given again.
"""


def commands(rooms) -> None:
    """Add the commands."""
    room = add_room(rooms, "data", "Data sets of one's own, beside the article's.")
    text = "Make a data set of a folder of pictures and a table of their labels."
    made = add_command(room, "import", _import, text, epilog=EPILOG)
    made.add_argument("folder", type=Path, metavar="FOLDER", help="with the pictures")
    text = "with columns image (path below FOLDER) and label (0 or negative, 1 or positive)"
    made.add_argument("--labels", type=Path, required=True, metavar="CSV", help=text)
    made.add_argument("--name", required=True, help="of the data set")
    text = "stratified by label (default: 5)"
    dealt = made.add_mutually_exclusive_group()
    dealt.add_argument("--folds", type=int, default=5, metavar="K", help=text)
    text = "column of the labels with the fold of each picture, instead"
    dealt.add_argument("--fold-column", default="", metavar="NAME", help=text)
    text = "by which folds are shuffled (default: 0)"
    made.add_argument("--seed", type=int, default=0, help=text)
    add_command(room, "list", _list, "List the data sets.")


def _import(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.imports import datasets

    dealt = {"count": options.folds, "seed": options.seed, "column": options.fold_column}
    table, odd = datasets.add(options.folder, options.labels, options.name, **dealt)
    for sentence in odd:
        print(sentence, file=sys.stderr)
    print(_described(options.name, table))


def _list(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.imports import datasets

    for name in datasets.names():
        with places.using(name):
            print(_described(name, folds.load()))
    print(f"In {places.datasets()}; without --data it is the article's photographs.")


def _described(name: str, table) -> str:
    positive, count = table["label"].mean(), table["all_fold"].nunique()
    return f"{name}: {len(table):,} pictures, {positive:.1%} positive, {count} folds"
