"""Enumeration: exact tail counts where the distinct draws are few enough to count them all."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Tail = Literal["greater", "less"]


def enumerated_counts(
    reference: Floats, own: Floats | None, size: int, low: Floats, high: Floats
) -> tuple[Integers, Integers, int]:
    """Count the sums of ``size`` distinct reference values that are ≥ ``low``, and ≤ ``high``.

    Parameters
    ----------
    reference
        All values, ascending.
    own
        Per place, its own value, which its draws leave out; None if they leave out none.
    size
        The number of values in a sum.
    low, high
        Per place, its observed sum minus and plus the tolerance of ties.

    Returns
    -------
    greater, less
        Per place, how many of the distinct draws are in each tail, ties in both.
    draws
        The number of distinct draws.
    """
    available = reference.size - (own is not None)
    few = min(size, available - size)
    sums = _subset_sums(reference, few)
    left_out = np.zeros_like(low) if own is None else own
    powers = range(1 if own is None else few + 1)
    if few < size:
        # Drawn and undrawn values add up to the total: enumerate whichever are fewer.
        total = reference.sum() - left_out
        low, high = total - high, total - low
    greater = _tail(sums, left_out, low, powers, "greater")
    less = _tail(sums, left_out, high, powers, "less")
    if few < size:
        greater, less = less, greater
    return greater, less, comb(available, size)


def _tail(
    sums: list[Floats], left_out: Floats, bound: Floats, powers: range, tail: Tail
) -> Integers:
    """Count, by inclusion–exclusion, the subsets without ``left_out`` that lie in one tail.

    Subsets without a value are all subsets minus those with it. These in turn are the
    subsets without it, one element smaller, compared with the bound minus the value.
    """
    total = np.zeros(bound.size, dtype=np.int64)
    for power in powers:
        ordered = sums[len(sums) - 1 - power]
        shifted = bound - power * left_out
        if tail == "greater":
            count = ordered.size - np.searchsorted(ordered, shifted, side="left")
        else:
            count = np.searchsorted(ordered, shifted, side="right")
        total += (-1) ** power * count
    return total


def _subset_sums(reference: Floats, largest: int) -> list[Floats]:
    """Return, for each size 0, 1, …, ``largest``, the ascending sums of all its subsets."""
    sums, last = np.zeros(1), np.full(1, -1, dtype=np.int64)
    levels = [sums]
    for _ in range(largest):
        room = reference.size - 1 - last
        start = np.cumsum(room) - room
        following = np.arange(room.sum()) - np.repeat(start - last - 1, room)
        sums = np.repeat(sums, room) + reference[following]
        last = following
        levels.append(np.sort(sums))
    return levels
