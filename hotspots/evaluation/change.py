"""Did it change: rates of two periods compared, with tests that hold for small counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, cast, get_args

import numpy as np
import pandas as pd
from scipy import stats

from hotspots._checks import columns_present, share, unique_index
from hotspots.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Test = Literal["e_test", "conditional"]
Correction = Literal["fdr", "by", "bonferroni", "none"]

_EVENTS = "events"
_YEARS = "years"
_REACH = 1e-12
"""Probability beyond either end of the counts that the E-test adds up."""

_TIE = 1e-9
"""Relative tolerance within which two values of the E-test's statistic are equal."""


def rate_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    exposure: pd.Series,
    exposure_after: pd.Series | None = None,
    per: float = 100_000,
    test: Test = "e_test",
    correction: Correction = "fdr",
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Return how each area's rate changed from one period to another, and how sure that is.

    Counts are taken for Poisson. Crime varies more than that from one year to the next, so a small
    p says that the two periods differ, not that anything done between them is the reason;
    see ``displacement`` for a comparison with areas that were left alone.

    Parameters
    ----------
    before, after
        What ``select`` gives for each period: ``events`` (0, 1, 2, ...) and ``years`` on the same
        areas.
    exposure
        Residents (or what can be struck) of each area.
    exposure_after
        The same for the second period, where it differs.
    per
        The rates are per so many residents a year.
    test
        ``"e_test"`` (the more powerful) or ``"conditional"`` (exact: never above its level, and
        in agreement with the interval of ``ratio``).
    correction
        Over the areas: ``"fdr"`` (Benjamini–Hochberg), ``"by"`` (Benjamini–Yekutieli),
        ``"bonferroni"`` or ``"none"``.
    alpha
        Level of ``label`` after the correction; intervals hold 1 − alpha each, uncorrected.

    Returns
    -------
    pandas.DataFrame
        On the areas' index: ``events_before``, ``events_after``, ``rate_before``,
        ``rate_after``, ``difference`` (after − before) with ``difference_low`` and
        ``difference_high``, ``ratio`` (after / before) with ``ratio_low`` and ``ratio_high``,
        ``p`` (two-sided), ``q`` and ``label`` (``rise``, ``fall``, ``not significant``, or
        ``no data`` without exposure, which takes no part in the correction).
        Without any event the ratio is missing; without one before it is infinite.

    Raises
    ------
    ColumnError
        If ``events`` or ``years`` is missing.
    InputError
        If the areas differ, a count is negative or broken, years or exposure are wrong, or an
        option is unknown.

    References
    ----------
    .. [1] Krishnamoorthy, K. and Thomson, J. (2004). A more powerful test for comparing two
       Poisson means. Journal of Statistical Planning and Inference 119, 23–35.
    .. [2] Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
       Poisson series. Biometrika 31, 313–323 (the conditional test).
    .. [3] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437–442;
       joined for the difference as in Zou, G. Y. and Donner, A. (2008). Construction of confidence
       limits about effect measures. Statistics in Medicine 27, 1693–1702.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.Index(["P1", "P2"], name="polygon_id")
    >>> before = pd.DataFrame({"events": [30, 6], "years": 1.0}, areas)
    >>> after = pd.DataFrame({"events": [9, 2], "years": 1.0}, areas)
    >>> change = rate_change(before, after, exposure=pd.Series(12_000.0, areas))
    >>> change[["rate_before", "rate_after", "ratio", "p", "label"]].round(4)
                rate_before  rate_after   ratio       p            label
    polygon_id
    P1                250.0     75.0000  0.3000  0.0006             fall
    P2                 50.0     16.6667  0.3333  0.1749  not significant
    """
    _check_options(test, correction, per)
    share(alpha, "rate_change: alpha")
    first, first_years = _period(before, before.index, "before")
    second, second_years = _period(after, before.index, "after")
    people = _exposure(exposure, before.index)
    later = people if exposure_after is None else _exposure(exposure_after, before.index)
    time_1, time_2 = people * first_years / per, later * second_years / per
    known = (time_1 > 0) & (time_2 > 0)
    table = pd.DataFrame({"events_before": first, "events_after": second}, index=before.index)
    columns = _rates(first, second, time_1, time_2, alpha) | _ratios(
        first, second, time_1, time_2, alpha
    )
    for name, values in columns.items():
        table[name] = np.where(known, values, np.nan)
    table["p"] = _p_values(first, second, time_1, time_2, known, test)
    table["q"] = _corrected(table["p"].to_numpy(), known, correction)
    table["label"] = _labels(table, known, alpha)
    return table


def poisson_e_test(
    count_1: int, count_2: int, *, exposure_1: float = 1.0, exposure_2: float = 1.0
) -> float:
    """Return the two-sided p of the E-test that two Poisson rates are equal.

    Parameters
    ----------
    count_1, count_2
        Events.
    exposure_1, exposure_2
        Person-years (or any measure) in which they happened, above 0.

    Returns
    -------
    float
        The probability, at the pooled rate, of a statistic at least as far from 0 as this one's;
        1 where the two rates are equal. (The statistic of two counts of 0 is 0.)

    References
    ----------
    .. [1] Krishnamoorthy, K. and Thomson, J. (2004). A more powerful test for comparing two
       Poisson means. Journal of Statistical Planning and Inference 119, 23–35.

    Examples
    --------
    >>> round(poisson_e_test(3, 0), 4)
    0.0884
    >>> poisson_e_test(0, 0)
    1.0
    """
    ratio = exposure_1 / exposure_2
    if count_1 * exposure_2 == count_2 * exposure_1:
        return 1.0
    # |x − r·y| / sqrt(x + r²·y) is the statistic in units of the first exposure.
    seen = (count_1 - ratio * count_2) ** 2 / (count_1 + ratio**2 * count_2)
    pooled = (count_1 + count_2) / (exposure_1 + exposure_2)
    mean_1, mean_2 = pooled * exposure_1, pooled * exposure_2
    reach = stats.poisson.ppf([_REACH, 1.0 - _REACH], mean_1)
    x = np.arange(int(reach[0]), int(reach[1]) + 1, dtype="float64")
    # For each x the statistic reaches the seen one below one root in y and above the other.
    level = seen * (1.0 - _TIE)
    middle = x / ratio + level / 2.0
    half = np.sqrt(level * (x / ratio + x / ratio**2 + level / 4.0))
    below = np.where(x > 0, np.floor(middle - half), -1.0)  # (0, 0) has no statistic
    above = np.ceil(middle + half)
    outside = stats.poisson.cdf(below, mean_2) + stats.poisson.sf(above - 1.0, mean_2)
    total = float((stats.poisson.pmf(x, mean_1) * np.minimum(outside, 1.0)).sum())
    return min(1.0, total)


def poisson_conditional_test(
    count_1: int, count_2: int, *, exposure_1: float = 1.0, exposure_2: float = 1.0
) -> float:
    """Return the two-sided p of the exact conditional test that two Poisson rates are equal.

    Given the sum of the two, the first count is binomial. The two-sided p is twice the smaller
    tail, at most 1, so that it agrees with the Clopper–Pearson interval of the ratio.

    Parameters
    ----------
    count_1, count_2
        Events.
    exposure_1, exposure_2
        Person-years (or any measure) in which they happened, above 0.

    Returns
    -------
    float
        The p.

    References
    ----------
    .. [1] Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
       Poisson series. Biometrika 31, 313–323.

    Examples
    --------
    >>> poisson_conditional_test(3, 0)                 # 2 · (1/2)³
    0.25
    """
    total, part = count_1 + count_2, exposure_1 / (exposure_1 + exposure_2)
    less = float(stats.binom.cdf(count_1, total, part))
    more = float(stats.binom.sf(count_1 - 1, total, part))
    return min(1.0, 2.0 * min(less, more))


def _rates(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    time_1: NDArray[np.float64],
    time_2: NDArray[np.float64],
    alpha: float,
) -> dict[str, NDArray[np.float64]]:
    with np.errstate(divide="ignore", invalid="ignore"):  # no exposure: no data, set by the caller
        rate_1, rate_2 = first / time_1, second / time_2
        low_1, high_1 = (limit / time_1 for limit in _garwood(first, alpha))
        low_2, high_2 = (limit / time_2 for limit in _garwood(second, alpha))
        change = rate_2 - rate_1
        return {
            "rate_before": rate_1,
            "rate_after": rate_2,
            "difference": change,
            "difference_low": change - np.hypot(rate_2 - low_2, high_1 - rate_1),
            "difference_high": change + np.hypot(high_2 - rate_2, rate_1 - low_1),
        }


def _garwood(
    count: NDArray[np.int64], alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low = stats.gamma.ppf(alpha / 2.0, np.maximum(count, 1))
    return np.where(count > 0, low, 0.0), stats.gamma.ppf(1.0 - alpha / 2.0, count + 1)


def _ratios(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    time_1: NDArray[np.float64],
    time_2: NDArray[np.float64],
    alpha: float,
) -> dict[str, NDArray[np.float64]]:
    both = first + second
    # Clopper–Pearson limits of the second period's part of all events.
    low = np.where(second > 0, stats.beta.ppf(alpha / 2, np.maximum(second, 1), first + 1), 0.0)
    high = np.where(first > 0, stats.beta.ppf(1 - alpha / 2, second + 1, np.maximum(first, 1)), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0: no event, x/0: infinite ratio
        scale = time_1 / time_2
        columns = {
            "ratio": second / first * scale,
            "ratio_low": low / (1.0 - low) * scale,
            "ratio_high": high / (1.0 - high) * scale,
        }
    return {name: np.where(both > 0, values, np.nan) for name, values in columns.items()}


def _p_values(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    time_1: NDArray[np.float64],
    time_2: NDArray[np.float64],
    known: NDArray[np.bool_],
    test: Test,
) -> list[float]:
    compare = poisson_e_test if test == "e_test" else poisson_conditional_test
    return [
        compare(int(one), int(two), exposure_1=float(t1), exposure_2=float(t2))
        if there
        else math.nan
        for one, two, t1, t2, there in zip(first, second, time_1, time_2, known, strict=True)
    ]


def _corrected(
    p: NDArray[np.float64], known: NDArray[np.bool_], correction: Correction
) -> NDArray[np.float64]:
    q = np.full(len(p), np.nan)
    tested = p[known]
    if correction == "none" or len(tested) == 0:
        q[known] = tested
    elif correction == "bonferroni":
        q[known] = np.minimum(tested * len(tested), 1.0)
    else:
        method = "bh" if correction == "fdr" else "by"
        q[known] = stats.false_discovery_control(tested, method=method)
    return q


def _labels(table: pd.DataFrame, known: NDArray[np.bool_], alpha: float) -> NDArray[np.object_]:
    sure = (table["q"] <= alpha).to_numpy()
    rise = (table["difference"] > 0).to_numpy()
    label = np.select(
        [~known, sure & rise, sure],
        ["no data", "rise", "fall"],
        default="not significant",
    )
    return cast("NDArray[np.object_]", label.astype(object))


def _period(
    counts: pd.DataFrame, index: pd.Index, what: str
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
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
            "Select dated periods, so that rates per year can be compared."
        )
    return events.astype("int64"), years


def _exposure(exposure: pd.Series, index: pd.Index) -> NDArray[np.float64]:
    unique_index(exposure, "rate_change: exposure")
    _check_areas(exposure, index, "rate_change: exposure")
    people = exposure.reindex(index).to_numpy(dtype="float64", na_value=np.nan)
    if (people < 0).any() or np.isinf(people).any():
        raise InputError(
            "rate_change: an exposure is negative or infinite. Give residents, 0 or more."
        )
    return cast("NDArray[np.float64]", people)


def _check_areas(frame: pd.DataFrame | pd.Series, index: pd.Index, what: str) -> None:
    other = frame.index.symmetric_difference(index)
    if len(other):
        raise InputError(
            f"{what}: the areas are not those of the first period: {len(other)} differ, first "
            f"{other[0]!r}. Count both periods on the same polygons."
        )


def _check_options(test: str, correction: str, per: float) -> None:
    for value, kind, what in ((test, Test, "test"), (correction, Correction, "correction")):
        if value not in get_args(kind):
            raise InputError(
                f"rate_change: the {what} came as {value!r}. "
                f"It is one of {', '.join(map(repr, get_args(kind)))}."
            )
    if not (math.isfinite(per) and per > 0):
        raise InputError(f"rate_change: per came as {per}. It is a number above 0, e.g. 100000.")
