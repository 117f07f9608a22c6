"""Rates: incidents per resident and year, with intervals that show how far small numbers go."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd

from hotspots._checks import (
    columns_present,
    numeric,
    one_of,
    one_series,
    positive,
)
from hotspots.clusters.permutation.graph_links import links_between
from hotspots.clusters.risk.checked_counts import checked_counts, warn_of_no_exposure
from hotspots.clusters.risk.posterior.posterior import risk_posterior
from hotspots.clusters.risk.smoothing import empirical_bayes, spatial_empirical_bayes
from hotspots.errors import ColumnError, InputError
from hotspots.schema.options import Measure, Smoothing
from hotspots.stats.poisson import poisson_interval

if TYPE_CHECKING:
    from libpysal.graph import Graph

_LEAST_SHARE = 0.5
"""Least share of the counting variance that is taken for an area's variance."""
_SAME_RATE = 1e-12


def incident_rates(
    counts: pd.DataFrame | pd.Series,
    exposure: pd.Series,
    *,
    per: float = 100_000,
    measure: Measure = "events",
    years: float | None = None,
    smoothing: Smoothing | None = None,
    graph: Graph | None = None,
) -> pd.DataFrame:
    """Return counts and rates per year of each area, with exact Poisson intervals.

    Parameters
    ----------
    counts
        What :func:`select` returns (``events``, ``victims``, ``years``), or a series of counts.
    exposure
        Residents (or whatever is at risk: businesses, vehicles) on the same index. An area
        without any has no rate.
    per
        Rates are per so many of the exposure, and per year.
    measure
        ``events``, or ``victims`` (homicide rates count victims).
    years
        Length of the period in years; by default that of ``counts`` if it has a column
        ``years``, otherwise 1.
    smoothing
        ``posterior`` adds ``smoothed_rate``, the mean of :func:`risk_posterior` (with a graph:
        of neighbors that may be alike), for whole counts in at least 8 areas;
        ``empirical_bayes`` shrinks toward the overall rate, by the moments of the rates;
        ``spatial_empirical_bayes`` toward the rate of the neighborhood (for an area
        without neighbors: the overall rate). For maps; tests refuse it.
    graph
        The neighbors, for ``posterior`` and spatial smoothing. Weights are ignored.

    Returns
    -------
    DataFrame
        On the index of ``counts``: ``count``, ``exposure``, ``years``, ``expected`` (the
        count at the overall rate), ``excess`` (``count`` − ``expected``), ``rate``,
        ``rate_low``, ``rate_high`` (95%), the ``events`` and ``victims`` of ``counts`` where it
        has them (a public page shows neither where one is small) and, if asked for,
        ``smoothed_rate``.

    Raises
    ------
    InputError
        For negative or infinite numbers, text, another index, ``per`` or ``years`` not above
        0, an unknown measure or smoothing, a spatial smoothing without a graph, a graph without
        a smoothing that takes one, or what :func:`risk_posterior` refuses.
    GraphError
        For a graph on another index.

    References
    ----------
    Garwood (1936), Biometrika 28 (the intervals); Marshall (1991), Applied Statistics 40.

    Examples
    --------
    >>> counts = pd.Series([0, 12], index=["a", "b"])
    >>> residents = pd.Series([10_000, 15_000], index=["a", "b"])
    >>> rates = incident_rates(counts, residents, years=2)
    >>> rates[["count", "expected", "excess", "rate", "rate_low", "rate_high"]].round(2)
       count  expected  excess  rate  rate_low  rate_high
    a      0       4.8    -4.8   0.0      0.00      18.44
    b     12       7.2     4.8  40.0     20.67      69.87
    """
    _check_smoothing(smoothing, graph)
    positive(per, "per", "Give a number above 0, e.g. per=100_000.")
    count, length = _counts_and_years(counts, measure, years)
    numbers, residents = checked_counts(count, exposure)
    warn_of_no_exposure(numbers, residents)
    at_risk = (residents * length).where(residents > 0)
    total = _total(at_risk)
    overall = _total(numbers.where(at_risk.notna())) / total if total > 0 else np.nan
    scale = per / at_risk
    low, high = poisson_interval(numbers.to_numpy())
    table = pd.DataFrame(
        {
            "count": count,
            "exposure": residents,
            "years": length,
            "expected": at_risk * overall,
            "excess": numbers - at_risk * overall,
            "rate": numbers * scale,
            "rate_low": low * scale,
            "rate_high": high * scale,
        },
        index=count.index,
    )
    if isinstance(counts, pd.DataFrame):
        table = table.join(counts[[name for name in get_args(Measure) if name in counts]])
    if smoothing:
        table["smoothed_rate"] = _smoothed(smoothing, numbers, at_risk, graph) * per
    return table


def standardized_rates(counts: pd.Series, exposure: pd.Series) -> pd.Series:
    """Return rates standardized for differing exposure, after Assunção & Reis.

    A small area's rate varies more by chance alone. These values have mean 0 and variance
    about 1 whatever the exposure, and are what Getis-Ord and Moran should test where areas
    differ in residents. An area without residents has no value.

    The variance of the rate of an area with n residents is a + m/n, where m is the overall rate
    and a the variance between areas beyond counting. The estimate of a may be negative, and
    a + m/n barely above 0, so that a rate close to the overall one gets a standardized value of
    17. Here no variance is taken to be less than half of the counting variance,
    max(a + m/n, m/2n), so that a value is at most √2 times its Poisson z. Assunção & Reis use
    m/n only where a + m/n is negative; wherever theirs is at least m/2n the two agree.

    Parameters
    ----------
    counts
        Events of each area.
    exposure
        Residents on the same index.

    Returns
    -------
    Series
        ``standardized_rate`` on the index of ``counts``; all 0 if there is no event at all, or
        the same rate everywhere.

    Raises
    ------
    InputError
        For negative or infinite numbers, text, or another index.

    References
    ----------
    Assunção & Reis (1999), Statistics in Medicine 18, 2147–2162.

    Examples
    --------
    >>> thefts = pd.Series([30, 25, 25, 15, 33, 21, 30, 20])
    >>> residents = pd.Series([100, 100, 110, 90, 100, 90, 110, 90])
    >>> standardized_rates(thefts, residents).round(4).tolist()[:4]
    [1.0384, -0.041, -0.5625, -1.7306]
    """
    numbers, residents = checked_counts(counts, exposure)
    warn_of_no_exposure(numbers, residents)
    size = residents.where(residents > 0)
    known = size.notna() & numbers.notna()
    n, all_residents = int(known.sum()), _total(size.where(known))
    events = _total(numbers.where(known))
    if events == 0.0:
        return (numbers * 0.0).where(known).rename("standardized_rate")
    overall = events / all_residents
    deviation = numbers / size - overall
    # Rounding error would be standardized, and tested as if it were a deviation.
    deviation = deviation.mask(deviation.abs() <= _SAME_RATE * overall, 0.0)
    between = _total(size * deviation**2) / all_residents - overall / (all_residents / n)
    counting = overall / size
    variance = np.maximum(between + counting, _LEAST_SHARE * counting)
    standard: pd.Series = (deviation / np.sqrt(variance)).rename("standardized_rate")
    return standard


def _counts_and_years(
    counts: pd.DataFrame | pd.Series, measure: Measure, years: float | None
) -> tuple[pd.Series, pd.Series]:
    one_of(measure, Measure, "measure")
    if years is not None:
        positive(years, "years", "Give the length of the period, e.g. 1.0.")
    if not isinstance(counts, pd.DataFrame):
        one_series(counts, "The counts")
        count, length = counts, pd.Series(1.0, index=counts.index)
    else:
        columns_present(counts.columns, [measure], "The counts")
        count = counts[measure]
        known = "years" in counts.columns
        length = counts["years"] if known else pd.Series(1.0, index=counts.index)
    if years is not None:
        length = pd.Series(float(years), index=count.index)
    numeric(length, "The column 'years'")
    wrong = ~(np.isfinite(length) & (length > 0))
    if wrong.any():
        raise ColumnError(
            f"The column 'years' is {length[wrong].iloc[0]} at {length.index[wrong][0]!r}, one of "
            f"{int(wrong.sum())} that cannot be the length of a period. Give years above 0, or "
            "years=..."
        )
    return count.rename("count"), length.astype(float).rename("years")


def _check_smoothing(smoothing: Smoothing | None, graph: Graph | None) -> None:
    if smoothing is not None:
        one_of(smoothing, Smoothing, "smoothing")
    if graph is None and smoothing == "spatial_empirical_bayes":
        raise InputError(
            "smoothing='spatial_empirical_bayes' came without a graph. Give both, e.g. "
            "graph=neighbors(areas), or take smoothing='posterior'."
        )
    if graph is not None and smoothing not in ("posterior", "spatial_empirical_bayes"):
        raise InputError(
            f"A graph came with smoothing={smoothing!r}, which asks for no neighbors. Take "
            "smoothing='posterior', or leave graph= out."
        )


def _smoothed(
    smoothing: Smoothing, numbers: pd.Series, at_risk: pd.Series, graph: Graph | None
) -> pd.Series:
    if smoothing == "posterior":
        mean: pd.Series = risk_posterior(numbers, at_risk, graph=graph).table["mean"]
        return mean
    known = (numbers.notna() & at_risk.notna()).to_numpy()
    counts, exposure = numbers.to_numpy()[known], at_risk.to_numpy()[known]
    smoothed = np.full(known.size, np.nan)
    if graph is None:
        smoothed[known] = empirical_bayes(counts, exposure)
    else:
        links = links_between(graph, numbers.index, known)
        smoothed[known] = spatial_empirical_bayes(counts, exposure, *links)
    return pd.Series(smoothed, index=numbers.index)


def _total(values: pd.Series) -> float:
    """Return the exact sum of the known values, bit-identical for any row order."""
    return fsum(values.dropna())
