"""Which map studies a set of training runs asks for, and what one found in a line."""

from collections.abc import Iterable
from dataclasses import replace

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.records.runs import Record, Run
from pixels_to_sentiment.studies import measures, summary
from pixels_to_sentiment.studies.records import Study, StudyRecord

# There only the head is fitted: what is tested is the map, and not the training.
ON_STAND_IN = "squeezenet1_1:imagenet"


def planned(finished: Iterable[Record], limit: int | None = None) -> list[Study]:
    """List the studies of training runs, one a configuration and fold.

    The first seed maps; the second, if there is one, is what its maps are compared with.
    """
    groups: dict[Run, list[Record]] = {}
    for record in (one for one in finished if one.run.inner is None):  # test pictures are mapped
        groups.setdefault(replace(record.run, seed=0), []).append(record)
    studies = []
    for run, (one, *others) in groups.items():
        other = others[0].key if others else ""
        # Shuffled labels cost a training of their own: not of those that last longest.
        labels = limit is None and not run.recipe.settling and run.recipe.iter_size == 1
        studies.append(Study(one.key, run.agreement, run.fold, other, labels, limit=limit))
    return studies


def on_stand_in(test_folds: Iterable[int] | None = None, limit: int | None = None) -> list[Study]:
    """List the studies on the stand-in, whose evidence is known, of a network as it starts."""
    return [Study(ON_STAND_IN, "five", fold, limit=limit) for fold in test_folds or folds.FOLDS]


def in_words(record: StudyRecord) -> str:
    """Say in a line what was mapped and how faithful the maps are."""
    named = record.configuration if record.run else record.configuration[:2]
    road = summary.gathered([record]).groupby("map")["road"].mean()
    return (
        f"{record.key} {':'.join(named)} {record.study.agreement} fold {record.study.fold}, "
        f"{record.data['source']}: ROAD {road[measures.MAP]:.3f} "
        f"(Grad-CAM {road[measures.GRAD_CAM]:.3f}, random {road[measures.RANDOM]:.3f})"
    )
