"""The command ``experiments rerun``: a recorded run made again, and held against the record."""

import argparse

from pixels_to_sentiment.cli import waiting
from pixels_to_sentiment.errors import UserError


def rerun(options: argparse.Namespace) -> None:
    """Make a recorded training run again and say how far what it answers lies from the record.

    It stays in the folder of runs under its key. What is finished there is not made once more.
    """
    from pixels_to_sentiment.cli.experiments import Bar, named
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
    print(f"{named(was.run)} seed {was.run.seed} {was.run.precision}")
    with Bar() as bar:
        made = store.Runs().get(was.run, loaded, device=options.device, progress=bar.tell)
    _compare(was, made)


def _recorded(key: str):
    """Open a recorded run by its key, one that is in the book or one by which it chose."""
    from pixels_to_sentiment import places
    from pixels_to_sentiment.records.runs import Record
    from pixels_to_sentiment.reports import ledger

    homes = [home for home in (places.results(), places.choices()) if (home / key).is_dir()]
    if not key or not homes:
        raise UserError(
            f"Nothing is recorded under {key!r}: `results --keys` lists the keys of all runs."
        )
    if ledger.kind(homes[0] / key) not in (Record, None):
        raise UserError(
            f"{homes[0] / key} is no training run: `experiments run` makes probes and studies of "
            "maps again, with the runs that they belong to."
        )
    return Record.open_key(homes[0], key)


def _compare(was, made) -> None:
    from pixels_to_sentiment.judging import scores
    from pixels_to_sentiment.reports import runs

    both = was.predictions().merge(made.predictions(), on=["image", "label"], validate="1:1")
    for name, one, end in (("recorded", was, "_x"), ("made again", made, "_y")):
        how, torch = runs.making(one), one.provenance()["versions"]["torch"]
        right = [scores.accuracy(both["label"], both[view + end]) for view in scores.VIEWS]
        print(
            f"{name} {how['date']} on {how['hardware']}, torch {torch}, in {how['minutes']:.1f} "
            f"minutes: centre {right[0]:.4f}, ten crops {right[1]:.4f}"
        )
    for view, others in scores.VIEWS.items():
        one, other = both[f"{view}_x"], both[f"{view}_y"]
        differing = int(((one > 0.5) != (other > 0.5)).sum())
        print(
            f"{scores.CROPS[others]}: largest difference in probability "
            f"{(one - other).abs().max():.2g}, {differing} of {len(both)} answers differ"
        )
