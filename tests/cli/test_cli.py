"""The command line: what it prints, what it returns, and one sentence for what can be mended."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.book import checks
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import audit, folds, pictures
from pixels_to_sentiment.files import assets, packaged
from toy_cli import heavy_after, refused, said, write_result
from toy_maps import photograph

pytestmark = pytest.mark.usefixtures("isolated")


# The door


def test_what_needs_no_network_imports_nothing_heavy(isolated):
    """Help, what is recorded, what there is to run, what a map lacks: neither torch nor pandas."""
    write_result(places.results(), 1, 3)
    np.save(isolated / "mean.npy", np.zeros((3, 2, 2)))
    commands = ["--help", "folds export --help", "experiments run --help", "map --help"]
    commands += ["results --keys", "experiments list", "experiments show ten-years-later"]
    commands += [f"caffe show {isolated / 'mean.npy'}"]
    lacking = ["map", str(photograph(isolated / "cat.png"))]
    assert heavy_after(*[(0, one.split()) for one in commands], (2, lacking)) == []


def test_an_empty_word_is_not_the_current_folder(capsys, tmp_path, monkeypatch):
    """Which a shell variable that is not set would make of it."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(["map", "cat.png", "-o", ""])
    assert end.value.code == 2
    assert "an empty word names nothing" in capsys.readouterr().err
    assert not os.listdir()


def test_a_reader_who_leaves_early_is_no_fault():
    """As in ``experiments list | head -1``: no complaint, neither from the command nor at exit."""
    command = [sys.executable, "-m", "pixels_to_sentiment", "experiments", "list"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=buffered, **pipes) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


# Folds and files


def test_lists_are_exported_and_a_changed_one_is_in_the_way_until_force(capsys, tmp_path):
    """Nothing is written before that is known; what is in them is told in the tests of `folds`."""
    changed = tmp_path / "four_agrees" / "test2" / "train.txt"
    changed.parent.mkdir(parents=True)
    changed.write_text("mine\n")
    assert str(changed) in refused(capsys, "folds", "export", tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [changed]
    told = said(capsys, "folds", "export", tmp_path, "--force")
    assert told == f"Wrote 30 lists under {tmp_path}.\n"
    assert changed.read_text() != "mine\n"


def test_the_audit_looks_into_the_archive_where_it_is_at_hand(capsys, monkeypatch):
    """Its digests tell duplicates, its lists the labels; without it, that is said."""
    alone = said(capsys, "folds", "audit")
    assert "1265" in alone
    assert "needs the archive of photographs" in alone
    images = folds.load()["image"]
    files = pd.DataFrame({"image": images, "sha256": [*images[:-1], images.iloc[0]]})
    monkeypatch.setattr(assets, "find", lambda name: Path("archive.zip"))
    monkeypatch.setattr(pictures, "from_archive", lambda path: SimpleNamespace(files=files))
    monkeypatch.setattr(audit, "read_lists", lambda path: {name: {} for name in folds.AGREEMENTS})
    out = said(capsys, "folds", "audit")
    assert "needs the archive" not in out
    assert [images.iloc[place] in out for place in (0, -1, 1)] == [True, True, False]


def test_files_are_listed_with_their_places(capsys, isolated, monkeypatch):
    """What lies in the mirror is named by its path; a file is fetched from there.

    Each has its size, its licence, and what it was made from, if that is known; in the end it says
    where was looked.
    """
    out = said(capsys, "files", "list")
    assert all(name in out for name in assets.ASSETS)
    assert out.count("not here") == len(assets.ASSETS)
    assert "\n    4.9 MB, Apache-2.0, converted from the ONNX model zoo (github.com/" in out
    cache, package = f"the cache {isolated}/cache/files", f"the package {packaged.PACKAGE}"
    looked = f"\n0 of {len(assets.ASSETS)} are here.\nLooked for in {cache} and {package}; "
    assert out.endswith(f"{looked}{assets.MIRROR_VARIABLE} names no mirror.\n")
    asset = replace(assets.ASSETS["caffe_finetuning_example.log"], size=None, checksum=None)
    monkeypatch.setitem(assets.ASSETS, asset.name, asset)
    path = isolated / asset.name
    path.write_text("Iteration 0\n")
    monkeypatch.setenv(assets.MIRROR_VARIABLE, str(isolated))
    out = said(capsys, "files", "list")
    assert f"\n    {asset.what}, for {asset.used_for}\n    {asset.licence}\n    {path}\n" in out
    assert said(capsys, "files", "fetch", asset.name) == f"{path}\n"


# The book


def test_a_parameter_that_cannot_be_read_is_refused(capsys):
    """Before any kernel starts."""
    sentence = refused(capsys, "book", "execute", "-p", "test_folds", "[1, ")
    assert "'[1, ' for test_folds is not a value" in sentence


def test_book_check_looks_at_executed_notebooks_when_asked(monkeypatch, capsys):
    """Before rendering; faults of both kinds end in one sentence each."""
    monkeypatch.setattr(checks, "of_sources", lambda: [])
    monkeypatch.setattr(checks, "of_executed", lambda: ["02 shows nothing."])
    assert "in order" in said(capsys, "book", "check")
    assert "02 shows nothing." in refused(capsys, "book", "check", "--executed")
