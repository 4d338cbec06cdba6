"""Try to break the project, on purpose and at random, and count what held.

python .ci/harden.py [--minutes M] [--work FOLDER] [--record]

Hostile files are refused in a sentence, work of several processes at once is equal, so is what was
killed and done again, a full disk costs nothing that was there, and no reader fails on damaged
files but in its own way. Whatever is left of the minutes goes into fuzzing, which needs ``pip
install -e ".[harden]"`` (Linux on x86-64).

What was counted is kept in a folder outside the checkout, by the library's code; the same command
goes on there. Inputs that break something stay there, too, with what they did: mend it, and keep
them out of the project. The status is 1 if anything failed.
"""

import argparse
import hashlib
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "book" / "hardening"
# One thread, so that processes can be forked; `torch.set_num_threads` would make threads of the
# forked ones fail.
ALONE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
KILLS, RACES, FULL = 300, 35, 60
# Shares, at most, of the time after the hostile files; of a few minutes fuzzing has the rest.
SHARES = {"several writers": 0.1, "kills": 0.3, "full disks": 0.15}
# Seconds for which a reader is fuzzed before another's turn.
SHORTEST, LONGEST = 20, 200
KINDS = ("hostile files", "several writers", "kills", "full disks", "fuzzing")


class Counts:
    """What was tried and what held, by kind and by what, in a file that is always whole."""

    def __init__(self, path: Path):
        self.path = path
        self.content = json.loads(path.read_text()) if path.is_file() else {}

    def of(self, kind: str, what: str) -> dict:
        """Give what was counted of something."""
        row = {"kind": kind, "what": what, "tried": 0, "failed": 0, "seconds": 0.0}
        return self.content.get(f"{kind}/{what}", row)

    def add(self, kind: str, what: str, tried: int, failed: int, seconds: float) -> None:
        """Count further trials."""
        row = self.content.setdefault(f"{kind}/{what}", self.of(kind, what))
        for name, more in (("tried", tried), ("failed", failed), ("seconds", seconds)):
            row[name] += more
        self.path.with_suffix(".part").write_text(json.dumps(self.content, indent=1))
        self.path.with_suffix(".part").replace(self.path)

    def rows(self) -> list[dict]:
        """Give the counts in the order of the kinds."""
        return sorted(self.content.values(), key=lambda row: KINDS.index(row["kind"]))


class Campaign:
    """All parts, with counts and findings in a folder."""

    def __init__(self, work: Path, until: float):
        self.work, self.began, self.until = work, 0.0, until
        self.counts = Counts(work / "counts.json")
        self.dice = random.Random()

    def hostile_files(self) -> None:
        """Have each hostile file refused, once."""
        from hardening import hostile

        answers = hostile.Answers(self.work / "hostile")
        answered = sum(row["tried"] for row in self.counts.rows() if row["kind"] == KINDS[0])
        for case in list(hostile.cases())[answered:]:
            if time.monotonic() < self.until:
                self._try(KINDS[0], case.kind, lambda case=case: answers.wrong(case))
        self.began = time.monotonic()

    def trials(self, kind: str, total: int, jobs: Iterable, of: type, method: str) -> None:
        """Try pieces of work in turn until all have been tried often enough or time is up."""
        until = time.monotonic() + SHARES[kind] * (self.until - self.began)
        jobs = list(jobs)
        made = {}
        while time.monotonic() < until:
            tried = {job: self.counts.of(kind, job.name)["tried"] for job in jobs}
            job = min(jobs, key=tried.__getitem__)
            if sum(tried.values()) >= total:
                break
            if job.name not in made:
                home = self.work / method / job.name.replace(" ", "-")
                made[job.name] = of(job, home, self.dice)
            self._try(kind, job.name, getattr(made[job.name], method))

    def fuzzing(self) -> None:
        """Fuzz every reader for the same time, as much as is left."""
        from hardening import fuzz
        from hardening.readers import READERS

        if not fuzz.possible():
            print('Fuzzing is left out: pip install -e ".[harden]"')
            return
        slice_ = min(max((self.until - time.monotonic()) / len(READERS), SHORTEST), LONGEST)
        while (left := self.until - time.monotonic()) > SHORTEST / 2:
            name = min(READERS, key=self._fuzzed)
            home = self.work / "fuzzing" / re.sub(r"\W+", "-", name)
            told = fuzz.campaign(name, home, min(slice_, left))
            self.counts.add("fuzzing", name, **told)
            for finding in fuzz.findings(home):
                self._tell("fuzzing", name, finding)
            print(f"fuzzing, {name}: {told['tried']:,} inputs, {told['failed']} failed", flush=True)

    def _fuzzed(self, name: str) -> tuple[float, float]:
        """For how long a reader was fuzzed; those that were equally long in any order."""
        return self.counts.of("fuzzing", name)["seconds"], self.dice.random()

    def _try(self, kind: str, what: str, trial: Callable[[], str | None]) -> None:
        began = time.monotonic()
        wrong = trial()
        self.counts.add(kind, what, 1, bool(wrong), time.monotonic() - began)
        if wrong:
            self._tell(kind, what, wrong)

    def _tell(self, kind: str, what: str, finding: str) -> None:
        line = f"{kind}, {what}: {' '.join(finding.split())}"
        path = self.work / "findings.txt"
        before = path.read_text().splitlines() if path.is_file() else []
        if line not in before:
            print(f"FAILED: {line}", flush=True)
            path.write_text("\n".join([*before, line]) + "\n")


def code() -> str:
    """Hash the library, so that counts of other code are not added up (12 hex digits)."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def found(rows: list[dict]) -> str:
    """Say in two sentences what came of the trials, with which the book's page begins."""
    told = []
    for fuzzed in (True, False):
        some = [row for row in rows if (row["kind"] == "fuzzing") == fuzzed]
        tried, failed = (sum(row[name] for row in some) for name in ("tried", "failed"))
        told += [f"{tried:,}", f"{failed:,}" if failed else "none"]
    words = (
        "Of {} inputs that the fuzzing made up, {} broke a reader. Of {} other attacks (hostile "
        "files, several writers, kills and full disks), {} failed.\n"
    )
    return words.format(*told)


def record(counts: Counts) -> None:
    """Write the book's tables and first sentences, from a checkout with everything committed."""
    import pandas as pd

    from pixels_to_sentiment import provenance

    commit, dirty = provenance.commit()
    if dirty or not any(row["kind"] == "fuzzing" for row in counts.rows()):
        sys.exit("Only a whole campaign of a checkout with everything committed is recorded.")
    RECORD.mkdir(exist_ok=True)
    table = pd.DataFrame(counts.rows()).rename(columns={"what": "of what"})
    table.insert(3, "held", table["tried"] - table["failed"])
    for name, form in {"tried": "{:,}", "held": "{:,}", "seconds": "{:.0f}"}.items():
        table[name] = table[name].map(form.format)
    table.to_csv(RECORD / "counts.csv", index=False, lineterminator="\n")
    (RECORD / "found.txt").write_text(found(counts.rows()))
    machine = provenance.hardware()
    total = sum(row["seconds"] for row in counts.rows())
    made = {
        "commit": commit[:10],
        "date": datetime.now(UTC).date(),
        "machine": f"{machine['cpu']} (cores: {machine['cores']}), {machine['memory_gib']:.0f} GiB",
        "duration": f"{total / 60:.0f} minutes",
    }
    told = pd.Series(made, name="what it was").rename_axis("of the campaign")
    told.to_csv(RECORD / "made.csv", lineterminator="\n")


def main() -> int:
    """Run the campaign, or go on with it."""
    from pixels_to_sentiment import places

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--work", type=Path, help="default: hardening in the project's cache")
    parser.add_argument("--record", action="store_true", help="write book/hardening, at the end")
    options = parser.parse_args()
    until = time.monotonic() + 60 * options.minutes
    work = (options.work or places.cache() / "hardening").absolute() / code()
    if work.is_relative_to(ROOT):
        sys.exit("What breaks other people's software does not belong into the checkout.")
    work.mkdir(parents=True, exist_ok=True)
    campaign = Campaign(work, until)
    from hardening import disks, jobs, kills

    jobs.warm()
    campaign.hostile_files()
    campaign.trials("several writers", RACES, jobs.shared(), kills.Trials, "race")
    campaign.trials("kills", KILLS, jobs.single(), kills.Trials, "kill")
    if disks.possible():
        campaign.trials("full disks", FULL, jobs.written(), disks.Trials, "fill")
    else:
        print("Full disks are left out: this system lets no program mount one in memory.")
    campaign.fuzzing()
    rows = campaign.counts.rows()
    for row in rows:
        print(f"{row['kind']}, {row['what']}: {row['tried']:,} tried, {row['failed']} failed")
    if options.record:
        record(campaign.counts)
    failed = sum(row["failed"] for row in rows)
    print(f"{failed} failed. Findings are in {work}.")
    return int(failed > 0)


if __name__ == "__main__":
    for variable in ALONE:
        os.environ[variable] = "1"
    os.environ["PIXELS_TO_SENTIMENT_MIRROR"] = ""
    sys.path[:0] = [str(ROOT / "tests")]
    sys.exit(main())
