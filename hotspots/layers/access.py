"""Access: the mean distance of a polygon's residents to the nearest service."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from hotspots._checks import columns_present, named_index, one_of, projected_crs, same_crs
from hotspots.catalogue import remark
from hotspots.errors import InputError
from hotspots.layers.layer import checked_layer
from hotspots.schema import POLYGON_ID, POPULATION, UNIT_ID
from hotspots.schema.options import AccessMethod

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.schema import Direction, Layer


def access_layer(
    services: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    polygons: gpd.GeoDataFrame,
    *,
    membership: pd.Series,
    name: str,
    method: AccessMethod = "nearest",
    unit: str = "m",
    direction: Direction = "more_is_worse",
    source_name: str = "",
    titles: Mapping[str, str] | None = None,
) -> Layer:
    """Return, per polygon, the mean distance of its residents to their nearest service.

    The distance is Euclidean, in meters, from a representative point of each unit to the nearest
    service anywhere, inside the polygon or not; walking distances are longer. The value of a
    polygon is the mean over its units weighted by residents, or the unweighted mean if it has
    none.

    Parameters
    ----------
    services
        Points, in the units' CRS. Rows without a point are dropped with a warning.
    units
        Units on ``unit_id`` with ``population``, in a projected CRS in meters.
    polygons
        Polygons on ``polygon_id``, in the same CRS.
    membership
        ``unit_id`` → ``polygon_id``, as in ``plan.membership``.
    name
        Name of the layer.
    method
        ``"nearest"``.
    unit, direction, source_name
        Attributes of the layer.
    titles
        Language code → title.

    Returns
    -------
    Layer
        Meters on the polygons' index, NaN for a polygon without units; it keeps the services,
        since a public page shows no distance that gives the place of one away.

    Raises
    ------
    CrsError
        If a layer has no CRS in meters, or the CRS differ.
    InputError
        If there is no service, a service is not a point, the method is unknown, or the
        membership does not fit the units and polygons.

    References
    ----------
    .. [1] Talen, E. and Anselin, L. (1998). Assessing spatial equity: an evaluation of measures
       of accessibility to public playgrounds. Environment and Planning A 30, 595–613
       (minimum distance).

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import Point, box
    >>> units = gpd.GeoDataFrame(
    ...     {"unit_id": ["a", "b"], "population": [300.0, 100.0]},
    ...     geometry=[box(0, 0, 200, 200), box(200, 0, 400, 200)], crs=32613,
    ... ).set_index("unit_id")
    >>> polygons = units.dissolve().set_axis(["P1"]).rename_axis("polygon_id")
    >>> clinics = gpd.GeoDataFrame(geometry=[Point(100, 100)], crs=32613)
    >>> layer = access_layer(clinics, units, polygons, name="clinic_distance",
    ...                      membership=pd.Series({"a": "P1", "b": "P1"}))
    >>> float(layer.values["P1"])                      # (300·0 + 100·200) / 400
    50.0
    """
    one_of(method, AccessMethod, "access_layer: the method")
    _check_layers(services, units, polygons)
    residents = _residents(units)
    home = _home(units, polygons, membership)
    meters = _nearest(_points(services), units)
    values = _weighted_mean(meters, residents, home, len(polygons))
    return checked_layer(
        name,
        pd.Series(values, index=polygons.index, dtype="float64"),
        unit=unit,
        direction=direction,
        source=source_name,
        title=titles,
        services=services,
    )


def _nearest(points: NDArray[np.float64], units: gpd.GeoDataFrame) -> NDArray[np.float64]:
    inside = units.geometry.representative_point()
    origins = np.column_stack([inside.x.to_numpy(), inside.y.to_numpy()])
    meters, _ = cKDTree(points).query(origins)
    return cast("NDArray[np.float64]", meters)


def _weighted_mean(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    group: NDArray[np.intp],
    groups: int,
) -> NDArray[np.float64]:
    uninhabited = (np.bincount(group, weights=weights, minlength=groups) == 0)[group]
    used = np.where(uninhabited, 1.0, weights)
    total = np.bincount(group, weights=used * values, minlength=groups)
    with np.errstate(invalid="ignore"):  # 0/0 in a polygon without units: no data
        return total / np.bincount(group, weights=used, minlength=groups)


def _points(services: gpd.GeoDataFrame) -> NDArray[np.float64]:
    geometry = services.geometry
    missing = geometry.isna() | geometry.is_empty
    if missing.any():
        warnings.warn(
            remark(
                "services_without_point",
                missing=int(missing.sum()),
                services=len(services),
                first=services.index[missing][0],
            ),
            stacklevel=3,
        )
    there = geometry[~missing]
    if len(there) == 0:
        raise InputError(
            "access_layer: there is no service with a point. "
            "Check the file, or the filter that chose the kind of service."
        )
    other = sorted(set(there.geom_type) - {"Point"})
    if other:
        raise InputError(
            f"access_layer: the services hold {', '.join(other)}, and points are needed. "
            "Use services.set_geometry(services.representative_point()), or their entrances."
        )
    return np.column_stack([there.x.to_numpy(), there.y.to_numpy()])


def _residents(units: gpd.GeoDataFrame) -> NDArray[np.float64]:
    columns_present(units.columns, [POPULATION], "access_layer: units")
    residents = units[POPULATION].to_numpy(dtype="float64", na_value=np.nan)
    wrong = ~(residents >= 0) | np.isinf(residents)
    if wrong.any():
        raise InputError(
            f"access_layer: units: the population of {int(wrong.sum())} units is missing or "
            f"negative, first {units.index[wrong][0]!r}. Give a number of residents, 0 or more."
        )
    return cast("NDArray[np.float64]", residents)


def _home(
    units: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, membership: pd.Series
) -> NDArray[np.intp]:
    """Return the position of each unit's polygon."""
    lost = units.index.difference(membership.index)
    if len(lost):
        raise InputError(
            f"access_layer: {len(lost)} units are not in the membership, first {lost[0]!r}. "
            "Use the membership of the plan that was made from these units."
        )
    home = polygons.index.get_indexer(membership.reindex(units.index))
    if (home < 0).any():
        stray = units.index[home < 0][0]
        raise InputError(
            f"access_layer: the membership puts unit {stray!r} into polygon "
            f"{membership[stray]!r}, which is not among the polygons. "
            "Use the polygons and the membership of one plan."
        )
    return cast("NDArray[np.intp]", home)


def _check_layers(
    services: gpd.GeoDataFrame, units: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame
) -> None:
    projected_crs(units, "access_layer: units")
    same_crs(services, units, "access_layer: services and units")
    same_crs(units, polygons, "access_layer: units and polygons")
    named_index(units, UNIT_ID, "access_layer: units")
    named_index(polygons, POLYGON_ID, "access_layer: polygons")
