"""Hyperparameters of the BYM2 model: their mode, and the grid around it that integrates them.

The grid is laid along the principal axes of the curvature at the mode (Rue, Martino & Chopin 2009,
Journal of the Royal Statistical Society B 71, 319–392), in log σ and logit φ.

The priors: σ is exponential with P(σ > 1.5) = 5% (a penalized-complexity prior: Simpson
et al. 2017), φ uniform between 0 and 1, and μ flat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import interpolate, optimize, special

from hotspots.clusters.risk.posterior.bym2_field import Scales
from hotspots.clusters.risk.posterior.propagation import first_sites, propagated

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.risk.posterior.bym2_field import Sites
    from hotspots.clusters.risk.posterior.icar import Structure
    from hotspots.clusters.risk.posterior.propagation import Fitted

    Floats = npt.NDArray[np.float64]
    Node = tuple[int, int]

SIGMA_RATE = 2.0
"""Rate of the exponential prior of σ."""
_START = (np.log(0.5), 0.0)
_BOUNDS = ((np.log(1e-3), np.log(20.0)), (-9.0, 9.0))
_STEP = 1.4
"""Distance of the grid's nodes, in standard deviations of the normal approximation at the mode."""
_FALL = 4.0
"""The grid ends where the logarithm of the density has fallen by so much from its maximum."""
_MOST_NODES = 120
_WIDEST = 1.5
"""Largest standard deviation taken for a step, in log σ and logit φ."""
_FINE = 61


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """The posterior of the hyperparameters, on nodes.

    Attributes
    ----------
    fitted
        The posterior at each node.
    weight
        Posterior probability of each node.
    sigma, phi
        Finer values of the hyperparameters, interpolated, for their own summaries.
    fine_weight
        Their probabilities.
    """

    fitted: list[Fitted]
    weight: Floats
    sigma: Floats
    phi: Floats
    fine_weight: Floats


def integrated(structure: Structure, counts: Floats, exposure: Floats) -> Grid:
    """Return the posterior of the hyperparameters; the exposure is in expected counts."""
    search = _Search(structure, counts, exposure)
    mode, sites = search.mode()
    axes = search.axes(mode, sites)
    fitted, height = search.nodes(mode, axes, sites)
    names = sorted(fitted)
    heights = np.array([height[name] for name in names])
    weight = special.softmax(heights)
    fine, fine_weight = _refined(np.array(names, dtype=float), heights)
    sigma, phi = _scales_at(mode[:, None] + axes @ (_STEP * fine.T))
    return Grid([fitted[name] for name in names], weight, sigma, phi, fine_weight)


def _scales_at(where: Floats) -> tuple[Floats, Floats]:
    return np.exp(where[0]), special.expit(where[1])


def _log_prior(where: Floats) -> tuple[float, Floats]:
    """Return the log density of log σ and logit φ, and its gradient."""
    sigma, phi = _scales_at(where)
    density = where[0] - SIGMA_RATE * sigma + special.log_expit(where[1])
    density += special.log_expit(-where[1])
    return float(density), np.array([1 - SIGMA_RATE * sigma, 1 - 2 * phi])


@dataclass(frozen=True, eq=False, slots=True)
class _Search:
    structure: Structure
    counts: Floats
    exposure: Floats

    def at(self, where: Floats, sites: Sites, rounds: int) -> tuple[float, Floats, Fitted]:
        """Return log density, gradient and posterior at a point."""
        sigma, phi = _scales_at(where)
        scales = Scales(float(sigma), float(phi))
        fitted = propagated(self.structure, self.counts, self.exposure, scales, sites, rounds)
        prior, slope = _log_prior(where)
        return fitted.log_evidence + prior, fitted.field.gradient + slope, fitted

    def mode(self) -> tuple[Floats, Sites]:
        """Return the mode and the sites there."""
        latest = [first_sites(self.counts, self.exposure)]

        def fall(where: Floats) -> tuple[float, Floats]:
            height, slope, fitted = self.at(where, latest[0], 4)
            latest[0] = fitted.sites
            return -height, -slope

        found = optimize.minimize(
            fall,
            np.array(_START),
            jac=True,
            method="L-BFGS-B",
            bounds=_BOUNDS,
            options={"ftol": 1e-6, "gtol": 3e-2, "maxiter": 40},
        )
        return np.asarray(found.x), latest[0]

    def axes(self, mode: Floats, sites: Sites) -> Floats:
        """Return the principal axes at the mode, in columns as long as a standard deviation."""
        apart = 0.1
        hessian = np.empty((2, 2))
        for axis in range(2):
            step = apart * np.eye(2)[axis]
            ahead, back = (self.at(mode + sign * step, sites, 4)[1] for sign in (1, -1))
            hessian[axis] = (back - ahead) / (2 * apart)
        values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
        # Of an eigenvector only the line is given; the sign is chosen.
        vectors = vectors * np.where(vectors.sum(axis=0) < 0, -1.0, 1.0)
        return np.asarray(vectors / np.sqrt(np.maximum(values, _WIDEST**-2)))

    def nodes(
        self, mode: Floats, axes: Floats, sites: Sites
    ) -> tuple[dict[Node, Fitted], dict[Node, float]]:
        """Return the posteriors at the nodes that matter, and the log densities of all tried."""
        fitted: dict[Node, Fitted] = {}
        height: dict[Node, float] = {}
        ring: list[tuple[Node, Sites]] = [((0, 0), sites)]
        top = -np.inf
        while ring and len(fitted) < _MOST_NODES:
            inner: list[Node] = []
            for node, start in ring:
                where = mode + axes @ (_STEP * np.array(node))
                height[node], _, fitted[node] = self.at(where, start, 8)
                top = max(top, height[node])
                inner.append(node)
            ring = []
            for node in inner:
                if height[node] > top - _FALL:
                    ring += self._around(node, fitted, {other for other, _ in ring})
        return fitted, height

    @staticmethod
    def _around(
        node: Node, fitted: dict[Node, Fitted], listed: set[Node]
    ) -> list[tuple[Node, Sites]]:
        first, second = node
        around = (
            (first + 1, second),
            (first - 1, second),
            (first, second + 1),
            (first, second - 1),
        )
        return [
            (other, fitted[node].sites)
            for other in around
            if other not in fitted and other not in listed
        ]


def _refined(nodes: Floats, heights: Floats) -> tuple[Floats, Floats]:
    """Return finer points, in steps of the grid, and their probabilities, by interpolation."""
    smooth = interpolate.RBFInterpolator(nodes, heights, kernel="cubic", degree=2)
    low, high = nodes.min(axis=0), nodes.max(axis=0)
    first, second = np.meshgrid(*(np.linspace(low[k], high[k], _FINE) for k in range(2)))
    points = np.column_stack([first.ravel(), second.ravel()])
    apart = np.abs(points[:, None, :] - nodes).max(axis=2).min(axis=1)
    points = points[apart <= 0.5]
    return points, special.softmax(smooth(points))
