"""Map studies that are made and kept beside the training runs."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.records import store
from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.studies import measures
from pixels_to_sentiment.studies.records import StudyRecord
from pixels_to_sentiment.training import heads, loop


class Studies(store.Store):
    """Finished studies in a folder."""

    kind = StudyRecord

    def execute(self, study, behind, pictures, folder, device, tell) -> dict:
        """Map and measure."""
        trained, other = behind.get("run"), behind.get("other")
        table = study.lists()[1][["image", "label"]]
        if trained:
            network = trained.restore().to(device)
        else:
            name, _, start = study.run.partition(":")
            network = store.started(study, name, start).to(device)
            # Where few pictures are mapped, few teach the head.
            few = study.limit and 20 * study.limit
            some = folds.split(study.agreement, study.fold)[0].head(few)
            heads.fit(network, store.pixels_of(some, pictures).to(device), some["label"].to_numpy())
        with loop.arithmetic("fp32", torch.device(device).type):
            untaught = None
            if study.labels:
                tell("shuffled labels")
                untaught = _untaught(trained.run, study.seed, pictures, device)
            maps, at, cam, cam_at, found = measures.measure(
                network,
                pictures,
                table,
                other=other.restore().to(device) if other else None,
                untaught=untaught,
                seed=study.seed,
                progress=tell,
            )
        _write(maps, table["image"], folder / "log_odds.csv")
        _write(cam, table["image"], folder / "grad_cam.csv")
        found.round(4).to_csv(folder / "measures.csv", index=False)
        return {"at": at.round(6).tolist(), "grad_cam_at": cam_at.round(6).tolist()}


def _untaught(run: Run, seed: int, pictures: Pictures, device: str) -> Network:
    """Train the run's network on shuffled labels; it is not kept."""
    taught, _ = run.lists()
    labels = np.random.default_rng(seed).permutation(taught["label"].to_numpy())
    network = store.started(run, run.network, run.start).to(device)
    pixels = store.pixels_of(taught, pictures).to(device)
    loop.train(network, pixels, labels, run.recipe, seed=run.seed, precision=run.precision)
    return network.eval()


def _write(maps: torch.Tensor, images: pd.Series, path: Path) -> None:
    places_of = [f"{row}-{column}" for row, column in np.ndindex(*maps.shape[1:])]
    values = pd.DataFrame(maps.flatten(1).numpy(), columns=places_of)
    values.insert(0, "image", images.to_numpy())
    values.to_csv(path, index=False, float_format="%.3g")


# Opens the recorded studies.
recorded = StudyRecord.recorded
