"""Memory that is freed stays with the process, and goes back to the system when asked to."""

import ctypes
import platform
import subprocess
import sys

import pytest

from pixels_to_sentiment.training import memory

PROGRAM = """
from pixels_to_sentiment.training import memory
def resident():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
before = resident()
memory.keep_freed()
blocks = [b"x" * (2**24 + n) for n in range(20)]
last = b"x" * 2**20
del blocks
kept = resident()
memory.give_back()
print(kept - before, resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library is left alone")
def test_freed_memory_is_kept_until_it_is_given_back():
    """All of 320 MB that were freed under a block that is still in use."""
    told = subprocess.check_output([sys.executable, "-c", PROGRAM], text=True)
    kept, left = map(int, told.split())
    assert kept > 300_000
    assert left < 50_000


def test_another_c_library_is_left_alone(monkeypatch):
    """One without mallopt has no such function, which is no reason to stop."""
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    memory.keep_freed()
    memory.give_back()
