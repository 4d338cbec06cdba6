"""Downloads that go on where they broke off, and say in a phrase why they fail."""

import fcntl
import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from pixels_to_sentiment import places

TIMEOUT = 15.0  # seconds without a byte
# A host that took more seconds than SLOW to fail is asked again after AGAIN, since a plan of many
# runs asks for its files once for each, and a network that swallows packets is as slow each time.
SLOW, AGAIN = 3.0, 120.0
_silent_until: dict[str, float] = {}
LARGEST_DOWNLOAD = 2 * 1024**3  # bytes, where the caller does not tell the size
_CHUNK = 1 << 16  # bytes
_KEPT = "what has come is kept: run again to go on"
NO_ROOM = "make room or name another folder in PIXELS_TO_SENTIMENT_CACHE"


class Failed(Exception):
    """Why an address does not give the file: the end of a sentence that begins with the address."""


def download(
    address: str, target: Path, *, check: Callable[[Path], str | None], size: int | None = None
) -> Path:
    """Download a file: a partial one that grows, then a whole one under its name.

    Of several processes that want the same file one downloads it and the others wait. A bar on
    standard error shows the progress, if that is a terminal.

    Parameters
    ----------
    address
        Where it is published, http or https.
    target
        Path of the whole file; beside it lie the partial file and a lock.
    check
        Says what is wrong with a file, ``None`` if it is as it should be.
    size
        Bytes that the file must have, where known.

    Raises
    ------
    Failed
        If the server cannot be reached, refuses, or sends something else or not all of it.
    UserError
        If the folder of the target cannot be written to.
    """
    folder = target.parent
    with places.taking(folder, NO_ROOM):
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f"{target.name}.lock", "w") as lock:
            # The system gives it back even when the process is killed.
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another process may have fetched it while this one waited.
            if target.is_file() and check(target) is None:
                return target
            part = _receive(address, target, size)
            if fault := check(part):
                part.unlink()
                raise Failed(f"gave a file that {fault}")
            os.replace(part, target)
    return target


def _receive(address: str, target: Path, size: int | None) -> Path:
    """Download what is missing of a partial file."""
    with _request(address) as answer:
        if answer.status != 200:
            raise Failed(f"answered {answer.status} {answer.reason}")
        if answer.headers.get_content_type() == "text/html":
            raise Failed("sent a web page in place of the file (open it in a browser to see why)")
        total = answer.length or size
        part = _partial(address, answer, target)
        have = part.stat().st_size if part.exists() else 0
        if have == total:  # by a process that ended before it was checked
            return part
        if not have:
            return _save(answer, part, total, size or LARGEST_DOWNLOAD)
    with _request(address, have) as answer:
        given = answer.headers["Content-Range"] or ""
        if answer.status == 206 and given.startswith(f"bytes {have}-"):
            return _save(answer, part, total, size or LARGEST_DOWNLOAD)
    part.unlink()
    return _receive(address, target, size)


def _partial(address: str, answer: http.client.HTTPResponse, target: Path) -> Path:
    """Name the partial file of this version of a file, and remove those of others."""
    told = [answer.headers[name] for name in ("ETag", "Last-Modified", "Content-Length")]
    version = hashlib.sha256(repr([address, *told]).encode()).hexdigest()[:8]
    part = target.with_name(f"{target.name}.{version}.part")
    for other in target.parent.glob(f"{target.name}.*part"):
        if other != part or not any(told):
            other.unlink()
    return part


def _save(answer: http.client.HTTPResponse, part: Path, total: int | None, limit: int) -> Path:
    """Add what arrives to a partial file, up to a limit."""
    if total and total > limit:
        raise Failed(f"has a file of {total:,} bytes, more than the {limit:,} expected")
    with open(part, "ab") as out:
        bar = {"total": total, "initial": out.tell(), "unit": "B", "unit_scale": True}
        with tqdm(**bar, desc=part.stem, disable=None) as shown:
            while out.tell() <= limit and (chunk := _read(answer)):
                out.write(chunk)
                shown.update(len(chunk))
        have = out.tell()
    if have > limit:
        part.unlink()
        raise Failed(f"sends more than the {limit:,} bytes expected")
    if total and have < total:
        raise Failed(f"broke off after {have:,} of {total:,} bytes ({_KEPT})")
    return part


def _request(address: str, have: int = 0) -> http.client.HTTPResponse:
    """Open an address, from a byte on, whatever it answers."""
    headers = {"User-Agent": "pixels-to-sentiment"} | ({"Range": f"bytes={have}-"} if have else {})
    host, begun = address.partition("://")[2].partition("/")[0], time.monotonic()
    if begun < _silent_until.get(host, 0):
        raise Failed("could not be reached (it did not answer a moment ago)")
    try:
        request = urllib.request.Request(address, headers=headers)
        return urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as answer:
        return answer
    except (OSError, http.client.HTTPException, ValueError) as fault:
        if time.monotonic() - begun > SLOW:
            _silent_until[host] = time.monotonic() + AGAIN
        raise Failed(f"could not be reached ({_cause(fault)})") from fault


def _read(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read(_CHUNK)
    except (OSError, http.client.HTTPException) as fault:
        raise Failed(f"broke off ({_cause(fault)}; {_KEPT})") from fault


def _cause(fault: Exception) -> str:
    inner = getattr(fault, "reason", fault)
    return getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
