"""Made-up runs of a network and of a variant of it, for tests of the reports."""

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration

CUT = Configuration("squeezenet1_1+fire9-2", "imagenet", "paper-third")
WHOLE = catalogue.SQUEEZENET


def whole_and_cut(made):
    """All folds of a network and of a variant of it that is right less often."""
    third = {"recipe": "paper-third", "precision": "bf16"}
    whole = [made(fold=k, right=0.75, **third) for k in folds.FOLDS]
    cut = [made(fold=k, right=0.5, network=CUT.network, **third) for k in folds.FOLDS]
    return whole, cut
