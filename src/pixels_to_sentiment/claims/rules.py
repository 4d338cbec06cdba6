"""The rules in words, in one file that git dates: what counts for a claim, and what follows.

A rule that is reworded is newer than what was recorded before, and `dated` says so.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from pixels_to_sentiment import places, provenance

# A claim of no difference holds if the whole interval is within one picture in a hundred.
MARGIN = 0.01
SIGNIFICANT = 0.05
# What takes no more than a tenth longer is no slower.
NO_SLOWER = 1.1

REPRODUCED, CONTRADICTED, INCONCLUSIVE = "reproduced", "contradicted", "inconclusive"
SUPPORTED, UNTESTED = "supported on other networks only", "could not be tested"

# On 29 November 2026 the third was said to hold for machines as for networks, as the rules of speed
# had it; no verdict changed.
VERDICTS = {
    REPRODUCED: "All that is recorded with what the claim is about speaks for it: with the "
    "article's own networks and starts; for a conjecture or a claim of ours, with the networks "
    "that it names.",
    CONTRADICTED: "With these, something speaks against it.",
    INCONCLUSIVE: "It was tried, and neither holds: the intervals have room for no difference (a "
    "line says where they have none for the article's), or networks disagree. What other "
    "networks, or another machine, show against a claim about the article's own does not "
    "contradict it; that is inconclusive, too.",
    SUPPORTED: "Nothing, or nothing that decides, is recorded with the article's own networks. Of "
    "what other networks show, more than half speaks for the claim and nothing against it.",
    UNTESTED: "Nothing that tests it is recorded on all five folds, or the reason is given.",
}

RULES = {
    "better": "Two networks answer the same pictures from ten crops. For the claim: the interval "
    "of the difference lies above zero. Against it: the interval lies below zero; or within the "
    "margin on either side of zero and below the article's difference. In a claim about layers, a "
    "training counts only if by its own interval it beats always answering positive, and it ends "
    "at a training loss below ln 2, a coin's. Pairs of which the layers below are "
    "frozen are shown and do not count there: they compare new classifiers on fixed features.",
    "all better": "As <i>better</i>, and every pair of the article must be recorded.",
    "mostly better": "As <i>better</i>, but it takes more than half of the article's pairs for it "
    "to be reproduced, and half of them or more against it to be contradicted.",
    "beyond": "The accuracy from ten crops, less the number that the article quotes for another "
    "network, which is taken as exact. For and against as by <i>better</i>.",
    "reached": "The accuracy from ten crops, less the article's for its own network. For: the "
    "interval lies above the margin below zero, so that at most one picture in a hundred is lost. "
    "Against: it lies below that margin.",
    "views": "The same trainings answer from ten crops and from the centre crop. For and against "
    "as by <i>better</i>, in each network and subset.",
    "by count": "A network trained on three or on four agree is scored apart on its test pictures "
    "of which exactly five, four and three annotators gave the label. For: the interval of what "
    "one annotator more adds lies above zero. Against: below zero, or within the margin.",
    "count": "Parameters are counted. For: as many are saved as the article says.",
    "depth": "A linear classifier learns on each layer of the fine-tuned network, its cost chosen "
    "inside the training list. For: the rank correlation of depth and accuracy is positive with p "
    "below 5%, of all orders of the layers, by each classifier; against: negative so.",
    "layers": "Classifiers as by <i>depth</i>, on two layers of a network, on the same pictures. "
    "For and against as by <i>better</i>. A layer of another network is no test.",
    "alike": "Classifiers as by <i>depth</i>; the SVM's answers less those of softmax, mean over "
    "the layers. For: the interval lies within the margin on either side of zero. Against: it lies "
    "wholly outside.",
    "no more than positive": "The network less always answering positive, on the same pictures, "
    "from ten crops. For and against as by <i>alike</i>.",
    "lost": "Softmax on features of the fine-tuned whole network, less the cut network, both from "
    "the centre crop. For and against as by <i>better</i>, of trainings that count there.",
    "tuned": "A fine-tuned network less the same network with its start's features frozen, either "
    "under a new classifier trained alike (ten crops) or under softmax whose cost is chosen inside "
    "the training list (centre crop). For and against as by <i>better</i>. The networks are what "
    "the claim is about, so they decide.",
    "later": "The accuracy of a later network from ten crops, less the article's best. For and "
    "against as by <i>better</i>; these networks are what the claim is about.",
    "sooner": "The mean training loss over the first iterations that all runs of a pair have, of "
    "one start less another; folds and seeds are chance. With other networks: random weights less "
    "trained ones. For: the interval lies above zero; against: below.",
    "speed": "The measured time for 64 outputs over that for one, by the newest benchmark, on a "
    "GPU as the authors had; a CPU is another machine. Weights do not matter. For: the spread of "
    "the ratio reaches the article's number or less. Against: it lies above.",
    "no slower": "The measured time for ten crops of a picture at once over that for one, by the "
    "newest benchmark, on a GPU as the article says; a CPU is another machine. For: the spread of "
    "the ratio lies within a tenth above one; against: above that.",
    "local": "How far the global probability lies from the mean of the local ones, mean over the "
    "test pictures. For: the interval (bootstrap over the pictures of each fold) lies above the "
    "margin; against: below it.",
    "maps": "The most and least relevant cells of a map are removed and filled from around them "
    "(ROAD). For: the sentiment map scores higher than random numbers, than the centre and than "
    "edges, each by its interval (bootstrap over the pictures of each fold); against: lower.",
    "none": "Could not be tested, for the reason given.",
}
# Kinds of which a comparison is a difference of accuracies.
IN_ACCURACY = (
    *("better", "all better", "mostly better", "beyond", "later", "reached", "views"),
    *("by count", "layers", "alike", "no more than positive", "lost", "tuned"),
)


def dated(began: Mapping[str, Iterable[str]], path: Path | None = None) -> pd.DataFrame:
    """Say when each rule got its wording, by git, and how much was recorded before.

    Told is when the results that each rule was used on were begun (ISO 8601, with the offset from
    UTC), by kind of test. Gives ``kind``, ``rule`` (HTML), ``written`` (when the newest of its
    lines was committed; missing without git, in a clone without history, and where it is not
    committed yet), ``before`` and ``after`` (how many results were begun on either side of that;
    missing with it).
    """
    path = path or Path(__file__)
    lines, rows = _committed(path), []
    for kind, numbers in _lines_of_rules(path.read_text("utf-8")).items():
        known = [lines.get(number) for number in numbers]
        written = None if None in known else max(known)
        times = [datetime.fromisoformat(one) for one in began.get(kind, ())]
        before = None if written is None else sum(one < written for one in times)
        after = None if written is None else len(times) - before
        rows.append((kind, Markup(RULES.get(kind, "")), written, before, after))
    return pd.DataFrame(rows, columns=["kind", "rule", "written", "before", "after"])


def _lines_of_rules(source: str) -> dict[str, range]:
    """Find the lines, from 1, that each rule stands on."""
    rules = next(
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RULES"
    )
    return {
        kind.value: range(kind.lineno, rule.end_lineno + 1)
        for kind, rule in zip(rules.keys, rules.values, strict=True)
    }


def _committed(path: Path) -> dict[int, datetime]:
    """Give when each line of a file was committed, by its number from 1; none if git cannot say."""
    root = places.checkout()
    if root is None or (root / ".git" / "shallow").exists():
        return {}
    told = provenance.git(path.parent, "blame", "--line-porcelain", "--", path.name)
    # A line is told of from its commit on, which is all zeros before it has one.
    each = r"^(?!0{40})[0-9a-f]{40} \d+ (\d+)(?: \d+)?\n(?:[^\t].*\n)*?committer-time (\d+)$"
    found = re.findall(each, told, re.MULTILINE)
    return {int(number): datetime.fromtimestamp(int(when), UTC) for number, when in found}
