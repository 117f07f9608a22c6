"""P-values: one p from the two tails of a distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.schema.options import Alternative

    Floats = npt.NDArray[np.float64]


def p_value(greater: Floats, less: Floats, alternative: Alternative = "two-sided") -> Floats:
    """Return p under the alternative; two-sided it is twice the smaller tail, at most 1.

    Examples
    --------
    >>> p_value(np.array([0.01, 0.7]), np.array([0.99, 0.6])).tolist()
    [0.02, 1.0]
    """
    if alternative == "greater":
        return greater
    if alternative == "less":
        return less
    doubled: Floats = np.minimum(1.0, 2 * np.minimum(greater, less))
    return doubled


def least_p_value(least_tail: Floats, alternative: Alternative = "two-sided") -> Floats:
    """Return the smallest p that is possible, given the smallest possible tail."""
    possible: Floats = np.minimum(1.0, least_tail * (2 if alternative == "two-sided" else 1))
    return possible
