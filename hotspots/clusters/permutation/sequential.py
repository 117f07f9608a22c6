"""Sequential counting: no more draws for a tail that has been seen to be common.

Where weights differ within a neighborhood no sorted table serves all places, and each draw of
each place costs a sum. Most places show soon that their sum is nothing special. A tail is closed
at its ``CLOSED_AT``-th draw as extreme as the place; only places with an open tail get more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

CLOSED_AT = 1_000
"""Draws in a tail that close it; its p is then known within 3%. Part of what a seed means."""

ROWS = 2_048
"""Draws that are made at once."""
BLOCK = 1 << 19
"""Sums that are held at once."""


class OpenTails:
    """The two tails of each place, counted until both are closed or the draws are used up.

    Parameters
    ----------
    low, high
        Per place, its own sum less and plus the tolerance of ties.

    References
    ----------
    Besag & Clifford (1991), Sequential Monte Carlo p-values, Biometrika 78, 301–304.
    """

    def __init__(self, low: Floats, high: Floats) -> None:
        self._bounds = (low, high)
        self._count = np.zeros((2, low.size), dtype=np.int64)
        self._drawn = np.zeros((2, low.size), dtype=np.int64)
        self._open = np.ones((2, low.size), dtype=bool)

    @property
    def done(self) -> bool:
        """Whether no place needs another draw."""
        return not self._open.any()

    def blocks(self, width: int) -> Iterator[Integers]:
        """Yield the open places, as many at once as serve the memory with ``width`` numbers each.

        Those are a place's sums, one for each draw, or its weights where they are more.
        """
        places = np.flatnonzero(self._open.any(axis=0))
        step = max(1, BLOCK // max(width, 1))
        for start in range(0, places.size, step):
            yield places[start : start + step]

    def add(self, places: Integers, sums: Floats) -> None:
        """Count the sums of the next draws, of shape ``(places, draws)``."""
        low, high = (bound[places, None] for bound in self._bounds)
        for tail, hits in enumerate((sums >= low, sums <= high)):
            mine = self._open[tail, places]
            self._add(tail, places[mine], hits if mine.all() else hits[mine])

    def p(self, permutations: int) -> tuple[Floats, Floats]:
        """Return both one-sided p of each place, once ``permutations`` draws were offered."""
        closed = CLOSED_AT / np.maximum(self._drawn, 1)
        whole = (self._count + 1) / (permutations + 1)
        greater, less = np.where(self._open, whole, closed)
        return greater, less

    @property
    def drawn(self) -> Integers:
        """Per place, the draws that were looked at."""
        most: Integers = self._drawn.max(axis=0)
        return most

    def _add(self, tail: int, places: Integers, hits: Booleans) -> None:
        before = self._count[tail, places]
        after = before + np.count_nonzero(hits, axis=1)
        drawn = np.full(places.size, hits.shape[1])
        full = np.flatnonzero(after >= CLOSED_AT)
        # A tail ends with the very draw that fills it: how many were made at once shows nowhere.
        running = np.cumsum(hits[full], axis=1, dtype=np.int32)
        drawn[full] = 1 + np.argmax(running == (CLOSED_AT - before[full])[:, None], axis=1)
        after[full] = CLOSED_AT
        self._count[tail, places] = after
        self._drawn[tail, places] += drawn
        self._open[tail, places[full]] = False
