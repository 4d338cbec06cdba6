"""Full disks: work whose room runs out at some byte says so, loses nothing, and succeeds later."""

import ctypes
import os
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from hardening import kills, processes
from pixels_to_sentiment import cli

_NEW_MOUNTS, _NEW_USER, _PRIVATE = 0x20000, 0x10000000, 0x44000
# Bytes that the disk has beyond what the work takes, to be filled.
_SPARE = 1 << 20
# Status of a trial in which there was room enough.
_ENOUGH = 3


def possible() -> bool:
    """Whether a process may mount a file system of its own in memory, which is Linux's affair."""
    return not processes.end(processes.start(lambda: _mount(Path("/tmp"), _SPARE), os.devnull))


def _mount(folder: Path, size: int) -> None:
    """Mount a disk of so many bytes, which only this process and its children see."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.unshare(_NEW_MOUNTS):
        user = os.getuid()
        _checked(system.unshare(_NEW_MOUNTS | _NEW_USER))
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    _checked(system.mount(None, b"/", None, _PRIVATE, None))
    options = f"size={size}".encode()
    _checked(system.mount(b"none", os.fsencode(folder), b"tmpfs", 0, options))


def _checked(status: int) -> None:
    if status:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Trials(kills.Trials):
    """Trials of one piece of work, as those of kills, on a disk of its own."""

    def __init__(self, *arguments: object):
        super().__init__(*arguments)
        made = (self.home / "undisturbed").rglob("*")
        self.needed = sum(path.stat().st_blocks * 512 for path in made)

    def fill(self) -> str | None:
        """Let the room run out at a random byte, then do the work with room; what is wrong."""
        room, said = int(self.dice.uniform(0, self.needed)), self.home / "room.txt"
        child = processes.start(lambda: self._filled(room), said)
        if (status := processes.end(child)) == _ENOUGH:
            self.needed *= 0.9
            return self.fill()
        return said.read_text(errors="replace")[-500:] or f"ended with {status}" if status else None

    def _filled(self, room: int) -> int:
        disk = self.home / "disk"
        disk.mkdir(exist_ok=True)
        _mount(disk, 4 * int(self.needed) + _SPARE)
        os.environ["TMPDIR"] = str(self.home / "disk.temporary")
        Path(os.environ["TMPDIR"]).mkdir(exist_ok=True)
        folder = self._prepared("disk/full")
        before, filler = kills.contents(folder), disk / "filler"
        _fill(filler, room)
        said = self.home / "answer.txt"
        status = processes.end(processes.start(lambda: _answer(self.job, folder), said))
        wrong = self._complaint(status, said.read_text(errors="replace"), before, folder)
        filler.unlink()
        if status == 0 and not wrong:
            return _ENOUGH
        wrong = wrong or self._done("disk/full") or self._differences(folder)
        print(wrong or "")
        return int(bool(wrong))

    def _complaint(self, status: int, said: str, before: dict, folder: Path) -> str | None:
        if status == 0:
            return self._differences(folder)
        if status != 2 or "Traceback" in said or "pixels-to-sentiment: " not in said:
            return f"ended with {status} and no sentence: {said[-300:]}"
        found = kills.contents(folder)
        whole = (before, self.expected)
        half = [name for name in found if found[name] not in [one.get(name) for one in whole]]
        lost = sorted(before.keys() - found.keys())
        left = [str(one) for one in kills.hidden(folder)]
        return f"half-written {half}, lost {lost}, left {left}" if half or lost or left else None


def _fill(path: Path, room: int) -> None:
    """Fill a disk but for some bytes."""
    with path.open("wb") as stream:
        disk = os.statvfs(path)
        os.posix_fallocate(stream.fileno(), 0, max(disk.f_bavail * disk.f_frsize - room, 1))


def _answer(job: kills.Job, folder: Path) -> int:
    """Do a piece of work as the command does, with its sentence and status."""
    work = SimpleNamespace(command=lambda _: job.work(folder, 0))
    with patch.object(cli, "_parser", lambda: SimpleNamespace(parse_args=lambda _: work)):
        return cli.main([])
