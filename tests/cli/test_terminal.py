"""What the command line prints is text, whatever it was given."""

import pytest
from tqdm import tqdm

from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError


def test_what_is_no_text_is_shown_as_text(capsys, monkeypatch):
    """In output, sentences and usage; bars still move, and letters of any script stay."""
    hostile, harmless = "\x1b[2J\r\x9b1A\u202e\x07", "é 猫\tx\xa0±"

    def export(*_, **__):
        print(hostile + harmless)
        list(tqdm(range(2), hostile, disable=False))
        raise UserError(f"{hostile}\n{harmless}")

    monkeypatch.setattr(folds, "export", export)
    assert main(["folds", "export", "anywhere"]) == 2
    with pytest.raises(SystemExit):
        main(["folds", "audit", hostile])
    shown = "\\x1b[2J\\r\\x9b1A\\u202e\\x07"
    out, err = capsys.readouterr()
    assert out == f"{shown}{harmless}\n"
    assert f"pixels-to-sentiment: {shown}\\n{harmless}\n" in err
    assert f"\r{shown}: 100%" in err
    assert err.rstrip().endswith(f"unrecognized arguments: {shown}")
    assert not set(hostile) & set(err) - set("\r[2J1A")
