"""Networks made out of trained networks."""

from collections import OrderedDict
from copy import deepcopy
from math import prod

from torch import nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks.caffenet import FC6_WINDOW
from pixels_to_sentiment.networks.declared import FULLY_CONVOLUTIONAL
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.networks.weights import CONVOLUTIONAL


def fully_convolutional(network: Network) -> nn.Module:
    """Turn a network's body into its fully convolutional form, with copies of its weights.

    CaffeNet's fc6 becomes a convolution of 6x6 and fc7 and fc8 of 1x1, named as in the authors'
    ``sentiment_fully_conv_deploy.prototxt``; the others lose the average over places before or
    after their last layer, under the names they have.

    It takes prepared input (n, 3, h, w), as `declared.Convention.prepare` gives it, to logits
    (n, 2, h', w'), in evaluation mode. CaffeNet gives 1x1 at 227 and 8x8 at 451. Raises
    ``UserError`` if there is no such form of the network here.
    """
    if network.name not in FULLY_CONVOLUTIONAL:
        raise UserError(
            f"{network.name} has no fully convolutional form here: choose from "
            f"{list(FULLY_CONVOLUTIONAL)}."
        )
    body = deepcopy(network.body)
    return (_of_timm(body) if hasattr(body, "default_cfg") else _converted(body)).eval()


def _converted(body: nn.Module, ending: str = CONVOLUTIONAL) -> nn.Module:
    layers = OrderedDict()
    for name, layer in body.named_children():
        if name == "classifier":
            layers[name] = _converted(layer, ending="")
        elif isinstance(layer, nn.Linear):
            layers[name + ending] = _convolution(layer)
        elif not isinstance(layer, nn.Flatten | nn.AdaptiveAvgPool2d):
            layers[name] = layer
    return nn.Sequential(layers)


def _of_timm(body: nn.Module) -> nn.Module:
    setattr(body, body.default_cfg["classifier"], _convolution(body.get_classifier()))
    body.global_pool = nn.Identity()
    return body


def _convolution(linear: nn.Linear) -> nn.Conv2d:
    fc6 = linear.in_features == prod(FC6_WINDOW)
    channels, *window = FC6_WINDOW if fc6 else (linear.in_features, 1, 1)
    made = nn.Conv2d(channels, linear.out_features, window).to(linear.weight.device)
    made.weight.data = linear.weight.data.reshape(made.weight.shape)
    made.bias.data = linear.bias.data
    return made
