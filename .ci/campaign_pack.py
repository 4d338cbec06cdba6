"""Pack what a campaign needs into parts that can be sent to a machine that fetches nothing.

python .ci/campaign_pack.py FOLDER MIB

The committed checkout without git, the photographs and the weights of the catalogue that are at
hand become one archive, cut into parts of at most MIB mebibytes. It prints the commands: what to
send, what to run there, what to fetch.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from pixels_to_sentiment.campaign import order
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets

ROOT = Path(__file__).parents[1]
# Records of probes, of maps and pictures of the book weigh most, and no run asks for them.
LEFT_OUT = ("book/_static", "book/results/*/layers.csv", "book/results/*/log_odds.csv",
            "book/results/*/measures.csv", "tests", "findings")  # fmt: skip
# On the machine: a folder that outlasts a command.
THERE = "/tmp/campaign"
ENVIRONMENT = (
    "PYTHONPATH=src PIXELS_TO_SENTIMENT_OFFLINE=1 PIXELS_TO_SENTIMENT_MIRROR=../mirror "
    "PIXELS_TO_SENTIMENT_CACHE=../cache PIXELS_TO_SENTIMENT_RUNS=../runs"
)


def main(folder: Path, mib: int) -> None:
    """Write the parts and print the commands."""
    if mib < 1:
        raise UserError(f"A part of {mib} MiB holds nothing: give PART=40.")
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole.tar"
        fill(whole)
        # Not before, as what is to be packed may be missing.
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("part-*"):
            old.unlink()
        parts = cut(whole, folder, mib << 20)
    for part, digest in parts:
        size = part.stat().st_size
        assert size <= mib << 20, f"{part} has {size:,} bytes"
        print(f"# send {part} ({size / 2**20:.1f} MiB) into the folder of the next command")
        print(
            f"echo '{digest}  {part.name}' | sha256sum -c && "
            f"mkdir -p {THERE} && cp {part.name} {THERE}/"
        )
    print("# put them together there, once")
    print(f"cd {THERE} && cat part-* | tar -x && rm part-*")
    print("# run, as often as there is time; OUT is the folder to be fetched")
    print(
        f"cd {THERE}/checkout && {ENVIRONMENT} python3 -m pixels_to_sentiment campaign "
        "--device cuda --minutes 8 --resume -o $OUT"
    )
    print("# fetch $OUT/records-*.zip into a folder, then here")
    print("pixels-to-sentiment record --from FOLDER")


def fill(whole: Path) -> None:
    """Put the checkout and the files into one archive."""
    told = ["git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no"]
    if subprocess.run(told, check=True, capture_output=True).stdout:
        print("Only what is committed is packed; this checkout has changes.", file=sys.stderr)
    excluded = [f":(exclude){name}" for name in LEFT_OUT]
    command = ["git", "-C", ROOT, "archive", "--prefix=checkout/", "-o", whole, "HEAD", "."]
    subprocess.run([*command, *excluded], check=True)
    runs, missing = order.planned()
    needed = dict.fromkeys([folds.ARCHIVE, *(run.weights for run in runs if run.weights)])
    with tarfile.open(whole, "a") as archive:
        for name in needed:
            archive.add(assets.fetch(name), f"mirror/{name}")
    for name in missing:
        print(f"{name}: weights not at hand, so left out.", file=sys.stderr)


def cut(whole: Path, folder: Path, largest: int) -> list[tuple[Path, str]]:
    """Cut a file into parts; each with its SHA-256."""
    found = []
    with whole.open("rb") as stream:
        while content := stream.read(largest):
            part = folder / f"part-{len(found) + 1:02}"
            part.write_bytes(content)
            found.append((part, hashlib.sha256(content).hexdigest()))
    return found


if __name__ == "__main__":
    try:
        if not sys.argv[2].isdecimal():
            raise UserError(f"PART={sys.argv[2]} is no whole number of mebibytes: give PART=40.")
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except (UserError, OSError) as fault:
        sys.exit(f"campaign-pack: {fault}")
