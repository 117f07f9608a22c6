"""Sequential Monte Carlo counting: no more draws for a tail that is clearly common.

Where weights differ within a neighborhood, no sorted table serves all places, and each draw
costs one sum per place. Most places soon turn out to be nothing special, so a tail is closed
once ``STOP_AFTER`` draws were as extreme as the observed sum; only places with an open tail get
more draws.
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

STOP_AFTER = 1_000
"""Draws in a tail that close it: its p then has a standard error of 3%.

Changing it would change the results of every seed."""

ROWS = 2_048
"""Draws that are made at once."""
BLOCK = 1 << 19
"""Sums that are held at once."""


class SequentialTails:
    """The two tails of each place, counted until both are closed or the draws are used up.

    Parameters
    ----------
    low, high
        Per place, the observed sum minus and plus the tolerance of ties.

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
        """Yield the open places in blocks that fit in memory at ``width`` numbers per place.

        The width is the number of draws, or that of weights where there are more of these.
        """
        places = np.flatnonzero(self._open.any(axis=0))
        step = max(1, BLOCK // max(width, 1))
        for start in range(0, places.size, step):
            yield places[start : start + step]

    def add(self, places: Integers, sums: Floats) -> None:
        """Count the sums of the next draws, shape ``(places, draws)``."""
        low, high = (bound[places, None] for bound in self._bounds)
        for tail, hits in enumerate((sums >= low, sums <= high)):
            mine = self._open[tail, places]
            self._add(tail, places[mine], hits if mine.all() else hits[mine])

    def p(self, permutations: int) -> tuple[Floats, Floats]:
        """Return both one-sided p of each place, after up to ``permutations`` draws."""
        closed = STOP_AFTER / np.maximum(self._drawn, 1)
        whole = (self._count + 1) / (permutations + 1)
        greater, less = np.where(self._open, whole, closed)
        return greater, less

    @property
    def drawn(self) -> Integers:
        """Per place, the number of draws that were used."""
        most: Integers = self._drawn.max(axis=0)
        return most

    def _add(self, tail: int, places: Integers, hits: Booleans) -> None:
        before = self._count[tail, places]
        after = before + np.count_nonzero(hits, axis=1)
        drawn = np.full(places.size, hits.shape[1])
        full = np.flatnonzero(after >= STOP_AFTER)
        # A tail ends at the very draw that fills it, so that the batch size does not matter.
        running = np.cumsum(hits[full], axis=1, dtype=np.int32)
        drawn[full] = 1 + np.argmax(running == (STOP_AFTER - before[full])[:, None], axis=1)
        after[full] = STOP_AFTER
        self._count[tail, places] = after
        self._drawn[tail, places] += drawn
        self._open[tail, places[full]] = False
