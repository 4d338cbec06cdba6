"""Downloads that go on where they broke off, and say in a phrase why they fail."""

import fcntl
import http.client
import io
import json
import math
import os
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tqdm import tqdm

from pixels_to_sentiment import places

TIMEOUT = 15.0  # seconds without a byte
# An answer that brings fewer bytes a second than SLOWEST for PATIENCE seconds is given up, since
# others wait for the same file.
SLOWEST, PATIENCE = 1000, 60.0
LARGEST_DOWNLOAD = 2 * 1024**3  # bytes, where the caller does not tell the size

# Hosts that took long to fail: host -> (when, why). A network that swallows packets costs one
# timeout and not one a file; it is asked again after RETRY_AFTER seconds.
RETRY_AFTER = 120.0
SLOW = 3.0  # seconds
_SLOW_FAILURES: dict[str, tuple[float, str]] = {}

_CHUNK = 1 << 16  # bytes
_KEPT = "what has come is kept: run again to go on"
NO_ROOM = "make room or name another folder in PIXELS_TO_SENTIMENT_CACHE"


class _Paced(io.RawIOBase):
    """What a server sends, head and body, as long as it comes at a reasonable pace."""

    def __init__(self, stream: io.RawIOBase):
        self._stream, self._since, self._came = stream, time.monotonic(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        got = self._stream.readinto(buffer)
        self._came += got
        if (lasted := time.monotonic() - self._since) > PATIENCE:
            if self._came < SLOWEST * lasted:
                raise TimeoutError(f"fewer than {SLOWEST:,} bytes a second")
            self._since, self._came = time.monotonic(), 0
        return got

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, connection: socket.socket, *arguments: object, **named: object):
        super().__init__(connection, *arguments, **named)
        self.fp = io.BufferedReader(_Paced(self.fp.detach()))


class _Handler(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    def do_open(self, kind: type, *arguments: object, **named: object) -> _Response:
        paced = type(kind.__name__, (kind,), {"response_class": _Response})
        return super().do_open(paced, *arguments, **named)


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
        Path of the whole file; beside it lie the partial file, its origin and a lock.
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
    folder, part = target.parent, target.with_name(f"{target.name}.part")
    with places.taking(folder, NO_ROOM):
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f"{target.name}.lock", "w") as lock:
            # The system gives it back even when the process is killed.
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another process may have fetched it while this one waited.
            if target.is_file() and check(target) is None:
                return target
            _receive(address, part, size)
            if fault := check(part):
                _discard(part)
                raise Failed(f"gave a file that {fault}")
            os.replace(part, target)
            _discard(part)
    return target


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _origin(part: Path, address: str) -> dict:
    """Return what the server said of a partial file; empty if it is not to be continued."""
    try:
        origin = json.loads(_note(part).read_text())
        same = origin["address"] == address and (origin["total"] or origin["validator"])
        return origin if same and part.stat().st_size else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _receive(address: str, part: Path, size: int | None) -> None:
    """Download what is missing of a partial file."""
    origin = _origin(part, address)
    have = part.stat().st_size if origin else 0
    if have and have == origin["total"]:
        return
    with _request(address, have, origin.get("validator")) as response:
        if have and response.status != 200 and not _continues(response, have, origin["total"]):
            _discard(part)
            return _receive(address, part, size)
        if response.status == 200:
            have, origin = 0, _describe(address, response)
        elif not have:
            raise Failed(f"answered {response.status} {response.reason}")
        chunk = _first(response, size, have, origin["total"])
        expected = origin["total"] or size
        limit = expected or LARGEST_DOWNLOAD
        bar = {"total": expected, "initial": have, "unit": "B", "unit_scale": True}
        with (
            open(part, "ab" if have else "wb") as out,
            tqdm(**bar, desc=part.stem, disable=None) as shown,
        ):
            _note(part).write_text(json.dumps(origin))
            while chunk:
                out.write(chunk)
                shown.update(len(chunk))
                chunk = _read(response, _CHUNK) if out.tell() <= limit else b""
    have = part.stat().st_size
    if have > limit:
        _discard(part)
        raise Failed(f"sends more than the {limit:,} bytes expected")
    if expected and have < expected:
        raise Failed(f"broke off after {have:,} of {expected:,} bytes ({_KEPT})")


def _request(address: str, have: int, validator: str | None) -> http.client.HTTPResponse:
    """Open an address, from a byte on; status 416 comes back as a response too."""
    headers = {"User-Agent": "pixels-to-sentiment"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if validator:
            headers["If-Range"] = validator
    host, begun = urlsplit(address).netloc, time.monotonic()
    when, why = _SLOW_FAILURES.get(host, (-math.inf, ""))
    if begun - when < RETRY_AFTER:
        raise Failed(why)
    try:
        request = urllib.request.Request(address, headers=headers)
        return urllib.request.build_opener(_Handler).open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as fault:
        if fault.code == 416 and have:
            return fault
        raise Failed(f"answered {fault.code} {fault.reason}") from fault
    except (OSError, http.client.HTTPException, ValueError) as fault:
        why = f"could not be reached ({_cause(fault)})"
        if time.monotonic() - begun > SLOW:
            _SLOW_FAILURES[host] = time.monotonic(), why
        raise Failed(why) from fault


def _cause(fault: Exception) -> str:
    inner = getattr(fault, "reason", fault)
    return getattr(inner, "strerror", None) or str(inner) or type(inner).__name__


def _describe(address: str, response: http.client.HTTPResponse) -> dict:
    """Return what is worth knowing of a whole file when only a part of it arrives."""
    length = response.headers.get("Content-Length", "")
    tag = response.headers.get("ETag", "")  # weak tags do not serve for ranges
    return {
        "address": address,
        "validator": tag if tag.startswith('"') else response.headers.get("Last-Modified"),
        "total": int(length) if length.isdecimal() else None,
    }


def _continues(response: http.client.HTTPResponse, have: int, total: int | None) -> bool:
    """Whether a partial answer goes on where the partial file ends, in a file of the same size."""
    given = response.headers.get("Content-Range", "")
    wanted = rf"bytes {have}-\d+/" + (str(total) if total else r"(\d+|\*)")
    return response.status == 206 and re.fullmatch(wanted, given) is not None


def _first(
    response: http.client.HTTPResponse, size: int | None, have: int, total: int | None
) -> bytes:
    """Read the first bytes of an answer, once its head shows that it is the file at all."""
    head = _read(response, 512)
    if response.headers.get_content_type() == "text/html" or (not have and is_page(head)):
        raise Failed("sent a web page in place of the file (open it in a browser to see why)")
    if size and total and size != total:
        raise Failed(f"has a file of {total:,} bytes, not the declared {size:,}")
    if not size and total and total > LARGEST_DOWNLOAD:
        raise Failed(f"has a file of {total:,} bytes, more than the limit of {LARGEST_DOWNLOAD:,}")
    return head


def _read(response: http.client.HTTPResponse, size: int) -> bytes:
    try:
        return response.read(size)
    except (OSError, http.client.HTTPException) as fault:
        raise Failed(f"broke off ({_cause(fault)}; {_KEPT})") from fault


def is_page(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a web page."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith((b"<!doctype", b"<html"))
