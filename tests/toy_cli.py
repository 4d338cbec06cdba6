"""What tests of commands share."""

from pixels_to_sentiment.cli import main


def refused(capsys, *arguments):
    """Run a command that has to fail in one sentence, and give the sentence."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("pixels-to-sentiment: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err
