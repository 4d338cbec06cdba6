"""Made-up runs and probes to judge claims by, right on as many pictures as a test wants."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from pixels_to_sentiment import claims
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import crowd
from pixels_to_sentiment.probes.records import Probe, ProbeRecord
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.studies import measures
from pixels_to_sentiment.studies.records import Study, StudyRecord
from pixels_to_sentiment.training import recipes
from toy_runs import describe

CLAIMS = {claim.name: claim for claim in claims.CLAIMS}
EXACT = crowd.exact()
# Shares of right pictures, the last layer first.
FALLING = (0.9, 0.85, 0.8, 0.75, 0.7)


def written(place, work, content, **frames):
    """Write a finished folder: its description, how it was made, and tables."""
    folder = place / work.key("f", "c")
    folder.mkdir(parents=True, exist_ok=True)
    for table, frame in frames.items():
        frame.to_csv(folder / f"{table}.csv", index=False)
    describe(folder, work, {work.kind: asdict(work), **content})
    return folder


def right_on(count, share, dice):
    """Whether each picture is answered rightly: a share of them, which ones at random."""
    return dice.permutation(count) < round(share * count)


def runs_in(folder):
    """Give what writes five folds of a configuration that is right on a share of the pictures."""
    thrown = iter(range(1000))

    def make(
        configuration,
        share,
        agreement="five",
        centre=None,
        which=folds.FOLDS,
        seed=0,
        precision="fp32",
        loss=0.5,
        by_count=None,
    ):
        dice, made = np.random.default_rng(next(thrown)), []
        for fold in which:
            recipe = recipes.recipe(configuration.recipe, agreement)
            run = runs.Run(
                *(configuration.network, configuration.start, None, agreement, fold, recipe),
                seed=seed,
                precision=precision,
            )
            test = folds.split(agreement, fold)[1][["image", "label"]].reset_index(drop=True)
            views = {}
            for view, part in (("centre", centre or share), ("oversampled", share)):
                correct = right_on(len(test), part, dice)
                for count, of_count in (by_count or {}).items():
                    some = (test["image"].map(EXACT) == count).to_numpy()
                    correct[some] = right_on(some.sum(), of_count, dice)
                views[view] = np.where((test["label"] == 1) == correct, 0.9, 0.1)
            place = written(
                folder / "results",
                run,
                {},
                predictions=test.assign(**views),
                curve=pd.DataFrame({"iteration": [1], "train_loss": [loss]}),
            )
            made.append(runs.Record.open(place))
        return made

    return make


def probes_in(folder):
    """Give what writes five folds of a probe: a share right a layer, the last layer first."""

    def make(
        configuration,
        shares,
        svm_shares=None,
        which=folds.FOLDS,
        tuned=True,
        names=None,
        alike=False,
    ):
        made, dice = [], np.random.default_rng(0)
        for fold in which:
            recipe = recipes.recipe(configuration.recipe, "five")
            run = runs.Run(configuration.network, configuration.start, None, "five", fold, recipe)
            network = run.key("f", "c") if tuned else f"{run.network}:{run.start}"
            layers = tuple(names or (f"layer{n}" for n in range(len(shares))))
            probe = Probe(network, "five", fold, layers)
            labels = probe.lists()[1]["label"].to_numpy()
            rows = []
            for kind, parts in (("svm", svm_shares or shares), ("softmax", shares)):
                dice = np.random.default_rng(fold) if alike else dice
                for name, share in zip(layers, parts, strict=True):
                    correct = right_on(len(labels), share, dice)
                    # The better of two costs on the test pictures is not the one of the inside.
                    for cost, inner, right in ((1.0, 0.9, correct), (2.0, 0.5, labels >= 0)):
                        said = "".join(map(str, np.where(right, labels, 1 - labels)))
                        rows.append((name, 2, kind, cost, cost, inner, said))
            columns = ["layer", "features", "classifier", "cost", "relative", "inner", "predicted"]
            frame = pd.DataFrame(rows, columns=columns)
            content = {"run": asdict(run) if tuned else None}
            place = written(folder / "probes", probe, content, layers=frame)
            made.append(ProbeRecord.open(place))
        return made

    return make


def studies_in(folder):
    """Give what writes studies whose sentiment map is better, by ROAD, than each of the others."""

    def make(configuration, better, which=folds.FOLDS):
        dice, made = np.random.default_rng(0), []
        for fold in which:
            run = runs.Run(
                configuration.network,
                configuration.start,
                "w",
                "five",
                fold,
                recipes.recipe(configuration.recipe, "five"),
            )
            test = folds.split("five", fold)[1][["image", "label"]].reset_index(drop=True)
            tables = []
            for name in measures.MAPS:
                columns = {
                    measures.column(curve, share): 0.5 + 0.01 * dice.standard_normal(len(test))
                    for curve, shares in measures.CURVES.items()
                    for share in shares
                }
                table = pd.DataFrame(columns).assign(map=name, **{"class": 1})
                for share in measures.CURVES["road-least"] if name == measures.MAP else ():
                    table[measures.column("road-least", share)] += better
                tables.append(pd.concat([test, table], axis=1))
            study = Study(str(configuration), "five", fold)
            content = {"run": asdict(run), "other": None, "at": [0.5]}
            odds = test[["image"]].assign(**{"0-0": 0.0})
            frames = {"measures": pd.concat(tables), "log_odds": odds}
            place = written(folder / "studies", study, content, **frames)
            made.append(StudyRecord.open(place))
        return made

    return make


def judged(name, records=(), probes=(), studies=()):
    return claims.judge(records, probes, studies, [CLAIMS[name]]).iloc[0]


def random(configuration):
    return replace(configuration, start="random")
