"""The command ``map``: photographs of one's own."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pixels_to_sentiment.cli import add_command, waiting
from pixels_to_sentiment.errors import UserError

DESCRIPTION = """\
Say of your own photographs how positive they are, and where in them a trained network finds it.

Of each photograph NAME, two files are written: NAME.map.png, the photograph beside its map (blue
speaks for positive, vermilion for negative; one scale for all maps of a run), and NAME.map.json
with all numbers. Each line of the output is one photograph: the predicted class, the probability
of positive from ten crops and from the centre crop, the range of its map in nats of log-odds.

Kinds: JPEG, PNG, WebP, AVIF, GIF (the first frame), BMP, TIFF, of up to 89,478,485 pixels; HEIC of
telephones is to be saved as one of these first. Transparency lies on white. Of a folder, the files
in it with the usual ends of names are taken, but not what lies in folders in it.
"""
EPILOG = """\
Without --run and --network, the weights are those of the best run here: among all finished runs
with weights, of a whole recipe and on all photographs, of a network with a fully convolutional
form, the one whose accuracy, with ten crops, on its own test fold is furthest above always
answering positive. Where there is none, a linear head is fitted to a network's features and kept.

What this run has mapped into the folder is left as it is, so an interrupted command goes on.

The status is 2 if some photographs could not be mapped; the others are.
"""
SHOWN = "--device", "--json", "--force", "--data"


def commands(rooms) -> None:
    """Add the command."""
    text, whole = "Map the sentiment of your own photographs.", argparse.RawDescriptionHelpFormatter
    told = {"description": DESCRIPTION, "epilog": EPILOG, "formatter_class": whole}
    command = add_command(rooms, "map", _map, text, *SHOWN, **told)
    shown = {"metavar": "PHOTO|FOLDER", "help": "a file, or all photographs in a folder"}
    command.add_argument("photographs", nargs="+", type=Path, **shown)
    where = {"type": Path, "default": Path("maps"), "metavar": "DIR"}
    command.add_argument("-o", "--output", help="default: maps", **where)
    weights = command.add_mutually_exclusive_group()
    weights.add_argument("--run", metavar="KEY", help="of a finished run, or its first digits")
    weights.add_argument("--network", metavar="NAME", help="the best run of this network")


def _map(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from pixels_to_sentiment.maps import choice, photos
    from pixels_to_sentiment.training import devices

    paths = photos.listed(options.photographs)
    photos.require_one(paths)
    with waiting("Choosing a network"):
        if options.run is None:
            chosen = choice.best(options.network, options.device)
        else:
            chosen = choice.named(options.run)
        _ = chosen.network  # or its sentence, before anything is written
        device = devices.pick(options.device)
        from pixels_to_sentiment.maps import mapping
    if chosen.fitted_now:
        print(choice.FITTED, file=sys.stderr)
    before = {} if options.force else mapping.mapped_before(paths, options.output, chosen)
    left = [path for path in paths if path not in before]
    mapping.require_room(left, options.output, force=options.force)
    print(chosen.in_words(), file=sys.stderr)
    if before:
        said = f"{len(before)} of {len(paths)} mapped by this run already: left as they are."
        print(said, file=sys.stderr)
    # None: drawn on a terminal alone. One photograph needs none.
    bar = tqdm(total=len(left), unit=" pictures", disable=True if len(paths) == 1 else None)
    failed = 0
    with bar, _answers(options, bar) as answer:
        for path, numbers in before.items():
            answer(numbers, path)
        for path, result in mapping.mapped(chosen, left, options.output, device):
            if isinstance(result, UserError):
                failed += 1
                bar.write(f"pixels-to-sentiment: {result}", file=sys.stderr)
            else:
                answer(result, path)
            bar.update()
    if failed:
        raise UserError(
            f"{failed} of {len(paths)} photographs could not be mapped, for the reasons above."
        )


@contextmanager
def _answers(options: argparse.Namespace, bar) -> Iterator[Callable[[dict, Path], None]]:
    """Print lines, or in the end, even if cut short, a JSON array."""
    from pixels_to_sentiment.maps import mapping

    answers = []

    def answer(numbers: dict, path: Path) -> None:
        drawing, _ = mapping.files_of(path, options.output)
        answers.append(numbers | {"drawing": str(drawing)})
        if not options.json:
            bar.write(_line(numbers, path, drawing), file=sys.stdout)
            # Whoever reads along, as through a pipe, sees each photograph when it is done.
            sys.stdout.flush()

    try:
        yield answer
    finally:
        if options.json:
            bar.write(json.dumps(answers), file=sys.stdout)


def _line(numbers: dict, path: Path, drawing: Path) -> str:
    from pixels_to_sentiment.maps import photos

    values = [value for row in numbers["map"] for value in row]
    known = {True: "; seen in training", None: "; unknown whether seen in training"}
    return (
        f"{photos.in_print(path)}: {numbers['predicted']}, {numbers['positive_ten_crops']:.3f} "
        f"(centre {numbers['positive_centre_crop']:.3f}), map {min(values):+.2f} to "
        f"{max(values):+.2f}{known.get(numbers['seen_in_training'], '')} -> "
        f"{photos.in_print(drawing)}"
    )
