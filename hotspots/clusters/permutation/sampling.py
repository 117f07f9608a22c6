"""Sampling: draws of distinct positions, the same for one seed on any machine and core count."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations as ordered_tuples
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Positions = npt.NDArray[np.int32]

CHUNK = 16_384
"""Draws that are held at once. Changing it would change the results of every seed."""

_MARKED_FROM = 16
_MARKS_LIMIT = 1 << 27


def distinct_draws(n: int, columns: int, draws: int, seed: int) -> Iterator[Positions]:
    """Yield ``(columns, rows)`` arrays of positions below ``n``, distinct within each draw.

    Every ordered draw of ``columns`` distinct positions is equally likely, and so is every
    shorter draw that its first rows make. The j-th position of a draw depends on ``n``,
    ``seed`` and the draw's number only, never on ``columns``: one place's p does not change
    because another place has more neighbors.
    """
    for chunk, start in enumerate(range(0, draws, CHUNK)):
        rows = min(CHUNK, draws - start)
        yield _chunk(n, columns, rows, np.random.SeedSequence(seed, spawn_key=(n, chunk)))


def all_ordered_draws(n: int, columns: int) -> Positions:
    """Return every ordered draw of ``columns`` distinct positions, shape ``(columns, n!/…)``."""
    table = np.array(list(ordered_tuples(range(n), columns)), dtype=np.int32)
    return np.ascontiguousarray(table.T)


@dataclass(frozen=True, eq=False, slots=True)
class SelfDraws:
    """A lookup of the draws in which a place draws itself.

    Attributes
    ----------
    place
        The places, in the order of their positions.
    size
        As ``place``, how many slots of a draw it uses.
    reach
        Per position, how many slots its place uses; the most, if several share the position.
    first, count
        Per position, where its places begin in ``place``, and how many there are.
    """

    place: Integers
    size: Integers
    reach: npt.NDArray[np.unsignedinteger]
    first: Integers
    count: Integers

    @classmethod
    def of(cls, n: int, rank: Integers, size: Integers) -> SelfDraws:
        """Return the lookup for places at positions ``rank`` below ``n``."""
        count = np.bincount(rank, minlength=n)
        first = np.cumsum(count) - count
        # The smallest type that fits, so that the table stays in the cache.
        reach = np.zeros(n, dtype=np.min_scalar_type(size.max(initial=0)))
        if count.max(initial=0) > 1:
            place = np.argsort(rank, kind="stable")
            np.maximum.at(reach, rank, size.astype(reach.dtype))
        else:
            place = np.empty(rank.size, dtype=np.int64)
            place[first[rank]] = np.arange(rank.size)
            reach[rank] = size
        return cls(place, size[place], reach, first, count)

    def find(self, draws: Positions) -> tuple[Integers, Integers, Integers]:
        """Return (index into ``place``, draw, slot) wherever a place draws itself."""
        columns = min(int(self.size.max(initial=0)), len(draws))
        table = draws[:columns].astype(np.intp)
        hit = self.reach.take(table) > np.arange(columns, dtype=self.reach.dtype)[:, None]
        cell = np.flatnonzero(hit)
        slot = cell // max(draws.shape[1], 1)
        draw = cell - slot * draws.shape[1]
        position = table.ravel().take(cell)
        number = self.first.take(position)
        if self.place.size == np.count_nonzero(self.count):
            return number, draw, slot
        # Places with the same value share a position: each of them draws itself there.
        count = self.count.take(position)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        number = np.repeat(number, count) + within
        draw, slot = np.repeat(draw, count), np.repeat(slot, count)
        mine = slot < self.size.take(number)
        return number[mine], draw[mine], slot[mine]


def find_self_draws(
    draws: Positions, n: int, rank: Integers, size: Integers
) -> tuple[Integers, Integers, Integers]:
    """Return (place, draw, slot) wherever a place draws its own position.

    ``rank`` holds the places' positions, ``size`` how many slots of a draw each uses.
    """
    lookup = SelfDraws.of(n, rank, size)
    number, draw, slot = lookup.find(draws)
    return lookup.place.take(number), draw, slot


def _chunk(n: int, columns: int, rows: int, root: np.random.SeedSequence) -> Positions:
    table = np.empty((columns, rows), dtype=np.int32)
    marks = np.zeros((rows, n), dtype=bool) if _wants_marks(n, columns, rows) else None
    row = np.arange(rows)
    for column, sequence in enumerate(root.spawn(columns)):
        generator = np.random.default_rng(sequence)
        drawn = generator.integers(0, n, size=rows, dtype=np.int32)
        again = np.flatnonzero(_repeated(table[:column], drawn, row, marks))
        # Redrawing whatever repeats an earlier position leaves all others equally likely.
        while again.size:
            drawn[again] = generator.integers(0, n, size=again.size, dtype=np.int32)
            again = again[_repeated(table[:column, again], drawn[again], again, marks)]
        table[column] = drawn
        if marks is not None:
            marks[row, drawn] = True
    return table


def _wants_marks(n: int, columns: int, rows: int) -> bool:
    # A mark is a byte, a position four: once a quarter of all positions is drawn, marking
    # them all takes no more memory than the draws themselves.
    return columns > _MARKED_FROM and (rows * n <= _MARKS_LIMIT or n <= 4 * columns)


def _repeated(
    earlier: Positions,
    drawn: Positions,
    row: npt.NDArray[np.int64],
    marks: npt.NDArray[np.bool_] | None,
) -> npt.NDArray[np.bool_]:
    if marks is not None:
        return marks[row, drawn]
    repeated = np.zeros(drawn.size, dtype=bool)
    for column in earlier:
        repeated |= column == drawn
    return repeated
