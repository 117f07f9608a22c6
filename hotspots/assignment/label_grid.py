"""Label grid: cells that no outline touches answer at once for every point in them.

*Why it is exact.* A cell is a border cell when the outline of any area touches it. Over the
other cells, where they share edges, no outline passes, so every area contains either all of
their points or none: one point, asked exactly, speaks for the whole region. This holds for
holes, parts, overlaps, and for rings that cross themselves. A point in a border cell is never
answered here.

*Why rounding does no harm.* Points and outlines become cell coordinates by the same
subtraction, product and sum, each rounded once; blocks divide a cell by a power of two, which
rounds nothing for a point and once for an outline. So with at most 2³² of the smallest cells
across (``FINEST``), both lie within 2⁻¹⁸ of such a cell of where they should, and outlines
touch what they pass nearer than 2⁻¹⁰ (:data:`~hotspots.assignment.boundary_segments.MARGIN`).

*Why no layer makes it large.* The number of cells is bounded, and those that would hold many
points near borders are divided again: a city is told apart although one polygon lies on another
continent, and the cities of a country although most of it is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from hotspots.assignment.boundary_segments import Segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

BORDER = -1
FINEST = 2.0**32
FAN = 16  # cells along the side of a block: a power of two

CELLS = (1 << 10, 1 << 23)  # of the top grid: 4 bytes each
BLOCKS = 1 << 16  # in all: 1 KB each
TOUCHES = 1 << 25  # of outlines and cells, about: 30 ns each
CROWD = 16  # points expected in a border cell that are worth a block
BORDER_POINT = 60  # what a point in a border cell costs more than another, in cells made

_PAD = 1.25  # cells between the outermost outline and the edge of the grid

# Neighbors share an edge; the cells of two boxes are no neighbors.
_EDGES = ndimage.generate_binary_structure(2, 1)
_NEIGHBORS = np.stack([np.zeros_like(_EDGES), _EDGES, np.zeros_like(_EDGES)])


@dataclass(frozen=True, eq=False, slots=True)
class LabelGrid:
    """A grid over all areas whose crowded border cells are divided again, in blocks.

    Attributes
    ----------
    west, south, scale
        A point's cell coordinates are ``(x - west) * scale + 1.25``, and so for y.
    columns, rows
        Size of the top grid.
    cells
        The top grid row by row, then the blocks, each row by row: a region's number,
        ``BORDER``, or ``-2 - k`` for block ``k``.
    x, y
        A point well inside of each region.
    """

    west: float
    south: float
    scale: float
    columns: int
    rows: int
    cells: Numbers
    x: Floats
    y: Floats

    def regions(self, x: Floats, y: Floats) -> Numbers:
        """Return the region of each point, ``BORDER`` where it must be asked exactly."""
        u = self._coordinate(x, self.west, self.columns)
        v = self._coordinate(y, self.south, self.rows)
        i, j = np.floor(u), np.floor(v)
        found = self.cells[(j * self.columns + i).astype(np.int64)]
        deep = np.flatnonzero(found < BORDER)
        u, v, i, j = u[deep], v[deep], i[deep], j[deep]
        while len(deep):
            u, v = (u - i) * FAN, (v - j) * FAN
            i, j = np.floor(u), np.floor(v)
            start = self.columns * self.rows + (-2 - found[deep].astype(np.int64)) * FAN * FAN
            found[deep] = self.cells[start + (j * FAN + i).astype(np.int64)]
            on = found[deep] < BORDER
            deep, u, v, i, j = deep[on], u[on], v[on], i[on], j[on]
        return found

    def _coordinate(self, place: Floats, origin: float, size: int) -> Floats:
        cell = place - origin
        cell *= self.scale
        cell += _PAD
        # What lies beyond the grid, or nowhere, falls into its outermost cells: those are empty.
        np.fmax(cell, 0.0, out=cell)
        return np.fmin(cell, size - 1, out=cell)


@dataclass(frozen=True, eq=False, slots=True)
class _Level:
    """Boxes of cells of one size, the segments that may touch them, and where each box lies.

    ``u`` and ``v`` are the corners of the boxes in cells of the top grid, ``step`` the side of a
    cell in the same.
    """

    segments: Segments
    columns: int
    rows: int
    u: Floats
    v: Floats
    step: float

    def smallest(self) -> Floats:
        """Return for each cell the size of the smallest area whose outline touches it, or inf."""
        found = np.full(len(self.u) * self.columns * self.rows, np.inf)
        for segment, i, j in self.segments.touches(self.columns, self.rows):
            np.minimum.at(found, self.cell(segment, i, j), self.segments.size[segment])
        return found

    def cell(self, segment: Integers, i: Integers, j: Integers) -> Integers:
        box = self.segments.box[segment]
        return (box * self.rows + j) * self.columns + i

    def place(self, cell: Integers, center: float) -> tuple[Floats, Floats]:
        """Return where cells lie, in cells of the top grid."""
        row, i = np.divmod(cell, self.columns)
        box, j = np.divmod(row, self.rows)
        return self.u[box] + (i + center) * self.step, self.v[box] + (j + center) * self.step

    def divided(self, crowded: Integers) -> _Level:
        """Return the level below, a block for each crowded cell."""
        number = np.full(len(self.u) * self.columns * self.rows, -1, dtype=np.int32)
        number[crowded] = np.arange(len(crowded))
        u, v, box, size = [], [], [], []
        for segment, i, j in self.segments.touches(self.columns, self.rows):
            block = number[self.cell(segment, i, j)]
            kept = block >= 0
            one = segment[kept]
            u.append((self.segments.u[one] - i[kept, None]) * FAN)
            v.append((self.segments.v[one] - j[kept, None]) * FAN)
            box.append(block[kept].astype(np.int64))
            size.append(self.segments.size[one])
        below = Segments(
            np.concatenate(u), np.concatenate(v), np.concatenate(box), np.concatenate(size)
        )
        return _Level(below, FAN, FAN, *self.place(crowded, 0.0), self.step / FAN)


def label_grid(outlines: Segments, areas: int, points: int) -> LabelGrid | None:
    """Return the grid that serves so many points, None where none would be exact.

    Points are expected in equal numbers in all areas. The size of the cells then weighs the time
    that cells take against the time that points in border cells take.
    """
    frame = _frame(outlines, points)
    if frame is None:
        return None
    west, south, size, columns, rows = frame
    level = _projected(outlines, *frame)
    # A border cell of this many times the size of an area that touches it is crowded.
    crowd = np.sqrt(CROWD * max(areas, 1) / max(points, 1))
    finest = _finest(outlines)
    cells: list[Numbers] = []
    x: list[Floats] = []
    y: list[Floats] = []
    blocks = regions = 0
    while True:
        smallest = level.smallest()
        numbers, inner = _numbered(np.isinf(smallest), level, regions)
        u, v = level.place(inner, 0.5)
        x.append(west + (u - _PAD) * size)
        y.append(south + (v - _PAD) * size)
        regions += len(inner)
        cells.append(numbers)
        side = size * level.step
        crowded = _crowded(smallest, side / crowd, BLOCKS - blocks)
        if not len(crowded) or side / FAN < finest:
            break
        numbers[crowded] = -2 - blocks - np.arange(len(crowded))
        blocks += len(crowded)
        level = level.divided(crowded)
    return LabelGrid(
        *(west, south, 1 / size, columns, rows),
        np.concatenate(cells),
        np.concatenate(x),
        np.concatenate(y),
    )


def _frame(outlines: Segments, points: int) -> tuple[float, float, float, int, int] | None:
    """Return western and southern end, side of a cell in meters, columns and rows."""
    if not len(outlines.u) or not np.isfinite([outlines.u, outlines.v]).all():
        return None
    west, south = float(outlines.u.min()), float(outlines.v.min())
    with np.errstate(over="ignore"):
        wide, high = float(outlines.u.max()) - west, float(outlines.v.max()) - south
    longest = max(wide, high)
    if not 2.0**-200 < longest < 2.0**200:
        return None
    length = np.hypot(np.diff(outlines.u), np.diff(outlines.v)).sum() / 2
    # Of all points the share length × size / (wide × high) lies in border cells.
    around = wide * high + longest * longest * 1e-6
    size = (2 * around * around / (BORDER_POINT * max(points, 1) * max(length, longest))) ** (1 / 3)
    least, most = CELLS
    size = float(np.clip(size, np.sqrt(around / most), np.sqrt(around / least)))
    size = max(size, 2 * length / TOUCHES, _finest(outlines))
    if size * 4 > longest:
        return None
    return west, south, size, int(wide / size) + 4, int(high / size) + 4


def _finest(outlines: Segments) -> float:
    """Return the least side of a cell: in it, a coordinate still has 14 binary places."""
    far = max(np.abs(outlines.u).max(), np.abs(outlines.v).max())
    longest = max(np.ptp(outlines.u), np.ptp(outlines.v))
    return float(max(far * 2.0**-38, longest / FINEST * 2))


def _projected(
    outlines: Segments, west: float, south: float, size: float, columns: int, rows: int
) -> _Level:
    scale = 1 / size
    u, v = (outlines.u - west) * scale + _PAD, (outlines.v - south) * scale + _PAD
    segments = Segments(u, v, outlines.box, outlines.size)
    return _Level(segments, columns, rows, np.zeros(1), np.zeros(1), 1.0)


def _numbered(free: Flags, level: _Level, start: int) -> tuple[Numbers, Integers]:
    """Return the number of each cell's region from ``start``, and a cell of each region."""
    boxes = free.reshape(-1, level.rows, level.columns)
    labels, count = ndimage.label(boxes, _NEIGHBORS, output=np.int32)
    numbers = labels.ravel()
    # Label 0 is the border. A run's first cell stands for it; of a region's runs any will do.
    runs = np.append(0, np.flatnonzero(numbers[1:] != numbers[:-1]) + 1)
    inner = np.empty(count + 1, dtype=np.int64)
    inner[numbers[runs]] = runs
    if start:
        numbers[free] += start
    numbers -= 1
    return numbers, inner[1:]


def _crowded(smallest: Floats, size: float, most: int) -> Integers:
    """Return the cells that an area not above ``size`` touches, of too many the smallest's."""
    crowded = np.flatnonzero(smallest <= size)
    if len(crowded) > most:
        order = np.argsort(smallest[crowded], kind="stable")
        crowded = np.sort(crowded[order[:most]])
    return crowded
