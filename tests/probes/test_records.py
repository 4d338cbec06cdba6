"""Probes: what one is of, and what a finished one says."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.probes import linear, records
from pixels_to_sentiment.probes.records import Probe, ProbeRecord
from toy_probes import PROBE, written
from toy_runs import RUN

pytestmark = pytest.mark.usefixtures("isolated")


def test_a_probe_of_a_run_is_on_its_fold(finished):
    """Subset, fold and network are the run's; all its layers, both classifiers, the whole grid."""
    probe = Probe.of_run(finished)
    assert probe == Probe(finished.key, "five", 1, ("logits", "penultimate"), linear.GRID)
    few = Probe.of_run(finished, layers=("logits",), limit=4, grid=PROBE.grid)
    assert few == replace(probe, layers=("logits",), limit=4, grid=PROBE.grid)


def test_accuracies_follow_from_the_predictions(tmp_path):
    """By the labels of the published test list; predictions keep their leading zeros."""
    labels = PROBE.lists()[1]["label"].to_numpy()
    wrong = np.array([1 - labels[0], *labels[1:]])
    predicted = ["".join(map(str, row)) for row in (0 * labels, labels, wrong)]
    probe = replace(PROBE, layers=("logits",))
    record = ProbeRecord.open(written(tmp_path / "key", probe, predicted))
    assert record.table()["predicted"].to_list() == predicted
    table = record.accuracies()
    assert table["accuracy"].to_list() == [np.mean(labels == 0), 1, 0.75]
    row = table.iloc[0]
    names = ["timm/test_efficientnet", "random", "frozen", "fp32", "five"]
    assert row[records.CONFIGURATION].to_list() == names
    assert (row["fold"], row["seed"], row["key"], row["pictures"]) == (1, 0, record.key, 4)
    assert table["cost"].to_list() == [1, 2, 4]
    # Of a run they are the run's.
    run = replace(RUN, seed=7, precision="bf16")
    folder = written(tmp_path / "run", replace(probe, network="abc"), ["0101"], run=asdict(run))
    row = ProbeRecord.open(folder).accuracies().iloc[0]
    names = [run.network, run.start, "tiny", "bf16", "five"]
    assert row[[*records.CONFIGURATION, "seed"]].to_list() == [*names, 7]


@pytest.mark.parametrize("predicted", ["101", "01012", "010x", ""])
def test_a_table_that_does_not_predict_each_picture_is_named(tmp_path, predicted):
    """Such as one from which somebody's spreadsheet took the zeros."""
    probe = replace(PROBE, layers=("logits",))
    opened = ProbeRecord.open(written(tmp_path / "key", probe, ["0000", predicted]))
    for reader in (opened.accuracies, opened.check):
        with pytest.raises(UserError, match=rf"layers\.csv .*delete {tmp_path / 'key'} and run"):
            reader()


def test_a_table_without_some_layers_is_named(tmp_path):
    """As one that was cut off between two lines."""
    opened = ProbeRecord.open(written(tmp_path / "key", PROBE, ["0000"]))
    with pytest.raises(UserError, match=r"layers\.csv is damaged .its layers are not those"):
        opened.table()
