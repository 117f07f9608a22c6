"""Distance weights: nearest neighbors, distance bands, and kernels over both."""

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
_HELD = 1 << 22
_TIE_M = 1e-6


def nearest_k(where: Floats, k: int, rank: Integers) -> tuple[Integers, Integers]:
    """Return each place and its ``k`` nearest others.

    Ties in distance go to the westernmost, then the southernmost, and ties in location to the
    lowest ``rank``, so that the order of rows decides nothing.
    """
    found, left, asked = [], np.arange(len(where)), k + _SPARE
    while left.size:
        step = max(1, _HELD // asked)
        blocks = [left[start : start + step] for start in range(0, left.size, step)]
        parts = [_first_k(where, block, k, asked, rank) for block in blocks]
        found += [part[:2] for part in parts]
        left = np.concatenate([part[2] for part in parts])
        asked *= 2
    focal, other = np.concatenate(found, axis=1)
    order = np.argsort(focal, kind="stable")
    return focal[order], other[order]


def _first_k(
    where: Floats, focals: Integers, k: int, asked: int, rank: Integers
) -> tuple[Integers, Integers, Integers]:
    """Return the ``k`` nearest of the places whose ties end within ``asked``, and the rest."""
    focal, other, distance = _near(where, asked, focals)
    steps = _in_ties(distance)
    order = np.lexsort((rank[other], where[other, 1], where[other, 0], steps, focal))
    focal, other, steps = focal[order], other[order], steps[order]
    start = np.searchsorted(focal, focals)
    last = np.append(start[1:], focal.size) - 1
    # By two steps: a distance at the edge of a step may round either way.
    settled = steps[last] >= steps[start + k - 1] + 2
    settled |= asked >= len(where) - 1
    first = np.arange(focal.size) - np.searchsorted(focal, focal) < k
    first &= settled[np.searchsorted(focals, focal)]
    return focal[first], other[first], focals[~settled]


def within(where: Floats, reach: float) -> tuple[Integers, Integers, Floats]:
    """Return each place, the others within ``reach``, and their distances."""
    pairs = cKDTree(where).query_pairs(reach, output_type="ndarray").astype(np.int64)
    gap = where[pairs[:, 0]] - where[pairs[:, 1]]
    distance = np.hypot(gap[:, 0], gap[:, 1])
    both = np.concatenate([pairs, pairs[:, ::-1]])
    return both[:, 0], both[:, 1], np.tile(distance, 2)


def adaptive(where: Floats, k: int) -> tuple[Integers, Integers, Floats]:
    """Return each place, the others within its adaptive bandwidth, and distance over bandwidth.

    The bandwidth is the smallest distance beyond that of the ``k``-th nearest, so that at least
    ``k`` lie within it, and ties with the ``k``-th are in together.
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


def _near(
    where: Floats, count: int, focals: Integers | None = None
) -> tuple[Integers, Integers, Floats]:
    """Return each place (or ``focals``), its ``count`` nearest others, and their distances.

    They are sorted by place and distance.
    """
    asked = min(len(where), count + 1)
    places = np.arange(len(where)) if focals is None else focals
    _, found = cKDTree(where).query(where[places], k=asked)
    focal = np.repeat(places, asked)
    other = found.ravel().astype(np.int64)
    keep = focal != other
    focal, other = focal[keep], other[keep]
    gap = where[other] - where[focal]
    distance = np.hypot(gap[:, 0], gap[:, 1])
    order = np.lexsort((distance, focal))
    return focal[order], other[order], distance[order]


def _in_ties(distance: Floats) -> Floats:
    """Return distances rounded to steps, so that rounding breaks no tie."""
    return np.round(distance / _TIE_M)
