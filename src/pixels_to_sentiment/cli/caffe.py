"""Commands for those who have Caffe's files: models, means and training logs."""

import argparse
import json
import sys
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.cli import add_command, add_room, waiting
from pixels_to_sentiment.errors import UserError, printable

CONVERSIONS = {
    (".caffemodel", ".safetensors"),
    (".safetensors", ".caffemodel"),
    (".binaryproto", ".npy"),
}
# Outputs of a log that are drawn; a layer may have one a class.
_DRAWN = 24


def commands(rooms) -> None:
    """Add ``caffe`` and ``logs`` to the command."""
    room = add_room(rooms, "caffe", "Model files of Caffe.")
    show = add_command(room, "show", _show, "List the layers of a model, or show a mean.", "--json")
    show.add_argument("file", type=Path, metavar="FILE", help="a model or a mean")
    convert = add_command(room, "convert", _convert, "Convert a model or a mean.", "--force")
    convert.add_argument("source", type=Path, metavar="FILE", help="a model or a mean")
    text = ".safetensors or .caffemodel; .npy for a mean"
    convert.add_argument("target", type=Path, metavar="TARGET", help=text)
    text = "Write a network as Caffe's model and prototxt."
    export = add_command(room, "export", _export, text, "--force")
    export.add_argument("what", metavar="KEY|NETWORK:START", help="a finished run, or a start")
    export.add_argument("--name", help="of the files (default: the network's)")
    text = "Predict a run's test pictures from Caffe's unrounded pixels."
    compare = add_command(room, "compare", _compare, text)
    compare.add_argument("key", metavar="KEY", help="of a finished run")
    compare.add_argument("--record", action="store_true", help="keep it with the recorded result")
    text = "Draw training logs of Caffe and write them as CSV."
    logs = add_command(rooms, "logs", _logs, text, "--force")
    logs.add_argument("logs", nargs="+", type=Path, metavar="LOG", help="or the folder of a run")
    logs.add_argument("--names", nargs="+", help="of the models, in the order of the logs")
    logs.add_argument("--strict", action="store_true", help="refuse lines of forms not known")
    for command in (export, logs):
        where = {"type": Path, "metavar": "DIR", "help": "folder to write into"}
        command.add_argument("-o", "--output", required=True, **where)


def _show(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.caffe import convert, means, models

    if options.file.suffix in (".binaryproto", ".npy"):
        read = [models.Layer("mean", "BlobProto", (means.read(options.file),))]
    elif options.file.suffix == ".safetensors":
        read = convert.from_safetensors(options.file)
    else:
        read = models.read(options.file)
    layers = models.describe(read)
    if options.json:
        print(json.dumps(layers, indent=1))
        return
    names = [printable(layer["name"]) for layer in layers]
    width = max(map(len, names))
    for name, layer in zip(names, layers, strict=True):
        label = f"{name:{width}}  {printable(layer['type']) or 'no type':{16}}"
        for blob in layer["blobs"] or [None]:
            print((label + (_summary(blob) if blob else "")).rstrip())
            label = " " * len(label)


def _summary(blob: dict) -> str:
    shape = "x".join(map(str, blob["shape"]))
    values = (
        f"{name} {'-' if blob[name] is None else format(blob[name], '.4g'):10}"
        for name in ("mean", "std", "min", "max")
    )
    return f"{shape:16} {blob['dtype']:8} {' '.join(values)}"


def _convert(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.caffe import convert, means, models

    source, target = options.source, options.target
    if (source.suffix, target.suffix) not in CONVERSIONS:
        known = ", ".join(f"{a} to {b}" for a, b in sorted(CONVERSIONS))
        raise UserError(f"{source} cannot be converted to {target}: it goes from {known}.")
    places.refuse_existing([target], options.force)
    if target.suffix == ".safetensors":
        convert.to_safetensors(source, target)
    elif target.suffix == ".npy":
        means.write(target, means.read(source))
    else:
        models.write(target, convert.from_safetensors(source), name=source.stem)
    print(f"Wrote {target}.")


def _export(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.networks import deploy, factory
    from pixels_to_sentiment.records import runs

    name, colon, start = options.what.rpartition(":")
    with waiting("Exporting"):
        if colon:
            network = factory.create(name, start=start)
        else:
            network = runs.Record.open(places.runs() / options.what).restore()
        stem = options.name or network.name.replace("/", "_")
        written = deploy.export(network, options.output, stem, force=options.force)
    for path in written:
        print(f"Wrote {path}.")


def _compare(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.data import pictures
    from pixels_to_sentiment.files import assets
    from pixels_to_sentiment.records import runs
    from pixels_to_sentiment.reports import fidelity

    finished = runs.Record.open(places.runs() / options.key)
    archive = assets.fetch(pictures.ARCHIVE)
    with waiting("Predicting"):
        predicted = fidelity.predict_exactly(finished, archive)
    table = fidelity.effect(finished.predictions(), predicted)
    print(table.to_string(index=False, float_format="{:.4f}".format))
    if options.record:
        print(f"Recorded in {fidelity.record(finished, predicted)}.")


def _logs(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.caffe import logs

    names = options.names or [path.stem or path.resolve().name for path in options.logs]
    if len(names) != len(options.logs):
        raise UserError(f"There are {len(options.logs)} logs and {len(names)} --names.")
    if bad := [name for name in names if not name or Path(name).name != name]:
        raise UserError(f"{bad[0]!r} cannot be part of a file name: choose another of --names.")
    read = {}
    for name, path in zip(names, options.logs, strict=True):
        with waiting(f"Reading {path.name}"):
            found = logs.read(path)
        if found.unread and options.strict:
            raise UserError(found.unread)
        for said in (found.unread, found.curve.empty and f"{path} has no iteration in it."):
            if said:
                print(said, file=sys.stderr)
        if name in read:
            raise UserError(f"Two logs are called {name!r}: give each its own of --names.")
        read[name] = found
    if all(log.curve.empty for log in read.values()):
        raise UserError("There is nothing to draw: no log has an iteration in it.")
    _write_logs(read, options.output, options.force)


def _write_logs(read: dict, folder: Path, force: bool) -> None:
    """Write a table a log and three pictures of all of them."""
    from pixels_to_sentiment.drawing import curves, figures

    pictures = {kind: folder / f"{kind}.png" for kind in ("loss", "accuracy", "both")}
    tables = {name: folder / f"{name}.csv" for name in read}
    places.refuse_existing([*pictures.values(), *tables.values()], force)
    figures.theme()
    drawn = {name: log.curve.iloc[:, : 3 + _DRAWN] for name, log in read.items()}
    if cut := [name for name, log in read.items() if len(log.curve.columns) > 3 + _DRAWN]:
        print(f"The pictures show {_DRAWN} outputs of {', '.join(cut)}.", file=sys.stderr)
    losses = {name: log.losses for name, log in read.items()}
    with places.taking(folder, "choose another -o"), waiting("Writing"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in tables.items():
            with places.written_whole(path) as temporary:
                read[name].write(temporary)
        for kind, path in pictures.items():
            with places.written_whole(path) as temporary:
                figure = curves.training_logs(drawn, losses, kind)
                figure.savefig(temporary, format="png")
                figures.plt.close(figure)
    for path in (*tables.values(), *pictures.values()):
        print(f"Wrote {path}.")
