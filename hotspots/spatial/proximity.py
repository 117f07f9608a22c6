"""Proximity: which centres lie near each other, and how much the nearer ones count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

KERNELS = ("triangular", "epanechnikov", "quadratic", "bisquare", "gaussian")
_SPARE = 8
_TIE_M = 1e-6


def nearest_k(where: Floats, k: int) -> tuple[Integers, Integers]:
    """Return each place and its ``k`` nearest others; equal distances are settled by place."""
    focal, other, distance = _near(where, k + _SPARE)
    order = np.lexsort((where[other, 1], where[other, 0], _in_ties(distance), focal))
    focal, other = focal[order], other[order]
    first = np.arange(focal.size) - np.searchsorted(focal, focal) < k
    return focal[first], other[first]


def within(where: Floats, reach: float) -> tuple[Integers, Integers, Floats]:
    """Return each place, the others up to ``reach`` away, and their distances."""
    pairs = cKDTree(where).query_pairs(reach, output_type="ndarray").astype(np.int64)
    gap = where[pairs[:, 0]] - where[pairs[:, 1]]
    distance = np.hypot(gap[:, 0], gap[:, 1])
    both = np.concatenate([pairs, pairs[:, ::-1]])
    return both[:, 0], both[:, 1], np.tile(distance, 2)


def adaptive(where: Floats, k: int) -> tuple[Integers, Integers, Floats]:
    """Return each place, the others nearer than its bandwidth, and distance over bandwidth.

    The bandwidth of a place is the least distance beyond its ``k``-th nearest, so that at
    least ``k`` lie within it: those as near as the ``k``-th are in or out together.
    """
    asked = k + _SPARE
    while True:
        focal, other, distance = _near(where, asked)
        steps = _in_ties(distance)
        start = np.searchsorted(focal, np.arange(len(where)))
        beyond = steps > steps[start + k - 1][focal]
        width = np.full(len(where), np.inf)
        np.minimum.at(width, focal[beyond], distance[beyond])
        if np.isfinite(width).all() or asked >= len(where) - 1:
            break
        asked *= 2
    # Where no other is farther than the k-th nearest, all of them are in.
    width = np.where(np.isfinite(width), width, 2 * distance[start + k - 1])
    width = np.maximum(width, _TIE_M)
    inside = ~beyond
    focal = focal[inside]
    return focal, other[inside], distance[inside] / width[focal]


def kernel_weights(share: Floats, kernel: str) -> Floats:
    """Return the weight at a distance given as a share of the bandwidth; 0 from there on.

    References
    ----------
    Silverman (1986), Density Estimation for Statistics and Data Analysis, table 3.1.

    Examples
    --------
    >>> kernel_weights(np.array([0.0, 0.5, 1.0]), "triangular").tolist()
    [1.0, 0.5, 0.0]
    """
    inside = np.minimum(share, 1.0)
    if kernel == "triangular":
        weight = 1 - inside
    elif kernel == "bisquare":
        weight = 15 / 16 * (1 - inside**2) ** 2
    elif kernel == "gaussian":
        # As libpysal: the bandwidth is one standard deviation, and nothing counts beyond it.
        weight = np.where(share <= 1, np.exp(-(share**2) / 2) / np.sqrt(2 * np.pi), 0.0)
    else:
        weight = 3 / 4 * (1 - inside**2)
    return np.asarray(weight, dtype=np.float64)


def _near(where: Floats, count: int) -> tuple[Integers, Integers, Floats]:
    """Return each place, its ``count`` nearest others, and the distances, by place and distance."""
    asked = min(len(where), count + 1)
    _, found = cKDTree(where).query(where, k=asked)
    focal = np.repeat(np.arange(len(where)), asked)
    other = found.ravel().astype(np.int64)
    keep = focal != other
    focal, other = focal[keep], other[keep]
    gap = where[other] - where[focal]
    distance = np.hypot(gap[:, 0], gap[:, 1])
    order = np.lexsort((distance, focal))
    return focal[order], other[order], distance[order]


def _in_ties(distance: Floats) -> Floats:
    """Return distances in steps below which the order of the rows would settle a tie."""
    return np.round(distance / _TIE_M)
