"""The photographs, decoded once into one memory-mapped array, and crops cut out of it."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds, standin
from pixels_to_sentiment.data.folds import ARCHIVE
from pixels_to_sentiment.errors import UserError, damage
from pixels_to_sentiment.files import archives, assets

SIDE = 256
# Part of the fingerprint: to be raised when decoding or warping changes what the array holds.
WARP_VERSION = 1
# Fingerprint of the article's photographs.
PUBLISHED = "163dece2470a85986859fe53cc8f551b3a89dcac6259cc66ab79964af171d447"
# What a folder of decoded pictures holds; one of another kind is not opened.
_LAYOUT = 2
# Written last: the digests of the other files.
_WHOLE = "whole.json"
# Pixels of a picture, SHA-256 of its file, width and height before warping.
_Decoded = tuple[np.ndarray, str, int, int]


@dataclass(frozen=True)
class Pictures:
    """All 1,269 pictures of the data set.

    Attributes
    ----------
    names
        File names in the order of the table of folds, (n,).
    pixels
        uint8 RGB (n, 256, 256, 3), memory-mapped: each picture warped to a square as Caffe does.
    source
        ``"photographs"`` (the article's, by their fingerprint), ``"stand-in"``, ``"other
        pictures"`` of the same names, or the name of a data set of one's own.
    fingerprint
        SHA-256 (hex) over names, file contents and the version of the decoding.
    files
        A picture a row: ``image``, ``sha256`` of the file, ``width`` and ``height`` in pixels.
    masks
        Where the evidence lies, bool (n, 256, 256); only the stand-in knows.
    reason
        Why these are not the photographs; empty if they are or if they were not asked for.
    """

    names: np.ndarray
    pixels: np.ndarray
    source: str
    fingerprint: str
    files: pd.DataFrame
    masks: np.ndarray | None = None
    reason: str = ""

    @property
    def real(self) -> bool:
        """Whether these are the article's photographs."""
        return self.source == "photographs"

    @property
    def generated(self) -> bool:
        """Whether these are the stand-in."""
        return self.source == "stand-in"

    def rows(self, images: pd.Series) -> np.ndarray:
        """Positions in `pixels` of pictures given by name, int64 (k,)."""
        found = pd.Index(self.names).get_indexer_for(images)
        if (found < 0).any():
            raise UserError(f"The data set has no picture {list(images)[found.argmin()]!r}.")
        return found

    def copies(self, images: pd.Series, others: pd.Series) -> np.ndarray:
        """Say which pictures are byte for byte the same as one of some others, bool (k,)."""
        digests = self.files.set_index("image")["sha256"]
        return digests.loc[list(images)].isin(digests.loc[list(others)]).to_numpy()

    def tensor(self, device: str | torch.device = "cpu") -> Tensor:
        """All pixels as one uint8 tensor (n, 256, 256, 3) on a device, shared on the CPU."""
        return torch.from_numpy(self.pixels).to(device)


def load(source: str = "auto") -> Pictures:
    """Give the photographs or, where they cannot be had, the stand-in.

    The decoded array is kept in the cache, so only the first call decodes. Where a data set of
    one's own is in use (`places.dataset`) its pictures take the photographs' place.

    Parameters
    ----------
    source
        ``"photographs"``, ``"stand-in"``, or ``"auto"``: the photographs if they can be had.

    Raises
    ------
    assets.Unavailable
        If photographs are asked for and cannot be had.
    UserError
        If an archive is there and is not the article's; `from_archive` raises for broken ones.
    """
    if source not in ("auto", "photographs", "stand-in"):
        raise UserError(
            f"There is no source {source!r} of pictures: choose photographs, stand-in or auto."
        )
    if own := places.dataset():
        if source == "stand-in":
            places.articles_own("The stand-in is")
        return _load_own(own)
    if source == "stand-in":
        return _load_standin()
    try:
        path = assets.fetch(ARCHIVE)
    except assets.Unavailable as failure:
        if source == "photographs":
            raise
        return replace(_load_standin(), reason=str(failure))
    found = from_archive(path)
    if not found.real:
        raise UserError(
            f"{path} has other pictures under the names of the article's photographs: "
            f"{archives.CURE}."
        )
    return found


def from_archive(path: Path) -> Pictures:
    """Decode an archive, or open what was decoded from the same bytes before.

    Pictures are found by name wherever they lie in the archive. ``UserError`` says which are
    missing or do not decode, or that the archive is not safe to read.
    """
    names = folds.load()["image"].to_numpy()
    folder = _folder(f"pictures-{assets.sha256(path)[:16]}")
    if not _whole(folder):
        with archives.open_archive(path) as archive:
            members = list(archives.members_by_name(archive, names).values())

            def read(row: int) -> _Decoded:
                content = archive.read(members[row])
                with Image.open(io.BytesIO(content)) as image:
                    pixels = warp(np.asarray(image.convert("RGB")))
                    return pixels, hashlib.sha256(content).hexdigest(), *image.size

            _write(folder, names, read)
    found = _open(folder, names, "photographs")
    if found.fingerprint == PUBLISHED:
        return found
    return replace(found, source="other pictures")


def _load_own(folder: Path) -> Pictures:
    """Open a data set of one's own, whose folds count for its fingerprint, too."""
    names = folds.load()["image"].to_numpy()
    found = _open(folder, names, folder.name)
    table = assets.sha256(folder / folds.TABLE)
    both = hashlib.sha256(f"{found.fingerprint} {table}".encode()).hexdigest()
    return replace(found, fingerprint=both)


def _load_standin() -> Pictures:
    table = folds.load()
    names = table["image"].to_numpy()
    folder = _folder(f"stand-in-{standin.VERSION}")
    if not _whole(folder):
        pixels, masks = standin.generate(table)

        def read(row: int) -> _Decoded:
            return pixels[row], hashlib.sha256(pixels[row]).hexdigest(), SIDE, SIDE

        _write(folder, names, read, masks)
    return _open(folder, names, "stand-in")


def _folder(of: str) -> Path:
    return places.cache() / f"{of}-{WARP_VERSION}.{_LAYOUT}"


def warp(pixels: np.ndarray, side: int = SIDE) -> np.ndarray:
    """Resize to a square without keeping the aspect ratio, as Caffe's data layer does.

    Bilinear between the four nearest pixels and without smoothing first, like OpenCV's
    ``INTER_LINEAR`` that ``ImageData`` calls with ``new_height`` and ``new_width``; from uint8
    (h, w, 3) to uint8 (side, side, 3).
    """
    x = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()
    x = F.interpolate(x, (side, side), mode="bilinear", align_corners=False, antialias=False)
    return x.round().clamp(0, 255).byte()[0].permute(1, 2, 0).contiguous().numpy()


def _write(
    folder: Path,
    names: np.ndarray,
    read: Callable[[int], _Decoded],
    masks: np.ndarray | None = None,
) -> None:
    """Fill a folder of the cache, with a digest of each of its files."""
    with places.folder_made(folder, _WHOLE, "CACHE") as made:
        files = _fill(_array(made / "pixels.npy", len(names)), names, read)
        if masks is not None:
            np.save(made / "masks.npy", masks)
        files.to_csv(made / "files.csv", index=False)
        digests = {one.name: assets.sha256(one) for one in sorted(made.iterdir())}
        (made / _WHOLE).write_text(json.dumps(digests))


def _array(path: Path, count: int) -> np.ndarray:
    """Make a file of the pixels with all its room, as a full disk ends whoever writes to a map."""
    pixels = np.lib.format.open_memmap(path, "w+", np.uint8, (count, SIDE, SIDE, 3))
    with path.open("r+b") as stream:
        os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)
    return pixels


def _fill(pixels: np.ndarray, names: np.ndarray, read: Callable[[int], _Decoded]) -> pd.DataFrame:
    def decode(row: int) -> tuple:
        try:
            pixels[row], *facts = read(row)
        except (OSError, ValueError, zipfile.BadZipFile, Image.DecompressionBombError):
            facts = [None] * 3
        return names[row], *facts

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        decoded = pool.map(decode, range(len(names)))
        rows = list(tqdm(decoded, "Decoding", len(names), disable=None))
    files = pd.DataFrame(rows, columns=["image", "sha256", "width", "height"])
    broken = files.loc[files["sha256"].isna(), "image"].to_list()
    if broken:
        shown = ", ".join(broken[:5]) + (", ..." if len(broken) > 5 else "")
        raise UserError(
            f"{len(broken)} of {len(names)} pictures in the archive do not decode ({shown}): "
            f"{archives.CURE}."
        )
    return files


def _whole(folder: Path) -> bool:
    return (folder / _WHOLE).is_file()


def fingerprint(table: bytes) -> str:
    """Fingerprint of decoded pictures from the bytes of the table of their files."""
    return hashlib.sha256(table + str(WARP_VERSION).encode()).hexdigest()


def _open(folder: Path, names: np.ndarray, source: str) -> Pictures:
    with damage(folder, "delete it and run again"):
        digests = json.loads((folder / _WHOLE).read_text())
        for name in {"files.csv", "pixels.npy", *digests}:
            if assets.sha256(folder / name) != digests[name]:
                raise ValueError(f"{name} is not as it was written")
        # Copy on write: torch wants an array it may write to, the file stays as it is.
        pixels = np.load(folder / "pixels.npy", mmap_mode="c")
        masks = np.load(folder / "masks.npy") if "masks.npy" in digests else None
        table = (folder / "files.csv").read_bytes()
        files = pd.read_csv(io.BytesIO(table))
        return Pictures(names, pixels, source, fingerprint(table), files, masks)


def cut(pixels: Tensor, positions: Tensor, corners: Tensor, mirrored: Tensor, side: int) -> Tensor:
    """Cut one square out of each of some pictures.

    Parameters
    ----------
    pixels
        uint8 (n, h, w, 3), on any device, on which the crops will be, uint8 (k, side, side, 3).
    positions
        Pictures to take, int64 (k,).
    corners
        Upper left corner of each crop as row and column, int64 (k, 2).
    mirrored
        Whether to mirror each crop left to right, bool (k,).
    """
    if pixels.device.type == "cpu":
        made = pixels.new_empty(len(positions), side, side, 3)
        every = zip(positions.tolist(), corners.tolist(), mirrored.tolist(), strict=True)
        for place, (position, (row, column), flipped) in enumerate(every):
            crop = pixels[position, row : row + side, column : column + side]
            made[place] = crop.flip(1) if flipped else crop
        return made
    # On a GPU a copy a crop would cost more than it moves.
    steps = torch.arange(side, device=corners.device)
    rows = corners[:, :1] + steps
    columns = corners[:, 1:] + torch.where(mirrored[:, None], side - 1 - steps, steps)
    rows, columns, positions = (t.to(pixels.device) for t in (rows, columns, positions))
    return pixels[positions[:, None, None], rows[:, :, None], columns[:, None, :]]
