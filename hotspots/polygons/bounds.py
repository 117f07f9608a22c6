"""Bounds: fewest and most residents of a polygon, and which totals they divide."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Fewest and most residents of a polygon.

    Examples
    --------
    >>> bounds = Bounds(10_000, 15_000)
    >>> bounds.holds(15_000), bounds.fits(17_000), bounds.fits(20_000), bounds.parts(50_000)
    (True, False, True, 4)
    """

    floor: float
    ceiling: float

    @property
    def middle(self) -> float:
        """The number of residents to aim at: halfway between the bounds."""
        return (self.floor + self.ceiling) / 2

    def holds(self, residents: float) -> bool:
        """Return True for a number of residents within the bounds."""
        return self.floor <= residents <= self.ceiling

    def distance(self, residents: float) -> float:
        """Return by how many residents a polygon is out of bounds, 0 within."""
        return max(self.floor - residents, residents - self.ceiling, 0.0)

    def fits(self, residents: float) -> bool:
        """Return whether some number of polygons can hold exactly this many residents."""
        most = math.floor(residents / self.floor)
        return most > 0 and residents <= most * self.ceiling

    def parts(self, residents: float) -> int:
        """Return the number of polygons to divide this many residents into."""
        aimed = max(1, round(residents / self.middle))
        least = math.ceil(residents / self.ceiling)
        most = math.floor(residents / self.floor)
        return min(max(aimed, least), most) if least <= most else aimed

    def misfit(self, residents: Floats) -> Floats:
        """Return how far each total is from the nearest that some number of polygons can hold."""
        most = np.floor(residents / self.floor)
        over = np.where(most > 0, np.maximum(residents - most * self.ceiling, 0.0), np.inf)
        return np.minimum(over, (most + 1) * self.floor - residents)
