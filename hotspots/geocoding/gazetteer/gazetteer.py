"""The gazetteer: reference layers of a city, indexed for address lookup."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from pyproj import Transformer

from hotspots.catalogue import remark
from hotspots.errors import InputError
from hotspots.geocoding.address.lexicon import Lexicon, countries_at, lexicon_of
from hotspots.geocoding.gazetteer.kilometers import Kilometers
from hotspots.geocoding.gazetteer.layers import Source, usable_sources
from hotspots.geocoding.gazetteer.lots import Lots
from hotspots.geocoding.gazetteer.neighborhoods import Areas, Places
from hotspots.geocoding.gazetteer.numbering import Numbering
from hotspots.geocoding.gazetteer.openstreetmap import read_osm
from hotspots.geocoding.gazetteer.storage import read_sources, write_sources
from hotspots.geocoding.gazetteer.streets import Streets
from hotspots.limits import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    from pyproj import CRS

    Layer: TypeAlias = gpd.GeoDataFrame | str | Path


@dataclass(frozen=True, eq=False, slots=True)
class Gazetteer:
    """A city's streets, house numbers, neighborhoods and places, in a metric CRS.

    Build it with :meth:`from_layers` or :meth:`from_osm`, store it with :meth:`save` and
    :meth:`load`, and pass it to :func:`hotspots.geocode`.

    Attributes
    ----------
    crs
        The CRS of all its points (meters).
    sources
        The layers that it is built from, in standard columns.
    lexicon
        The words with which its names, and addresses looked up in it, are read.
    streets, numbering, areas, places, lots, kilometers
        The indexes of the layers; None for a layer that was not given.
    """

    crs: CRS
    sources: Mapping[str, gpd.GeoDataFrame]
    lexicon: Lexicon
    streets: Streets | None = None
    numbering: Numbering | None = None
    areas: Areas | None = None
    places: Places | None = None
    lots: Lots | None = None
    kilometers: Kilometers | None = None

    @classmethod
    def from_layers(
        cls,
        *,
        streets: Layer | None = None,
        addresses: Layer | None = None,
        neighborhoods: Layer | None = None,
        places: Layer | None = None,
        lots: Layer | None = None,
        street_name: str = "name",
        street_type: str | None = None,
        number_from: str | None = None,
        number_to: str | None = None,
        left_numbers: tuple[str, str] | None = None,
        right_numbers: tuple[str, str] | None = None,
        kilometers: tuple[str, str] | None = None,
        address_text: str = "address",
        neighborhood_name: str = "name",
        place_name: str = "name",
        block_name: str = "block",
        lot_name: str | None = None,
        lot_neighborhood: str | None = None,
        country: str | Sequence[str] | None = None,
        limits: Limits = LIMITS,
    ) -> Gazetteer:
        """Return a gazetteer built from up to five layers, each a GeoDataFrame or a file's path.

        All layers are reprojected to the CRS of the first one if that is in meters, and to its
        local UTM zone otherwise.

        Parameters
        ----------
        streets
            Center lines. ``number_from`` and ``number_to`` name the columns of the house
            numbers at the start and the end of each line (odd ones on its left).
        addresses
            Points with an address text; numbers between known ones are interpolated.
        neighborhoods
            Polygons with a name.
        places
            Landmarks with a name, as points, or polygons represented by a point inside; one
            named like "Carretera 45 km 12" is a kilometer post of that road.
        lots
            Blocks, or lots of blocks, for addresses such as "Mz B Lt 7".
        street_name, street_type, number_from, number_to
            Columns of ``streets``; the name may hold the type.
        left_numbers, right_numbers
            Columns of ``streets``: the first and the last house number on the left and on the
            right of each line, e.g. TIGER's ``("LFROMADD", "LTOADD")``.
        kilometers
            Columns of ``streets``: the kilometers at which each line starts and ends.
        address_text, neighborhood_name, place_name, block_name, lot_name, lot_neighborhood
            Columns of the other layers.
        country
            Code of the country or countries whose words addresses are read with, e.g. ``"mx"``
            or ``["mx", "us"]``. By default the country in which the layers lie: near a border
            there are several, and a warning says so; outside the known countries, all.
        limits
            How much each file may hold (:class:`hotspots.Limits`).

        Raises
        ------
        InputError
            If no layer is given, one has no usable row, or the country is not known.
        ColumnError
            If a named column is missing.
        CrsError
            If a layer has no CRS.
        DataFileError
            If a file cannot be read.

        Examples
        --------
        >>> import geopandas as gpd, shapely
        >>> lines = gpd.GeoDataFrame(
        ...     {"name": ["Calle Juárez"], "from": [1], "to": [99]}, crs=32613,
        ...     geometry=[shapely.LineString([(0, 0), (100, 0)])])
        >>> Gazetteer.from_layers(streets=lines, number_from="from", number_to="to").streets.titles
        ('Calle Juárez',)
        """
        of_streets = {
            "name": (street_type, street_name),
            "number_from": (number_from,),
            "number_to": (number_to,),
            **_pair("left", left_numbers),
            **_pair("right", right_numbers),
            **_pair("kilometer", kilometers),
        }
        of_lots = {
            "block": (block_name,),
            "lot": (lot_name,),
            "neighborhood": (lot_neighborhood,),
        }
        wanted: dict[str, tuple[Layer | None, Mapping[str, tuple[str | None, ...]]]] = {
            "streets": (streets, of_streets),
            "addresses": (addresses, {"address": (address_text,)}),
            "neighborhoods": (neighborhoods, {"name": (neighborhood_name,)}),
            "places": (places, {"name": (place_name,)}),
            "lots": (lots, of_lots),
        }
        given = {
            what: Source(
                layer, {key: [name for name in own if name] for key, own in columns.items()}
            )
            for what, (layer, columns) in wanted.items()
            if layer is not None
        }
        if not given:
            raise InputError(
                "Gazetteer: no layer was given. "
                "Give streets, addresses, neighborhoods, places or lots."
            )
        crs, sources = usable_sources(given, limits)
        lexicon = _lexicon_there(crs, sources) if country is None else lexicon_of(country)
        return cls._of(crs, sources, lexicon)

    @classmethod
    def from_osm(
        cls,
        path: str | Path,
        *,
        study_area: gpd.GeoDataFrame | None = None,
        country: str | Sequence[str] | None = None,
        limits: Limits = LIMITS,
    ) -> Gazetteer:
        """Return a gazetteer built from a local OpenStreetMap extract; nothing is downloaded.

        Streets, house numbers (``addr:street``, ``addr:housenumber``), neighborhoods
        (outlines with ``place``), landmarks with a name, and milestones.

        Parameters
        ----------
        path
            A ``.osm.pbf``, ``.pbf`` or ``.osm`` file.
        study_area
            Polygons; only features that intersect them are kept.
        country
            See :meth:`from_layers`.
        limits
            How much the file may hold (:class:`hotspots.Limits`).

        Raises
        ------
        DataFileError
            If the file is missing, or is not what its name says.
        InputError
            If it holds no usable feature there.
        CrsError
            If the study area has no CRS.
        """
        layers = read_osm(path, study_area, limits=limits)
        return cls.from_layers(**layers, country=country, limits=limits)

    def save(self, path: str | Path) -> None:
        """Write the gazetteer to one file; the same gazetteer gives the same bytes.

        The file is a ZIP archive of the layers as Parquet tables.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        write_sources(path, self.crs, self.sources, self.lexicon.countries)

    @classmethod
    def load(cls, path: str | Path, *, limits: Limits = LIMITS) -> Gazetteer:
        """Return a gazetteer that :meth:`save` wrote; it gives the same answers.

        Parameters
        ----------
        path
            The file.
        limits
            How much it may hold (:class:`hotspots.Limits`).

        Raises
        ------
        DataFileError
            If the file is missing, truncated, of another version, or not a gazetteer.
        """
        crs, sources, countries = read_sources(path, limits=limits)
        return cls._of(crs, sources, lexicon_of(countries))

    @classmethod
    def _of(cls, crs: CRS, sources: Mapping[str, gpd.GeoDataFrame], lexicon: Lexicon) -> Gazetteer:
        lines, known = sources.get("streets"), sources.get("addresses")
        areas, places, lots = (sources.get(what) for what in ("neighborhoods", "places", "lots"))
        streets = None if lines is None else Streets.build(lines, lexicon)
        posts = None
        if streets is not None and places is not None:
            posts = Kilometers.build(streets, places, lexicon)
        return cls(
            crs=crs,
            sources=sources,
            lexicon=lexicon,
            streets=streets,
            numbering=None if known is None else Numbering.build(known, lexicon, streets),
            areas=None if areas is None else Areas.build(areas, lexicon),
            places=None if places is None else Places.build(places, lexicon),
            lots=None if lots is None else Lots.build(lots, lexicon),
            kilometers=posts,
        )


def _lexicon_there(crs: CRS, sources: Mapping[str, gpd.GeoDataFrame]) -> Lexicon:
    """Return the words of the countries in which the layers lie."""
    bounds = np.array([layer.total_bounds for layer in sources.values()])
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    to_degrees = Transformer.from_crs(crs, 4326, always_xy=True)
    box = to_degrees.transform_bounds(*low.tolist(), *high.tolist())
    countries = countries_at(box)
    if len(countries) > 1:
        warnings.warn(remark("several_countries", countries=", ".join(countries)), stacklevel=3)
    return lexicon_of(countries)


def _pair(what: str, columns: tuple[str, str] | None) -> dict[str, tuple[str | None, ...]]:
    first, last = (None, None) if columns is None else columns
    return {f"{what}_from": (first,), f"{what}_to": (last,)}
