"""Reference layers of a city, made ready for finding addresses in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
from pyproj import CRS

from hotspots._checks import columns_present
from hotspots.errors import CrsError, InputError
from hotspots.geocoding.areas import Areas, Places
from hotspots.geocoding.numbering import Numbering
from hotspots.geocoding.streets import Streets
from hotspots.spatial.crs import is_metric

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, eq=False, slots=True)
class Gazetteer:
    """What is known of a city's streets, houses, neighbourhoods and places, all in metres.

    Build it with :meth:`from_layers`; hand it to :func:`hotspots.geocode`.

    Attributes
    ----------
    crs
        The CRS of all its points (metres).
    streets, numbering, areas, places
        The parts; None where no such layer was given.
    """

    crs: CRS
    streets: Streets | None = None
    numbering: Numbering | None = None
    areas: Areas | None = None
    places: Places | None = None

    @classmethod
    def from_layers(
        cls,
        *,
        streets: gpd.GeoDataFrame | None = None,
        addresses: gpd.GeoDataFrame | None = None,
        neighbourhoods: gpd.GeoDataFrame | None = None,
        places: gpd.GeoDataFrame | None = None,
        street_name: str = "name",
        street_type: str | None = None,
        number_from: str | None = None,
        number_to: str | None = None,
        address_text: str = "address",
        neighbourhood_name: str = "name",
        place_name: str = "name",
    ) -> Gazetteer:
        """Return a gazetteer of any of four layers.

        All layers are brought to the CRS of the first that is given when that is in metres, and
        to its local UTM zone otherwise.

        Parameters
        ----------
        streets
            Centre lines. ``number_from`` and ``number_to`` name the columns of the house
            numbers at the beginning and the end of each line (odd on its left).
        addresses
            Points with an address text each: numbers between known ones are interpolated.
        neighbourhoods
            Polygons with a name each.
        places
            Landmarks (points, or polygons by a point inside) with a name each.
        street_name, street_type, number_from, number_to
            Columns of ``streets``; the name may hold the type.
        address_text, neighbourhood_name, place_name
            Columns of the other layers.

        Raises
        ------
        InputError
            If no layer is given, or one has no usable row.
        ColumnError
            If a named column is missing.
        CrsError
            If a layer has no CRS.

        Examples
        --------
        >>> import geopandas as gpd, shapely
        >>> lines = gpd.GeoDataFrame(
        ...     {"name": ["Calle Juárez"], "from": [1], "to": [99]}, crs=32613,
        ...     geometry=[shapely.LineString([(0, 0), (100, 0)])])
        >>> Gazetteer.from_layers(streets=lines, number_from="from", number_to="to").streets.titles
        ('Calle Juárez',)
        """
        wanted: Sequence[tuple[str, gpd.GeoDataFrame | None, Sequence[str | None]]] = (
            ("streets", streets, (street_name, street_type, number_from, number_to)),
            ("addresses", addresses, (address_text,)),
            ("neighbourhoods", neighbourhoods, (neighbourhood_name,)),
            ("places", places, (place_name,)),
        )
        given = [(what, layer, columns) for what, layer, columns in wanted if layer is not None]
        if not given:
            raise InputError(
                "Gazetteer: no layer was given. Give streets, addresses, neighbourhoods or places."
            )
        for what, layer, columns in given:
            _check(layer, what, [column for column in columns if column is not None])
        crs = _metric_crs(given[0][1])
        ready = {what: _usable(layer, columns[0], crs, what) for what, layer, columns in given}
        return cls(
            crs=crs,
            streets=Streets.build(
                ready["streets"],
                name=street_name,
                kind=street_type,
                number_from=number_from,
                number_to=number_to,
            )
            if "streets" in ready
            else None,
            numbering=Numbering.build(ready["addresses"], address_text)
            if "addresses" in ready
            else None,
            areas=Areas.build(ready["neighbourhoods"], neighbourhood_name)
            if "neighbourhoods" in ready
            else None,
            places=Places.build(ready["places"], place_name) if "places" in ready else None,
        )


def _check(layer: gpd.GeoDataFrame, what: str, columns: Sequence[str]) -> None:
    if layer.crs is None:
        raise CrsError(
            f"Gazetteer: the layer {what} has no coordinate reference system. "
            "Say which one it is: layer.set_crs(4326) for degrees of longitude and latitude."
        )
    columns_present(layer.columns, columns, f"Gazetteer: the layer {what}")


def _metric_crs(layer: gpd.GeoDataFrame) -> CRS:
    crs = CRS.from_user_input(layer.crs)
    if is_metric(crs):
        return crs
    return CRS.from_user_input(layer.estimate_utm_crs())


def _usable(layer: gpd.GeoDataFrame, name: str | None, crs: CRS, what: str) -> gpd.GeoDataFrame:
    """Return the rows that have a name and a place, in the CRS."""
    kept = layer[layer[name].notna() & ~layer.geometry.is_empty & layer.geometry.notna()]
    if kept.empty:
        raise InputError(
            f"Gazetteer: no row of the layer {what} has both a geometry and a name in {name!r}. "
            "Name the column that holds the names."
        )
    strange = sorted({kind for kind in kept.geom_type if "LineString" not in kind})
    if what == "streets" and strange:
        raise InputError(
            f"Gazetteer: the layer streets holds {', '.join(strange)}, and lines are needed. "
            "Name the layer of the streets' centre lines."
        )
    return kept.to_crs(crs).reset_index(drop=True)
