"""Memory that is freed stays with the process, so that the next training step finds it warm.

With its defaults the C library of Linux gives every large block back to the system when it is
freed and asks for it anew at the next step; half the time of a step of SqueezeNet can go into
the system's handing out of pages, one by one and cleared.
"""

import ctypes
import gc
from collections.abc import Callable

# Names and numbers of glibc's malloc.h.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
# As a threshold, no trimming at all (mallopt(3)). Any threshold that fits an int is less than a
# batch of 256 takes in float32.
_NEVER = -1


def keep_freed() -> bool:
    """Let the C library keep what is freed for the rest of the process, and say whether it can.

    Only that of Linux (glibc) can. No result changes; a process may hold some hundred megabytes
    more than it uses.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is None:
        return False
    settings = {_MMAP_MAX: 0, _TRIM_THRESHOLD: _NEVER, _TOP_PAD: 500_000_000}
    return all([mallopt(name, value) for name, value in settings.items()])


def give_back() -> bool:
    """Give back to the system what has been freed until now, and say whether that can be told.

    After a training the freed memory is scattered and the next one, whose blocks are of other
    sizes, asks for more beside it: runs in one process would take more with each.
    """
    trim = _of_glibc("malloc_trim")
    if trim is None:
        return False
    gc.collect()
    trim(0)
    return True


def _of_glibc(name: str) -> Callable | None:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None
