#!/usr/bin/env bash
# timm numbers the classes of the same folders in two ways, depending on the prefix of a name.
#
# Versions: timm 1.0.31, torch 2.13.0 (CPU), torchvision 0.28.0, pillow 13.0.0, numpy 2.4.6,
#   Python 3.11. Date: 2026-11-30.
# Why: a network is trained with one library and tested with another, from the same folders, one
#   a class. Ratings have numbers for names, and some names begin with a capital letter.
# Expectation: classes are numbered in the order of their sorted names, as by torchvision's
#   ImageFolder. timm's create_dataset reads folders of this form, too, and alike with and without
#   the prefix "torch/", which names the library that reads.
# Behaviour: timm sorts "naturally": without capitals, and digits as a number, so that 10 stands
#   behind 2, and -1 behind 2 as well, as a minus is text. With "torch/image_folder" torchvision
#   does the numbering. Of ratings from -2 to 2 not one has the same number in both; of Positive and
#   negative neither has, so that a network which is always right is always wrong. With names in
#   small letters, and ratings from 0 to 9, the two agree, and a trial with them shows nothing. The
#   docstrings name no order; timm's author did when asked (its issue 222). Nothing is said.
# Cure: class_map=ImageFolder(folder).class_to_idx, saved beside the weights.
# Output seen (in the order of their numbers):
#   ratings, torchvision: -1 -2 0 1 2
#   ratings, timm "": 0 1 2 -1 -2
#   ratings, timm "torch/image_folder": -1 -2 0 1 2
#   names, torchvision: Positive negative
#   names, timm "": negative Positive
#   names, timm "torch/image_folder": Positive negative
#   names, timm by the cure: Positive negative
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check timm==1.0.31 torch==2.13.0 \
    torchvision==0.28.0 pillow==13.0.0 numpy==2.4.6
mkdir "$work/pictures"
cd "$work/pictures"
"$work/venv/bin/python" - <<'PYTHON'
import pathlib
import sys

import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from PIL import Image
from timm.data import create_dataset
from torchvision.datasets import ImageFolder

seen = {}


def numbered(title, dataset):
    """The names of the folders in the order of the numbers that come with their pictures."""
    number = {}
    for place in range(len(dataset)):
        picture, label = dataset[place]  # Each folder's picture is of a width of its own.
        number[label] = folders[picture.width - 1]
    seen[title] = " ".join(number[label] for label in sorted(number))
    print(f"{title}: {seen[title]}")


for kind, folders in {
    "ratings": ["-2", "-1", "0", "1", "2"],
    "names": ["negative", "Positive"],
}.items():
    for width, folder in enumerate(folders, start=1):
        path = pathlib.Path(kind, folder, "picture.png")
        path.parent.mkdir(parents=True)
        Image.new("RGB", (width, 1)).save(path)
    numbered(f"{kind}, torchvision", ImageFolder(kind))
    numbered(f'{kind}, timm ""', create_dataset("", kind))
    numbered(
        f'{kind}, timm "torch/image_folder"', create_dataset("torch/image_folder", ".", split=kind)
    )
known = ImageFolder("names").class_to_idx
numbered("names, timm by the cure", create_dataset("", "names", class_map=known))
torch_way, own_way = ["-1 -2 0 1 2", "Positive negative"], ["0 1 2 -1 -2", "negative Positive"]
expected = [torch_way[0], own_way[0], torch_way[0], torch_way[1], own_way[1], torch_way[1]]
as_seen = list(seen.values()) == [*expected, torch_way[1]]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
