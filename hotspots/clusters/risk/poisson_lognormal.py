"""Poisson–lognormal: counts whose risk varies from place to place, and their two tails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_REACH = 8.5
_WIDEST_STEP = 0.7
_GAMMA_NODES = 49
_MANY = 10.0
_STEEP = 0.5


def tails(
    count: Floats, median: Floats, sigma: Floats, reach: float = _REACH
) -> tuple[Floats, Floats]:
    """Return P(X ≥ count) and P(X ≤ count) for counts of Poisson mean ``median``·exp(σZ).

    Z is standard normal; all arguments have one shape, and every ``median`` is above 0.
    ``reach`` is how many standard deviations the integral spans: 8.5 keeps the relative error
    of a tail of 1e-12 small, and 4.5 that of a central probability.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [float(tail.round(4)[0]) for tail in tails(3 * one, 3 * one, 0 * one)]
    [0.5768, 0.6472]
    >>> [float(tail.round(4)[0]) for tail in tails(3 * one, 3 * one, 0.5 * one)]
    [0.5707, 0.5983]
    """
    at_least, at_most = np.empty(count.shape), np.empty(count.shape)
    steady = sigma == 0
    narrow = ~steady & (count >= _MANY) & (sigma * np.sqrt(count) > _STEEP)
    for part, method in (
        (steady, _poisson),
        (narrow, _over_counts),
        (~steady & ~narrow, _over_risks),
    ):
        if part.any():
            at_least[part], at_most[part] = method(count[part], median[part], sigma[part], reach)
    # Weights that add up to 1 in theory leave a tail of 1 + 1e-16 in practice.
    return np.minimum(at_least, 1.0), np.minimum(at_most, 1.0)


def _poisson(count: Floats, mean: Floats, _sigma: Floats, _reach: float) -> tuple[Floats, Floats]:
    at_least = np.where(count > 0, special.gammainc(np.maximum(count, 1.0), mean), 1.0)
    return at_least, special.gammaincc(count + 1, mean)


def _over_risks(
    count: Floats, median: Floats, sigma: Floats, reach: float
) -> tuple[Floats, Floats]:
    """Integrate the Poisson tails over the normal Z, with steps finer than they are steep.

    As functions of Z the tails change over 1/(σ√count); the trapezoid of a smooth function
    that vanishes at both ends converges faster than any power of its step.
    """
    steep = float((sigma * np.sqrt(count + 1)).max())
    nodes = int(np.ceil(2 * reach * max(1.0, steep) / _WIDEST_STEP)) + 1
    node = np.linspace(-reach, reach, nodes)
    weight = np.exp(-(node**2) / 2)
    weight /= weight.sum()
    risk = median[:, None] * np.exp(sigma[:, None] * node)
    at_least, at_most = _poisson(count[:, None], risk, sigma, reach)
    # Not a matrix product: its last bits would depend on the number of cores.
    return (at_least * weight).sum(axis=1), (at_most * weight).sum(axis=1)


def _over_counts(
    count: Floats, median: Floats, sigma: Floats, reach: float
) -> tuple[Floats, Floats]:
    """Integrate the normal tails over the Poisson's gamma, where that is the narrower.

    X ≥ x exactly when a gamma of shape x is at most the Poisson's mean.
    """
    center = np.log(median)[:, None]
    below, below_weight = _log_gamma(count, reach)
    above, above_weight = _log_gamma(count + 1, reach)
    at_least = special.ndtr((center - below) / sigma[:, None]) * below_weight
    at_most = special.ndtr((above - center) / sigma[:, None]) * above_weight
    return at_least.sum(axis=1), at_most.sum(axis=1)


def _log_gamma(shape: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return nodes and weights of the logarithm of a gamma of each shape, 10 or more."""
    # Its left tail is longer than the normal's, the more so the smaller the shape.
    left = reach * (1 + 2.6 / np.sqrt(float(shape.min())))
    offset = np.linspace(-left, reach, _GAMMA_NODES) / np.sqrt(shape)[:, None]
    log_weight = shape[:, None] * (offset - np.expm1(offset))
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return np.log(shape)[:, None] + offset, weight / weight.sum(axis=1, keepdims=True)
