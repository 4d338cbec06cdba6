"""Zip archives from elsewhere: refused where they could do harm, read within their limits."""

import lzma
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import Damaged, UserError, damage

# The archive of photographs has 1,272 members and unpacks to 60 MB; JPEGs do not deflate further.
LARGEST_ARCHIVE = 1024**3  # bytes unpacked
MOST_MEMBERS = 20_000
LARGEST_RATIO = 100  # unpacked by packed size, of members over 1 MiB
CURE = "put a good copy in its place, or delete it to have it fetched"


class Archive(zipfile.ZipFile):
    """A zip archive whose members never unpack to more than they declare."""

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """Unpack a member in memory; whatever is wrong with it raises `zipfile.BadZipFile`."""
        member = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        try:
            with self.open(member, pwd=pwd) as stream:
                # Reading without a size would unpack all there is and only then cut it off.
                content = stream.read(member.file_size)
        except (OSError, zlib.error, lzma.LZMAError, EOFError, ValueError, RuntimeError) as fault:
            raise zipfile.BadZipFile(f"{member.filename}: {fault}") from fault
        if len(content) != member.file_size:
            raise zipfile.BadZipFile(f"{member.filename} is cut off")
        return content


def open_archive(path: Path | str) -> Archive:
    """Open a zip archive for reading, once its directory has been found harmless.

    Refused is what is not a zip or is truncated, unpacks to an unreasonable size or has too many
    members. Members are read and never extracted, so that no name or link leads anywhere.
    """
    with damage(path, CURE, "a zip archive"):
        places.reading(path).close()  # which waits for no pipe
        archive = Archive(path)
        if danger := _danger(archive.infolist()):
            archive.close()
            raise Damaged(f"it {danger}")
        return archive


def _danger(members: list[zipfile.ZipInfo]) -> str | None:
    if len(members) > MOST_MEMBERS:
        return f"has {len(members):,} members, more than {MOST_MEMBERS:,}"
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_ARCHIVE:
        return f"unpacks to {unpacked:,} bytes, more than {LARGEST_ARCHIVE:,}"
    for member in members:
        if member.file_size > max(1 << 20, LARGEST_RATIO * member.compress_size):
            return f"has a member that unpacks over {LARGEST_RATIO}-fold ({member.filename!r})"
    return None


def fault(path: Path) -> str | None:
    """Read all members of an archive against their checksums; say what is wrong, if anything."""
    try:
        with open_archive(path) as archive:
            for member in archive.infolist():
                archive.read(member)
    except UserError as found:
        return str(found).removeprefix(f"{path} ").removesuffix(f": {CURE}.")
    except zipfile.BadZipFile as found:
        return f"is a damaged zip archive ({found})"
    return None


def members_by_name(archive: zipfile.ZipFile, names: Iterable[str]) -> dict[str, zipfile.ZipInfo]:
    """Find files by their own name in whatever folders of an archive they lie, in this order.

    What macOS adds (``__MACOSX``, ``._name``) is passed over, as is a second copy with the same
    content. Missing files, and a name that stands for two contents, raise ``UserError``.
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
            f"{archive.filename} lacks {len(missing):,} of {len(wanted):,} files ({shown}): {CURE}."
        )
    return wanted
