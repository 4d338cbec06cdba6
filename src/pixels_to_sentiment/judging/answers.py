"""What was answered on each picture, gathered from runs, graded, and laid side by side.

Answers are a data frame with one row a picture, run and view:

``configuration``, ``agreement``, ``fold`` (1..5), ``seed``
    The run.
``image``, ``label``
    The picture, 0 negative or 1 positive.
``view``, ``positive``
    A key of `scores.VIEWS`, and the probability of positive that it gave.

Graded, they have ``correct`` (0 or 1) too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations

import pandas as pd

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.judging import scores

COLUMNS = ["configuration", "agreement", "fold", "seed", "image", "label", "view", "positive"]
CASE = ["configuration", "agreement", "view"]
"""What is scored apart."""


def gather(records: Iterable, configuration: Callable) -> pd.DataFrame:
    """Gather what finished runs answered: the columns of `COLUMNS`, a row a picture, run and view.

    Parameters
    ----------
    configuration
        Names the configuration of a record in words. It must tell apart whatever is not to be
        averaged.
    """
    parts = []
    for record in records:
        run = record.run
        named = {"configuration": configuration(record), "agreement": run.agreement}
        named |= {"fold": run.fold, "seed": run.seed}
        parts.append(record.predictions().assign(**named, part=len(parts)))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    told = pd.concat(parts, ignore_index=True)
    told = told.melt(
        ["part", *COLUMNS[:6]], list(scores.VIEWS), var_name="view", value_name="positive"
    )
    return told.sort_values("part", kind="stable", ignore_index=True)[COLUMNS]


def cases(answers: pd.DataFrame) -> dict[tuple[str, str, str], pd.DataFrame]:
    """Check and grade answers, and take them apart by the columns of `CASE`.

    Raises
    ------
    UserError
        If a configuration has two runs of one fold and seed, or its seeds answered different
        pictures of a fold.
    """
    right = (answers["positive"] > 0.5) == (answers["label"] == 1)  # as in `scores.accuracy`
    graded = answers.assign(correct=right.astype("int64"))
    graded.attrs = {}  # which pandas copies, key by key, in all that is made of them
    found = dict(iter(graded.groupby(CASE, sort=False)))
    for (name, agreement, _), case in found.items():
        if case.duplicated(["fold", "seed", "image"]).any():
            raise UserError(
                f"{name} has two runs of one fold and seed in {agreement} agree: name them apart."
            )
        told = case.groupby(["fold", "image"]).size()
        seeds = case.groupby("fold")["seed"].nunique()
        if (told != seeds.reindex(told.index, level="fold")).any():
            raise UserError(
                f"The seeds of {name} in {agreement} agree answered different pictures: leave out "
                "runs with a limit."
            )
    return found


def pair(
    answers: pd.DataFrame, pairs: Iterable[tuple[str, str]] | None = None
) -> Iterator[tuple[tuple[str, str, str, str], pd.DataFrame]]:
    """Lay the answers of two configurations side by side, in every subset and view of both.

    Only seeds that both have in a fold are kept, so that neither is averaged over more of them.
    All pairs of configurations are laid by default. Gives agreement, view and the two
    configurations, with a frame: ``fold``, ``seed``, ``image``, ``label``; ``first`` and ``other``,
    whether each is right (0 or 1), and ``difference`` (-1, 0 or 1). `UserError` as `matched` and
    `cases`.
    """
    graded, keys = cases(answers), ["fold", "seed", "image"]
    for agreement, view, *both in matched(graded, pairs):
        first, other = (graded[name, agreement, view] for name in both)
        left = first[[*keys, "label", "correct"]].rename(columns={"correct": "first"})
        paired = left.merge(other[[*keys, "correct"]].rename(columns={"correct": "other"}), on=keys)
        paired["difference"] = paired["first"] - paired["other"]
        yield (agreement, view, *both), paired


def matched(
    graded: Mapping[tuple[str, str, str], pd.DataFrame], pairs: Iterable[tuple[str, str]] | None
) -> Iterator[tuple[str, str, str, str]]:
    """Give what `pair` lays side by side of graded cases: agreement, view, two configurations.

    Raises
    ------
    UserError
        If a pair has no subset and view in common, or there not the same pictures in the same folds
        and a seed in each.
    """
    pictures = {name: _rows(case, "fold", "image", "label") for name, case in graded.items()}
    runs = {name: _rows(case, "fold", "seed") for name, case in graded.items()}
    settings = dict.fromkeys(case[1:] for case in graded)
    named = dict.fromkeys(case[0] for case in graded)
    for first, other in combinations(named, 2) if pairs is None else pairs:
        shared = [s for s in settings if (first, *s) in graded and (other, *s) in graded]
        if pairs is not None and not shared:
            raise UserError(f"{first} and {other} share no subset and view: run both on one.")
        for setting in shared:
            one, two = (first, *setting), (other, *setting)
            common = dict(runs[one] & runs[two])
            if pictures[one] != pictures[two] or common.keys() != dict(runs[one]).keys():
                raise UserError(
                    f"{first} and {other} did not answer the same pictures, with a seed in common "
                    f"in each fold, of {setting[0]} agree: run what is missing, or leave one out."
                )
            yield (*setting, first, other)


def by_view(answers: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Have views and configurations trade places, and name the pair of views.

    For `pair`, which then lays the answers from ten crops (``first``) beside those from the centre
    crop (``other``): agreement, configuration, and the two views.
    """
    turned = answers.rename(columns={"view": "configuration", "configuration": "view"})
    return turned, [("oversampled", "centre")] if len(turned) else []


def _rows(case: pd.DataFrame, *columns: str) -> set[tuple]:
    return set(zip(*(case[name] for name in columns), strict=True))


def by_picture(graded: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Average columns over seeds: a row a picture, with ``fold``, ``image``, ``label``."""
    return graded.groupby(["fold", "image", "label"], as_index=False)[list(columns)].mean()
