"""Whether a map lies on the evidence, where the evidence is known."""

import torch
from torch import Tensor
from torch.nn import functional as F


def pointing(relevance: Tensor, masks: Tensor) -> Tensor:
    """Play the pointing game (Zhang et al., Excitation Backprop, 2016), float32 (n,).

    Whether the pixel of the largest relevance (n, h, w) lies on evidence (n, H, W), 0 or 1; of
    several, the share that does. Missing where a picture has no evidence.
    """
    size = masks.shape[1:]
    fine = F.interpolate(relevance[:, None].float(), size, mode="bilinear")[:, 0]
    top = fine == fine.amax((1, 2), keepdim=True)
    return _where(masks, (top & masks).sum((1, 2)) / top.sum((1, 2)))


def energy_share(relevance: Tensor, masks: Tensor) -> Tensor:
    """Share of the positive relevance that lies on evidence (Wang et al., 2020), float32 (n,).

    Missing where a picture has no evidence or a map no positive relevance.
    """
    size = masks.shape[1:]
    fine = F.interpolate(relevance[:, None].float(), size, mode="bilinear")[:, 0].clamp(min=0)
    return _where(masks, (fine * masks).sum((1, 2)) / fine.sum((1, 2)))


def covered(masks: Tensor) -> Tensor:
    """Share of each picture that is evidence, float32 (n,): what chance would score."""
    return masks.float().mean((1, 2))


def _where(masks: Tensor, values: Tensor) -> Tensor:
    return torch.where(masks.any(2).any(1), values, torch.nan)
