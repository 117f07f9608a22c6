"""Poisson–lognormal: counts whose risk varies from place to place, and their two tails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_REACH = 8.5
_LEAST_NODES = 41
_MOST_NODES = 2001
_NODES_PER_WIDTH = 1.5


def tails(count: Floats, mean: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Return P(X ≥ count) and P(X ≤ count) of a Poisson with a lognormal mean.

    The mean is ``mean``·exp(σZ) with Z standard normal, so ``mean`` is the median of the
    Poisson's mean. All three arguments have one shape.
    """
    at_least, at_most = np.empty(count.shape), np.empty(count.shape)
    steady = sigma == 0
    at_least[steady] = _poisson_sf(count[steady], mean[steady])
    at_most[steady] = special.gammaincc(count[steady] + 1, mean[steady])
    rest = ~steady
    if rest.any():
        node, weight = _nodes(count[rest], sigma[rest])
        risk = mean[rest][:, None] * np.exp(sigma[rest][:, None] * node)
        at_least[rest] = _poisson_sf(count[rest][:, None], risk) @ weight
        at_most[rest] = special.gammaincc(count[rest][:, None] + 1, risk) @ weight
    return at_least, at_most


def _poisson_sf(count: Floats, mean: Floats) -> Floats:
    """Return P(Poisson(mean) ≥ count)."""
    result: Floats = np.where(count > 0, special.gammainc(np.maximum(count, 1.0), mean), 1.0)
    return result


def _nodes(count: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Return nodes and weights of the normal: a trapezoid fine enough for the steepest tail.

    As a function of Z the tail rises over 1/(σ√count); the trapezoid of a smooth function
    that vanishes at both ends converges faster than any power of its step.
    """
    steep = float((sigma * np.sqrt(count + 1)).max())
    wanted = int(np.ceil(2 * _REACH * steep * _NODES_PER_WIDTH))
    node = np.linspace(-_REACH, _REACH, min(max(_LEAST_NODES, wanted), _MOST_NODES))
    weight = np.exp(-(node**2) / 2)
    return node, weight / weight.sum()
