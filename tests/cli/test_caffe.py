"""Commands on Caffe's files, from the arguments to what is printed and written."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pixels_to_sentiment.caffe import means, models
from pixels_to_sentiment.caffe.models import Layer
from pixels_to_sentiment.cli import main

pytestmark = pytest.mark.usefixtures("isolated")

LOG = """I0620 11:55:15.000000 1 solver.cpp:279] Solving net
I0620 11:55:16.000000 1 solver.cpp:337] Iteration 0, Testing net (#0)
I0620 11:55:17.000000 1 solver.cpp:404]     Test net output #0: accuracy = 0.5
I0620 11:55:17.000000 1 solver.cpp:404]     Test net output #1: loss = 0.7 (* 1 = 0.7 loss)
I0620 11:55:18.000000 1 solver.cpp:228] Iteration 0, loss = 0.9
I0620 11:55:18.000000 1 solver.cpp:244]     Train net output #0: loss = 0.9 (* 1 = 0.9 loss)
I0620 11:55:18.000000 1 sgd_solver.cpp:106] Iteration 0, lr = 0.001
I0620 11:55:20.000000 1 solver.cpp:228] Iteration 20, loss = 0.8
I0620 11:55:20.000000 1 sgd_solver.cpp:106] Iteration 20, lr = 0.001
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "m.caffemodel"
    weight = np.arange(6, dtype=np.float32).reshape(2, 3)
    layers = [Layer("data", "Input", ()), Layer("fc", "InnerProduct", (weight, weight[:, 0]))]
    models.write(path, layers)
    return path


def refused(capsys, *arguments):
    """Give the one sentence that a command ends with."""
    assert main([str(a) for a in arguments]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_layers_are_shown_as_text_and_as_json(capsys, model):
    """Name, type and blobs with shape, dtype and statistics, in the order of the file."""
    assert main(["caffe", "show", str(model), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [(x["name"], x["type"]) for x in shown] == [("data", "Input"), ("fc", "InnerProduct")]
    assert shown[0]["blobs"] == []
    expected = {"shape": [2, 3], "dtype": "float32", "mean": 2.5, "min": 0.0, "max": 5.0}
    assert expected.items() <= shown[1]["blobs"][0].items()
    assert shown[1]["blobs"][0]["std"] == pytest.approx(np.arange(6).std())
    assert main(["caffe", "show", str(model)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["data", "Input"]
    assert lines[1].split()[:7] == ["fc", "InnerProduct", "2x3", "float32", "mean", "2.5", "std"]
    assert lines[2].split()[:2] == ["2", "float32"]


def test_a_mean_is_shown(capsys, tmp_path):
    """Its shape and range."""
    np.save(tmp_path / "mean.npy", np.full((3, 4, 5), 7.0))
    assert main(["caffe", "show", str(tmp_path / "mean.npy"), "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["blobs"][0]["shape"], shown["blobs"][0]["max"]) == ([3, 4, 5], 7.0)


def test_showing_needs_no_torch(model):
    """The answer comes at once."""
    program = (
        "import sys; from pixels_to_sentiment.cli import main; "
        f"main(['caffe', 'show', {str(model)!r}]); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


def test_conversion_goes_to_safetensors_and_back(capsys, model, tmp_path):
    """The model that comes back is the one that went."""
    target, again = tmp_path / "m.safetensors", tmp_path / "again.caffemodel"
    assert main(["caffe", "convert", str(model), str(target)]) == 0
    assert main(["caffe", "convert", str(target), str(again)]) == 0
    ours, theirs = (list(models.read(path)) for path in (again, model))
    assert [(x.name, x.type) for x in ours] == [(x.name, x.type) for x in theirs]
    np.testing.assert_array_equal(ours[1].blobs[0], theirs[1].blobs[0])
    assert "Wrote" in capsys.readouterr().out


def test_conversion_refuses_what_it_cannot_do(capsys, model, tmp_path):
    """Unknown endings, a file that is there, one that is not, a folder that is not."""
    there = tmp_path / "there.safetensors"
    there.write_bytes(b"mine")
    assert "it goes from" in refused(capsys, "caffe", "convert", model, tmp_path / "m.h5")
    said = refused(capsys, "caffe", "convert", model, there)
    assert f"{there} exists already: use --force" in said
    assert there.read_bytes() == b"mine"
    missing = tmp_path / "missing.caffemodel"
    assert f"no file {missing}" in refused(capsys, "caffe", "convert", missing, there)
    nowhere = tmp_path / "no" / "m.safetensors"
    assert "no folder" in refused(capsys, "caffe", "convert", model, nowhere)
    assert main(["caffe", "convert", str(model), str(there), "--force"]) == 0
    assert there.read_bytes() != b"mine"


def test_a_mean_becomes_an_npy(mirror, tmp_path):
    """Caffe's mean image in the file that its Python interface wants."""
    source = mirror / "imagenet_mean.binaryproto"
    assert main(["caffe", "convert", str(source), str(tmp_path / "mean.npy")]) == 0
    np.testing.assert_array_equal(np.load(tmp_path / "mean.npy"), means.read(source))


def test_a_start_is_exported(capsys, tmp_path):
    """Four files, named after the network."""
    assert main(["caffe", "export", "squeezenet1_1:random", "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "squeezenet1_1.caffemodel",
        "squeezenet1_1_conv.caffemodel",
        "squeezenet1_1_conv_deploy.prototxt",
        "squeezenet1_1_deploy.prototxt",
    ]
    assert capsys.readouterr().out.count("Wrote") == 4


def test_a_run_that_is_not_there_cannot_be_exported(capsys, tmp_path):
    """Nor a start or a network that nobody knows."""
    for what, said in (("0123", "no finished run"), ("caffenet:x", "no start"), ("x:y", "network")):
        assert said in refused(capsys, "caffe", "export", what, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_logs_become_figures_and_tables(capsys, tmp_path):
    """Loss, accuracy and both as pictures; a table a log, under the names given."""
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(LOG)
    out = tmp_path / "out"
    arguments = ["logs", tmp_path / "a.log", tmp_path / "b.log", "--names", "one", "two"]
    assert main([str(a) for a in [*arguments, "-o", out]]) == 0
    assert {p.name for p in out.iterdir()} == {
        *("loss.png", "accuracy.png", "both.png", "one.csv", "two.csv")
    }
    for kind in ("loss", "accuracy", "both"):
        with Image.open(out / f"{kind}.png") as image:
            assert min(image.size) > 200
    table = pd.read_csv(out / "one.csv")
    assert table["iteration"].to_list() == [0, 20]
    assert table["total_loss"].to_list() == [0.9, 0.8]
    assert table["test_accuracy"].dropna().to_list() == [0.5]
    capsys.readouterr()
    said = refused(capsys, *arguments, "-o", out)
    assert "loss.png" in said
    assert "two.csv exists already: use --force" in said
    assert main([str(a) for a in [*arguments, "-o", out, "--force"]]) == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["a.log", "b.log", "--names", "one"], "2 logs and 1 --names"),
        (["a.log", "a.log"], "called the same"),
        (["a.log", "--names", "x/y"], "cannot be part of a file name"),
        (["missing.log"], "missing.log"),
        (["empty.log"], "nothing to draw"),
    ],
)
def test_logs_that_cannot_be_drawn_leave_nothing(capsys, tmp_path, monkeypatch, more, said):
    """A sentence, and no folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.log").write_text(LOG)
    (tmp_path / "b.log").write_text(LOG)
    (tmp_path / "empty.log").write_text("")
    assert main(["logs", *more, "-o", "out"]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_empty_log_among_others_is_named_and_passed_over(capsys, tmp_path):
    """The others are drawn."""
    (tmp_path / "a.log").write_text(LOG)
    (tmp_path / "empty.log").write_text("")
    paths = [str(tmp_path / name) for name in ("a.log", "empty.log")]
    assert main(["logs", *paths, "-o", str(tmp_path / "out")]) == 0
    assert "empty.log has no iteration" in capsys.readouterr().err
    assert (tmp_path / "out" / "both.png").is_file()
