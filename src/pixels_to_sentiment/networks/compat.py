"""Lets the CPU build of torch live with torchvision's registry wheel. Import before torchvision.

torchvision registers meta kernels for its operators at import. Where its compiled extension does
not match the build of torch, the operators are not there and the import stops with ``operator
torchvision::nms does not exist``. This project uses none of them, so declaring their schemas is
enough: models, transforms and timm then work as usual.
"""

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

import torch

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def _declare_operators() -> torch.library.Library | None:
    """Declare ``torchvision::nms`` and ``::qnms`` where torchvision's own do not load."""
    spec = importlib.util.find_spec("torchvision")
    # As its own import is about to do. What stands in for it in the reference has no origin.
    for path in Path(spec.origin).parent.glob("_C.*") if spec and spec.origin else ():
        with suppress(OSError):
            torch.ops.load_library(str(path))
    if hasattr(torch.ops.torchvision, "nms"):
        return None
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(operator + _SCHEMA)
    return library


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


# The registration lives as long as this does.
_library = _declare_operators()
# timm's hub client looks for a notebook's progress bars when it is imported; none is wanted here.
warnings.filterwarnings("ignore", message="IProgress not found")
