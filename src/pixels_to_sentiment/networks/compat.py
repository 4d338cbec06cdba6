"""Lets the CPU build of torch live with torchvision's registry wheel. Import before torchvision.

torchvision registers meta kernels for its operators at import. Where its compiled extension does
not match the build of torch, the operators are not there and the import stops with ``operator
torchvision::nms does not exist``. This project uses none of them, so declaring their schemas is
enough: models, transforms and timm then work as usual.
"""

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import torch

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_library: torch.library.Library | None = None


def _load_extension() -> None:
    """Load torchvision's compiled operators, as its own import is about to do, where they fit."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return
    for path in Path(spec.origin).parent.glob("_C.*"):
        try:
            torch.ops.load_library(str(path))
        except OSError:
            return


def declare_operators() -> bool:
    """Declare ``torchvision::nms`` and ``::qnms`` where torchvision lacks them; say if it did."""
    global _library
    if _library is not None:
        return True
    _load_extension()
    if hasattr(torch.ops.torchvision, "nms"):
        return False
    # The registration lives as long as this object does.
    _library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        _library.define(operator + _SCHEMA)
    return True


@contextmanager
def hub_offline() -> Iterator[None]:
    """Keep timm from asking for weights: what the caches lack raises an error at once.

    The hub's own variables count only where they are set before its client is imported.
    """
    from huggingface_hub import constants

    refuse = mock.Mock(side_effect=OSError("nothing is downloaded while offline"))
    with (
        mock.patch.object(constants, "HF_HUB_OFFLINE", True),
        mock.patch.object(torch.hub, "download_url_to_file", refuse),
    ):
        yield


declare_operators()
# timm's hub client looks for a notebook's progress bars when it is imported; none is wanted here.
warnings.filterwarnings("ignore", message="IProgress not found")
