"""The one exception that is meant for the person at the keyboard."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What parsers raise for bytes that they were not made for.
_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class UserError(Exception):
    """Something the user can mend: one sentence that names the file and the cure.

    The command line prints it without a traceback and exits with status 2.
    """


class NoPlace(UserError):
    """A folder that takes nothing, which would stop whatever else is to be put there."""


@contextmanager
def damage(path: Path, cure: str) -> Iterator[None]:
    """Turn what the reading of a file of our own raises into a sentence with the cure.

    What a reader finds wrong itself it raises as ``ValueError`` in words that go on from the name.
    """
    try:
        yield
    except PermissionError as fault:
        named = fault.filename or path
        raise UserError(f"{named} cannot be read ({fault.strerror}): make it readable.") from fault
    except OSError as fault:
        raise UserError(f"{path} cannot be read ({fault.strerror or fault}): {cure}.") from fault
    except (*_FAULTS, csv.Error) as fault:
        reason = " ".join(str(fault).split())[:200]
        kind = "" if type(fault) is ValueError else f"{type(fault).__name__}: "
        raise UserError(f"{path} is damaged ({kind}{reason}): {cure}.") from fault


@contextmanager
def parsing(path: Path | str, what: str, cure: str = "") -> Iterator[None]:
    """Turn whatever is raised while a file is parsed into a `UserError` about the file.

    Libraries raise a dozen kinds at damaged bytes, and other ones in their next version. `cure`
    follows where the file's content is at fault, and not where it cannot be opened.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as fault:
        absent = isinstance(fault, OSError) and fault.strerror
        said = absent or " ".join(str(fault).split())[:300] or type(fault).__name__
        after = "" if absent or not cure else f" Cure: {cure}."
        raise UserError(
            f"{path} is not {what} that can be read: {said.removesuffix('.')}.{after}"
        ) from fault
