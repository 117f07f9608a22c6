"""Rates and tests period by period, for the slider of the map."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.clusters.multiple_testing import correct_family
from hotspots.clusters.risk.rates import incident_rates
from hotspots.project.registry.tests import Observed
from hotspots.project.run.findings import graph_for, local_test
from hotspots.schema import POPULATION

if TYPE_CHECKING:
    from hotspots.assignment.cells import Cells
    from hotspots.project.config.settings import Project
    from hotspots.project.run.period import StudyPeriod
    from hotspots.schema import LocalResult, PolygonPlan


@dataclass(frozen=True, eq=False, slots=True)
class Chronology:
    """Rates and tests of each period alone.

    Attributes
    ----------
    rates
        Category → period → rates per polygon in that period.
    tests
        Category → period → excess risk in that period, all corrected as one family.
    """

    rates: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)
    tests: dict[str, dict[str, LocalResult]] = field(default_factory=dict)


def chronology(
    project: Project, plan: PolygonPlan, counts: Cells, tested: StudyPeriod
) -> Chronology:
    """Return rates and excess risk of every category in every period.

    The periods are years if the tested time spans at least two, otherwise months, unless
    ``map.slider`` says which. These tests are exploratory: the headline covers the whole time.

    Parameters
    ----------
    project
        The settings; ``tests`` and ``map`` are used.
    plan
        The polygons.
    counts
        Events and victims by (polygon, category, month).
    tested
        The tested months; of a year that is not whole in it, only these count.
    """
    periods = _periods(project, tested)
    if len(periods) < 2:
        return Chronology()
    tests, residents = project.tests, plan.polygons[POPULATION]
    selected = {
        (category, period): tested.of(period).select(counts, category)
        for category in tests.categories
        for period in periods
    }
    graph = graph_for(project, tests.excess, plan.polygons)
    excess = {
        f"{category} {period}": local_test(
            project, tests.excess, Observed(category, one["events"], residents, graph)
        )
        for (category, period), one in selected.items()
    }
    corrected = correct_family(excess, correction=tests.correction, alpha=tests.alpha)
    rates: dict[str, dict[str, pd.DataFrame]] = {}
    found: dict[str, dict[str, LocalResult]] = {}
    for (category, period), one in selected.items():
        rates.setdefault(category, {})[period] = incident_rates(
            one,
            residents,
            per=tests.per,
            measure="victims" if category in tests.count_victims else "events",
        )
        result = corrected[f"{category} {period}"]
        found.setdefault(category, {})[period] = replace(result, variable=category, headline=False)
    return Chronology(rates, found)


def _periods(project: Project, tested: StudyPeriod) -> list[str]:
    """Return the labels of the slider's stops, in order; none without a slider."""
    wanted = project.map.slider
    kept = [str(month) for month in pd.period_range(tested.first, tested.last, freq="M")]
    years = sorted({label[:4] for label in kept})
    if wanted == "none":
        return []
    return years if wanted == "year" or (wanted == "auto" and len(years) > 1) else kept
