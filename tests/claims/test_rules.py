"""The rules in words, and when they were written."""

import subprocess
from datetime import UTC, datetime

from pixels_to_sentiment import places
from pixels_to_sentiment.claims import CLAIMS, MARGIN, RULES, rules, verdicts
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import resampling

SOURCE = 'MARGIN = 0.01\nRULES = {\n    "a": "one "\n    "two",\n    "b": "three",\n}\n'


def committed(folder, text, when):
    (folder / "rules.py").write_text(text)
    date = datetime.fromtimestamp(when, UTC).isoformat()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "rules"]):
        subprocess.run([*git, *command], check=True, env={"GIT_COMMITTER_DATE": date})


def test_a_rule_is_as_old_as_the_newest_of_its_lines(tmp_path, monkeypatch):
    """By git, and results are counted on either side of that; none where git does not know."""
    path = tmp_path / "rules.py"
    path.write_text(SOURCE)
    assert rules.dated({}, path)["written"].isna().all()
    monkeypatch.setattr(places, "checkout", lambda: tmp_path)
    committed(tmp_path, SOURCE, 1_000_000)
    committed(tmp_path, SOURCE.replace("two", "2"), 2_000_000)
    began = [datetime.fromtimestamp(when, UTC).isoformat() for when in (900_000, 1_500_000)]
    found = rules.dated({"a": began, "b": began}, path).set_index("kind")
    assert [one.timestamp() for one in found["written"]] == [2_000_000, 1_000_000]
    assert found[["before", "after"]].to_numpy().tolist() == [[2, 0], [1, 1]]
    path.write_text(SOURCE.replace("two", "2").replace("three", "3"))
    assert rules.dated({}, path)["written"].isna().to_list() == [False, True]


def test_every_kind_of_test_has_its_rule():
    """And what the rules say of levels and margins is what is computed with."""
    used = {claim.kind for claim in CLAIMS}
    assert used == set(RULES) == set(verdicts.COMPARED)
    assert MARGIN == 0.01
    assert resampling.LEVEL == 0.95
    assert rules.SIGNIFICANT == 0.05
    assert len(folds.FOLDS) == 5
    assert "below 5%" in RULES["depth"]
    assert len(rules.VERDICTS) == 5
