"""Yearly change: how much places change from one period to the next when nothing happens to them.

A place has the same mean in both periods but for the common change of all places, times a lognormal
deviation of its own. Given the events of both periods together, those of the second are then
binomial with a logit that is normal about the common change (its standard deviation τ is √2 times
that of one period), and the place's own level drops out. Common change and τ come from all places;
some of these may have truly changed, which a wide second component allows for. The uncertainty of
both enters every tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import signal, special

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

LEAST_PLACES = 8
"""With fewer places that have events the spread of their changes cannot be told."""

# Shares of places that truly changed, their prior probabilities, and how widely those spread.
_CHANGED_SHARES = np.array([0.0, 0.03, 0.1, 0.2])
_CHANGED_PRIOR = np.array([0.55, 0.2, 0.15, 0.1])
_CHANGED_SPREAD = 0.7
_PRIOR_SCALE = 0.5
_REACH = 4.0
_BEYOND = 6.0
_CENTERS = 41
_SPREADS = 24
_LARGEST_SPREAD = 1.8
_FINEST, _COARSEST = 0.004, 0.02
_NEGLIGIBLE = 1e-14


@dataclass(frozen=True, eq=False, slots=True)
class Periods:
    """The events of two periods, and the logarithm of the second's exposure over the first's."""

    first: Floats
    second: Floats
    log_exposure: Floats


@dataclass(frozen=True, eq=False, slots=True)
class YearlyChange:
    """The distribution of the changes of places to which nothing happened.

    Attributes
    ----------
    common
        Logarithm of the common change (second rate over first).
    deviation
        Standard deviation of the logarithm of a place's rate in one period.
    step
        Distance between two neighbors of ``shift``.
    shift
        Logarithms of a change.
    weight
        Probability of each ``shift``, the common change included.
    own_weight
        The same about a common change of none.
    """

    common: float
    deviation: float
    step: float
    shift: Floats
    weight: Floats
    own_weight: Floats

    def p_values(self, periods: Periods) -> Floats:
        """Return the two-sided p of each place: twice the smaller mid-p tail."""
        distinct, which, _ = _distinct(periods)
        keep = self.weight > _NEGLIGIBLE
        shift, weight = self.shift[keep] + self.common, self.weight[keep]
        p = np.ones(distinct.first.size)
        for place, (one, two, offset) in enumerate(_rows(distinct)):
            chance = special.expit(offset + shift)
            at_least = float(weight @ _at_least(two, one + two, chance))
            at_most = float(weight @ _at_least(one, one + two, 1 - chance))
            p[place] = min(1.0, 2 * min(at_least, at_most))
        return p[which]

    def limits(
        self, periods: Periods, alpha: float, *, beyond_common: bool
    ) -> tuple[Floats, Floats]:
        """Return the limits of each place's change: those that its p does not reject.

        With ``beyond_common`` of its change over the common one.
        """
        distinct, which, _ = _distinct(periods)
        weight = self.weight if beyond_common else self.own_weight
        low, high = np.zeros(distinct.first.size), np.full(distinct.first.size, np.inf)
        for place, (one, two, offset) in enumerate(_rows(distinct)):
            start = np.log((two + 0.5) / (one + 0.5))
            base = start - offset - (self.common if beyond_common else 0.0)
            if two > 0:
                low[place] = np.exp(base + self._crossing(two, one, start, weight[::-1], alpha / 2))
            if one > 0:
                high[place] = np.exp(base - self._crossing(one, two, -start, weight, alpha / 2))
        return low[which], high[which]

    def _crossing(
        self, events: float, others: float, start: float, weight: Floats, level: float
    ) -> float:
        """Return how far from ``start`` the logit lies at which P(X ≥ events) is ``level``."""
        half = weight.size // 2
        reach = round(_BEYOND / self.step)
        away = self.step * np.arange(-half - reach, half + reach + 1.0)
        tail = _at_least(events, events + others, special.expit(start + away))
        mixed = np.maximum.accumulate(signal.fftconvolve(tail, weight, "valid"))
        return float(np.interp(level, mixed, self.step * np.arange(-reach, reach + 1)))


def _rows(periods: Periods) -> Iterator[tuple[float, float, float]]:
    return zip(
        periods.first.tolist(),
        periods.second.tolist(),
        periods.log_exposure.tolist(),
        strict=True,
    )


def fit_yearly_change(periods: Periods, history: Sequence[Periods] = ()) -> YearlyChange:
    """Return the distribution of changes that the bulk of the places shows.

    Parameters
    ----------
    periods
        At least ``LEAST_PLACES`` places with events, unless there is a history.
    history
        Earlier pairs of periods, each with a common change of its own and the same spread.

    References
    ----------
    Gelman (2006), Bayesian Analysis 1 (half-Cauchy prior of the spread).
    """
    periods, *history = (_with_events(one) for one in (periods, *history))
    most = max(float((one.first + one.second).max(initial=1)) for one in (periods, *history))
    step = float(np.clip(1 / np.sqrt(most), _FINEST, _COARSEST))
    spreads: Floats = np.geomspace(step, _LARGEST_SPREAD, _SPREADS)
    log_prior = np.log(np.gradient(spreads)) - np.log1p((spreads / _PRIOR_SCALE) ** 2)
    for one in history:
        _, log_likelihood = _likelihood(one, spreads, step)
        log_prior = log_prior + special.logsumexp(log_likelihood, axis=0) / len(history) * (
            (len(history) + 1) / 2
        )
    centers, log_likelihood = _likelihood(periods, spreads, step)
    log_weight = log_likelihood + log_prior
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    common = float((weight.sum(axis=1) * centers).sum())
    shift = _grid(_REACH, step)
    density = np.zeros(shift.size)
    for center, row in zip(centers, weight, strict=True):
        density += _normal(shift, center - common, spreads) @ row
    return YearlyChange(
        common=common,
        deviation=float(np.sqrt((weight.sum(axis=0) * spreads**2).sum() / 2)),
        step=step,
        shift=shift,
        weight=density / density.sum(),
        own_weight=_normal(shift, 0.0, spreads) @ weight.sum(axis=0),
    )


def _with_events(periods: Periods) -> Periods:
    there = (periods.first + periods.second) > 0
    return Periods(periods.first[there], periods.second[there], periods.log_exposure[there])


def _distinct(periods: Periods) -> tuple[Periods, npt.NDArray[np.intp], Floats]:
    """Return the distinct places in order, which of them each is, and how often each occurs.

    So many places with few events cost little, and the rows' order changes no bit.
    """
    rows = np.column_stack([periods.first, periods.second, periods.log_exposure])
    found, which, times = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return Periods(*found.T), which.ravel(), times.astype(float)


def _likelihood(periods: Periods, spreads: Floats, step: float) -> tuple[Floats, Floats]:
    """Return common changes, and the log likelihood of each with each spread."""
    periods, _, times = _distinct(periods)
    middle = float(
        np.log((times * periods.second).sum() + 0.5)
        - np.log((times * periods.first * np.exp(periods.log_exposure)).sum() + 0.5)
    )
    away = _grid(_REACH, step)
    logit = periods.log_exposure[:, None] + middle + away
    of_shift = special.xlogy(periods.second[:, None], special.expit(logit)) + special.xlogy(
        periods.first[:, None], special.expit(-logit)
    )
    of_shift = np.exp(of_shift - of_shift.max(axis=1, keepdims=True))
    center, reach = 0.0, 1.5
    while True:
        centers = center + np.linspace(-reach, reach, _CENTERS)
        found = np.array([_of_center(of_shift, times, away, one, spreads) for one in centers])
        weight = np.exp(found - found.max()).sum(axis=1)
        weight /= weight.sum()
        center = float((weight * centers).sum())
        error = float(np.sqrt((weight * (centers - center) ** 2).sum()))
        gap = centers[1] - centers[0]
        if gap < error or gap < step / 4:
            return middle + centers, found + np.log(gap)
        reach = max(6 * error, 2 * gap)


def _of_center(
    of_shift: Floats, times: Floats, away: Floats, center: float, spreads: Floats
) -> Floats:
    """Return the log likelihood of one common change with each spread."""
    ordinary = of_shift @ _normal(away, center, spreads)
    changed = of_shift @ _normal(away, center, np.hypot(spreads, _CHANGED_SPREAD))
    by_share = np.array(
        [
            times @ np.log(np.maximum((1 - share) * ordinary + share * changed, 1e-300))
            for share in _CHANGED_SHARES
        ]
    )
    total: Floats = special.logsumexp(by_share + np.log(_CHANGED_PRIOR)[:, None], axis=0)
    return total


def _grid(reach: float, step: float) -> Floats:
    grid: Floats = step * np.arange(-round(reach / step), round(reach / step) + 1, dtype=np.float64)
    return grid


def _normal(shift: Floats, center: float, spreads: Floats) -> Floats:
    """Return the normal's weight at each shift, a column a spread; each column adds up to 1."""
    weight = np.exp(-(((shift[:, None] - center) / spreads) ** 2) / 2)
    total: Floats = weight / weight.sum(axis=0)
    return total


def _at_least(events: float, total: float, chance: Floats) -> Floats:
    """Return P(X > events) + P(X = events) / 2 of a binomial: the mid-p tail.

    A whole P(X ≥ events) leaves small counts far below the level.
    """
    if total <= 0:
        return np.ones(chance.size)
    tail = np.zeros(chance.size)
    for least in (events, events + 1):
        if least <= 0:
            tail += 0.5
        elif least <= total:
            tail += 0.5 * special.betainc(least, total - least + 1, chance)
    return tail
