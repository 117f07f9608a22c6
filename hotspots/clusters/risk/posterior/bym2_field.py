"""The field of the BYM2 model given normal sites: its posterior at fixed hyperparameters.

Log risk is μ + bᵢ, with bᵢ = eᵢ + q·uᵢ: eᵢ ~ N(0, τ) by itself, u the scaled autoregression,
τ = σ²(1 − φ), q = σ√φ. A site exp(hᵢηᵢ − wᵢηᵢ²/2) stands for the likelihood of ηᵢ = μ + bᵢ. With e
integrated out, the sites are on mᵢ = μ + q·uᵢ and the matrix has the pattern of the links; μ, whose
prior is flat, is one column more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.random import Generator

    from hotspots.clusters.risk.posterior.icar import Structure
    from hotspots.clusters.risk.posterior.sparse_cholesky import Factor

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scales:
    """Hyperparameters: the standard deviation of b, and the share φ of it that neighbors have.

    Attributes
    ----------
    sigma, phi
        Both above 0; φ below 1.
    """

    sigma: float
    phi: float

    @property
    def alone(self) -> float:
        """The variance τ of what each place has by itself."""
        return self.sigma**2 * (1 - self.phi)

    @property
    def shared(self) -> float:
        """The standard deviation q of what it shares with its neighbors."""
        return float(self.sigma * np.sqrt(self.phi))


@dataclass(frozen=True, eq=False, slots=True)
class Sites:
    """Normal sites: exp(slope·η − precision·η²/2), one a place."""

    precision: Floats
    slope: Floats


@dataclass(frozen=True, eq=False, slots=True)
class FieldPosterior:
    """The posterior of the field given the sites.

    Attributes
    ----------
    mean, variance
        Of mᵢ = μ + q·uᵢ.
    with_center
        Covariance of mᵢ and μ.
    center, center_variance
        Mean and variance of μ.
    log_mass
        Logarithm of the integral of prior and sites, less a constant.
    gradient
        Of ``log_mass`` in log σ and logit φ, the sites held fixed.
    """

    mean: Floats
    variance: Floats
    with_center: Floats
    center: float
    center_variance: float
    log_mass: float
    gradient: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _Solved:
    """The factorized matrix of u given μ, with its responses to the sites and to μ."""

    factor: Factor
    ones: Floats
    total: Floats
    to_slope: Floats
    to_center: Floats
    precision: Floats
    slope: Floats
    center_precision: float
    center: float


def field_posterior(structure: Structure, scales: Scales, sites: Sites) -> FieldPosterior:
    """Return the posterior of the field at these hyperparameters, given the sites."""
    solved = _solved(structure, scales, sites)
    q = scales.shared
    u = q * (solved.to_slope - solved.center * solved.to_center)
    freed = solved.ones**2 / solved.total[structure.piece]
    given_center = np.maximum(solved.factor.inverse_diagonal() - freed, 0.0)
    reply = q * solved.to_center
    center_variance = 1 / solved.center_precision
    moments = _Moments(
        mean=solved.center + q * u,
        variance=q**2 * given_center + (1 - q * reply) ** 2 * center_variance,
        u=u,
        with_u=q * given_center + (q * reply - 1) * reply * center_variance,
    )
    return FieldPosterior(
        moments.mean,
        moments.variance,
        (1 - q * reply) * center_variance,
        solved.center,
        center_variance,
        _log_mass(structure, scales, sites, solved),
        _gradient(scales, sites, moments),
    )


def field_draws(
    structure: Structure, scales: Scales, sites: Sites, noise: Floats, generator: Generator
) -> Floats:
    """Return draws of μ + b given the sites: one row a place, one column a draw.

    ``noise`` is standard normal, of that shape.
    """
    solved = _solved(structure, scales, sites)
    q, tau = scales.shared, scales.alone
    piece = structure.piece
    free = solved.factor.colored(noise)
    u = free - solved.ones[:, None] * (structure.totals(free) / solved.total[:, None])[piece]
    deviation = generator.standard_normal(noise.shape[1])
    center = solved.center + deviation / np.sqrt(solved.center_precision)
    u += q * (solved.to_slope[:, None] - solved.to_center[:, None] * center)
    m = center + q * u
    damping = 1 + sites.precision[:, None] * tau
    alone = tau * (sites.slope[:, None] - sites.precision[:, None] * m) / damping
    alone += np.sqrt(tau / damping) * generator.standard_normal(noise.shape)
    return np.asarray(m + alone)


def _solved(structure: Structure, scales: Scales, sites: Sites) -> _Solved:
    q = scales.shared
    damping = 1 + sites.precision * scales.alone
    precision, slope = sites.precision / damping, sites.slope / damping
    factor = structure.factorize(q**2 * precision)
    sides = np.column_stack([np.ones(precision.size), slope, precision])
    ones, to_slope, to_center = factor.solve(sides).T
    held = (structure.size > 1)[structure.piece]
    ones = np.where(held, ones, 0.0)
    total = structure.totals(ones)
    total = np.where(total > 0, total, 1.0)
    fixed = [
        column - ones * (structure.totals(column) / total)[structure.piece]
        for column in (to_slope, to_center)
    ]
    center_precision = float(precision.sum() - q**2 * (precision * fixed[1]).sum())
    center = float(slope.sum() - q**2 * (precision * fixed[0]).sum()) / center_precision
    return _Solved(
        factor, ones, total, fixed[0], fixed[1], precision, slope, center_precision, center
    )


def _log_mass(structure: Structure, scales: Scales, sites: Sites, solved: _Solved) -> float:
    q, tau = scales.shared, scales.alone
    damping = 1 + sites.precision * tau
    by_slope = (sites.slope**2 * tau / damping).sum() + q**2 * (
        solved.slope * solved.to_slope
    ).sum()
    by_center = solved.center_precision * solved.center**2 - np.log(solved.center_precision)
    held = structure.size > 1
    determinant = solved.factor.log_determinant
    determinant += np.log(solved.total[held] / structure.size[held]).sum()
    return float(by_slope + by_center - np.log(damping).sum() - determinant) / 2


@dataclass(frozen=True, eq=False, slots=True)
class _Moments:
    mean: Floats
    variance: Floats
    u: Floats
    with_u: Floats


def _gradient(scales: Scales, sites: Sites, moments: _Moments) -> Floats:
    """Return the gradient of the mass in log σ and logit φ: the mean of the prior's own."""
    q, tau, phi = scales.shared, scales.alone, scales.phi
    damping = 1 + sites.precision * tau
    pull = sites.slope - sites.precision * moments.mean
    square = pull**2 + sites.precision**2 * moments.variance
    in_tau = ((square / damping - sites.precision) / damping).sum() / 2
    in_q = ((pull * moments.u - sites.precision * moments.with_u) / damping).sum()
    in_phi = q * (1 - phi) / 2 * in_q - phi * tau * in_tau
    return np.array([2 * tau * in_tau + q * in_q, in_phi])
