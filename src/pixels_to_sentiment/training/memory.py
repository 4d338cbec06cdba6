"""Memory that is freed stays with the process, so that the next training step finds it warm.

With its defaults the C library of Linux gives every large block back to the system when it is
freed and asks for it anew at the next step; half the time of a step of SqueezeNet can go into
the system's handing out of pages, one by one and cleared.
"""

import ctypes
import gc
from contextlib import suppress

# MMAP_MAX, TRIM_THRESHOLD and TOP_PAD of glibc's malloc.h with their values. As a threshold of
# trimming, -1 is none at all (mallopt(3)): any that fits an int is less than a batch of 256 takes
# in float32.
_SETTINGS = ((-4, 0), (-1, -1), (-2, 500_000_000))


def keep_freed() -> None:
    """Let the C library keep what is freed for the rest of the process, where it is Linux's.

    No result changes; a process may hold some hundred megabytes more than it uses.
    """
    for setting in _SETTINGS:
        _ask("mallopt", *setting)


def give_back() -> None:
    """Give back to the system what has been freed until now.

    After a training the freed memory is scattered and the next one, whose blocks are of other
    sizes, asks for more beside it: runs in one process would take more with each.
    """
    gc.collect()
    _ask("malloc_trim", 0)


def _ask(name: str, *arguments: int) -> None:
    # Another C library has no such function.
    with suppress(AttributeError, OSError, TypeError):
        getattr(ctypes.CDLL(None), name)(*arguments)
