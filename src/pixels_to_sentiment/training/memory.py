"""Memory that is freed stays with the process, so that the next training step finds it warm.

With its defaults the C library of Linux gives every large block back to the system when it is
freed and asks for it anew at the next step; half the time of a step of SqueezeNet can go into
the system's handing out of pages, one by one and cleared.
"""

import ctypes
import gc

# Names and numbers of glibc's malloc.h. As a threshold of trimming, -1 is none at all (mallopt(3)):
# any that fits an int is less than a batch of 256 takes in float32.
_SETTINGS = {"MMAP_MAX": (-4, 0), "TRIM_THRESHOLD": (-1, -1), "TOP_PAD": (-2, 500_000_000)}


def keep_freed() -> bool:
    """Let the C library keep what is freed for the rest of the process, and say whether it can.

    Only that of Linux (glibc) can. No result changes; a process may hold some hundred megabytes
    more than it uses.
    """
    return all([_asked("mallopt", *setting) for setting in _SETTINGS.values()])


def give_back() -> bool:
    """Give back to the system what has been freed until now, and say whether that can be told.

    After a training the freed memory is scattered and the next one, whose blocks are of other
    sizes, asks for more beside it: runs in one process would take more with each.
    """
    gc.collect()
    return _asked("malloc_trim", 0) is not None


def _asked(name: str, *arguments: int) -> int | None:
    """Call a function of glibc; ``None`` where there is none."""
    try:
        return getattr(ctypes.CDLL(None), name)(*arguments)
    except (AttributeError, OSError, TypeError):
        return None
