"""Archives: those that attack, those that are damaged, and members found by name."""

import struct
import tracemalloc
import zipfile

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives
from toy_files import OTHER, PACKING, zipped


def opened(tmp_path, content):
    path = tmp_path / "archive.zip"
    if content is not None:
        path.write_bytes(content)
    return archives.open_archive(path)


ATTACKS = {
    "absent": (None, r"cannot be read \(No such file"),
    "nothing": (b"", "is not a zip"),
    "noise": (OTHER, "is not a zip"),
    "truncated": (PACKING[: len(PACKING) // 2], "is not a zip"),
    "bomb": (zipped([("a.jpg", bytes(2 << 20))]), "unpacks over 100-fold"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_archive_that_attacks_is_refused(tmp_path, attack):
    """Nothing of a broken or hostile archive is read; the sentence names it and the reason."""
    content, reason = ATTACKS[attack]
    with pytest.raises(UserError, match=rf"archive\.zip .*{reason}"):
        opened(tmp_path, content)


@pytest.mark.parametrize(
    ("limit", "reason"),
    [("MOST_MEMBERS", "has 5 members"), ("LARGEST_ARCHIVE", "unpacks to 25,000")],
)
def test_size_of_an_archive_is_limited(tmp_path, monkeypatch, limit, reason):
    """More members or bytes than the limit are refused, exactly the limit is not."""
    count = 5 if limit == "MOST_MEMBERS" else 25_000
    monkeypatch.setattr(archives, limit, count)
    opened(tmp_path, PACKING).close()
    monkeypatch.setattr(archives, limit, count - 1)
    with pytest.raises(UserError, match=reason):
        opened(tmp_path, PACKING)


def declaring(content, size):
    """Bytes of an archive whose first member declares another unpacked size."""
    content = bytearray(content)
    for header, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<L", content, content.index(header) + offset, size)
    return bytes(content)


def test_member_that_lies_about_its_size_is_bad_and_costs_no_memory(tmp_path):
    """One that unpacks to less is not handed out as whole, one to more not unpacked whole."""
    less, more = (zipped([("a.jpg", content)]) for content in (b"abc" * 100, bytes(16 << 20)))
    for content in (declaring(less, 301), declaring(more, 1000)):
        with opened(tmp_path, content) as archive:
            tracemalloc.start()
            with pytest.raises(zipfile.BadZipFile):
                archive.read("a.jpg")
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 4 << 20


def test_damaged_member_is_a_bad_zip_whatever_is_wrong(tmp_path):
    """Whatever unpacking trips over arrives as the one exception that readers expect."""
    good = zipped([("a.jpg", b"some text " * 20 + OTHER[:300])])
    for position in range(30 + len("a.jpg"), good.index(b"PK\x01\x02"), 9):
        content = bytearray(good)
        content[position] ^= 0x55
        with opened(tmp_path, bytes(content)) as archive, pytest.raises(zipfile.BadZipFile):
            archive.read("a.jpg")


def test_members_are_found_wherever_they_lie(tmp_path):
    """Names are found at any depth, in the order asked for, without what macOS adds."""
    content = zipped(
        [
            ("deep/in/a.jpg", b"a"),
            ("__MACOSX/deep/in/b.jpg", b"x"),
            ("deep/._b.jpg", b"y"),
            ("b.jpg", b"b"),
            ("other.txt", b""),
            ("c.jpg/", b""),
            ("d/c.jpg", b"c"),
        ]
    )
    with opened(tmp_path, content) as archive:
        found = archives.members_by_name(archive, ["c.jpg", "b.jpg", "a.jpg"])
        assert list(found) == ["c.jpg", "b.jpg", "a.jpg"]
        assert [archive.read(member) for member in found.values()] == [b"c", b"b", b"a"]


def test_second_copy_is_harmless_only_with_the_same_content(tmp_path):
    """The same file twice is one file; two files of one name are the user's to sort out."""
    with opened(tmp_path, zipped([("x/a.jpg", b"a"), ("y/a.jpg", b"a")])) as archive:
        assert archives.members_by_name(archive, ["a.jpg"])["a.jpg"].filename == "x/a.jpg"
    with (
        opened(tmp_path, zipped([("x/a.jpg", b"a"), ("y/a.jpg", b"b")])) as archive,
        pytest.raises(UserError, match=r"two different files a\.jpg \(x/a\.jpg and y/a\.jpg\)"),
    ):
        archives.members_by_name(archive, ["a.jpg"])


def test_missing_members_are_counted_and_the_first_named(tmp_path):
    """The sentence has the count and the first five of the missing."""
    names = [f"{i}.jpg" for i in range(9)]
    with (
        opened(tmp_path, zipped([("0.jpg", b"")])) as archive,
        pytest.raises(UserError, match=r"lacks 8 of 9 files \(1\.jpg, .*5\.jpg, \.\.\.\)"),
    ):
        archives.members_by_name(archive, names)


def test_damage_is_found_in_any_member(tmp_path):
    """Every member is read through; the reason is the end of a sentence, not an exception."""
    path = tmp_path / "archive.zip"
    path.write_bytes(PACKING)
    assert archives.fault(path) is None
    path.write_bytes(PACKING[:9000] + b"\0\0\0" + PACKING[9003:])
    assert "is a damaged zip archive" in archives.fault(path)
    path.write_bytes(OTHER)
    assert "is not a zip archive" in archives.fault(path)
