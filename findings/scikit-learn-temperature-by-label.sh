#!/usr/bin/env bash
# scikit-learn's temperature scaling makes a network unsure where its classes are called 1 and 2.
#
# Versions: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6, Python 3.11. Date: 2026-12-01.
# Why: one temperature for all classes is the usual way to make a network's confidence right.
# Expectation: classes may have any names, as in all of scikit-learn, and
#   CalibratedClassifierCV(..., method="temperature") finds the temperature "that optimizes the log
#   loss", as its docstring says. So -1 and 1, 1 and 2, or words for the same two classes give the
#   same probabilities.
# Behaviour: the names are taken for the places of the classes, 0, 1 and so on; only words are
#   translated to them first. By -1 and 1 the negative pictures say nothing of what is right, by 1
#   and 2 the negative ones speak for the positive class and the positive ones not at all. So the
#   temperature is that of another question: too high, or as high as the search goes, where each
#   probability is 0.50. "sigmoid" is right with any names. What is predicted, and the accuracy, are
#   the same, and nothing is said. A paper would have a network that is right on 87% with a mean
#   confidence of 50%, where that is 86% with other names.
# Upstream: pull request 31068 of scikit-learn brought the method, in 1.8, and translates words.
# Cure: LabelEncoder().fit_transform(labels) first.
# Output seen (2,000 pictures to calibrate by, 2,000 to see it on):
#   names: temperature, accuracy, mean confidence, log loss
#   by hand: 0.71, 0.87, 0.86, 0.311
#   0 and 1: 0.71, 0.87, 0.86, 0.311
#   False and True: 0.71, 0.87, 0.86, 0.311
#   negative and positive: 0.71, 0.87, 0.86, 0.311
#   -1 and 1: 3.78, 0.87, 0.62, 0.508
#   1 and 2: 22026.46, 0.87, 0.50, 0.693
#   -1 and 1, sigmoid: 0.310; 1 and 2, sigmoid: 0.310
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$work/venv/bin/python" -W error - <<'PYTHON'
import sys

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.svm import LinearSVC

rng = np.random.default_rng(0)
features = rng.normal(size=(4500, 4))
place = (rng.random(4500) < expit(3 * features[:, 0] - 2 * features[:, 1])).astype(int)
train, fit, test = slice(500), slice(500, 2500), slice(2500, None)


def log_loss(positive, true):
    return float(-np.log(np.where(true == 1, positive, 1 - positive)).mean())


def line(name, temperature, positive):
    right = ((positive > 0.5) == place[test]).mean()
    sure = np.maximum(positive, 1 - positive).mean()
    seen = temperature, float(right), float(sure), log_loss(positive, place[test])
    print(f"{name}: {seen[0]:.2f}, {seen[1]:.2f}, {seen[2]:.2f}, {seen[3]:.3f}")
    return seen


def calibrated(names, method):
    labels = np.array(names)[place]
    network = FrozenEstimator(LinearSVC(random_state=0).fit(features[train], labels[train]))
    found = CalibratedClassifierCV(network, method=method).fit(features[fit], labels[fit])
    assert list(found.classes_) == list(names)
    return found, found.predict_proba(features[test])[:, 1]


print("names: temperature, accuracy, mean confidence, log loss")
# By hand: the classes have the scores -s and s, so that softmax gives expit(2 * s / temperature).
score = LinearSVC(random_state=0).fit(features[train], place[train]).decision_function
for_the_right = 2 * score(features[fit]) * np.where(place[fit] == 1, 1, -1)
best = minimize_scalar(
    lambda log: np.logaddexp(0, -for_the_right / np.exp(log)).mean(),
    bounds=(-5, 5),
    options={"xatol": 1e-9},
)
temperature = float(np.exp(best.x))
by_hand = line("by hand", temperature, expit(2 * score(features[test]) / temperature))
seen = []
for names in ((0, 1), (False, True), ("negative", "positive"), (-1, 1), (1, 2)):
    found, positive = calibrated(names, "temperature")
    temperature = 1 / float(found.calibrated_classifiers_[0].calibrators[0].beta_)
    seen.append(line(" and ".join(map(str, names)), temperature, positive))
sigmoid = {
    names: log_loss(calibrated(names, "sigmoid")[1], place[test]) for names in ((-1, 1), (1, 2))
}
print("; ".join(f"{one} and {two}, sigmoid: {loss:.3f}" for (one, two), loss in sigmoid.items()))
*others, minus, two = seen
right = others[0]
as_seen = all(np.allclose(some, by_hand, rtol=1e-3) for some in others)
as_seen = as_seen and all(abs(loss - by_hand[3]) < 0.005 for loss in sigmoid.values())
as_seen = as_seen and right[1] == minus[1] == two[1] and abs(right[2] - right[1]) < 0.02
as_seen = as_seen and minus[0] > 2 * right[0] and minus[3] > right[3] + 0.05
as_seen = as_seen and two[0] > 1000 * right[0] and abs(two[2] - 0.5) < 0.001
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
