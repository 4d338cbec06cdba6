"""Networks made out of trained networks."""

from collections import OrderedDict
from copy import deepcopy

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
    if network.name not in _FORMS:
        raise UserError(
            f"{network.name} has no fully convolutional form here: choose from "
            f"{list(FULLY_CONVOLUTIONAL)}."
        )
    return _FORMS[network.name](deepcopy(network.body)).eval()


def _caffenet(body: nn.Sequential) -> nn.Module:
    layers = OrderedDict()
    for name, layer in body.named_children():
        if isinstance(layer, nn.Linear):
            layers[name + CONVOLUTIONAL] = _convolution(
                layer, FC6_WINDOW if name == "fc6" else None
            )
        elif not isinstance(layer, nn.Flatten):
            layers[name] = layer
    return nn.Sequential(layers)


def _squeezenet(body: nn.Module) -> nn.Module:
    classifier = [layer for layer in body.classifier if not isinstance(layer, nn.AdaptiveAvgPool2d)]
    return nn.Sequential(OrderedDict(features=body.features, classifier=nn.Sequential(*classifier)))


def _mobilenet(body: nn.Module) -> nn.Module:
    dropout, linear = body.classifier
    classifier = nn.Sequential(dropout, _convolution(linear))
    return nn.Sequential(OrderedDict(features=body.features, classifier=classifier))


def _of_timm(body: nn.Module) -> nn.Module:
    setattr(body, body.default_cfg["classifier"], _convolution(body.get_classifier()))
    body.global_pool = nn.Identity()
    return body


def _convolution(linear: nn.Linear, window: tuple[int, int, int] | None = None) -> nn.Conv2d:
    channels, height, width = window or (linear.in_features, 1, 1)
    made = nn.Conv2d(channels, linear.out_features, (height, width)).to(linear.weight.device)
    made.weight.data = linear.weight.data.reshape(made.weight.shape)
    made.bias.data = linear.bias.data
    return made


_FORMS = {
    "caffenet": _caffenet,
    "alexnet": _caffenet,
    "squeezenet1_0": _squeezenet,
    "squeezenet1_1": _squeezenet,
    "mobilenet_v2": _mobilenet,
    "efficientnet_lite0": _of_timm,
    "resnet50": _of_timm,
}
