"""Published files: where each can be had, fetching it, checking it.

A file is looked up in the cache, then in a mirror (a folder or an http address that serves files
under their declared names), then at its published address. Whatever is used was checked first.
Where ``PIXELS_TO_SENTIMENT_OFFLINE`` is set to anything but 0, nothing is downloaded.
"""

import hashlib
import os
import re
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives, downloads
from pixels_to_sentiment.files.declared import ASSETS, Asset

MIRROR_VARIABLE = "PIXELS_TO_SENTIMENT_MIRROR"
OFFLINE_VARIABLE = "PIXELS_TO_SENTIMENT_OFFLINE"


class Unavailable(UserError):
    """A published file cannot be had; the sentence names it, the places tried and the cure."""


def fetch(
    name: str,
    *,
    mirror: Path | str | None = None,
    cache: Path | str | None = None,
    progress: bool = True,
) -> Path:
    """Give the path of a declared file, downloading it if need be.

    Parameters
    ----------
    name
        One of `ASSETS`.
    mirror
        Folder, whose file is used where it lies, or http address. Default: the environment
        variable ``PIXELS_TO_SENTIMENT_MIRROR``; ``""`` for none.
    cache
        Folder for downloads. Default: ``files`` in `places.cache`.
    progress
        Draw a progress bar on standard error, if that is a terminal.

    Raises
    ------
    Unavailable
        If no place has the file or none gives it whole; the reason of each place is in it.
    UserError
        If the name is not declared, the mirror named does not exist or the cache cannot be
        written.
    """
    asset = _declared(name)
    source = _mirror(mirror)
    folder = _cache(cache)
    found, reasons = _look(asset, source, folder)
    if found:
        return found
    # Another packing of the same archive has another size.
    check, size = partial(_fault, asset), None if asset.kind == "zip" else asset.size
    for address in _addresses(asset, source, reasons):
        try:
            return downloads.download(
                address, folder / name, check=check, size=size, progress=progress
            )
        except downloads.Failed as reason:
            reasons.append(f"{address} {reason}")
    raise Unavailable(_sentence(asset, reasons))


def find(
    name: str, *, mirror: Path | str | None = None, cache: Path | str | None = None
) -> Path | None:
    """Give the path of a declared file that is at hand and whole, without using the network.

    Looks in the cache and in a mirror that is a folder; parameters and errors are `fetch`'s.
    """
    return _look(_declared(name), _mirror(mirror), _cache(cache))[0]


def _addresses(asset: Asset, source: Path | str | None, reasons: list[str]) -> list[str]:
    """Give where to download from; why from nowhere is added to the reasons."""
    mirrored = [f"{source}/{quote(asset.name)}"] if isinstance(source, str) else []
    addresses = [*mirrored, *filter(None, [asset.url])]
    if addresses and os.environ.get(OFFLINE_VARIABLE, "0") not in ("", "0"):
        reasons.append(f"nothing is downloaded while {OFFLINE_VARIABLE} is set")
        return []
    return addresses


def _declared(name: str) -> Asset:
    if name not in ASSETS:
        raise UserError(
            f"There is no declared file {name!r}: `pixels-to-sentiment files list` has the names."
        )
    return ASSETS[name]


def _cache(given: Path | str | None) -> Path:
    return places.cache() / "files" if given is None else Path(given).expanduser().absolute()


def _mirror(given: Path | str | None) -> Path | str | None:
    """Return the mirror: a folder as a Path, an address as a str without its last slash."""
    named = str(os.environ.get(MIRROR_VARIABLE, "") if given is None else given)
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


def _look(asset: Asset, source: Path | str | None, folder: Path) -> tuple[Path | None, list[str]]:
    folders = {"cache": folder} | ({"mirror": source} if isinstance(source, Path) else {})
    reasons = []
    for place, where in folders.items():
        path = where / asset.name
        if not os.path.isfile(path):
            reasons.append(f"the {place} {where} does not have it")
        elif fault := _fault(asset, path):
            reasons.append(f"{path} {fault}")
        else:
            return path, reasons
    return None, reasons


def _sentence(asset: Asset, reasons: list[str]) -> str:
    cure = f"put it under this name into a folder and name that folder in {MIRROR_VARIABLE}"
    if asset.url:
        cure += ", or try again where the address can be reached"
    else:
        reasons = [*reasons, "it has no published address"]
    return (
        f"{asset.name} ({asset.what}), meant for {asset.used_for}, cannot be had: "
        f"{'; '.join(reasons)}; to mend it, {cure}."
    )


def sha256(path: Path | str) -> str:
    """SHA-256 of a file in hex, remembered in this process for as long as the file is the same."""
    return _digest(str(path), *_identity(path))


def _identity(path: Path | str) -> tuple[int, ...]:
    status = os.stat(path)
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@lru_cache
def _digest(path: str, *_identity: int) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fault(asset: Asset, path: Path) -> str | None:
    """Say what is wrong with a file, ``None`` if it is as declared."""
    try:
        return _examine(asset, path, *_identity(path))
    except OSError as fault:
        return f"cannot be read ({fault.strerror})"


@lru_cache
def _examine(asset: Asset, path: Path, *_identity: int) -> str | None:
    with open(path, "rb") as stream:
        if downloads.is_page(stream.read(512)):
            return "is a web page and not the file"
    size, digest = path.stat().st_size, sha256(path)
    if digest == asset.sha256:
        return None
    if asset.kind == "zip":
        return archives.damage(path)
    if asset.size not in (None, size):
        return f"has {size:,} bytes, not the declared {asset.size:,}"
    declared = asset.sha256 or asset.sha256_prefix or ""
    if not digest.startswith(declared):
        return f"has a wrong checksum (SHA-256 {digest[:12]}..., declared {declared[:12]}...)"
    if asset.sha1:
        with open(path, "rb") as stream:
            digest = hashlib.file_digest(stream, "sha1").hexdigest()
        if digest != asset.sha1:
            return f"has a wrong checksum (SHA-1 {digest[:12]}..., declared {asset.sha1[:12]}...)"
    return None if size else "is empty"
