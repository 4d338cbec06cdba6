"""The authors' own maps, recovered from figure 7 of the article, beside the maps made here.

The figure shows twelve photographs, each half picture and half map of the network that starts from
MVSO English (section 4.6), so that the probabilities could be solved for, to about 0.02. It shows
the central square of each picture: of ten maps two rows or columns are missing.

Cells of one picture are not independent of each other, since windows overlap; pictures are. So all
intervals are over pictures. A map of another picture may agree as well, where both have a bias
towards the middle or a rim: that is the chance level here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from pixels_to_sentiment import places
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.judging import resampling
from pixels_to_sentiment.maps import dense, rivals
from pixels_to_sentiment.records.catalogue import run_in_words
from pixels_to_sentiment.studies import agreement, measures
from pixels_to_sentiment.studies.records import StudyRecord

# Places along a side of the article's maps, and where they lie, as `dense.places` says it.
PLACES = 8
WINDOW = 227
AT = (WINDOW / 2 + dense.STRIDE * np.arange(PLACES)) / dense.SIDE
FRAME = "frame"
PERMUTATIONS = 10_000


@dataclass(frozen=True)
class Candidate:
    """Maps of the twelve photographs to be held against the authors'.

    Attributes
    ----------
    network
        Its title; empty for maps that know nothing of a network.
    map
        One of `measures.MAPS`, or `FRAME`.
    values
        (12, 8, 8) at the article's places; above 0 speaks for positive or, where there is no
        network, for the class of the authors' frame.
    classes
        What the network calls the whole picture, 0 or 1, (12,).
    keys
        Of the studies.
    """

    network: str
    map: str
    values: np.ndarray
    classes: np.ndarray | None = None
    keys: tuple[str, ...] = ()

    @property
    def probabilities(self) -> np.ndarray:
        """Of positive at each place, (12, 8, 8), where ``values`` are log-odds."""
        return 1 / (1 + np.exp(-self.values))


def pictures() -> pd.DataFrame:
    """List the twelve photographs in the order of the figure.

    ``position`` (1..12), ``image``, ``label``, ``fold`` (whose test list of five agree has it) and
    ``predicted`` (0 or 1, as the frame tells).
    """
    table = pd.read_csv(places.ground_truth() / "figure7_pictures.csv")
    predicted = (table["predicted"] == "positive").astype(int)
    return table.rename(columns={"five_fold": "fold"}).assign(predicted=predicted)


def maps() -> np.ndarray:
    """Give the authors' maps in the order of `pictures`: probabilities of positive, (12, 8, 8).

    Missing where the figure does not show it.
    """
    table = pd.read_csv(places.ground_truth() / "figure7_maps.csv")
    picture = pd.Index(pictures()["image"]).get_indexer(table["image"])
    found = np.full((picture.max() + 1, PLACES, PLACES), np.nan)
    found[picture, table["row"] - 1, table["column"] - 1] = table["positive"]
    return found


def at_places(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Bring maps (n, h, h), whose places lie at `at`, to the article's places.

    A place of the article answers for a window of 227 of 451 pixels. Maps of more places are
    averaged over the places whose middles lie in that window, as a network that averages answers
    for it. Maps of as many places, or fewer, have windows of their own: the nearest one is taken.
    """
    away = np.abs(AT[:, None] - np.asarray(at))
    inside = away <= WINDOW / 2 / dense.SIDE
    if len(at) <= PLACES:
        inside = np.eye(len(at), dtype=bool)[away.argmin(1)]
    weights = inside / inside.sum(1, keepdims=True)
    return weights @ values @ weights.T


def of_studies(records: Iterable[StudyRecord]) -> list[Candidate]:
    """Take the twelve photographs out of studies of five agree, each by the network of its fold.

    Studies on photographs whose runs differ in the fold alone belong together; where the folds that
    are needed are not all there, they are left out. The sentiment maps come first, by network, the
    longest training of each first, then the Grad-CAM maps of the studies that kept them.
    """
    groups: dict[tuple[str, int, str], list[StudyRecord]] = {}
    for one in records:
        if one.run and one.study.agreement == "five" and one.photographed:
            title = run_in_words(one.run)
            place = title.partition(",")[0], -one.run.recipe.iterations, title
            groups.setdefault(place, []).append(one)
    wanted, found = pictures()["image"], []
    for kind in (measures.MAP, measures.GRAD_CAM):
        for (*_, network), some in sorted(groups.items()):
            table = pd.concat([_mapped(one, kind) for one in some])
            table = table[~table.index.duplicated()]
            if wanted.isin(table.index).all():
                values, classes, keys = (table.loc[wanted, name] for name in table)
                classes, keys = classes.to_numpy(int), tuple(dict.fromkeys(keys))
                found.append(Candidate(network, kind, np.stack(values), classes, keys))
    return found


def _mapped(one: StudyRecord, kind: str) -> pd.DataFrame:
    """Of the pictures that a study maps, by name: map at the article's places, class, key."""
    held, at = (one.maps(), one.at) if kind == measures.MAP else (one.grad_cam(), one.grad_cam_at)
    if held is None:
        return pd.DataFrame(columns=["values", "class", "key"])
    names, values = held
    answers = one.measures().query("map == @measures.MAP").set_index("image")["class"]
    classes, brought = answers[names].to_numpy(), at_places(values, at)
    if kind == measures.GRAD_CAM:
        # It speaks for the class that the network gives to the picture.
        brought = brought * (2 * classes - 1)[:, None, None]
    return pd.DataFrame({"values": list(brought), "class": classes, "key": one.key}, names)


def unknowing(loaded: Pictures) -> list[Candidate]:
    """Make maps that know nothing of a network, with the places of the article's.

    They are held to speak for the class of the authors' frame, which is more than they know. The
    energy of edges is left out without photographs.
    """
    table, shape = pictures(), (PLACES, PLACES)
    made = {
        measures.CENTRE: rivals.centre(len(table), shape),
        measures.RANDOM: rivals.randomly(len(table), shape),
    }
    if loaded.real:
        made[measures.EDGES] = rivals.edge_energy(dense.enlarged(loaded, table["image"]), AT)
    made[FRAME] = torch.ones(len(table), *shape)
    return [Candidate("", name, some.double().numpy()) for name, some in made.items()]


def pairs(candidate: Candidate) -> tuple[np.ndarray, np.ndarray]:
    """Hold the authors' map of each picture against the candidate's of every picture.

    Only the cells that the figure shows of the authors' picture count.

    Returns
    -------
    rank, same : ndarray
        (12, 12), the authors' picture a row and the candidate's a column: Spearman's rank
        correlation, and the share of cells of the same class. Missing where a candidate ranks
        nothing or its cells have no class.
    """
    theirs, frames = maps(), 2 * pictures()["predicted"].to_numpy() - 1
    rank, same = np.full((2, len(theirs), len(theirs)), np.nan)
    for row, (one, frame) in enumerate(zip(theirs, frames, strict=True)):
        shown = ~np.isnan(one)
        values = candidate.values[:, shown] * (1 if candidate.network else frame)
        if candidate.map != FRAME:
            both = (np.tile(one[shown], (len(theirs), 1)), values)
            rank[row] = agreement.spearman(*(torch.from_numpy(some)[:, None] for some in both))
        if candidate.map in (measures.MAP, FRAME):
            same[row] = ((values > 0) == (one[shown] > 0.5)).mean(1)
    return rank, same


def summary(candidates: Iterable[Candidate]) -> pd.DataFrame:
    """Average the agreement over the twelve pictures and hold it against chance, a candidate a row.

    ``network``, ``map``, ``keys``, and for both ``rank`` and ``same`` the mean, its 95% interval by
    bootstrap over pictures (``_low``, ``_high``), the mean with the candidate's maps of the other
    pictures (``_other``), in how many permutations of the candidate's maps among the pictures the
    mean is as large or larger (``_p``, one-sided; for sentiment maps also ``_p_holm``, adjusted for
    all of them and both), and the agreement on each picture (``_each``, (12,)).
    """
    rows = []
    for one in candidates:
        row = {"network": one.network, "map": one.map, "keys": one.keys}
        for name, values in zip(("rank", "same"), pairs(one), strict=True):
            row |= {f"{name}{end}": value for end, value in _against_chance(values).items()}
        rows.append(row)
    made = pd.DataFrame(rows)
    if rows:
        p = made[["rank_p", "same_p"]].where(made["map"] == measures.MAP)
        adjusted = resampling.holm(p.to_numpy().ravel())
        made[["rank_p_holm", "same_p_holm"]] = adjusted.reshape(p.shape)
    made.attrs["runs"] = [key for row in rows for key in row["keys"]]
    return made


def _against_chance(values: np.ndarray) -> dict[str, object]:
    own, count = np.diag(values), len(values)
    if np.isnan(own).any():
        return dict.fromkeys(("", "_low", "_high", "_other", "_p"), np.nan) | {"_each": own}
    low, high = resampling.clustered_interval(own, np.arange(count))
    dice = np.random.default_rng(0)
    orders = dice.permuted(np.tile(np.arange(count), (PERMUTATIONS, 1)), axis=1)
    shuffled = values[np.arange(count), orders].mean(1)
    # What comes out the same but for rounding counts as the same.
    larger = int((shuffled >= own.mean() - 1e-9).sum())
    return {
        "": float(own.mean()),
        "_low": low,
        "_high": high,
        "_other": float(values[~np.eye(count, dtype=bool)].mean()),
        "_p": (1 + larger) / (1 + PERMUTATIONS),
        "_each": own,
    }
