"""The command ``pixels-to-sentiment``.

Everything heavy is imported inside the command that needs it, so that ``--help``, and whatever asks
for no network, answers at once.
"""

import argparse
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pixels_to_sentiment import __version__, places
from pixels_to_sentiment.cli import terminal
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError

SHARED = {
    "--json": {"action": "store_true", "help": "as JSON"},
    "--force": {"action": "store_true", "help": "overwrite files that are there"},
    "--device": {"default": "auto", "help": "auto, cpu, cuda or cuda:N (default: auto)"},
    "--data": {"metavar": "NAME", "help": "on this data set (see `data list`)"},
    "--cluster": {
        "metavar": "ADDRESS",
        "help": "by the workers of this Dask scheduler (tcp://HOST:8786; local:2 starts one here)",
    },
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns
    -------
    int
        0, or 2 after one sentence on standard error about what the user can mend.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed, as by `2>&-`
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # of a terminal that lacks letters
        sys.stdout.reconfigure(errors="backslashreplace")
    parser, words = _parser(), sys.argv[1:] if arguments is None else arguments
    # A path of no letters is the current folder, which nobody means whose variable is not set.
    if "" in words:
        parser.error("an empty word names nothing: leave it out, or set its variable")
    options = parser.parse_args(words)
    # Ends as an exception does, so that nothing half-written is left; not in another thread, in
    # which no signal arrives.
    with suppress(ValueError):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        places.settle()
        with places.using(getattr(options, "data", None)):
            if hasattr(options, "data"):
                folds.require_own()
            options.command(options)
        sys.stdout.flush()
    except UserError as fault:
        terminal.complain(fault)
        return 2
    except ModuleNotFoundError as fault:
        if fault.name.startswith(__package__.partition(".")[0]):
            raise
        cure = "pip install -e '.[book,cluster]' in the checkout brings what commands need"
        terminal.complain(f"{fault.name} is not installed: {cure}.")
        return 2
    except KeyboardInterrupt:
        terminal.complain("interrupted; what is finished is kept.")
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain again when it exits.
        terminal.drop_output()
    except OSError as fault:
        if fault.errno != errno.ENOSPC:
            raise
        terminal.drop_output()
        terminal.complain("no room is left on the device: make some.")
        return 2
    return 0


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show on a terminal what is done meanwhile that has no parts to count."""
    from tqdm import tqdm

    with tqdm(desc=what, bar_format="{desc} ...", leave=False, disable=None):
        yield


def _parser() -> argparse.ArgumentParser:
    from pixels_to_sentiment.cli import caffe, campaign, datasets, experiments, maps, results

    parser = argparse.ArgumentParser(
        prog="pixels-to-sentiment",
        description="The reproducible edition of 'From Pixels to Sentiment' (Campos et al. 2017).",
    )
    parser.add_argument("--version", action="version", version=__version__)
    rooms = parser.add_subparsers(required=True, metavar="COMMAND")
    _folds_and_files(rooms)
    datasets.commands(rooms)
    experiments.commands(rooms)
    campaign.commands(rooms)
    results.commands(rooms)
    _book(rooms)
    maps.commands(rooms)
    caffe.commands(rooms)
    results.benchmarks(rooms)
    return parser


def add_command(
    rooms, name: str, function: Callable, text: str, *shared: str, **options: object
) -> argparse.ArgumentParser:
    """Add a command that calls a function with the parsed options; some of them are `SHARED`."""
    command = rooms.add_parser(name, help=text, **{"description": text} | options)
    command.set_defaults(command=function)
    for option in shared:
        command.add_argument(option, **SHARED[option])
    return command


def add_room(rooms, name: str, text: str):
    """Add a command that has commands of its own, which are to be added to what is returned."""
    room = rooms.add_parser(name, help=text, description=text)
    return room.add_subparsers(required=True, metavar="COMMAND")


def _folds_and_files(rooms) -> None:
    room = add_room(rooms, "folds", "The published folds.")
    export = add_command(room, "export", _folds_export, "Write the 30 published lists.", "--force")
    export.add_argument("directory", type=Path, metavar="DIR", help="folder to write into")
    add_command(room, "audit", _folds_audit, "Check the folds and say what is odd about them.")
    room = add_room(rooms, "files", "Published files: photographs, weights, means.")
    add_command(room, "list", _files_list, "List the declared files and where they are.")
    fetch = add_command(room, "fetch", _files_fetch, "Fetch files into the cache.")
    fetch.add_argument("names", nargs="+", metavar="NAME", help="as `files list` names them")


def _book(rooms) -> None:
    room = add_room(rooms, "book", "The notebooks of the book.")
    text = "Execute notebooks that need it."
    execute = add_command(room, "execute", _book_execute, text, "--data")
    execute.add_argument("--tier", default="smoke", help="a file of notebooks/tiers (smoke)")
    execute.add_argument("--only", nargs="+", metavar="NAME", help="these notebooks")
    given = {"nargs": 2, "action": "append", "default": [], "metavar": ("NAME", "VALUE")}
    execute.add_argument("-p", "--parameter", **given, help="in place of the tier's value")
    execute.add_argument("--force", action="store_true", help="execute even if nothing changed")
    execute.add_argument("--at-once", type=int, default=1, metavar="N", help="notebooks at a time")
    check = add_command(room, "check", _book_check, "Check the source notebooks.")
    check.add_argument("--executed", action="store_true", help="and those executed")
    text = "Run executed notebooks again: outputs have to be equal."
    compare = add_command(room, "compare", _book_compare, text)
    compare.add_argument("--all", action="store_true", help="those too that were equal and stayed")
    add_command(room, "colab", _book_colab, "Write the cell for Google Colab into the notebooks.")
    add_command(room, "print", _book_print, "Print the built book to a PDF (see `make pdf`).")


def _folds_export(options: argparse.Namespace) -> None:
    places.articles_own("What is published is")
    paths = folds.export(options.directory, force=options.force)
    print(f"Wrote {len(paths)} lists under {options.directory}.")


def _folds_audit(options: argparse.Namespace) -> None:
    places.articles_own("The audit is")
    with waiting("Looking into the archive"):
        from pixels_to_sentiment.data import audit, pictures
        from pixels_to_sentiment.files import assets

        archive = assets.find(pictures.ARCHIVE)
        digests = listed = None
        if archive:
            files = pictures.from_archive(archive).files
            digests = dict(zip(files["image"], files["sha256"], strict=True))
            listed = audit.read_lists(archive)
        found = audit.report(listed, digests)
    print(found)


def _files_list(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.files import assets

    found = {name: assets.whereabouts(name) for name in assets.ASSETS}
    for name, asset in assets.ASSETS.items():
        size = [f"{asset.size / 1e6:.1f} MB"] if asset.size else []
        facts = ", ".join([*size, asset.licence, *filter(None, [asset.origin])])
        print(name, f"{asset.what}, for {asset.used_for}", facts, found[name][1], sep="\n    ")
    print(f"{sum(here for here, _ in found.values())} of {len(found)} are here.")
    print(f"Looked for in {assets.searched()}.")


def _files_fetch(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.files import assets

    for name in options.names:
        print(assets.fetch(name))


def _book_execute(options: argparse.Namespace) -> None:
    from pixels_to_sentiment import book
    from pixels_to_sentiment.book import notebooks, tiers
    from pixels_to_sentiment.files import assets

    # What the notebooks would find: a file that comes, goes or changes makes them run again.
    def digests() -> list[str]:
        at_hand = {name: assets.find(name) for name in assets.ASSETS}
        told = [f"{name} {path and assets.sha256(path)}" for name, path in at_hand.items()]
        own = places.dataset()
        return [*told, (own / folds.DIGESTS).read_text()] if own else told

    parameters = dict(options.parameter)
    if options.at_once < 1:
        raise UserError(f"--at-once {options.at_once} would execute nothing: give 1 or more.")
    if places.dataset():
        paths = notebooks.source_paths()
        chosen = {*(options.only or notebooks.executable())} & {*paths}
        known = {one for name in chosen for one in tiers.declared_parameters(paths[name])}
        all_folds = {} if options.tier == "smoke" else {"test_folds": [*folds.numbers()]}
        usual = {"agreements": [*folds.agreements()]} | all_folds
        parameters = {one: usual[one] for one in usual.keys() & known} | parameters
    choices = {"parameters": parameters, "force": options.force, "at_once": options.at_once}
    book.execute(options.only, options.tier, extra_inputs=digests, **choices)


def _book_check(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.book import checks

    complaints = checks.of_sources() + (checks.of_executed() if options.executed else [])
    if complaints:
        raise UserError(" ".join(complaints))
    print(f"The source notebooks {'and those executed ' * options.executed}are in order.")


def _book_compare(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.book import comparison

    compared = comparison.compare(options.all)
    print(f"Compared: {', '.join(compared) or 'nothing, as nothing changed since'}.")


def _book_colab(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.book import colab, notebooks

    address = colab.address(notebooks.root())
    for path in notebooks.source_paths().values():
        if colab.put(path, address):
            print(f"Wrote the cell for Google Colab into {path}.")


def _book_print(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.book import notebooks, printing

    built = notebooks.root() / "_build"
    page = built / "singlehtml" / "index.html"
    with waiting("Printing"):
        printed = printing.print_pdf(page, built / "book.pdf")
    print(f"Wrote {printed}.")
    if printing.PHOTOGRAPHS in page.read_text(encoding="utf-8"):
        print("It shows photographs, which are for research only: do not pass it on.")
    else:
        print("It shows no photographs.")
