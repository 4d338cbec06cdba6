"""Made-up work to judge claims by, right on as many pictures as a test wants, in no folder."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from pixels_to_sentiment import claims
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import crowd, scores
from pixels_to_sentiment.probes.records import Probe, ProbeRecord
from pixels_to_sentiment.records.runs import Record, Run
from pixels_to_sentiment.studies import measures
from pixels_to_sentiment.studies.records import Study, StudyRecord
from pixels_to_sentiment.training import recipes

CLAIMS = {claim.name: claim for claim in claims.CLAIMS}
# Shares of right pictures, the last layer first.
FALLING = (0.9, 0.85, 0.8, 0.75, 0.7)


@dataclass(frozen=True, eq=False)
class ToyRun(Record):
    told: pd.DataFrame = field(kw_only=True)
    loss: float = field(kw_only=True)

    def predictions(self):
        return self.told

    def scores(self):
        return {view: scores.accuracy(self.told["label"], self.told[view]) for view in scores.VIEWS}

    def curve(self):
        return pd.DataFrame({"iteration": [1], "train_loss": [self.loss]})


@dataclass(frozen=True, eq=False)
class ToyProbe(ProbeRecord):
    told: pd.DataFrame = field(kw_only=True)

    def table(self):
        return self.told.copy()


@dataclass(frozen=True, eq=False)
class ToyStudy(StudyRecord):
    told: pd.DataFrame = field(kw_only=True)

    def measures(self):
        return self.told.assign(fold=self.study.fold, key=self.key)


def finished(kind, work, told, **more):
    data = {"source": "photographs", "fingerprint": "f"}
    return kind(Path("nowhere"), work, work.key("f", "c"), data, "c", told=told, **more)


def run_of(configuration, fold, agreement="five", **more):
    recipe = recipes.recipe(configuration.recipe, agreement)
    return Run(configuration.network, configuration.start, None, agreement, fold, recipe, **more)


def right_on(count, share, dice):
    """Whether each picture is answered rightly: a share of them, which ones at random."""
    return dice.permutation(count) < round(share * count)


def ran(configuration, share, agreement="five", *, centre=None, which=folds.FOLDS, **more):
    """Give folds of a configuration that is right on a share of the pictures, by view.

    A ``share`` of None answers always positive; ``by_count`` has the shares of pictures of which so
    many annotators gave the label.
    """
    loss, by_count, made = more.pop("loss", 0.5), more.pop("by_count", {}), []
    for fold in which:
        run = run_of(configuration, fold, agreement, **more)
        dice = np.random.default_rng(int(run.key("f", "c"), 16))
        test = folds.split(agreement, fold)[1][["image", "label"]].reset_index(drop=True)
        for view, part in (("centre", centre or share), ("oversampled", share)):
            correct = test["label"] == 1 if part is None else right_on(len(test), part, dice)
            for count, of_count in by_count.items():
                some = (test["image"].map(crowd.exact()) == count).to_numpy()
                correct[some] = right_on(some.sum(), of_count, dice)
            test[view] = np.where((test["label"] == 1) == correct, 0.9, 0.1)
        made.append(finished(ToyRun, run, test, loss=loss))
    return made


def probed(configuration, shares, svm_shares=None, *, which=folds.FOLDS, tuned=True, **more):
    """Give folds of a probe: a share right a layer, the last layer first.

    ``names`` are of the layers, ``alike`` has both classifiers right on the same pictures, and
    ``kinds`` are the classifiers.
    """
    layers = tuple(more.get("names") or (f"layer{n}" for n in range(len(shares))))
    made, dice = [], np.random.default_rng(0)
    for fold in which:
        run = run_of(configuration, fold)
        probe = Probe(
            run.key("f", "c") if tuned else f"{run.network}:{run.start}", "five", fold, layers
        )
        labels, rows = probe.lists()[1]["label"].to_numpy(), []
        for kind in more.get("kinds", ("svm", "softmax")):
            dice = np.random.default_rng(fold) if more.get("alike") else dice
            parts = (svm_shares or shares) if kind == "svm" else shares
            for name, share in zip(layers, parts, strict=True):
                correct = right_on(len(labels), share, dice)
                # The better of two costs on the test pictures is not the one of the inside.
                for cost, inner, right in ((1.0, 0.9, correct), (2.0, 0.5, labels >= 0)):
                    said = "".join(map(str, np.where(right, labels, 1 - labels)))
                    rows.append((name, 2, kind, cost, cost, inner, said))
        columns = ["layer", "features", "classifier", "cost", "relative", "inner", "predicted"]
        told = pd.DataFrame(rows, columns=columns)
        made.append(finished(ToyProbe, probe, told, run=run if tuned else None))
    return made


def mapped(configuration, better, which=folds.FOLDS):
    """Give studies whose sentiment map is better, by ROAD, than each of the others."""
    dice, made = np.random.default_rng(0), []
    names = [measures.column(curve, x) for curve, shares in measures.CURVES.items() for x in shares]
    for fold in which:
        test = folds.split("five", fold)[1][["image", "label"]].head(40)
        tables = []
        for name in measures.MAPS:
            noise = 0.5 + 0.001 * dice.standard_normal((len(test), len(names)))
            table = test.join(pd.DataFrame(noise, test.index, names)).assign(
                map=name, **{"class": 1}
            )
            least = [one for one in names if one.startswith("road-least")]
            table[least] += better * (name == measures.MAP)
            tables.append(table)
        study = Study(str(configuration), "five", fold)
        made.append(finished(ToyStudy, study, pd.concat(tables), run=run_of(configuration, fold)))
    return made


def judged(name, records=(), probes=(), studies=()):
    return claims.judge(records, probes, studies, [CLAIMS[name]]).iloc[0]


def random(configuration):
    return replace(configuration, start="random")
