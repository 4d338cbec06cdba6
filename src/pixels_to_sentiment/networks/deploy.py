"""Networks back to Caffe: a trained network as ``.caffemodel`` and deploy prototxt.

The network is traced once, and each step becomes the layer, or layers, of Caffe that do the same.
Only layers of Caffe itself are used, so that any of its descendants and importers reads the files.
"""

import json
import operator
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import fx, nn

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import models
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import surgery
from pixels_to_sentiment.networks.caffenet import Linear, LocalResponseNorm
from pixels_to_sentiment.networks.factory import Convention
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.networks.weights import caffe_names

# Side of the pictures that the paper's maps are made of.
MAP_SIDE = 451
# What Caffe takes where a prototxt says nothing.
_DEFAULTS = {"pad": 0, "stride": 1, "group": 1, "bias_term": True}
# Fields whose values are words of an enumeration, which a prototxt has without quotation marks.
_WORDS = ("pool", "operation")


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
    # Before anything is written: either may be what Caffe cannot express.
    forms = {
        name: (steps(network.body), network.convention.crop),
        f"{name}_conv": (steps(surgery.fully_convolutional(network)), MAP_SIDE),
    }
    paths = [folder / (n + end) for n in forms for end in (".caffemodel", "_deploy.prototxt")]
    places.refuse_existing(paths, force)
    # Named when all are whole, since one without the others is of no use.
    with places.taking(folder, "name another folder"), ExitStack() as stack:
        folder.mkdir(parents=True, exist_ok=True)
        whole = iter([stack.enter_context(places.written_whole(path)) for path in paths])
        for form, (some, side) in forms.items():
            with next(whole).open("wb") as stream:
                stream.writelines(models.encoded(some, form))
            text = describe(some, form, side, _note(network.convention))
            next(whole).write_text(text, "utf-8")
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


def _note(convention: Convention) -> str:
    mean, std = (" ".join(f"{v:g}" for v in values) for values in (convention.mean, convention.std))
    return (
        f"Input: {convention.order}, values 0..255 times {convention.scale:g},\n"
        f"then minus {mean}, divided by {std}."
    )


class _Tracer(fx.Tracer):
    """Takes the normalisation for one step, as Caffe does."""

    def is_leaf_module(self, module: nn.Module, qualified_name: str) -> bool:
        own = isinstance(module, Linear | LocalResponseNorm)
        return own or super().is_leaf_module(module, qualified_name)


def _translate(
    body: nn.Module, node: fx.Node, tops: dict[fx.Node, str], names: dict[str, str]
) -> list[Step]:
    inputs, called, name = node.all_input_nodes, node.target, node.name
    bottoms = tuple(tops[some] for some in inputs)
    if node.op == "call_module":
        module = body.get_submodule(called)
        # In place where nobody else wants what was there before, as in Caffe's own files.
        alone = len(inputs[0].users) == 1 and bottoms[0] != "data"
        return _module_steps(module, names.get(called, called), bottoms[0], alone)
    if called is torch.cat and (node.args[1:] or (node.kwargs.get("dim"),))[0] == 1:
        return [Step(name, "Concat", bottoms, name)]
    if called is operator.add and len(bottoms) == 2:
        return [Step(name, "Eltwise", bottoms, name, {"eltwise_param": {"operation": "SUM"}})]
    if called is torch.flatten and node.args[1:] == (1,):
        return []
    raise UserError(f"Caffe has no layer for {called} of this network.")


def _module_steps(module: nn.Module, name: str, bottom: str, alone: bool) -> list[Step]:
    if isinstance(module, nn.Flatten):
        return []
    if isinstance(module, nn.BatchNorm2d):
        return _norm(module, name, bottom)
    over = bottom if alone else name
    if isinstance(module, nn.ReLU6):
        return _clipped(name, bottom, over)
    kind, group, parameters = _caffes(module, name)
    parameters = {k: v for k, v in parameters.items() if v != _DEFAULTS.get(k)}
    top = over if kind in ("ReLU", "Dropout") else name
    given = {group: parameters} if parameters else {}
    learnt = _arrays(*(getattr(module, part, None) for part in ("weight", "bias")))
    return [Step(name, kind, (bottom,), top, given, learnt)]


def _caffes(module: nn.Module, name: str) -> tuple[str, str, dict]:
    """Give type, field and parameters of the one layer of Caffe that does what a module does."""
    if isinstance(module, nn.Conv2d):
        sides = {"pad": module.padding, "kernel_size": module.kernel_size, "stride": module.stride}
        square = {key: high for key, (high, wide) in sides.items() if high == wide}
        if len(square) == 3 and module.padding_mode == "zeros" and module.dilation == (1, 1):
            outputs = {"num_output": module.out_channels, "bias_term": module.bias is not None}
            parameters = outputs | square | {"group": module.groups}
            return "Convolution", "convolution_param", parameters
    elif isinstance(module, nn.Linear):
        parameters = {"num_output": module.out_features, "bias_term": module.bias is not None}
        return "InnerProduct", "inner_product_param", parameters
    elif isinstance(module, nn.MaxPool2d) and module.ceil_mode and module.dilation == 1:
        sides = {"kernel_size": module.kernel_size, "stride": module.stride, "pad": module.padding}
        return "Pooling", "pooling_param", {"pool": "MAX"} | sides
    elif isinstance(module, nn.AdaptiveAvgPool2d) and module.output_size in (1, (1, 1)):
        return "Pooling", "pooling_param", {"pool": "AVE", "global_pooling": True}
    elif isinstance(module, LocalResponseNorm):
        return "LRN", "lrn_param", {"local_size": 5, "alpha": module.alpha, "beta": 0.75}
    elif isinstance(module, nn.Dropout):
        return "Dropout", "dropout_param", {"dropout_ratio": module.p}
    elif isinstance(module, nn.ReLU):
        return "ReLU", "relu_param", {}
    raise UserError(f"Caffe has no layer for {name} of this network ({module}).")


def _clipped(name: str, bottom: str, top: str) -> list[Step]:
    """``min(max(x, 0), 6)`` as ``6 - max(6 - max(x, 0), 0)``: Caffe has no layer that clips."""
    mirrored = {"power_param": {"scale": -1, "shift": 6}}
    return [
        Step(name, "ReLU", (bottom,), top),
        Step(f"{name}/from6", "Power", (top,), top, mirrored),
        Step(f"{name}/clip", "ReLU", (top,), top),
        Step(f"{name}/back", "Power", (top,), top, mirrored),
    ]


def _norm(module: nn.BatchNorm2d, name: str, bottom: str) -> list[Step]:
    statistics = _arrays(module.running_mean, module.running_var, torch.ones(1))
    parameters = {"batch_norm_param": {"use_global_stats": True, "eps": module.eps}}
    scale = {"scale_param": {"bias_term": True}}
    learnt = _arrays(module.weight, module.bias)
    return [
        Step(name, "BatchNorm", (bottom,), name, parameters, statistics),
        Step(name + models.SCALE, "Scale", (name,), name, scale, learnt),
    ]


def _arrays(*given: torch.Tensor | None) -> tuple[np.ndarray, ...]:
    kept = [values for values in given if values is not None]
    return tuple(values.detach().float().cpu().contiguous().numpy() for values in kept)


def describe(steps: Iterable[Step], name: str, side: int, note: str) -> str:
    """Write the description of a network of squares of so many pixels, whose input is ``data``.

    The lines of the note come first, as comments.
    """
    shape = {"dim": [1, 3, side, side]}
    given = {"name": "data", "type": "Input", "top": "data", "input_param": {"shape": shape}}
    layers = [given]
    for step in steps:
        head = {"name": step.name, "type": step.type, "bottom": list(step.bottoms), "top": step.top}
        layers.append(head | step.parameters)
    comments = [f"# {line}" for line in note.splitlines()]
    return "\n".join([*comments, _text({"name": name, "layer": layers})]) + "\n"


def _text(fields: dict, indent: str = "") -> str:
    """Write a message in protobuf's text format."""
    lines = []
    for name, given in fields.items():
        for value in given if isinstance(given, list) else [given]:
            if isinstance(value, dict):
                lines.append(f"{indent}{name} {{\n{_text(value, indent + '  ')}\n{indent}}}")
            else:
                said = value if name in _WORDS else json.dumps(value, ensure_ascii=False)
                lines.append(f"{indent}{name}: {said}")
    return "\n".join(lines)
