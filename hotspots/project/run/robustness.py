"""Robustness: how much the results of a run depend on the plan and on its borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotspots.assignment.cells import count_cells
from hotspots.clusters.risk.rates import incident_rates
from hotspots.polygons.plan.quality import border_share
from hotspots.polygons.plan.stability import border_sensitivity, plan_stability
from hotspots.project.registry.tests import Observed
from hotspots.project.run.findings import graph_for, local_test
from hotspots.project.run.priorities import layers_of, prioritize
from hotspots.schema import POLYGON_ID, POPULATION, RAISED, UNIT_ID

if TYPE_CHECKING:
    import geopandas as gpd

    from hotspots.assignment.cells import Cells
    from hotspots.project.config.settings import Project
    from hotspots.project.run.inputs import Inputs
    from hotspots.project.run.period import StudyPeriod
    from hotspots.schema import BorderSensitivity, PlanStability, PolygonPlan

DISTANCES_M = (5.0, 50.0)
"""Meters from a border; within the larger, the side of a point is drawn at random."""


@dataclass(frozen=True, eq=False, slots=True)
class Robustness:
    """How much the results depend on the plan and on its borders.

    Attributes
    ----------
    near_border
        Series on meters: share of the counted incidents within that distance of another polygon.
    borders, plans
        How often a polygon's results change; None where no other plans were asked for
        (``polygons.other_plans``). The results are ``excess`` (of the headline category, tested
        alone) and, where there is a budget, ``funded``.
    """

    near_border: pd.Series
    borders: BorderSensitivity | None
    plans: PlanStability | None


def plan_options(project: Project) -> dict[str, Any]:
    """Return the options of :func:`build_polygons` that all plans of a project share."""
    section = project.polygons
    fixed = section.fixed
    return {
        "similarity": section.similarity,
        "name": project.units.name,
        "compactness_weight": section.compactness_weight,
        "gap_m": project.units.gap_m,
        "within": section.within,
        "fixed": fixed if fixed is None or isinstance(fixed, str) else fixed.model_dump(),
        "effort": section.effort,
    }


def robustness(
    project: Project,
    inputs: Inputs,
    plan: PolygonPlan,
    incidents: gpd.GeoDataFrame,
    period: StudyPeriod,
) -> Robustness:
    """Return the sensitivity to borders and, where other plans are asked for, to the plan."""
    near = border_share(incidents, plan.polygons, distances=DISTANCES_M)
    plans = project.polygons.other_plans
    if not plans:
        return Robustness(near, None, None)

    def of_sides(moved: gpd.GeoDataFrame) -> pd.DataFrame:
        return _excess(project, plan, period, _counts(project, plan, moved))

    def of_plan(other: PolygonPlan) -> pd.DataFrame:
        unit = incidents[UNIT_ID]
        moved = incidents.assign(**{POLYGON_ID: unit.map(other.membership).where(unit.notna())})
        counts = _counts(project, other, moved)
        return _excess(project, other, period, counts).join(
            _funded(project, inputs, other, period, counts)
        )

    return Robustness(
        near,
        border_sensitivity(
            incidents,
            plan.polygons,
            of_sides,
            distance_m=max(DISTANCES_M),
            draws=plans,
            seed=project.project.seed,
        ),
        plan_stability(inputs.units, plan, of_plan, plans=plans, **plan_options(project)),
    )


def _counts(project: Project, plan: PolygonPlan, incidents: gpd.GeoDataFrame) -> Cells:
    return count_cells(
        incidents, plan.polygons, period="month", categories=project.tests.categories
    )


def _excess(
    project: Project, plan: PolygonPlan, period: StudyPeriod, counts: Cells
) -> pd.DataFrame:
    tests = project.tests
    events = period.select(counts, tests.headline)["events"]
    graph = graph_for(project, tests.excess, plan.polygons)
    observed = Observed(tests.headline, events, plan.polygons[POPULATION], graph)
    found = local_test(project, tests.excess, observed)
    return pd.DataFrame({"excess": found.table["label"].isin(RAISED)})


def _funded(
    project: Project,
    inputs: Inputs,
    plan: PolygonPlan,
    period: StudyPeriod,
    counts: Cells,
) -> pd.DataFrame:
    tests = project.tests
    rates = {
        category: incident_rates(
            period.select(counts, category),
            exposure=plan.polygons[POPULATION],
            per=tests.per,
            measure="victims" if category in tests.count_victims else "events",
        )
        for category in tests.categories
    }
    _, allocation = prioritize(project, plan, layers_of(project, inputs, plan, rates))
    if allocation is None:
        return pd.DataFrame(index=plan.polygons.index)
    granted = allocation.table["grant"].reindex(plan.polygons.index).fillna(0) > 0
    return pd.DataFrame({"funded": granted})
