"""Services that must not be located, known by any of their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hotspots.maps.privacy.sensitive import is_shelter, leads_to_shelter, names_shelter

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from hotspots.schema import Layer

_MOST_KINDS = 50
"""A column with more different texts than this holds names or addresses, not kinds."""

_NAMES = "name"


def shelters(services: gpd.GeoDataFrame) -> pd.Series:
    """Return True for each service that is a shelter by any of its columns.

    A column of kinds is read by :func:`is_shelter`; one of names, stricter, by
    :func:`names_shelter`, since a school may be named after its neighborhood, El Refugio.

    Examples
    --------
    >>> import geopandas as gpd
    >>> places = gpd.GeoDataFrame(
    ...     {"giro": ["clínica", "albergue"], "name": ["Clínica 5", ""]},
    ...     geometry=gpd.points_from_xy([0, 1], [0, 1]),
    ... )
    >>> shelters(places).tolist()
    [False, True]
    """
    found = pd.Series(False, index=services.index)
    for column in services.columns:
        values = services[column]
        if column == services.active_geometry_name or not _is_text(values):
            continue
        cells = values.fillna("").astype(str)
        different = cells.unique()
        of_kinds = column != _NAMES and len(different) <= _MOST_KINDS
        says_so = is_shelter if of_kinds else names_shelter
        found |= cells.isin([cell for cell in different if says_so(cell)])
    return found


def safe_services(services: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the services without the shelters."""
    return services[~shelters(services).to_numpy(dtype=bool)]


def layers_without_shelters(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers that lead to no shelter, by their words or by what they measure from."""
    return [layer for layer in layers if not gives_away_shelter(layer)]


def gives_away_shelter(layer: Layer) -> bool:
    """Return whether a layer measures the way to a shelter, which would give away its location."""
    services = layer.services
    return leads_to_shelter(layer) or (services is not None and bool(shelters(services).any()))


def _is_text(values: pd.Series) -> bool:
    return not (
        pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)
    )
