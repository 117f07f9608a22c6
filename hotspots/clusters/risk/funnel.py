"""Funnel plots: how far a rate may lie from the typical one by chance, given its exposure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np
import pandas as pd
from scipy import stats

from hotspots._checks import one_of, positive, share
from hotspots.clusters.risk.checked_counts import check_whole, checked_counts
from hotspots.clusters.risk.posterior.exchangeable import fit_exchangeable
from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.errors import InputError, MissingExtraError
from hotspots.schema import LOWERED, RAISED, LocalResult
from hotspots.schema.options import RiskNull

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

    Floats = npt.NDArray[np.float64]
    Tails = Callable[[Floats], tuple[Floats, Floats]]

_GRID = 100
_COLORS = {"inside": "#5b6770", "above": "#b2182b", "below": "#2166ac"}


def funnel_limits(
    counts: pd.Series | LocalResult,
    exposure: pd.Series,
    *,
    levels: Sequence[float] = (0.95, 0.998),
    at: Sequence[float] | None = None,
    per: float = 100_000,
    null: RiskNull | None = None,
    at_least: float | None = None,
) -> pd.DataFrame:
    """Return the limits between which a place's rate lies by chance, by its exposure.

    They are pointwise: of places that are nothing special, 5% lie outside the 95% limits.
    Labels come from :func:`excess_risk`, which corrects for the number of places.

    Parameters
    ----------
    counts
        Events of each place, or a result of :func:`excess_risk` without a graph, whose counts
        and null are then used.
    exposure
        Residents, or whatever is at risk, on the same index.
    levels
        Shares of places within the limits.
    at
        Exposures at which to give the limits; by default 100 from the smallest to the largest.
    per
        Rates are per so many of the exposure, over the whole period of the counts.
    null
        ``at_least`` (the default), ``spread`` or ``binomial``, as in :func:`excess_risk`; of a
        result, its own. With ``at_least`` the limits are those of a place at just that multiple
        of the typical risk: above them a place is above, below them it is not, and between them
        its count alone cannot tell.
    at_least
        The multiple of the typical risk; by default 1.5, or the result's own.

    Returns
    -------
    DataFrame
        On ``exposure``: ``center`` (the multiple of the typical rate; ``spread``: the median rate;
        ``binomial``: the overall rate), and for
        each level ``lower_95``, ``upper_95``, ``lower_99.8`` … The limits are interpolated
        between the counts that can occur, as in the reference.

    Raises
    ------
    InputError
        For what :func:`excess_risk` refuses, no event at all, ``at``, ``levels`` or ``per``
        out of range, or the result of another test.

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
    multiple = _multiple(at_least, counts)
    numbers, residents, null = _source(counts, exposure, null)
    _check_levels(levels)
    positive(per, "per", "Give a number above 0, e.g. per=100_000.")
    grid = _grid(residents, at)
    tails, center = _tails(numbers, residents, grid, null, multiple)
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
    per: float = 100_000,
    null: RiskNull | None = None,
    at_least: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Return a funnel plot: the places' rates by exposure, with the limits of chance.

    Of a result of :func:`excess_risk`, the labeled places are colored and counted in the
    legend. The limits are pointwise and do not decide the colors.

    Parameters
    ----------
    counts, exposure, levels, per, null, at_least
        As in :func:`funnel_limits`.
    ax
        Axes to draw on; new ones by default.

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
    limits = funnel_limits(counts, exposure, levels=levels, per=per, null=null, at_least=at_least)
    numbers, residents, _ = _source(counts, exposure, null)
    axes = _new_axes() if ax is None else ax
    label = counts.table["label"] if isinstance(counts, LocalResult) else None
    for side, group in _sides(numbers.index, label).items():
        if len(group):
            rate = numbers[group] / residents[group] * per
            name = "places" if side == "inside" else f"{side}: {len(group)}"
            axes.scatter(residents[group], rate, s=14, color=_COLORS[side], label=name, zorder=3)
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
    counts: pd.Series | LocalResult, exposure: pd.Series, null: RiskNull | None
) -> tuple[pd.Series, pd.Series, RiskNull]:
    """Return counts and exposure of the places that have both, and the null."""
    if isinstance(counts, LocalResult):
        if counts.null not in get_args(RiskNull) or counts.weights != "each place alone":
            raise InputError(
                f"The result is of {counts.test!r} ({counts.weights}). A funnel shows places on "
                "their own: give the counts, or a result of excess_risk without a graph."
            )
        null = null or cast("RiskNull", counts.null)
        counts = counts.table["statistic"]
        exposure = exposure.where(exposure.index.isin(counts.index[counts.notna()]))
    null = null or "at_least"
    one_of(null, RiskNull, "null")
    numbers, residents = checked_counts(counts, exposure)
    check_whole(numbers)
    known = numbers.notna() & (residents > 0)
    if known.sum() < 3:
        raise InputError(
            f"{int(known.sum())} places have a count and an exposure. A funnel needs at least 3."
        )
    if not numbers[known].any():
        raise InputError(
            "All counts are 0, so there is no rate to draw a funnel around. "
            "Give counts with events."
        )
    return numbers[known], residents[known], null


def _multiple(at_least: float | None, counts: pd.Series | LocalResult) -> float:
    """Return the multiple of the typical risk: the given one, a result's own, or 1.5."""
    if at_least is not None:
        positive(at_least, "at_least", "Give how many times the typical risk, e.g. 1.5.")
        return float(at_least)
    own = counts.at_least if isinstance(counts, LocalResult) else None
    return own or 1.5


def _check_levels(levels: Sequence[float]) -> None:
    if isinstance(levels, str) or not isinstance(levels, Iterable):
        raise InputError(f"levels came as {levels!r}. Give a list of shares, e.g. [0.95, 0.998].")
    for level in levels:
        share(level, "levels")


def _grid(residents: pd.Series, at: Sequence[float] | None) -> Floats:
    if at is None:
        return np.geomspace(float(residents.min()), float(residents.max()), _GRID)
    try:
        grid = np.asarray(at, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"at came as {at!r}. Give exposures above 0.") from error
    if grid.ndim != 1 or not grid.size or not (np.isfinite(grid) & (grid > 0)).all():
        raise InputError(f"at came as {list(grid.ravel()[:5])}. Give exposures above 0.")
    return grid


def _tails(
    numbers: pd.Series, residents: pd.Series, grid: Floats, null: RiskNull, multiple: float
) -> tuple[Callable[[Floats], Floats], float]:
    """Return P(X ≤ count) at each exposure of the grid, and the center of the null."""
    if null == "binomial":
        # As in excess_risk: given the total, a count is binomial with the place's share.
        total, everyone = float(numbers.sum()), float(residents.sum())
        share_of = np.minimum(grid / everyone, 1.0)
        return lambda count: stats.binom.cdf(count, total, share_of), total / everyone
    if null == "at_least":
        risks = fit_exchangeable(numbers.to_numpy(), residents.to_numpy())
        rate = multiple * float(np.exp((risks.nodes.weight * np.log(risks.typical)).sum()))
        return lambda count: stats.poisson.cdf(count, rate * grid), rate
    fitted = fit_robust_null(numbers.to_numpy(), residents.to_numpy())

    def at_most(count: Floats) -> Floats:
        found = fitted.tails(np.maximum(count, 0.0), grid)[1]
        return np.where(count < 0, 0.0, found)

    return at_most, fitted.rate


def _quantile(at_most: Callable[[Floats], Floats], start: Floats, level: float) -> Floats:
    """Return the quantile of each distribution at ``level``, interpolated between counts."""
    low, high = np.full(start.size, -1.0), np.maximum(start, 1.0)
    while (short := at_most(high) < level).any():
        low, high = np.where(short, high, low), np.where(short, 2 * high, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        reached = at_most(middle) >= level
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    below, up_to = at_most(high - 1), at_most(high)
    # Spiegelhalter's (A.1.1): the discrete quantile minus the share of its mass beyond level.
    limit: Floats = np.maximum(high - (up_to - level) / (up_to - below), 0.0)
    return limit


def _sides(index: pd.Index, label: pd.Series | None) -> dict[str, pd.Index]:
    if label is None:
        return {"inside": index}
    label = label.reindex(index)
    above, below = label.isin(RAISED), label.isin(LOWERED)
    return {"inside": index[~above & ~below], "above": index[above], "below": index[below]}


def _new_axes() -> Axes:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            "A funnel plot needs matplotlib, which is not installed. Run: python -m pip install "
            "matplotlib, or plot the table of funnel_limits(...) with another library."
        ) from error
    # Not pyplot, which keeps every figure in global state and may need a display.
    return Figure(figsize=(7, 4.5), layout="constrained").subplots()
