"""What a page shows of a campaign's report, which `campaign.outcome` describes."""

import pandas as pd


def tables(report: dict) -> dict[str, pd.DataFrame]:
    """Give what a page shows of a report: ``checks``, ``ways``, ``five_folds`` and ``targets``.

    ``five_folds`` has a row a configuration: ``seeds`` and, of these, ``median`` and ``most``
    seconds.
    """
    words = {True: "met", False: "missed", None: "not measured"}
    judged = [one | {"met": words[one["met"]]} for one in report["targets"]]
    checks = report.get("checks", {}).get("rows", ())
    checks = [one | ({"met": words[one["met"]]} if "met" in one else {}) for one in checks]
    spans = pd.DataFrame(report["five_folds"], columns=["of", "seconds"])
    spans["of"] = spans["of"].str.replace(r" seed \d+$", "", regex=True)
    summed = spans.groupby("of")["seconds"].agg(["count", "median", "max"]).reset_index()
    return {
        "checks": pd.DataFrame(checks),
        "ways": pd.DataFrame(report.get("ways", ())),
        "five_folds": summed.set_axis(["configuration", "seeds", "median", "most"], axis=1),
        "targets": pd.DataFrame(judged),
    }


def in_words(report: dict) -> dict[str, str]:
    """Give what a page says of a report, by name."""
    made, seconds = report["made"], report["seconds"]
    hardware = made["hardware"]
    where = hardware.get("gpu") or f"{hardware['cpu']}, {hardware['cores']} of its cores"
    versions = f"Python {made['versions']['python']}, torch {made['versions']['torch']}"
    kinds = (f"{name} {seconds[name]:.0f} s" for name in seconds if name != "all")
    return {
        "machine": f"{where}, {versions}, {report['began'][:10]}, commit {made['commit'][:7]}",
        "seconds": ", ".join(kinds),
        "minutes": f"{seconds['all'] / 60:.1f}",
        "runs": str(len(report["runs"])),
    }
