"""Show that this checkout computes what an older commit computed, to the last digit.

python .ci/same_results.py COMMIT [PRECISION ...]

Trains every kind of network a few iterations with the code of either, probes one and maps with one,
and compares predictions, losses, weights, layers and maps byte by byte. Where all are equal it
prints the rows for records/equal_code.csv, which keep older results valid. It takes some
five minutes on 2 cores, hours in bf16 on a processor without instructions for that, where fp32
alone can be named, and needs the mirror's weights.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd

NETWORKS = (
    *("caffenet:imagenet-convolutions:head-at-base-rate", "caffenet:random:paper"),
    *("caffenet+fc6-2:imagenet-convolutions:paper", "caffenet+fc9-2:imagenet-convolutions:paper"),
    "caffenet+fc7-4096:imagenet-convolutions:head-at-base-rate-frozen-convolutions",
    *("alexnet:imagenet-convolutions:head-at-base-rate", "squeezenet1_0:imagenet-caffe:paper"),
    *("squeezenet1_1:imagenet:paper", "squeezenet1_1+fire9-2:imagenet:paper-frozen-features"),
    *("squeezenet1_1+conv11-2:imagenet:paper", "mobilenet_v2:imagenet:paper-without-twins"),
    *("efficientnet_lite0:imagenet:paper", "resnet50:imagenet:paper"),
)
PRECISIONS = "bf16", "fp32"
OTHERS = ["layer-by-layer"], ["sentiment-maps"]
TIER = Path("notebooks", "tiers", "smoke.yaml")
SMALL = ("--tier", "smoke", "--agreements", "five", "--folds", "1")
FINGERPRINTS = """
from pixels_to_sentiment.records import fingerprints
from pixels_to_sentiment.reports import ledger
for kind in ledger.KINDS:
    work = kind.of
    print(work.kind, fingerprints.of_modules(work.modules), work.fingerprint())
"""


def python(source: Path, runs: Path, *arguments: str) -> str:
    """Run Python with the library of a checkout; its output."""
    places = {"PYTHONPATH": str(source / "src"), "PIXELS_TO_SENTIMENT_RUNS": str(runs)}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=source, env=os.environ | places, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def results(source: Path, runs: Path, precisions: list[str]) -> dict[str, str]:
    """Make the runs, the probes and the study; digests of all they left behind, by content."""
    for experiment in (*(["fine-tuning", "--precision", one] for one in precisions), *OTHERS):
        only = NETWORKS if experiment[0] == "fine-tuning" else ["squeezenet1_1:imagenet:paper"]
        command = ["-m", "pixels_to_sentiment", "experiments", "run", *experiment]
        python(source, runs, *command, *SMALL, "--only", *only)
    found = {}
    for path in sorted(runs.glob("*/*.csv")) + sorted(runs.glob("*/*.safetensors")):
        content = path.read_bytes()
        if path.name == "curve.csv":
            content = pd.read_csv(path, dtype=str).drop(columns="seconds").to_csv().encode()
        found[hashlib.sha256(content).hexdigest()] = path.name
    return found


def main() -> None:
    """Compare and say what was equal."""
    commit, *precisions = sys.argv[1:] or sys.exit(__doc__)
    precisions = precisions or [*PRECISIONS]
    here = Path(__file__).resolve().parents[1]
    began = python(here, here, "-c", FINGERPRINTS)
    with tempfile.TemporaryDirectory() as folder:
        old, runs = Path(folder) / "old", Path(folder) / "runs"
        subprocess.run(["git", "worktree", "add", "-q", "--detach", old, commit], check=True)
        try:
            # The same few pictures and iterations on both sides, whatever they were then.
            shutil.copy(here / TIER, old / TIER)
            sides = (old, "old"), (here, "new")
            before, now = (results(one, runs / name, precisions) for one, name in sides)
            was, of = python(old, runs, "-c", FINGERPRINTS).split(), began.split()
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", old], check=True)
    if python(here, here, "-c", FINGERPRINTS) != began:
        sys.exit("The code was changed while it ran: nothing is shown. Run it again.")
    if differ := sorted({before[k] for k in before.keys() - now.keys()}):
        sys.exit(f"Not the same: {len(before.keys() - now.keys())} files differ ({differ}).")
    # This code may write more files than the older one did.
    compared = f"{len(before)} files of {len(NETWORKS)} networks in {' and '.join(precisions)}"
    print(f"{compared} are equal.")
    for kind, code, same in zip(of[::3], of[1::3], was[2::3], strict=True):
        if code != same:
            print(f"{kind},{code},{same},{date.today()},{commit},{compared}")


if __name__ == "__main__":
    main()
