"""What the command line says is one line of text, whatever it was given."""

import sys

from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError


def test_what_is_no_text_in_a_sentence_is_shown_as_text(capsys, monkeypatch):
    """Colours, moves of the cursor, a line of its own; letters of any script stay."""

    def export(*_, **__):
        raise UserError("\x1b[2J\r\u202e\né 猫 ±")

    monkeypatch.setattr(folds, "export", export)
    assert main(["folds", "export", "anywhere"]) == 2
    assert capsys.readouterr().err == "pixels-to-sentiment: \\x1b[2J\\r\\u202e\\né 猫 ±\n"


def test_a_command_does_its_work_where_nobody_reads_what_it_says(monkeypatch, isolated):
    """With both streams closed, as by `>&- 2>&-`."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert main(["folds", "audit"]) == 0
    assert main(["files", "fetch", "nope"]) == 2
