"""Distances to services on public pages: in classes, and none that gives a place away.

Many distances to one place are a way to it: whoever knows the census units and the mean distance
of each polygon's residents finds the place by intersecting circles. So a public page gives such
a layer in wide classes, and only if every service could still be in many places: an intruder who
knows the units, their residents, the classes, and the places of all other services of the kind
is left with at least a square kilometer of the city for each, or with five services of the kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from hotspots.schema import POPULATION

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.schema import Layer

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

CLASS_EDGES = (1_000.0, 2_000.0, 5_000.0, 10_000.0)
"""Meters between the classes of a distance on a public page."""

LEAST_GROUND = 1_000_000.0
"""Square meters of the city in which a service may be, at least."""

LEAST_SERVICES = 5
"""Or services of the kind there, the service itself included."""

_STEP = 100.0
"""Meters between the places that are tried."""

_REACH = 3_000.0
"""Meters around a service in which places are tried."""


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """What everybody knows: the census units, their residents, and whose polygon they are.

    Attributes
    ----------
    units
        Outlines, in meters.
    homes
        A point in each unit, from which distances are measured (units × 2).
    polygon
        Number of each unit's polygon.
    weight
        Share of each unit in its polygon's mean.
    """

    units: NDArray[np.object_]
    homes: Floats
    polygon: Integers
    weight: Floats

    @property
    def polygons(self) -> int:
        """Number of polygons."""
        return int(self.polygon.max()) + 1 if len(self.polygon) else 0


def ground_of(units: gpd.GeoDataFrame, membership: pd.Series, polygons: pd.Index) -> Ground:
    """Return the ground on which :func:`hotspots.access_layer` measures, the units of polygons."""
    inside = units.geometry.representative_point()
    code = polygons.get_indexer(pd.Index(membership.reindex(units.index)))
    kept = code >= 0
    residents = units[POPULATION].fillna(0.0).to_numpy(dtype=float)[kept]
    at = code[kept]
    total = np.bincount(at, weights=residents, minlength=len(polygons))[at]
    number = np.bincount(at, minlength=len(polygons))[at]
    return Ground(
        units=units.geometry.to_numpy()[kept],
        homes=np.column_stack([inside.x, inside.y])[kept],
        polygon=at.astype(np.int64),
        weight=np.where(total > 0, residents / np.maximum(total, 1e-9), 1.0 / number),
    )


def in_classes(layer: Layer) -> Layer:
    """Return a distance layer of whose values the classes alone are left."""
    bounds = np.array([0.0, *CLASS_EDGES])
    values = layer.values.astype(float)
    lower = bounds[np.searchsorted(CLASS_EDGES, values.to_numpy(), side="right").clip(max=4)]
    return replace(
        layer,
        values=values.where(values.isna(), lower),
        services=None,
        class_edges=CLASS_EDGES,
    )


def gives_no_place_away(services: Floats, ground: Ground) -> bool:
    """Return whether the classes of a distance leave many places for each of its services.

    Parameters
    ----------
    services
        Their points (services × 2), in the units' meters.
    ground
        What everybody knows.
    """
    if not len(services) or not len(ground.homes):
        return False
    nearest = cKDTree(services).query(ground.homes, k=min(2, len(services)))
    meters, which = (np.atleast_2d(np.asarray(part).T).T for part in nearest)
    mean = _means(meters[:, 0], ground)
    known = np.searchsorted(CLASS_EDGES, mean, side="right")
    city = shapely.STRtree(ground.units)
    for service in range(len(services)):
        own = which[:, 0] == service
        others = meters[:, 0].copy()
        # Without the service, its homes go to their second nearest, or nowhere if there is none.
        others[own] = meters[own, 1] if meters.shape[1] > 1 else np.inf
        enough = len(services) >= LEAST_SERVICES and _same(others, known, ground)
        if not enough and _room(services[service], others, known, ground, city) < LEAST_GROUND:
            return False
    return True


def _means(meters: Floats, ground: Ground) -> Floats:
    return np.bincount(
        ground.polygon, weights=meters * ground.weight, minlength=ground.polygons
    ).astype(float)


def _same(meters: Floats, known: Integers, ground: Ground) -> bool:
    if not np.isfinite(meters).all():
        return False
    found = np.searchsorted(CLASS_EDGES, _means(meters, ground), side="right")
    return bool((found == known).all())


def _room(
    service: Floats, others: Floats, known: Integers, ground: Ground, city: shapely.STRtree
) -> float:
    """Return the square meters around a service where it would give the same classes."""
    steps = np.arange(-_REACH, _REACH + _STEP, _STEP)
    places = service + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    points = shapely.points(places)
    places = places[np.unique(city.query(points, predicate="intersects")[0])]
    reached = np.hypot(*(ground.homes - service).T) < others + _REACH * np.sqrt(2.0)
    concerned = np.unique(ground.polygon[reached])
    mine = np.isin(ground.polygon, concerned)
    home, weight, least = ground.homes[mine], ground.weight[mine], others[mine]
    order = np.argsort(ground.polygon[mine], kind="stable")
    starts = np.searchsorted(ground.polygon[mine][order], concerned)
    room = 0
    for some in np.array_split(places, max(1, len(places) * len(home) // 2_000_000)):
        if not len(some):
            continue
        meters = np.hypot(some[:, :1] - home[:, 0], some[:, 1:] - home[:, 1])
        means = np.add.reduceat((np.minimum(meters, least) * weight)[:, order], starts, axis=1)
        classes = np.searchsorted(CLASS_EDGES, means, side="right")
        room += int((classes == known[concerned]).all(axis=1).sum())
    return room * _STEP**2
