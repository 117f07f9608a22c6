"""The pages of a run: the briefing, the report, and the public page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from hotspots import schema
from hotspots.assignment.periods import labels, matching
from hotspots.catalogue import said, text
from hotspots.geocoding.report.report import geocoding_report
from hotspots.incidents.taxonomy.report import taxonomy_report
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.report.report import ReportFile, report_page
from hotspots.maps.save.standalone import save_standalone, write_whole
from hotspots.project.run.inputs import known_places
from hotspots.project.run.titles import category_titles, sensitive_categories, titles_of

if TYPE_CHECKING:
    from pathlib import Path

    from hotspots.maps.page.content import Audience
    from hotspots.project.run.pipeline import RunResult
    from hotspots.schema import GeocodingReport, LocalResult


FILES = (
    ("briefing.html", "briefing"),
    ("ranking.csv", "ranking"),
    ("allocation.csv", "allocation"),
    ("tests.csv", "tests"),
    ("rates.csv", "rates"),
    ("worst_addresses.csv", "worst_addresses"),
    ("tables.xlsx", "workbook"),
    ("data_dictionary.csv", "dictionary"),
    ("polygons.gpkg", "polygons"),
    ("incidents.parquet", "incidents"),
    ("near_repeats.csv", "near_repeats"),
)
"""What lies beside the report, and the catalogue's word for it."""


def write_internal_pages(result: RunResult, folder: Path) -> None:
    """Write ``briefing.html`` and ``report.html``, both marked as restricted."""
    save_standalone(run_map(result, audience="internal"), folder / "briefing.html")
    write_whole(folder / "report.html", run_report(result))


def write_public_page(result: RunResult, path: Path) -> None:
    """Write the public page: no incident points, no small counts."""
    save_standalone(run_map(result, audience="public"), path)


def run_map(result: RunResult, *, audience: Audience = "internal") -> Any:
    """Return the briefing of a run, a ``folium.Map``."""
    project, findings = result.project, result.findings
    language = project.project.language
    by_level = tests_by_level(result)
    drawn = [layer.name for layer in project.layers if layer.drawn]
    services = [result.inputs.services[name] for name in drawn]
    return briefing_map(
        result.plan.polygons,
        results=by_level["polygons"],
        unit_results=by_level["units"],
        category_titles=category_titles(result, language),
        headline=project.tests.headline,
        units=result.units,
        membership=result.plan.membership,
        rolled_up=findings.rolled_up,
        bins=bins_by_level(result, "polygons"),
        unit_bins=bins_by_level(result, "units"),
        rates=findings.rates,
        rates_over_time=result.chronology.rates,
        results_over_time=result.chronology.tests,
        layers=result.layers,
        ranking=result.ranking,
        allocation=result.allocation,
        incidents=_in_period(result),
        services=gpd.GeoDataFrame(pd.concat(services)) if services else None,
        streets=result.inputs.streets if project.map.streets else None,
        monthly=result.counts,
        audience=audience,
        language=language,
        title=text("run.briefing", language, name=project.project.name),
        period=period_in_words(result),
        geocoding=geocoding_in_period(result),
        synthetic=project.project.synthetic,
        sensitive=sensitive_categories(result.inputs.taxonomy),
        threshold=project.map.threshold,
        per=project.tests.per,
        currency=project.project.currency,
    )


def run_report(result: RunResult) -> str:
    """Return the report of a run as the text of one page."""
    project, findings = result.project, result.findings
    language = project.project.language
    categories = result.incidents[schema.CATEGORY].unique()
    tests = {
        f"{one.variable}:{one.test}:{one.level}": one
        for group in (findings.excess, findings.clusters, findings.exploratory)
        for one in group.values()
    }
    return report_page(
        incidents=result.incidents,
        geocoding=result.geocoding,
        plan=result.plan,
        near_border=result.robustness.near_border,
        borders=result.robustness.borders,
        plans=result.robustness.plans,
        results=tests,
        rates=findings.rates,
        layers=result.layers,
        ranking=result.ranking,
        allocation=result.allocation,
        category_titles=titles_of(categories, result.inputs.taxonomy, language)
        | category_titles(result, language),
        taxonomy=taxonomy_report(result.incidents, taxonomy=result.inputs.taxonomy),
        files=[
            ReportFile(name, text(f"run.file.{key}", language)) for name, key in files_of(result)
        ],
        remarks=[said(remark, language) for remark in result.remarks],
        title=text("run.report", language, name=project.project.name),
        period=period_in_words(result),
        language=language,
        per=project.tests.per,
        currency=project.project.currency,
        synthetic=project.project.synthetic,
    )


def files_of(result: RunResult) -> list[tuple[str, str]]:
    """Return the files that this run writes beside its report, with their words' keys."""
    absent = {"ranking": result.ranking is None, "allocation": result.allocation is None}
    return [(name, key) for name, key in FILES if not absent.get(key, False)]


def tests_by_level(result: RunResult) -> dict[str, dict[str, LocalResult]]:
    """Return level → ``category:test`` → result, headline tests first."""
    levels: dict[str, dict[str, LocalResult]] = {"polygons": {}, "units": {}}
    findings = result.findings
    for group in (findings.excess, findings.clusters, findings.exploratory):
        for one in group.values():
            levels[one.level][f"{one.variable}:{one.test}"] = one
    return levels


def bins_by_level(result: RunResult, level: str) -> dict[str, pd.DataFrame]:
    """Return ``category:test`` → the confidence of each place of one level."""
    ending = f":{level}"
    return {
        key.removesuffix(ending): bins
        for key, bins in result.findings.bins.items()
        if key.endswith(ending)
    }


def geocoding_in_period(result: RunResult) -> GeocodingReport:
    """Return the report on the places of the rows of the tested period alone."""
    project = result.project
    if project.tests.period == "all":
        return result.geocoding
    return geocoding_report(
        _in_period(result),
        **known_places(result.inputs),
        alpha=project.tests.alpha,
        seed=project.project.seed,
    )


def _in_period(result: RunResult) -> gpd.GeoDataFrame:
    """Return the incidents that the tests were about: points of other years are not theirs."""
    period = result.project.tests.period
    if period == "all":
        return result.incidents
    months = labels(result.incidents, "month")
    return result.incidents[months.isin(matching(months.unique(), period))]


def period_in_words(result: RunResult) -> str:
    """Return the tested period: the project's, or the years of the dated incidents."""
    period = result.project.tests.period
    if isinstance(period, tuple):
        first, last = period
    elif period != "all":
        first = last = period
    else:
        dates = result.incidents[schema.DATE].dropna()
        if dates.empty:
            return text("value.undated", result.project.project.language)
        first, last = str(dates.min().year), str(dates.max().year)
    return first if first == last else f"{first}–{last}"
