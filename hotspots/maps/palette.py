"""Colours that survive colour blindness and the station's printer, and breaks in round numbers.

The colours are ColorBrewer's (Brewer, Harrower and The Pennsylvania State University,
https://colorbrewer2.org); what a colour says, a contour or a hatching says again.
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
"""Five classes each, from little to much."""

DOTS = ("#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02")  # Dark2
"""Qualitative colours of points, told apart on paper by their shapes."""

PARTS = ("#08519c", "#6baed6", "#c6dbef", "#006d2c", "#74c476", "#c7e9c0")  # Blues, Greens
"""Qualitative colours of the parts of a score."""

PALE = "#f3f1ec"
MISSING = "#d9d9d9"


@dataclass(frozen=True, slots=True)
class Style:
    """How one class of areas is drawn.

    Attributes
    ----------
    fill
        Colour, ``#rrggbb``.
    stroke, weight, dash
        The outline's colour, width in pixels, and dashes ("" for none).
    hatch
        ``""``, ``"lines"`` or ``"dots"``, drawn over the fill.
    """

    fill: str
    stroke: str = "#8c8678"
    weight: float = 0.7
    dash: str = ""
    hatch: str = ""


RAISED_STRONG = Style("#b2182b", "#3d0008", 2.2)
RAISED = Style("#ef8a62", "#67001f", 1.6)
RAISED_WEAK = Style("#fddbc7", "#67001f", 1.6, "5 4")
LOWERED_STRONG = Style("#2166ac", "#053061", 1.6, "2 3", "lines")
LOWERED = Style("#92c5de", "#053061", 1.2, "2 3", "lines")
OUTLIER_HIGH = Style("#f4a582", "#67001f", 1.2, "6 3", "dots")
OUTLIER_LOW = Style("#d1e5f0", "#053061", 1.2, "6 3", "dots")
PLAIN = Style(PALE)
NO_DATA = Style(MISSING, "#8c8678", 0.7, "", "dots")


def ramp(name: str) -> tuple[str, ...]:
    """Return the five colours of a sequential palette.

    Examples
    --------
    >>> ramp("rates")[0]
    '#fef0d9'
    """
    if name not in SEQUENTIAL:
        raise InputError(f"palette: came as {name!r}. There are: {', '.join(SEQUENTIAL)}.")
    return SEQUENTIAL[name]


def round_breaks(values: NDArray[np.float64], *, classes: int = 5) -> list[float]:
    """Return at most ``classes − 1`` rising breaks in round numbers, near the quantiles.

    A break is the lower bound of its class. Values that are all the same have no break.

    Parameters
    ----------
    values
        The values to divide; missing ones are ignored.
    classes
        The most classes that there may be.

    Examples
    --------
    >>> round_breaks(np.arange(1.0, 101.0))
    [20.0, 40.0, 60.0, 80.0]
    >>> round_breaks(np.array([3.0, 3.0]))
    []
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if known.size == 0 or known.min() == known.max():
        return []
    quantiles = np.quantile(known, np.linspace(0, 1, classes + 1)[1:-1])
    spread = float(np.quantile(known, 0.9) - np.quantile(known, 0.1)) or float(np.ptp(known))
    for divisor in (2, 4, 8, 16, 32):
        step = _round_step(spread / classes / divisor)
        breaks = np.unique(np.round(quantiles / step) * step)
        breaks = breaks[(breaks > known.min()) & (breaks <= known.max())]
        if len(breaks) == len(np.unique(quantiles)):
            break
    return [float(np.round(value, 10)) for value in breaks]


def classify(values: NDArray[np.float64], breaks: list[float]) -> NDArray[np.int64]:
    """Return the class of each value, counted from 0; −1 where it is missing.

    Examples
    --------
    >>> classify(np.array([1.0, 20.0, float("nan")]), [20.0]).tolist()
    [0, 1, -1]
    """
    values = np.asarray(values, dtype=float)
    found = np.searchsorted(np.asarray(breaks, dtype=float), values, side="right")
    return np.where(np.isfinite(values), found, -1).astype(np.int64)


def spread_colours(name: str, classes: int) -> tuple[str, ...]:
    """Return ``classes`` colours of a palette, from its ends inward."""
    colours = ramp(name)
    if classes <= 1:
        return colours[1:2]
    places = np.round(np.linspace(0, len(colours) - 1, classes)).astype(int)
    return tuple(colours[place] for place in places)


def _round_step(size: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is no larger than ``size``."""
    power = 10.0 ** np.floor(np.log10(size))
    return float(max(step * power for step in (1, 2, 5) if step * power <= size * 1.0000001))
