"""Keeping last year's polygons: where this year's units lay, and which of them moved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots.errors import InputError
from hotspots.schema import PolygonPlan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Keep: TypeAlias = PolygonPlan | pd.Series | gpd.GeoDataFrame

NEW_UNIT = "new unit"
ABOVE = "unit above the ceiling"
TO_FIT = "to keep polygons whole and within bounds"

_NUMBER = re.compile(r"P(\d+)")
_WHAT = "build_polygons: keep"


@dataclass(frozen=True, eq=False, slots=True)
class Kept:
    """Last year's polygons.

    Attributes
    ----------
    identifiers
        Their identifiers, ascending.
    label
        Per unit, the place of its polygon in ``identifiers``, -1 for a unit that had none.
    names
        Series identifier → name, where last year's polygons had names.
    """

    identifiers: pd.Index
    label: Integers
    names: pd.Series | None


def kept(units: gpd.GeoDataFrame, last: Keep) -> Kept:
    """Return where each unit lay last year.

    Parameters
    ----------
    units
        This year's, in their final order.
    last
        A plan, its membership, or the polygons themselves: then a unit lies in the polygon that
        holds most of its ground, and in none where that is less than half.

    Raises
    ------
    CrsError
        If the polygons are in another reference system.
    InputError
        If an identifier repeats, or no unit lay in any polygon.
    """
    if isinstance(last, PolygonPlan):
        found = kept(units, last.membership)
        return Kept(found.identifiers, found.label, last.polygons[schema.NAME])
    if isinstance(last, gpd.GeoDataFrame):
        membership, names = _by_ground(units, last), last.get(schema.NAME)
    elif isinstance(last, pd.Series):
        _checks.unique_index(last, _WHAT)
        membership, names = last.set_axis(last.index.astype(str)).reindex(units.index), None
    else:
        raise InputError(
            f"{_WHAT} came as {type(last).__name__}. Give last year's plan, its membership "
            "(unit → polygon), or its polygons."
        )
    texts = membership.astype(object).where(membership.notna())
    identifiers = pd.Index(sorted({str(value) for value in texts.dropna()}))
    if identifiers.empty:
        raise InputError(
            f"{_WHAT}: no unit of this year lay in any of last year's polygons. "
            "Give a plan of the same city, with the same identifiers of units."
        )
    text = texts.map(lambda value: str(value) if pd.notna(value) else "")
    label = identifiers.get_indexer(pd.Index(text))
    return Kept(identifiers, label.astype(np.int64), names)


def identifiers(last: Kept, labels: Integers, population: NDArray[np.float64]) -> pd.Index:
    """Return the identifier of each group: last year's where most of its residents come from it.

    A polygon's identifier goes to one group alone; other groups get numbers above all of last
    year's.
    """
    table = pd.DataFrame({"group": labels, "old": last.label, "n": population, "units": 1})
    sums = table[table["old"] >= 0].groupby(["group", "old"])[["n", "units"]].sum().reset_index()
    ranked = sums.sort_values(["n", "units", "group", "old"], ascending=[False, False, True, True])
    found: dict[int, str] = {}
    taken: set[int] = set()
    for group, old in zip(ranked["group"].tolist(), ranked["old"].tolist(), strict=True):
        if group not in found and old not in taken:
            found[group] = str(last.identifiers[old])
            taken.add(old)
    numbers = [_NUMBER.fullmatch(name) for name in last.identifiers]
    largest = max((int(match[1]) for match in numbers if match), default=0)
    digits = max((len(match[1]) for match in numbers if match), default=3)
    for group in range(int(labels.max()) + 1):
        if group not in found:
            largest += 1
            found[group] = f"P{largest:0{digits}d}"
    return pd.Index([found[group] for group in range(int(labels.max()) + 1)])


def changes(
    units: gpd.GeoDataFrame, last: Kept | None, membership: pd.Series, ceiling: float
) -> pd.DataFrame:
    """Return the units that changed polygons, with the reason; none where nothing was kept."""
    columns = ["before", "after", schema.POPULATION, "reason"]
    if last is None:
        empty = pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
        return empty.rename_axis(index=schema.UNIT_ID)
    before = pd.Series(last.identifiers, dtype=object).reindex(last.label).to_numpy()
    table = pd.DataFrame(
        {
            "before": before,
            "after": membership.to_numpy(),
            schema.POPULATION: units[schema.POPULATION].to_numpy(dtype=float),
        },
        index=units.index,
    )
    table["reason"] = np.select(
        [last.label < 0, table[schema.POPULATION] > ceiling], [NEW_UNIT, ABOVE], TO_FIT
    )
    moved = table["before"].fillna("") != table["after"]
    return table[moved].rename_axis(index=schema.UNIT_ID)


def _by_ground(units: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> pd.Series:
    _checks.unique_index(polygons, _WHAT)
    _checks.same_crs(units, polygons, f"{_WHAT}: units and polygons")
    shapes = np.asarray(units.geometry.to_numpy(), dtype=object)
    areas = np.asarray(polygons.geometry.to_numpy(), dtype=object)
    unit, polygon = shapely.STRtree(areas).query(shapes, predicate="intersects")
    ground = shapely.area(shapely.intersection(shapes[unit], areas[polygon]))
    pairs = pd.DataFrame({"unit": unit, "polygon": polygon, "ground": ground})
    ranked = pairs.sort_values(["unit", "ground", "polygon"], ascending=[True, False, True])
    most = ranked.drop_duplicates("unit")
    most = most[most["ground"].to_numpy() >= shapely.area(shapes[most["unit"]]) / 2]
    found = pd.Series(pd.NA, index=units.index, dtype=object)
    found.iloc[most["unit"]] = polygons.index.astype(str).to_numpy()[most["polygon"]]
    return found
