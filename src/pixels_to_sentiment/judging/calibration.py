"""Whether a probability means what it says, and what scores other than the accuracy tell."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_expit, logit
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.judging.answers import CASE, cases

BINS = 10
# Probabilities of 0 and 1 have no finite logarithm of odds.
_LEAST = 1e-7


def reliability(labels: Iterable[int], positive: Iterable[float]) -> pd.DataFrame:
    """Bin probabilities of positive into tenths: ``said`` and ``share`` (means), ``pictures``.

    The share is that of positive labels. Empty bins are left out.
    """
    frame = pd.DataFrame({"said": positive, "share": labels}).astype(float)
    tenth = np.minimum((frame["said"] * BINS).astype(int), BINS - 1)
    binned = frame.groupby(tenth)
    return binned.agg(said=("said", "mean"), share=("share", "mean"), pictures=("said", "size"))


def expected_error(labels: Iterable[int], positive: Iterable[float]) -> float:
    """Average the distance of the share from what was said: the expected calibration error.

    Zero for a perfect forecaster of infinitely many pictures, and somewhat above it for as few as
    there are here.
    """
    table = reliability(labels, positive)
    return float(np.average((table["share"] - table["said"]).abs(), weights=table["pictures"]))


def temperature(labels: Iterable[int], positive: Iterable[float]) -> float:
    """Fit what logarithms of odds are best divided by: above 1 where a network is too sure.

    By the likelihood (Guo et al., On Calibration of Modern Neural Networks, 2017), between 1/20
    and 20.
    """
    right = np.where(np.asarray(labels), 1, -1) * _odds(positive)
    found = minimize_scalar(
        lambda scale: -log_expit(right / np.exp(scale)).mean(),
        bounds=(-np.log(20), np.log(20)),
        method="bounded",
    )
    return float(np.exp(found.x))


def _odds(positive: Iterable[float]) -> np.ndarray:
    return logit(np.clip(np.asarray(positive, float), _LEAST, 1 - _LEAST))


def scaled(labels: Iterable[int], positive: Iterable[float], asked: Iterable[float]) -> np.ndarray:
    """Scale probabilities by what slope and offset of the logarithms of odds fit others best.

    By the likelihood, as Platt (Probabilistic Outputs for Support Vector Machines, 1999) does, but
    with labels of 0 and 1. A temperature is such a slope, and has no offset. Missing where all
    labels are the same.
    """
    if len(set(labels)) < 2:
        return np.full(len(asked), np.nan)
    machine = LogisticRegression(C=np.inf, max_iter=1000)
    machine.fit(_odds(positive)[:, None], labels)
    return machine.predict_proba(_odds(asked)[:, None])[:, 1]


def tempered(answers: pd.DataFrame) -> pd.DataFrame:
    """Divide each fold's logarithms of odds by a temperature fitted on the four other folds.

    The pictures that it is fitted on are none of those that are scored. They were answered by the
    networks of their own folds, which had the scored ones among what they were trained on. Where
    there are no other folds, all are missing.
    The columns of `answers`, with ``temperature`` and ``scaled``, what `scaled` gives instead.
    """
    parts = []
    for _, case in answers.groupby([*CASE, "seed"], sort=False):
        for fold, scored in case.groupby("fold"):
            others = case[case["fold"] != fold]
            known, asked = (others["label"], others["positive"]), scored["positive"]
            scale, other = np.nan, np.nan
            if len(others):
                scale, other = temperature(*known), scaled(*known, asked)
            positive = expit(_odds(asked) / scale)
            parts.append(scored.assign(positive=positive, temperature=scale, scaled=other))
    return pd.concat(parts)


def measure(answers: pd.DataFrame) -> pd.DataFrame:
    """Score each configuration in several ways; the mean over seeds.

    Returns
    -------
    DataFrame
        The columns of `CASE`; ``accuracy``, ``balanced`` (mean of the shares of either label that
        are right), ``area`` under the ROC curve and ``brier`` (mean squared error of the
        probability, 0 to 1), means over folds; ``error``, the `expected_error`, over the pictures
        of all folds; ``temperature`` (mean), ``error_tempered`` and ``error_scaled``, after
        `tempered`.
    """
    rows = []
    after = cases(tempered(answers))
    for case, group in cases(answers).items():
        by_run = [_scored(run) for _, run in group.groupby(["fold", "seed"])]
        scale = after[case]["temperature"].mean()
        errors = _error(after[case], "positive"), _error(after[case], "scaled")
        rows.append((*case, *np.mean(by_run, axis=0), _error(group, "positive"), scale, *errors))
    names = ["accuracy", "balanced", "area", "brier", "error", "temperature"]
    return pd.DataFrame(rows, columns=[*CASE, *names, "error_tempered", "error_scaled"])


def _error(case: pd.DataFrame, name: str) -> float:
    """Average `expected_error` over seeds; missing where a probability is."""
    if case[name].isna().any():
        return np.nan
    return np.mean([expected_error(one["label"], one[name]) for _, one in case.groupby("seed")])


def _scored(run: pd.DataFrame) -> tuple[float, ...]:
    label, positive = run["label"], run["positive"]
    balanced = metrics.balanced_accuracy_score(label, positive > 0.5)
    brier = metrics.brier_score_loss(label, positive)
    return scores.accuracy(label, positive), balanced, scores.auc(label, positive), brier


def diagram(answers: pd.DataFrame) -> pd.DataFrame:
    """Give `reliability` of each configuration's first seed over the pictures of all folds.

    With ``configuration``, and ``as`` (``answered`` or ``tempered``, see `tempered`).
    """
    parts = []
    for name, told in _first_seeds(answers):
        for how, one in (("answered", told), ("tempered", tempered(told))):
            binned = reliability(one["label"], one["positive"])
            parts.append(binned.assign(**{"configuration": name, "as": how}))
    return pd.concat(parts, ignore_index=True)


def curves(answers: pd.DataFrame) -> pd.DataFrame:
    """Follow the threshold of each configuration's first seed over the pictures of all folds.

    Probabilities of the networks of five folds are taken together, though nothing makes them alike.
    ``configuration``, ``curve`` (``roc`` or ``precision``), ``x`` (false positive rate; recall),
    ``y`` (true positive rate; precision) and ``threshold``, all 0 to 1 but for a threshold that no
    picture surpasses, which is infinite.
    """
    parts = []
    for name, told in _first_seeds(answers):
        both = told["label"], told["positive"]
        false, true, least = metrics.roc_curve(*both, drop_intermediate=False)
        precise, recalled, lowest = metrics.precision_recall_curve(*both)
        roc = {"curve": "roc", "x": false, "y": true, "threshold": least}
        at = {"x": recalled, "y": precise, "threshold": [*lowest, np.inf]}
        parts += [
            pd.DataFrame({"configuration": name, **one})
            for one in (roc, {"curve": "precision", **at})
        ]
    return pd.concat(parts, ignore_index=True)


def _first_seeds(answers: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for name, group in answers.groupby("configuration", sort=False):
        yield name, group[group["seed"] == group["seed"].min()]
