"""Half-planes: how many of a set of points lie on either side of each of many lines.

A local Geary is k·z² − 2z·S + Q, where S and Q are the sums of the neighbors' values and of their
squares. With shared draws all places have the same points (S, Q), and each place a line with its
own slope. Testing every point against every line costs places × draws. Here the points are cut
into strips by their first coordinate, and the lines into groups of similar slope; within a strip,
sorted along the group's slope, two binary searches settle all points but the few near the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

_FEW = 256
"""Up to this many lines it is quicker to test every point."""

_GROUP = 512
_MOST_GROUPS = 64
_MARGIN = 1e-12
"""Relative margin around a line that covers the rounding of the sheared coordinate."""


def half_plane_counts(
    first: Floats, second: Floats, slope: Floats, low: Floats, high: Floats
) -> tuple[Integers, Integers]:
    """Count, per line, the points with slope·first + second ≥ ``low``, and with ≤ ``high``.

    Parameters
    ----------
    first, second
        The points' coordinates.
    slope, low, high
        Each line's slope and its two bounds, ``low`` ≤ ``high``.

    Examples
    --------
    >>> points = np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.0, 1.0])
    >>> above, below = half_plane_counts(*points, np.ones(1), np.ones(1), np.ones(1))
    >>> above.tolist(), below.tolist()
    ([2], [2])
    """
    if slope.size <= _FEW:
        return _one_by_one(first, second, slope, low, high)
    greater = np.empty(slope.size, dtype=np.int64)
    less = np.empty(slope.size, dtype=np.int64)
    order = np.argsort(slope, kind="stable")
    strips = _strips(first)
    parts = min(_MOST_GROUPS, max(1, slope.size // _GROUP))
    for members in np.array_split(order, parts):
        lines = slope[members], low[members], high[members]
        greater[members], less[members] = _group_counts(first, second, *lines, strips)
    return greater, less


def _one_by_one(
    first: Floats, second: Floats, slope: Floats, low: Floats, high: Floats
) -> tuple[Integers, Integers]:
    greater = np.empty(slope.size, dtype=np.int64)
    less = np.empty(slope.size, dtype=np.int64)
    height, mask = np.empty(first.size), np.empty(first.size, dtype=bool)
    for line in range(slope.size):
        np.multiply(first, slope[line], out=height)
        np.add(height, second, out=height)
        greater[line] = np.count_nonzero(np.greater_equal(height, low[line], out=mask))
        less[line] = np.count_nonzero(np.less_equal(height, high[line], out=mask))
    return greater, less


def _strips(first: Floats) -> list[Integers]:
    number = max(4, round(first.size**0.5 / 8))
    return np.array_split(np.argsort(first, kind="stable"), number)


def _group_counts(
    first: Floats,
    second: Floats,
    slope: Floats,
    low: Floats,
    high: Floats,
    strips: list[Integers],
) -> tuple[Integers, Integers]:
    middle = (slope[0] + slope[-1]) / 2
    sheared = second + middle * first
    turn = slope - middle
    margin = _MARGIN * (np.abs(sheared).max() + np.abs(first).max() * np.abs(turn).max())
    greater = np.zeros(slope.size, dtype=np.int64)
    less = np.zeros(slope.size, dtype=np.int64)
    for strip in strips:
        if not strip.size:
            continue
        points = strip[np.argsort(sheared[strip])]
        left, right = turn * first[strip[0]], turn * first[strip[-1]]
        ordered, across, up = sheared[points], first[points], second[points]
        start = np.searchsorted(ordered, low - np.maximum(left, right) - margin, side="left")
        stop = np.searchsorted(ordered, high - np.minimum(left, right) + margin, side="right")
        less += start
        greater += points.size - stop
        near = stop - start
        end = np.cumsum(near)
        point = np.arange(near.sum()) + np.repeat(start - (end - near), near)
        height = across.take(point) * np.repeat(slope, near) + up.take(point)
        greater += _row_counts(height >= np.repeat(low, near), end)
        less += _row_counts(height <= np.repeat(high, near), end)
    return greater, less


def _row_counts(hits: Booleans, end: Integers) -> Integers:
    """Count the hits of consecutive rows; each ends at its ``end``."""
    total = np.append(0, np.cumsum(hits))[end]
    counts: Integers = np.diff(total, prepend=0)
    return counts
