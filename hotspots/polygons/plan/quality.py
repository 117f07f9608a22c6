"""Plan quality: bounds, compactness, homogeneity, and how much lies near the borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots.schema import PlanQuality

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from hotspots.polygons.bounds import Bounds
    from hotspots.schema.plans import Spread


def plan_quality(
    units: gpd.GeoDataFrame,
    polygons: gpd.GeoDataFrame,
    membership: pd.Series,
    exceptions: pd.DataFrame,
    *,
    similarity: Sequence[str],
    bounds: Bounds,
    seed: int,
) -> PlanQuality:
    """Return the record of a plan's quality."""
    inside = polygons["in_bounds"].to_numpy(dtype=bool)
    population = polygons[schema.POPULATION].to_numpy(dtype=float)
    compact = polygons["compactness"].to_numpy(dtype=float)
    return PlanQuality(
        residents=float(population.sum()),
        residents_in_bounds=float(population[inside].sum()),
        residents_impossible=float(exceptions["residents_impossible"].sum()),
        impossible_by_reason=_by_reason(exceptions),
        polygons=len(polygons),
        polygons_in_bounds=int(inside.sum()),
        residents_spread=_spread(population[inside]),
        compactness=float(compact[inside].mean()) if inside.any() else float("nan"),
        compactness_spread=_spread(compact[inside]),
        within_variance={
            column: within_share(
                units[column].to_numpy(dtype=float),
                units[schema.POPULATION].to_numpy(dtype=float),
                membership.to_numpy(),
            )
            for column in similarity
        },
        bounds=(bounds.floor, bounds.ceiling),
        seed=seed,
    )


def _by_reason(exceptions: pd.DataFrame) -> dict[str, float]:
    sums = exceptions.groupby("reason")["residents_impossible"].sum()
    proven = sums[sums > 0].sort_index().sort_values(ascending=False, kind="stable")
    return {str(reason): float(residents) for reason, residents in proven.items()}


def _spread(values: np.ndarray) -> Spread:
    """Return the least, the quartiles and the greatest of some values; NaN of none."""
    if not len(values):
        return (np.nan,) * 5
    least, low, middle, high, greatest = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
    return least, low, middle, high, greatest


def within_share(values: np.ndarray, weight: np.ndarray, group: np.ndarray) -> float:
    """Return the share of the weighted variance that is left within groups.

    Examples
    --------
    >>> ones = np.ones(4)
    >>> within_share(np.array([1.0, 1.0, 3.0, 3.0]), ones, np.array(["a", "a", "b", "b"]))
    0.0
    >>> within_share(np.array([1.0, 3.0, 1.0, 3.0]), ones, np.array(["a", "a", "b", "b"]))
    1.0
    """
    lived = weight > 0
    values, weight = values[lived], weight[lived]
    codes, _ = pd.factorize(group[lived])
    total = np.bincount(codes, weights=weight)
    mean = np.bincount(codes, weights=weight * values) / total
    around = float(np.sum(weight * (values - np.average(values, weights=weight)) ** 2))
    within = float(np.sum(weight * (values - mean[codes]) ** 2))
    return within / around if around > 0 else 0.0


def border_share(
    incidents: gpd.GeoDataFrame,
    polygons: gpd.GeoDataFrame,
    *,
    distances: Sequence[float] = (5.0, 50.0),
) -> pd.Series:
    """Return the share of incidents that lie near a border between two polygons.

    Streets are borders and points are snapped to streets, so a few meters can decide which side
    an incident counts on.

    Parameters
    ----------
    incidents
        After :func:`~hotspots.assignment.assign.assign`; the rows that count are looked at.
    polygons
        In the same reference system.
    distances
        Meters from the border.

    Returns
    -------
    Series
        Indexed by ``distance_m``: share of the counted incidents within that distance of two
        polygons or more; NaN where none is counted.

    Raises
    ------
    ColumnError
        If the incidents were not assigned.
    CrsError
        If the reference systems differ.
    """
    _checks.columns_present(incidents.columns, [schema.ASSIGNMENT_STATUS], "border_share")
    _checks.same_crs(incidents, polygons, "border_share: incidents and polygons")
    counted = incidents[schema.ASSIGNMENT_STATUS].isin([str(fate) for fate in schema.COUNTED])
    points = np.asarray(incidents.geometry[counted].to_numpy(), dtype=object)
    shapes = np.asarray(polygons.geometry.to_numpy(), dtype=object)
    shares = [_near_two(points, shapes, float(distance)) for distance in distances]
    index = pd.Index([float(value) for value in distances], name="distance_m")
    return pd.Series(shares, index=index, name="share")


def near_points(points: np.ndarray, shapes: np.ndarray, distance: float) -> np.ndarray:
    """Return the numbers of the points within a distance of some outline, ascending."""
    # Most points are near no outline at all, which an index of segments tells quickly.
    lines = shapely.get_parts(shapely.boundary(shapes))
    corners, ring = shapely.get_coordinates(lines, return_index=True)
    inner = ring[1:] == ring[:-1]
    segments = shapely.linestrings(np.stack([corners[:-1][inner], corners[1:][inner]], axis=1))
    rows, _ = shapely.STRtree(segments).query(points, predicate="dwithin", distance=distance)
    return np.unique(rows)


def _near_two(points: np.ndarray, shapes: np.ndarray, distance: float) -> float:
    """Return the share of points within a distance of two shapes or more."""
    if len(points) == 0:
        return float("nan")
    close = points[near_points(points, shapes, distance)]
    rows, _ = shapely.STRtree(shapes).query(close, predicate="dwithin", distance=distance)
    return float((np.bincount(rows, minlength=len(close)) > 1).sum() / len(points))
