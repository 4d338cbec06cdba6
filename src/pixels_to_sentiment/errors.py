"""The one exception that is meant for the person at the keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class UserError(Exception):
    """Something the user can mend: one sentence that names the file and the cure.

    The command line prints it without a traceback and exits with status 2.
    """


class NoPlace(UserError):
    """A folder that takes nothing, which would stop whatever else is to be put there."""


class Damaged(ValueError):
    """What a reader finds wrong with a file, in words that go on from its name, and the cure."""

    def __init__(self, reason: str, cure: str = "") -> None:
        super().__init__(reason)
        self.cure = cure


def printable(text: str) -> str:
    """Write what a terminal might obey, in a name or what a file is quoted with, as escapes."""
    return "".join(
        one if one.isprintable() else ascii(one)[1:-1].replace("udc", "x") for one in text
    )


@contextmanager
def damage(path: Path | str, cure: str = "fetch it again", what: str = "") -> Iterator[None]:
    """Turn whatever is raised while a file is read into a sentence about it: `UserError`.

    Every reader goes through this door, as libraries raise a dozen kinds at damaged bytes, and
    other ones in their next version.

    Parameters
    ----------
    cure
        For content that is at fault, where `Damaged` does not tell a better one.
    what
        Such as ``a Caffe model``: what the file should be. One of our own is none, but damaged.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as fault:
        state = f"is not {what} that can be read" if what else "is damaged"
        said = " ".join(str(fault).split())[:300].removesuffix(".")
        reason = printable(said)
        # Without a name it is not the opening that failed, but what a parser was told to do.
        if isinstance(fault, OSError) and fault.filename:
            state, reason = "cannot be read", fault.strerror
            cure = "check the path" if what else cure
        elif isinstance(fault, MemoryError):
            state, reason = "cannot be read", "it takes more memory than there is"
        elif type(fault) not in (ValueError, Damaged):
            reason = f"{type(fault).__name__}: {reason}".removesuffix(": ")
        if isinstance(fault, PermissionError):
            path, cure = fault.filename or path, "make it readable"
        cure = getattr(fault, "cure", "") or cure
        raise UserError(f"{path} {state} ({reason}): {cure}.") from fault
