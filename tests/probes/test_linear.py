"""Classifiers on inner products against scikit-learn's on the features themselves."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from pixels_to_sentiment.probes import linear

TRAIN, TEST = np.arange(80), np.arange(80, 120)


def draw(width, noise, seed=0):
    """Draw features (120, width), far from the origin, and labels that depend on some of them."""
    dice = np.random.default_rng(seed)
    x = dice.normal(size=(120, width)) * dice.uniform(0.1, 2, width) + dice.uniform(0, 5, width)
    truth = x[:, :3].sum(1) + noise * dice.normal(size=120)
    return x.astype(np.float32), (truth > np.quantile(truth, 0.35)).astype(int)


# More features than pictures, which separate the labels; and fewer, which do not.
DATA = {"wide": draw(500, 1.0), "narrow": draw(4, 2.0)}


@pytest.fixture(params=DATA)
def data(request):
    return DATA[request.param]


def products_of(x):
    x = x.astype(np.float64)
    return x @ x.T


# Inner products


@pytest.mark.parametrize("columns", [7, 9000])
def test_inner_products_are_added_up_in_float64(columns):
    """Differences that float32 products would lose are kept, whatever the columns at a time."""
    x = (1e4 + np.random.default_rng(0).normal(size=(9, 500))).astype(np.float32)
    found = linear.gram(x, columns)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, products_of(x), rtol=1e-14)
    assert np.abs(x @ x.T - products_of(x)).max() > 1e4 * np.abs(found - products_of(x)).max()


# The whole


def probed(x, labels, **options):
    parts = np.arange(80) // 20
    return linear.probe(products_of(x), TRAIN, TEST, labels[TRAIN], parts, **options)


ORACLES = {
    "svm": lambda cost: SVC(C=cost, kernel="linear"),
    "softmax": lambda cost: LogisticRegression(C=cost, tol=1e-10, max_iter=100_000),
}


@pytest.mark.parametrize(("name", "highest"), [("svm", 0), ("softmax", 8)])
def test_a_table_says_what_was_predicted(data, name, highest):
    """Test labels at the outer fit and accuracy inside the training list, as scikit-learn has it.

    Computed here with its linear classifiers on the features, part by part. Costs are powers of two
    around the scale of the features.
    """
    x, labels = data
    table = probed(x, labels, grid=[(name, -8, highest)])[::4]
    assert list(table) == ["classifier", "cost", "relative", "inner", "predicted"]
    x = x - x[TRAIN].mean(0)  # where scikit-learn finds the optimum faster
    spread = (x[TRAIN] ** 2).sum(1).mean()
    np.testing.assert_allclose(table["relative"], table["cost"] * spread, rtol=1e-5)
    assert (np.log2(table["cost"]) % 1 == 0).all()
    exponents = np.arange(-8, highest + 1, 4)
    assert (np.abs(np.log2(table["relative"]) - exponents) <= 0.5).all()
    for row in table.itertuples():
        machine = ORACLES[name](row.cost)
        whole = machine.fit(x[TRAIN], labels[TRAIN]).predict(x[TEST])
        assert row.predicted == "".join(map(str, whole))
        inner = []
        for part in np.split(TRAIN, 4):
            others = np.setdiff1d(TRAIN, part)
            machine.fit(x[others], labels[others])
            inner.append(machine.score(x[part], labels[part]))
        assert row.inner == pytest.approx(np.mean(inner))


@pytest.mark.filterwarnings("ignore:Newton solver did not converge")
def test_a_search_that_does_not_end_is_a_fault(monkeypatch):
    """Nobody is given a classifier that is not at its optimum."""
    monkeypatch.setattr(linear, "_SOFTMAX_STEPS", 1)
    with pytest.raises(ArithmeticError, match="no softmax classifier"):
        probed(*DATA["wide"], grid=[("softmax", 0, 0)])


def test_test_pictures_have_no_part_in_the_choice():
    """Others in their place leave costs and inner accuracies as they were; predictions change."""
    x, labels = DATA["wide"]
    other = x.copy()
    other[TEST] = draw(500, 1.0, seed=1)[0][TEST] + 3
    grid = [("svm", -4, 2), ("softmax", -4, 2)]
    one, two = (probed(some, labels, grid=grid) for some in (x, other))
    assert one.drop(columns="predicted").equals(two.drop(columns="predicted"))
    assert (one["predicted"] != two["predicted"]).any()
    assert one.groupby("classifier").size().to_dict() == {"svm": 7, "softmax": 7}
    assert all(some.is_monotonic_increasing for _, some in one.groupby("classifier")["cost"])


def test_features_that_are_all_the_same_give_the_larger_class():
    """There is no scale to place the costs at, and nothing to learn."""
    _, labels = DATA["narrow"]
    table = probed(
        np.full((120, 3), 7.0, np.float32), labels, grid=[("svm", -2, 0), ("softmax", 0, 0)]
    )
    larger = str(int(labels[TRAIN].mean() > 0.5))
    assert set(table["predicted"]) == {larger * 40}


def test_parts_with_one_class_predict_it():
    """As in the few pictures of a trial."""
    x, labels = DATA["narrow"]
    one = np.ones_like(labels)
    table = probed(x, one, grid=[("svm", 0, 0), ("softmax", 0, 0)])
    assert set(table["predicted"]) == {"1" * 40}
    assert (table["inner"] == 1).all()
