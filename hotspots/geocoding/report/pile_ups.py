"""Pile-ups: points shared by many rows with different addresses, and what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.errors import CrsError
from hotspots.schema import ADDRESS
from hotspots.spatial.crs import is_metric

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from hotspots.geocoding.gazetteer.gazetteer import Gazetteer

LEAST_ROWS = 10
LEAST_ADDRESSES = 8
"""More than the spellings of one corner: finds all of the sample city's, and no others."""

_MOST_NAMES = 3


def pile_ups(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the points that at least 10 rows with at least 8 different addresses share.

    Returns
    -------
    pandas.DataFrame
        ``x``, ``y`` (in the CRS of the incidents), ``rows``, ``addresses``, the most rows first.
    """
    placed = incidents[incidents.geometry.notna() & ~incidents.geometry.is_empty]
    # Decimeters, so that one point written with more or fewer decimals stays one.
    decimals = 1 if incidents.crs is not None and incidents.crs.is_projected else 6
    spots = pd.DataFrame(
        {
            "x": np.round(placed.geometry.x, decimals),
            "y": np.round(placed.geometry.y, decimals),
            "address": placed[ADDRESS].where(placed[ADDRESS] != ""),
        }
    )
    table = spots.groupby(["x", "y"]).agg(rows=("x", "size"), addresses=("address", "nunique"))
    heaps = table[(table["rows"] >= LEAST_ROWS) & (table["addresses"] >= LEAST_ADDRESSES)]
    ordered = heaps.reset_index().sort_values(["rows", "x", "y"], ascending=[False, True, True])
    return ordered.reset_index(drop=True)


def name_pile_ups(
    heaps: pd.DataFrame,
    crs: object,
    *,
    gazetteer: Gazetteer | None,
    places: gpd.GeoDataFrame | None,
    place_name: str,
    within_m: float,
) -> pd.DataFrame:
    """Return the pile-ups with the facilities and centroids within some meters of each.

    Parameters
    ----------
    heaps
        Of :func:`pile_ups`.
    crs
        CRS of ``x`` and ``y``.
    gazetteer
        Gazetteer whose places and neighborhood centroids are considered.
    places
        Further facilities, points or areas, with names in ``place_name``.
    within_m
        Greatest distance of a facility or a centroid, in meters.

    Returns
    -------
    pandas.DataFrame
        A copy with ``places`` and ``centroid_of``: the nearest first, at most three, each with
        its distance (``Hospital General (12 m)``); "" if there is none.

    Raises
    ------
    CrsError
        If the incidents or the places have no CRS.
    """
    named = heaps.assign(places="", centroid_of="")
    if heaps.empty or (gazetteer is None and places is None):
        return named
    if crs is None:
        raise CrsError(
            "geocoding_report: the incidents have no coordinate reference system, so nothing can "
            "be named near them. Use incidents.set_crs(...), e.g. 4326 for degrees."
        )
    points = gpd.GeoSeries(gpd.points_from_xy(heaps["x"], heaps["y"]), index=heaps.index, crs=crs)
    metric = points if is_metric(points.crs) else points.to_crs(points.estimate_utm_crs())
    facilities = [_layer_places(places, place_name, metric), _known_places(gazetteer, metric)]
    named["places"] = _near(metric, facilities, within_m)
    named["centroid_of"] = _near(metric, [_centroids(gazetteer, metric)], within_m)
    return named


def _layer_places(
    places: gpd.GeoDataFrame | None, name: str, points: gpd.GeoSeries
) -> gpd.GeoSeries:
    if places is None:
        return _named([], [], points)
    if places.crs is None:
        raise CrsError(
            "geocoding_report: places have no coordinate reference system. "
            "Use places.set_crs(...), e.g. 4326 for degrees of longitude and latitude."
        )
    usable = places[places.geometry.notna() & ~places.geometry.is_empty & places[name].notna()]
    there = usable.to_crs(points.crs)
    return _named(there.geometry, there[name].astype(str), points)


def _known_places(gazetteer: Gazetteer | None, points: gpd.GeoSeries) -> gpd.GeoSeries:
    if gazetteer is None or gazetteer.places is None:
        return _named([], [], points)
    known = gazetteer.places
    there = gpd.GeoSeries(gpd.points_from_xy(known.x, known.y), crs=gazetteer.crs)
    return _named(there.to_crs(points.crs), known.titles, points)


def _centroids(gazetteer: Gazetteer | None, points: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the two points that represent each neighborhood: its centroid, and one inside."""
    if gazetteer is None or gazetteer.areas is None:
        return _named([], [], points)
    areas = gazetteer.areas
    centers = shapely.centroid(areas.polygons)
    discs = [areas.disc(area) for area in range(len(areas.titles))]
    inside = shapely.points([(spot.x, spot.y) for spot in discs])
    there = gpd.GeoSeries(np.concatenate([centers, inside]), crs=gazetteer.crs)
    return _named(there.to_crs(points.crs), [*areas.titles, *areas.titles], points)


def _named(shapes: Iterable[object], names: Iterable[str], points: gpd.GeoSeries) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), index=pd.Index(list(names), dtype=str), crs=points.crs)


def _near(points: gpd.GeoSeries, layers: list[gpd.GeoSeries], within_m: float) -> list[str]:
    """Return, for each point, the names of what is near it, with distances."""
    shapes = np.concatenate([layer.to_numpy() for layer in layers])
    names = [name for layer in layers for name in layer.index]
    tree = shapely.STRtree(shapes)
    found: list[str] = []
    for point in points:
        hits: NDArray[np.int64] = tree.query(point, predicate="dwithin", distance=within_m)
        away: dict[str, float] = {}
        for hit in hits:
            distance = float(shapely.distance(point, shapes[hit]))
            away[names[hit]] = min(distance, away.get(names[hit], distance))
        nearest = sorted(away.items(), key=lambda one: (one[1], one[0]))[:_MOST_NAMES]
        found.append("; ".join(f"{name} ({distance:.0f} m)" for name, distance in nearest))
    return found
