"""What the sample city's tests found, kept at each build for the page on choosing a test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

import hotspots as hs
from hotspots.catalogue import percent
from hotspots.project.run.pipeline import RunResult

OFFENSE = "homicide"
CARJACKING_ON_POLYGONS = "carjacking:getis_ord_star:polygons"
MOST = 0.5
"""A polygon counts as clustered where at least this share of its residents lives in hot units."""


def keep_figures(folder: Path, result: RunResult) -> dict[str, str]:
    """Write the page's tables into ``folder`` and return the sentences that it quotes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    findings = result.findings
    clusters, excess = findings.clusters[OFFENSE], findings.excess[OFFENSE]
    (folder / "record.txt").write_text(f"{clusters!r}\n", encoding="utf-8")
    for name, table in (
        ("questions", _questions(result)),
        ("levels", _levels(result)),
        ("bins", _bins(result)),
        ("multiples", _multiples(result)),
    ):
        (folder / f"{name}.md").write_text(_markdown(table), encoding="utf-8")
    _hold(result)
    rates = findings.rates[OFFENSE]
    pale = rates[_labels(excess).reindex(rates.index) == "not significant"]
    worst = pale.loc[pale["rate"].idxmax()]
    return {
        "clusters_sentence": clusters.sentence("en"),
        "clusters_sentence_es": clusters.sentence("es", variable="homicidio"),
        "excess_sentence": excess.sentence("en"),
        "pale_count": str(int(worst["count"])),
        "pale_rate": f"{worst['rate']:.1f}",
        "pale_low": f"{worst['rate_low']:.1f}",
        "pale_high": f"{worst['rate_high']:.1f}",
        "typical_rate": _typical(excess, 100_000),
        "carjacking_units": str(_hot(findings.clusters["carjacking"])),
        "carjacking_polygons": str(_hot(findings.exploratory[CARJACKING_ON_POLYGONS])),
        "carjacking_above": str(int((_labels(findings.excess["carjacking"]) == "above").sum())),
    }


def _questions(result: RunResult) -> pd.DataFrame:
    """Return, for each offense, in how many polygons each question is answered by yes."""
    rows = {}
    for offense, test in result.findings.excess.items():
        high = test.table["label"] == "above"
        together = result.findings.rolled_up[offense]["share_hot"].reindex(high.index) >= MOST
        rows[offense.replace("_", " ")] = {
            "both": (high & together).sum(),
            "only above the typical risk": (high & ~together).sum(),
            "only most residents in a cluster": (~high & together).sum(),
            "neither can be told": (~high & ~together).sum(),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("polygons where …")


def _levels(result: RunResult) -> pd.DataFrame:
    """Return the share of residents who live where each test labels a place high."""
    findings = result.findings
    residents = result.plan.polygons["population"]
    rows = {}
    for offense, test in findings.excess.items():
        on_units = findings.rolled_up[offense]["share_hot"].reindex(residents.index).fillna(0.0)
        on_polygons = findings.exploratory[f"{offense}:getis_ord_star:polygons"].table["label"]
        high = {
            "Gi\\* on units": on_units,
            "Gi\\* on polygons (exploratory)": on_polygons == "hot",
            "excess risk on polygons": test.table["label"] == "above",
        }
        rows[offense.replace("_", " ")] = {
            name: percent(float((share * residents).sum() / residents.sum()), "en", digits=1)
            for name, share in high.items()
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("residents in")


def _bins(result: RunResult) -> pd.DataFrame:
    bins = hs.confidence_bins(result.findings.clusters)[OFFENSE]
    passed = bins[bins["confidence"] != ""]
    return pd.crosstab(passed["label"], passed["confidence"]).rename_axis("units")


def _hold(result: RunResult) -> None:
    """Stop the build where what the page says in words is no longer so."""
    findings = result.findings
    if _hot(findings.clusters["kidnapping"]):
        raise RuntimeError("docs: which_test says that kidnapping is nowhere in a cluster")
    counts = _questions(result)
    if not counts["only above the typical risk"].any():
        raise RuntimeError("docs: which_test says that the two questions disagree")
    if _hot(findings.exploratory[CARJACKING_ON_POLYGONS]) or not _hot(
        findings.clusters["carjacking"]
    ):
        raise RuntimeError("docs: which_test says that only units show carjacking's districts")


def _typical(test: hs.LocalResult, per: int) -> str:
    return "" if test.typical is None else f"{test.typical.rate * per:.1f}"


def _multiples(result: RunResult) -> pd.DataFrame:
    """Return how many polygons are above each multiple of the typical risk, and with how many."""
    rates = result.findings.rates[OFFENSE]
    events, exposure = rates["events"], rates["exposure"] * rates["years"]
    rows = {}
    for multiple in (1.0, 1.25, 1.5, 2.0, 3.0):
        test = hs.excess_risk(events, exposure, at_least=multiple)
        above = _labels(test) == "above"
        needed = "" if test.typical is None else f"{test.typical.least_multiple:.1f} times"
        rows[f"{multiple:g} times"] = {
            "polygons above": above.sum(),
            "of their residents": percent(float(exposure[above].sum() / exposure.sum()), "en"),
            "a median polygon is above from": needed,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("at least")


def _labels(result: hs.LocalResult) -> pd.Series:
    return result.table["label"]


def _hot(result: hs.LocalResult) -> int:
    return int((_labels(result) == "hot").sum())


def _markdown(table: pd.DataFrame) -> str:
    head = [table.index.name, *table.columns]
    rows = [[name, *cells] for name, cells in zip(table.index, table.to_numpy(), strict=True)]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"
