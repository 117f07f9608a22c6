"""Risk posterior: what is known of every place's risk, from its count and from all the others'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import share
from hotspots.clusters.permutation.graph_links import links_between
from hotspots.clusters.risk.checked_counts import check_whole, checked_counts, warn_of_no_exposure
from hotspots.clusters.risk.posterior.bym2 import fit_bym2
from hotspots.clusters.risk.posterior.exchangeable import fit_exchangeable
from hotspots.errors import InputError
from hotspots.schema import RiskPosterior
from hotspots.spatial.name_order import name_order

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.graph_links import AnyGraph
    from hotspots.clusters.risk.posterior.bym2 import NeighborRisks
    from hotspots.clusters.risk.posterior.exchangeable import ExchangeableRisks

    Floats = npt.NDArray[np.float64]

FEWEST_PLACES = 8
"""Places from which a distribution of risk can be fitted."""


def risk_posterior(
    events: pd.Series,
    exposure: pd.Series,
    *,
    graph: AnyGraph | None = None,
    interval: float = 0.95,
) -> RiskPosterior:
    """Return the posterior distribution of every place's risk.

    Counts are Poisson, and risks vary between places: a crude rate is high or low by chance, the
    more so the fewer the events that it rests on. The posterior shrinks each toward what is
    common in the city, and says how sure that is. Risks are gamma or lognormal, whichever fits
    the counts better; their center and spread are integrated out.

    With a graph, neighbors may be alike (BYM2): a part of each log risk is the place's own, a
    part is shared with its neighbors, and how large each part is the counts decide. Each
    connected piece of the graph varies about the same typical risk. A place without neighbors,
    or whose neighbors have no exposure, stands alone.

    Parameters
    ----------
    events
        Events of each place.
    exposure
        Residents (times years, for rates per year), on the same index. A place without any
        has no risk.
    graph
        Who is a neighbor of whom, on the same index; weights and directions of the links make
        no difference.
    interval
        Probability of the intervals.

    Returns
    -------
    RiskPosterior
        Means, deviations and intervals; ``probability_above`` a multiple of the typical risk;
        joint ``draws``.

    Raises
    ------
    InputError
        For counts that are negative, infinite or not whole, another index, fewer than 8 places
        with exposure, or no event at all.
    GraphError
        For a graph on another index.

    Warns
    -----
    HotspotsWarning
        If places have events and no exposure.

    References
    ----------
    Clayton & Kaldor (1987), Biometrics 43, 671–681. With neighbors: Riebler, Sørbye, Simpson &
    Rue (2016), Statistical Methods in Medical Research 25, 1145–1165; Freni-Sterrantino,
    Ventrucci & Rue (2018), Spatial and Spatio-temporal Epidemiology 26, 25–34.

    Examples
    --------
    >>> residents = pd.Series(10_000, index=[f"p{i}" for i in range(20)])
    >>> homicides = pd.Series([2, 5, 0, 9, 1, 3, 2, 4, 1, 3] * 2, index=residents.index)
    >>> posterior = risk_posterior(homicides, residents)
    >>> (posterior.table.loc[["p2", "p3"], "mean"] * 10_000).round(1).tolist()
    [1.8, 6.0]
    >>> posterior.probability_above(1.5)[["p2", "p3"]].round(2).tolist()
    [0.02, 0.79]

    With neighbors, here in a row (scipy's array of links):

    >>> from scipy import sparse
    >>> row = sparse.csr_array(np.eye(20, k=1))
    >>> rising = pd.Series([1] * 10 + [9] * 10, index=residents.index)
    >>> rising.iloc[15] = 3
    >>> alone, alike = (risk_posterior(rising, residents, graph=graph) for graph in (None, row))
    >>> [round(1e4 * risks.table.loc["p15", "mean"]) for risks in (alone, alike)]
    [3, 6]
    """
    share(interval, "interval")
    numbers, residents = checked_counts(events, exposure)
    warn_of_no_exposure(numbers, residents)
    check_whole(numbers)
    known = (numbers.notna() & (residents > 0)).to_numpy()
    counts, at_risk = numbers.to_numpy()[known], residents.to_numpy()[known]
    if known.sum() < FEWEST_PLACES:
        raise InputError(
            f"{int(known.sum())} places have a count and an exposure. A distribution of risk "
            f"needs at least {FEWEST_PLACES}; report the rates with their intervals instead "
            "(incident_rates)."
        )
    if not counts.any():
        raise InputError(
            "All counts are 0, so nothing can be said of how risk varies. Choose a period or a "
            "category with events."
        )
    risks = (
        fit_exchangeable(counts, at_risk)
        if graph is None
        else _with_neighbors(graph, numbers.index, known, counts, at_risk)
    )
    tails = ((1 - interval) / 2, 0.5, (1 + interval) / 2)
    summary = _summary(risks, tails)
    table = pd.DataFrame({"count": numbers, "exposure": residents}, index=numbers.index)
    for name, values in summary.items():
        wide = np.full(known.size, np.nan)
        wide[known] = values
        table[name] = wide
    parameters = risks.hyperparameters(tails)
    return RiskPosterior(
        table=table,
        model=risks.model,
        typical=parameters["typical"][0],
        typical_low=parameters["typical"][1],
        typical_high=parameters["typical"][2],
        spread=parameters["spread"][0],
        spread_low=parameters["spread"][1],
        spread_high=parameters["spread"][2],
        hyperparameters=pd.DataFrame.from_dict(
            parameters, orient="index", columns=["mean", "low", "high"]
        ),
        interval=float(interval),
        distribution=risks,
    )


def _with_neighbors(
    graph: AnyGraph, index: pd.Index, known: npt.NDArray[np.bool_], counts: Floats, exposure: Floats
) -> NeighborRisks:
    focal, neighbor = links_between(graph, index, known)
    return fit_bym2(counts, exposure, focal, neighbor, name_order(index[known]))


def _summary(
    risks: ExchangeableRisks | NeighborRisks, tails: tuple[float, float, float]
) -> dict[str, Floats]:
    mean, sd, log_mean, log_sd = risks.moments()
    level, ratio = risks.quantiles(tails)
    return {
        "mean": mean,
        "sd": sd,
        "low": level[0],
        "high": level[-1],
        "log_mean": log_mean,
        "log_sd": log_sd,
        "ratio": ratio[1],
        "ratio_low": ratio[0],
        "ratio_high": ratio[-1],
    }
