"""Heads that are fitted to features instead of trained: logistic regression."""

import numpy as np
import torch
from torch import Tensor, nn

from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.training.prediction import centre_crops

# Of the logistic regression, as in the table of `standin`.
COST = 0.01
# Added to both logits, which changes no probability, where a rectifier follows the head: no place
# of a map may be cut by it.
OFFSET = 1000.0


def fit(network: Network, pixels: Tensor, labels: np.ndarray, *, batch: int = 64) -> None:
    """Give a network a head that was fitted to its features by logistic regression.

    Nothing else of it changes. The features are what the head takes, from the centre crop of
    `pixels` (uint8 RGB (n, 256, 256, 3), on the network's device), averaged over places where
    there are places, and standardised.
    """
    # A machine that only trains need not have it.
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    head = network.body.get_submodule(network.head)
    features = _features(network, head, pixels, batch)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(C=COST, max_iter=2000))
    scaler, regression = fitted.fit(features, labels).named_steps.values()
    weight = regression.coef_[0] / scaler.scale_
    bias = regression.intercept_[0] - weight @ scaler.mean_
    half = torch.from_numpy(np.stack([-weight, weight]) / 2).view(head.weight.shape)
    offset = OFFSET if isinstance(head, nn.Conv2d) else 0.0
    with torch.no_grad():
        head.weight.copy_(half)
        head.bias.copy_(torch.tensor([-bias, bias]) / 2 + offset)


def _features(network: Network, head: nn.Module, pixels: Tensor, batch: int) -> np.ndarray:
    kept: list[Tensor] = []
    hook = head.register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0].cpu()))
    network.eval()
    with torch.inference_mode():
        for some in centre_crops(pixels, network.convention.crop).split(batch):
            network(some)
    hook.remove()
    features = torch.cat(kept)
    return (features.mean((2, 3)) if features.dim() == 4 else features).double().numpy()
