"""A pack comes home whole, and is taken in all or not at all."""

import json
import shutil
import zipfile

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.campaign import packs
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records.runs import Record
from toy_cli import write_result
from toy_runs import names_in

REPORT = {"began": "2020-02-03T04:05:06+00:00", "failed": {}}


@pytest.fixture
def home(tmp_path):
    """Write a folder with the pack of two records, each with weights beside it."""
    for fold in (1, 2):
        (write_result(tmp_path / "made", fold, 3) / "weights.safetensors").write_bytes(b"0" * 99)
    packs.write(Record.recorded(tmp_path / "made"), REPORT, tmp_path / "pack")
    return tmp_path / "pack"


def test_records_are_taken_out_as_they_were_put_in_without_weights(home, tmp_path):
    """Byte for byte."""
    with packs.opened(home) as (records, report):
        assert report == REPORT
        assert len(records) == 2
        for one in records:
            assert names_in(one.folder) == [
                *("curve.csv", "predictions.csv", "provenance.json", "run.json")
            ]
            for path in one.folder.iterdir():
                made = tmp_path / "made" / one.key / path.name
                assert path.read_bytes() == made.read_bytes()


def flip(home):
    content = bytearray((home / packs.PACK).read_bytes())
    content[2000] ^= 1
    (home / packs.PACK).write_bytes(content)


def stray(home):
    with zipfile.ZipFile(home / packs.PACK, "a") as archive:
        archive.writestr("other.txt", b"")


def by_other_code(home):
    folder = next((home.parent / "made").iterdir())
    content = json.loads((folder / "run.json").read_text()) | {"code": "0" * 12}
    content["key"] = Record.open(folder).run.key("f", "0" * 12)
    (folder / "run.json").write_text(json.dumps(content))
    folder.rename(folder.with_name(content["key"]))
    packs.write(Record.recorded(folder.parent), REPORT, home)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (flip, r"records\.zip is a .*damaged"),
        (stray, "holds 'other.txt', which is no part"),
        (by_other_code, "made by other code .*commit 0123456789"),
        (shutil.rmtree, "has no pack"),
    ],
)
def test_what_is_damaged_or_foreign_is_refused(home, harm, said):
    """In one sentence, before any record is seen."""
    harm(home)
    with pytest.raises(UserError, match=said), packs.opened(home):
        pass


def test_a_process_that_is_killed_leaves_the_pack_of_before(home, monkeypatch):
    """It is replaced whole or not at all."""
    before = (home / packs.PACK).read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(places.os, "replace", fail)
    with pytest.raises(UserError, match="cannot take the pack"):
        packs.write([], REPORT, home)
    assert names_in(home) == [packs.PACK]
    assert (home / packs.PACK).read_bytes() == before
