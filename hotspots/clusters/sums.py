"""Sums: additions whose result depends on no order, so that no order of rows shows in a byte."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

BITS = 36
"""Bits that each part keeps: 2^(53 − 36) of them, 131,072, add up without rounding."""

_BLOCK = 1 << 18
_THREADED_FROM = 8


def exact_parts(values: Floats) -> tuple[Floats, Floats]:
    """Split each value in two parts that add up without rounding, and drop what is below them.

    The parts are whole multiples of 2⁻³⁶ and 2⁻⁷² of the greatest value's power of two: sums
    of up to 131,072 of either are exact, so they are the same in any order.

    References
    ----------
    Demmel & Nguyen (2015), Parallel reproducible summation, IEEE Transactions on Computers 64.

    Examples
    --------
    >>> high, low = exact_parts(np.array([0.1, 0.2, 0.3]))
    >>> bool(high[0] + high[1] + high[2] == high[2] + high[1] + high[0])
    True
    """
    high = rounded(values)
    # Each part's own greatest would do for the low one, but would say something of the others.
    return high, _to_step(values - high, _step(values) * 2.0**-BITS)


def rounded(values: Floats) -> Floats:
    """Return the values as whole multiples of 2⁻³⁶ of the greatest value's power of two."""
    return _to_step(values, _step(values))


def row_sums(values: Floats, start: Integers) -> Floats:
    """Return the sums of consecutive values that begin at each ``start``, in no order."""
    if not start.size:
        return np.empty(0)
    if values.min() == values.max():
        same: Floats = np.diff(np.append(start, values.size)) * values[0]
        return same
    high, low = exact_parts(values)
    total: Floats = np.add.reduceat(high, start)
    if low.any():
        total += np.add.reduceat(low, start)
    return total


def gathered_sums(values: Floats, entry: Integers, start: Integers) -> Floats:
    """Return the sums of ``values[entry]`` over the rows that begin at each ``start``."""
    high, low = exact_parts(values)
    total = _gathered(high, entry, start)
    return total + _gathered(low, entry, start) if low.any() else total


def _gathered(values: Floats, entry: Integers, start: Integers) -> Floats:
    total = np.empty(start.size)
    bounds = np.append(start, entry.size)

    def add(rows: tuple[int, int]) -> None:
        first, last = rows
        here = values[entry[bounds[first] : bounds[last]]]
        np.add.reduceat(here, bounds[first:last] - bounds[first], out=total[first:last])

    blocks = _blocks(bounds)
    if len(blocks) < _THREADED_FROM:
        for rows in blocks:
            add(rows)
    else:
        # Each row is added up by one thread alone, so their number shows nowhere.
        with ThreadPoolExecutor() as pool:
            list(pool.map(add, blocks))
    return total


def _blocks(bounds: Integers) -> list[tuple[int, int]]:
    """Return ranges of rows, so that what is gathered is added up while it is still near."""
    blocks, first, rows = [], 0, bounds.size - 1
    while first < rows:
        last = int(np.searchsorted(bounds, bounds[first] + _BLOCK, side="right")) - 1
        blocks.append((first, max(first + 1, last)))
        first = blocks[-1][1]
    return blocks


def _step(values: Floats) -> float:
    largest = float(max(values.max(initial=0.0), -values.min(initial=0.0)))
    exponent = int(np.frexp(largest)[1]) if np.isfinite(largest) else 900
    return float(2.0 ** (min(max(exponent, -900), 900) - BITS))


def _to_step(values: Floats, step: float) -> Floats:
    # Adding a number so large that its last bit is the step, and taking it off, rounds to it.
    anchor = 1.5 * 2.0**52 * step
    parts: Floats = (values + anchor) - anchor
    return parts
