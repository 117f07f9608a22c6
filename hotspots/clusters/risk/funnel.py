"""Funnel: how far a rate may lie from the bulk's by chance, the less the more are at risk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from hotspots._checks import positive, share
from hotspots.clusters.labels import one_of
from hotspots.clusters.risk.rates import checked_counts, whole_numbers
from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.errors import InputError, MissingExtraError
from hotspots.schema import LocalResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

    Floats = npt.NDArray[np.float64]
    Tails = Callable[[Floats], tuple[Floats, Floats]]

NULLS = ("robust", "binomial")
_GRID = 100
_COLORS = {"inside": "#5b6770", "above": "#b2182b", "below": "#2166ac"}


def funnel_limits(
    counts: pd.Series | LocalResult,
    exposure: pd.Series,
    *,
    levels: Sequence[float] = (0.95, 0.998),
    null: str | None = None,
    at: Sequence[float] | None = None,
    per: float = 100_000,
) -> pd.DataFrame:
    """Return the limits between which a place's rate lies by chance, by its exposure.

    They are pointwise: of places without anything particular, 5% lie outside the limits of
    95%. Labels come from :func:`excess_risk`, which corrects for the number of places.

    Parameters
    ----------
    counts
        Events of each place, or what :func:`excess_risk` found of each place alone (whose
        counts and null are taken).
    exposure
        Residents, or whatever is at risk, on the same index.
    levels
        Shares of places within the limits.
    null
        ``robust`` (the default) or ``binomial``, as in :func:`excess_risk`; or the result's.
    at
        Exposures to give the limits at; otherwise 100 from the least to the greatest.
    per
        Rates are per so many of the exposure, over the whole period of the counts.

    Returns
    -------
    DataFrame
        On ``exposure``: ``center`` (the median rate; ``binomial``: that of the whole), and
        for each level ``lower_95``, ``upper_95``, ``lower_99.8`` … Between the counts that
        can occur the limits are interpolated, as the source does.

    Raises
    ------
    InputError
        For what :func:`excess_risk` refuses, no event at all, exposures, ``levels`` or a
        ``per`` out of range, or a result of another test.

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in
    Medicine 24, 1185–1202.

    Examples
    --------
    >>> residents = pd.Series([4_000, 9_000, 12_000, 15_000, 30_000])
    >>> thefts = pd.Series([10, 21, 33, 35, 76])
    >>> limits = funnel_limits(thefts, residents, null="binomial", at=[5_000, 20_000])
    >>> limits[["center", "lower_95", "upper_95"]].round(0)
              center  lower_95  upper_95
    exposure
    5000.0     250.0     114.0     381.0
    20000.0    250.0     190.0     307.0
    """
    events, people, which = _source(counts, exposure, null)
    _check_levels(levels)
    positive(per, "per", "Give a number above 0, e.g. per=100_000.")
    grid = _grid(people, at)
    tails, center = _tails(events, people, grid, which)
    table = pd.DataFrame({"center": np.full(grid.size, center * per)}, grid).rename_axis("exposure")
    start = np.ceil(grid * center)
    for level in levels:
        tail = (1 - level) / 2
        name = f"{100 * level:g}"
        table[f"lower_{name}"] = _quantile(tails, start, tail) / grid * per
        table[f"upper_{name}"] = _quantile(tails, start, 1 - tail) / grid * per
    return table


def funnel_plot(
    counts: pd.Series | LocalResult,
    exposure: pd.Series,
    *,
    levels: Sequence[float] = (0.95, 0.998),
    null: str | None = None,
    per: float = 100_000,
    ax: Axes | None = None,
) -> Axes:
    """Return a plot of the places' rates by exposure, within their funnel.

    Where a result of :func:`excess_risk` is given, its labeled places are colored and named
    in the legend; the limits, which are pointwise, color nothing.

    Parameters
    ----------
    counts, exposure, levels, null, per
        As in :func:`funnel_limits`.
    ax
        Axes to draw on; otherwise new ones.

    Raises
    ------
    MissingExtraError
        Without matplotlib.
    InputError
        As :func:`funnel_limits`.

    Examples
    --------
    >>> residents = pd.Series([4_000, 9_000, 12_000, 15_000, 30_000])
    >>> thefts = pd.Series([10, 21, 33, 35, 76])
    >>> funnel_plot(thefts, residents, null="binomial").get_xlabel()
    'exposure'
    """
    limits = funnel_limits(counts, exposure, levels=levels, null=null, per=per)
    events, people, _ = _source(counts, exposure, null)
    axes = _new_axes() if ax is None else ax
    label = counts.table["label"] if isinstance(counts, LocalResult) else None
    for side, group in _sides(events.index, label).items():
        if len(group):
            rate = events[group] / people[group] * per
            name = "places" if side == "inside" else f"{side}: {len(group)}"
            axes.scatter(people[group], rate, s=14, color=_COLORS[side], label=name, zorder=3)
    axes.plot(limits.index, limits["center"], color="#333333", linewidth=1)
    for number, level in enumerate(sorted(levels)):
        style: dict[str, Any] = {"color": "#777777", "linestyle": ("--", "-", ":")[number % 3]}
        for end in ("lower", "upper"):
            line = limits[f"{end}_{100 * level:g}"]
            axes.plot(line.index, line, label=f"{level:.1%}" if end == "upper" else None, **style)
    axes.set_xlabel(str(exposure.name or "exposure"))
    axes.set_ylabel(f"events per {per:,.0f}")
    axes.legend(frameon=False)
    return axes


def _source(
    counts: pd.Series | LocalResult, exposure: pd.Series, null: str | None
) -> tuple[pd.Series, pd.Series, str]:
    """Return the counts, the exposure (of the places that have both) and the null."""
    if isinstance(counts, LocalResult):
        if counts.test != "excess_risk" or counts.weights != "each place alone":
            raise InputError(
                f"The result is of {counts.test!r} ({counts.weights}). A funnel shows places on "
                "their own: give the counts, or the result of excess_risk without a graph."
            )
        null, counts = null or counts.null, counts.table["statistic"]
        exposure = exposure.where(exposure.index.isin(counts.index[counts.notna()]))
    which = null or "robust"
    one_of(which, NULLS, "null")
    number, residents = checked_counts(counts, exposure)
    whole_numbers(number)
    known = number.notna() & (residents > 0)
    if known.sum() < 3:
        raise InputError(
            f"{int(known.sum())} places have a count and an exposure. A funnel needs at least 3."
        )
    if not number[known].any():
        raise InputError("All counts are 0: there is no rate to draw a funnel about.")
    return number[known], residents[known], which


def _check_levels(levels: Sequence[float]) -> None:
    if isinstance(levels, str) or not isinstance(levels, Iterable):
        raise InputError(f"levels came as {levels!r}. Give a list of shares, e.g. [0.95, 0.998].")
    for level in levels:
        share(level, "levels")


def _grid(people: pd.Series, at: Sequence[float] | None) -> Floats:
    if at is None:
        return np.geomspace(float(people.min()), float(people.max()), _GRID)
    try:
        grid = np.asarray(at, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"at came as {at!r}. Give exposures above 0.") from error
    if grid.ndim != 1 or not grid.size or not (np.isfinite(grid) & (grid > 0)).all():
        raise InputError(f"at came as {list(grid.ravel()[:5])}. Give exposures above 0.")
    return grid


def _tails(
    events: pd.Series, people: pd.Series, grid: Floats, null: str
) -> tuple[Callable[[Floats], Floats], float]:
    """Return P(X ≤ count) at each exposure of the grid, and the center of the null."""
    if null == "binomial":
        # As excess_risk: given the total, a place's count is binomial in its share.
        total = float(events.sum())
        within = np.minimum(grid / float(people.sum()), 1.0)
        return lambda count: stats.binom.cdf(count, total, within), total / float(people.sum())
    fitted = fit_robust_null(events.to_numpy(), people.to_numpy())

    def at_most(count: Floats) -> Floats:
        found = fitted.tails(np.maximum(count, 0.0), grid)[1]
        return np.where(count < 0, 0.0, found)

    return at_most, fitted.rate


def _quantile(at_most: Callable[[Floats], Floats], start: Floats, level: float) -> Floats:
    """Return the count at which each distribution passes ``level``, interpolated below it."""
    low, high = np.full(start.size, -1.0), np.maximum(start, 1.0)
    while (short := at_most(high) < level).any():
        low, high = np.where(short, high, low), np.where(short, 2 * high, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        reached = at_most(middle) >= level
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    below, up_to = at_most(high - 1), at_most(high)
    # Spiegelhalter's (A.1.1): the discrete quantile less the part of its probability above.
    limit: Floats = np.maximum(high - (up_to - level) / (up_to - below), 0.0)
    return limit


def _sides(index: pd.Index, label: pd.Series | None) -> dict[str, pd.Index]:
    if label is None:
        return {"inside": index}
    label = label.reindex(index)
    above, below = label == "excess", label == "deficit"
    return {"inside": index[~above & ~below], "above": index[above], "below": index[below]}


def _new_axes() -> Axes:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            "A funnel plot needs matplotlib, which is not installed. Run: python -m pip install "
            "matplotlib, or draw the table of funnel_limits(...) otherwise."
        ) from error
    # Not pyplot: it keeps every figure in global state and may want a screen.
    return Figure(figsize=(7, 4.5), layout="constrained").subplots()
