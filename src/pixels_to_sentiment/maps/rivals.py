"""Maps to hold a sentiment map against: Grad-CAM, and three that know nothing of the network."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pixels_to_sentiment.maps import geometry
from pixels_to_sentiment.networks.architectures import VARIANT
from pixels_to_sentiment.networks.network import Network

# The last layer with places before the head, by family; after its rectifier.
LAST_CONVOLUTIONAL = {
    "caffenet": "relu5",
    "alexnet": "relu5",
    "squeezenet1_0": "features",
    "squeezenet1_1": "features",
    "mobilenet_v2": "features",
    "efficientnet_lite0": "bn2",
    "resnet50": "layer4",
}
# What the centre prior's Gaussian has as standard deviation, in sides of the picture.
CENTRE_SPREAD = 0.25


def grad_cam(network: Network, pixels: Tensor, classes: Tensor, *, batch: int = 32) -> Tensor:
    """Grad-CAM (Selvaraju et al. 2017), many pictures at once.

    It puts the network into evaluation mode.

    Each channel of the layer of `LAST_CONVOLUTIONAL` is weighted by the mean over places of the
    gradient of the class's logit; the sum is rectified. Only the layers above that one are passed
    backwards, and several classes share the way forward.

    Parameters
    ----------
    pixels
        uint8 RGB (n, h, w, 3), on the network's device; of the crop's size for a network that
        takes no other.
    classes
        Of which output, int64 (n,), or of which several, int64 (n, k).

    Returns
    -------
    Tensor
        float32 (n, h', w'), or (n, k, h', w'), on the CPU; 0 or more, in the unit of the logit.
    """
    network.eval()
    kept: list[Tensor] = []

    def detach(_: nn.Module, __: object, output: Tensor) -> Tensor:
        kept.append(output.detach().requires_grad_())
        # What follows may change it in place, which a leaf does not allow.
        return kept[-1].clone()

    hook = network.body.get_submodule(_layer(network)).register_forward_hook(detach)
    frozen = [p for p in network.parameters() if p.requires_grad]
    for parameter in frozen:
        parameter.requires_grad_(False)
    maps = []
    try:
        for some, wanted in zip(pixels.split(batch), classes.split(batch), strict=True):
            kept.clear()
            several = wanted.to(some.device).view(len(wanted), -1)
            logits = network(some).gather(1, several).sum(0)
            gradients = (torch.autograd.grad(one, kept[0], retain_graph=True)[0] for one in logits)
            weights = torch.stack([one.mean((2, 3)) for one in gradients], 1)
            found = torch.einsum("nkc,nchw->nkhw", weights, kept[0].detach()).relu()
            maps.append(found.view(*wanted.shape, *found.shape[2:]).float().cpu())
    finally:
        hook.remove()
        for parameter in frozen:
            parameter.requires_grad_(True)
    return torch.cat(maps)


def places(network: Network, maps: Tensor, side: int) -> np.ndarray:
    """Say where the places of Grad-CAM maps lie, as `dense.places` does.

    The package that the maps are held against stretches them over the picture; put where their
    windows lie, they are held to the same rule as the sentiment maps.
    """
    return geometry.shares(network.body, side, maps.shape[-1], _layer(network))


def _layer(network: Network) -> str:
    return LAST_CONVOLUTIONAL[network.name.partition(VARIANT)[0]]


def randomly(count: int, shape: tuple[int, int], seed: int = 0) -> Tensor:
    """Draw standard normal numbers, float32 ``(count, *shape)``: maps that know nothing."""
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(seed))


def centre(count: int, shape: tuple[int, int]) -> Tensor:
    """Draw a Gaussian around the middle, float32 ``(count, *shape)``: the middle counts."""
    y, x = (torch.linspace(-0.5, 0.5, size) for size in shape)
    squared = y[:, None] ** 2 + x[None] ** 2
    return (-squared / (2 * CENTRE_SPREAD**2)).exp().expand(count, *shape).contiguous()


def edge_energy(pixels: Tensor, at: np.ndarray) -> Tensor:
    """Mean length of the brightness gradient (Sobel) around each place, float32 (n, h', h').

    Of square pictures, uint8 RGB (n, side, side, 3); `at` as `dense.places` gives it, (h',).
    """
    weights = torch.tensor([0.299, 0.587, 0.114])
    grey = (pixels.cpu().float() * weights).sum(-1)[:, None]
    sobel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    filters = torch.stack([sobel, sobel.T])[:, None]
    gradient = F.conv2d(F.pad(grey, (1, 1, 1, 1), mode="replicate"), filters).norm(dim=1)
    around = torch.from_numpy(geometry.around(at, pixels.shape[1])).float()
    return around @ gradient @ around.T
