"""Subsets: all ways to choose among a few units, evaluated at once.

Subset number ``s`` holds unit ``i`` where bit ``i`` of ``s`` is set, so that the complement of
the whole list of subsets is the list read backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Links:
    """The borders of a few free units.

    Attributes
    ----------
    between
        Meters of border between each two free units (symmetric).
    fixed
        For each connected group of units that belongs to the side already, the meters of
        border of each free unit with it.
    """

    between: Floats
    fixed: Sequence[Floats]


def sums(values: Floats) -> Floats:
    """Return the sum of the rows of ``values`` over each subset.

    Examples
    --------
    >>> sums(np.array([[1.0], [10.0]])).ravel().tolist()
    [0.0, 1.0, 10.0, 11.0]
    """
    return np.asarray(_members(len(values)) @ values, dtype=float)


def inner_border(between: Floats) -> Floats:
    """Return the meters of border inside each subset.

    Examples
    --------
    >>> inner_border(np.array([[0.0, 7.0], [7.0, 0.0]])).tolist()
    [0.0, 0.0, 0.0, 7.0]
    """
    member = _members(len(between))
    return np.asarray(((member @ between) * member).sum(axis=1) / 2, dtype=float)


def connected(links: Links, chosen: Integers | None = None) -> Flags:
    """Return whether each subset (or each ``chosen`` one) and the fixed groups are connected.

    Examples
    --------
    >>> chain = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    >>> connected(Links(chain, [])).tolist()
    [False, True, True, True, True, False, True, True]
    """
    size, groups = len(links.between), len(links.fixed)
    touching = _bit_rows(links.between > 0)
    for place, border in enumerate(links.fixed):
        touching = touching | np.where(border > 0, np.int64(1) << (size + place), 0)
    around = _unions(touching)
    held = [int(_bit_rows((border > 0)[None, :])[0]) for border in links.fixed]
    subset = np.arange(1 << size, dtype=np.int64) if chosen is None else chosen
    whole = subset | (((1 << groups) - 1) << size)
    reached = np.full(len(subset), np.int64(1) << size) if groups else subset & -subset
    free = (1 << size) - 1
    while True:
        wider = reached | around[reached & free]
        for place, border_bits in enumerate(held):
            there = (reached >> (size + place)) & 1
            wider |= there * border_bits
        wider &= whole
        if np.array_equal(wider, reached):
            return np.asarray((reached == whole) & (whole > 0), dtype=bool)
        reached = wider


def packing(size: int, choices: Integers, value: Floats) -> tuple[float, list[int]]:
    """Return the disjoint choices of the largest total value, by dynamic programming.

    Examples
    --------
    >>> packing(3, np.array([0b011, 0b110, 0b100]), np.array([5.0, 7.0, 1.0]))
    (7.0, [6])
    """
    best = np.zeros(1 << size)
    taken = np.zeros(1 << size, dtype=np.int64)
    lowest = choices & -choices
    # From the last unit down: what is left beside a choice holds later units alone, and is known.
    for unit in reversed(range(size)):
        later = np.arange(1 << (size - unit - 1), dtype=np.int64) << (unit + 1)
        most, which = best[later], np.zeros(len(later), dtype=np.int64)
        mine = lowest == 1 << unit
        for choice, worth in zip(choices[mine].tolist(), value[mine].tolist(), strict=True):
            rest = choice ^ (1 << unit)
            holds = np.flatnonzero((later & rest) == rest)
            total = worth + best[later[holds] ^ rest]
            better = total > most[holds]
            most[holds[better]], which[holds[better]] = total[better], choice
        best[later | (1 << unit)], taken[later | (1 << unit)] = most, which
    chosen, left = [], (1 << size) - 1
    while left:
        if taken[left]:
            chosen.append(int(taken[left]))
        left = left ^ int(taken[left]) if taken[left] else left & (left - 1)
    return float(best[-1]), chosen


@lru_cache(maxsize=32)
def _members(size: int) -> Floats:
    """Return the subsets as rows of zeros and ones."""
    bits = (np.arange(1 << size)[:, None] >> np.arange(size)) & 1
    member = bits.astype(float)
    member.setflags(write=False)
    return member


def _bit_rows(flags: Flags) -> Integers:
    powers = np.int64(1) << np.arange(flags.shape[1], dtype=np.int64)
    return np.asarray((flags * powers).sum(axis=1), dtype=np.int64)


def _unions(bits: Integers) -> Integers:
    """Return the union of the units' bits over each subset."""
    union = np.zeros(1, dtype=np.int64)
    for bit in bits:
        union = np.concatenate([union, union | bit])
    return union
