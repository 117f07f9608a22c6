"""Smoothing: rates shrunk toward the overall or the local rate, for maps and never for tests."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.risk.neighborhoods import neighborhood_members

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


def empirical_bayes(counts: Floats, exposure: Floats) -> Floats:
    """Return empirical Bayes rates: shrunk toward the overall rate, the more the smaller the area.

    Neither argument has missing values, and every exposure is above 0.

    References
    ----------
    Marshall (1991), Applied Statistics 40, 283–294.

    Examples
    --------
    >>> empirical_bayes(np.array([0.0, 30.0, 9.0]), np.array([10.0, 500.0, 900.0])).round(3)
    array([0.023, 0.057, 0.011])
    """
    total = fsum(exposure)
    mean = fsum(counts) / total
    if mean == 0:
        return np.zeros(counts.size)
    rate = counts / exposure
    between = fsum(exposure * (rate - mean) ** 2) / total - mean * exposure.size / total
    return _shrunk(rate, np.full(rate.size, mean), np.full(rate.size, between), exposure)


def spatial_empirical_bayes(
    counts: Floats, exposure: Floats, focal: Integers, neighbor: Integers
) -> Floats:
    """Return rates shrunk toward that of each area together with its neighbors.

    ``focal`` and ``neighbor`` are the links by number, none of them of an area to itself. An
    area without neighbors has none to borrow strength from: it is shrunk toward the overall
    rate.

    References
    ----------
    Marshall (1991), Applied Statistics 40, 283–294 (the local estimator).

    Examples
    --------
    >>> counts, exposure = np.array([0.0, 30.0, 9.0]), np.array([10.0, 500.0, 900.0])
    >>> spatial_empirical_bayes(counts, exposure, np.array([0, 1]), np.array([1, 0])).round(3)
    array([0.059, 0.059, 0.011])
    """
    size = counts.size
    focal, member, isolated = neighborhood_members(counts, exposure, focal, neighbor)
    total = np.bincount(focal, exposure[member], minlength=size)
    mean = np.bincount(focal, counts[member], minlength=size) / total
    rate = counts / exposure
    apart = exposure[member] * (rate[member] - mean[focal]) ** 2
    members = np.bincount(focal, minlength=size)
    between = np.bincount(focal, apart, minlength=size) / total - mean * members / total
    smoothed = _shrunk(rate, mean, between, exposure)
    return np.where(isolated, empirical_bayes(counts, exposure), smoothed)


def _shrunk(rate: Floats, mean: Floats, between: Floats, exposure: Floats) -> Floats:
    """Weight each rate by the share of its variance that lies between areas."""
    between = np.maximum(between, 0.0)
    within = mean / exposure
    # With no event in the neighborhood both variances are 0, and the rate is the mean, 0.
    weight = between / np.where(between + within > 0, between + within, 1.0)
    shrunk: Floats = weight * rate + (1 - weight) * mean
    return shrunk
