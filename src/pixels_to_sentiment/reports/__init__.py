"""What is recorded, as frames in words: the numbers behind the book's tables and figures.

Enters: Recorded runs, probes and studies.
Leaves: Frames behind tables and figures, and the ledger of all that was recorded.
Must not know: HTML.
"""

from pixels_to_sentiment.judging.scores import CROPS
from pixels_to_sentiment.records.catalogue import title_of
from pixels_to_sentiment.reports.pairs import (
    accuracies,
    agreement_of,
    difference_in_words,
    gathered,
    noise,
    paired,
    twins,
    words,
)
from pixels_to_sentiment.reports.paper import comparison, experiment_table, reported_dots, sizes
from pixels_to_sentiment.reports.runs import (
    by_fold,
    by_seed,
    complete,
    complete_everywhere,
    configuration_of,
    confusions,
    costs,
    curves_of,
    of_experiment,
    of_timm,
    one_per_network,
    peak_of,
    recorded_details,
    runs_of,
    titled,
)
