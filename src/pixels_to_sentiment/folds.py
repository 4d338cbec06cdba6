"""The published folds as data frames, the 30 published lists, and an audit of both.

The authors cut each agreement subset of the DeepSent photographs (You et al., AAAI 2015) into
five folds and released them as text lists. ``ground_truth/published_folds.csv`` holds the same
facts as one tidy table, from which the lists are written again byte for byte.
"""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path, PurePosixPath

import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError

AGREEMENTS: tuple[str, ...] = ("five", "four", "three")
"""The subsets, strictest first; each complete list contains the one before it."""

FOLDS: tuple[int, ...] = (1, 2, 3, 4, 5)

COLUMNS: tuple[str, ...] = (
    "image",
    "label",
    *(f"{agreement}_{part}" for agreement in AGREEMENTS for part in ("fold", "rank")),
)
"""Columns of the table of published folds."""

_LARGEST_LIST = 1 << 20  # bytes; the longest complete list has 64,864


@dataclass(frozen=True)
class Subset:
    """The photographs whose label at least ``annotators`` of the five workers chose.

    Attributes
    ----------
    annotators
        Fewest workers, of five, who gave the label.
    listed
        Lines of the complete list, before the remainder of the cut into five was dropped.
    """

    annotators: int
    listed: int


SUBSETS: dict[str, Subset] = {
    "five": Subset(annotators=5, listed=882),
    "four": Subset(annotators=4, listed=1116),
    "three": Subset(annotators=3, listed=1269),
}


def load(path: Path | None = None) -> pd.DataFrame:
    """Read the table of published folds and check it.

    Parameters
    ----------
    path
        Another table in the same form; the published one by default.

    Returns
    -------
    DataFrame
        One row a photograph: ``image`` (file name), ``label`` (int64, 0 negative, 1 positive)
        and for each subset ``*_fold`` (Int64, 1 to 5) and ``*_rank`` (Int64, line of the fold's
        test list counted from 0); both are ``<NA>`` where the subset's folds lack the picture.

    Raises
    ------
    UserError
        When the file cannot be read or is not such a table.
    """
    path = places.ground_truth() / "published_folds.csv" if path is None else Path(path)
    kinds = {column: "Int64" for column in COLUMNS} | {"image": "str"}
    try:
        table = pd.read_csv(path, dtype=kinds)
        problem = _problem(table)
    except (OSError, ValueError, TypeError) as error:
        problem = f"cannot be read as the table of folds ({_flat(error)})"
    if problem:
        raise UserError(f"{path} {problem}; restore it from ground_truth/ of the repository.")
    return table[list(COLUMNS)].astype({"label": "int64"})


def _flat(error: Exception) -> str:
    return " ".join(str(error).split())  # pandas ends some messages with a line feed


def _problem(table: pd.DataFrame) -> str | None:
    if missing := [column for column in COLUMNS if column not in table]:
        return f"lacks the columns {', '.join(missing)}"
    # A blank would break the lines "name label"; a slash would lead out of the pictures' folder.
    if not table["image"].str.fullmatch(r"[^\s/\\]+").eq(True).all():
        return "has a picture without a plain file name"
    if table["image"].duplicated().any():
        return f"names {table.loc[table['image'].duplicated(), 'image'].iloc[0]} twice"
    if not table["label"].isin([0, 1]).all():
        return "has a label that is neither 0 nor 1"
    return next(filter(None, (_fold_problem(table, agreement) for agreement in AGREEMENTS)), None)


def _fold_problem(table: pd.DataFrame, agreement: str) -> str | None:
    fold, rank = table[f"{agreement}_fold"], table[f"{agreement}_rank"]
    if not fold.isna().equals(rank.isna()):
        return f"has a picture with only one of {agreement}_fold and {agreement}_rank"
    ranks = rank.dropna().groupby(fold.dropna()).agg(sorted)
    if tuple(ranks.index) != FOLDS:
        return f"has not exactly the folds 1 to 5 in {agreement}_fold"
    # The authors cut five equal slices, so a lost line shows as a gap or as a shorter fold.
    expected = list(range(fold.count() // len(FOLDS)))
    if wrong := [number for number in FOLDS if ranks[number] != expected]:
        return f"has {agreement}_rank not running 0, 1, 2, ... over equal folds (fold {wrong[0]})"
    return None


def subset(agreement: str, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Photographs in the folds of one subset: ``image``, ``label``, ``fold``, ``rank``.

    Sorted by fold (1 to 5), then rank (from 0). Raises ``UserError`` for an unknown subset.
    """
    if agreement not in AGREEMENTS:
        raise UserError(f"There is no subset {agreement!r}; use one of {', '.join(AGREEMENTS)}.")
    table = load() if table is None else table
    columns = {f"{agreement}_{part}": part for part in ("fold", "rank")}
    chosen = table[["image", "label", *columns]].rename(columns=columns).dropna()
    chosen = chosen.astype({"fold": "int64", "rank": "int64"})
    return chosen.sort_values(["fold", "rank"], ignore_index=True)


def split(
    agreement: str, fold: int, table: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test photographs of one fold, in the published order.

    The training list is the test lists of the other four folds, one after the other.

    Returns
    -------
    train, test : DataFrame
        Columns ``image``, ``label``, ``fold`` (whose test list the picture is in), ``rank``.

    Raises
    ------
    UserError
        When the subset or the fold is unknown.
    """
    chosen = subset(agreement, table)
    if fold not in FOLDS:
        raise UserError(f"There is no fold {fold!r}; use one of 1 to 5.")
    testing = chosen["fold"] == fold
    return chosen[~testing].reset_index(drop=True), chosen[testing].reset_index(drop=True)


def lists(table: pd.DataFrame | None = None) -> dict[str, bytes]:
    """Contents of the 30 published lists by path, ``NAME_agrees/testK/{test,train}.txt``.

    Each line is ``name label`` and ends in a line feed.
    """
    table = load() if table is None else table
    contents = {}
    for agreement, fold in product(AGREEMENTS, FOLDS):
        train, test = split(agreement, fold, table)
        for name, frame in (("test", test), ("train", train)):
            lines = (f"{i} {y}\n" for i, y in zip(frame["image"], frame["label"], strict=True))
            contents[f"{agreement}_agrees/test{fold}/{name}.txt"] = "".join(lines).encode()
    return contents


def checksums() -> dict[str, str]:
    """SHA-256 (hex) of the 30 lists as the authors published them, by path."""
    path = places.ground_truth() / "published_lists.sha256"
    try:
        pairs = [line.split("  ", 1) for line in path.read_text("utf-8").splitlines()]
        return {name: digest for digest, name in pairs}
    except (OSError, ValueError) as error:
        cure = "restore it from ground_truth/ of the repository"
        raise UserError(f"{path} cannot be read as SHA-256 sums ({error}); {cure}.") from error


def export(
    directory: Path | str, table: pd.DataFrame | None = None, force: bool = False
) -> list[Path]:
    """Write the 30 published lists below ``directory`` and return their paths.

    A file that already has the right content is left alone, so an export can be repeated.

    Raises
    ------
    UserError
        When a file with other content is in the way and ``force`` is false (nothing is written
        then), or when the folder cannot be written.
    """
    contents = {Path(directory) / name: data for name, data in lists(table).items()}
    try:
        changed = {p: data for p, data in contents.items() if not _holds(p, data)}
        if not force and (other := [path for path in changed if path.exists()]):
            raise UserError(
                f"{other[0]} exists with other content; choose an empty folder, or use --force."
            )
        for path, data in changed.items():
            _write(path, data)
    except OSError as error:
        cure = "name a folder you can write to"
        raise UserError(f"{directory} cannot take the lists ({error}); {cure}.") from error
    return list(contents)


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_lists(archive: Path | str) -> dict[str, dict[str, int]]:
    """Complete lists (882, 1,116 and 1,269 labels) from the archive of photographs.

    ``twitter_NAME_agrees.txt`` is found by name in whatever folder of the zip it lies.

    Returns
    -------
    dict
        Label (0 or 1) by file name, by subset; a subset whose list is not there is left out.

    Raises
    ------
    UserError
        When the archive cannot be read, or a list is not lines of ``name label``.
    """
    wanted = {f"twitter_{agreement}_agrees.txt": agreement for agreement in AGREEMENTS}
    found = {}
    try:
        with zipfile.ZipFile(archive) as bundle:
            for member in bundle.infolist():
                if agreement := wanted.get(PurePosixPath(member.filename).name):
                    with bundle.open(member) as stream:
                        complete = _complete_list(stream.read(_LARGEST_LIST + 1))
                    if found.setdefault(agreement, complete) != complete:
                        raise ValueError(f"two lists of {agreement} agree differ")
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        cure = "fetch the archive again"
        raise UserError(f"The lists in {archive} cannot be read ({error}); {cure}.") from error
    return found


def _complete_list(data: bytes) -> dict[str, int]:
    if len(data) > _LARGEST_LIST:
        raise ValueError("a list is far longer than the published ones")
    pairs = [line.rsplit(maxsplit=1) for line in data.decode().splitlines() if line.strip()]
    if not all(len(pair) == 2 and pair[1] in ("0", "1") for pair in pairs):
        raise ValueError("a line is not 'name label' with the label 0 or 1")
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a list names a picture twice")
    return {name: int(label) for name, label in pairs}


def _frame(rows: list[tuple], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def sizes(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Count each subset: one row a subset, every number in pictures but the last.

    Columns ``agreement``, ``listed`` (complete list), ``used`` (in the folds), ``dropped``,
    ``test`` and ``train`` (per fold), ``positive``, ``negative``, ``always_positive`` (0 to 1,
    mean over the folds of the accuracy of answering "positive").
    """
    rows = []
    for agreement in AGREEMENTS:
        chosen, listed = subset(agreement, table), SUBSETS[agreement].listed
        used, test, positive = len(chosen), len(chosen) // len(FOLDS), chosen["label"].sum()
        counts = (listed, used, listed - used, test, used - test, positive, used - positive)
        rows.append((agreement, *counts, chosen.groupby("fold")["label"].mean().mean()))
    return _frame(
        rows, "agreement listed used dropped test train positive negative always_positive"
    )


def balance(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Count positives in each test fold: the folds are shuffled, not stratified.

    Columns ``agreement``, ``fold``, ``pictures``, ``positive`` (pictures), ``share`` (0 to 1).
    """
    labels = pd.concat([subset(a, table).assign(agreement=a) for a in AGREEMENTS])
    grouped = labels.groupby(["agreement", "fold"], sort=False)["label"]
    return grouped.agg(pictures="size", positive="sum", share="mean").reset_index()


def dropped(
    table: pd.DataFrame | None = None, listed: Mapping[str, Mapping[str, int]] | None = None
) -> pd.DataFrame:
    """Name the pictures of a subset that its folds lack, being the remainder of the cut.

    With ``listed`` (see `read_lists`) all of them. Without, only those that betray themselves:
    a picture in the folds of a stricter subset belongs to every looser one.

    Columns ``agreement`` (whose folds lack it), ``image``, ``label``, ``used_in`` (the subsets
    whose folds have it, joined by a comma).
    """
    table = load() if table is None else table
    used = pd.DataFrame({a: table[f"{a}_fold"].notna() for a in AGREEMENTS})
    frames = []
    for position, agreement in enumerate(AGREEMENTS):
        belongs = used[list(AGREEMENTS[:position])].any(axis=1)
        if listed and agreement in listed:
            belongs = table["image"].isin(set(listed[agreement]))
        lacking = table.loc[belongs & ~used[agreement], ["image", "label"]]
        frames.append(lacking.assign(agreement=agreement))
    found = pd.concat(frames)
    found["used_in"] = [", ".join(a for a in AGREEMENTS if used.at[row, a]) for row in found.index]
    return found[["agreement", "image", "label", "used_in"]].reset_index(drop=True)


def membership(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare the folds of each pair of subsets, the stricter one first.

    Columns ``agreement``, ``other``, ``both`` (pictures in the folds of both), ``only_first``,
    ``only_other``, ``moved`` (pictures of ``both`` in folds of different number),
    ``moved_share`` (0 to 1; 0.8 is what two independent shuffles give).
    """
    table = load() if table is None else table
    rows = []
    for first, other in combinations(AGREEMENTS, 2):
        a, b = table[f"{first}_fold"], table[f"{other}_fold"]
        both = a.notna() & b.notna()
        only = ((a.notna() & b.isna()).sum(), (a.isna() & b.notna()).sum())
        moved = (a[both] != b[both]).sum()
        rows.append((first, other, both.sum(), *only, moved, moved / both.sum()))
    return _frame(rows, "agreement other both only_first only_other moved moved_share")


def published(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare each of the 30 lists with its published checksum.

    When all match, no label differs between the subsets, for the table has one a picture.

    Columns ``path``, ``lines``, ``sha256``, ``matches`` (bool).
    """
    sums = checksums()
    rows = []
    for path, data in lists(table).items():
        digest = hashlib.sha256(data).hexdigest()
        rows.append((path, data.count(b"\n"), digest, digest == sums.get(path)))
    return _frame(rows, "path lines sha256 matches")


def labels(
    listed: Mapping[str, Mapping[str, int]], table: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Compare the complete lists (see `read_lists`) with the table, one row a list.

    Columns ``agreement``, ``listed`` (lines), ``unknown`` (not in the table), ``unlisted``
    (in the subset's folds, not in its list), ``differing`` (another label than the table's).
    """
    table = load() if table is None else table
    known = dict(zip(table["image"], table["label"], strict=True))
    rows = []
    for agreement in filter(listed.__contains__, AGREEMENTS):
        complete = listed[agreement]
        unknown = complete.keys() - known.keys()
        unlisted = set(subset(agreement, table)["image"]) - complete.keys()
        differing = sum(known.get(image, label) != label for image, label in complete.items())
        rows.append((agreement, len(complete), len(unknown), len(unlisted), differing))
    return _frame(rows, "agreement listed unknown unlisted differing")


def duplicates(digests: Mapping[str, str], table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find byte-identical pictures, one row a group of them and subset.

    Parameters
    ----------
    digests
        SHA-256 (hex) of the JPEG file by picture name, for every picture of the table.
    table
        As `load` returns it; the published one by default.

    Returns
    -------
    DataFrame
        ``digest``, ``images`` (tuple of the group's names), ``agreement``, ``copies`` (how many
        of them the subset's folds have), ``folds`` (tuple, one a copy), ``straddles`` (bool,
        copies in different folds: one is trained on where the other is tested),
        ``contradictory`` (bool, copies with different labels).

    Raises
    ------
    UserError
        When a picture has no digest.
    """
    table = load() if table is None else table
    table = table.assign(digest=_digest_of(table["image"], digests))
    groups = table[table["digest"].duplicated(keep=False)].groupby("digest", sort=False)
    rows = []
    for (digest, group), agreement in product(groups, AGREEMENTS):
        copies = group.dropna(subset=f"{agreement}_fold")
        numbers = tuple(int(number) for number in copies[f"{agreement}_fold"])
        clashes = (len(set(numbers)) > 1, copies["label"].nunique() > 1)
        rows.append((digest, tuple(group["image"]), agreement, len(copies), numbers, *clashes))
    found = _frame(rows, "digest images agreement copies folds straddles contradictory")
    # Without any twins the columns would be of no type, and could not select rows.
    return found.astype({"copies": "int64", "straddles": "bool", "contradictory": "bool"})


def leak(digests: Mapping[str, str], table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Count the test pictures whose byte-identical twin is in the training list.

    ``share`` bounds what the leak can add to a fold's accuracy: it is reached only if every
    such picture is answered rightly because of its twin and would be answered wrongly without.

    Columns ``agreement``, ``fold``, ``leaked`` and ``test`` (pictures), ``share`` (0 to 1).
    Arguments and errors as for `duplicates`.
    """
    table = load() if table is None else table
    rows = []
    for agreement, fold in product(AGREEMENTS, FOLDS):
        train, test = (_digest_of(part["image"], digests) for part in split(agreement, fold, table))
        leaked = test.isin(train)
        rows.append((agreement, fold, leaked.sum(), len(test), leaked.mean()))
    return _frame(rows, "agreement fold leaked test share")


def _digest_of(images: pd.Series, digests: Mapping[str, str]) -> pd.Series:
    found = images.map(dict(digests))
    if found.isna().any():
        raise UserError(
            f"{found.isna().sum()} pictures have no digest, {images[found.isna()].iloc[0]} "
            "among them; take the digests from the complete archive of photographs."
        )
    return found


@dataclass(frozen=True)
class Audit:
    """Everything that can be told about the folds; each field is the function of its name.

    ``labels`` is ``None`` without the complete lists, ``duplicates`` and ``leak`` without the
    digests of the photographs.
    """

    sizes: pd.DataFrame
    balance: pd.DataFrame
    dropped: pd.DataFrame
    membership: pd.DataFrame
    published: pd.DataFrame
    labels: pd.DataFrame | None
    duplicates: pd.DataFrame | None
    leak: pd.DataFrame | None


def audit(
    table: pd.DataFrame | None = None,
    listed: Mapping[str, Mapping[str, int]] | None = None,
    digests: Mapping[str, str] | None = None,
) -> Audit:
    """Bundle all checks of the folds (default: the published ones); see `Audit`."""
    table = load() if table is None else table
    return Audit(
        sizes=sizes(table),
        balance=balance(table),
        dropped=dropped(table, listed),
        membership=membership(table),
        published=published(table),
        labels=labels(listed, table) if listed else None,
        duplicates=duplicates(digests, table) if digests is not None else None,
        leak=leak(digests, table) if digests is not None else None,
    )
