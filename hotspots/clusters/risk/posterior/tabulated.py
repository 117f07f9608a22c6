"""Tabulated densities: one a place, on equal steps, with their quantiles and tails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Tabulated:
    """Distributions by their densities.

    Attributes
    ----------
    start, step
        The nodes of a place are at ``start + step · number``.
    density
        Places × nodes, so that its sum times ``step`` is 1.
    below
        Places × nodes: the probability below each node.
    """

    start: Floats
    step: Floats
    density: Floats
    below: Floats

    def quantile(self, probability: float | Floats) -> Floats:
        """Return the quantile of each place, for one probability or one a place."""
        wanted = np.broadcast_to(np.asarray(probability, dtype=float), self.start.shape)
        row = np.arange(self.start.size)
        last = self.below.shape[1] - 2
        cell = np.clip((self.below < wanted[:, None]).sum(axis=1) - 1, 0, last)
        low = self.below[row, cell]
        first, second = self.density[row, cell], self.density[row, cell + 1]
        part = np.clip((wanted - low) / np.maximum(self.below[row, cell + 1] - low, 1e-300), 0, 1)
        # Within a step the density is a straight line: the root of a quadratic equation.
        slope = (second - first) / np.maximum(first + second, 1e-300)
        root = (1 - slope) + np.sqrt(np.maximum((1 - slope) ** 2 + 4 * slope * part, 0.0))
        return np.asarray(self.start + self.step * (cell + 2 * part / np.maximum(root, 1e-300)))

    def above(self, value: float) -> Floats:
        """Return each place's probability above a value."""
        row = np.arange(self.start.size)
        last = self.below.shape[1] - 2
        where = np.clip((value - self.start) / self.step, 0.0, last + 1.0)
        cell = np.minimum(where.astype(np.int64), last)
        part = where - cell
        first, second = self.density[row, cell], self.density[row, cell + 1]
        low, high = self.below[row, cell], self.below[row, cell + 1]
        # Cubic between the nodes, with the density as the slope.
        rise = part**2 * (3 - 2 * part)
        bend = part * (1 - part) * (first * (1 - part) - second * part) * self.step
        return np.asarray(np.clip(1 - (low + (high - low) * rise + bend), 0.0, 1.0))


def tabulated(start: Floats, step: Floats, density: Floats) -> Tabulated:
    """Return the distributions with these densities, which need not be normalized.

    Examples
    --------
    >>> at = np.linspace(-7, 7, 85)
    >>> normal = tabulated(np.array([-7.0]), np.array([14 / 84]), np.exp(-(at**2) / 2)[None])
    >>> normal.quantile(0.95).round(3).tolist(), normal.above(1.0).round(4).tolist()
    ([1.645], [0.1587])
    """
    density = density / (density.sum(axis=1) * step)[:, None]
    slope = np.gradient(density, axis=1)
    rise = (density[:, 1:] + density[:, :-1]) / 2 + (slope[:, :-1] - slope[:, 1:]) / 12
    below = np.zeros_like(density)
    np.cumsum(np.maximum(rise, 0.0) * step[:, None], axis=1, out=below[:, 1:])
    below /= below[:, -1:]
    return Tabulated(start, step, density, below)
