"""Training runs: what decides one, its key, and what a finished one left behind.

A run is one network, from one start, on one fold, with one recipe and one seed. Its folder holds

``run.json``
    What was run, the key, the fingerprints of data and code.
``provenance.json``
    Commit, hardware, versions, date and durations.
``curve.csv``
    The learning curve, as `loop.train` gives it.
``predictions.csv``
    ``image``, ``label`` and the probability of positive from the centre crop (``centre``) and from
    ten crops (``oversampled``), for each picture of the test fold.
``weights.safetensors``
    The trained parameters. Not part of a recorded result.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import folders, provenance
from pixels_to_sentiment.training.recipes import Recipe

if TYPE_CHECKING:
    import pandas as pd

    from pixels_to_sentiment.networks.network import Network

WEIGHTS = "weights.safetensors"
EQUAL_CODE = Path(__file__).with_name("equal_code.csv")
_TABLES = ("provenance.json", "curve.csv", "predictions.csv")
# Ends the name of a recipe of which only some iterations or smaller batches are run.
SHORTENED = "-shortened"
_CODE = (
    *("networks/architectures", "networks/caffenet", "networks/declared", "networks/factory"),
    *("networks/network", "networks/weights", "data/pictures"),
    *("training/loop", "training/prediction", "training/recipes"),
)


@dataclass(frozen=True)
class Run:
    """What decides the result of a training run, but for data and code.

    Attributes
    ----------
    network, start
        As for `factory.create`.
    weights
        Declared file that the start is read from, ``None`` if it needs none.
    agreement, fold
        Subset and test fold (1..5).
    recipe
        The recipe in full.
    seed
        Of the fillers, the order, the crops and dropout.
    precision
        One of `recipes.PRECISIONS`. Prediction is always in fp32.
    limit
        Use only so many pictures of the training and of the test list; ``None`` for all. A run
        with a limit is for trying things and is never recorded.
    inner
        Stay within the training list: its pictures that lie in this other fold are tested on, and
        trained on are the rest. For choosing by; ``None`` tests on the test list.
    """

    network: str
    start: str
    weights: str | None
    agreement: str
    fold: int
    recipe: Recipe
    seed: int = 0
    precision: str = "fp32"
    limit: int | None = None
    inner: int | None = None

    def key(self, fingerprint: str) -> str:
        """Name of the run: a hash of all that decides its result (16 hex digits).

        Parameters
        ----------
        fingerprint
            Of the pictures.
        """
        work = asdict(self) | {"recipe": self.recipe.decisive()}
        if self.inner is None:  # as it was before a run could stay within the training list
            del work["inner"]
        return folders.key("run", work, fingerprint, code_fingerprint())

    def lists(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give the pictures to train and to test on, as `folds.split` does, before any limit."""
        train, test = folds.split(self.agreement, self.fold)
        if self.inner is None:
            return train, test
        held = train["fold"] == self.inner
        return train[~held].reset_index(drop=True), train[held].reset_index(drop=True)

    @classmethod
    def read(cls, fields: dict) -> Run:
        """Make a run of what a finished one's folder says of it."""
        recipe = {k: tuple(v) if isinstance(v, list) else v for k, v in fields["recipe"].items()}
        return cls(**fields | {"recipe": Recipe(**recipe)})


@dataclass(frozen=True)
class Record:
    """A finished run in its folder."""

    folder: Path
    run: Run
    key: str
    data: dict
    code: str

    @classmethod
    def open(cls, folder: Path) -> Record:
        """Open a run's folder.

        Raises
        ------
        UserError
            If there is no such folder, or it is not that of a finished run.
        """
        words = {"absent": "There is no finished run", "kind": "a finished run"}
        with folders.described(folder, "run.json", _TABLES, **words) as content:
            run = Run.read(content["run"])
            return cls(folder, run, content["key"], content["data"], content["code"])

    def predictions(self) -> pd.DataFrame:
        """Give the test pictures: ``image``, ``label``, ``centre``, ``oversampled``."""
        import pandas as pd

        provenance.opened(self.key)
        return pd.read_csv(self.folder / "predictions.csv")

    def curve(self) -> pd.DataFrame:
        """Give the learning curve, as `loop.train` does."""
        import pandas as pd

        provenance.opened(self.key)
        return pd.read_csv(self.folder / "curve.csv")

    def provenance(self) -> dict:
        """Give commit, hardware, versions, date and durations."""
        return json.loads((self.folder / "provenance.json").read_text())

    def restore(self) -> Network:
        """Build the trained network.

        Raises
        ------
        UserError
            If the folder holds no weights, as those of recorded results do not, or they are
            damaged.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from pixels_to_sentiment.networks import factory

        path = self.folder / WEIGHTS
        if not path.is_file():
            raise UserError(f"{self.folder} holds no weights: run it again to have them.")
        run = self.run
        network = factory.blank(run.network, start=run.start, seed=run.seed)
        try:
            network.body.load_state_dict(load_file(path))
        except (SafetensorError, OSError, RuntimeError) as fault:
            reason = " ".join(str(fault).split())  # torch names each parameter in a line
            raise UserError(
                f"{path} does not hold the run's weights ({reason}): delete {self.folder} and run "
                "again."
            ) from fault
        return network.eval()


@cache
def code_fingerprint() -> str:
    """Hash of the code that decides a run's result, as `same_as` of `fingerprint_of` gives it.

    Returns
    -------
    str
        12 hex digits.
    """
    return same_as(fingerprint_of(_CODE))


def same_as(code: str) -> str:
    """Give the fingerprint of the first code that was shown to have the results of this one.

    ``equal_code.csv`` lists which were, and by comparison with which commit;
    ``.ci/same_results.py`` compares. Without a row there a code equals itself alone.
    """
    import pandas as pd

    table = pd.read_csv(EQUAL_CODE, dtype=str).set_index("code")["same_as"]
    return table.get(code, code)


def fingerprint_of(modules: Iterable[str]) -> str:
    """Hash the code of some modules; comments, docstrings, layout and imports do not count.

    A module that moves changes what others import and no result. The same code has the same hash
    on every version of Python.

    Parameters
    ----------
    modules
        Files below the package, without extension, as in ``training/loop``.

    Returns
    -------
    str
        12 hex digits.
    """
    digest = hashlib.sha256()
    for name in modules:
        tree = ast.parse((Path(__file__).parents[1] / f"{name}.py").read_text())
        tree.body = [one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
                first = node.body[0]
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    node.body = node.body[1:]
        digest.update(_dump(tree).encode())
    return digest.hexdigest()[:12]


def _dump(node: object) -> str:
    """Write a syntax tree the same on every Python, which `ast.dump` does not.

    A version's new fields are empty where the code does not use them, and empty fields are left
    out.
    """
    if isinstance(node, list):
        return f"[{', '.join(map(_dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [
        f"{name}={_dump(value)}"
        for name, value in ast.iter_fields(node)
        if value is not None and value != []
    ]
    return f"{type(node).__name__}({', '.join(fields)})"
