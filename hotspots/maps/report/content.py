"""What the report shows, as one record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

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
    """A file beside the report: its name, and what it holds, in words."""

    name: str
    words: str


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ReportContent:
    """What the report shows; what is not given has no section.

    Attributes
    ----------
    incidents
        Every row that was read, with its fate (from :func:`hotspots.assign`).
    tested
        Which of these rows lie in the tested period.
    geocoding
        From :func:`hotspots.geocoding_report`.
    plan
        The polygons, with their exceptions and their quality.
    near_border, borders, plans
        From :func:`hotspots.border_share`, :func:`hotspots.border_sensitivity` and
        :func:`hotspots.plan_stability`.
    results
        Any key → local test; all that were made, headline and exploratory.
    rates
        Category → table of :func:`hotspots.incident_rates` on the polygons.
    layers
        The layers, with their sources.
    ranking, allocation
        Who comes first, and who gets how much.
    category_titles
        Category → title.
    taxonomy
        From :func:`hotspots.taxonomy_report`: what became of the labels.
    files
        The files beside the report.
    remarks
        Warnings of the run, in its words.
    title, period
        Title of the report, and the period that was tested, in words.
    per
        The rates are per so many residents.
    currency
        Code of the budget's currency.
    synthetic
        True prints on the page that its data are invented.
    """

    incidents: pd.DataFrame
    tested: pd.Series | None = None
    geocoding: GeocodingReport | None = None
    plan: PolygonPlan | None = None
    near_border: pd.Series | None = None
    borders: BorderSensitivity | None = None
    plans: PlanStability | None = None
    results: Mapping[str, LocalResult] = field(default_factory=dict)
    rates: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    layers: Sequence[Layer] = ()
    ranking: Ranking | None = None
    allocation: Allocation | None = None
    category_titles: Mapping[str, str] = field(default_factory=dict)
    taxonomy: TaxonomyReport | None = None
    files: Sequence[ReportFile] = ()
    remarks: Sequence[str] = ()
    title: str = ""
    period: str = ""
    per: float = 100_000
    currency: str = "MXN"
    synthetic: bool = False
