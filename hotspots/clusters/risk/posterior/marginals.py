"""Marginals: the distribution of each log risk, and of its difference from the typical one.

At each node of the hyperparameters a marginal is a normal without the place's own count, times the
exact likelihood of that count; the nodes are mixed by their weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.risk.posterior.tabulated import Tabulated, tabulated

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from hotspots.clusters.risk.posterior.hyperparameters import Grid
    from hotspots.clusters.risk.posterior.propagation import Fitted

    Floats = npt.NDArray[np.float64]

_REACH = 7.0
"""The tables reach so many standard deviations to either side of the mean."""
_NODES = 85
_ROWS = 2_048
"""Places that are tabulated at a time."""
_HERMITE = np.polynomial.hermite_e.hermegauss(5)


def mixed(weights: Floats, parts: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Return mean and variance of a mixture of parts with these means and variances.

    Examples
    --------
    >>> one = np.ones(1)
    >>> mean, variance = mixed(np.array([0.5, 0.5]), [(0 * one, one), (2 * one, one)])
    >>> mean.tolist(), variance.tolist()
    ([1.0], [2.0])
    """
    mean = np.zeros_like(parts[0][0])
    for weight, (part, _) in zip(weights, parts, strict=True):
        mean += weight * part
    variance = np.zeros_like(mean)
    for weight, (part, within) in zip(weights, parts, strict=True):
        variance += weight * (within + (part - mean) ** 2)
    return mean, variance


@dataclass(frozen=True, eq=False, slots=True)
class _Cavity:
    """A normal prior of what is tabulated, and of the log risk given its value."""

    mean: Floats
    variance: Floats
    slope: Floats
    log_risk: Floats
    rest: Floats


def tables(grid: Grid, counts: Floats, exposure: Floats) -> tuple[Tabulated, Tabulated]:
    """Return the marginals of μ + bᵢ and of bᵢ, mixed over the nodes."""
    of_risk = [_of_log_risk(fitted) for fitted in grid.fitted]
    of_relative = [_of_relative(fitted) for fitted in grid.fitted]
    shifts = [fitted.field.center for fitted in grid.fitted]
    spreads = [_relative_variance(fitted) for fitted in grid.fitted]
    plain = [(f.marginal.mean, f.marginal.variance) for f in grid.fitted]
    centered = [
        (mean - shift, variance)
        for (mean, _), shift, variance in zip(plain, shifts, spreads, strict=True)
    ]
    return (
        _table(grid, of_risk, plain, counts, exposure),
        _table(grid, of_relative, centered, counts, exposure),
    )


def _of_log_risk(fitted: Fitted) -> _Cavity:
    cavity = fitted.cavity
    nothing = np.zeros_like(cavity.mean)
    return _Cavity(cavity.mean, cavity.variance, nothing + 1, cavity.mean, nothing)


def _of_relative(fitted: Fitted) -> _Cavity:
    """Return the prior of bᵢ = mᵢ + eᵢ − μ without the place's own site, and of μ + bᵢ given it."""
    field, cavity, alone = fitted.field, fitted.cavity, fitted.scales.alone
    # μ given mᵢ does not depend on the site.
    reply = field.with_center / field.variance
    left = np.maximum(field.center_variance - reply * field.with_center, 0.0)
    variance_m = cavity.variance - alone
    variance = (1 - reply) ** 2 * variance_m + alone + left
    mean = cavity.mean - field.center - reply * (cavity.mean - field.mean)
    common = (1 - reply) * variance_m + alone
    rest = np.maximum(cavity.variance - common**2 / variance, 0.0)
    return _Cavity(mean, variance, common / variance, cavity.mean, rest)


def _relative_variance(fitted: Fitted) -> Floats:
    field = fitted.field
    damping = 1 + fitted.sites.precision * fitted.scales.alone
    variance = fitted.marginal.variance - 2 * field.with_center / damping + field.center_variance
    return np.maximum(variance, fitted.marginal.variance * 1e-3)


def _table(
    grid: Grid,
    cavities: list[_Cavity],
    moments: list[tuple[Floats, Floats]],
    counts: Floats,
    exposure: Floats,
) -> Tabulated:
    """Tabulate the mixture over the nodes of normal priors times the Poisson likelihood."""
    mean, square = mixed(grid.weight, moments)
    start = mean - _REACH * np.sqrt(square)
    step = 2 * _REACH * np.sqrt(square) / (_NODES - 1)
    density = np.zeros((counts.size, _NODES))
    for first in range(0, counts.size, _ROWS):
        rows = slice(first, first + _ROWS)
        at = start[rows, None] + step[rows, None] * np.arange(_NODES)
        for weight, cavity, fitted in zip(grid.weight, cavities, grid.fitted, strict=True):
            mass = fitted.marginal.log_mass[rows]
            density[rows] += weight * _density(at, cavity, rows, counts, exposure, mass)
    return tabulated(start, step, density)


def _density(
    at: Floats, cavity: _Cavity, rows: slice, counts: Floats, exposure: Floats, log_mass: Floats
) -> Floats:
    """Return the normal density times the mean likelihood of the log risk given each value."""
    apart = at - cavity.mean[rows, None]
    variance = cavity.variance[rows, None]
    base = -(apart**2) / (2 * variance) - np.log(2 * np.pi * variance) / 2 - log_mass[:, None]
    center = cavity.log_risk[rows, None] + cavity.slope[rows, None] * apart
    rest = np.sqrt(cavity.rest[rows, None])
    nodes, weights = _HERMITE if rest.any() else ((0.0,), (1.0,))
    total = np.zeros_like(at)
    for node, weight in zip(nodes, weights, strict=True):
        log_risk = center + rest * node
        expected = exposure[rows, None] * np.exp(log_risk)
        total += weight * np.exp(base + counts[rows, None] * log_risk - expected)
    return total / sum(weights)
