"""Which studies a set of training runs asks for, and what is said of one."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.studies import plans
from pixels_to_sentiment.studies.records import Study, StudyRecord
from toy_studies import FITTED, MAPPED_RUN, measured, written

pytestmark = pytest.mark.usefixtures("any_pictures")


def finished(**changes):
    run = replace(MAPPED_RUN, **changes)
    return SimpleNamespace(run=run, key=run.key("made-up"))


def test_every_configuration_and_fold_is_mapped_once():
    """By the first seed, held against the second; what has one seed is held against nothing."""
    one, other = finished(fold=2), finished(fold=2, seed=1)
    alone, coarse = finished(fold=3), finished(fold=2, precision="bf16")
    found = plans.planned([one, coarse, alone, other, finished(fold=2, seed=2)])
    assert found == [
        Study(one.key, "five", 2, other=other.key, labels=True),
        Study(coarse.key, "five", 2, labels=True),
        Study(alone.key, "five", 3, labels=True),
    ]
    # It would map pictures that such a run is not to see.
    assert plans.planned([finished(inner=3)]) == []


def test_shuffled_labels_are_taught_on_every_fold_of_a_whole_study():
    """They cost a training: not for trying things, nor where layers settle or batches are split."""
    runs = [finished(fold=fold) for fold in folds.FOLDS]
    assert all(one.labels for one in plans.planned(runs))
    tried = plans.planned(runs, limit=3)
    assert not any(one.labels for one in tried)
    assert {one.limit for one in tried} == {3}
    for change in ({"settling": 60}, {"iter_size": 8}):
        longer = finished(recipe=replace(MAPPED_RUN.recipe, **change))
        assert not plans.planned([longer])[0].labels


@pytest.mark.parametrize("run", [None, MAPPED_RUN])
def test_a_study_is_named_and_scored_in_a_line(tmp_path, run):
    """With its key, its network, the pictures, and ROAD of three maps."""
    table = measured(["a.jpg", "b.jpg"], [0, 1])
    for name, gap in (("map", 0.25), ("grad-cam", 0.125), ("random", -0.0625)):
        rows = table["map"] == name
        for share in (0.2, 0.4, 0.6, 0.8):
            table.loc[rows, f"road-most@{share}"] = 0.5
            table.loc[rows, f"road-least@{share}"] = 0.5 + gap
    study = replace(FITTED, fold=4, run=FITTED.run if run is None else "key-of-run")
    folder = written(tmp_path / "0123", study, table, run=run, source="stand-in")
    title = "squeezenet1_1:random" if run is None else "squeezenet1_1:random:tiny"
    record = StudyRecord.open(folder)
    assert plans.in_words(record) == (
        f"{record.key} {title} five fold 4, stand-in: ROAD 0.250 (Grad-CAM 0.125, random -0.062)"
    )
