"""Exact sums: order-independent, bit-identical for any row order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

BITS = 36
"""Bits that each part keeps: 2^(53 − 36) = 131,072 parts add up without rounding."""


def exact_parts(values: Floats) -> tuple[Floats, Floats]:
    """Split each value into a high and a low part that add up without rounding.

    The parts are whole multiples of 2⁻³⁶ and 2⁻⁷² of the largest value's power of two, and
    what lies below them is dropped. Sums of up to 131,072 parts of one kind are exact, and
    hence the same in any order.

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
    # A step taken from the low parts' own maximum would make each depend on the other values.
    return high, _to_step(values - high, _step(values) * 2.0**-BITS)


def rounded(values: Floats) -> Floats:
    """Return the values rounded to multiples of 2⁻³⁶ of the largest value's power of two."""
    return _to_step(values, _step(values))


def row_sums(values: Floats, start: Integers) -> Floats:
    """Return the order-independent sums of the runs of values that begin at each ``start``."""
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


def gathered_sums(values: Floats, links: sparse.csr_array) -> tuple[Floats, Floats]:
    """Return each row's order-independent sum: of the values' high parts, and in full.

    ``links`` holds a 1 for each value that belongs to a row.
    """
    high, low = exact_parts(values)
    high_sums: Floats = links @ high
    return high_sums, high_sums + links @ low if low.any() else high_sums


def _step(values: Floats) -> float:
    largest = float(max(values.max(initial=0.0), -values.min(initial=0.0)))
    exponent = int(np.frexp(largest)[1]) if np.isfinite(largest) else 900
    return float(2.0 ** (min(max(exponent, -900), 900) - BITS))


def _to_step(values: Floats, step: float) -> Floats:
    # Adding a number whose last bit is the step, and subtracting it again, rounds to that step.
    anchor = 1.5 * 2.0**52 * step
    parts: Floats = (values + anchor) - anchor
    return parts
