"""What the article claims, and a verdict on each by a stated rule.

Enters: Recorded work, and the article's numbers.
Leaves: A verdict on each claim, with its evidence and the rule.
Must not know: how anything is drawn.
"""

from pixels_to_sentiment.claims.paper import CLAIMS, NAMED_BEFORE, OURS, Claim
from pixels_to_sentiment.claims.rules import (
    CONTRADICTED,
    IN_ACCURACY,
    INCONCLUSIVE,
    MARGIN,
    REPRODUCED,
    RULES,
    SUPPORTED,
    UNTESTED,
    VERDICTS,
    dated,
)
from pixels_to_sentiment.claims.verdicts import former, judge
