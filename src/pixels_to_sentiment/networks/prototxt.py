"""Deploy descriptions of Caffe: layers and how they are joined, as prototxt."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

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
