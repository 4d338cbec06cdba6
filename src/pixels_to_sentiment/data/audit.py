"""What is odd about the published folds: an audit of the table, the lists and the photographs."""

import hashlib
from collections.abc import Mapping
from itertools import combinations, product
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist, squareform

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.folds import AGREEMENTS
from pixels_to_sentiment.errors import damage
from pixels_to_sentiment.files import archives

Lists = Mapping[str, Mapping[str, int]]  # label by file name, by subset
Digests = Mapping[str, str]  # SHA-256 (hex) of the JPEG file, by file name

_NEAR = 4  # bits of 64 in which the hashes of near copies may differ
_HEADINGS = (
    'Photographs of each subset, and the accuracy of always answering "positive":',
    "Positive photographs in each test fold, which are shuffled, not stratified:",
    "Photographs that a subset's folds lack (all of them only with the complete lists):",
    "Photographs in two subsets, and how many moved to a fold of another number:",
    "Lists that differ from the 30 published ones:",
    "Labels in the complete lists, compared with the table:",
    "Byte-identical photographs, and the folds that have a copy:",
    "Test photographs with an identical twin in the training list:",
)


def read_lists(archive: Path | str) -> dict[str, dict[str, int]]:
    """Complete lists (882, 1,116 and 1,269 labels, 0 or 1, by file name) by subset.

    ``twitter_NAME_agrees.txt`` is found by name in whatever folder of the archive of photographs it
    lies; a subset whose list is not there is left out. ``UserError`` tells of an archive that
    cannot be read or is not safe to, and of a list that is not lines of ``name label``.
    """
    found = {}
    with archives.open_archive(archive) as bundle, damage(archive, archives.CURE):
        present = {PurePosixPath(name).name for name in bundle.namelist()}
        for agreement in AGREEMENTS:
            name = f"twitter_{agreement}_agrees.txt"
            if name in present:
                (member,) = archives.members_by_name(bundle, [name]).values()
                found[agreement] = _complete_list(bundle.read(member).decode())
    return found


def _complete_list(text: str) -> dict[str, int]:
    pairs = [line.rsplit(maxsplit=1) for line in text.splitlines() if line.strip()]
    labels = {name: {"0": 0, "1": 1}[label] for name, label in pairs}
    if len(labels) < len(pairs):
        raise ValueError("a list names a picture twice")
    return labels


def _frame(rows: list[tuple], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def sizes(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Count each subset: one row a subset, every number in pictures but the last.

    Columns ``agreement``, ``listed`` (complete list), ``used`` (in the folds), ``dropped``,
    ``test`` and ``train`` (per fold), ``positive``, ``negative``, ``always_positive`` (0 to 1,
    mean over the folds of the accuracy of answering "positive"). A data set of one's own has
    nothing beside its folds, of which `test` counts a smallest one.
    """
    rows = []
    for agreement in folds.agreements():
        chosen = folds.subset(agreement, table)
        known = folds.SUBSETS.get(agreement)
        listed = known.listed if known else len(chosen)
        used, positive = len(chosen), chosen["label"].sum()
        test = used // chosen["fold"].nunique()
        counts = (listed, used, listed - used, test, used - test, positive, used - positive)
        rows.append((agreement, *counts, chosen.groupby("fold")["label"].mean().mean()))
    columns = "agreement listed used dropped test train positive negative always_positive"
    return _frame(rows, columns)


def balance(table: pd.DataFrame) -> pd.DataFrame:
    """Count positives in each test fold: the folds are shuffled, not stratified.

    Columns ``agreement``, ``fold``, ``pictures``, ``positive`` (pictures), ``share`` (0 to 1).
    """
    every = [folds.subset(a, table).assign(agreement=a) for a in folds.agreements()]
    labels = pd.concat(every)
    grouped = labels.groupby(["agreement", "fold"], sort=False)["label"]
    return grouped.agg(pictures="size", positive="sum", share="mean").reset_index()


def dropped(table: pd.DataFrame, listed: Lists | None = None) -> pd.DataFrame:
    """Name the pictures of a subset that its folds lack, being the remainder of the cut.

    With ``listed`` (see `read_lists`) all of them. Without, only those that betray themselves:
    a picture in the folds of a stricter subset belongs to every looser one.

    Columns ``agreement`` (whose folds lack it), ``image``, ``label``, ``used_in`` (the subsets
    whose folds have it, joined by a comma).
    """
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


def membership(table: pd.DataFrame) -> pd.DataFrame:
    """Compare the folds of each pair of subsets, the stricter one first.

    Columns ``agreement``, ``other``, ``both`` (pictures in the folds of both), ``only_first``,
    ``only_other``, ``moved`` (pictures of ``both`` in folds of different number),
    ``moved_share`` (0 to 1; 0.8 is what two independent shuffles give).
    """
    rows = []
    for first, other in combinations(AGREEMENTS, 2):
        a, b = table[f"{first}_fold"], table[f"{other}_fold"]
        both = a.notna() & b.notna()
        only = ((a.notna() & b.isna()).sum(), (a.isna() & b.notna()).sum())
        moved = (a[both] != b[both]).sum()
        rows.append((first, other, both.sum(), *only, moved, moved / both.sum()))
    return _frame(rows, "agreement other both only_first only_other moved moved_share")


def published(table: pd.DataFrame) -> pd.DataFrame:
    """Compare each of the 30 lists with its published checksum.

    When all match, no label differs between the subsets, for the table has one a picture.

    Columns ``path``, ``lines``, ``sha256``, ``matches`` (bool).
    """
    sums = folds.checksums()
    rows = []
    for path, data in folds.lists(table).items():
        digest = hashlib.sha256(data).hexdigest()
        rows.append((path, data.count(b"\n"), digest, digest == sums.get(path)))
    return _frame(rows, "path lines sha256 matches")


def labels(listed: Lists, table: pd.DataFrame) -> pd.DataFrame:
    """Compare the complete lists (see `read_lists`) with the table, one row a list.

    Columns ``agreement``, ``listed`` (lines), ``unknown`` (not in the table), ``unlisted``
    (in the subset's folds, not in its list), ``differing`` (another label than the table's).
    """
    known = dict(zip(table["image"], table["label"], strict=True))
    rows = []
    for agreement, complete in ((a, listed[a]) for a in AGREEMENTS if a in listed):
        unknown = complete.keys() - known.keys()
        unlisted = set(folds.subset(agreement, table)["image"]) - complete.keys()
        differing = sum(known.get(image, label) != label for image, label in complete.items())
        rows.append((agreement, len(complete), len(unknown), len(unlisted), differing))
    return _frame(rows, "agreement listed unknown unlisted differing")


def duplicates(digests: Digests, table: pd.DataFrame) -> pd.DataFrame:
    """Find byte-identical pictures, one row a group of them and subset.

    Columns ``digest``, ``images`` (tuple of the group's names), ``agreement``, ``copies`` (how
    many of them the subset's folds have), ``folds`` (tuple, one a copy), ``straddles`` (bool,
    copies in different folds: one is trained on where the other is tested), ``contradictory``
    (bool, copies with different labels). All pictures of the table need a digest.
    """
    table = table.assign(digest=[digests[image] for image in table["image"]])
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


def leak(digests: Digests, table: pd.DataFrame) -> pd.DataFrame:
    """Count the test pictures whose byte-identical twin is in the training list.

    ``share`` bounds what the leak can add to a fold's accuracy: it is reached only if every
    such picture is answered rightly because of its twin and would be answered wrongly without.

    Columns ``agreement``, ``fold``, ``leaked`` and ``test`` (pictures), ``share`` (0 to 1).
    Arguments as for `duplicates`.
    """
    rows = []
    for agreement, fold in product(AGREEMENTS, folds.FOLDS):
        train, test = folds.split(agreement, fold, table)
        known = {digests[image] for image in train["image"]}
        leaked = test["image"].map(digests).isin(known)
        rows.append((agreement, fold, leaked.sum(), len(test), leaked.mean()))
    return _frame(rows, "agreement fold leaked test share")


def near_duplicates(hashes: np.ndarray, digests: Digests, table: pd.DataFrame) -> pd.DataFrame:
    """Find pairs of pictures that look alike and are not byte-identical.

    By hashes in the order of the table, as `descriptors.hashes` gives them, which differ in no more
    than 4 bits.

    Columns ``bits`` (in which they differ), ``image``, ``other``, ``label``, ``other_label``, and
    for each subset whether the pair ``straddles`` two of its folds (``five_straddles``, bool): one
    is trained on where the other is tested.
    """
    apart = squareform(np.rint(pdist(hashes, "hamming") * hashes.shape[1]))
    digest = np.array([digests[image] for image in table["image"]])
    near = np.triu(apart <= _NEAR, 1) & (digest[:, None] != digest)
    first, other = (table.iloc[rows].reset_index(drop=True) for rows in np.nonzero(near))
    found = pd.DataFrame({"bits": apart[near].astype(int), "image": first["image"]})
    found = found.assign(other=other["image"], label=first["label"], other_label=other["label"])
    for name in folds.agreements():
        one, two = first[f"{name}_fold"], other[f"{name}_fold"]
        found[f"{name}_straddles"] = (one != two).fillna(False).astype(bool)
    return found


def report(listed: Lists | None = None, digests: Digests | None = None) -> str:
    """Tell a reader at a terminal all that is odd: a sentence and a table for each function here.

    What needs the complete lists, or the digests of the photographs, is said to be missing without.
    """
    table = folds.load()
    lists = published(table)
    parts = (
        sizes(table),
        balance(table),
        dropped(table, listed),
        membership(table),
        lists.loc[~lists["matches"], ["path", "lines"]],
        labels(listed, table) if listed else None,
        duplicates(digests, table).drop(columns="digest") if digests else None,
        leak(digests, table) if digests else None,
    )
    shown = (f"{head}\n{_text(part)}" for head, part in zip(_HEADINGS, parts, strict=True))
    return "\n\n".join(shown)


def _text(part: pd.DataFrame | None) -> str:
    if part is None:
        return "Not looked into: this needs the archive of photographs."
    return "none" if part.empty else part.to_string(index=False, float_format="{:.3f}".format)
