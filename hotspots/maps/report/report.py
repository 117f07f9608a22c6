"""The report: what was read, what was done to it, what was found, and what it cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotspots.catalogue import text, words
from hotspots.maps import assets
from hotspots.maps.report import sections as sections
from hotspots.maps.report.geocoding import geocoding_section
from hotspots.maps.report.limits import limits_section
from hotspots.maps.report.polygons import polygons_section
from hotspots.maps.report.sources import with_sources
from hotspots.maps.report.taxonomy import taxonomy_section
from hotspots.maps.save.standalone import close_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from hotspots.maps.report.tables import Section
    from hotspots.schema import (
        Allocation,
        BorderSensitivity,
        GeocodingReport,
        Layer,
        LocalResult,
        PlanStability,
        PolygonPlan,
        Ranking,
        TaxonomyReport,
    )


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file beside the report: its name there, and what it holds."""

    name: str
    words: str


def report_page(
    *,
    incidents: pd.DataFrame,
    geocoding: GeocodingReport | None = None,
    plan: PolygonPlan | None = None,
    near_border: pd.Series | None = None,
    borders: BorderSensitivity | None = None,
    plans: PlanStability | None = None,
    results: Mapping[str, LocalResult] | None = None,
    rates: Mapping[str, pd.DataFrame] | None = None,
    layers: Sequence[Layer] = (),
    ranking: Ranking | None = None,
    allocation: Allocation | None = None,
    category_titles: Mapping[str, str] | None = None,
    taxonomy: TaxonomyReport | None = None,
    files: Sequence[ReportFile] = (),
    remarks: Sequence[str] = (),
    title: str = "",
    period: str = "",
    per: float = 100_000,
    language: str = "es",
    currency: str = "MXN",
    synthetic: bool = False,
) -> str:
    """Return the report as the text of one page that fetches nothing and runs nothing.

    Parameters
    ----------
    incidents
        Every row that was read, with its fate (of :func:`hotspots.assign`).
    geocoding
        Of :func:`hotspots.geocoding_report`.
    plan
        The polygons, with their exceptions and their quality.
    near_border, borders, plans
        Of :func:`hotspots.border_share`, :func:`hotspots.border_sensitivity` and
        :func:`hotspots.plan_stability`.
    results
        Any key → every local test that was made, headline and exploratory.
    rates
        Category → table of :func:`hotspots.incident_rates` on the polygons.
    layers
        The layers beside the incidents, with their sources.
    ranking, allocation
        Who first, and how much.
    category_titles
        Category → title.
    taxonomy
        Of :func:`hotspots.taxonomy_report`: what became of the labels.
    files
        What lies beside the report.
    remarks
        Warnings of the run, in the run's words.
    title, period
        What the report is called, and the time that was tested, in words.
    per
        Of how many residents the rates speak.
    language, currency
        Of the page and of the budget.
    synthetic
        True prints on the page that its data are invented.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"assignment_status": ["inside", "unlocated"]})
    >>> page = report_page(incidents=rows, language="en", synthetic=True)
    >>> "INVENTED DATA" in page, "<script" in page
    (True, False)
    """
    titles = category_titles or {}
    found: list[Section | None] = [
        sections.data_section(incidents, remarks, language),
        taxonomy_section(taxonomy, titles, language),
        geocoding_section(geocoding, titles, language),
        polygons_section(plan, language, near_border=near_border, borders=borders, plans=plans),
        sections.tests_section(results or {}, titles, language),
        sections.rates_section(rates or {}, titles, plan, per, language),
        sections.layers_section(layers, language),
        sections.ranking_section(ranking, layers, titles, plan, language),
        sections.allocation_section(allocation, plan, currency, language),
        limits_section(incidents, language),
    ]
    names = {file.name for file in files}
    shown = title or text("report.title", language)
    body = assets.fill(
        "report.html",
        title=shown,
        period=period,
        words=words("report", language),
        marks=[
            {"kind": kind, "words": text(f"mark.{kind}", language)}
            for kind in (["synthetic"] if synthetic else []) + ["restricted"]
        ],
        sections=[with_sources(section, names) for section in found if section is not None],
        files=files,
    )
    head = f"<style>{assets.own('report.css')}</style>"
    return close_page(head=head, body=body, scripts=[], language=language, title=shown)
