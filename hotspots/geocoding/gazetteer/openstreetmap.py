"""OpenStreetMap extracts: streets, house numbers, neighborhoods and places from one file."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from hotspots._checks import existing_file, first_bytes
from hotspots.errors import CrsError, DataFileError, InputError
from hotspots.limits import LIMITS, Limits
from hotspots.spatial.crs import refuse_nowhere
from hotspots.spatial.files.file_signatures import HEAD_BYTES, points_elsewhere

NEIGHBORHOODS = ("neighbourhood", "suburb", "quarter", "city_block")
"""Values of ``place`` whose outlines are neighborhoods."""

MILESTONE_M = 50.0
"""A milestone belongs to the nearest road, if that is no farther off than this."""

_NO_ROADS = ("footway", "path", "cycleway", "steps", "proposed", "construction", "corridor")
_LANDMARKS = ("amenity", "leisure", "shop", "tourism", "office", "healthcare", "railway")
_TAG = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_DEGREES = 4326


def read_osm(
    path: str | Path, study_area: gpd.GeoDataFrame | None = None, *, limits: Limits = LIMITS
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers streets, addresses, neighborhoods and places of a local extract.

    Streets are ways with ``highway`` and a ``name``, listed again under the number of their
    ``ref`` (MEX 45 is Carretera 45); addresses are points and outlines with ``addr:street`` and
    ``addr:housenumber``; neighborhoods are outlines with ``place``; places are landmarks with a
    name, and ``highway=milestone`` with its ``distance``, as "Carretera 45 km 12".

    Parameters
    ----------
    path
        A ``.osm.pbf``, ``.pbf`` or ``.osm`` file on this machine.
    study_area
        Only features that intersect it are kept.
    limits
        How much of it may lie there.

    Returns
    -------
    dict
        The layers that are not empty, in degrees of longitude and latitude.

    Raises
    ------
    DataFileError
        If the file is missing, not what its name says, truncated, or XML with a DTD.
    InputError
        If it holds no usable feature in the study area.
    CrsError
        If the study area has no CRS.
    """
    file = _plain_extract(path)
    area = None if study_area is None else _area(study_area)
    raw = {
        layer: _read(file, layer, area, limits) for layer in ("points", "lines", "multipolygons")
    }
    spots = pd.concat([raw["points"], raw["multipolygons"]], ignore_index=True)
    streets = _streets(raw["lines"])
    found = {
        "streets": streets,
        "addresses": _addresses(spots),
        "neighborhoods": _neighborhoods(raw["multipolygons"]),
        "places": pd.concat([_places(spots), _milestones(spots, streets)], ignore_index=True),
    }
    layers = {what: layer for what, layer in found.items() if len(layer)}
    if not layers:
        raise InputError(
            f"Gazetteer.from_osm: {file} holds no named street, address, neighborhood or place "
            "in the study area. Give an extract that covers that city."
        )
    return layers


def _plain_extract(path: str | Path) -> Path:
    text = str(path)
    if "://" in text or text.startswith(("/vsi", "\\\\")):
        raise DataFileError(
            f"Gazetteer.from_osm: {text} is not a plain local file. "
            "Download it and give the path of the local copy."
        )
    if not text.lower().endswith((".pbf", ".osm")):
        raise DataFileError(
            f"Gazetteer.from_osm: {text} is not an .osm.pbf or .osm file. Download an extract."
        )
    file = existing_file(text, "Gazetteer.from_osm")
    head = first_bytes(file, HEAD_BYTES, "Gazetteer.from_osm")
    xml = text.lower().endswith(".osm")
    own = b"<osm" in head and not points_elsewhere(head) if xml else b"OSMHeader" in head[:64]
    if not own:
        raise DataFileError(
            f"Gazetteer.from_osm: the content of {file} is not OpenStreetMap data, or declares a "
            "document type. Download the extract again."
        )
    return file


def _area(study_area: gpd.GeoDataFrame) -> shapely.Geometry:
    if study_area.crs is None:
        raise CrsError(
            "Gazetteer.from_osm: the study area has no coordinate reference system. "
            "Set it, e.g. study_area.set_crs(4326) for degrees."
        )
    area = study_area.geometry.to_crs(_DEGREES).union_all()
    shapely.prepare(area)
    return area


def _read(
    file: Path, layer: str, area: shapely.Geometry | None, limits: Limits
) -> gpd.GeoDataFrame:
    """Return one of GDAL's layers, with the tags that this module uses as columns."""
    bounds = None if area is None else area.bounds
    try:
        frame = pyogrio.read_dataframe(file, layer=layer, bbox=bounds)
    except Exception as error:  # Each library has its own errors, and broken files find them all.
        raise DataFileError(
            f"Gazetteer.from_osm: {file} could not be read ({error}). Download the extract again."
        ) from error
    limits.refuse("rows", len(frame), f"Gazetteer.from_osm: {file}", "rows", "Cut it to the city.")
    refuse_nowhere(frame, f"Gazetteer.from_osm: {file}")
    tags = [_tags(text) for text in frame.get("other_tags", pd.Series(dtype=object))]
    wanted = ("name", "highway", "place", "ref", "distance", "addr:street", "addr:housenumber")
    columns = {
        key: pd.Series(_column(frame, tags, key), dtype=object) for key in (*wanted, *_LANDMARKS)
    }
    table = gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=_DEGREES)
    kept = table.geometry.notna() & ~table.geometry.is_empty
    if area is not None:
        kept &= table.geometry.intersects(area)
    return table[kept].reset_index(drop=True)


def _tags(text: object) -> dict[str, str]:
    """Return the tags in a text of PostgreSQL's hstore format.

    Examples
    --------
    >>> _tags('"addr:street"=>"Calle Juárez","addr:housenumber"=>"12"')["addr:street"]
    'Calle Juárez'
    """
    if not isinstance(text, str):
        return {}
    return {_plain(key): _plain(value) for key, value in _TAG.findall(text)}


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)


def _column(frame: gpd.GeoDataFrame, tags: list[dict[str, str]], key: str) -> list[str]:
    own = frame[key].tolist() if key in frame else [None] * len(frame)
    return [
        cell if isinstance(cell, str) else more.get(key, "")
        for cell, more in zip(own, tags or [{}] * len(frame), strict=True)
    ]


def _layer(names: pd.Series, rows: gpd.GeoDataFrame, column: str = "name") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {column: names.to_numpy()}, geometry=rows.geometry.to_numpy(), crs=_DEGREES
    )


def _streets(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    roads = lines[(lines["highway"] != "") & ~lines["highway"].isin(_NO_ROADS)]
    named = roads[roads["name"] != ""]
    figures = roads["ref"].str.extract(r"(\d+)", expand=False)
    referred = roads[figures.notna()]
    by_figure = "Carretera " + figures[figures.notna()].astype(str)
    return pd.concat([_layer(named["name"], named), _layer(by_figure, referred)], ignore_index=True)


def _addresses(spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = spots[(spots["addr:street"] != "") & (spots["addr:housenumber"] != "")]
    return _layer(rows["addr:street"] + " # " + rows["addr:housenumber"], rows, "address")


def _neighborhoods(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = shapes[shapes["place"].isin(NEIGHBORHOODS) & (shapes["name"] != "")]
    return _layer(rows["name"], rows)


def _places(spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    landmark = (spots[list(_LANDMARKS)] != "").any(axis=1)
    rows = spots[landmark & (spots["name"] != "")]
    return _layer(rows["name"], rows)


def _milestones(spots: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    posts = spots[(spots["highway"] == "milestone") & spots["distance"].str.match(r"\d+(\.\d+)?$")]
    if posts.empty or streets.empty:
        return _layer(posts["name"].iloc[:0], posts.iloc[:0])
    crs = posts.estimate_utm_crs()
    near = posts.to_crs(crs).sjoin_nearest(
        streets.to_crs(crs), how="inner", max_distance=MILESTONE_M, lsuffix="post", rsuffix="road"
    )
    return _layer(near["name_road"] + " km " + near["distance"], posts.loc[near.index])
