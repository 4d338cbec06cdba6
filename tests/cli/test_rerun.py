"""The command ``experiments rerun``: a record, the run made again, and how far they are apart."""

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import pictures
from toy_cli import refused, said
from toy_runs import RUN, made_up_pictures, names_in

pytestmark = pytest.mark.usefixtures("isolated", "quick")


@pytest.fixture
def recorded(finished, monkeypatch):
    """Put a run among the recorded results, without its weights; gives its folder."""
    monkeypatch.setattr(pictures, "load", lambda source="": made_up_pictures())
    folder = places.results() / finished.key
    shutil.copytree(finished.folder, folder, ignore=shutil.ignore_patterns("weights*"))
    return folder


def test_a_run_made_again_is_held_against_the_recorded_one(recorded, capsys):
    """On the same machine no probability differs, and what was made is kept with its weights.

    A second call runs nothing, and says so. Of a record in which one answer is the other one, that
    is counted.
    """
    out = said(capsys, "experiments", "rerun", recorded.name)
    assert out.startswith(f"{RUN.network}:{RUN.start}:tiny five fold 1 seed 0 fp32\nrecorded ")
    assert out.count("largest difference in probability 0, 0 of 4 answers differ") == 2
    assert "weights.safetensors" in names_in(places.runs() / recorded.name)
    assert "\nmade again " in out
    second = said(capsys, "experiments", "rerun", recorded.name)
    assert second == out.replace("\nmade again ", "\nnothing was run now: made again ")
    table = pd.read_csv(recorded / "predictions.csv")
    table.loc[0, "centre"] = 1 - table.loc[0, "centre"]
    table.to_csv(recorded / "predictions.csv", index=False)
    changed = abs(1 - 2 * table.loc[0, "centre"])
    centre, ten = said(capsys, "experiments", "rerun", recorded.name).splitlines()[-2:]
    assert centre.startswith("centre crop: accuracy ")
    assert centre.endswith(f"in probability {changed:.2g}, 1 of 4 answers differ")
    assert ten == out.splitlines()[-1]


def test_a_record_is_not_held_against_itself(recorded, finished, capsys):
    """Where the folder of runs still has what was recorded, as on the machine that made it."""
    shutil.copytree(finished.folder, places.runs() / finished.key)
    assert main(["experiments", "rerun", recorded.name]) == 2
    out, err = capsys.readouterr()
    assert f"Nothing was run: {places.runs() / finished.key} is the recorded run itself" in err
    assert "again" not in out


def test_what_cannot_be_made_again_is_said(recorded, capsys, monkeypatch):
    """No such key, no training run, other pictures."""
    assert "No training run is recorded" in refused(capsys, "experiments", "rerun", "f00")
    probe = places.results() / "abc"
    probe.mkdir()
    (probe / "probe.json").write_text(json.dumps({}))
    assert "No training run is" in refused(capsys, "experiments", "rerun", "abc")
    others = replace(made_up_pictures(), fingerprint="others", source="photographs")
    monkeypatch.setattr(pictures, "load", lambda source="": others)
    sentence = refused(capsys, "experiments", "rerun", recorded.name)
    assert f"Run {recorded.name} is of other pictures (stand-in) than those at hand" in sentence
    assert not places.runs().exists()
