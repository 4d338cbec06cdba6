"""Maps that are timed: this project's, beside the same ones by the grad-cam package.

Both sides give, for each picture and each of the two classes, a map enlarged to the crop and scaled
to 0..1, as that package does. It is used as its README says: on the plain network, with input that
was prepared beforehand, once for each class. Each function does what has to be done once and gives
one that makes the maps, class by class.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from pixels_to_sentiment.benchmarks.contenders import noise, plain
from pixels_to_sentiment.maps import rivals
from pixels_to_sentiment.networks import factory, surgery
from pixels_to_sentiment.studies import faithfulness

CLASSES = (0, 1)
# How much of each picture is missing when ROAD fills it: the second of its shares.
MISSING = faithfulness.ROAD_SHARES[1]


def our_class_maps(network: str, count: int, device: str) -> Callable[[], Tensor]:
    """Both classes' maps from one pass through the fully convolutional network."""
    made = factory.create(network, start="random").to(device)
    body = surgery.fully_convolutional(made)
    pixels = noise(made.convention.crop, count).to(device)

    @torch.inference_mode()
    def work() -> Tensor:
        maps = body(made.convention.prepare(pixels)).relu().transpose(0, 1).flatten(0, 1)
        return _scaled(maps.cpu(), pixels.shape[1])

    return work


def our_grad_cam(network: str, count: int, device: str) -> Callable[[], Tensor]:
    """Grad-CAM of both classes by `maps.rivals`, all pictures and both classes at once."""
    made = factory.create(network, start="random").to(device)
    pixels = noise(made.convention.crop, count).to(device)
    wanted = torch.tensor(CLASSES).expand(count, -1)

    def work() -> Tensor:
        maps = rivals.grad_cam(made, pixels, wanted, batch=count)
        return _scaled(maps.transpose(0, 1).flatten(0, 1), pixels.shape[1])

    return work


def package_grad_cam(
    network: str, count: int, device: str, layer: str = "", each: bool = False
) -> Callable[[], np.ndarray]:
    """Grad-CAM of both classes by the grad-cam package, all at once or `each` picture apart.

    The `layer` is by default the one that `maps.rivals` takes.
    """
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    made = plain(network).to(device).eval()
    module = made.body.get_submodule(layer or rivals.LAST_CONVOLUTIONAL[network])
    cam = GradCAM(made.body, [module])
    prepared = made.convention.prepare(noise(made.convention.crop, count).to(device)).contiguous()
    batches = prepared.split(1 if each else count)

    def work() -> np.ndarray:
        found = [
            cam(input_tensor=some, targets=[ClassifierOutputTarget(one)] * len(some))
            for one in CLASSES
            for some in batches
        ]
        return np.concatenate(found)

    return work


def our_filling(network: str, count: int) -> Callable[[], Tensor]:
    """Fill the missing cells of pictures by `studies.faithfulness`, all at once."""
    pixels, missing = _holed(network, count)
    return lambda: faithfulness.filled(pixels, missing)


def package_filling(network: str, count: int) -> Callable[[], Tensor]:
    """Fill them by the imputer of the grad-cam package, which takes one picture at a time."""
    from pytorch_grad_cam.metrics.road import NoisyLinearImputer

    imputer = NoisyLinearImputer()
    pixels, missing = _holed(network, count)
    pictures, known = pixels.permute(0, 3, 1, 2).float() / 255, (~missing).float()
    return lambda: torch.stack([imputer(*one) for one in zip(pictures, known, strict=True)])


def _holed(network: str, count: int) -> tuple[Tensor, Tensor]:
    pixels = noise(factory.create(network, start="random").convention.crop, count)
    relevance = rivals.randomly(count, (faithfulness.GRID, faithfulness.GRID))
    chosen = faithfulness.ranked(relevance) < round(MISSING * faithfulness.GRID**2)
    return pixels, faithfulness.spread(chosen, pixels.shape[1])


def _scaled(maps: Tensor, side: int) -> Tensor:
    """Enlarge maps (n, h, w) and scale each to 0..1, as the grad-cam package does."""
    large = F.interpolate(maps[:, None], (side, side), mode="bilinear")[:, 0]
    low = large.amin((1, 2), keepdim=True)
    return (large - low) / (large.amax((1, 2), keepdim=True) - low + 1e-7)
