#!/usr/bin/env bash
# pooch hands over fold 10 with fold 1, and after an update the pictures that were withdrawn.
#
# Versions: pooch 1.9.0, Python 3.11. Date: 2026-11-30.
# Why: data sets are fetched by it, folds must not share pictures, and photographs get withdrawn.
# Expectation: Unzip(members=["fold_1"]) unpacks that folder, as its docstring promises that only the
#   members named are unpacked; and when a file's checksum changes, so that it is fetched anew, what is
#   returned are the files of the new archive.
# Behaviour: a member is any name that begins with the text asked for, so fold_1 brings fold_10 along,
#   and a.jpg brings a.jpg.txt; Unzip and Untar alike. After an update the new archive is unpacked over
#   the old, and all that lies in the folder is returned. Nothing is said in either case.
# Cure: a slash behind the folder's name does not help. Filter what is returned, and give each version
#   a folder of its own (extract_dir="photographs-2").
# Output seen:
#   members=['fold_1']: fold_1/a.jpg, fold_10/b.jpg
#   members=['fold_1/']: fold_1/a.jpg, fold_10/b.jpg
#   after the update to an archive of one photograph: fold_1/a.jpg, fold_10/b.jpg, fold_2/c.jpg
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pooch==1.9.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import shutil
import sys
import zipfile
from pathlib import Path

import pooch

pooch.get_logger().setLevel("ERROR")


def published(*names):
    """Make the archive, as it lies where it is published; gives its checksum."""
    with zipfile.ZipFile("published.zip", "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return pooch.file_hash("published.zip")


def fetched(checksum, **how):
    """Fetch it and unpack it; gives the names that pooch returns."""
    given = pooch.retrieve(
        "https://example.org/photographs.zip",
        checksum,
        "photographs.zip",
        path="cache",
        downloader=lambda url, file, _: shutil.copy("published.zip", file),
        processor=pooch.Unzip(**how),
    )
    return sorted(Path(name).as_posix().split(".unzip/")[-1] for name in given)


first = published("fold_1/a.jpg", "fold_10/b.jpg", "fold_2/c.jpg")
found = []
for members in (["fold_1"], ["fold_1/"]):
    shutil.rmtree("cache", ignore_errors=True)
    found.append(fetched(first, members=members))
    print(f"members={members}: " + ", ".join(found[-1]))
fetched(first)
found.append(fetched(published("fold_1/a.jpg")))
print("after the update to an archive of one photograph: " + ", ".join(found[-1]))
leaked = ["fold_1/a.jpg", "fold_10/b.jpg"]
as_seen = found == [leaked, leaked, [*leaked, "fold_2/c.jpg"]]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
