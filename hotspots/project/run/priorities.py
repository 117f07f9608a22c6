"""Every layer on the polygons, the ranking by them, and the allocation of the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.layers.table import layers_table
from hotspots.priority.allocation import allocate
from hotspots.priority.ranking import rank_polygons
from hotspots.schema import POPULATION, Allocation, Criterion, Layer, PolygonPlan, Ranking

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.project.config.settings import Project
    from hotspots.project.run.inputs import Inputs


def layers_of(
    project: Project, inputs: Inputs, plan: PolygonPlan, rates: Mapping[str, pd.DataFrame]
) -> tuple[Layer, ...]:
    """Return all layers on the polygons of a plan, rates first."""
    made = [layer.make(inputs.layers[layer.name], inputs.units, plan) for layer in project.layers]
    return (*rate_layers(project, inputs, rates), *made)


def prioritize(
    project: Project, plan: PolygonPlan, layers: tuple[Layer, ...]
) -> tuple[Ranking | None, Allocation | None]:
    """Return the ranking by the project's criteria and the allocation of its budget, if any."""
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


def rate_layers(project: Project, inputs: Inputs, rates: Mapping[str, pd.DataFrame]) -> list[Layer]:
    """Return the rate of each category as a layer, ``<category>_rate``."""
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
