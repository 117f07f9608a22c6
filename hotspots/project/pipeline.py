"""The whole run in memory: inputs → polygons → tests → ranking; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.geocoding.geocode import geocode
from hotspots.geocoding.quality import geocoding_report
from hotspots.layers.access import access_layer
from hotspots.layers.areal import areal_layer
from hotspots.layers.raster import raster_layer
from hotspots.layers.table import layers_table
from hotspots.polygons.assign import assign
from hotspots.polygons.build import build_polygons
from hotspots.polygons.counts import count_incidents
from hotspots.priority.allocation import allocate
from hotspots.priority.ranking import rank_polygons
from hotspots.project.findings import Findings, find
from hotspots.project.soundness import (
    require_counted,
    require_dates,
    require_polygons,
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
    PolygonPlan,
    Ranking,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from hotspots.errors import HotspotsWarning
    from hotspots.project.inputs import Inputs
    from hotspots.project.settings import (
        AccessLayer,
        ArealLayer,
        Project,
        RasterLayer,
    )


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
