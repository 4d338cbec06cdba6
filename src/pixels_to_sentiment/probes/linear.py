"""Linear classifiers on features of which only the inner products are known.

The features of a layer are many (290,400 for conv1 of CaffeNet) and the pictures few. The weights
of a linear classifier that is penalised by their squared length are a combination of the training
pictures' features (representer theorem: Kimeldorf and Wahba 1971; Schölkopf, Herbrich and Smola
2001), so that inner products are all it takes to train it and to ask it. Nothing is approximated:
the classifiers are those of the features themselves.

Both classifiers have an intercept that is not penalised. So it does not matter where the origin
of the features lies, and it is put into the mean of the training pictures.
"""

import os
from collections.abc import Callable, Iterable, Sequence
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
# Parts into which a training list is cut for cross-validation: the published one is made of four
# test lists.
QUARTERS = 4
# Largest violation of the optimality conditions: of a margin of 1 (libsvm's own criterion), and of
# log-odds.
_SVM_TOLERANCE = 1e-3
_SOFTMAX_TOLERANCE = 1e-4
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


def centred(products: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Move the origin of the features into the mean of the training pictures."""
    means = products[:, train].mean(1)
    return products - means[:, None] - means + means[train].mean()


def svm(
    products: np.ndarray, labels: np.ndarray, costs: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Train support vector machines: hinge loss, by libsvm.

    They minimise ``w.w / 2 + cost * sum of max(0, 1 - s (w.x + b))``, s the label as -1 or 1.

    Parameters
    ----------
    products
        Inner products of the training pictures' features, float64 (n, n).
    labels
        0 or 1, both of them, (n,).
    costs
        Ascending.

    Returns
    -------
    dual : ndarray
        A classifier a row, float64 (len(costs), n): ``w`` is ``dual @ features``.
    intercepts : ndarray
        float64 (len(costs),).
    """
    dual, intercepts = np.zeros((len(costs), len(labels))), np.zeros(len(costs))
    for place, cost in enumerate(costs):
        if place and np.abs(dual[place - 1]).max() < costs[place - 1]:
            # No coefficient is kept down by its bound, so a higher bound changes nothing.
            dual[place:], intercepts[place:] = dual[place - 1], intercepts[place - 1]
            break
        machine = SVC(C=cost, kernel="precomputed", tol=_SVM_TOLERANCE).fit(products, labels)
        dual[place, machine.support_] = machine.dual_coef_[0]
        intercepts[place] = machine.intercept_[0]
    return dual, intercepts


def softmax(
    products: np.ndarray, labels: np.ndarray, costs: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Train softmax classifiers, that is logistic regression, by scikit-learn.

    They minimise ``w.w / 2 + cost * sum of -log p(label)``, with ``w.x + b`` the difference of
    the two logits. Penalising the weights of both logits gives the same classifier at half the
    cost, a step of the grid lower. Parameters and returns are those of `svm`.
    """
    # Coordinates in which the pictures have these inner products.
    squares, axes = eigh(products)
    squares = squares.clip(0)
    kept = squares >= 1e-12 * squares[-1]
    x = axes[:, kept] * np.sqrt(squares[kept])
    machine = LogisticRegression(
        solver="newton-cholesky", tol=1e-9, max_iter=_SOFTMAX_STEPS, warm_start=True
    )
    dual, intercepts = np.zeros((len(costs), len(labels))), np.zeros(len(costs))
    for place, cost in enumerate(costs):
        machine.set_params(C=cost).fit(x, labels)
        intercepts[place] = machine.intercept_[0]
        fitted = x @ machine.coef_[0]
        sure = fitted + intercepts[place]
        # What the optimum makes of them: the cost times what the probability lacks, in sum 0.
        dual[place] = cost * np.where(labels == 1, expit(-sure), -expit(sure))
        off = np.append(products @ dual[place] - fitted, dual[place].sum() / cost)
        if np.abs(off).max() > _SOFTMAX_TOLERANCE:
            raise ArithmeticError(f"no softmax classifier found at cost {cost}")
    return dual, intercepts


CLASSIFIERS: dict[str, Callable] = {"svm": svm, "softmax": softmax}


def powers(spread: float, lowest: int, highest: int) -> np.ndarray:
    """Costs for features of any scale: powers of two, ascending.

    `lowest` and `highest` are binary logarithms of cost times spread (the mean squared distance of
    the training pictures' features from their mean), the spread rounded to a power of two.
    """
    return 2.0 ** (np.arange(lowest, highest + 1) - np.round(np.log2(spread)))


def quarters(count: int) -> np.ndarray:
    """Cut a training list into contiguous parts for cross-validation: each picture's part, (n,).

    The parts of a published list are the four test lists that it is made of.
    """
    return np.arange(count) * QUARTERS // count


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
        Each training picture's part for cross-validation, as `quarters` gives it.
    grid
        Classifiers, of `CLASSIFIERS`, each with the range of its costs, as for `powers`.

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
    products = centred(products, train)
    costs = {name: powers(spread, *ends) for name, *ends in grid}
    held_out = [parts == part for part in np.unique(parts)]
    tasks = [(np.full(len(train), True), test), *((~part, train[part]) for part in held_out)]

    def predict(name: str, fit: np.ndarray, ask: np.ndarray) -> np.ndarray:
        return _predict(CLASSIFIERS[name], products, train[fit], ask, labels[fit], costs[name])

    # Many small systems: a thread for each is faster than all threads on one after the other.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = {name: [pool.submit(predict, name, *task) for task in tasks] for name in costs}
        made = {name: [one.result() for one in several] for name, several in waiting.items()}
    tables = []
    for name, (predicted, *checked) in made.items():
        right = [(p == labels[part]).mean(1) for p, part in zip(checked, held_out, strict=True)]
        columns = {
            "classifier": name,
            "cost": costs[name],
            "relative": costs[name] * spread,
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


def _predict(
    classifier: Callable,
    products: np.ndarray,
    fit: np.ndarray,
    ask: np.ndarray,
    labels: np.ndarray,
    costs: np.ndarray,
) -> np.ndarray:
    """Train at every cost and predict: int64 (len(costs), len(ask))."""
    if np.ptp(labels) == 0:
        return np.full((len(costs), len(ask)), labels[0])
    dual, intercepts = classifier(products[np.ix_(fit, fit)], labels, costs)
    values = dual @ products[np.ix_(fit, ask)] + intercepts[:, None]
    return (values > 0).astype(np.int64)
