"""The whole run in memory: inputs → polygons → tests → ranking; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.clusters.excess_risk import excess_risk
from hotspots.clusters.family import correct_family
from hotspots.clusters.getis_ord import getis_ord
from hotspots.clusters.moran import local_moran
from hotspots.clusters.rates import incident_rates, standardized_rates
from hotspots.clusters.roll_up import roll_up
from hotspots.geocoding.geocode import geocode
from hotspots.geocoding.quality import geocoding_report
from hotspots.layers.access import access_layer
from hotspots.layers.areal import areal_layer
from hotspots.layers.raster import raster_layer
from hotspots.layers.table import layers_table
from hotspots.polygons.assign import assign
from hotspots.polygons.build import build_polygons
from hotspots.polygons.counts import count_incidents, select
from hotspots.priority.allocation import allocate
from hotspots.priority.ranking import rank_polygons
from hotspots.project.soundness import (
    require_counted,
    require_dates,
    require_polygons,
    warn_of_nobody,
    warn_of_reused_numbers,
    warn_of_stray_dates,
)
from hotspots.schema import (
    CATEGORY,
    POPULATION,
    UNMAPPED,
    Allocation,
    Criterion,
    GeocodingReport,
    Layer,
    LocalResult,
    PolygonPlan,
    Ranking,
)
from hotspots.spatial.neighbors import neighbors

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from libpysal.graph import Graph

    from hotspots.errors import HotspotsWarning
    from hotspots.project.inputs import Inputs
    from hotspots.project.settings import (
        AccessLayer,
        ArealLayer,
        ClusterChoice,
        Project,
        RasterLayer,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Findings:
    """What the tests found.

    Attributes
    ----------
    rates
        Category → rates per polygon, over the tested period.
    clusters
        Category → the headline test of clustering, corrected over all categories.
    excess
        Category → the headline test of excess risk, corrected likewise.
    exploratory
        ``category:test:level`` → every other test, each with its own correction.
    rolled_up
        Category → share of each polygon's residents in hot and cold units.
    """

    rates: dict[str, pd.DataFrame]
    clusters: dict[str, LocalResult]
    excess: dict[str, LocalResult]
    exploratory: dict[str, LocalResult]
    rolled_up: dict[str, pd.DataFrame]


@dataclass(frozen=True, eq=False, slots=True)
class RunResult:
    """Everything that a run computed.

    Attributes
    ----------
    project
        The validated project file.
    units, incidents
        GeoDataFrames; each incident with its place and its fate.
    geocoding
        How good the places are.
    plan
        The polygons.
    counts, unit_counts
        Events and victims by (place, category, month).
    findings
        Rates and tests.
    layers
        Every layer on the polygons, rates included.
    ranking, allocation
        Who first and how much; None where the project names no criteria or no budget.
    inputs
        What was read.
    remarks
        Warnings of the run, each one once.
    """

    project: Project
    inputs: Inputs
    units: gpd.GeoDataFrame
    incidents: gpd.GeoDataFrame
    geocoding: GeocodingReport
    plan: PolygonPlan
    counts: pd.DataFrame
    unit_counts: pd.DataFrame
    findings: Findings
    layers: tuple[Layer, ...]
    ranking: Ranking | None
    allocation: Allocation | None
    remarks: tuple[HotspotsWarning, ...] = ()


def compute(project: Project, inputs: Inputs, progress: Callable[[str], None]) -> RunResult:
    """Return the whole run of a project on its inputs; ``progress`` is told each stage."""
    seed = project.project.seed
    units = inputs.units
    progress("geocode")
    incidents = inputs.incidents
    require_dates(project, incidents)
    warn_of_stray_dates(project, incidents)
    warn_of_reused_numbers(project, incidents)
    if inputs.gazetteer is not None:
        incidents = geocode(incidents, inputs.gazetteer)
    report = geocoding_report(incidents)
    progress("polygons")
    plan = build_polygons(
        units,
        residents=project.polygons.residents,
        similarity=project.polygons.similarity,
        name=project.units.name,
        compactness_weight=project.polygons.compactness_weight,
        seed=seed,
    )
    require_polygons(project, plan)
    progress("assign")
    incidents = assign(
        incidents, units, membership=plan.membership, tolerance_m=project.polygons.tolerance_m
    )
    require_counted(project, incidents)
    progress("count")
    categories = [*project.tests.categories]
    categories += [*sorted({*incidents[CATEGORY]} - {*categories, UNMAPPED}), UNMAPPED]
    counts, unit_counts = (
        count_incidents(incidents, areas, by="category", period="month", categories=categories)
        for areas in (plan.polygons, units)
    )
    progress("test")
    findings = find(project, plan, units, counts, unit_counts)
    progress("layers")
    layers = (*_rate_layers(project, inputs, findings), *_layers(project, inputs, plan))
    progress("rank")
    ranking, allocation = _prioritise(project, plan, layers)
    return RunResult(
        project=project,
        inputs=inputs,
        units=units,
        incidents=incidents,
        geocoding=report,
        plan=plan,
        counts=counts,
        unit_counts=unit_counts,
        findings=findings,
        layers=layers,
        ranking=ranking,
        allocation=allocation,
    )


def find(
    project: Project,
    plan: PolygonPlan,
    units: gpd.GeoDataFrame,
    counts: pd.DataFrame,
    unit_counts: pd.DataFrame,
) -> Findings:
    """Return rates and tests of every tested category over the tested period.

    Parameters
    ----------
    project
        The settings; ``tests`` is used.
    plan, units
        Polygons and units.
    counts, unit_counts
        Events and victims by (place, category, month), of polygons and of units.

    Returns
    -------
    Findings
        Each headline test corrected over all places × categories; the others one by one.
    """
    tests = project.tests
    areas = {"polygons": plan.polygons, "units": units}
    graphs = {level: neighbors(frame, islands="keep") for level, frame in areas.items()}
    selected = {
        (level, category): select(frame, category=category, period=_period(project))
        for level, frame in (("polygons", counts), ("units", unit_counts))
        for category in tests.categories
    }
    rates = {
        category: incident_rates(
            selected["polygons", category],
            exposure=plan.polygons[POPULATION],
            per=tests.per,
            measure="victims" if category in tests.count_victims else "events",
            smoothing="empirical_bayes",
        )
        for category in tests.categories
    }
    excess = {
        category: excess_risk(
            selected["polygons", category]["events"],
            plan.polygons[POPULATION],
            null=tests.excess.null,
            correction=tests.correction,
            alpha=tests.alpha,
            seed=project.project.seed,
        )
        for category in tests.categories
    }

    warn_of_nobody(selected, areas)

    def one(choice: ClusterChoice, category: str, family: int | None) -> LocalResult:
        residents = areas[choice.level][POPULATION]
        events = selected[choice.level, category]["events"].where(residents > 0, 0)
        values = standardized_rates(events, residents).rename(category)
        return _cluster_test(project, choice, values, graphs[choice.level], family)

    family = len(tests.categories) * len(areas[tests.clusters.level])
    clusters = {category: one(tests.clusters, category, family) for category in tests.categories}
    clusters, excess = (
        correct_family(results, correction=tests.correction, alpha=tests.alpha)
        for results in (clusters, excess)
    )
    others = [choice for choice in tests.exploratory if choice != tests.clusters]
    return Findings(
        rates=rates,
        clusters=clusters,
        excess=excess,
        exploratory={
            f"{category}:{choice.test}:{choice.level}": one(choice, category, None)
            for category in tests.categories
            for choice in others
        },
        rolled_up={
            category: roll_up(result, plan.membership, weight=units[POPULATION])
            for category, result in clusters.items()
            if tests.clusters.level == "units"
        },
    )


def _cluster_test(
    project: Project,
    choice: ClusterChoice,
    values: pd.Series,
    graph: Graph,
    family: int | None,
) -> LocalResult:
    tests, seed = project.tests, project.project.seed
    if choice.test == "local_moran":
        result = local_moran(
            values,
            graph,
            correction=tests.correction,
            alpha=tests.alpha,
            family=family,
            seed=seed,
        )
    else:
        result = getis_ord(
            values,
            graph,
            star=choice.test == "getis_ord_star",
            correction=tests.correction,
            alpha=tests.alpha,
            family=family,
            seed=seed,
        )
    return result


def _period(project: Project) -> str | tuple[str, str] | None:
    period = project.tests.period
    return None if period == "all" else period


def _rate_layers(project: Project, inputs: Inputs, findings: Findings) -> list[Layer]:
    return [
        Layer(
            name=f"{category}_rate",
            values=rates["rate"],
            unit=f"/{project.tests.per:,.0f}",
            direction="more_is_worse",
            source=project.incidents.file,
            title=inputs.taxonomy.titles.get(category, {}),
        )
        for category, rates in findings.rates.items()
    ]


def _layers(project: Project, inputs: Inputs, plan: PolygonPlan) -> list[Layer]:
    made = []
    for layer in project.layers:
        if layer.kind == "raster":
            made.append(_raster(layer, inputs, plan))
        elif layer.kind == "access":
            made.append(_access(layer, inputs, plan))
        else:
            made.append(_areal(layer, inputs, plan))
    return made


def _raster(layer: RasterLayer, inputs: Inputs, plan: PolygonPlan) -> Layer:
    return raster_layer(
        inputs.files[layer.file],
        plan.polygons,
        name=layer.name,
        stat=layer.stat,
        weights=inputs.files[layer.weights] if layer.weights else None,
        unit=layer.unit,
        direction=layer.direction,
        source_name=layer.source,
        titles=layer.title,
    )


def _access(layer: AccessLayer, inputs: Inputs, plan: PolygonPlan) -> Layer:
    return access_layer(
        inputs.services[layer.name],
        inputs.units,
        plan.polygons,
        membership=plan.membership,
        name=layer.name,
        unit=layer.unit,
        direction=layer.direction,
        source_name=layer.source,
        titles=layer.title,
    )


def _areal(layer: ArealLayer, inputs: Inputs, plan: PolygonPlan) -> Layer:
    column = layer.column or layer.name
    (made,) = areal_layer(
        inputs.areal[layer.name],
        plan.polygons,
        intensive=() if layer.extensive else (column,),
        extensive=(column,) if layer.extensive else (),
        weight=layer.weight or (layer.denominator if layer.numerator else None),
        names={column: layer.name},
        titles={column: layer.title},
        unit=layer.unit,
        direction=layer.direction,
        source_name=layer.source,
    )
    return made


def _prioritise(
    project: Project, plan: PolygonPlan, layers: tuple[Layer, ...]
) -> tuple[Ranking | None, Allocation | None]:
    if not project.ranking:
        return None, None
    better = {layer.name for layer in layers if layer.direction == "more_is_better"}
    criteria = [
        Criterion(
            one.layer,
            weight=one.weight,
            direction=one.direction
            or ("more_is_better" if one.layer in better else "more_is_worse"),
        )
        for one in project.ranking
    ]
    ranking = rank_polygons(
        layers_table(layers), criteria=criteria, layers=layers, seed=project.project.seed
    )
    budget = project.budget
    if budget is None:
        return ranking, None
    allocation = allocate(
        ranking,
        budget=budget.total,
        population=plan.polygons[POPULATION],
        floor=budget.floor,
        cap=budget.cap,
        select=budget.select,
    )
    return ranking, allocation
