"""The command ``experiments rerun``: a recorded run made again, and held against the record."""

import argparse

from pixels_to_sentiment import places
from pixels_to_sentiment.cli import terminal, waiting
from pixels_to_sentiment.errors import UserError


def rerun(options: argparse.Namespace) -> None:
    """Make a recorded training run again and say how far what it answers lies from the record.

    It stays in the folder of runs under its key. What is finished there is not made once more,
    which is said; what was recorded from there is refused.
    """
    from pixels_to_sentiment.data import pictures
    from pixels_to_sentiment.records import store

    was = _recorded(options.key)
    with waiting("Opening the pictures"):
        loaded = pictures.load()
    if loaded.fingerprint != was.data["fingerprint"]:
        raise UserError(
            f"Run {options.key} is of other pictures ({was.data['source']}) than those at hand "
            f"({loaded.source}): make these available (`files list`). {loaded.reason or ''}".strip()
        )
    print(f"{terminal.named(was.run)} seed {was.run.seed} {was.run.precision}")
    there = (places.runs() / was.run.key(loaded.fingerprint)).is_dir()
    with terminal.Bar() as bar:
        made = store.Runs().get(was.run, loaded, device=options.device, progress=bar.tell)
    if there and made.provenance() == was.provenance():
        cure = "move it elsewhere to have it made again"
        raise UserError(f"Nothing was run: {made.folder} is the recorded run itself; {cure}.")
    _compare(was, made, "nothing was run now: made again" if there else "made again")


def _recorded(key: str):
    """Open a recorded run by its key, one that is in the book or one by which it chose."""
    from pixels_to_sentiment.records.runs import Record

    for home in (places.results(), places.choices()):
        if (home / key / Record.marker()).is_file():
            return Record.open_key(home, key)
    raise UserError(
        f"No training run is recorded under {key!r}: `results --keys` lists all keys. Probes and "
        "studies of maps are made again by `experiments run`, with the runs they belong to."
    )


def _compare(was, made, said: str) -> None:
    from pixels_to_sentiment.judging.scores import CROPS, VIEWS
    from pixels_to_sentiment.reports import runs

    for name, one in (("recorded", was), (said, made)):
        how, torch = runs.making(one), one.provenance()["versions"]["torch"]
        print(f"{name} {how['date']} on {how['hardware']}, torch {torch}: {how['minutes']:.0f} min")
    for one in runs.apart([(was.predictions(), made.predictions())]).itertuples():
        print(
            f"{CROPS[VIEWS[one.view]]}: accuracy {one.first:.4f} recorded, {one.second:.4f} again; "
            f"largest difference in probability {one.largest:.2g}, {one.changed} of {one.pictures} "
            "answers differ"
        )
