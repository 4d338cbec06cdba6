"""What tests of commands share."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np

from pixels_to_sentiment.cli import main
from pixels_to_sentiment.training import recipes
from toy_runs import RUN, written

HEAVY = ("torch", "torchvision", "timm", "sklearn", "scipy", "matplotlib", "seaborn", "pandas")


def heavy_after(*commands):
    """Give what of `HEAVY` is imported once some commands have answered, each with its status."""
    code = (
        "import contextlib, io, json, sys\n"
        "from pixels_to_sentiment.cli import main\n"
        "heavy, *commands = json.loads(sys.argv[1])\n"
        "for status, words in commands:\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as said:\n"
        "        try:\n"
        "            assert main(words) == status, words\n"
        "        except SystemExit as end:\n"
        "            assert end.code == status and 'usage: ' in said.getvalue(), words\n"
        "print(*sorted(set(heavy) & sys.modules.keys()))\n"
    )
    command = [sys.executable, "-c", code, json.dumps([HEAVY, *commands])]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.split()


def refused(capsys, *arguments):
    """Run a command that has to fail in one sentence, and give the sentence."""
    assert main([*map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("pixels-to-sentiment: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def said(capsys, *arguments):
    """Run a command that has to succeed, and give what it prints."""
    assert main([*map(str, arguments)]) == 0
    return capsys.readouterr().out


def write_result(root, fold, right, **changes):
    """Write a run's folder as documented, of which so many of each four pictures are right."""
    run = replace(RUN, network="squeezenet1_1", start="imagenet", fold=fold, limit=None)
    run = replace(run, recipe=recipes.recipe("paper", "five"), **changes)
    label = run.lists()[1]["label"]
    correct = np.arange(len(label)) % 4 < right
    centre = np.where(correct == (label == 1), 0.9, 0.1)
    return written(root, run, {"centre": centre, "oversampled": label}, code=run.fingerprint())
