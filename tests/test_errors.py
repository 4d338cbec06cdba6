"""The door through which every damaged file becomes a sentence."""

import pickle
import struct

import pytest

from pixels_to_sentiment.errors import Damaged, UserError, damage

FAULTS = [
    (struct.error("unpack\n requires 4."), "{state} (error: unpack requires 4): restore it."),
    (pickle.UnpicklingError(), "{state} (UnpicklingError): restore it."),
    (KeyError("commit"), "{state} (KeyError: 'commit'): restore it."),
    (ValueError("it is odd"), "{state} (it is odd): restore it."),
    (Damaged("it is a mean", "rename it"), "{state} (it is a mean): rename it."),
    (MemoryError(), "cannot be read (it takes more memory than there is): restore it."),
    (OSError(22, "Invalid"), "{state} (OSError: [Errno 22] Invalid): restore it."),
    (PermissionError(13, "Denied", "/b"), "/b cannot be read (Denied): make it readable."),
    (UserError("Mine."), "Mine."),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS)
@pytest.mark.parametrize("what", ["", "a thing"])
def test_whatever_a_library_raises_becomes_one_sentence(fault, said, what):
    """The file, the reason and the cure, whether the file is ours or comes from elsewhere."""
    with pytest.raises(UserError) as told, damage("/a", "restore it", what):
        raise fault
    said = said.format(state="is not a thing that can be read" if what else "is damaged")
    assert str(told.value).removeprefix("/a ") == said


@pytest.mark.parametrize(("what", "cure"), [("", "restore it"), ("a thing", "check the path")])
def test_a_file_that_is_not_there_is_not_called_damaged(what, cure):
    """One of ours can be restored; the name of another may be mistyped."""
    with pytest.raises(UserError) as told, damage("/a", "restore it", what):
        raise FileNotFoundError(2, "No such file", "/a")
    assert str(told.value) == f"/a cannot be read (No such file): {cure}."
