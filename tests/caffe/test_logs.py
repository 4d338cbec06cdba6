"""Caffe's training logs: every value at its iteration, whatever else the file holds."""

import math
import re
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.caffe import logs
from pixels_to_sentiment.errors import UserError

# The layout of Caffe 1.0, and of the release candidates before it.
START = "I0620 11:55:15.000000 23419 caffe.cpp:185] Using GPUs 0"
LINES = [
    START,
    "I0620 11:55:20.500000 23419 solver.cpp:337] Iteration 0, Testing net (#0)",
    "I0620 11:55:21.000000 23419 blocking_queue.cpp:50] Data layer prefetch queue empty",
    "I0620 11:55:35.000000 23419 solver.cpp:404]     Test net output #0: accuracy = 0.5174",
    "I0620 11:55:35.000100 23419 solver.cpp:404]     Test net output #1: "
    "loss = 0.796441 (* 1 = 0.796441 loss)",
    "I0620 11:55:36.000000 23419 solver.cpp:228] Iteration 0, loss = 0.92165",
    "I0620 11:55:36.000100 23419 solver.cpp:244]     Train net output #0: "
    "loss = 0.91 (* 1 = 0.91 loss)",
    "I0620 11:55:36.000200 23419 sgd_solver.cpp:106] Iteration 0, lr = 0.001",
    "I0620 11:55:40.250000 23419 solver.cpp:218] Iteration 20 (5.1 iter/s, 3.9s/20 iters), "
    "loss = 2.24266",
    "I0620 11:55:40.250100 23419 solver.cpp:237]     Train net output #0: "
    "loss = 2.5 (* 1 = 2.5 loss)",
    "I0620 11:55:40.250200 23419 sgd_solver.cpp:105] Iteration 20, lr = 1e-05",
    "I0620 11:55:41.000000 23419 solver.cpp:454] Snapshotting to binary proto file a_iter_30",
    "I0620 11:55:42.000000 23419 solver.cpp:337] Iteration 30, Testing net (#0)",
    "I0620 11:55:43.000000 23419 solver.cpp:404]     Test net output #0: accuracy = 0.75",
    "I0620 11:55:43.000100 23419 solver.cpp:404]     Test net output #1: "
    "loss = 0.5 (* 1 = 0.5 loss)",
]
CURVE = {
    "iteration": [0, 20, 30],
    "seconds": [21.0, 25.25, 27.0],
    "rate": [0.001, 1e-05, math.nan],
    "total_loss": [0.92165, 2.24266, math.nan],
    "train_loss": [0.91, 2.5, math.nan],
    "test_accuracy": [0.5174, math.nan, 0.75],
    "test_loss": [0.796441, math.nan, 0.5],
}
PREFIX = re.compile(r"^I\d{4} \S+ 23419 \S+\] ")


def same(curve, expected):
    expected = pd.DataFrame(expected)
    pd.testing.assert_frame_equal(curve, expected, check_exact=True)


def at(stamp, message):
    return f"I{stamp} 7 solver.cpp:228] {message}"


def seconds(log):
    return log.curve["seconds"].tolist()


def test_values_stand_at_the_iteration_that_they_were_logged_at(read):
    """Both forms of the iteration's line; tests and display need not coincide; text between."""
    log = read(LINES)
    same(log.curve, CURVE)
    assert log.losses == ("total_loss", "train_loss", "test_loss")
    assert log.curve["iteration"].dtype == np.int64


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        ([PREFIX.sub("", line) for line in LINES], {"seconds": [math.nan] * 3}),
        (["[1,0]<stderr>:" + line for line in LINES], {}),
        (b"\xef\xbb\xbf" + "".join(line + "\r\n" for line in LINES).encode(), {}),
        (b"caf\xe9 \xff\n" + "".join(line + "\n" for line in LINES).encode(), {}),
    ],
    ids=["no prefix", "mpirun", "windows", "not utf-8"],
)
def test_the_dress_of_the_lines_is_no_matter(read, content, changed):
    """No prefix, hence no times; that of another tool; ends of lines, a mark, other bytes."""
    same(read(content).curve, CURVE | changed)


def test_the_real_log_is_read_in_full(mirror, read):
    """Counts and values taken from the file with other means."""
    path = mirror / "caffe_finetuning_example.log"
    text = path.read_text()
    log = read(path)
    curve = log.curve.set_index("iteration")
    assert len(curve) == len(re.findall(r"Iteration \d+, loss", text)) == 5001
    assert curve.index.tolist() == list(range(0, 100_001, 20))
    assert curve["test_accuracy"].count() == text.count("Testing net") == 101
    assert curve.loc[100_000, ["test_accuracy", "test_loss"]].tolist() == [0.7438, 1.42583]
    assert curve["train_loss"].count() == curve["rate"].count() == 5000
    assert curve["rate"].dropna().unique().tolist() == [0.001, 0.0001, 1e-05, 1e-06, 1e-07]
    losses = [float(value) for value in re.findall(r"Iteration \d+, loss = (\S+)", text)]
    assert curve["total_loss"].tolist() == losses
    assert log.losses == ("total_loss", "train_loss", "test_loss")
    lasted = datetime(2016, 6, 20, 17, 9, 56, 784581) - datetime(2016, 6, 20, 11, 55, 15, 396270)
    assert curve.loc[100_000, "seconds"] == lasted.total_seconds()
    assert curve["seconds"].is_monotonic_increasing


def test_what_belongs_nowhere_is_left_out_and_told(read):
    """Outputs whose heading is lost, and a number to which another thread's line is glued."""
    lines = [
        "Iteration 0, loss = 1",
        "    Test net output #0: accuracy = 0.5",
        "Iteration 5, Testing net",
        "    Train net output #0: loss = 2 (* 1 = 2 loss)",
        "Iteration 5, loss = 0.5I0620",
        "    Train net output #0: loss = 3 (* 1 = 3 loss)",
    ]
    with pytest.warns(UserWarning, match=r"left out: 4; the first is line 2: '    Test|'Test net"):
        log = read(lines)
    assert log.curve.columns.tolist() == ["iteration", "seconds", "rate", "total_loss"]
    np.testing.assert_array_equal(log.curve["total_loss"], [1, math.nan])


def test_nan_is_told_apart_from_what_was_not_logged(read, tmp_path):
    """In the table that is written, and when that is read again."""
    log = read(
        [
            "Iteration 0, loss = nan",
            "    Train net output #0: loss = 3 (* 1 = 3 loss)",
            "Iteration 5, loss = -nan",
            "Iteration 9, lr = 1",
        ]
    )
    log.write(tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[1:] == ["0,,,nan,3.0", "5,,,nan,", "9,,1.0,,"]
    read(tmp_path / "a.csv").write(tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text().splitlines() == lines


TEST, AGAIN = "Iteration 0, Testing net (#0)", "Iteration 9, Testing net (#0)"
BLOCK = [f"    Test net output #{k}: p = {k / 4}" for k in range(3)]
TABLES = {
    "losses have a weight, whatever their names": (
        [
            TEST,
            "    Test net output #0: loss1/top5 = 0.9",
            "    Test net output #1: my_cost = 0.5 (* 0.3 = 0.15 loss)",
            "    Test net output #2: softmax/1 of a = b = 0.3",
            "Iteration 0, loss = 3",
        ],
        "total_loss,test_loss1/top5,test_my_cost,test_softmax/1 of a = b\n0,,,3.0,0.9,0.5,0.3",
        ("total_loss", "test_my_cost"),
    ),
    "an output of several numbers has a column each": (
        [TEST, *BLOCK, "    Test net output #3: q = 9", AGAIN, *BLOCK],
        "test_p,test_p.1,test_p.2,test_q\n0,,,0.0,0.25,0.5,9.0\n9,,,0.0,0.25,0.5,",
        (),
    ),
    "each test net has its columns, #0 without a number": (
        [
            TEST,
            "    Test net output #0: accuracy = 0.1",
            "Iteration 0, Testing net (#1)",
            "    Test net output #0: accuracy = 0.2",
            "    Test net output #1: loss = 0.3 (* 1 = 0.3 loss)",
            "Iteration 9, Testing net",
            "    Test net output #0: accuracy = 0.5",
        ],
        "test_accuracy,test1_accuracy,test1_loss\n0,,,0.1,0.2,0.3\n9,,,0.5,,",
        ("test1_loss",),
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_outputs_become_columns(read, tmp_path, case):
    """As the name of the case says; here as the table is written."""
    lines, table, losses = TABLES[case]
    log = read(lines)
    log.write(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == f"iteration,seconds,rate,{table}\n"
    assert log.losses == losses


def test_of_sessions_in_one_file_the_later_values_win(read):
    """Rows stay in the order of the iterations; the pause between the sessions counts."""
    first = [at(f"0620 10:00:0{n}.000000", f"Iteration {10 * n}, loss = 0.{n}") for n in range(4)]
    second = [
        at("0620 12:00:00.000000", "Restoring previous solver status from a_iter_10.solverstate"),
        at("0620 12:00:01.000000", "Iteration 10, loss = 7"),
        at("0620 12:00:02.000000", "Iteration 20, loss = 8"),
    ]
    log = read(first + second)
    assert log.curve["iteration"].tolist() == [0, 10, 20, 30]
    assert log.curve["total_loss"].tolist() == [0.0, 7, 8, 0.3]
    assert seconds(log) == [0, 7201, 7202, 3]


def test_a_line_without_its_end_is_left_out(read):
    """It may have been cut within a number; what stands before is kept, as in a test block."""
    whole = "\n".join(LINES[:5]).encode()
    with pytest.warns(UserWarning, match="left out: 1; the first is line 5"):
        log = read(whole[:-20])
    assert log.curve["test_accuracy"].tolist() == [0.5174]
    assert "test_loss" not in log.curve
    assert "test_loss" in read(whole + b"\n").curve


@pytest.mark.parametrize("lines", [[], [START], ["base_lr: 0.01"]])
def test_a_log_without_an_iteration_gives_an_empty_curve(read, lines):
    """With the columns that every curve has."""
    log = read(lines)
    assert log.curve.columns.tolist() == ["iteration", "seconds", "rate"]
    assert len(log.curve) == 0
    assert log.curve["iteration"].dtype == np.int64
    assert log.losses == ()


OWN = pd.DataFrame(
    {
        "iteration": [1, 2],
        "seconds": [0.5, 1.0],
        "rate": 0.001,
        "train_loss": [0.7, 0.6],
        "train_accuracy": [0.5, 0.625],
        "test_loss": [math.nan, 0.65],
        "test_accuracy": [math.nan, 0.6],
    }
)


@pytest.mark.parametrize("name", ["", "curve.csv"])
def test_the_curve_of_a_run_is_read_as_it_was_written(tmp_path, read, name):
    """By its folder or its file; its losses are known by their names."""
    OWN.to_csv(tmp_path / "curve.csv", index=False)
    log = read(tmp_path / name)
    same(log.curve, OWN)
    assert log.losses == ("train_loss", "test_loss")


def test_a_table_is_put_in_order(tmp_path, read):
    """Increasing iterations, the later of two rows, the first columns even if they are missing."""
    path = tmp_path / "any.txt"
    path.write_text("iteration,a_loss,rate\n9,1,\n3,2,0.1\n9,3,0.2\n")
    log = read(str(path))
    same(
        log.curve,
        {"iteration": [3, 9], "seconds": math.nan, "rate": [0.1, 0.2], "a_loss": [2.0, 3.0]},
    )
    path.write_text("iteration,rate\n")
    assert read(path).curve.columns.tolist() == ["iteration", "seconds", "rate"]


@pytest.mark.parametrize("text", ["1,fast", "1.5,0.1", "inf,0.1", '"1', ",0.1", "1,2\n1,2,3"])
@pytest.mark.parametrize("names", ["rate", "rate,rate"])
def test_a_table_that_is_not_of_numbers_by_name_is_refused(tmp_path, names, text):
    """One line that names the file."""
    path = tmp_path / "curve.csv"
    path.write_text(f"iteration,{names}\n{text}\n")
    with pytest.raises(UserError, match=r"curve\.csv is not a log or a table") as refusal:
        logs.read(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("head", [b"\x0a\x07CaffeNet\0\0", LINES[0].encode("utf-16")])
def test_what_is_not_a_text_is_refused(tmp_path, head):
    """A model, or a text of two bytes a letter, as PowerShell writes it."""
    path = tmp_path / "net.caffemodel"
    path.write_bytes(head)
    with pytest.raises(UserError, match=r"net\.caffemodel is not .*it is not a text.*UTF-8"):
        logs.read(path)


def test_a_missing_file_and_a_folder_without_a_curve_are_named(tmp_path):
    """The sentence says what to name instead."""
    with pytest.raises(UserError, match=r"absent\.log cannot be read \(No such file"):
        logs.read(tmp_path / "absent.log")
    with pytest.raises(UserError, match=r"is a folder without curve\.csv: name a Caffe log"):
        logs.read(tmp_path)
