"""Cells from a dense table of counts, as tests write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.assignment.cells import Cells

if TYPE_CHECKING:
    import pandas as pd


def cells_of(counts: pd.DataFrame) -> Cells:
    """Return the cells of a table by place, category and period."""
    ordered = counts.reorder_levels([1, 0, 2]).sort_index(level=0, sort_remaining=False)
    categories, places, labels = (ordered.index.unique(level) for level in range(3))
    category, place, label = (
        names.get_indexer(ordered.index.get_level_values(level))
        for level, names in enumerate((categories, places, labels))
    )
    starts = np.searchsorted(category, np.arange(len(categories) + 1))
    events, victims = ordered["events"].to_numpy(), ordered["victims"].to_numpy()
    return Cells(places, categories, labels, starts, place, label, events, victims)
