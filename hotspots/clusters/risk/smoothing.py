"""Smoothing: rates drawn toward the whole or the neighborhood, for maps and never for tests."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


def empirical_bayes(events: Floats, at_risk: Floats) -> Floats:
    """Return rates drawn toward that of the whole, the more the smaller the area.

    Both arguments are without missing values, and everybody is at some risk.

    References
    ----------
    Marshall (1991), Applied Statistics 40, 283–294.

    Examples
    --------
    >>> empirical_bayes(np.array([0.0, 30.0, 9.0]), np.array([10.0, 500.0, 900.0])).round(3)
    array([0.023, 0.057, 0.011])
    """
    everyone = fsum(at_risk)
    mean = fsum(events) / everyone
    if mean == 0:
        return np.zeros(events.size)
    rate = events / at_risk
    between = fsum(at_risk * (rate - mean) ** 2) / everyone - mean * at_risk.size / everyone
    return _drawn(rate, np.full(rate.size, mean), np.full(rate.size, between), at_risk)


def spatial_empirical_bayes(
    events: Floats, at_risk: Floats, focal: Integers, neighbor: Integers
) -> Floats:
    """Return rates drawn toward that of each area with its neighbors.

    ``focal`` and ``neighbor`` are the links, by number and none to itself. An area without
    neighbors has nobody near to borrow from: it is drawn toward the whole.

    References
    ----------
    Marshall (1991), Applied Statistics 40, 283–294 (the local estimator).

    Examples
    --------
    >>> events, at_risk = np.array([0.0, 30.0, 9.0]), np.array([10.0, 500.0, 900.0])
    >>> spatial_empirical_bayes(events, at_risk, np.array([0, 1]), np.array([1, 0])).round(3)
    array([0.059, 0.059, 0.011])
    """
    size = events.size
    alone = np.bincount(focal, minlength=size) == 0
    place = np.arange(size)
    focal, member = np.append(focal, place), np.append(neighbor, place)
    # Added in one fixed order, so that the order of the rows settles not even the last bit.
    order = np.lexsort((events[member], at_risk[member], focal))
    focal, member = focal[order], member[order]
    people = np.bincount(focal, at_risk[member], minlength=size)
    mean = np.bincount(focal, events[member], minlength=size) / people
    rate = events / at_risk
    apart = at_risk[member] * (rate[member] - mean[focal]) ** 2
    members = np.bincount(focal, minlength=size)
    between = np.bincount(focal, apart, minlength=size) / people - mean * members / people
    smoothed = _drawn(rate, mean, between, at_risk)
    return np.where(alone, empirical_bayes(events, at_risk), smoothed)


def _drawn(rate: Floats, mean: Floats, between: Floats, at_risk: Floats) -> Floats:
    """Weigh each rate by the share of its variance that is between areas, not within."""
    between = np.maximum(between, 0.0)
    within = mean / at_risk
    # Where nothing happened near, both variances are 0 and the rate is the mean's, 0.
    weight = between / np.where(between + within > 0, between + within, 1.0)
    drawn: Floats = weight * rate + (1 - weight) * mean
    return drawn
