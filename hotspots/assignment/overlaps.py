"""Overlaps: the incidents that several areas contain, area by area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots.assignment.point_in_area import Locator
from hotspots.schema import AssignmentStatus

if TYPE_CHECKING:
    import geopandas as gpd


def assignment_overlaps(incidents: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return which areas contain the same incidents, and whether they share an edge or overlap.

    A point on the outline of both areas lies on an edge that they share, as in any clean layer.
    A point inside of one of them and in the other, too, lies where they overlap: in units or
    polygons that is an error of the layer, which ``assign`` settles by its rule and this lists.

    Parameters
    ----------
    incidents
        Points after :func:`~hotspots.assignment.assign.assign`; those that are ``boundary`` are
        looked at.
    areas
        The units or polygons that they were assigned to.

    Returns
    -------
    DataFrame
        One row per pair of areas, most overlaps first, then by identifier: the pair, named as
        the areas' index with ``_given`` and ``_other`` (the smaller identifier first: of two
        areas that alone contain a point it is the one that got it), and the number of incidents
        ``on_edge`` and ``in_overlap``. A point in three areas is in three rows.

    Raises
    ------
    ColumnError
        If the incidents were not assigned yet.
    CrsError
        If the two layers differ in their reference system.
    InputError
        If identifiers of areas repeat.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import Point, box
    >>> from hotspots import assign
    >>> areas = gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9), box(9, 0, 18, 9), box(8, 8, 9, 20)],
    ...     crs=32613, index=pd.Index(["P1", "P2", "P3"], name="polygon_id"))
    >>> points = gpd.GeoDataFrame(geometry=[Point(9, 1), Point(9, 2), Point(8.5, 8.5)], crs=32613)
    >>> assignment_overlaps(assign(points, areas), areas)
      polygon_id_given polygon_id_other  on_edge  in_overlap
    0               P1               P3        0           1
    1               P1               P2        2           0
    """
    what = "assignment_overlaps: incidents"
    _checks.columns_present(
        incidents.columns, [schema.ASSIGNMENT_STATUS], f"{what} (run assign() first)"
    )
    _checks.same_crs(incidents, areas, f"{what} and areas")
    _checks.unique_index(areas, "assignment_overlaps: areas")
    ordered = areas.sort_index()
    shapes = np.asarray(ordered.geometry.to_numpy(), dtype=object)
    several = incidents[incidents[schema.ASSIGNMENT_STATUS] == str(AssignmentStatus.BOUNDARY)]
    points = np.asarray(several.geometry.to_numpy(), dtype=object)
    x, y = shapely.get_x(points), shapely.get_y(points)
    row, area = Locator.of(shapes, 0).pairs(x, y)
    held = pd.DataFrame({"row": row, "area": area})
    held["within"] = shapely.contains_xy(shapes[area], x[row], y[row])
    both = held.merge(held, on="row", suffixes=("_given", "_other"))
    both = both[both["area_given"] < both["area_other"]]
    overlap = both["within_given"] | both["within_other"]
    cases = pd.DataFrame({"on_edge": ~overlap, "in_overlap": overlap}).astype("int64")
    table = cases.groupby([both["area_given"], both["area_other"]]).sum().reset_index()
    level = schema.UNIT_ID if areas.index.name == schema.UNIT_ID else schema.POLYGON_ID
    for end in ("given", "other"):
        table[f"area_{end}"] = ordered.index.to_numpy()[table[f"area_{end}"]]
    order = np.argsort(-table["in_overlap"].to_numpy(), kind="stable")
    names = {f"area_{end}": f"{level}_{end}" for end in ("given", "other")}
    return table.iloc[order].reset_index(drop=True).rename(columns=names)
