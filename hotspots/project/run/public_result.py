"""What of a run is for the public: what the project file names, over whole years."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from hotspots import schema
from hotspots.errors import HotspotsWarning, ProjectFileError
from hotspots.maps.privacy.disclosure import NOTHING_ELSE, PublicKnowledge
from hotspots.maps.privacy.earlier import Publication, Span, known_from, months
from hotspots.maps.privacy.sensitive import (
    is_sensitive,
    is_shelter,
    leads_to_shelter,
    tells_of_victims,
)
from hotspots.maps.privacy.services import shelters
from hotspots.project.run.findings import Findings, find
from hotspots.project.run.period import StudyPeriod
from hotspots.project.run.priorities import prioritize, rate_layers
from hotspots.project.sensitive_categories import sensitive_categories

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.assignment.cells import Cells
    from hotspots.project.config.settings import Project
    from hotspots.project.run.inputs import Inputs
    from hotspots.project.run.pipeline import RunResult

Found = TypeVar("Found")

_LAST_WEEK = (12, 25)
"""Month and day from which a year counts as whole."""

_STRAY = 1_000
"""One row in so many, and at least one, may have a date that is a slip."""


@dataclass(frozen=True, eq=False, slots=True)
class PublicResult:
    """What of a run is for the public.

    Attributes
    ----------
    result
        The run over the public period, with the named categories and layers alone.
    known
        What else is known, on the polygons.
    span
        The months that it is about; None if no category is published.
    """

    result: RunResult
    known: PublicKnowledge
    span: Span | None


def require_publishable(project: Project, inputs: Inputs) -> None:
    """Refuse to publish what is never published.

    Raises
    ------
    ProjectFileError
        If ``[public]`` names a sensitive category or layer, a shelter, or a kind of service that
        there is not.
    """
    public = project.public
    never = sensitive_categories(inputs.taxonomy)
    for category in public.categories:
        if category in never or is_sensitive(category):
            raise _never("categories", category, "a category of sexual or domestic violence")
    for layer in project.layers:
        if layer.name not in public.layers:
            continue
        services = inputs.services.get(layer.name)
        if tells_of_victims(layer):
            raise _never("layers", layer.name, "about sexual or domestic violence")
        if leads_to_shelter(layer) or (services is not None and shelters(services).any()):
            raise _never("layers", layer.name, "the way to a shelter")
    kinds = sorted({str(one) for frame in inputs.services.values() for one in frame["kind"]})
    for kind in public.services:
        if kind not in kinds:
            raise ProjectFileError(
                f"public.services names {kind!r}, and the kinds are: {', '.join(kinds) or 'none'}."
            )
        if is_shelter(kind):
            raise _never("services", kind, "a shelter")


def _never(key: str, name: str, what: str) -> ProjectFileError:
    return ProjectFileError(
        f"public.{key} names {name!r}, which is {what}: that is never published. Remove it."
    )


def public_result(result: RunResult) -> PublicResult:
    """Return what of a run is for the public, and what else is known of it."""
    period = public_period(result)
    project = _public_project(result.project)
    categories = project.tests.categories if period is not None else ()
    findings = _only(_findings_of(result, period), categories)
    own = [layer for layer in result.layers if layer.name in project.public.layers]
    layers = (*rate_layers(project, result.inputs, findings.rates), *own)
    named = {layer.name for layer in layers}
    ranked = {one.layer for one in project.ranking} <= named
    ranking, allocation = prioritize(project, result.plan, layers) if ranked else (None, None)
    shown = replace(
        result,
        project=project,
        findings=findings,
        layers=layers,
        ranking=ranking,
        allocation=allocation,
    )
    span = None if not categories or period is None else months(period.first, period.last)
    known = NOTHING_ELSE if span is None else _known(shown, span)
    return PublicResult(shown, known, span)


def public_period(result: RunResult) -> StudyPeriod | None:
    """Return the whole years of the tested period; None if there are none.

    A year is whole once the table reaches its last week. Rows without a date are of no year.
    """
    tested, dates = result.period, result.incidents[schema.DATE].dropna()
    if not result.project.public.whole_years or dates.empty:
        return tested
    # A date that is a slip, in a year to come, makes no year whole.
    last = dates.sort_values().iloc[-1 - min(len(dates) - 1, max(1, len(dates) // _STRAY))]
    whole = last.year - ((last.month, last.day) < _LAST_WEEK)
    first = int(tested.first[:4]) + (not tested.first.endswith("-01"))
    whole = min(whole, int(tested.last[:4]) - (not tested.last.endswith("-12")))
    return StudyPeriod(f"{first}-01", f"{whole}-12") if first <= whole else None


def area_keys(result: RunResult) -> pd.Series:
    """Return a key for each polygon that is the same as long as its units are."""
    members = result.plan.membership.reset_index().astype(str)
    units, polygons = members.columns
    return (
        members.sort_values(units)
        .groupby(polygons)[units]
        .agg(lambda ids: hashlib.sha256("\n".join(ids).encode("utf-8")).hexdigest()[:16])
        .reindex(result.plan.polygons.index)
    )


def publication_of(
    result: RunResult, span: Span, hidden: Mapping[str, pd.Series] | None = None
) -> Publication:
    """Return a run's counts as a publication, without those that are hidden."""
    keys = area_keys(result)
    rates = result.findings.rates
    counts = pd.DataFrame({key: table["count"].astype(float) for key, table in rates.items()})
    if hidden is not None:
        counts = counts.mask(pd.DataFrame(hidden).reindex_like(counts).astype(bool))
    return Publication(span, counts.set_axis(pd.Index(keys.reindex(counts.index)), axis=0))


def _public_project(project: Project) -> Project:
    public, tests = project.public, project.tests
    categories = [one for one in tests.categories if one in public.categories]
    headline = tests.headline if tests.headline in categories else None
    return project.model_copy(
        update={
            "tests": tests.model_copy(
                update={
                    "categories": tuple(categories),
                    "headline_category": headline,
                }
            ),
            "layers": tuple(layer for layer in project.layers if layer.name in public.layers),
        }
    )


def _findings_of(result: RunResult, period: StudyPeriod | None) -> Findings:
    """Return the findings over the public period, corrected over all categories as inside."""
    project = result.project
    if period is None or period == result.period:
        return result.findings
    tests = project.tests.model_copy(update={"exploratory": ()})
    with warnings.catch_warnings():
        # What there is to say of the places was said by the run itself.
        warnings.simplefilter("ignore", HotspotsWarning)
        return find(
            project.model_copy(update={"tests": tests}),
            result.plan,
            result.units,
            result.cells,
            result.unit_cells,
            period,
        )


def _only(findings: Findings, categories: tuple[str, ...]) -> Findings:
    """Return the findings of some categories, without those of a part of the period."""

    def mine(found: Mapping[str, Found]) -> dict[str, Found]:
        return {key: one for key, one in found.items() if key.partition(":")[0] in categories}

    return Findings(
        rates=mine(findings.rates),
        clusters=mine(findings.clusters),
        excess=mine(findings.excess),
        exploratory=mine(findings.exploratory),
        rolled_up=mine(findings.rolled_up),
        bins=mine(findings.bins),
        period=findings.period,
    )


def _counts_between(cells: Cells, category: str, asked: Span) -> pd.DataFrame:
    first, last = (f"{month // 12:04d}-{month % 12 + 1:02d}" for month in (asked[0], asked[1] - 1))
    return cells.sums(category, lambda label: first <= label <= last and label != schema.UNDATED)


def _known(shown: RunResult, span: Span) -> PublicKnowledge:
    """Return what is known beside the public result: totals of areas, earlier publications."""
    project, plan = shown.project, shown.plan
    keys = area_keys(shown)
    victims = project.tests.count_victims

    def between(category: str, asked: Span) -> pd.Series:
        measure = "victims" if category in victims else "events"
        found = _counts_between(shown.cells, category, asked)[measure].reindex(keys.index)
        return found.fillna(0).set_axis(pd.Index(keys)).astype(float)

    found = known_from(
        shown.earlier, publication_of(shown, span), between, threshold=project.map.threshold
    )
    polygon = pd.Series(keys.index, index=pd.Index(keys))
    within = None
    if project.polygons.within:
        columns = list(project.polygons.within)
        homes = plan.membership.reindex(shown.units.index)
        within = shown.units[columns].groupby(homes).first().reindex(plan.polygons.index)
    return PublicKnowledge(
        within=within,
        withheld_before={
            key: held.set_axis(pd.Index(polygon.reindex(held.index)))
            for key, held in found.withheld_before.items()
        },
        differences={
            key: table.set_axis(pd.Index(polygon.reindex(table.index)), axis=0)
            for key, table in found.differences.items()
        },
    )
