"""Cells: events and victims by category, place and label, where there are any.

A dense table of counts grows with places × categories × months; this one with its rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots import _checks
from hotspots.assignment import tally
from hotspots.assignment.tally import MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from hotspots.assignment import periods

    Integers = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """Events and victims in the cells that have any.

    Attributes
    ----------
    places, categories, labels
        The names along each axis, those without any event as well; labels are those of periods.
    starts
        Where the cells of each category begin, and the number of all.
    place, label
        Position of each cell's place and label.
    events, victims
        What each cell holds.
    """

    places: pd.Index
    categories: pd.Index
    labels: pd.Index
    starts: Integers
    place: Integers
    label: Integers
    events: Integers
    victims: Integers

    def sums(self, category: str, kept: Callable[[str], bool]) -> pd.DataFrame:
        """Return one category's events and victims in each place, over the labels that are kept."""
        part = self._of(category)
        inside = self._kept(kept)[self.label[part]]
        place = self.place[part][inside]
        summed = {
            name: np.bincount(place, weights=values[inside], minlength=len(self.places))
            for name, values in zip(MEASURES, self._measures(part), strict=True)
        }
        return pd.DataFrame(summed, index=self.places).astype("int64")

    def frame(
        self,
        categories: Sequence[str] | None = None,
        kept: Callable[[str], bool] = lambda _: True,
    ) -> pd.DataFrame:
        """Return the table of :func:`hotspots.count_incidents`, or some of its rows.

        Examples
        --------
        >>> rows = pd.DataFrame({"polygon_id": ["P1", "P2"], "category": "theft",
        ...     "date": pd.to_datetime(["2013-01-05", "2013-02-01"]),
        ...     "assignment_status": "inside"})
        >>> areas = pd.DataFrame(index=pd.Index(["P1", "P2"], name="polygon_id"))
        >>> counted = count_cells(rows, areas, period="month", categories=["theft"])
        >>> counted.frame()["events"].tolist(), counted.places.tolist()
        ([1, 0, 0, 1], ['P1', 'P2'])
        """
        names = (
            self.categories
            if categories is None
            else self.categories[:0].append(pd.Index(list(categories), name=self.categories.name))
        )
        labels = np.flatnonzero(self._kept(kept))
        column = np.full(len(self.labels), -1)
        column[labels] = np.arange(labels.size)
        table = np.zeros((len(MEASURES), len(self.places), len(names), labels.size), dtype=np.int64)
        for number, name in enumerate(names):
            part = self._of(name)
            inside = column[self.label[part]] >= 0
            at = self.place[part][inside], number, column[self.label[part][inside]]
            for values, measure in zip(table, self._measures(part), strict=True):
                values[at] = measure[inside]
        index = pd.MultiIndex.from_product([self.places, names, self.labels[labels]])
        columns = dict(zip(MEASURES, table.reshape(len(MEASURES), -1), strict=True))
        return pd.DataFrame(columns, index=index)

    def _of(self, category: str) -> slice:
        number = int(self.categories.get_indexer(pd.Index([category]))[0])
        return slice(int(self.starts[number]), int(self.starts[number + 1]))

    def _kept(self, kept: Callable[[str], bool]) -> NDArray[np.bool_]:
        return np.array([kept(str(label)) for label in self.labels], dtype=bool)

    def _measures(self, part: slice) -> tuple[Integers, Integers]:
        return self.events[part], self.victims[part]


def count_cells(
    incidents: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    period: periods.Period,
    categories: Sequence[str] | None = None,
) -> Cells:
    """Return what :func:`hotspots.count_incidents` counts by category and period, as cells.

    Parameters
    ----------
    incidents, areas, period, categories
        As in :func:`hotspots.count_incidents`.

    Raises
    ------
    ColumnError, InputError
        As in :func:`hotspots.count_incidents`.
    """
    tally.check(incidents.columns, areas, "category", period, "count")
    _checks.unique_index(incidents, "count_incidents: incidents")
    level = tally.level_of(areas)
    rows = tally.in_order(incidents, level)
    there = tally.keys(rows, areas.index.rename(level), period)
    place, category, label = tally.axes(there, "category", period, categories)
    chosen = tally.countable(rows, there, categories, "count")
    begins = tally.begins(tally.event_codes(rows, there.category), chosen)
    shape = (len(category.names), len(place.names), len(label.names))
    keys = (category.codes[chosen], place.codes[chosen], label.codes[chosen])
    cell, inverse = np.unique(np.ravel_multi_index(keys, shape), return_inverse=True)
    of_category, of_place, of_label = np.unravel_index(cell, shape)
    events, victims = (
        np.bincount(inverse, weights=weight[chosen], minlength=cell.size).astype(np.int64)
        for weight in (begins, tally.victims(rows))
    )
    starts = np.searchsorted(of_category, np.arange(len(category.names) + 1))
    return Cells(
        place.names, category.names, label.names, starts, of_place, of_label, events, victims
    )
