"""Poisson–lognormal: the two tails of counts whose risk varies between places."""

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
    counts: Floats, median: Floats, sigma: Floats, reach: float = _REACH
) -> tuple[Floats, Floats]:
    """Return P(X ≥ count) and P(X ≤ count) for a Poisson X with mean ``median``·exp(σZ).

    Z is standard normal; the arrays have the same shape, and every ``median`` is above 0.
    ``reach`` is the number of standard deviations that the integral spans: 8.5 keeps the
    relative error of a tail of 1e-12 small, 4.5 that of a central probability.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [float(tail.round(4)[0]) for tail in tails(3 * one, 3 * one, 0 * one)]
    [0.5768, 0.6472]
    >>> [float(tail.round(4)[0]) for tail in tails(3 * one, 3 * one, 0.5 * one)]
    [0.5707, 0.5983]
    """
    at_least, at_most = np.empty(counts.shape), np.empty(counts.shape)
    steady = sigma == 0
    narrow = ~steady & (counts >= _MANY) & (sigma * np.sqrt(counts) > _STEEP)
    for part, method in (
        (steady, _poisson),
        (narrow, _over_counts),
        (~steady & ~narrow, _over_risks),
    ):
        if part.any():
            at_least[part], at_most[part] = method(counts[part], median[part], sigma[part], reach)
    # Rounding can lift a tail of 1 to 1 + 1e-16.
    return np.minimum(at_least, 1.0), np.minimum(at_most, 1.0)


def _poisson(counts: Floats, mean: Floats, _sigma: Floats, _reach: float) -> tuple[Floats, Floats]:
    at_least = np.where(counts > 0, special.gammainc(np.maximum(counts, 1.0), mean), 1.0)
    return at_least, special.gammaincc(counts + 1, mean)


def _over_risks(
    counts: Floats, median: Floats, sigma: Floats, reach: float
) -> tuple[Floats, Floats]:
    """Integrate the Poisson tails over the normal Z, with steps finer than the tails are steep.

    As functions of Z the tails change over 1/(σ√count). The trapezoidal rule converges faster
    than any power of its step for a smooth function that vanishes at both ends.
    """
    steep = float((sigma * np.sqrt(counts + 1)).max())
    nodes = int(np.ceil(2 * reach * max(1.0, steep) / _WIDEST_STEP)) + 1
    node = np.linspace(-reach, reach, nodes)
    weight = np.exp(-(node**2) / 2)
    weight /= weight.sum()
    risk = median[:, None] * np.exp(sigma[:, None] * node)
    at_least, at_most = _poisson(counts[:, None], risk, sigma, reach)
    # Not a matrix product, whose last bits would depend on the number of cores.
    return (at_least * weight).sum(axis=1), (at_most * weight).sum(axis=1)


def _over_counts(
    counts: Floats, median: Floats, sigma: Floats, reach: float
) -> tuple[Floats, Floats]:
    """Integrate the normal tails over the gamma that belongs to the counts, if that is narrower.

    X ≥ x exactly if a gamma variable of shape x is at most the mean of the Poisson.
    """
    center = np.log(median)[:, None]
    below, below_weight = _log_gamma(counts, reach)
    above, above_weight = _log_gamma(counts + 1, reach)
    at_least = special.ndtr((center - below) / sigma[:, None]) * below_weight
    at_most = special.ndtr((above - center) / sigma[:, None]) * above_weight
    return at_least.sum(axis=1), at_most.sum(axis=1)


def _log_gamma(shape: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return nodes and weights of the log of a gamma variable of each shape, 10 or more."""
    # Its left tail is longer than that of a normal, the more so the smaller the shape.
    left = reach * (1 + 2.6 / np.sqrt(float(shape.min())))
    offset = np.linspace(-left, reach, _GAMMA_NODES) / np.sqrt(shape)[:, None]
    log_weight = shape[:, None] * (offset - np.expm1(offset))
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return np.log(shape)[:, None] + offset, weight / weight.sum(axis=1, keepdims=True)
