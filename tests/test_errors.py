"""The door through which every damaged file becomes a sentence."""

import pickle
import struct

import pytest

from pixels_to_sentiment.errors import UserError, parsing


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (struct.error("unpack\n requires 4 bytes"), "read: unpack requires 4 bytes. Cure: fetch."),
        (pickle.UnpicklingError(), "read: UnpicklingError. Cure: fetch."),
        (MemoryError("x."), "read: x. Cure: fetch."),
        (RecursionError("deep"), "read: deep. Cure: fetch."),
        (PermissionError(13, "Permission denied"), "read: Permission denied."),
        (UserError("Mine."), "Mine."),
    ],
)
def test_whatever_a_library_raises_becomes_one_sentence(tmp_path, fault, said):
    """With the cure where the content is at fault, and not where the file cannot be opened."""
    (tmp_path / "a").touch()
    with pytest.raises(UserError) as told, parsing(tmp_path / "a", "a thing", "fetch"):
        raise fault
    assert str(told.value).endswith(said)
    assert "\n" not in str(told.value)
