#!/usr/bin/env bash
# scikit-learn gives p = 1 to a network that is always right, if copies of a picture stay together.
#
# Versions: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: pictures that are there twice must go to the same fold, which GroupKFold does for their
#   groups.
# Expectation: permutation_test_score(..., groups=groups, cv=GroupKFold(5)) splits by the groups, as
#   cross_val_score does, and asks how often labels that say nothing score as well: p is small.
# Behaviour: the groups say two things at once: what is kept together, and within what labels are
#   permuted. Copies have one label, so that every "permutation" is the labels as they are, each
#   scores the same, and p is 1. With metadata routing, where the docstring asks for
#   params={"groups": groups} in their place, labels are permuted among all pictures: the same data
#   get the smallest p there is (of a test that is not right either, as copies get different
#   labels). The docstring says the former (an open issue, 21543, asks for another way), but not the
#   latter. Nothing is said at run time.
# Cure: permute the labels of the groups by hand; look at the spread of the permuted scores.
# Output seen (40 pictures, each twice):
#   groups: score 1.00, p 1.00, 0 of 19 permutations score less
#   params: score 1.00, p 0.05, 19 of 19 permutations score less
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import sklearn
from sklearn.model_selection import GroupKFold, permutation_test_score
from sklearn.naive_bayes import GaussianNB

groups = np.repeat(np.arange(40), 2)
labels = groups % 2
features = labels[:, None] + np.random.default_rng(0).normal(scale=0.1, size=(80, 1))
seen = []
for way, routing in (({"groups": groups}, False), ({"params": {"groups": groups}}, True)):
    with sklearn.config_context(enable_metadata_routing=routing):
        score, permuted, p = permutation_test_score(
            GaussianNB(),
            features,
            labels,
            cv=GroupKFold(5),
            n_permutations=19,
            random_state=0,
            **way,
        )
    less = int((permuted < score).sum())
    seen.append((float(score), round(float(p), 2), less))
    print(f"{next(iter(way))}: score {score:.2f}, p {p:.2f}, {less} of 19 permutations score less")
sys.exit(0 if seen == [(1.0, 1.0, 0), (1.0, 0.05, 19)] else "It behaves otherwise now.")
PYTHON
