"""Layers and what follows from them: every layer on the polygons, the ranking, the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.layers.access import access_layer
from hotspots.layers.areal import areal_layer
from hotspots.layers.raster import raster_layer
from hotspots.layers.table import layers_table
from hotspots.priority.allocation import allocate
from hotspots.priority.ranking import rank_polygons
from hotspots.schema import POPULATION, Allocation, Criterion, Layer, PolygonPlan, Ranking

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.project.config.settings import AccessLayer, ArealLayer, Project, RasterLayer
    from hotspots.project.run.inputs import Inputs


def layers_of(
    project: Project, inputs: Inputs, plan: PolygonPlan, rates: Mapping[str, pd.DataFrame]
) -> tuple[Layer, ...]:
    """Return every layer on the polygons of a plan, the rates first."""
    return (*_rate_layers(project, inputs, rates), *_layers(project, inputs, plan))


def prioritize(
    project: Project, plan: PolygonPlan, layers: tuple[Layer, ...]
) -> tuple[Ranking | None, Allocation | None]:
    """Return the ranking by the project's criteria and the division of its budget, if any."""
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


def _rate_layers(
    project: Project, inputs: Inputs, rates: Mapping[str, pd.DataFrame]
) -> list[Layer]:
    return [
        Layer(
            name=f"{category}_rate",
            values=table["rate"],
            unit=f"/{project.tests.per:,.0f}",
            direction="more_is_worse",
            source=project.incidents.source,
            title=inputs.taxonomy.titles.get(category, {}),
        )
        for category, table in rates.items()
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
