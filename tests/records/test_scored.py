"""Scores as plain rows: those of the table, counted without pandas."""

from pathlib import Path

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import experiments, scored, store

RESULTS = Path(__file__).parents[2] / "book" / "results"


def test_rows_are_those_of_the_table():
    """Of all that is recorded, value for value to ten digits."""
    records = store.recorded(RESULTS)
    rows, table = scored.rows(records), experiments.table(records)
    assert len(rows) > 20
    assert [list(row) for row in rows] == [list(table)] * len(table)
    for row, expected in zip(rows, table.to_dict("records"), strict=True):
        listed = {name: ", ".join(map(str, row[name])) for name in ("seeds", "keys", "folds")}
        assert row | listed == pytest.approx(expected, abs=1e-10, nan_ok=True)


def test_one_fold_has_no_deviation(made):
    centre, oversampled = scored.rows([made()])
    assert (centre["std"], centre["n"], oversampled["folds"]) == (None, 1, [1])
    assert scored.rows([]) == []


@pytest.mark.parametrize("content", ["", "image,label\n", "label,centre,oversampled\n1,x,0.5\n"])
def test_predictions_that_cannot_be_read_are_named(made, content):
    record = made()
    (record.folder / "predictions.csv").write_text(content)
    with pytest.raises(UserError, match=r"predictions.csv is damaged .*: restore it, or"):
        scored.rows([record])
