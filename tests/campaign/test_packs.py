"""Packs come home whole, small enough, and are taken in all or not at all."""

import hashlib
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

REPORT = {"began": "2020-02-03T04:05:06+00:00", "device": "cpu", "failed": {}}


@pytest.fixture
def home(tmp_path):
    """Write a folder with the packs of three records, each with weights beside it."""
    for fold in (1, 2, 3):
        (write_result(tmp_path / "made", fold, 3) / "weights.safetensors").write_bytes(b"0" * 99)
    packs.write(Record.recorded(tmp_path / "made"), REPORT, tmp_path / "packs", largest=16_000)
    return tmp_path / "packs"


def rewritten(path, change):
    """Write a pack again with its files changed."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_records_are_taken_out_as_they_were_put_in_without_weights(home, tmp_path):
    """Byte for byte, from several packs of which none is larger than allowed."""
    assert len(list(home.iterdir())) > 1
    assert all(path.stat().st_size <= 16_000 for path in home.iterdir())
    with packs.opened(home) as (records, report):
        assert report == REPORT
        assert len(records) == 3
        for one in records:
            assert names_in(one.folder) == [
                *("curve.csv", "predictions.csv", "provenance.json", "run.json")
            ]
            for path in one.folder.iterdir():
                made = tmp_path / "made" / one.key / path.name
                assert path.read_bytes() == made.read_bytes()


def test_more_than_fits_is_refused(tmp_path):
    """In a sentence, and nothing is written."""
    write_result(tmp_path / "made", 1, 3)
    with pytest.raises(UserError, match="more than 8 packs"):
        packs.write(Record.recorded(tmp_path / "made") * 9, REPORT, tmp_path / "p", largest=2000)
    assert not (tmp_path / "p").exists()


def other_content(home):
    def change(files):
        name = next(name for name in files if name.endswith("predictions.csv"))
        files[name] = files[name].replace(b"0.9", b"0.8")

    rewritten(home / "records-2.zip", change)


def stray(home):
    def change(files):
        told = json.loads(files["manifest.json"])
        told["files"]["other.txt"] = hashlib.sha256(b"").hexdigest()
        files |= {"other.txt": b"", "manifest.json": json.dumps(told)}

    rewritten(home / "records-1.zip", change)


def of_another_campaign(home):
    with packs.opened(home) as (records, _):
        packs.write(records, REPORT | {"began": "2021-02-03"}, home.parent / "p", largest=16_000)
    shutil.copy(home.parent / "p" / "records-2.zip", home)


def of_no_device(home):
    with packs.opened(home) as (records, _):
        packs.write(records, REPORT | {"device": "../up"}, home, largest=16_000)


def by_other_code(home):
    folder = next((home.parent / "made").iterdir())
    content = json.loads((folder / "run.json").read_text()) | {"code": "0" * 12}
    run = Record.open(folder).run
    content["key"] = run.key("f", "0" * 12)
    (folder / "run.json").write_text(json.dumps(content))
    folder.rename(folder.with_name(content["key"]))
    packs.write(Record.recorded(folder.parent), REPORT, home, largest=16_000)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (other_content, "not those of its manifest"),
        (stray, "it holds 'other.txt', which is no part of a record"),
        (lambda home: (home / "records-2.zip").write_bytes(b""), r"records-2\.zip is not a zip"),
        (lambda home: (home / "records-2.zip").unlink(), "lacks packs"),
        (of_no_device, r"records-1\.zip is damaged .*'\.\./up'"),
        (of_another_campaign, "of two campaigns"),
        (by_other_code, "made by other code .*commit 0123456789"),
        (shutil.rmtree, "has no pack"),
    ],
)
def test_what_is_damaged_or_foreign_is_refused(home, harm, said):
    """In one sentence, before any record is seen."""
    harm(home)
    with pytest.raises(UserError, match=said), packs.opened(home):
        pass


def test_a_process_that_is_killed_leaves_the_packs_of_before(home, monkeypatch):
    """A pack is replaced whole or not at all."""
    before = {path.name: path.read_bytes() for path in home.iterdir()}

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(places.os, "replace", fail)
    with pytest.raises(UserError, match="cannot be written"):
        packs.write([], REPORT, home)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before
