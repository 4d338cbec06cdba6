"""What the lines of a log say, in the forms of all Caffes."""

import pytest

from pixels_to_sentiment.caffe import logs
from pixels_to_sentiment.errors import UserError


def glog(message, second=0):
    return f"I0301 09:00:{second:02d}.000000 100 solver.cpp:1] {message}"


TRAINED = "    Train net output #0: loss = 3 (* 1 = 3 loss)"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # NVIDIA's: an epoch, an indented prefix in brackets, more values after the rate.
        (["    [0.0] Iteration 5 (0.2 s), 0.1/10ep, loss = 2"], {"total_loss": 2}),
        (["    [n0.d0.r0] Iteration 5, lr = 0.1, m = 0.9, wd = 5e-4, gs = 1"], {"rate": 0.1}),
        (["Iteration 5 (5.3/s), lr = 0.01"], {"rate": 0.01}),
        (
            ["Iteration 5, Testing net (#0)", "Test net output mAP #0: detection_eval = 0.75"],
            {"test_detection_eval": 0.75},
        ),
        (["Iteration 5, loss = 2", "    [0.0] " + TRAINED], {"total_loss": 2, "train_loss": 3}),
        (["Iteration 5, lr = 0.1", "Iteration 5, loss = 2"], {"rate": 0.1, "total_loss": 2}),
        # Colons, a total, several values on a line, other spaces.
        (["Iteration 5, loss: 2"], {"total_loss": 2}),
        (["Iteration: 5, lr: 0.1"], {"rate": 0.1}),
        (["Iteration 5, loss = 2", "    Train net output #0: loss: 3"], {"train_loss": 3}),
        (["Iteration 5/1000, loss=2"], {"total_loss": 2}),
        (["Iteration 5, loss = 2, lr = 0.1"], {"total_loss": 2, "rate": 0.1}),
        (["Iteration 5, loss = 2 lr = 0.1"], {"total_loss": 2, "rate": 0.1}),
        (["Iteration 5, lr=0.1\tloss=2, m = 0.9"], {"total_loss": 2, "rate": 0.1}),
        (["Iteration 5, Epoch 3, loss = 2"], {"total_loss": 2}),
        (["Iteration 5, loss = 2 (0.2 s/iter), remaining 3 hours"], {"total_loss": 2}),
        (["Iteration 5, loss = 2 (0.2 s/iter, 39s/9 iters), 1.2/60ep, eta: 1:20:30"],
         {"total_loss": 2}),
        # What is no news of a curve.
        (["MultiStep Status: Iteration 5, step = 1", "Iteration 5, loss = 2"], {"total_loss": 2}),
        (["base_lr: 0.1", "average_loss: 20", "loss -> loss", "loss_weight: 1", 'name: "loss"',
          "    with loss weight 1", "Iteration 5, loss = 2"], {"total_loss": 2}),
    ],
)  # fmt: skip
def test_the_forms_of_other_caffes_are_read(read, recwarn, lines, expected):
    """With and without glog's prefix, and nothing is left out."""
    for some in (lines, [glog(line) for line in lines]):
        (row,) = read(some).curve.to_dict("records")
        assert row["iteration"] == 5
        assert expected.items() <= row.items()
    assert not recwarn


@pytest.mark.parametrize(
    "line",
    [
        *("Iteration 5, accuracy = 3", "Iteration 5. Validation accuracy = 0.5"),
        *("Iteration 5, loss = three", "Iteration 5, loss = 1 Iteration 6, loss = 2"),
        *("Iteration 5, loss = 0,5", "iteration 5, loss = 3", "Iter 5, lr = 1"),
        *("Iteration 5, Testing net #1", "Iteration 5, Testing net [#1]"),
        *("Iteration 5, loss = 2; lr = 0.1", "Iteration 5, loss = 2 (lr = 0.1)"),
        *("Iteration 5, loss = 2, top loss = 3", "Iteration 5, lr = 1, accuracy: .5"),
        *("Iteration 5, loss = 0.4, 0.5", "Iteration 5, lr = 1 (0.5)", "Iteration 5, loss = 1_0"),
        # Numbers to C++ when it reads, and no numbers.
        *("Iteration 5, loss = 0x1p3", "Iteration 5, loss = 0.5%", "Iteration 5, loss = , lr = 1"),
        "Iteration 5, loss = 2, smoothed 3",
        *(
            "Iteration 5, loss = 2 +/- 1",
            "Iteration 5, loss 0.2, lr = 1",
            "Iteration 5, lr = 1 -> .1",
        ),
        *("Iteration 5, loss = 2, error = 3", "Iteration 5, loss = 2 (mean 3)"),
        *("Iteration 5,000, loss = 1", f"{TRAINED} lr = 0.1", f"{TRAINED}, top1 = 0.5"),
        # Of 2013, and of Windows.
        *("Test score #0: 0.5", "Test loss: 0.25", "Iteration 5, loss = 1.#INF"),
        *("Iterations 5, loss = 3", "    Test net output #0: accuracy 0.5", "Testing net"),
        glog("Iteration 5, loss = 0.5" + glog("Snapshotting")),
        glog(f"Iteration 5, loss = 0.5{glog(TRAINED)}"),
    ],
)
def test_a_form_that_is_not_known_is_counted_and_named(read, line):
    """Wherever it begins like one that is; what comes before and after is read all the same."""
    with pytest.warns(UserWarning, match="left out: 1; the first is line 3: "):
        log = read(["Iteration 0, loss = 1", TRAINED, line, "Iteration 999, lr = 0.5"])
    assert log.curve["iteration"].iloc[[0, -1]].tolist() == [0, 999]
    assert log.curve["train_loss"].iloc[0] == 3


@pytest.mark.parametrize("line", ["Iteration 0, loss = 2", TRAINED.replace("3", "4")])
def test_a_second_number_for_an_iteration_is_counted(read, recwarn, line):
    """As where two processes write into one log; the same number again is no other."""
    once = ["Iteration 0, loss = 1", TRAINED]
    read([*once, *once])
    assert not recwarn
    with pytest.warns(UserWarning, match="left out: 1; the first is line 5: "):
        read([*once, *once, line])


SOLVING = "Initializing solver from parameters: "
ONE = ["Iteration 0, loss = 9", "Iteration 20, loss = 8"]


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        ([*ONE, *ONE], 3),
        ([SOLVING, *ONE, SOLVING, *ONE], 5),
        ([SOLVING, *ONE[:1], SOLVING, *ONE[:1]], 4),
        ([*ONE, "Restoring previous solver status from a_iter_0.solverstate", *ONE], None),
        ([*ONE, "Resuming from a_iter_5.solverstate", SOLVING, "Iteration 20, lr = 1"], None),
        (["Snapshotting solver state to x/a_iter_5.solverstate", *ONE,
          "Resuming from x/b_iter_5.solverstate", "Iteration 40, loss = 1"], 5),
        # Cut at its beginning.
        (["Iteration 100, loss = 1", "Iteration 200, loss = 1"] * 2, 3),
        ([*ONE, "Iteration 10, loss = 1", "Iteration 20, loss = 1"], None),
    ],
)  # fmt: skip
def test_a_log_of_two_trainings_is_refused(tmp_path, lines, begins):
    """With the line of the second; one that goes on from a snapshot is the same."""
    path = tmp_path / "a.log"
    path.write_text("".join(f"{glog(line, n)}\n" for n, line in enumerate(lines)))
    if begins is None:
        assert logs.read(path).curve["iteration"].to_list()[0] == 0
    else:
        with pytest.raises(UserError, match=f"line {begins} another training .*cut it into parts"):
            logs.read(path)


def test_what_would_become_too_large_a_table_is_refused(tmp_path):
    """Before memory is taken for it."""
    text = "Iteration {0}, Testing net\nTest net output #0: a{0} = 1\n"
    (tmp_path / "a.log").write_text("".join(text.format(n) for n in range(5000)))
    with pytest.raises(UserError, match=r"5,000 rows and 5,002 columns.*: cut it into parts"):
        logs.read(tmp_path / "a.log")
