"""Tilted normals: a normal log risk once its Poisson count is known, by quadrature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_NODES = 25
_DROP = 18.0
"""The quadrature ends where the logarithm of the density has fallen by so much."""


@dataclass(frozen=True, eq=False, slots=True)
class Tilted:
    """The density N(mean, variance) · Poisson likelihood of each place, tabulated.

    Attributes
    ----------
    log_mass
        Logarithm of its integral, less the terms that the count and exposure alone decide.
    mean, variance
        Of the log risk under the normalized density.
    start, step
        Places × nodes are at ``start + step · node``.
    density
        Places × nodes, normalized so that each row sums to 1.
    """

    log_mass: Floats
    mean: Floats
    variance: Floats
    start: Floats
    step: Floats
    density: Floats


def tilted(counts: Floats, exposure: Floats, mean: Floats, variance: Floats) -> Tilted:
    """Return the normals with these means and variances, tilted by the counts.

    Examples
    --------
    >>> one = np.ones(1)
    >>> found = tilted(0 * one, one, 0 * one, one)
    >>> found.mean.round(4).tolist(), found.variance.round(4).tolist()
    ([-0.6781], [0.6211])
    """
    mode = _mode(counts, exposure, mean, variance)
    expected = exposure * np.exp(mode)
    left, right = _ends(expected, variance)
    step = (left + right) / (_NODES - 1)
    offset = step[:, None] * np.arange(_NODES) - left[:, None]
    # At the mode the first-order terms cancel.
    log_density = expected[:, None] * (offset - np.expm1(offset)) - offset**2 / (
        2 * variance[:, None]
    )
    density = np.exp(log_density)
    mass = density.sum(axis=1)
    density /= mass[:, None]
    center = (density * offset).sum(axis=1)
    spread = (density * (offset - center[:, None]) ** 2).sum(axis=1)
    height = counts * mode - expected - (mode - mean) ** 2 / (2 * variance)
    log_mass = height + np.log(mass * step) - np.log(2 * np.pi * variance) / 2
    return Tilted(log_mass, mode + center, spread, mode - left, step, density)


def _mode(counts: Floats, exposure: Floats, mean: Floats, variance: Floats) -> Floats:
    """Return the modes by Newton's method, from above, whence it cannot overshoot."""
    with np.errstate(divide="ignore"):
        mode = np.maximum(mean, np.log(counts / exposure))
    for _ in range(100):
        expected = exposure * np.exp(mode)
        slope = counts - expected - (mode - mean) / variance
        step = slope / (expected + 1 / variance)
        mode = mode + step
        if np.abs(step).max(initial=0) < 1e-11:
            break
    return mode


def _ends(expected: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Return how far to the left and to the right of the mode the density has vanished."""
    left = np.sqrt(2 * _DROP * variance)
    right = np.sqrt(2 * _DROP / (1 / variance + expected))
    # Newton's method from outside on a convex fall stays outside.
    for _ in range(4):
        fall = left**2 / (2 * variance) + expected * (np.expm1(-left) + left)
        left = left - (fall - _DROP) / (left / variance - expected * np.expm1(-left))
        fall = right**2 / (2 * variance) + expected * (np.expm1(right) - right)
        right = right - (fall - _DROP) / (right / variance + expected * np.expm1(right))
    return left, right
