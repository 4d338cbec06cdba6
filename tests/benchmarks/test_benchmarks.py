"""The benchmark as a whole: its command refuses what it cannot do before it does anything."""

import pytest

from pixels_to_sentiment import cli
from pixels_to_sentiment.benchmarks import suite

pytestmark = pytest.mark.usefixtures("isolated")


def test_a_section_that_does_not_exist_is_refused_at_once(monkeypatch, capsys):
    """One sentence with the sections there are; nothing is timed."""
    monkeypatch.setattr(suite, "_made", lambda *_: pytest.fail("began"))
    assert cli.main(["benchmark", "--only", "tarin"]) == 2
    assert "no section 'tarin'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--only", "infer"], []])
def test_only_a_whole_benchmark_on_the_photographs_is_recorded(arguments, monkeypatch, capsys):
    """A section alone, and the stand-in, are refused before anything is timed."""
    monkeypatch.setattr(suite, "run", lambda *_, **__: pytest.fail("ran"))
    assert cli.main(["benchmark", "--record", *arguments]) == 2
    assert "Only a whole benchmark on the photographs" in capsys.readouterr().err
