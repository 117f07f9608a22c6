"""BYM2: the posterior of every place's risk when neighbors are alike, as far as they are.

Counts are Poisson, with means exposure · exp(μ + bᵢ) and bᵢ = σ(√(1 − φ)·vᵢ + √φ·uᵢ): v is each
place's own, u the scaled autoregression of :mod:`~hotspots.clusters.risk.posterior.icar` (Riebler
et al. 2016, Statistical Methods in Medical Research 25, 1145–1165).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse, special
from threadpoolctl import threadpool_limits

from hotspots.clusters.risk.posterior.bym2_field import field_draws
from hotspots.clusters.risk.posterior.hyperparameters import integrated
from hotspots.clusters.risk.posterior.icar import scaled_icar
from hotspots.clusters.risk.posterior.marginals import mixed, tables
from hotspots.clusters.risk.posterior.mixtures import weighted
from hotspots.clusters.risk.posterior.tabulated import Tabulated, tabulated

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from hotspots.clusters.risk.posterior.hyperparameters import Grid
    from hotspots.clusters.risk.posterior.icar import Structure
    from hotspots.clusters.risk.posterior.propagation import Fitted
    from hotspots.clusters.risk.posterior.tilted import Tilted

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


def fit_bym2(
    counts: Floats, exposure: Floats, focal: Integers, neighbor: Integers, order: Integers
) -> NeighborRisks:
    """Return the posterior of the risks of places that may be like their neighbors.

    The same places give the same bytes on any number of cores.

    Parameters
    ----------
    counts
        Events of each place, not all 0.
    exposure
        Exposure of each place, above 0.
    focal, neighbor
        The links, by number, none of a place to itself. Two places are neighbors where a link
        leads from either to the other; that links have weights makes no difference.
    order
        The numbers of the places in an order that no order of rows changes.

    Examples
    --------
    >>> counts = np.array([0, 1, 0, 2, 3, 9, 8, 6, 12.0])
    >>> west, east, order = np.arange(8), np.arange(1, 9), np.arange(9)
    >>> risks = fit_bym2(counts, np.full(9, 4.0), west, east, order)
    >>> risks.probability_above(1.5).round(1).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.2, 0.9, 0.9, 0.9, 1.0]
    """
    scale = fsum(counts) / fsum(exposure)
    counts, expected = counts[order], exposure[order] * scale
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    # More threads would change the last bits, and the blocks are too small for them.
    with threadpool_limits(1, user_api="blas"):
        structure = scaled_icar(_symmetric(place[focal], place[neighbor], order.size))
        grid = integrated(structure, counts, expected)
    log_risk, relative = tables(grid, counts, expected)
    return NeighborRisks(scale, place, structure, grid, log_risk, relative)


def _symmetric(focal: Integers, neighbor: Integers, places: int) -> sparse.csr_array:
    """Return the links in both directions, each with the value 1."""
    ends = np.concatenate([focal, neighbor]), np.concatenate([neighbor, focal])
    links = sparse.coo_array((np.ones(ends[0].size), ends), (places, places)).tocsr()
    links.sort_indices()
    links.data[:] = 1.0
    return links


@dataclass(frozen=True, eq=False, slots=True)
class NeighborRisks:
    """The joint posterior of risks with neighbors.

    Attributes
    ----------
    scale
        The overall risk, events per unit of exposure. All below are multiples of it.
    place
        The number of each of the caller's places in what follows.
    structure, grid
        The autoregression, and the posterior at each node of the hyperparameters.
    log_risk, relative
        The marginals of μ + bᵢ and of bᵢ.
    model
        The name of the model.
    """

    scale: float
    place: Integers
    structure: Structure
    grid: Grid
    log_risk: Tabulated
    relative: Tabulated
    model: str = "bym2"

    def probability_above(self, multiple: float) -> Floats:
        """Return each place's probability that its risk exceeds so many times the typical one."""
        return self.relative.above(float(np.log(multiple)))[self.place]

    def moments(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return mean and standard deviation of each risk, and of its logarithm."""
        of_risk = [_risk_moments(fitted.marginal) for fitted in self.grid.fitted]
        of_log = [(f.marginal.mean, f.marginal.variance) for f in self.grid.fitted]
        mean, variance = mixed(self.grid.weight, of_risk)
        log_mean, log_variance = mixed(self.grid.weight, of_log)
        return (
            mean[self.place] * self.scale,
            np.sqrt(variance)[self.place] * self.scale,
            log_mean[self.place] + np.log(self.scale),
            np.sqrt(log_variance)[self.place],
        )

    def quantiles(self, levels: tuple[float, ...]) -> tuple[Floats, Floats]:
        """Return quantiles of risks and of their ratios to the typical one: levels × places."""
        risks = np.array([self.log_risk.quantile(level) for level in levels])
        ratios = np.array([self.relative.quantile(level) for level in levels])
        return np.exp(risks[:, self.place]) * self.scale, np.exp(ratios[:, self.place])

    def hyperparameters(self, levels: Sequence[float]) -> dict[str, list[float]]:
        """Return mean, first and last quantile of each hyperparameter.

        ``typical`` is the typical risk exp(μ), ``spread`` the standard deviation σ of log risk,
        ``spatial_share`` the share φ of its variance that neighbors have in common.
        """
        grid = self.grid
        return {
            "typical": self._typical(levels[0], levels[-1]),
            "spread": weighted(grid.sigma, grid.fine_weight, levels),
            "spatial_share": weighted(grid.phi, grid.fine_weight, levels),
        }

    def _typical(self, low: float, high: float) -> list[float]:
        center = np.array([fitted.field.center for fitted in self.grid.fitted])
        variance = np.array([fitted.field.center_variance for fitted in self.grid.fitted])
        reach = 9 * np.sqrt(variance)
        at = np.linspace((center - reach).min(), (center + reach).max(), 2_001)
        below = special.ndtr((at[:, None] - center) / np.sqrt(variance))
        ends = np.interp([low, high], (self.grid.weight * below).sum(axis=1), at)
        mean = float((self.grid.weight * np.exp(center + variance / 2)).sum())
        return [self.scale * value for value in (mean, *np.exp(ends).tolist())]

    def draws(self, n: int, seed: int) -> Floats:
        """Return draws of the risks, events per unit of exposure: draws × places."""
        generator = np.random.default_rng(seed)
        often = generator.multinomial(n, self.grid.weight)
        with threadpool_limits(1, user_api="blas"):
            parts = [
                self._draws_at(fitted, int(times), generator)
                for fitted, times in zip(self.grid.fitted, often, strict=True)
                if times
            ]
        shuffled = generator.permutation(n)
        return np.concatenate(parts)[shuffled][:, self.place]

    def _draws_at(self, fitted: Fitted, n: int, generator: np.random.Generator) -> Floats:
        """Return draws whose dependence is that of the normal field, and whose marginals are exact.

        A normal copula: each normal marginal is replaced by the tilted one, quantile by quantile.
        """
        noise = generator.standard_normal((self.place.size, n))
        field = field_draws(self.structure, fitted.scales, fitted.sites, noise, generator)
        table = fitted.marginal
        # Its standard deviation and mean are the field's own, which the sites were matched to.
        probability = special.ndtr((field - table.mean[:, None]) / np.sqrt(table.variance)[:, None])
        exact = tabulated(table.start, table.step, table.density)
        columns = [np.exp(exact.quantile(column)) for column in probability.T]
        return np.array(columns) * self.scale


def _risk_moments(marginal: Tilted) -> tuple[Floats, Floats]:
    number = np.arange(marginal.density.shape[1])
    risk = np.exp(marginal.start[:, None] + marginal.step[:, None] * number)
    mean = (marginal.density * risk).sum(axis=1)
    return mean, (marginal.density * (risk - mean[:, None]) ** 2).sum(axis=1)
