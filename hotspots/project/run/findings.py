"""Rates and tests of every category over the tested period."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.clusters.confidence import confidence, confidence_bins
from hotspots.clusters.multiple_testing import correct_family
from hotspots.clusters.risk.posterior.posterior import FEWEST_PLACES
from hotspots.clusters.risk.rates import incident_rates
from hotspots.clusters.roll_up import roll_up
from hotspots.project.registry.tests import Observed
from hotspots.project.run.guards import warn_of_isolates, warn_of_uninhabited
from hotspots.schema import POPULATION, LocalResult, PolygonPlan
from hotspots.spatial.weights import neighbors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from libpysal.graph import Graph

    from hotspots.assignment.cells import Cells
    from hotspots.project.config.settings import Project
    from hotspots.project.config.tests import Choice, Tests
    from hotspots.project.run.period import StudyPeriod
    from hotspots.schema.options import Measure


@dataclass(frozen=True, eq=False, slots=True)
class Findings:
    """Rates and test results.

    Attributes
    ----------
    rates
        Category → rates per polygon over the tested period.
    clusters
        Category → the headline test of clustering, corrected over all categories.
    excess
        Category → the headline test of excess risk, likewise.
    exploratory
        ``category:test:level`` → every other test, each corrected on its own.
    rolled_up
        Category → share of each polygon's residents in hot and cold units; missing where too
        many units are isolates.
    bins
        ``category:test:level`` → label and confidence (90, 95, 99%) of each place.
    period
        The months that all of these are about.
    latest
        Category → the headline test of excess risk over the last twelve of these months alone,
        corrected over all categories; exploratory, and empty where there are no more than these.
    """

    rates: dict[str, pd.DataFrame]
    clusters: dict[str, LocalResult]
    excess: dict[str, LocalResult]
    exploratory: dict[str, LocalResult]
    rolled_up: dict[str, pd.DataFrame]
    bins: dict[str, pd.DataFrame]
    period: StudyPeriod
    latest: dict[str, LocalResult] = field(default_factory=dict)

    @property
    def latest_period(self) -> StudyPeriod | None:
        """The months of ``latest``; None where there are none."""
        return self.period.latest if self.latest else None

    @property
    def results(self) -> list[LocalResult]:
        """All results: clusters, excess risk, then the exploratory tests."""
        groups = (self.clusters, self.excess, self.exploratory)
        return [result for group in groups for result in group.values()]

    @property
    def untested(self) -> dict[str, LocalResult]:
        """Category → the headline test of clustering that has too many isolates to answer."""
        return {
            category: result
            for category, result in self.clusters.items()
            if result.too_many_isolates
        }


def find(
    project: Project,
    plan: PolygonPlan,
    units: gpd.GeoDataFrame,
    counts: Cells,
    unit_counts: Cells,
    period: StudyPeriod,
) -> Findings:
    """Return rates and tests of every category over the tested period.

    Parameters
    ----------
    project
        The settings; ``tests`` is used.
    plan, units
        Polygons and units.
    counts, unit_counts
        Events and victims by (place, category, month), of polygons and of units.
    period
        The tested months.

    Returns
    -------
    Findings
        Each headline test corrected over all places × categories, the others one by one.
    """
    tests = project.tests
    areas = {"polygons": plan.polygons, "units": units}
    graphs = {level: contiguity(project, frame) for level, frame in areas.items()}
    selected = {
        (level, category): period.select(frame, category)
        for level, frame in (("polygons", counts), ("units", unit_counts))
        for category in tests.categories
    }
    warn_of_uninhabited(selected, areas)

    def one(choice: Choice, category: str, family: int | None = None) -> LocalResult:
        residents = areas[choice.level][POPULATION]
        events = selected[choice.level, category]["events"].where(residents > 0, 0)
        observed = Observed(category, events, residents, graphs[choice.level])
        return local_test(project, choice, observed, family=family)

    clusters, excess = (
        _headline(tests, choice, one, places=len(areas[choice.level]))
        for choice in (tests.clusters, tests.excess)
    )
    warn_of_isolates(clusters, project.units.gap_m)
    exploratory = _exploratory(tests, one)
    return Findings(
        rates=_rates(project, plan, selected),
        clusters=clusters,
        excess=excess,
        exploratory=exploratory,
        rolled_up={
            category: _rolled_up(result, plan, units)
            for category, result in clusters.items()
            if tests.clusters.level == "units"
        },
        bins=_binned([clusters, excess], exploratory),
        period=period,
        latest=_latest(project, plan, counts, period, graphs["polygons"]),
    )


def _latest(
    project: Project,
    plan: PolygonPlan,
    counts: Cells,
    period: StudyPeriod,
    graph: Graph,
) -> dict[str, LocalResult]:
    """Return category → the headline test of excess risk over the last twelve months."""
    tests, latest = project.tests, period.latest
    if latest is None or tests.excess.level != "polygons":
        return {}
    residents = plan.polygons[POPULATION]

    def one(choice: Choice, category: str, family: int | None = None) -> LocalResult:
        events = latest.select(counts, category)["events"].where(residents > 0, 0)
        return local_test(
            project, choice, Observed(category, events, residents, graph), family=family
        )

    found = _headline(tests, tests.excess, one, places=len(plan.polygons))
    return {category: replace(result, headline=False) for category, result in found.items()}


def local_test(
    project: Project, choice: Choice, observed: Observed, *, family: int | None = None
) -> LocalResult:
    """Return the chosen test of one category, at the project's correction, alpha and seed.

    ``family`` is the number of p-values corrected together, where this is one test of several.
    """
    tests, test = project.tests, choice.test
    section = getattr(tests, test.kind.question or "", None)
    return test.run(
        observed,
        correction=tests.correction,
        alpha=tests.alpha,
        family=family,
        seed=project.project.seed,
        **{key: getattr(section, key) for key in test.settings},
    )


def graph_for(project: Project, choice: Choice, areas: gpd.GeoDataFrame) -> Graph | None:
    """Return the contiguity graph, or None if the test looks at each place alone."""
    return contiguity(project, areas) if choice.test.kind.neighbors else None


def contiguity(project: Project, areas: gpd.GeoDataFrame) -> Graph:
    """Return which areas touch, across gaps as wide as the project allows."""
    return neighbors(areas, islands="keep", gap_m=project.units.gap_m)


def _rolled_up(result: LocalResult, plan: PolygonPlan, units: gpd.GeoDataFrame) -> pd.DataFrame:
    shares = roll_up(result, plan.membership, weight=units[POPULATION])
    # A share of 0 would say that nobody lives in a cluster, where nobody knows.
    return (
        shares.assign(share_hot=np.nan, share_cold=np.nan) if result.too_many_isolates else shares
    )


def test_key(result: LocalResult) -> str:
    """Return ``category:test:level``."""
    return f"{result.variable}:{result.test}:{result.level}"


def _headline(
    tests: Tests, choice: Choice, one: Callable[..., LocalResult], *, places: int
) -> dict[str, LocalResult]:
    """Return category → the headline test of one question, corrected over all categories."""
    family = places * len(tests.categories)
    results = {category: one(choice, category, family) for category in tests.categories}
    return correct_family(results, correction=tests.correction, alpha=tests.alpha)


def _exploratory(tests: Tests, one: Callable[..., LocalResult]) -> dict[str, LocalResult]:
    """Return ``category:test:level`` → result of the tests that are no headline."""
    headlines = {(choice.test.name, choice.level) for choice in (tests.clusters, tests.excess)}
    others = [o for o in tests.exploratory if (o.test.name, o.level) not in headlines]
    return {
        f"{category}:{choice.test.name}:{choice.level}": one(choice, category)
        for category in tests.categories
        for choice in others
    }


def _binned(
    headlines: Sequence[Mapping[str, LocalResult]], exploratory: Mapping[str, LocalResult]
) -> dict[str, pd.DataFrame]:
    """Return the confidence bins of every test; those of a family are corrected together."""
    bins = {}
    for results in headlines:
        binned = confidence_bins(results)
        bins.update({test_key(results[category]): binned[category] for category in results})
    bins.update({key: confidence(result) for key, result in exploratory.items()})
    return bins


def _rates(
    project: Project, plan: PolygonPlan, selected: Mapping[tuple[str, str], pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    tests = project.tests
    residents = plan.polygons[POPULATION]
    rates = {}
    for category in tests.categories:
        counts = selected["polygons", category]
        measure: Measure = "victims" if category in tests.count_victims else "events"
        lived = counts.loc[residents.reindex(counts.index) > 0, measure]
        enough = len(lived) >= FEWEST_PLACES and lived.any()
        rates[category] = incident_rates(
            counts,
            exposure=residents,
            per=tests.per,
            measure=measure,
            smoothing="posterior" if enough else "empirical_bayes",
        )
    return rates
