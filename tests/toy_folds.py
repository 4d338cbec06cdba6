"""A table of folds small enough to follow by hand, for tests."""

import pandas as pd


def small_table():
    """Five pictures, one a fold; the last is in five agree's folds in another place."""
    rows = {
        "image": [f"{letter}.jpg" for letter in "abcde"],
        "label": [0, 1, 1, 0, 1],
        "five_fold": [1, 2, 3, 4, 5],
        "five_rank": [0] * 5,
        "four_fold": [2, 1, 3, 4, 5],
        "four_rank": [0] * 5,
        "three_fold": [1, 2, 3, 4, 5],
        "three_rank": [0] * 5,
    }
    return pd.DataFrame(rows)
