"""Classifiers that are told next to nothing of a picture: what any network has to beat."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import log_expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging.answers import COLUMNS

# What a mistake costs, from next to nothing on.
COSTS = 10.0 ** np.arange(-4, 2)


def answers(
    name: str, features: np.ndarray, images: Sequence[str], agreement: str = "five"
) -> pd.DataFrame:
    """Train a logistic regression on each fold's training list, and ask it of the test list.

    Features are standardised, and the cost of mistakes is chosen by the likelihood, both inside
    the training list: each of the test lists that it is made of is left out in turn. Where it is
    one alone there is nothing to choose by, and the cost is 1.

    The features have a row an image, (n, k). Answers are as `answers.gather` gives them, said to
    come from `name`, in the view of ten crops, beside which they are judged: a baseline sees all of
    a picture.
    """
    rows = pd.DataFrame(features, index=pd.Index(images))
    parts = []
    for fold in folds.numbers():
        train, test = folds.split(agreement, fold)
        model = make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky"))
        if train["fold"].nunique() > 1:
            parts_left_out = [*LeaveOneGroupOut().split(train, groups=train["fold"])]
            costs = {"logisticregression__C": COSTS}
            model = GridSearchCV(model, costs, scoring=_likelihood, cv=parts_left_out)
        model.fit(rows.loc[train["image"]].to_numpy(), train["label"])
        positive = model.predict_proba(rows.loc[test["image"]].to_numpy())[:, 1]
        parts.append(test.assign(positive=positive))
    told = pd.concat(parts, ignore_index=True)
    named = {"configuration": name, "agreement": agreement, "seed": 0, "view": "oversampled"}
    return told.assign(**named)[COLUMNS]


def _likelihood(model: Pipeline, features: np.ndarray, labels: pd.Series) -> float:
    """Average the log-likelihood, as ``neg_log_loss`` does in more time than the training takes."""
    return log_expit(np.where(labels, 1, -1) * model.decision_function(features)).mean()
