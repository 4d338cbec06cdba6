"""The one exception that is meant for the person at the keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class UserError(Exception):
    """Something the user can mend: one sentence that names the file and the cure.

    The command line prints it without a traceback and exits with status 2.
    """


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
