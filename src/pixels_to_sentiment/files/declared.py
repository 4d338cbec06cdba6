"""Declarations of the published files, a row each of ``declared.csv`` beside this file."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Asset:
    """Declaration of a published file.

    Attributes
    ----------
    name
        Declared file name; also its name in a mirror and in the cache.
    what, used_for
        What it is and what it serves, one phrase each.
    url
        Published address, ``None`` for a conversion that was never published on its own.
    size, checksum
        Bytes, and algorithm and digits as in ``"sha256:0a12..."``, or the first of the digits,
        where known. Those of a zip belong to the mirror's copy: another archive of the same files
        passes too, if all its members are whole.
    """

    name: str
    what: str
    used_for: str
    licence: str
    url: str | None = None
    size: int | None = None
    checksum: str | None = None

    @property
    def archive(self) -> bool:
        """Whether the file is an archive, which may be packed in another way than the mirror's."""
        return self.name.endswith(".zip")


def _declared() -> dict[str, Asset]:
    with Path(__file__).with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        rows = [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]
    return {row["name"]: Asset(**row | {"size": row["size"] and int(row["size"])}) for row in rows}


ASSETS = _declared()
