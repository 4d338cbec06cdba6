"""How steady and how sparse maps are, and what Quantus says of the same: recorded by a script.

``.ci/map_measures.py`` writes the reports that are read here.
"""

import numpy as np
import pandas as pd

from pixels_to_sentiment.benchmarks.results import recorded
from pixels_to_sentiment.judging import resampling


def by_network() -> pd.DataFrame:
    """Average what is recorded of sentiment maps and Grad-CAM, a map of a network a row.

    ``network``, ``map``, ``pictures``, ``places`` (of a map), and of ``road``, ``sparseness``,
    ``spread`` (the exponential of the complexity: of so many places that share evenly the entropy
    would be the same) and ``sensitivity`` the mean, and the ends of its 95% interval by bootstrap
    over the pictures (``_low``, ``_high``). Empty if nothing is recorded.
    """
    found = []
    for report in recorded("maps-*"):
        table = pd.DataFrame(report["rows"]).dropna(subset="places")
        table["spread"] = np.exp(table["complexity"])
        for (network, kind), some in table.groupby(["network", "map"], sort=False):
            row = {"network": network, "map": kind, "pictures": len(some)}
            row["places"] = some["places"].iloc[0]
            for name in ("road", "sparseness", "spread", "sensitivity"):
                values = some[name].dropna()
                low, high = resampling.clustered_interval(values, values.index)
                row |= {name: values.mean(), f"{name}_low": low, f"{name}_high": high}
            found.append(row)
    return pd.DataFrame(found)


def beside_quantus() -> pd.DataFrame:
    """Hold values and seconds against those of Quantus, a measure a row.

    ``measure``, ``ours`` and ``quantus`` (means), ``apart`` (the largest difference of a picture
    or, for ROAD, a share), ``by_noise`` (the largest between ours with other noise, where there
    is any), ``our_seconds`` and ``quantus_seconds`` (of the processor) and ``times`` (how often
    ours fit into theirs). Empty if nothing is recorded.
    """
    table = pd.DataFrame([row for report in recorded("quantus") for row in report["rows"]])
    if table.empty:
        return table
    both = zip(table["ours"], table["quantus"], strict=True)
    apart = [np.abs(np.subtract(*values)).max() for values in both]
    draws = [values if isinstance(values, list) else [[np.nan]] for values in table["draws"]]
    return table.assign(
        ours=table["ours"].map(np.mean),
        quantus=table["quantus"].map(np.mean),
        apart=apart,
        by_noise=[np.ptp(values, axis=0).max() for values in draws],
        times=table["quantus_seconds"] / table["our_seconds"],
    )


def made() -> pd.DataFrame:
    """Say how these records were made, a report a row."""
    rows = []
    for report in (*recorded("maps-*"), *recorded("quantus")):
        of, other = report["made"], report["made"].get("other_versions", {})
        row = {
            "network": of["network"],
            "beside": ", ".join(" ".join(one) for one in other.items()) or "–",
            "date": of["began"][:10],
            "minutes": of["seconds"] / 60,
            "commit": of["commit"][:7] + " with changes" * of["dirty"],
            "machine": of["hardware"]["cpu"],
            "torch": of["versions"]["torch"],
        }
        rows.append(row)
    return pd.DataFrame(rows)
