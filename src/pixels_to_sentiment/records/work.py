"""The one idea of recorded work: what decides it, its key, and its finished folder.

`Work` is all that decides a result but for pictures and code. With the fingerprints of these it
has a key, under which its finished folder lies, a `Finished`. It holds ``<kind>.json`` (what was
done, the training runs behind it, the key, the fingerprints of data and code),
``provenance.json`` (commit, hardware, versions, date and durations) and the tables of its kind.
The kinds are training runs (`runs`), probes of layers and studies of maps; `store` makes them,
whole or not at all, and records them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Self

from pixels_to_sentiment import places, provenance
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError, damage
from pixels_to_sentiment.records import fingerprints

if TYPE_CHECKING:
    import pandas as pd


class Work:
    """What decides a result, but for data and code: a kind is a frozen dataclass of its fields.

    Attributes
    ----------
    kind
        Names its description in the folder, and is hashed, so that no two kinds share a key.
    modules
        Those whose code decides the result, as for `fingerprints.of_modules`.
    behind
        Fields that name a training run by its key, or else a network as ``network:start``, each
        with what the description calls the run.
    agreement, fold
        Subset and test fold (1..5), those of the runs behind it.
    limit
        Use only so many pictures of a list, to try things, which is never recorded; ``None`` for
        all.
    """

    kind: ClassVar[str]
    modules: ClassVar[tuple[str, ...]]
    behind: ClassVar[dict[str, str]] = {}
    agreement: str
    fold: int
    limit: int | None

    def decisive(self) -> dict:
        """Give what decides the result, by name."""
        return asdict(self)

    def key(self, data: str, code: str | None = None) -> str:
        """Hash what decides the result, and data and code (16 hex digits), to name its folder.

        `data` and `code` are fingerprints; without one the code is that at hand.
        """
        content = {self.kind: self.decisive(), "data": data, "code": code or self.fingerprint()}
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @classmethod
    def fingerprint(cls) -> str:
        """Fingerprint of the code that decides the result (12 hex digits)."""
        return fingerprints.same_as(fingerprints.of_modules(cls.modules))

    @classmethod
    def read(cls, fields: dict) -> Self:
        """Make the work of what a finished folder says of it."""
        return cls(**fields)

    def deviation(self) -> str | None:
        """Say in what it is not the full protocol, ``None`` if in nothing."""
        return None if self.limit is None else "from a few pictures"

    def lists(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give the pictures to train and to test on, as `folds.split` does, up to the limit."""
        train, test = folds.split(self.agreement, self.fold)
        return train.head(self.limit), test.head(self.limit)

    def keys_behind(self) -> dict[str, str]:
        """Give the keys of the training runs behind it, by what the description calls them."""
        named = {name: getattr(self, field) for field, name in self.behind.items()}
        return {name: key for name, key in named.items() if key and ":" not in key}


def _damage(path: Path) -> AbstractContextManager:
    return damage(path, f"restore it, or delete {path.parent} and run again")


def _require_in_use(folder: Path, source: str) -> None:
    """Refuse what was made from another data set than that in use; the stand-in is of any."""
    own = places.dataset()
    if source not in ("stand-in", own.name if own else "photographs"):
        of, cure = f"the data set {source}", f"give --data {source}, or set {places.DATA} to it"
        if source == "photographs":
            of, cure = "the article's photographs", f"leave out --data, or unset {places.DATA}"
        raise UserError(f"{folder} is of {of}: {cure}.")


def _read(path: Path) -> object:
    """Read JSON, its lists as tuples, of which work is made."""
    with places.reading(path) as stream:
        return _tuples(json.loads(stream.read().decode()))


def _tuples(value: object) -> object:
    if isinstance(value, dict):
        return {name: _tuples(one) for name, one in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


# Bytes of the first line of a table; for columns of one name pandas takes their number squared.
_LONGEST = 20_000
# What every provenance tells, and of which type.
_TOLD = {"commit": str, "dirty": bool, "began": str, "seconds": (int, float), "hardware": dict}


@dataclass(frozen=True)
class Finished:
    """Finished work in its folder; a kind says which it is, its files and its words.

    `data` has ``source`` and ``fingerprint`` of the pictures, `code` is the fingerprint of the code
    that made it.
    """

    folder: Path
    work: Work
    key: str
    data: dict
    code: str

    of: ClassVar[type[Work]]
    # Tables of its folder, what reads each, and what of it is not part of a recorded result.
    files: ClassVar[tuple[str, ...]]
    readers: ClassVar[tuple[str, ...]] = ()
    unrecorded: ClassVar[tuple[str, ...]] = ()
    one: ClassVar[str]
    several: ClassVar[str]
    # What stands for the recipe of a network that was not trained.
    untrained: ClassVar[str] = ""
    # The training run behind it, if there is one.
    run = None

    @classmethod
    def marker(cls) -> str:
        """Name of the description, which every finished folder of the kind holds."""
        return f"{cls.of.kind}.json"

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a finished folder; raise a `UserError` that names it if it is none of the kind.

        So is one of another data set than that in use, whose lists are other ones.
        """
        if not folder.is_dir():
            raise UserError(f"There is no finished {cls.one} {folder.name!r} in {folder.parent}.")
        marker = folder / cls.marker()
        if not marker.exists():
            raise UserError(
                f"{folder} is not the folder of a finished {cls.one}, which has a {marker.name}: "
                "name another one, and delete this one only if you know what it holds."
            )
        with _damage(marker):
            content = _read(marker)
            work = cls.of.read(content[cls.of.kind])
            told = {name: content[name] for name in ("key", "data", "code")}
            if work.key(told["data"]["fingerprint"], told["code"]) != told["key"]:
                raise ValueError("what it says is not what was written: its key is another's")
            _require_in_use(folder, told["data"]["source"])
            made = cls(folder, work, **told, **cls._more(content))
        for name in ("provenance.json", *made.tables()):
            with _damage(folder / name):
                (folder / name).stat()
        return made

    @classmethod
    def _more(cls, content: dict) -> dict:
        """Give the fields of the kind, from the description."""
        return {}

    @classmethod
    def open_key(cls, root: Path, key: str) -> Self:
        """Open a finished folder that lies under its key; a copy under another name is refused."""
        made = cls.open(root / key)
        if made.key != key:
            raise UserError(f"{made.folder} holds {cls.one} {made.key}: give it that name again.")
        return made

    @classmethod
    def recorded(
        cls, results: Path | None = None, damaged: Callable[[UserError], None] | None = None
    ) -> list[Self]:
        """Open all finished work of the kind in a folder, in the order of the keys.

        The folder, by default that of the recorded results, need not be there. `damaged` is called
        with the sentence of each that cannot be opened or scored; without it the first that cannot
        be opened is raised.
        """
        root, found = results or places.results(), []
        with damage(root, "name another folder"):
            names = sorted(os.listdir(root)) if os.path.lexists(root) else []
        for name in names:
            if name.startswith(".") or not os.path.lexists(root / name / cls.marker()):
                continue
            try:
                one = cls.open_key(root, name)
                _ = damaged and one.scores()
                found.append(one)
            except UserError as fault:
                if damaged is None:
                    raise
                damaged(fault)
        return found

    def tables(self) -> tuple[str, ...]:
        """Name the tables that its folder has to hold."""
        return self.files

    @contextmanager
    def reading(self, name: str) -> Iterator[BinaryIO]:
        """Open one of its files; what is wrong with it becomes a sentence that names it.

        It is noted that the result was opened, for `provenance.taken`.
        """
        provenance.opened(self.key)
        with _damage(self.folder / name), places.reading(self.folder / name) as stream:
            if len(stream.readline(_LONGEST)) == _LONGEST:
                raise ValueError(f"its first line has {_LONGEST:,} bytes or more")
            stream.seek(0)
            yield stream

    def contents(self, without: Iterable[str] = ()) -> dict[str, bytes]:
        """Give the files of its folder by name, to be kept elsewhere, but for some."""
        paths = sorted(self.folder.iterdir())
        return {one.name: one.read_bytes() for one in paths if one.name not in without}

    def check(self) -> None:
        """Refuse a folder with a damaged file, or one that is not of the published folds."""
        self.provenance()
        for read in self.readers:
            getattr(self, read)()

    def provenance(self) -> dict:
        """Give commit, hardware, versions, date and durations."""
        path = self.folder / "provenance.json"
        with _damage(path):
            made = _read(path)
            for name, kind in _TOLD.items():
                if not isinstance(made[name], kind):
                    raise ValueError(f"its {name} is {made[name]!r}")
        return made

    @property
    def photographed(self) -> bool:
        """Whether it was made from the pictures of the data set in use, and not the stand-in."""
        own = places.dataset()
        return self.data["source"] == (own.name if own else "photographs")

    @property
    def configuration(self) -> tuple[str, str, str]:
        """Network, start and recipe, or `untrained` in place of a recipe."""
        if self.run is not None:
            return self.run.network, self.run.start, self.run.recipe.name
        network, _, start = getattr(self.work, next(iter(self.work.behind))).partition(":")
        return network, start, self.untrained

    def scores(self) -> dict[str, float]:
        """Give its accuracies by view, as in `scores.VIEWS`; only a run has them."""
        return {}

    @property
    def home(self) -> Path:
        """Folder in which it is recorded, which is another one within a training list."""
        inner = getattr(self.work, "inner", None)
        return places.results() if inner is None else places.choices()

    def deviation(self) -> str | None:
        """Say in what it is not the full protocol on the photographs, ``None`` if in nothing.

        A run within its training list is recorded apart, but nothing is that its network made.
        """
        if found := self.work.deviation() or (self.run and self.run.deviation()):
            return found
        if self.run not in (None, self.work) and self.run.inner is not None:
            return "within the training list"
        generated = not (self.photographed or self._may_be_generated())
        return "from the stand-in" if generated else None

    def _may_be_generated(self) -> bool:
        """Whether the stand-in counts for it, too."""
        return False

    def identity(self) -> tuple:
        """Tell what was done; the keys of training runs change with code, the runs do not."""
        names = self.work.behind
        runs = [getattr(self, name) for name in names.values()]
        keyless = {field: "" for field, run in zip(names, runs, strict=True) if run is not None}
        return replace(self.work, **keyless), *runs, self.data["source"]


def published(results: Path) -> list[Path]:
    """List the tables and descriptions in a folder of finished work, and neither weights nor more.

    What is hidden is unfinished, or a system's own.
    """
    found = results.glob("[!.]*/[!.]*")
    return sorted(one for one in found if one.suffix in (".csv", ".json") and one.is_file())
