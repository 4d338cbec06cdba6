"""Published files: what each is, where it can be had, fetching it, reading archives safely.

A file is looked up in the cache, then in a mirror (a folder or an http address that serves files
under their declared names), then at its published address. Whatever is used was checked first.
"""

import contextlib
import fcntl
import hashlib
import http.client
import json
import lzma
import math
import os
import re
import stat
import struct
import sys
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from tqdm import tqdm

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError

MIRROR_VARIABLE = "PIXELS_TO_SENTIMENT_MIRROR"
TIMEOUT = 15.0  # seconds without a byte
LARGEST_DOWNLOAD = 2 * 1024**3  # bytes, where neither declaration nor server tells the size
# The archive of photographs has 1,272 members and unpacks to 60 MB; JPEGs do not deflate further.
LARGEST_ARCHIVE = 1024**3  # bytes unpacked
MOST_MEMBERS = 20_000
LARGEST_RATIO = 100  # unpacked by packed size, of members over 1 MiB

# Hosts that took long to fail: host -> (when, why). A network that swallows packets costs one
# timeout and not one a file; it is asked again after RETRY_AFTER seconds.
RETRY_AFTER = 120.0
SLOW = 3.0  # seconds
_SLOW_FAILURES: dict[str, tuple[float, str]] = {}

_CHUNK = 1 << 16  # bytes
_KEPT = "what has come is kept: run again to go on"


class Unavailable(UserError):
    """A published file cannot be had; the sentence names it, the places tried and the cure."""


class _Failed(Exception):
    """Why one place does not give the file: the end of a sentence that begins with the place."""


@dataclass(frozen=True)
class Asset:
    """Declaration of a published file.

    Attributes
    ----------
    name
        Declared file name; also its name in a mirror and in the cache.
    what, used_for
        What it is and what it serves, one phrase each.
    kind
        ``"zip"``, ``"safetensors"``, ``"torch"``, ``"binaryproto"``, ``"caffemodel"``, ``"log"``.
    licence
        Licence or terms.
    url
        Published address, ``None`` for a conversion that was never published on its own.
    size, sha256, sha256_prefix
        Bytes, SHA-256 in hex, or its first digits, where known. Those of a zip belong to the
        mirror's copy: another archive of the same files passes too, if all its members are whole.
    """

    name: str
    what: str
    used_for: str
    kind: str
    licence: str
    url: str | None = None
    size: int | None = None
    sha256: str | None = None
    sha256_prefix: str | None = None


_RELEASE = (
    "https://imatge.upc.edu/web/sites/default/files/projects/affective/public_html/2017-imavis/"
)
_TORCHVISION = {
    "kind": "torch",
    "licence": "BSD-3-Clause (torchvision); trained on ImageNet-1k, whose terms may apply",
}

ASSETS: dict[str, Asset] = {
    asset.name: asset
    for asset in (
        Asset(
            "twitter_deepsent.zip",
            "the 1,269 photographs of the DeepSent Twitter set and their complete lists",
            "everything that is measured on photographs",
            "zip",
            "research only, never redistribute",
            "https://drive.usercontent.google.com/download"
            "?id=1Jw6Bv8nFN3s4TFVMRcIfIC1Q3zOfwpib&export=download&confirm=t",
            60_648_790,
            "0a12eed3a76d53671d6ebc4c95fa9df1ebec31214ec273e9747cd127d0404a5a",
        ),
        Asset(
            "squeezenet1_1.imagenet1k.onnx-model-zoo.safetensors",
            "SqueezeNet 1.1 trained on ImageNet-1k (ONNX model zoo) in torchvision's layout",
            "starting SqueezeNet 1.1 from ImageNet",
            "safetensors",
            "Apache-2.0",
            size=4_947_080,
            sha256="a64c15cd2fb70f086814508d28e2d270a49e1fb0f9ccdbd8f49c0fa2dbd1721b",
        ),
        Asset(
            "mobilenet_v2.imagenet1k.onnx-model-zoo.no-classifier.safetensors",
            "MobileNetV2 trained on ImageNet-1k (ONNX model zoo), norms folded, no classifier",
            "starting MobileNetV2 from ImageNet",
            "safetensors",
            "Apache-2.0",
            size=9_061_888,
            sha256="a1719da54d3594aef768f01ce6befb91ef0a35383030e76f07f0ada26bf29488",
        ),
        Asset(
            "squeezenet1_0.imagenet1k.deep-compression.safetensors",
            "SqueezeNet 1.0 trained on ImageNet-1k in Caffe (Deep Compression release)",
            "starting SqueezeNet 1.0 from Caffe's ImageNet training",
            "safetensors",
            "BSD",
            size=4_998_848,
            sha256="327122f19f134998b4456f291ae49f7c0d0f46833cdd16e977de2cc611ae0fd1",
        ),
        Asset(
            "caffenet_conv1-5.imagenet1k.skimcaffe-ssl.no-biases.safetensors",
            "the five sparsified convolutions of Caffe's CaffeNet (SkimCaffe) without biases",
            "starting CaffeNet, the paper's network, from ImageNet convolutions",
            "safetensors",
            "BSD-2-Clause",
            size=9_331_560,
            sha256="5eab94534434d5c359afb5e307fc8b3b4447404ca5fdd862455f791f41354f1c",
        ),
        Asset(
            "alexnet_conv1-5.imagenet1k.q-cnn.safetensors",
            "the five quantised convolutions of BVLC AlexNet (Q-CNN) with biases",
            "comparing AlexNet's convolutions with CaffeNet's",
            "safetensors",
            "none stated; research only",
            size=9_337_400,
            sha256="48235612b1796fef1fc26e927ee0f7466d4c961fd489ed2d89035cd74bffd6fe",
        ),
        Asset(
            "imagenet_mean.binaryproto",
            "Caffe's ILSVRC-2012 mean image (1 x 3 x 256 x 256, BGR)",
            "subtracting the mean image as Caffe does",
            "binaryproto",
            "Caffe (BSD-2-Clause)",
            size=786_446,
            sha256="b5863836b6777bdb3d336d94c791864500e2aebb49f7c2bf3d20110223da244f",
        ),
        Asset(
            "lenet_iter_10000.caffemodel",
            "a small Caffe model (LeNet trained on MNIST)",
            "trying the reader of Caffe models",
            "caffemodel",
            "unrestricted use",
            size=1_724_991,
            sha256="3cdcc80a074004c660dd91f998e6ef8ac9c58b8354dd32cf8658df9ff597d0eb",
        ),
        Asset(
            "caffe_finetuning_example.log",
            "the log of a Caffe fine-tuning of AlexNet on positive and negative pictures",
            "trying the reader of Caffe logs",
            "log",
            "MIT",
            size=1_423_972,
            sha256="58801914a30791440463752913331dd5183080511977ca3c226fdf1d364d6249",
        ),
        Asset(
            "squeezenet1_1-b8a52dc0.pth",
            "torchvision's SqueezeNet 1.1 trained on ImageNet-1k",
            "starting SqueezeNet 1.1 from ImageNet",
            url="https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth",
            sha256_prefix="b8a52dc0",
            **_TORCHVISION,
        ),
        Asset(
            "squeezenet1_0-b66bff10.pth",
            "torchvision's SqueezeNet 1.0 trained on ImageNet-1k",
            "starting SqueezeNet 1.0 from ImageNet",
            url="https://download.pytorch.org/models/squeezenet1_0-b66bff10.pth",
            sha256_prefix="b66bff10",
            **_TORCHVISION,
        ),
        Asset(
            "mobilenet_v2-7ebf99e0.pth",
            "torchvision's MobileNetV2 trained on ImageNet-1k (second recipe)",
            "starting MobileNetV2 from torchvision's ImageNet training",
            url="https://download.pytorch.org/models/mobilenet_v2-7ebf99e0.pth",
            sha256_prefix="7ebf99e0",
            **_TORCHVISION,
        ),
        Asset(
            "twitter_finetuned_test4_iter_180.caffemodel",
            "the authors' best model (five agree, test fold 4; 217 MB)",
            "scoring the model that the authors released",
            "caffemodel",
            "none stated; research only",
            _RELEASE + "twitter_finetuned_test4_iter_180.caffemodel",
        ),
        Asset(
            "twitter_finetuned_test4_iter_180_conv.caffemodel",
            "the authors' best model in fully convolutional form (217 MB)",
            "drawing sentiment maps with the model that the authors released",
            "caffemodel",
            "none stated; research only",
            _RELEASE + "twitter_finetuned_test4_iter_180_conv.caffemodel",
        ),
    )
}


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
    addresses = [f"{source}/{quote(name)}"] if isinstance(source, str) else []
    for address in [*addresses, *filter(None, [asset.url])]:
        try:
            return _download(asset, address, folder, progress)
        except _Failed as reason:
            reasons.append(f"{address} {reason}")
    raise Unavailable(_sentence(asset, reasons))


def find(
    name: str, *, mirror: Path | str | None = None, cache: Path | str | None = None
) -> Path | None:
    """Give the path of a declared file that is at hand and whole, without using the network.

    Looks in the cache and in a mirror that is a folder; parameters and errors are `fetch`'s.
    """
    return _look(_declared(name), _mirror(mirror), _cache(cache))[0]


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
        if not path.is_file():
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
        f"{'; '.join(reasons)}. To mend it, {cure}."
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
        if _is_page(stream.read(512)):
            return "is a web page and not the file"
    size, digest = path.stat().st_size, sha256(path)
    if digest == asset.sha256:
        return None
    if asset.kind == "zip":
        return _damage(path)
    if asset.size not in (None, size):
        return f"has {size:,} bytes, not the declared {asset.size:,}"
    declared = asset.sha256 or asset.sha256_prefix or ""
    if not digest.startswith(declared):
        return f"has a wrong checksum (SHA-256 {digest[:12]}..., declared {declared[:12]}...)"
    return None if size else "is empty"


def _is_page(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith((b"<!doctype", b"<html"))


def _download(asset: Asset, address: str, folder: Path, progress: bool) -> Path:
    """Download into the cache: a partial file that grows, then a whole one under its name."""
    target, part = folder / asset.name, folder / f"{asset.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder / f"{asset.name}.lock"):
            # Another process may have fetched it while this one waited.
            if target.is_file() and _fault(asset, target) is None:
                return target
            _receive(asset, address, part, progress)
            if fault := _fault(asset, part):
                _discard(part)
                raise _Failed(f"gave a file that {fault}")
            os.replace(part, target)
            _discard(part)
    except OSError as fault:
        raise UserError(
            f"{folder} cannot be written to ({fault.strerror or fault}): make room or name "
            "another folder in PIXELS_TO_SENTIMENT_CACHE."
        ) from fault
    return target


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a lock that the system gives back even when the process is killed."""
    with open(path, "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _note(part: Path) -> Path:
    """Where the origin of a partial file is kept."""
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


def _receive(asset: Asset, address: str, part: Path, progress: bool) -> None:
    """Download what is missing of a partial file.

    Raises
    ------
    _Failed
        If the server cannot be reached, refuses, or sends something else or not all of it.
    """
    origin = _origin(part, address)
    have = part.stat().st_size if origin else 0
    if have and have == origin["total"]:
        return
    with _request(address, have, origin.get("validator")) as response:
        if have and response.status != 200 and not _continues(response, have, origin["total"]):
            _discard(part)
            return _receive(asset, address, part, progress)
        if response.status == 200:
            have, origin = 0, _describe(address, response)
        elif response.status != 206 or not have:
            raise _Failed(f"answered {response.status} {response.reason}")
        head = _first(asset, response, have, origin["total"])
        expected = origin["total"] or _exact_size(asset)
        with (
            open(part, "ab" if have else "wb") as out,
            _bar(asset, have, expected, progress) as bar,
        ):
            _note(part).write_text(json.dumps(origin))
            _copy(response, head, out, bar, expected or LARGEST_DOWNLOAD)
    have = part.stat().st_size
    if have > (expected or LARGEST_DOWNLOAD):
        _discard(part)
        raise _Failed(f"sends more than the {expected or LARGEST_DOWNLOAD:,} bytes expected")
    if expected and have < expected:
        raise _Failed(f"broke off after {have:,} of {expected:,} bytes ({_KEPT})")


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
        raise _Failed(why)
    try:
        request = urllib.request.Request(address, headers=headers)
        return urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as fault:
        if fault.code == 416 and have:
            return fault
        raise _Failed(f"answered {fault.code} {fault.reason}") from fault
    except (OSError, http.client.HTTPException, ValueError) as fault:
        why = f"could not be reached ({getattr(fault, 'reason', None) or fault!r})"
        if time.monotonic() - begun > SLOW:
            _SLOW_FAILURES[host] = time.monotonic(), why
        raise _Failed(why) from fault


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


def _exact_size(asset: Asset) -> int | None:
    return None if asset.kind == "zip" else asset.size


def _first(asset: Asset, response: http.client.HTTPResponse, have: int, total: int | None) -> bytes:
    """Read the first bytes of an answer, once its head shows that it is the file at all."""
    head = _read(response, 512)
    if response.headers.get_content_type() == "text/html" or (not have and _is_page(head)):
        raise _Failed("sent a web page in place of the file (open it in a browser to see why)")
    expected = _exact_size(asset)
    if expected and total and expected != total:
        raise _Failed(f"has a file of {total:,} bytes, not the declared {expected:,}")
    return head


def _read(response: http.client.HTTPResponse, size: int) -> bytes:
    try:
        return response.read(size)
    except (OSError, http.client.HTTPException) as fault:
        raise _Failed(f"broke off ({fault}; {_KEPT})") from fault


def _bar(asset: Asset, have: int, total: int | None, progress: bool) -> tqdm:
    quiet = not (progress and sys.stderr.isatty())
    return tqdm(
        total=total, initial=have, unit="B", unit_scale=True, desc=asset.name, disable=quiet
    )


def _copy(
    response: http.client.HTTPResponse, chunk: bytes, out: BinaryIO, bar: tqdm, limit: int
) -> None:
    """Write an answer to an open file, until it ends or the file is larger than it may be."""
    while chunk:
        out.write(chunk)
        bar.update(len(chunk))
        chunk = _read(response, _CHUNK) if out.tell() <= limit else b""


class Archive(zipfile.ZipFile):
    """A zip archive whose members never unpack to more than they declare."""

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """Unpack a member in memory.

        Raises
        ------
        zipfile.BadZipFile
            If the member is damaged, packed in an unknown way or larger than it declares.
        """
        member = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        try:
            with self.open(member, pwd=pwd) as stream:
                # Reading without a size would unpack all there is and only then cut it off.
                content = stream.read(member.file_size)
        except (zlib.error, lzma.LZMAError, EOFError, ValueError, RuntimeError) as fault:
            raise zipfile.BadZipFile(f"{member.filename}: {fault}") from fault
        if len(content) != member.file_size:
            raise zipfile.BadZipFile(f"{member.filename} is cut off")
        return content


def open_archive(path: Path | str) -> Archive:
    """Open a zip archive for reading, once its directory has been found harmless.

    Raises
    ------
    UserError
        If it is not a zip or is truncated, unpacks to an unreasonable size, has too many or
        encrypted members, links, or names that lead out of a folder.
    """
    try:
        return _open_archive(path)
    except _Failed as reason:
        raise UserError(f"{path} {reason}: fetch it again or from elsewhere.") from reason


def _open_archive(path: Path | str) -> Archive:
    try:
        with open(path, "rb") as stream:
            begins_like_one = stream.read(4) == b"PK\x03\x04"
        archive = Archive(path)
    except OSError as fault:
        raise _Failed(f"cannot be read ({fault.strerror or fault})") from fault
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as fault:
        state = "is a truncated or damaged zip" if begins_like_one else "is not a zip"
        raise _Failed(f"{state} archive ({fault})") from fault
    danger = _danger(archive.infolist())
    if danger:
        archive.close()
        raise _Failed(danger)
    return archive


def _danger(members: list[zipfile.ZipInfo]) -> str | None:
    if len(members) > MOST_MEMBERS:
        return f"has {len(members):,} members, more than {MOST_MEMBERS:,}"
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_ARCHIVE:
        return f"unpacks to {unpacked:,} bytes, more than {LARGEST_ARCHIVE:,}"
    for member in members:
        name, mode = member.orig_filename, member.external_attr >> 16
        if member.file_size > max(1 << 20, LARGEST_RATIO * member.compress_size):
            return f"has a member that unpacks over {LARGEST_RATIO}-fold ({name!r})"
        if _leaves(name):
            return f"has a member whose name leads out of a folder ({name!r})"
        if member.flag_bits & 1:
            return f"has an encrypted member ({name!r})"
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            return f"has a member that is a link or device ({name!r})"
    return None


def _leaves(name: str) -> bool:
    return (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or re.match(r"[A-Za-z]:", name) is not None
        or ".." in name.split("/")
    )


def _damage(path: Path) -> str | None:
    """Read all members of an archive against their checksums; say what is wrong, if anything."""
    try:
        with _open_archive(path) as archive:
            for member in archive.infolist():
                archive.read(member)
    except _Failed as reason:
        return str(reason)
    except zipfile.BadZipFile as fault:
        return f"is a damaged zip archive ({fault})"
    return None


def members_by_name(archive: zipfile.ZipFile, names: Iterable[str]) -> dict[str, zipfile.ZipInfo]:
    """Find files by their own name in whatever folders of an archive they lie.

    What macOS adds (``__MACOSX``, ``._name``) is passed over, as is a second copy with the same
    content.

    Returns
    -------
    dict
        Member by name, in the order of `names`.

    Raises
    ------
    UserError
        If files are missing, with the first few of them, or a name stands for two contents.
    """
    wanted = dict.fromkeys(names)
    for member in archive.infolist():
        path = PurePosixPath(member.filename)
        if member.is_dir() or "__MACOSX" in path.parts or path.name not in wanted:
            continue
        first = wanted[path.name]
        if first and (first.CRC, first.file_size) != (member.CRC, member.file_size):
            raise UserError(
                f"{archive.filename} has two different files {path.name} ({first.filename} and "
                f"{member.filename}): remove the wrong one."
            )
        wanted[path.name] = first or member
    missing = [name for name, member in wanted.items() if member is None]
    if missing:
        shown = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
        raise UserError(
            f"{archive.filename} lacks {len(missing):,} of {len(wanted):,} files ({shown}): "
            "fetch it again or from elsewhere."
        )
    return wanted
