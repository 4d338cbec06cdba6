"""Linear classifiers on features of which only the inner products are known.

The features of a layer are many (290,400 for conv1 of CaffeNet) and the pictures few. The weights
of a linear classifier that is penalised by their squared length are a combination of the training
pictures' features (representer theorem: Kimeldorf and Wahba 1971; Schölkopf, Herbrich and Smola
2001), so that inner products are all it takes to train it and to ask it. Nothing is approximated:
the classifiers are those of the features themselves.

``svm``
    Minimises ``w.w / 2 + cost * sum of max(0, 1 - s (w.x + b))``, s the label as -1 or 1, by
    libsvm.
``softmax``
    Minimises ``w.w / 2 + cost * sum of -log p(label)``, with ``w.x + b`` the difference of the two
    logits, that is logistic regression, by scikit-learn. Penalising the weights of both logits
    gives the same classifier at half the cost, a step of the grid lower.

The intercept b is not penalised. So it does not matter where the origin of the features lies, and
it is put into the mean of the training pictures.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from scipy.linalg import eigh
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

# Classifiers with their lowest and highest cost, as binary logarithms of the cost times the mean
# squared distance of the training pictures from their mean. A product below one over the number of
# pictures (1,012 at most) leaves no weights to speak of, whatever the features. From some product
# on a support vector machine stays as it is where the features separate the classes; where they
# are two and do not, libsvm takes minutes for a cost above 2 to the 8.
GRID = (("svm", -10, 6), ("softmax", -10, 10))
# Largest violation of a margin of 1, libsvm's own criterion.
_SVM_TOLERANCE = 1e-3
# Largest mean gradient of the softmax loss, of features with a spread of 1.
_SOFTMAX_TOLERANCE = 1e-6
_SOFTMAX_STEPS = 100


def gram(features: np.ndarray, columns: int = 4096) -> np.ndarray:
    """Compute the inner products of all rows, float64 (n, n), some columns at a time.

    Those of two halves of the features add up to that of the whole.
    """
    products = np.zeros((len(features),) * 2)
    for start in range(0, features.shape[1], columns):
        some = features[:, start : start + columns].astype(np.float64)
        products += some @ some.T
    return products


def _svm(
    products: np.ndarray, fit: np.ndarray, ask: np.ndarray, labels: np.ndarray, costs: np.ndarray
) -> list[np.ndarray]:
    """Train on some pictures at every cost, ascending, and predict others (positions): 0 or 1."""
    known, asked = products[np.ix_(fit, fit)], products[np.ix_(ask, fit)]
    machine, predicted = SVC(kernel="precomputed", tol=_SVM_TOLERANCE), []
    for cost in costs:
        # Where no coefficient is kept down by its bound, a higher bound changes nothing.
        if predicted and np.abs(machine.dual_coef_).max() < machine.C:
            predicted.append(predicted[-1])
        else:
            predicted.append(machine.set_params(C=cost).fit(known, labels).predict(asked))
    return predicted


def _softmax(
    x: np.ndarray, fit: np.ndarray, ask: np.ndarray, labels: np.ndarray, costs: np.ndarray
) -> list[np.ndarray]:
    """As `_svm`, of coordinates; each starts from the one before."""
    known, asked = x[fit], x[ask]
    machine = LogisticRegression(
        solver="newton-cholesky", tol=1e-9, max_iter=_SOFTMAX_STEPS, warm_start=True
    )
    predicted = []
    for cost in costs:
        weights = machine.set_params(C=cost).fit(known, labels).coef_[0]
        lacking = labels - expit(known @ weights + machine.intercept_[0])
        gradient = np.append(weights / cost - lacking @ known, lacking.sum()) / len(fit)
        if np.abs(gradient).max() > _SOFTMAX_TOLERANCE:
            raise ArithmeticError(f"no softmax classifier found in {_SOFTMAX_STEPS} steps")
        predicted.append(machine.predict(asked))
    return predicted


CLASSIFIERS = {"svm": _svm, "softmax": _softmax}


def probe(
    products: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    labels: np.ndarray,
    parts: np.ndarray,
    grid: Iterable[tuple[str, int, int]] = GRID,
) -> pd.DataFrame:
    """Train the classifiers on a layer's features at every cost, and predict.

    Parameters
    ----------
    products
        Inner products of the features of all pictures, float64 (n, n).
    train, test
        Positions of the training and of the test pictures, in the order of their lists.
    labels
        0 or 1 of the training pictures; those of the test pictures are not asked for.
    parts
        Each training picture's part for cross-validation.
    grid
        Classifiers, each with the range of its costs, as for `GRID`. Costs are powers of two.

    Returns
    -------
    DataFrame
        A classifier and cost a row, the costs ascending: ``classifier``; ``cost``; ``relative``,
        the cost times the mean squared distance of the training pictures from their mean;
        ``inner``, the mean accuracy over the parts of the training list, each predicted by what
        was trained on the others; and ``predicted``, ``0`` or ``1`` for each test
        picture, as one string.
    """
    spread = _spread(products, train)
    means = products[:, train].mean(1)
    products = products - means[:, None] - means + means[train].mean()
    # Coordinates in which the pictures have these inner products, and a spread of 1.
    squares, axes = eigh(products / spread)
    squares = squares.clip(0)
    kept = squares >= 1e-12 * squares[-1]
    given = {"svm": (products, 1.0), "softmax": (axes[:, kept] * np.sqrt(squares[kept]), spread)}
    held_out = [parts == part for part in np.unique(parts)]
    tasks = [(np.full(len(train), True), test), *((~part, train[part]) for part in held_out)]
    tables = []
    # Many small systems: a thread for each is faster than all threads on one after the other.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, lowest, highest in grid:
            costs = 2.0 ** (np.arange(lowest, highest + 1) - np.round(np.log2(spread)))

            def predict(task: tuple, name: str = name, costs: np.ndarray = costs) -> np.ndarray:
                (fit, ask), (known, unit) = task, given[name]
                if np.ptp(labels[fit]) == 0:
                    return np.full((len(costs), len(ask)), labels[fit][0])
                classify = CLASSIFIERS[name]
                return np.array(classify(known, train[fit], ask, labels[fit], costs * unit))

            predicted, *checked = pool.map(predict, tasks)
            right = [(p == labels[part]).mean(1) for p, part in zip(checked, held_out, strict=True)]
            columns = {
                "classifier": name,
                "cost": costs,
                "relative": costs * spread,
                "inner": np.mean(right, axis=0),
                "predicted": ["".join(map(str, row)) for row in predicted],
            }
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def _spread(products: np.ndarray, train: np.ndarray) -> float:
    """Mean squared distance from the mean; 1 where all features are the same and none matters."""
    block = products[np.ix_(train, train)]
    squares = block.diagonal().mean()
    spread = squares - block.mean()
    return spread if spread > 1e-12 * squares else 1.0
