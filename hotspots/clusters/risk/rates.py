"""Rates: incidents per resident and year, with what is due to small numbers made visible."""

from __future__ import annotations

import warnings
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from hotspots._checks import columns_present, numeric, one_series, positive, unique_index
from hotspots.catalogue import remark
from hotspots.clusters.permutation.observations import graph_links
from hotspots.clusters.risk.smoothing import empirical_bayes, spatial_empirical_bayes
from hotspots.errors import ColumnError, InputError

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]

MEASURES = ("events", "victims")
SMOOTHINGS = ("empirical_bayes", "spatial_empirical_bayes")
_LEVEL = 0.95
_LEAST_SHARE = 0.5
_SAME_RATE = 1e-12


def incident_rates(
    counts: pd.DataFrame | pd.Series,
    *,
    exposure: pd.Series,
    per: float = 100_000,
    measure: str = "events",
    years: float | None = None,
    smoothing: str | None = None,
    graph: Graph | None = None,
) -> pd.DataFrame:
    """Return counts and rates per year of each area, with exact Poisson intervals.

    Parameters
    ----------
    counts
        What :func:`select` returns (``events``, ``victims``, ``years``), or a series of counts.
    exposure
        Residents (or businesses, vehicles: what is at risk) on the same index. An area
        without any has no rate.
    per
        Rates are per so many of the exposure, and per year.
    measure
        ``events``, or ``victims`` (homicide rates count victims).
    years
        Length of the period in years; taken from ``counts`` where it has it, otherwise 1.
    smoothing
        ``"empirical_bayes"`` adds ``smoothed_rate``, drawn toward the rate of the whole;
        ``"spatial_empirical_bayes"`` one drawn toward that of the neighborhood (an area
        without neighbors: of the whole). For maps; tests refuse it.
    graph
        The neighbors, for the spatial smoothing only: who is linked to whom, whatever the
        weights.

    Returns
    -------
    DataFrame
        On the index of ``counts``: ``count``, ``exposure``, ``years``, ``expected`` (the
        count at the rate of the whole), ``excess`` (``count`` less ``expected``), ``rate``,
        ``rate_low``, ``rate_high`` (95%) and ``smoothed_rate`` where asked for.

    Raises
    ------
    InputError
        For negative or infinite numbers, text, another index, ``per`` or ``years`` not above
        0, an unknown measure or smoothing, or a spatial smoothing without a graph (or a graph
        without one).
    GraphError
        For a graph on another index.

    References
    ----------
    Garwood (1936), Biometrika 28 (the intervals); Marshall (1991), Applied Statistics 40.

    Examples
    --------
    >>> counts = pd.Series([0, 12], index=["a", "b"])
    >>> residents = pd.Series([10_000, 15_000], index=["a", "b"])
    >>> rates = incident_rates(counts, exposure=residents, years=2)
    >>> rates[["count", "expected", "excess", "rate", "rate_low", "rate_high"]].round(2)
       count  expected  excess  rate  rate_low  rate_high
    a      0       4.8    -4.8   0.0      0.00      18.44
    b     12       7.2     4.8  40.0     20.67      69.87
    """
    _known_smoothing(smoothing, graph)
    positive(per, "per", "Give a number above 0, e.g. per=100_000.")
    count, length = _counts(counts, measure, years)
    number, residents = checked_counts(count, exposure)
    warn_of_nobody(number, residents)
    at_risk = (residents * length).where(residents > 0)
    people = _total(at_risk)
    whole = _total(number.where(at_risk.notna())) / people if people > 0 else np.nan
    scale = per / at_risk
    low, high = poisson_interval(number.to_numpy())
    table = pd.DataFrame(
        {
            "count": count,
            "exposure": residents,
            "years": length,
            "expected": at_risk * whole,
            "excess": number - at_risk * whole,
            "rate": number * scale,
            "rate_low": low * scale,
            "rate_high": high * scale,
        },
        index=count.index,
    )
    if smoothing:
        table["smoothed_rate"] = _smoothed(number, at_risk, graph) * per
    return table


def standardized_rates(count: pd.Series, exposure: pd.Series) -> pd.Series:
    """Return the rates of Assunção & Reis: standardized by what each area's size allows.

    A small area's rate varies more by chance alone; these values have mean 0 and variance
    about 1 whatever the size, and are what Getis-Ord and Moran should test where areas differ
    in residents. An area without residents has no value.

    The variance of an area of n residents is a + m/n, with m the rate of the whole and a what
    the rates vary beyond counting. Estimated, a may be negative, and a + m/n next to nothing
    where it is barely positive, so that a rate quite near the whole's stands out by a standardized
    value of 17. Here no area's variance is taken for less than half of what counting alone
    brings, max(a + m/n, m/2n): a value is at most √2 times its Poisson z. Assunção & Reis put
    m/n in place of a negative a + m/n only; wherever theirs is at least m/2n the two agree.

    Parameters
    ----------
    count
        Events of each area.
    exposure
        Residents on the same index.

    Returns
    -------
    Series
        ``standardized_rate`` on the index of ``count``; all 0 where there is no event at all,
        or one rate everywhere.

    Raises
    ------
    InputError
        For negative or infinite numbers, text, or another index.

    References
    ----------
    Assunção & Reis (1999), Statistics in Medicine 18, 2147–2162.

    Examples
    --------
    >>> events = pd.Series([30, 25, 25, 15, 33, 21, 30, 20])
    >>> residents = pd.Series([100, 100, 110, 90, 100, 90, 110, 90])
    >>> standardized_rates(events, residents).round(4).tolist()[:4]
    [1.0384, -0.041, -0.5625, -1.7306]
    """
    number, residents = checked_counts(count, exposure)
    warn_of_nobody(number, residents)
    size = residents.where(residents > 0)
    known = size.notna() & number.notna()
    n, people, events = int(known.sum()), _total(size.where(known)), _total(number.where(known))
    if events == 0.0:
        return (number * 0.0).where(known).rename("standardized_rate")
    whole = events / people
    apart = number / size - whole
    # What rounding leaves of a rate that is the whole's would be tested as if it were something.
    apart = apart.mask(apart.abs() <= _SAME_RATE * whole, 0.0)
    between = _total(size * apart**2) / people - whole / (people / n)
    counting = whole / size
    variance = np.maximum(between + counting, _LEAST_SHARE * counting)
    standard: pd.Series = (apart / np.sqrt(variance)).rename("standardized_rate")
    return standard


def poisson_interval(count: Floats) -> tuple[Floats, Floats]:
    """Return the exact 95% interval of a Poisson mean after ``count`` (Garwood 1936)."""
    tail = (1 - _LEVEL) / 2
    low = np.where(count > 0, stats.chi2.ppf(tail, 2 * np.maximum(count, 0.5)) / 2, 0.0)
    return np.where(np.isnan(count), np.nan, low), stats.chi2.isf(tail, 2 * count + 2) / 2


def checked_counts(count: pd.Series, exposure: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return counts and exposure as floats on the counts' index, checked.

    Raises
    ------
    InputError
        Naming the first area whose number is negative or infinite, or that the other lacks, or
        the type of what are no numbers.
    """
    for series, what in ((count, "The counts"), (exposure, "The exposure")):
        one_series(series, what)
        unique_index(series, what)
        numeric(series, what)
    missing = count.index.difference(exposure.index, sort=False)
    extra = exposure.index.difference(count.index, sort=False)
    if len(missing) or len(extra):
        raise InputError(
            f"Counts and exposure are not on the same index: {len(missing)} counts have no "
            f"exposure (first {list(missing[:3])}), {len(extra)} exposures no count (first "
            f"{list(extra[:3])}). Take both from the same table."
        )
    number = pd.Series(count.to_numpy(dtype=float, na_value=np.nan), count.index)
    residents = pd.Series(exposure.to_numpy(dtype=float, na_value=np.nan), exposure.index)
    residents = residents.reindex(count.index)
    for values, what in ((number, "count"), (residents, "exposure")):
        wrong = (values < 0) | np.isinf(values)
        if wrong.any():
            first = values.index[wrong][0]
            raise InputError(
                f"The {what} of {first!r} is {values[first]}, one of {int(wrong.sum())} that are "
                "negative or infinite. Mend the table, or leave the number missing."
            )
    return number, residents


def whole_numbers(count: pd.Series) -> None:
    """Raise :class:`InputError` naming the first count that is not whole."""
    broken = count.notna() & (count != count.round())
    if broken.any():
        first = count.index[broken][0]
        raise InputError(
            f"The count of {first!r} is {count[first]}, and {int(broken.sum())} counts are not "
            "whole. This test takes counts of events and their exposure, not rates."
        )


def warn_of_nobody(count: pd.Series, exposure: pd.Series) -> None:
    """Warn of areas with incidents and nobody to whom they could have happened."""
    odd = (count > 0) & (exposure == 0)
    if odd.any():
        warnings.warn(
            remark(
                "nobody",
                n=int(count[odd].sum()),
                areas=int(odd.sum()),
                first=count.index[odd][0],
            ),
            stacklevel=3,
        )


def _counts(
    counts: pd.DataFrame | pd.Series, measure: str, years: float | None
) -> tuple[pd.Series, pd.Series]:
    if measure not in MEASURES:
        raise InputError(f"measure came as {measure!r}. It is one of {', '.join(MEASURES)}.")
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
            f"{int(wrong.sum())} that are no length of a period. Give years above 0, or years=..."
        )
    return count.rename("count"), length.astype(float).rename("years")


def _known_smoothing(smoothing: str | None, graph: Graph | None) -> None:
    if smoothing not in (None, *SMOOTHINGS):
        raise InputError(
            f"smoothing came as {smoothing!r}. It is None or one of {', '.join(SMOOTHINGS)}."
        )
    if (smoothing == "spatial_empirical_bayes") != (graph is not None):
        came = "no graph came" if graph is None else f"a graph came with smoothing={smoothing!r}"
        raise InputError(
            f"smoothing='spatial_empirical_bayes' and graph= go together, and {came}. "
            "Give both, e.g. graph=neighbors(areas), or neither."
        )


def _smoothed(count: pd.Series, at_risk: pd.Series, graph: Graph | None) -> pd.Series:
    known = (count.notna() & at_risk.notna()).to_numpy()
    events, people = count.to_numpy()[known], at_risk.to_numpy()[known]
    smoothed = np.full(known.size, np.nan)
    if graph is None:
        smoothed[known] = empirical_bayes(events, people)
    else:
        focal, neighbor, _, _ = graph_links(graph, count.index)
        keep = known[focal] & known[neighbor]
        number = np.cumsum(known) - 1
        links = number[focal[keep]], number[neighbor[keep]]
        smoothed[known] = spatial_empirical_bayes(events, people, *links)
    return pd.Series(smoothed, index=count.index)


def _total(values: pd.Series) -> float:
    """Return the exact sum of what is known: the order of the rows changes no bit of it."""
    return fsum(values.dropna())
