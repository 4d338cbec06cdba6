"""How far recorded accuracies can be trusted, judged from what was answered on each picture.

The functions take answers, as `answers.gather` gives them, and raise `UserError` as
`answers.cases` does. They judge every subset (``agreement``) and view apart. As in
`experiments.rows`, seeds are averaged within a fold first, and accuracies are means over folds.

Intervals cover 95%. Those of the bootstrap over pictures, and McNemar's test, take the networks
as they were trained: they say what other test pictures would have changed. The corrected t-test
takes in what other training pictures would have changed, too. What another seed would have changed
is in neither: see `across_seeds`.

Tables have a row a case, with the columns of `CASE`; ``folds`` and ``seeds`` (which,
comma-separated) and ``pictures`` that it is judged by; ``std``, the standard deviation over folds
with n - 1, missing for one fold; ``low`` and ``high``, the interval by the bootstrap over the
pictures of each fold.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product

import numpy as np
import pandas as pd

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import resampling
from pixels_to_sentiment.judging.answers import CASE, by_picture, by_view, cases, matched, pair
from pixels_to_sentiment.judging.scores import listed

# Two accuracies that are no further apart are called similar.
NEAR = 0.05
_EXTENT = ["folds", "seeds", "pictures"]
_DIFFERENCE = ["difference", "std", "low", "high"]


def tested_by_trained() -> float:
    """Divide a test list by its training list, which is the test lists of all other folds."""
    return 1 / (len(folds.numbers()) - 1)


def accuracies(answers: pd.DataFrame) -> pd.DataFrame:
    """Score each configuration: ``mean`` and ``std`` over folds, with an interval."""
    rows = []
    for case, group in cases(answers).items():
        each = by_picture(group, "correct")
        rows.append((*case, *_extent(group), *_over_folds(each["correct"], each["fold"])))
    return pd.DataFrame(rows, columns=[*CASE, *_EXTENT, "mean", "std", "low", "high"])


def beyond_positive(answers: pd.DataFrame) -> pd.DataFrame:
    """Compare each configuration with always answering positive: ``difference`` of accuracies.

    ``low`` and ``high`` are by `resampling.random_effects`; where no seed has every picture, the
    mean of the seeds stands for one. A network that is not better answers at its threshold as if it
    knew nothing of the pictures.
    """
    rows = []
    for case, group in cases(answers).items():
        right = group.pivot(index=["fold", "image", "label"], columns="seed", values="correct")
        more = right.sub(right.index.get_level_values("label").to_numpy(), axis=0)
        seeds = more.dropna(axis=1)
        each = seeds if len(seeds.columns) else more.mean(axis=1).to_frame()
        folds = right.index.get_level_values("fold")
        rows.append((*case, *resampling.random_effects([each.to_numpy(float).T], folds)))
    return pd.DataFrame(rows, columns=[*CASE, "difference", "low", "high"])


def spreads(answers: pd.DataFrame) -> pd.DataFrame:
    """Tell the spread over folds from the spread over seeds, by `resampling.variance_components`.

    Gives ``std_folds``, ``std_seeds``, ``std_shared`` and ``std_mean``. Only seeds that a
    configuration has in every fold count.
    """
    rows = []
    for case, group in cases(answers).items():
        table = group.groupby(["fold", "seed"])["correct"].mean().unstack().dropna(axis=1)
        components = resampling.variance_components(table.to_numpy())
        rows.append((*case, listed(table.index), listed(table.columns), *components))
    names = ["std_folds", "std_seeds", "std_shared", "std_mean"]
    return pd.DataFrame(rows, columns=[*CASE, "folds", "seeds", *names])


def differences(
    answers: pd.DataFrame, pairs: Iterable[tuple[str, str]] | None = None
) -> pd.DataFrame:
    """Compare pairs of configurations on the same pictures and folds, as `answers.pair` lays them.

    With several seeds, McNemar's test counts the pictures that one answers rightly with more seeds
    than the other (a sign test; with one seed it is McNemar's own).

    Gives ``agreement``, ``view``, ``first``, ``other``; ``accuracy_first``, ``accuracy_other``,
    ``difference`` (first less other), its ``std`` and interval; ``t_low``, ``t_high`` and ``p_t``,
    by the corrected resampled t-test of Nadeau and Bengio; ``first_only`` and ``other_only``
    (pictures that only one answers rightly) and ``p_mcnemar`` (exact); ``p_t_holm`` and
    ``p_mcnemar_holm``, adjusted for all the rows.
    """
    return _compared(pair(answers, pairs))


def oversampling(answers: pd.DataFrame) -> pd.DataFrame:
    """Judge what ten crops are worth instead of the centre crop, in each configuration.

    As `differences` gives it, but ``configuration`` for ``view``: first is ``oversampled`` and
    other ``centre``, so that ``first_only`` counts pictures that the ten crops put right.
    """
    return _compared(pair(*by_view(answers))).rename(columns={"view": "configuration"})


def _compared(pairs: Iterable[tuple[tuple, pd.DataFrame]]) -> pd.DataFrame:
    rows = []
    for names, paired in pairs:
        each = by_picture(paired, "first", "other", "difference")
        over_folds = each.groupby("fold")[["first", "other", "difference"]].mean()
        p, *ends = resampling.corrected_t(over_folds["difference"], tested_by_trained())
        apart = _apart(each)
        rows.append(
            (
                *(*names, *_extent(paired), over_folds["first"].mean(), over_folds["other"].mean()),
                *(*_over_folds(each["difference"], each["fold"]), *ends, p),
                *(*apart, resampling.exact_mcnemar(*apart)),
            )
        )
    columns = [
        *("agreement", "view", "first", "other", *_EXTENT, "accuracy_first", "accuracy_other"),
        *(*_DIFFERENCE, "t_low", "t_high", "p_t", "first_only", "other_only", "p_mcnemar"),
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        p_t_holm=resampling.holm(table["p_t"]), p_mcnemar_holm=resampling.holm(table["p_mcnemar"])
    )


def _extent(graded: pd.DataFrame) -> tuple[str, str, int]:
    return listed(graded["fold"]), listed(graded["seed"]), graded["image"].nunique()


def _over_folds(values: pd.Series, in_folds: Iterable[int]) -> tuple[float, ...]:
    """Give mean and deviation over folds of the mean in each, and the interval."""
    in_folds = np.asarray(in_folds)
    means = values.groupby(in_folds).mean()
    return means.mean(), means.std(ddof=1), *resampling.stratified_interval(values, in_folds)


def _apart(each: pd.DataFrame) -> tuple[int, int]:
    return int((each["difference"] > 0).sum()), int((each["difference"] < 0).sum())


def across_seeds(answers: pd.DataFrame, first: str, other: str) -> pd.DataFrame:
    """Compare every seed of a configuration with every seed of another.

    A seed acts on all folds alike, so neither the bootstrap nor the corrected t-test of
    `differences` sees what another would have changed; this does, as far as seeds were trained.
    Seeds that lack some pictures are left out.

    Gives ``agreement``, ``view``, ``seed_first``, ``seed_other``, and ``difference`` (first less
    other, mean over folds) with its deviation and interval.
    """
    graded, rows = cases(answers), []
    settings = [case[1:] for case in graded if case[0] == first]
    for setting in (one for one in settings if (other, *one) in graded):
        one, two = (
            graded[name, *setting].pivot(index=["fold", "image"], columns="seed", values="correct")
            for name in (first, other)
        )
        for left, right in product(one.dropna(axis=1), two.dropna(axis=1)):
            difference = one[left] - two[right]
            in_folds = difference.index.get_level_values("fold")
            rows.append((*setting, left, right, *_over_folds(difference, in_folds)))
    names = ["agreement", "view", "seed_first", "seed_other", *_DIFFERENCE]
    return pd.DataFrame(rows, columns=names)


def noise(answers: pd.DataFrame, within: float = NEAR) -> pd.DataFrame:
    """Measure how much a difference between two numbers such as the paper's varies over folds.

    The paper gives no accuracies by fold. What stands in for the variance of its differences is
    the median of those measured here, each for two configurations with the same seed or for two
    views of one run, whose accuracies differ by no more than `within`. Seeds are not averaged, for
    nothing says that the paper averaged any. The median of variances with few degrees of freedom
    each lies somewhat below their mean, so ``smallest`` is on the low side; nor is it corrected for
    looking at many differences. Configurations that differ in less than the paper's do, such as in
    precision alone, answer more alike and make the noise look small: leave them out. Networks that
    give all pictures of a test fold one answer have learned nothing and differ by nothing: they do
    not count.

    Gives ``agreement``; ``between``, a view (its configurations) or ``"views"`` (ten crops and
    centre crop of one configuration); ``pairs`` (of runs over all folds); ``std`` (root of the
    median variance over folds of paired differences); ``smallest``, the least difference of two
    means over all folds that the corrected resampled t-test calls significant at 5%. A kind
    without such pairs is left out.
    """
    measured = defaultdict(list)
    for of_views, (turned, pairs) in enumerate([(answers, None), by_view(answers)]):
        graded = cases(turned)
        tables = {case: _right_by_run(one) for case, one in graded.items()}
        for agreement, view, *both in matched(graded, pairs):
            (first, pictures), (other, _) = (tables[name, agreement, view] for name in both)
            each = (first - other).div(pictures, axis=0).dropna(axis=1)
            measured[agreement, "views" if of_views else view].append(each)
    rows = []
    for kind, parts in measured.items():
        table = pd.concat(parts, axis=1, ignore_index=True)
        variances = table.loc[:, table.mean().abs() <= within].var(ddof=1).dropna()
        if len(variances):
            middle = float(np.median(variances))
            count = len(folds.numbers())
            least = resampling.critical_difference(middle, count, tested_by_trained())
            rows.append((*kind, len(variances), middle**0.5, least))
    found = pd.DataFrame(rows, columns=["agreement", "between", "pairs", "std", "smallest"])
    found.attrs = answers.attrs
    return found


def _right_by_run(graded: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Count right answers, a column a seed and a row a fold, and the pictures of each fold.

    Counts are missing of runs that give all pictures one answer.
    """
    # Of two labels, the answer is the label if it is right and the other one if not.
    said = graded["correct"].eq(graded["label"]).groupby([graded["fold"], graded["seed"]])
    right = graded.groupby(["fold", "seed"])["correct"].sum().where(said.any() & ~said.all())
    return right.unstack(), graded.groupby("fold")["image"].nunique()


def beyond_noise(reported: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Tell which reported differences are larger than the noise that `noise` measured.

    Both have ``agreement`` and ``between``. Gives `reported`, whose rows have a ``difference``,
    with ``smallest`` and ``larger`` (boolean), missing where no such noise was measured, or there
    is no difference.
    """
    kind = ["agreement", "between"]
    table = reported.merge(measured[[*kind, "smallest"]], on=kind, how="left", validate="m:1")
    table.attrs = measured.attrs
    larger = table["difference"].abs().gt(table["smallest"]).astype("boolean")
    return table.assign(larger=larger.mask(table[["difference", "smallest"]].isna().any(axis=1)))


def stratification(answers: pd.DataFrame) -> pd.DataFrame:
    """Judge what folds that are not stratified by label do to the spread over folds.

    The pictures are cut anew into as many folds, at random and stratified, and scored again. This
    assumes that each picture would have been answered as it was, by a network trained on another
    part of the pictures: only the scoring is cut anew, not the training.

    Gives standard deviations over folds: ``observed``; ``shuffled`` and ``stratified``, the mean
    over the cuts of either kind; ``shuffled_low`` and ``shuffled_high``, between which it lies in
    95% of the cuts at random; ``always_positive``, what it is of always answering "positive".
    """
    rows = []
    for case, group in cases(answers).items():
        each = by_picture(group, "correct")
        over_folds = each.groupby("fold")[["correct", "label"]].mean()
        observed, always_positive = over_folds.std(ddof=1)
        shuffled, stratified = (
            resampling.recut_spreads(each["correct"], labels, len(over_folds))
            for labels in (0 * each["label"], each["label"])
        )
        spread = shuffled.mean(), stratified.mean(), *resampling.percentiles(shuffled)
        rows.append((*case, observed, *spread, always_positive))
    names = ["observed", "shuffled", "stratified", "shuffled_low", "shuffled_high"]
    return pd.DataFrame(rows, columns=[*CASE, *names, "always_positive"])


def duplicates(
    answers: pd.DataFrame, whole: str, without: str, twins: Mapping[str, str]
) -> pd.DataFrame:
    """Judge what duplicates across folds are worth, in answers of one subset.

    Accuracies are means over pictures here, not over folds, for some folds have no twin. Twins are
    drawn together in the bootstrap, for they are one picture. Where no answer differs the interval
    has no width, which says nothing about other pictures.

    Parameters
    ----------
    whole, without
        Configurations trained with all pictures, and without those training pictures that have a
        byte-identical twin in the test fold.
    twins
        Test pictures with such a twin, each with a name that it shares with its twins, such as
        the digest of the file.

    Returns
    -------
    DataFrame
        ``agreement``, ``view``; ``part`` (``twins``, ``others`` or ``all``), ``pictures``;
        ``accuracy_whole``, ``accuracy_without`` and ``difference`` (whole less without), with its
        interval; ``whole_only`` and ``without_only`` (pictures that only one answers rightly).
    """
    rows = []
    for (agreement, view, *_), paired in pair(answers, [(whole, without)]):
        each = by_picture(paired, "first", "other", "difference")
        group = each["image"].map(dict(twins))
        clusters = group.fillna(each["image"])
        parts = {"twins": group.notna(), "others": group.isna(), "all": clusters.notna()}
        for part, chosen in parts.items():
            some = each[chosen]
            interval = resampling.clustered_interval(some["difference"], clusters[chosen])
            means = some[["first", "other", "difference"]].mean()
            rows.append((agreement, view, part, len(some), *means, *interval, *_apart(some)))
    names = ["accuracy_whole", "accuracy_without", "difference", "low", "high"]
    counts = ["whole_only", "without_only"]
    return pd.DataFrame(rows, columns=["agreement", "view", "part", "pictures", *names, *counts])
