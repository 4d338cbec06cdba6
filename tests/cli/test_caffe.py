"""Commands on Caffe's files, from the arguments to what is printed and written."""

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from pixels_to_sentiment.caffe import means, models
from pixels_to_sentiment.caffe.models import Layer
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.drawing import curves
from toy_cli import refused, said

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


def test_layers_are_shown_as_text_and_as_json(capsys, model):
    """Name, type and blobs with shape, dtype and statistics, in the order of the file."""
    shown = json.loads(said(capsys, "caffe", "show", model, "--json"))
    assert shown == models.describe(models.read(model))
    lines = said(capsys, "caffe", "show", model).splitlines()
    assert lines[0].split() == ["data", "Input"]
    assert lines[1].split()[:7] == ["fc", "InnerProduct", "2x3", "float32", "mean", "2.5", "std"]
    assert lines[2].split()[:2] == ["2", "float32"]


def test_conversion_goes_both_ways_and_refuses_what_it_cannot_do(capsys, model, tmp_path):
    """Unknown endings, a file that is there, one that is not, a folder that is not."""
    there, again = tmp_path / "there.safetensors", tmp_path / "again.caffemodel"
    there.write_bytes(b"mine")
    assert "it goes from" in refused(capsys, "caffe", "convert", model, tmp_path / "m.h5")
    sentence = refused(capsys, "caffe", "convert", model, there)
    assert f"{there} exists already: use --force" in sentence
    assert there.read_bytes() == b"mine"
    missing = tmp_path / "no.safetensors"
    assert f"{missing} cannot be read" in refused(capsys, "caffe", "convert", missing, again)
    assert not again.exists()
    nowhere = tmp_path / "no" / "m.safetensors"
    assert f"{nowhere} cannot be written" in refused(capsys, "caffe", "convert", model, nowhere)
    forced = said(capsys, "caffe", "convert", model, there, "--force")
    assert forced == f"Wrote {there}.\n"
    said(capsys, "caffe", "convert", there, again)
    ours, theirs = (models.describe(models.read(path)) for path in (again, model))
    assert ours == theirs


def test_a_mean_is_shown_and_becomes_an_npy(capsys, mirror, tmp_path):
    """Caffe's mean image in the file that its Python interface wants."""
    source, target = mirror / "imagenet_mean.binaryproto", tmp_path / "mean.npy"
    said(capsys, "caffe", "convert", source, target)
    np.testing.assert_array_equal(np.load(target), means.read(source))
    (shown,) = json.loads(said(capsys, "caffe", "show", target, "--json"))
    assert shown["blobs"][0]["shape"] == [3, 256, 256]


def test_a_start_is_exported_whole_or_not_at_all(capsys, tmp_path, monkeypatch):
    """Four files, named after the network; what was there stays where the last cannot be written.

    A run that is not there cannot be exported.
    """
    out = tmp_path / "out"
    assert "no finished run" in refused(capsys, "caffe", "export", "0123", "-o", out)
    assert not out.exists()
    names = [f"squeezenet1_1{end}" for end in (".caffemodel", "_conv.caffemodel")]
    names += [f"squeezenet1_1{end}" for end in ("_conv_deploy.prototxt", "_deploy.prototxt")]
    told = said(capsys, "caffe", "export", "squeezenet1_1:random", "-o", out)
    assert sorted(path.name for path in out.iterdir()) == names
    assert told.count("Wrote") == 4
    text = (out / "squeezenet1_1_deploy.prototxt").read_text()
    assert text.startswith(
        "# Input: RGB, values 0..255 times 0.00392157,\n# then minus 0.485 0.456 0.406, divided"
    )
    sentence = refused(capsys, "caffe", "export", "squeezenet1_1:random", "-o", out)
    assert "_deploy.prototxt exists already: use --force" in sentence
    before = {path: path.read_bytes() for path in out.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pixels_to_sentiment.networks.deploy.describe", full)
    sentence = refused(capsys, "caffe", "export", "squeezenet1_1:random", "-o", out, "--force")
    assert f"{out} cannot be written (No space left on device)" in sentence
    assert {path: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize("name", ["../x", "x" * 300])
def test_an_export_stays_in_its_folder(capsys, tmp_path, name):
    """A name with a way in it is refused, and nothing is written."""
    out = tmp_path / "in" / "out"
    refused(capsys, "caffe", "export", "squeezenet1_1:random", "-o", out, "--name", name)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_name_with_other_bytes_than_text_is_shown(capsys, tmp_path):
    """As escapes, and neither as a traceback nor as orders to the terminal."""
    path = tmp_path / "m.caffemodel"
    models.write(path, [Layer("\udcbe\x1b[2J", "\udcff", ())])
    assert said(capsys, "caffe", "show", path) == "\\xbe\\x1b[2J  \\xff\n"
    (shown,) = json.loads(said(capsys, "caffe", "show", path, "--json"))
    assert shown["name"] == "\udcbe\x1b[2J"


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "a.log"
    path.write_text(LOG)
    return path


def test_logs_become_figures_and_tables(capsys, tmp_path, log):
    """Loss, accuracy and both as pictures; a table a log, under the names given."""
    out = tmp_path / "out"
    arguments = ["logs", log, log, "--names", "one", "two"]
    said(capsys, *arguments, "-o", out)
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
    sentence = refused(capsys, *arguments, "-o", out)
    assert "loss.png" in sentence
    assert "two.csv exists already: use --force" in sentence


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("a.log a.log --names one", "2 logs and 1 --names"),
        ("a.log a.log", "Two logs are called 'a'"),
        ("a.log --names x/y", "cannot be part of a file name"),
        ("empty.log", "nothing to draw"),
    ],
)
def test_logs_that_cannot_be_drawn_leave_nothing(capsys, tmp_path, monkeypatch, log, more, named):
    """A sentence, and no folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.log").touch()
    assert main(["logs", *more.split(), "-o", "out"]) == 2
    assert named in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def undrawn(monkeypatch):
    """Draw empty pictures, at once."""
    monkeypatch.setattr(curves, "training_logs", lambda *_: Figure())


def test_what_a_log_is_not_understood_in_or_has_more_of_is_told(capsys, tmp_path, log, undrawn):
    """Lines with their number and the first, no iteration; strictly, it is refused.

    What was there is overwritten where that is asked for.
    """
    empty, out = tmp_path / "empty.log", tmp_path / "out"
    log.write_text(LOG + "Iteration 40, gradient = 3\n" * 2)
    empty.touch()
    told = "left out: 2; the first is line 10: 'Iteration 40, gradient = 3'"
    assert told in refused(capsys, "logs", log, "--strict", "-o", out)
    assert not out.exists()
    out.mkdir()
    (out / "both.png").write_text("")
    assert main(["logs", str(log), str(empty), "-o", str(out), "--force"]) == 0
    err = capsys.readouterr().err
    for sentence in (told, "empty.log has no iteration"):
        assert sentence in err
    assert pd.read_csv(out / "a.csv")["total_loss"].to_list() == [0.9, 0.8]
    assert (out / "both.png").stat().st_size > 1000


def test_of_many_outputs_some_are_drawn(capsys, tmp_path, undrawn):
    """As where a layer has one a class; all of them are in the table."""
    outputs = "".join(f"    Test net output #{n}: o = 1\n" for n in range(1000))
    (tmp_path / "a.log").write_text(f"Iteration 0, Testing net (#0)\n{outputs}")
    assert main(["logs", str(tmp_path / "a.log"), "-o", str(tmp_path / "out")]) == 0
    assert "The pictures show 24 outputs of a." in capsys.readouterr().err
    assert len(pd.read_csv(tmp_path / "out" / "a.csv").columns) == 1003


def test_where_logs_cannot_be_written_the_folder_is_named(capsys, tmp_path, log, undrawn):
    """As where a folder has the name of a file; what is behind it stays."""
    (tmp_path / "loss.png").mkdir()
    (tmp_path / "both.png").write_text("mine")
    sentence = refused(capsys, "logs", log, "--force", "-o", tmp_path)
    assert f"{tmp_path} cannot be written (Is a directory)" in sentence
    assert (tmp_path / "both.png").read_text() == "mine"
