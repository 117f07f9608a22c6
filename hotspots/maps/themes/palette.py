"""Colors for the color-blind and for black-and-white printers, and breaks in round numbers.

The colors are ColorBrewer's (Brewer, Harrower and The Pennsylvania State University,
https://colorbrewer2.org). What a color says, an outline or a hatching says again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEQUENTIAL: dict[str, tuple[str, ...]] = {
    "rates": ("#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000"),  # OrRd
    "poverty": ("#edf8fb", "#b3cde3", "#8c96c6", "#8856a7", "#810f7c"),  # BuPu
    "access": ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"),  # YlGnBu
    "other": ("#f7f7f7", "#cccccc", "#969696", "#636363", "#252525"),  # Greys
    "residents": ("#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f"),  # Purples
}
"""Five colors each, from low to high."""

DOTS = ("#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02")  # Dark2
"""Qualitative colors of points, which also differ in shape."""

PARTS = ("#08519c", "#6baed6", "#c6dbef", "#006d2c", "#74c476", "#c7e9c0")  # Blues, Greens
"""Qualitative colors of the parts of a score."""

_LEAST_SPREAD = 1e-300
_ENOUGH = 400
"""Number of quantiles that stands for any larger number of values."""

PALE = "#f3f1ec"
MISSING = "#d9d9d9"


@dataclass(frozen=True, slots=True)
class Style:
    """How one class of areas is drawn.

    Attributes
    ----------
    fill
        Color, ``#rrggbb``.
    stroke, weight, dash
        The outline's color, width in pixels, and dashes ("" for none).
    hatch
        ``""``, ``"lines"`` or ``"dots"``, drawn over the fill.
    """

    fill: str
    stroke: str = "#77705f"
    weight: float = 1.0
    dash: str = ""
    hatch: str = ""


RAISED_STRONG = Style("#b2182b", "#3d0008", 2.2)
RAISED = Style("#ef8a62", "#67001f", 1.6)
RAISED_WEAK = Style("#fddbc7", "#67001f", 1.6, "5 4")
SURELY_LESS = Style("#e3e7ea")
LOWERED_STRONG = Style("#2166ac", "#053061", 1.6, "2 3", "lines")
LOWERED = Style("#92c5de", "#053061", 1.2, "2 3", "lines")
LOWERED_WEAK = Style("#d1e5f0", "#053061", 1.0, "2 3")
OUTLIER_HIGH = Style("#f4a582", "#67001f", 1.2, "6 3", "dots")
OUTLIER_LOW = Style("#d1e5f0", "#053061", 1.2, "6 3", "dots")
ALIKE = Style("#b2abd2", "#2d004b", 1.6)  # PuOr
UNLIKE = Style("#e08214", "#7f3b08", 1.6, "6 3", "dots")  # PuOr
PLAIN = Style(PALE)
NO_DATA = Style(MISSING, "#77705f", 1.0, "", "dots")


def ramp(name: str) -> tuple[str, ...]:
    """Return the five colors of a sequential palette.

    Examples
    --------
    >>> ramp("rates")[0]
    '#fef0d9'
    """
    if name not in SEQUENTIAL:
        raise InputError(f"palette: came as {name!r}. There are: {', '.join(SEQUENTIAL)}.")
    return SEQUENTIAL[name]


def round_breaks(values: NDArray[np.float64], *, classes: int = 5) -> list[float]:
    """Return at most ``classes − 1`` rising breaks, in round numbers.

    The groups are Fisher's natural breaks, with the least squared distance of the values from the
    means of their groups; the break between two groups is the roundest number there is. A break
    is the lower bound of its class. Equal values have no break.

    Parameters
    ----------
    values
        The values to classify; missing ones are ignored.
    classes
        Largest number of classes.

    References
    ----------
    W. D. Fisher (1958), On grouping for maximum homogeneity, Journal of the American
    Statistical Association 53, 789–798.

    Examples
    --------
    >>> round_breaks(np.array([61.0, 68, 72, 104, 109, 260, 281, 290]), classes=3)
    [100.0, 200.0]
    >>> round_breaks(np.array([3.0, 3.0]))
    []
    """
    known = np.asarray(values, dtype=float)
    known = np.sort(known[np.isfinite(known)])
    if known.size == 0 or known[-1] - known[0] < _LEAST_SPREAD:
        return []
    if known.size > _ENOUGH:
        known = np.quantile(known, np.linspace(0, 1, _ENOUGH))
    distinct, weights = np.unique(known, return_counts=True)
    starts = _natural_starts(distinct, weights, min(classes, len(distinct)))
    slack = (distinct[-1] - distinct[0]) / (8 * classes)
    breaks: list[float] = []
    for start in starts:
        low, high = float(distinct[start - 1]), float(distinct[start])
        middle = (low + high) / 2
        low, high = min(low, middle - slack), max(high, middle + slack)
        found = _roundest(max(low, float(distinct[0])), min(high, float(distinct[-1])))
        if not breaks or found > breaks[-1]:
            breaks.append(found)
    return breaks


def classify(values: NDArray[np.float64], breaks: list[float]) -> NDArray[np.int64]:
    """Return the class of each value, from 0; −1 where the value is missing.

    Examples
    --------
    >>> classify(np.array([1.0, 20.0, float("nan")]), [20.0]).tolist()
    [0, 1, -1]
    """
    values = np.asarray(values, dtype=float)
    found = np.searchsorted(np.asarray(breaks, dtype=float), values, side="right")
    return np.where(np.isfinite(values), found, -1).astype(np.int64)


def spread_colors(name: str, classes: int) -> tuple[str, ...]:
    """Return ``classes`` colors of a palette, from its ends inward."""
    colors = ramp(name)
    if classes <= 1:
        return colors[1:2]
    places = np.round(np.linspace(0, len(colors) - 1, classes)).astype(int)
    return tuple(colors[place] for place in places)


def _natural_starts(
    values: NDArray[np.float64], weights: NDArray[np.int64], classes: int
) -> list[int]:
    """Return where each class but the first starts, by least squares within classes."""
    # Not mapclassify's FisherJenks, which finds the same classes: it would bring scikit-learn
    # and networkx along, and without numba it takes ten times as long.
    n = len(values)
    shifted = values - values[0]  # keeps the sums of squares small
    sums = [np.concatenate([[0.0], np.cumsum(weights * shifted**k)]) for k in (0, 1, 2)]

    def spread(first: NDArray[np.int64], end: int) -> NDArray[np.float64]:
        count, total, square = (one[end] - one[first] for one in sums)
        found: NDArray[np.float64] = square - total**2 / count
        return found

    best = np.full((classes, n + 1), np.inf)
    cut = np.zeros((classes, n + 1), dtype=np.int64)
    best[0, 1:] = [float(spread(np.array([0]), end)[0]) for end in range(1, n + 1)]
    for group in range(1, classes):
        for end in range(group + 1, n + 1):
            first = np.arange(group, end)
            cost = best[group - 1, first] + spread(first, end)
            place = int(np.argmin(cost))
            best[group, end], cut[group, end] = cost[place], first[place]
    starts, end = [], n
    for group in range(classes - 1, 0, -1):
        end = int(cut[group, end])
        starts.append(end)
    return starts[::-1]


def _roundest(low: float, high: float) -> float:
    """Return the roundest number above ``low`` and up to ``high``: by 5, 2 or 1 × 10ⁿ."""
    power = np.floor(np.log10(max(abs(low), abs(high), high - low))) + 1
    while True:
        for step in (5 * 10.0 ** (power - 1), 2 * 10.0 ** (power - 1), 10.0 ** (power - 1)):
            first, last = np.floor(low / step) + 1, np.floor(high / step)
            if first <= last:
                middle = np.clip(np.round((low + high) / 2 / step), first, last)
                return round(float(middle * step), max(12 - int(power), 0)) + 0.0
        power -= 1
