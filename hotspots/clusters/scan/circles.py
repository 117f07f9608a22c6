"""Circles: the zones of a scan, as prefixes of the places sorted by distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

_SAME_DISTANCE = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Circles:
    """The circles about one place.

    Attributes
    ----------
    order
        Places by distance from the center, the center itself first.
    size
        Number of places in each circle, ascending; they are the first ones of ``order``.
    exposure
        Exposure within each circle.
    concentration
        Σ(share of the circle's exposure)² of each circle.
    """

    order: Integers
    size: Integers
    exposure: Floats
    concentration: Floats


def circles(xy: Floats, exposure: Floats, share: float) -> Iterator[Circles]:
    """Yield the circles around each place that hold at most a share of all exposure.

    Places at the same distance from a center enter together, so that the row order does not
    decide which is in. A center whose own place exceeds the share has no circle.
    """
    most = share * float(exposure.sum()) * (1 + _SAME_DISTANCE)
    near = _SAME_DISTANCE * float(np.ptp(xy, axis=0).max(initial=0.0))
    for center in range(exposure.size):
        distance = np.hypot(*(xy - xy[center]).T)
        order = np.argsort(distance, kind="stable")
        total = np.cumsum(exposure[order])
        last = np.append(np.diff(distance[order]) > near, True)
        size = np.flatnonzero(last & (total <= most)) + 1
        order = order[: int(size[-1])] if size.size else order[:0]
        within = total[size - 1]
        squares = np.cumsum(exposure[order] ** 2)[size - 1]
        yield Circles(order, size, within, squares / within**2)
