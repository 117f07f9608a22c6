"""Expectation propagation: normal sites that stand for Poisson counts, at fixed hyperparameters.

Minka (2001), UAI 17, 362–369; in parallel over the places: Cseke & Heskes (2011), Journal of
Machine Learning Research 12, 417–454. Each site is fitted so that the place's normal marginal has
the mean and the variance of its cavity (the marginal without the site) times the exact likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.risk.posterior.bym2_field import (
    FieldPosterior,
    Scales,
    Sites,
    field_posterior,
)
from hotspots.clusters.risk.posterior.tilted import Tilted, tilted

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.risk.posterior.icar import Structure

    Floats = npt.NDArray[np.float64]

_CLOSE = 1e-3
"""Rounds end when no mean moves by more than this share of its standard deviation."""


@dataclass(frozen=True, eq=False, slots=True)
class Cavity:
    """The normal marginals of the log risks without the place's own count."""

    mean: Floats
    variance: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """The posterior at one pair of hyperparameters.

    Attributes
    ----------
    scales
        The hyperparameters.
    sites
        The normal sites that ``field`` was made with.
    field
        Posterior of the field given the sites.
    cavity, marginal
        Of the log risks: without each place's own count, and with it.
    log_evidence
        Logarithm of the marginal likelihood, less what no hyperparameter changes.
    """

    scales: Scales
    sites: Sites
    field: FieldPosterior
    cavity: Cavity
    marginal: Tilted
    log_evidence: float


def first_sites(counts: Floats, exposure: Floats) -> Sites:
    """Return sites to begin with; the exposure is in expected counts."""
    start = np.log((counts + 1) / (exposure + 1))
    precision = exposure * np.exp(start)
    return Sites(precision, precision * start + counts - precision)


def propagated(
    structure: Structure,
    counts: Floats,
    exposure: Floats,
    scales: Scales,
    sites: Sites,
    rounds: int,
) -> Fitted:
    """Return the posterior after at most so many rounds from these sites."""
    fitted = _round(structure, counts, exposure, scales, sites)
    for _ in range(rounds - 1):
        newer = _matched(fitted)
        before = fitted.field
        fitted = _round(structure, counts, exposure, scales, newer)
        moved = np.abs(fitted.field.mean - before.mean) / np.sqrt(before.variance)
        if moved.max() < _CLOSE:
            break
    return fitted


def _round(
    structure: Structure, counts: Floats, exposure: Floats, scales: Scales, sites: Sites
) -> Fitted:
    field = field_posterior(structure, scales, sites)
    cavity = _cavity(field, scales, sites)
    marginal = tilted(counts, exposure, cavity.mean, cavity.variance)
    return Fitted(
        scales, sites, field, cavity, marginal, _log_evidence(field, cavity, marginal, sites)
    )


def _cavity(field: FieldPosterior, scales: Scales, sites: Sites) -> Cavity:
    damping = 1 + sites.precision * scales.alone
    left = 1 - field.variance * sites.precision / damping
    variance = field.variance / left
    mean = (field.mean - field.variance * sites.slope / damping) / left
    return Cavity(mean, variance + scales.alone)


def _matched(fitted: Fitted) -> Sites:
    """Return the sites that give each marginal its tilted mean and variance."""
    cavity, marginal = fitted.cavity, fitted.marginal
    # A Poisson likelihood is log-concave, so only rounding can take a precision below 0.
    precision = np.maximum(1 / marginal.variance - 1 / cavity.variance, 1e-12)
    slope = marginal.mean * (precision + 1 / cavity.variance) - cavity.mean / cavity.variance
    return Sites(precision, slope)


def _log_evidence(field: FieldPosterior, cavity: Cavity, marginal: Tilted, sites: Sites) -> float:
    damping = 1 + sites.precision * cavity.variance
    exponent = sites.slope * cavity.mean + sites.slope**2 * cavity.variance / 2
    exponent -= sites.precision * cavity.mean**2 / 2
    normal = exponent / damping - np.log(damping) / 2
    return float((marginal.log_mass - normal).sum()) + field.log_mass
