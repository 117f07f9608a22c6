"""Did it change: the rates of two periods compared, with tests that hold for small counts."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
from scipy import stats
from threadpoolctl import threadpool_limits

from hotspots._checks import columns_present, one_of, positive, share, unique_index
from hotspots.errors import InputError
from hotspots.schema.options import Correction, Dispersion, RateTest
from hotspots.stats.corrections import adjust
from hotspots.stats.poisson import poisson_conditional_test, poisson_e_test, poisson_interval
from hotspots.stats.yearly_change import LEAST_PLACES, Periods, fit_yearly_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

_EVENTS = "events"
_YEARS = "years"


def rate_change(
    counts_before: pd.DataFrame,
    counts_after: pd.DataFrame,
    exposure: pd.Series,
    *,
    exposure_after: pd.Series | None = None,
    history: pd.DataFrame | None = None,
    dispersion: Dispersion = "estimated",
    per: float = 100_000,
    test: RateTest | None = None,
    correction: Correction = "fdr",
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Return how each area's rate changed from one period to the next, and how sure that is.

    Crime varies more from one year to the next than counting explains: where nothing happened and
    each year deviates by 30%, tests for Poisson counts of 20 find a change in 23% of the areas. So
    the common change of all areas and their ordinary deviation are estimated from the areas
    themselves, from their bulk: a few that truly changed do not hide themselves. The test asks for
    a change **beyond the common one**: where a whole city falls by half, an area that falls by half
    did what the city did. Not even then is what was done there the reason; see
    :func:`displacement` for a comparison with areas that were left alone.

    Parameters
    ----------
    counts_before, counts_after
        What :func:`select` returns for each period: ``events`` (0, 1, 2, ...) and ``years`` on
        the same areas.
    exposure
        Residents (or whatever is at risk) of each area.
    exposure_after
        The same for the second period, if it differs.
    history
        Events of earlier periods, areas × at least 2 periods of one length, the earliest first.
        They tell more of the ordinary deviation.
    dispersion
        ``estimated``, or ``poisson``: counts vary by chance alone, and the test is whether the
        area itself changed. It finds change where there is none.
    per
        Rates are per so many of the exposure, and per year.
    test
        For ``poisson`` alone: ``e_test`` (the default, more powerful) or ``conditional`` (exact: it
        never exceeds its level, and it agrees with the interval of ``ratio``).
    correction
        Over the areas: ``fdr`` (Benjamini–Hochberg), ``by`` (Benjamini–Yekutieli),
        ``bonferroni`` or ``none``.
    alpha
        Level of ``label`` after the correction. Each interval has confidence 1 − alpha,
        uncorrected.

    Returns
    -------
    pandas.DataFrame
        On the areas' index: ``events_before``, ``events_after``, ``rate_before``,
        ``rate_after``, ``difference`` (after − before) with ``difference_low`` and
        ``difference_high``, ``ratio`` (after / before) with ``ratio_low`` and ``ratio_high``,
        ``p`` (two-sided), ``q`` and ``label``: ``rise``, ``fall``, ``not significant``, or
        ``no data`` where there is no exposure, which is left out of the correction.
        The ratio is missing where there is no event at all, and infinite where there is none
        before. With ``estimated`` dispersion also ``common_ratio`` (the common change, the same in
        each row), ``relative`` (ratio / common ratio) with ``relative_low`` and ``relative_high``,
        which ``p`` and ``label`` are of, and ``deviation`` (the standard deviation of the
        logarithm of an area's rate in one period, the same in each row). All intervals hold it.

    Raises
    ------
    ColumnError
        If ``events`` or ``years`` is missing.
    InputError
        If the areas differ, a count is negative or not whole, years or exposure are wrong, an
        option is unknown, or fewer than 8 areas have events from which a dispersion could be
        estimated (all pairs of periods in ``history`` counted).

    References
    ----------
    .. [1] Krishnamoorthy, K. and Thomson, J. (2004). A more powerful test for comparing two
       Poisson means. Journal of Statistical Planning and Inference 119, 23–35.
    .. [2] Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
       Poisson series. Biometrika 31, 313–323 (the conditional test).
    .. [3] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437–442;
       combined for the difference as in Zou, G. Y. and Donner, A. (2008). Construction of
       confidence limits about effect measures. Statistics in Medicine 27, 1693–1702.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.Index([f"P{number}" for number in range(1, 11)], name="polygon_id")
    >>> before = pd.DataFrame({"events": [40, 22, 31, 18, 25, 36, 28, 20, 33, 24]}, areas)
    >>> after = pd.DataFrame({"events": [4, 24, 27, 21, 22, 39, 25, 24, 30, 21]}, areas)
    >>> people = pd.Series(12_000.0, areas)
    >>> change = rate_change(before.assign(years=1.0), after.assign(years=1.0), people)
    >>> change.loc[["P1", "P2"], ["ratio", "ratio_low", "ratio_high", "label"]].round(2)
                ratio  ratio_low  ratio_high            label
    polygon_id
    P1           0.10       0.03        0.28             fall
    P2           1.09       0.53        2.27  not significant
    """
    one_of(dispersion, Dispersion, "rate_change: the dispersion")
    test = _checked_test(test, dispersion, history)
    one_of(correction, Correction, "rate_change: the correction")
    positive(per, "rate_change: per", "Give a number above 0, e.g. per=100_000.")
    share(alpha, "rate_change: alpha")
    areas = counts_before.index
    first, first_years = _period(counts_before, areas, "counts_before")
    second, second_years = _period(counts_after, areas, "counts_after")
    at_risk = _exposure(exposure, areas, "exposure")
    later = (
        at_risk if exposure_after is None else _exposure(exposure_after, areas, "exposure_after")
    )
    time_1, time_2 = at_risk * first_years / per, later * second_years / per
    known = (time_1 > 0) & (time_2 > 0)
    table = pd.DataFrame({"events_before": first, "events_after": second}, index=areas)
    if dispersion == "poisson":
        columns = _rates(first, second, time_1, time_2, alpha) | _ratios(
            first, second, time_1, time_2, alpha
        )
        columns["p"] = np.array(_p_values(first, second, time_1, time_2, known, test))
    else:
        past = _history(history, areas)[known]
        columns = _beyond_common(first, second, time_1, time_2, known, past, alpha)
    for name, values in columns.items():
        table[name] = np.where(known, values, np.nan)
    table["q"] = adjust(table["p"].to_numpy(), correction)
    table["label"] = _labels(table, known, alpha)
    order = [name for name in table if name not in ("p", "q", "label")]
    return table[[*order, "p", "q", "label"]]


def _checked_test(
    test: RateTest | None, dispersion: Dispersion, history: pd.DataFrame | None
) -> RateTest:
    if test is not None:
        one_of(test, RateTest, "rate_change: the test")
    given = [name for name, value in (("test", test), ("history", history)) if value is not None]
    unfit = "test" if dispersion == "estimated" else "history"
    if unfit in given:
        raise InputError(
            f"rate_change: {unfit} came with dispersion={dispersion!r}, which does not use it. "
            f"Leave {unfit} out, or choose the other dispersion."
        )
    return test or "e_test"


def _beyond_common(
    first: Counts,
    second: Counts,
    time_1: Floats,
    time_2: Floats,
    known: Booleans,
    past: Counts,
    alpha: float,
) -> dict[str, Floats]:
    """Return all columns against the areas' own common change and ordinary deviation."""
    periods = Periods(
        first[known].astype(float),
        second[known].astype(float),
        np.log(time_2[known] / time_1[known]),
    )
    nothing = np.zeros(len(past))
    earlier = [
        Periods(one.astype(float), two.astype(float), nothing) for one, two in pairwise(past.T)
    ]
    _check_enough([periods, *earlier])
    # The last bits of a matrix product depend on the number of threads.
    with threadpool_limits(1, user_api="blas"):
        ordinary = fit_yearly_change(periods, earlier)
        found = {"p": ordinary.p_values(periods)}
        for name, beyond in (("ratio", False), ("relative", True)):
            low, high = ordinary.limits(periods, alpha, beyond_common=beyond)
            found |= {f"{name}_low": low, f"{name}_high": high}
    columns = _rates(first, second, time_1, time_2, alpha, ordinary.deviation)
    with np.errstate(divide="ignore", invalid="ignore"):  # x/0 is infinite, 0/0 missing
        ratio = second / first * (time_1 / time_2)
    columns["ratio"] = ratio
    for name in ("ratio_low", "ratio_high"):
        columns[name] = _spread_out(found[name], known)
    columns["common_ratio"] = np.full(len(first), np.exp(ordinary.common))
    columns["relative"] = ratio / np.exp(ordinary.common)
    for name in ("relative_low", "relative_high", "p"):
        columns[name] = _spread_out(found[name], known)
    columns["deviation"] = np.full(len(first), ordinary.deviation)
    none = first + second == 0
    for name in ("ratio_low", "ratio_high", "relative_low", "relative_high"):
        columns[name] = np.where(none, np.nan, columns[name])
    return columns


def _spread_out(values: Floats, known: Booleans) -> Floats:
    """Return the values of the known areas among all."""
    found = np.full(len(known), np.nan)
    found[known] = values
    return found


def _check_enough(pairs: Sequence[Periods]) -> None:
    usable = sum(int(((one.first + one.second) > 0).sum()) for one in pairs)
    if usable < LEAST_PLACES:
        raise InputError(
            f"rate_change: {usable} areas have events, and to estimate the ordinary change takes "
            f"at least {LEAST_PLACES}. Give history=, the counts of earlier periods, or take "
            'dispersion="poisson" if all variation between the periods is to count as '
            "change."
        )


def _history(history: pd.DataFrame | None, index: pd.Index) -> Counts:
    """Return the counts of earlier periods, areas × periods; no period without a history."""
    if history is None:
        return np.zeros((len(index), 0), dtype=np.int64)
    name = "rate_change: history"
    unique_index(history, name)
    _check_areas(history, index, name)
    if history.shape[1] < 2:
        raise InputError(
            f"{name}: came with {history.shape[1]} period. Give at least 2, a column each."
        )
    events = history.reindex(index).to_numpy(dtype="float64", na_value=np.nan)
    wrong = np.argwhere(~(events >= 0) | (events != np.floor(events)))
    if len(wrong):
        row, column = wrong[0]
        raise InputError(
            f"{name}: the events of {index[row]!r} in {history.columns[column]!r} came as "
            f"{events[row, column]:g}. A count is 0, 1, 2 ..."
        )
    return events.astype("int64")


def _rates(
    first: Counts,
    second: Counts,
    time_1: Floats,
    time_2: Floats,
    alpha: float,
    deviation: float = 0.0,
) -> dict[str, Floats]:
    # Without exposure there is no data, which the caller sets.
    with np.errstate(divide="ignore", invalid="ignore"):
        rate_1, rate_2 = first / time_1, second / time_2
        low_1, high_1 = (limit / time_1 for limit in _interval(first, alpha))
        low_2, high_2 = (limit / time_2 for limit in _interval(second, alpha))
        change = rate_2 - rate_1
        ordinary = stats.norm.ppf(1 - alpha / 2) * deviation * np.hypot(rate_1, rate_2)
        return {
            "rate_before": rate_1,
            "rate_after": rate_2,
            "difference": change,
            "difference_low": change
            - np.hypot(np.hypot(rate_2 - low_2, high_1 - rate_1), ordinary),
            "difference_high": change
            + np.hypot(np.hypot(high_2 - rate_2, rate_1 - low_1), ordinary),
        }


def _interval(counts: Counts, alpha: float) -> tuple[Floats, Floats]:
    return poisson_interval(counts.astype(float), confidence_level=1 - alpha)


def _ratios(
    first: Counts,
    second: Counts,
    time_1: Floats,
    time_2: Floats,
    alpha: float,
) -> dict[str, Floats]:
    both = first + second
    # Clopper–Pearson limits of the second period's share of all events.
    low = np.where(second > 0, stats.beta.ppf(alpha / 2, np.maximum(second, 1), first + 1), 0.0)
    high = np.where(first > 0, stats.beta.ppf(1 - alpha / 2, second + 1, np.maximum(first, 1)), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):  # x/0 is infinite, 0/0 missing
        scale = time_1 / time_2
        columns = {
            "ratio": second / first * scale,
            "ratio_low": low / (1.0 - low) * scale,
            "ratio_high": high / (1.0 - high) * scale,
        }
    return {name: np.where(both > 0, values, np.nan) for name, values in columns.items()}


def _p_values(
    first: Counts,
    second: Counts,
    time_1: Floats,
    time_2: Floats,
    known: Booleans,
    test: RateTest,
) -> list[float]:
    compare = poisson_e_test if test == "e_test" else poisson_conditional_test
    return [
        compare(int(one), int(two), exposure_1=float(t1), exposure_2=float(t2))
        if there
        else math.nan
        for one, two, t1, t2, there in zip(first, second, time_1, time_2, known, strict=True)
    ]


def _labels(table: pd.DataFrame, known: Booleans, alpha: float) -> NDArray[np.object_]:
    sure = (table["q"] <= alpha).to_numpy()
    compared = table["relative"] - 1 if "relative" in table else table["difference"]
    rise = (compared > 0).to_numpy()
    label = np.select(
        [~known, sure & rise, sure],
        ["no data", "rise", "fall"],
        default="not significant",
    )
    return cast("NDArray[np.object_]", label.astype(object))


def _period(counts: pd.DataFrame, index: pd.Index, what: str) -> tuple[Counts, Floats]:
    name = f"rate_change: {what}"
    columns_present(counts.columns, [_EVENTS, _YEARS], name)
    unique_index(counts, name)
    _check_areas(counts, index, name)
    aligned = counts.reindex(index)
    events = aligned[_EVENTS].to_numpy(dtype="float64", na_value=np.nan)
    wrong = ~(events >= 0) | (events != np.floor(events))
    if wrong.any():
        raise InputError(
            f"{name}: the events of {index[wrong][0]!r} came as {events[wrong][0]:g}. "
            "A count is 0, 1, 2 ...; rates and shares cannot be tested."
        )
    years = aligned[_YEARS].to_numpy(dtype="float64", na_value=np.nan)
    if not (np.isfinite(years) & (years > 0)).all():
        raise InputError(
            f"{name}: a period lasts {np.nanmin(years):g} years. "
            "Select periods with dates, so that rates per year can be compared."
        )
    return events.astype("int64"), years


def _exposure(exposure: pd.Series, index: pd.Index, what: str) -> Floats:
    name = f"rate_change: {what}"
    unique_index(exposure, name)
    _check_areas(exposure, index, name)
    at_risk = exposure.reindex(index).to_numpy(dtype="float64", na_value=np.nan)
    wrong = (at_risk < 0) | np.isinf(at_risk)
    if wrong.any():
        raise InputError(
            f"{name}: the exposure of {index[wrong][0]!r} came as {at_risk[wrong][0]:g}; it is "
            "negative or infinite. Give residents, 0 or more."
        )
    return cast("Floats", at_risk)


def _check_areas(frame: pd.DataFrame | pd.Series, index: pd.Index, what: str) -> None:
    other = frame.index.symmetric_difference(index)
    if len(other):
        raise InputError(
            f"{what}: the areas are not those of the first period: {len(other)} differ, first "
            f"{other[0]!r}. Count both periods on the same polygons."
        )
