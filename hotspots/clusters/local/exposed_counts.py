"""Exposed counts: Getis-Ord on events and residents, with a reference that knows the residents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.local.result import Moments
from hotspots.clusters.local.risk_mixture import fit_risk_mixture
from hotspots.clusters.local.risk_scores import Neighborhoods, score_tails, stepped_tails
from hotspots.clusters.permutation.graph_links import graph_links
from hotspots.clusters.permutation.observations import align_to_graph
from hotspots.clusters.permutation.tails import Tails
from hotspots.clusters.risk.checked_counts import check_whole, checked_counts, warn_of_no_exposure

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.clusters.local.risk_mixture import RiskMixture
    from hotspots.clusters.options import Options
    from hotspots.clusters.permutation.observations import Observations

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

LEAST_EVENTS = 2
"""Events below which a neighborhood is never hot: a single event is no cluster."""
PLANTED_RISK = 3.0
"""Multiple of the typical risk that ``events_needed`` is about."""
_MOST_EVENTS = 10**9


@dataclass(frozen=True, eq=False, slots=True)
class ExposedCounts:
    """Counts and exposure of the linked places of one test, and their neighborhoods."""

    observations: Observations
    counts: Floats
    exposure: Floats
    neighborhoods: Neighborhoods

    @property
    def events(self) -> Floats:
        """The events of each tested place's neighborhood, weighted."""
        return self.neighborhoods.sums(self.counts)

    @property
    def at_risk(self) -> Floats:
        """The exposure of each tested place's neighborhood, weighted."""
        return self.neighborhoods.sums(self.exposure)


def exposed_counts(
    counts: pd.Series, exposure: pd.Series, graph: Graph, *, include_self: bool
) -> ExposedCounts:
    """Return the counts and their exposure aligned to the graph.

    A place without exposure, or without a count, is *no data*.

    Raises
    ------
    InputError
        For counts or exposures that are negative, infinite, not whole or of another index.
    GraphError
        For a graph that does not fit the counts.
    """
    numbers, residents = checked_counts(counts, exposure)
    warn_of_no_exposure(numbers, residents)
    check_whole(numbers)
    known = (numbers.notna() & (residents > 0)).to_numpy()
    observations = align_to_graph(numbers.where(known), graph, include_self=include_self)
    focal, neighbor, _, _ = graph_links(graph, numbers.index)
    between = known[focal] & known[neighbor]
    linked = np.zeros(known.size, dtype=bool)
    linked[focal[between]] = linked[neighbor[between]] = True
    start, weight = observations.start, observations.weight
    if weight.size:
        largest = np.maximum.reduceat(weight, start)
        weight = weight / np.repeat(largest, observations.size)
    return ExposedCounts(
        observations,
        numbers.to_numpy()[linked],
        residents.to_numpy()[linked],
        Neighborhoods(start, observations.neighbor, weight),
    )


def mixture_tails(data: ExposedCounts, options: Options) -> tuple[Moments, Tails, int | None]:
    """Return the moments and tails of each neighborhood, and the events that would be needed.

    ``statistic`` is the neighborhood's events, ``expected`` those at the city's mean risk.
    """
    size = data.observations.tested.size
    if not size or not data.counts.any():
        nothing = np.zeros(size)
        one = np.ones(size)
        constant = np.ones(size, dtype=bool)
        moments = Moments(nothing, nothing, np.full(size, np.nan))
        return moments, _exact(one, one, constant), None
    mixture = fit_risk_mixture(data.counts, data.exposure)
    found = score_tails(data.counts, data.exposure * mixture.rate, data.neighborhoods, mixture)
    events, expected = data.events, data.at_risk * mixture.rate
    links = Neighborhoods(
        data.neighborhoods.start, data.neighborhoods.member, np.ones(data.neighborhoods.weight.size)
    )
    here = links.sums(data.counts)
    # The p of the others stays in the correction: fewer tests would be a choice by outcome.
    few = here < LEAST_EVENTS
    blank = few & (PLANTED_RISK * mixture.rate * links.sums(data.exposure) < LEAST_EVENTS)
    tails = _exact(np.where(few, 1.0, found.greater), found.less, blank)
    needed = events_needed(data, mixture, options)
    return Moments(events, expected, found.z), tails, needed


def events_needed(data: ExposedCounts, mixture: RiskMixture, options: Options) -> int | None:
    """Return the events in the whole city from which a median neighborhood could be found.

    At three times the typical risk, and holding the events expected there, its p would have to
    pass the correction alone; more events would tell the spread of risk, which is taken to be
    the median of what these allow. None where no number of events would do.
    """
    links = data.neighborhoods
    at_risk = links.sums(data.exposure)
    alike = float(np.median(at_risk**2 / links.sums(data.exposure**2, 2)))
    share = float(np.median(at_risk)) / float(np.sort(data.exposure).sum())
    family = options.family or at_risk.size
    level = options.alpha / (1 if options.correction == "none" else family)
    level = level / (2 if options.alternative == "two-sided" else 1)

    def found(events: int) -> bool:
        here = np.floor(PLANTED_RISK * share * events + 0.5)
        if here < LEAST_EVENTS:
            return False
        mean = np.full(1, share * events)
        extra = mean * mixture.median_variance / alike
        variance = mean * (1 + extra)
        above, _ = stepped_tails(np.full(1, here), mean, variance, variance * (1 + 2 * extra))
        return float(above[0]) <= level

    most = 1
    while not found(most):
        most *= 2
        if most > _MOST_EVENTS:
            return None
    least = most // 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if found(middle) else (middle, most)
    return most


def _exact(greater: Floats, less: Floats, constant: Booleans) -> Tails:
    nothing = np.zeros(greater.size)
    exact = np.zeros(greater.size, dtype=bool)
    return Tails(greater, less, nothing, exact, constant, nothing)
