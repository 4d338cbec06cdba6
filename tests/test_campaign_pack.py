"""What is packed for a machine that fetches nothing is whole there by what is printed."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pixels_to_sentiment.campaign import order
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from toy_runs import RUN, names_in

sys.path.append(str(Path(__file__).parents[1] / ".ci"))
import campaign_pack

MIB = 1 << 20


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Make a checkout, and files that its runs need, of several parts' size."""
    root, files = tmp_path / "home", tmp_path / "files"
    for name in ("src/code.py", "tests/test_code.py"):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(name)
    git = ["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "All"]):
        subprocess.run([*git, *words], check=True)
    files.mkdir()
    for name in (folds.ARCHIVE, "weights.bin"):
        (files / name).write_bytes(os.urandom(MIB + 999))
    monkeypatch.setattr(campaign_pack, "ROOT", root)
    monkeypatch.setattr(campaign_pack, "THERE", str(tmp_path / "there"))
    monkeypatch.setattr(order, "planned", lambda: ([replace(RUN, weights="weights.bin")], {}))
    monkeypatch.setattr(assets, "fetch", lambda name: files / name)
    return files


def test_parts_are_small_enough_and_whole_again_by_the_printed_commands(checkout, tmp_path, capsys):
    """The checkout without its tests, photographs and weights; a part that is damaged is seen."""
    sent = tmp_path / "sent"
    campaign_pack.main(sent, 1)
    lines = capsys.readouterr().out.splitlines()
    setup = lines[: next(n for n, line in enumerate(lines) if line.startswith("# run"))]
    assert len(names_in(sent)) == 3
    assert max(path.stat().st_size for path in sent.iterdir()) <= MIB
    subprocess.run(["sh", "-e", "-c", "\n".join(setup)], cwd=sent, check=True, capture_output=True)
    there = tmp_path / "there"
    assert names_in(there) == ["checkout", "mirror"]
    assert (there / "checkout/src/code.py").read_text() == "src/code.py"
    assert not (there / "checkout/tests").exists()
    for path in checkout.iterdir():
        digests = (hashlib.sha256(one.read_bytes()) for one in (path, there / "mirror" / path.name))
        assert len({one.hexdigest() for one in digests}) == 1
    (sent / "part-02").write_bytes(b"damaged")
    taken = next(line for line in setup if line.endswith("/") and "part-02" in line)
    assert subprocess.run(["sh", "-c", taken], cwd=sent, capture_output=True).returncode
    assert names_in(there) == ["checkout", "mirror"]


def test_earlier_parts_outlast_what_cannot_be_packed(checkout, tmp_path):
    """Where a file cannot be had, or no part could hold anything."""
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "part-01").touch()
    with pytest.raises(UserError, match="PART=40"):
        campaign_pack.main(sent, 0)
    (checkout / "weights.bin").unlink()
    with pytest.raises(OSError, match=r"weights\.bin"):
        campaign_pack.main(sent, 1)
    assert names_in(sent) == ["part-01"]


def test_a_part_of_no_number_is_refused_in_a_sentence(tmp_path):
    """As Make hands it on; no traceback, and nothing is written."""
    program = [sys.executable, campaign_pack.__file__, tmp_path / "sent", "abc"]
    answer = subprocess.run(program, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (
        1,
        "campaign-pack: PART=abc is no whole number of mebibytes: give PART=40.\n",
    )
    assert not (tmp_path / "sent").exists()
