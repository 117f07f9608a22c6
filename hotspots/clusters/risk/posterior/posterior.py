"""Risk posterior: what is known of every place's risk, from its count and from all the others'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import share
from hotspots.clusters.risk.posterior.exchangeable import ExchangeableRisks, fit_exchangeable
from hotspots.clusters.risk.rates import check_whole, checked_counts, warn_of_no_exposure
from hotspots.errors import InputError
from hotspots.schema import RiskPosterior

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

FEWEST_PLACES = 8
"""Places from which a distribution of risk can be fitted."""


def risk_posterior(
    events: pd.Series, exposure: pd.Series, *, interval: float = 0.95
) -> RiskPosterior:
    """Return the posterior distribution of every place's risk.

    Counts are Poisson, and risks vary between places: a crude rate is high or low by chance, the
    more so the fewer the events that it rests on. The posterior shrinks each toward what is
    common in the city, and says how sure that is. Risks are gamma or lognormal, whichever fits
    the counts better; their center and spread are integrated out.

    Parameters
    ----------
    events
        Events of each place.
    exposure
        Residents (times years, for rates per year), on the same index. A place without any
        has no risk.
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

    Warns
    -----
    HotspotsWarning
        If places have events and no exposure.

    References
    ----------
    Clayton & Kaldor (1987), Biometrics 43, 671–681.

    Examples
    --------
    >>> residents = pd.Series(10_000, index=[f"p{i}" for i in range(20)])
    >>> homicides = pd.Series([2, 5, 0, 9, 1, 3, 2, 4, 1, 3] * 2, index=residents.index)
    >>> posterior = risk_posterior(homicides, residents)
    >>> (posterior.table.loc[["p2", "p3"], "mean"] * 10_000).round(1).tolist()
    [1.8, 6.0]
    >>> posterior.probability_above(1.5)[["p2", "p3"]].round(2).tolist()
    [0.02, 0.79]
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
    risks = fit_exchangeable(counts, at_risk)
    tails = ((1 - interval) / 2, 0.5, (1 + interval) / 2)
    summary = _summary(risks, tails)
    table = pd.DataFrame({"count": numbers, "exposure": residents}, index=numbers.index)
    for name, values in summary.items():
        wide = np.full(known.size, np.nan)
        wide[known] = values
        table[name] = wide
    typical = weighted(risks.typical, risks.nodes.weight, tails)
    spread = weighted(risks.nodes.spread, risks.nodes.weight, tails)
    return RiskPosterior(
        table=table,
        model=risks.family.name,
        typical=typical[0],
        typical_low=typical[1],
        typical_high=typical[2],
        spread=spread[0],
        spread_low=spread[1],
        spread_high=spread[2],
        hyperparameters=pd.DataFrame(
            [typical, spread], index=["typical", "spread"], columns=["mean", "low", "high"]
        ),
        interval=float(interval),
        distribution=risks,
    )


def weighted(values: Floats, weight: Floats, tails: tuple[float, ...]) -> list[float]:
    """Return mean, low and high of a hyperparameter that is known at weighted nodes."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weight[order]) - weight[order] / 2
    low, high = np.interp([tails[0], tails[-1]], middle, values[order])
    return [float((weight * values).sum()), float(low), float(high)]


def _summary(risks: ExchangeableRisks, tails: tuple[float, float, float]) -> dict[str, Floats]:
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
