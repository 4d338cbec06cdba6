"""Blocks that repeat are read as line by line, whatever stands between them."""

import random

import numpy as np
import pytest

from pixels_to_sentiment.caffe import blocks, logs

ODD = [
    "Iteration {n}, loss = 0.5I0620", "Iteration {n}, accuracy = 1", "", "free text", "Iteration",
    "I0301 09:00:00.000000 1 s.cpp:1]     Train net output #1: b = 2 (* 1 = 2 loss)",
    "    Train net output #0: a = 7", "Iteration 3, loss = 1", "Iteration {n}, Testing net (#1)",
    "I0301 09:00:00.000000 1 s.cpp:1] Restoring previous solver status from a_iter_5.solverstate",
    "I0301 09:00:00.000000 1 s.cpp:1] Iteration 0, loss = 1", "Initializing solver from", "x] y",
    "I0301 09:00:00.000000 1 s.cpp:1] Iteration 7, loss = 1I0301 s.cpp:2] Solving",
]  # fmt: skip
FORMS = {
    "glog": ("I0301 09:{m:02d}:{s:02d}.000{n:03d} 1 s.cpp:{s}] ", " (5 iter/s, {m}.5s/20 iter)"),
    "nvidia": ("I0301 09:{m:02d}:{s:02d}.000{n:03d}   1 s.cpp:{s}]     [0.0] ", " (1 s), 1/9ep"),
    "bare": ("", ""),
    "year": ("I20190301 09:{m:02d}:{s:02d}.000{n:03d} 1 s.cpp:{s}] ", ""),
    "new year": ("I{d}:{m:02d}:{s:02d}.000{n:03d} 1 s.cpp:{s}] ", ""),
}


def text(form, seed):
    """Make a log with tests now and then, and something odd in one block of ten."""
    some, (head, timing), made = random.Random(seed), FORMS[form], []
    for n in range(300):
        lines = [head + f"Iteration {n}{timing}, loss = {some.choice(['nan', '1e-05', '0.25'])}",
                 head + f"    Train net output #0: a = {n / 8}",
                 head + f"    Train net output #1: b = {n} (* 0.5 = {n / 2} loss)", "speed: {s}",
                 head + f"Iteration {n}, lr = 0.{n:03d}, m = 0.9"]  # fmt: skip
        if n % 4 == 0:
            lines = [head + f"Iteration {n}, Testing net (#0)",
                     head + f"    Test net output #0: c = {n / 16}", *lines]  # fmt: skip
        if some.random() < 0.1:
            lines.insert(some.randrange(len(lines) + 1), some.choice(ODD))
        values = {"n": n, "m": n // 60, "s": n % 60, "d": "1231 23" if n < 150 else "0101 00"}
        made += [line.replace("{}", "").format(**values) for line in lines]
    return "\n".join(made) + "\n"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("form", FORMS)
def test_blocks_are_read_as_their_lines_are(tmp_path, monkeypatch, form, seed):
    """The same runs, numbers, times and complaints."""
    path = tmp_path / "a.log"
    path.write_text(text(form, seed))
    taken = []
    take = logs.lines.Reader._take
    with monkeypatch.context() as patch:
        patch.setattr(logs.lines, "_CHUNK", 3000)
        patch.setattr(logs.lines.Reader, "_take", lambda *of: taken.append(take(*of)) or taken[-1])
        quick = logs.read_all(path)
    assert any(taken) or form == "year"
    monkeypatch.setattr(blocks.Blocks, "begin", blocks.Blocks.drop)
    slow = logs.read_all(path)
    assert quick.unread == slow.unread
    assert len(quick.logs) == len(slow.logs)
    for one, other in zip(quick.logs, slow.logs, strict=True):
        assert one.losses == other.losses
        assert one.curve.equals(other.curve)
        assert {k: v.tolist() for k, v in one.nans.items()} == {
            k: v.tolist() for k, v in other.nans.items()
        }
        assert np.isfinite(other.curve["iteration"]).all()
