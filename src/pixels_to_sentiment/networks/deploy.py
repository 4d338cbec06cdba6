"""Networks back to Caffe: a trained network as ``.caffemodel`` and deploy prototxt.

The network is traced once, and each step becomes the layer, or layers, of Caffe that do the same.
Only layers of Caffe itself are used, so that any of its descendants and importers reads the files.
"""

import operator
import os
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path

import numpy as np
import torch
from torch import fx, nn
from torch.nn import functional as F

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import models
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import surgery
from pixels_to_sentiment.networks.caffenet import Linear, LocalResponseNorm
from pixels_to_sentiment.networks.factory import Convention
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.networks.weights import SCALE, caffe_names

# Side of the pictures that the paper's maps are made of.
MAP_SIDE = 451


class Word(str):
    """A value of an enumeration, which a prototxt has without quotation marks."""


_GLOBAL_AVERAGE = {"pooling_param": {"pool": Word("AVE"), "global_pooling": True}}


@dataclass(frozen=True)
class Step:
    """A layer of a deploy description: type, inputs, output, parameters and learnt blobs."""

    name: str
    type: str
    bottoms: tuple[str, ...]
    top: str
    parameters: dict = field(default_factory=dict)
    blobs: tuple[np.ndarray, ...] = ()


def export(
    network: Network, folder: Path | str, name: str = "model", *, force: bool = False
) -> list[Path]:
    """Write a network for Caffe, as a classifier and in its fully convolutional form.

    The files in the folder, which is made if need be, are ``NAME.caffemodel``,
    ``NAME_deploy.prototxt``, ``NAME_conv.caffemodel`` and ``NAME_conv_deploy.prototxt``.

    Raises
    ------
    UserError
        If Caffe has no layer for something in the network, a file is there already (overwritten
        with `force`) or cannot be written.
    """
    if Path(name).name != name or not name.strip(".") or {"\\", "\0"} & set(name):
        raise UserError(f"{name!r} cannot be part of a file name: choose another name.")
    folder = Path(folder)
    crop = network.convention.crop
    forms = {name: (network.body, crop), f"{name}_conv": (None, MAP_SIDE)}
    paths = [folder / (n + end) for n in forms for end in (".caffemodel", "_deploy.prototxt")]
    if there := [str(path) for path in paths if os.path.exists(path) and not force]:
        raise UserError(f"{', '.join(there)} exists already: use --force to overwrite.")
    # Before anything is written: either may be what Caffe cannot express.
    made = {
        form: (steps(surgery.fully_convolutional(network) if body is None else body), side)
        for form, (body, side) in forms.items()
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Named when all are whole, since one without the others is of no use.
        with ExitStack() as stack:
            whole = [stack.enter_context(places.written_whole(path)) for path in paths]
            for (form, (some, side)), model, text in zip(
                made.items(), whole[::2], whole[1::2], strict=True
            ):
                with model.open("wb") as stream:
                    stream.writelines(models.encoded(some, form))
                text.write_text(prototxt(some, network.convention, form, side), "utf-8")
    except OSError as fault:
        raise UserError(f"{folder} cannot be written ({fault.strerror}).") from fault
    return paths


def steps(body: nn.Module) -> list[Step]:
    """Express a network's body, ending in logits, in layers of Caffe, ending in ``prob``."""
    training = body.training
    try:
        graph = _Tracer().trace(body.eval())
    except fx.proxy.TraceError as fault:
        raise UserError(
            f"Caffe has no layer for a step of this network that looks at its input ({fault})."
        ) from fault
    finally:
        body.train(training)
    names = caffe_names(body)
    tops: dict[fx.Node, str] = {}
    found: list[Step] = []
    for node in graph.nodes:
        if node.op == "placeholder":
            tops[node] = "data"
        elif node.op == "output":
            found.append(Step("prob", "Softmax", (tops[node.args[0]],), "prob"))
        else:
            new = _translate(body, node, tops, names)
            tops[node] = new[-1].top if new else tops[node.all_input_nodes[0]]
            found += new
    return found


def prototxt(some: Iterable[Step], convention: Convention, name: str, side: int) -> str:
    """Write a deploy description; its first lines say what the network expects of its input."""
    mean, std = (" ".join(f"{v:g}" for v in values) for values in (convention.mean, convention.std))
    shape = {"dim": [1, 3, side, side]}
    given = {"name": "data", "type": "Input", "top": "data", "input_param": {"shape": shape}}
    lines = [
        f"# Input: {convention.order}, values 0..255 times {convention.scale:g},",
        f"# then minus {mean}, divided by {std}.",
        _text({"name": name}),
        _text({"layer": given}),
    ]
    for step in some:
        head = {"name": step.name, "type": step.type, "bottom": list(step.bottoms), "top": step.top}
        lines.append(_text({"layer": head | step.parameters}))
    return "\n".join(lines) + "\n"


class _Tracer(fx.Tracer):
    """Takes the normalisation for one step, as Caffe does."""

    def is_leaf_module(self, module: nn.Module, qualified_name: str) -> bool:
        own = isinstance(module, Linear | LocalResponseNorm)
        return own or super().is_leaf_module(module, qualified_name)


def _translate(
    body: nn.Module, node: fx.Node, tops: dict[fx.Node, str], names: dict[str, str]
) -> list[Step]:
    inputs = node.all_input_nodes
    bottoms = tuple(tops[some] for some in inputs)
    if node.op == "call_module":
        module = body.get_submodule(node.target)
        name = names.get(node.target, node.target)
        # In place where nobody else wants what was there before, as in Caffe's own files.
        alone = len(inputs[0].users) == 1 and bottoms[0] != "data"
        return _module_steps(module, name, bottoms[0], alone)
    called = node.target
    name = node.name
    if called is torch.cat and (node.args[1:] or (node.kwargs.get("dim"),))[0] == 1:
        return [Step(name, "Concat", bottoms, name)]
    if called in (operator.add, torch.add) and len(bottoms) == 2:
        return [Step(name, "Eltwise", bottoms, name, {"eltwise_param": {"operation": Word("SUM")}})]
    if called is F.adaptive_avg_pool2d and node.args[1] in (1, (1, 1)):
        return [Step(name, "Pooling", bottoms, name, _GLOBAL_AVERAGE)]
    if called in (torch.flatten, "flatten") and node.args[1:] == (1,):
        return []
    raise UserError(f"Caffe has no layer for {called} of this network.")


def _module_steps(module: nn.Module, name: str, bottom: str, alone: bool) -> list[Step]:
    if isinstance(module, nn.Flatten | nn.Identity):
        return []
    if isinstance(module, nn.BatchNorm2d):
        return _norm(module, name, bottom)
    over = bottom if alone else name
    if isinstance(module, nn.ReLU6):
        return _clipped(name, bottom, over)
    kind, parameters = _caffes(module, name)
    top = over if kind in ("ReLU", "Dropout") else name
    return [Step(name, kind, (bottom,), top, parameters, _blobs(module))]


def _caffes(module: nn.Module, name: str) -> tuple[str, dict]:
    """Give the type and the parameters of the one layer of Caffe that does what a module does."""
    if isinstance(module, nn.Conv2d) and module.padding_mode == "zeros":
        return "Convolution", {"convolution_param": _convolution(module)}
    if isinstance(module, nn.Linear):
        parameters = {"num_output": module.out_features, **_bias_term(module)}
        return "InnerProduct", {"inner_product_param": parameters}
    if isinstance(module, nn.MaxPool2d) and module.ceil_mode and module.dilation == 1:
        pool = {"pool": Word("MAX"), "kernel_size": module.kernel_size, "stride": module.stride}
        return "Pooling", {
            "pooling_param": pool | ({"pad": module.padding} if module.padding else {})
        }
    if isinstance(module, nn.AdaptiveAvgPool2d) and module.output_size in (1, (1, 1)):
        return "Pooling", _GLOBAL_AVERAGE
    if isinstance(module, LocalResponseNorm):
        alpha = float(f"{float(module.band.max()) * 5:.6g}")
        return "LRN", {"lrn_param": {"local_size": 5, "alpha": alpha, "beta": 0.75}}
    if isinstance(module, nn.Dropout):
        return "Dropout", {"dropout_param": {"dropout_ratio": module.p}}
    if isinstance(module, nn.ReLU):
        return "ReLU", {}
    raise UserError(f"Caffe has no layer for {name} of this network ({module}).")


def _convolution(module: nn.Conv2d) -> dict:
    parameters = {"num_output": module.out_channels, **_bias_term(module)}
    sides = {"pad": module.padding, "kernel": module.kernel_size, "stride": module.stride}
    for key, (high, wide) in sides.items():
        if high != wide:
            parameters |= {f"{key}_h": high, f"{key}_w": wide}
        elif (key, high) not in (("pad", 0), ("stride", 1)):
            parameters["kernel_size" if key == "kernel" else key] = high
    if module.groups > 1:
        parameters["group"] = module.groups
    if module.dilation != (1, 1):
        parameters["dilation"] = list(module.dilation)
    return parameters


def _bias_term(module: nn.Module) -> dict:
    return {} if module.bias is not None else {"bias_term": False}


def _clipped(name: str, bottom: str, top: str) -> list[Step]:
    """``min(max(x, 0), 6)`` as ``6 - max(6 - max(x, 0), 0)``: Caffe has no layer that clips."""
    mirrored = {"power_param": {"scale": -1.0, "shift": 6.0}}
    return [
        Step(name, "ReLU", (bottom,), top),
        Step(f"{name}/from6", "Power", (top,), top, mirrored),
        Step(f"{name}/clip", "ReLU", (top,), top),
        Step(f"{name}/back", "Power", (top,), top, mirrored),
    ]


def _norm(module: nn.BatchNorm2d, name: str, bottom: str) -> list[Step]:
    statistics = (_array(module.running_mean), _array(module.running_var), np.ones(1, np.float32))
    parameters = {"batch_norm_param": {"use_global_stats": True, "eps": module.eps}}
    scale = {"scale_param": {"bias_term": True}}
    return [
        Step(name, "BatchNorm", (bottom,), name, parameters, statistics),
        Step(name + SCALE, "Scale", (name,), name, scale, _blobs(module)),
    ]


def _blobs(module: nn.Module) -> tuple[np.ndarray, ...]:
    given = (getattr(module, name, None) for name in ("weight", "bias"))
    return tuple(_array(parameter) for parameter in given if parameter is not None)


def _array(values: torch.Tensor) -> np.ndarray:
    return values.detach().float().cpu().contiguous().numpy()


def _text(fields: dict, indent: str = "") -> str:
    """Write a message in protobuf's text format."""
    lines = []
    for name, given in fields.items():
        for value in given if isinstance(given, list) else [given]:
            if isinstance(value, dict):
                lines.append(f"{indent}{name} {{\n{_text(value, indent + '  ')}\n{indent}}}")
            else:
                lines.append(f"{indent}{name}: {_scalar(value)}")
    return "\n".join(lines)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and not isinstance(value, Word):
        return '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'
    if isinstance(value, float) and isclose(value, float(f"{value:g}")):
        return f"{value:g}"
    return str(value)
