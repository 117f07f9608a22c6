"""Sums: additions whose result depends on no order, so that no order of rows shows in a byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

BITS = 36
"""Bits that each part keeps: 2^(53 − 36) of them, 131,072, add up without rounding."""


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


def gathered_sums(values: Floats, links: sparse.csr_array) -> tuple[Floats, Floats]:
    """Return the sums of the values that each row links to: of their upper parts, and in full.

    ``links`` holds a 1 wherever a row takes in a value.
    """
    high, low = exact_parts(values)
    upper: Floats = links @ high
    return upper, upper + links @ low if low.any() else upper


def _step(values: Floats) -> float:
    largest = float(max(values.max(initial=0.0), -values.min(initial=0.0)))
    exponent = int(np.frexp(largest)[1]) if np.isfinite(largest) else 900
    return float(2.0 ** (min(max(exponent, -900), 900) - BITS))


def _to_step(values: Floats, step: float) -> Floats:
    # Adding a number so large that its last bit is the step, and taking it off, rounds to it.
    anchor = 1.5 * 2.0**52 * step
    parts: Floats = (values + anchor) - anchor
    return parts
