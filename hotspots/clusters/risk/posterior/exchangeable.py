"""Exchangeable risks: one distribution for all places, its center and spread uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from hotspots.clusters.risk.posterior.families import FAMILIES
from hotspots.clusters.risk.posterior.mixtures import (
    interpolated_draws,
    mixture_quantiles,
    weighted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from hotspots.clusters.risk.posterior.families import Family

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.intp]

SPREAD_RATE = 2.0
"""Rate of the exponential prior of the spread: P(spread > 1.5) is 5%."""

_SPREADS = np.geomspace(0.01, 4.0, 22)
_NEGLIGIBLE = 9.0
_SPREAD_NODES = 9
_CENTER_NODES = 7
_MOST_CENTER_NODES = 201
_CENTER_REACH = 3.0
_SURE_PART = 0.5
_NEWTON_STEPS = 12


@dataclass(frozen=True, eq=False, slots=True)
class Nodes:
    """The posterior of log center and spread, as weighted points; the weights add up to 1."""

    center: Floats
    spread: Floats
    weight: Floats


@dataclass(frozen=True, eq=False, slots=True)
class ExchangeableRisks:
    """The joint posterior of exchangeable risks.

    Attributes
    ----------
    family
        How risk varies between places.
    nodes
        Log center (relative to ``scale``) and spread, with their weights.
    log_evidence
        Logarithm of the probability of all counts under the family.
    counts, expected
        Of each place; ``expected`` at the overall risk.
    scale
        The overall risk: events per unit of exposure.
    """

    family: Family
    nodes: Nodes
    log_evidence: float
    counts: Floats
    expected: Floats
    scale: float

    @property
    def typical(self) -> Floats:
        """The typical risk (median of the fitted distribution) at each node."""
        return self.scale * np.exp(self.nodes.center)

    def probability_above(self, multiple: float) -> Floats:
        """Return each place's probability of exceeding so many times the typical risk."""
        return self.probability_of(self.counts, self.expected, multiple)

    def probability_of(self, counts: Floats, expected: Floats, multiple: float) -> Floats:
        """Return the same of places with these counts, under the fitted distribution."""
        above = np.zeros(counts.size)
        for family, center, spread, weight in self._each():
            limit = center + np.log(multiple)
            above += weight * family.above(counts, expected, center, spread, limit)
        return np.minimum(above, 1.0)

    def moments(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return mean and standard deviation of each risk, and of its logarithm."""
        sums = np.zeros((4, self.counts.size))
        for family, center, spread, weight in self._each():
            found = family.moments(self.counts, self.expected, center, spread)
            for row, values in enumerate(
                (found.risk, found.risk_squared, found.log_risk, found.log_risk_squared)
            ):
                sums[row] += weight * values
        mean, square, log_mean, log_square = sums
        sd, log_sd = (
            np.sqrt(np.maximum(squares - means**2, 0.0))
            for means, squares in ((mean, square), (log_mean, log_square))
        )
        return mean * self.scale, sd * self.scale, log_mean + np.log(self.scale), log_sd

    def quantiles(self, levels: tuple[float, ...]) -> tuple[Floats, Floats]:
        """Return quantiles of risks and of their ratios to the typical one: levels × places."""
        risks = self._quantiles(levels, np.zeros(self.nodes.center.size))
        return risks * self.scale, self.ratio_quantiles(levels)

    def ratio_quantiles(self, levels: tuple[float, ...]) -> Floats:
        """Return quantiles of the ratios to the typical risk alone: levels × places."""
        return self._quantiles(levels, self.nodes.center)

    def draws(self, n: int, seed: int) -> Floats:
        """Return joint draws of the risks: draws × places."""
        random = np.random.default_rng([seed, n])
        chosen = random.choice(self.nodes.weight.size, size=n, p=self.nodes.weight)
        uniform = random.random((n, self.counts.size))
        log_risks, families = np.empty_like(uniform), self._families()
        for node in np.unique(chosen):
            mine = chosen == node
            log_risks[mine] = interpolated_draws(
                *self._density_at(families[node], node), uniform[mine]
            )
        return np.exp(log_risks) * self.scale

    @property
    def model(self) -> str:
        """The name of the family."""
        return self.family.name

    def hyperparameters(self, levels: Sequence[float]) -> dict[str, list[float]]:
        """Return mean, first and last quantile of the typical risk and of the spread."""
        return {
            "typical": weighted(self.typical, self.nodes.weight, levels),
            "spread": weighted(self.nodes.spread, self.nodes.weight, levels),
        }

    def _each(self) -> zip[tuple[Family, float, float, float]]:
        return zip(
            self._families(),
            self.nodes.center.tolist(),
            self.nodes.spread.tolist(),
            self.nodes.weight.tolist(),
            strict=True,
        )

    def _families(self) -> list[Family]:
        """Return the family at the spread of each node."""
        spreads = self.nodes.spread.tolist()
        made = {spread: self.family.at(spread) for spread in dict.fromkeys(spreads)}
        return [made[spread] for spread in spreads]

    def _density_at(
        self, family: Family, node: int
    ) -> tuple[Floats, Floats, Callable[[Floats, slice], Floats]]:
        """Return the ends of each place's log risk at a node, and its log density."""
        center, spread = float(self.nodes.center[node]), float(self.nodes.spread[node])
        low, high = family.reach(self.counts, self.expected, center, spread)

        def log_density(u: Floats, part: slice) -> Floats:
            counts, expected = self.counts[part, None], self.expected[part, None]
            return family.log_density(u, counts, expected, center, spread)

        return low, high, log_density

    def _quantiles(self, levels: tuple[float, ...], shift: Floats) -> Floats:
        densities = [self._density_at(one, node) for node, one in enumerate(self._families())]
        return np.exp(mixture_quantiles(densities, self.nodes.weight, shift, levels))


def fit_exchangeable(counts: Floats, exposure: Floats) -> ExchangeableRisks:
    """Return the posterior of exchangeable risks, of the family that fits better.

    Center and spread are integrated over a grid about their mode, so that their uncertainty
    enters whatever is said of a place. The prior of the log center is flat, that of the spread
    exponential; of the two families the one with the larger evidence is taken.

    Parameters
    ----------
    counts
        Events of each place, not all 0.
    exposure
        Exposure of each place, above 0.

    References
    ----------
    Clayton & Kaldor (1987), Biometrics 43, 671–681; Simpson et al. (2017), Statistical Science
    32, 1–28 (exponential prior of a spread).
    """
    scale = float(counts.sum() / exposure.sum())
    expected = exposure * scale
    # Sorted and without repeats, so that the result is bit-identical for any row order.
    places, repeats = np.unique(np.column_stack([counts, expected]), axis=0, return_counts=True)
    fits = [
        _fitted(family, places[:, 0].copy(), places[:, 1].copy(), repeats.astype(float))
        for family in FAMILIES
    ]
    best = int(np.argmax([evidence for _, evidence in fits]))
    nodes, evidence = fits[best]
    return ExchangeableRisks(FAMILIES[best], nodes, evidence, counts, expected, scale)


def _fitted(
    family: Family, counts: Floats, expected: Floats, repeats: Floats
) -> tuple[Nodes, float]:
    """Return the nodes of the posterior of center and spread, and the log evidence."""

    def likelihood_at(spread: float) -> Callable[[float], float]:
        known = family.at(spread)
        return lambda center: float(
            (repeats * known.log_marginal(counts, expected, center, spread)).sum()
        )

    size = float(repeats.sum())
    center, coarse = 0.0, []
    for spread in _SPREADS:
        log_likelihood = likelihood_at(float(spread))
        center, error, peak = _best_center(log_likelihood, center, float(spread), size)
        coarse.append(peak + np.log(error) - SPREAD_RATE * spread)
    kept = _SPREADS[np.array(coarse) > max(coarse) - _NEGLIGIBLE]
    low = 0.0 if kept[0] == _SPREADS[0] else float(_SPREADS[kept[0] > _SPREADS][-1])
    high = float(_SPREADS[kept[-1] < _SPREADS][0]) if kept[-1] < _SPREADS[-1] else float(kept[-1])
    centers, spreads, logs = [], [], []
    narrowest = 1 / np.sqrt(counts.max() + 1.0)
    for spread in np.linspace(low, high, _SPREAD_NODES + 2)[1:-1]:
        log_likelihood = likelihood_at(float(spread))
        center, error, _ = _best_center(log_likelihood, center, float(spread), size)
        for at in center + error * _steps(error, narrowest):
            centers.append(at)
            spreads.append(spread)
            logs.append(log_likelihood(at) - SPREAD_RATE * spread + np.log(error))
    log_weight = np.array(logs)
    counted = np.array([spreads.count(spread) for spread in spreads])
    log_weight -= np.log(counted)
    total = float(special.logsumexp(log_weight))
    return Nodes(np.array(centers), np.array(spreads), np.exp(log_weight - total)), total


def _best_center(
    log_likelihood: Callable[[float], float], start: float, spread: float, size: float
) -> tuple[float, float, float]:
    """Return the likeliest log center at a spread, its error, and the log likelihood there.

    The log likelihood is concave in the center, so Newton's steps with differences suffice.
    """
    center, step = start, max(spread, 0.05) / np.sqrt(size)
    for _ in range(_NEWTON_STEPS):
        at = log_likelihood(center)
        up, down = log_likelihood(center + step), log_likelihood(center - step)
        slope, bend = (up - down) / (2 * step), (up + down - 2 * at) / step**2
        error = 1 / np.sqrt(max(-bend, 1e-6))
        move = float(np.clip(slope * error**2, -2.0, 2.0))
        if abs(move) < 0.02 * error:
            break
        center, step = center + move, min(0.5 * error, 1.0)
    return center, float(error), at


def _steps(error: float, narrowest: float) -> Floats:
    """Return the centers to use, in standard errors: closer where risks are known more surely."""
    wanted = 2 * _CENTER_REACH * error / (_SURE_PART * narrowest)
    nodes = int(np.clip(np.ceil(wanted), _CENTER_NODES, _MOST_CENTER_NODES)) // 2 * 2 + 1
    return np.linspace(-_CENTER_REACH, _CENTER_REACH, nodes)
