"""Units: census areas with their residents, validated on reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots._notes import Note, join_notes, note
from hotspots.errors import CrsError, InputError
from hotspots.limits import LIMITS, Limits
from hotspots.polygons.units.residents import Missing, ResidentsSource, some, unit_residents
from hotspots.spatial import coverage, crs
from hotspots.spatial.files import vector

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_POSITION = re.compile(r"\[([^\]]*)\]")


def read_units(
    source: str | Path | gpd.GeoDataFrame,
    *,
    id: str,
    population: str | None = None,
    population_table: str | Path | pd.DataFrame | None = None,
    population_key: str | None = None,
    population_raster: str | Path | None = None,
    missing: Missing = "error",
    crs: Any | None = None,
    layer: str | None = None,
    limits: Limits = LIMITS,
) -> gpd.GeoDataFrame:
    """Return census units with their residents, ready to be joined into polygons.

    The residents come from one of three places: a column of the layer, a column of a second
    table (the census, by the units' identifier), or a raster of residents per cell.

    Parameters
    ----------
    source
        A vector file on this machine (GeoPackage, shapefile, GeoJSON, TopoJSON, GeoParquet,
        FlatGeobuf, KML, KMZ, GML, MapInfo, an ESRI geodatabase, or a zip of one), or a layer
        that was already read.
    id
        Column that names each unit; kept as text, leading zeros included.
    population
        Column with the residents of each unit, in ``population_table`` where that is given,
        else in the layer; fractions are accepted.
    population_table
        A table with a row for each unit: a CSV, Excel or Parquet file, or a DataFrame.
    population_key
        Column of the table that names the units; by default it is called as ``id``.
    population_raster
        A local raster (GeoTIFF, ASCII grid, Erdas Imagine) of residents per cell, summed
        over each unit; a cell that a border cuts is shared by area, and cells without data
        hold nobody.
    missing
        What is done about units of which the residents are not known (an empty cell, no row
        in the table, land beyond the raster): ``"error"``, or ``"zero"`` to count nobody
        there, note ``missing_population`` in ``repair`` and set ``population_known`` to
        false: :func:`hotspots.assign` then leaves incidents there out of every count and rate.
    crs
        The reference system of a layer that came without one.
    layer
        Name of the layer in a file with several; in a zip with several, the member's name
        without its ending.
    limits
        How much the files may hold (:class:`hotspots.Limits`).

    Returns
    -------
    GeoDataFrame
        Indexed by ``unit_id`` (text), sorted by it, with ``population`` (float),
        ``population_known`` (bool), ``repair`` (a note on what was repaired, "" for nothing),
        all other columns of the source, and valid polygons in meters: the source's own
        reference system where it is metric, else the local UTM zone.

    Raises
    ------
    DataFileError
        If a file is missing, unreadable or of a kind that is not read.
    ColumnError
        If a column is missing, or the population is not numeric.
    CrsError
        If the layer has no reference system, or one that its coordinates contradict.
    InputError
        If the source of the residents is not said or said twice, ids are missing or repeated,
        keys repeated or without their leading zeros, populations missing, negative or all
        zero, or a unit has no polygon; the text names the units.

    Warns
    -----
    HotspotsWarning
        Of residents in rows of the table that are no unit's; of residents of the raster that
        lie between the units (within their convex hull, in none of them), or in two of them.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> layer = gpd.GeoDataFrame({"CVEGEO": ["007", "008"], "POBTOT": [2100, 0]},
    ...     geometry=[box(0, 0, 500, 500), box(500, 0, 900, 500)], crs=32613)
    >>> read_units(layer, population="POBTOT", id="CVEGEO")["population"].to_dict()
    {'007': 2100.0, '008': 0.0}
    >>> census = pd.DataFrame({"clave": ["007", "008"], "total": [2150, 12]})
    >>> read_units(layer, id="CVEGEO", population="total", population_table=census,
    ...            population_key="clave")["population"].to_dict()
    {'007': 2150.0, '008': 12.0}
    """
    what = "units" if isinstance(source, gpd.GeoDataFrame) else f"units ({source})"
    residents = ResidentsSource(
        population, population_table, population_key, population_raster, missing
    )
    frame = (
        source
        if isinstance(source, gpd.GeoDataFrame)
        else vector.read_vector(source, what=what, layer=layer, limits=limits)
    )
    if frame.empty:
        raise InputError(f"{what}: the layer has no rows. Export it again from its source.")
    own = [population] if population is not None and population_table is None else []
    _checks.columns_present(frame.columns, [*own, id], what)
    identifiers = _identifiers(frame[id], id, what)
    placed = _in_meters(frame.set_axis(identifiers, axis=0), crs, what)
    coverage.refuse_piled(placed.geometry, limits, what)
    counted, unknown = unit_residents(residents, placed, id=id, what=what, limits=limits)
    _refuse_degrees(placed, counted, what)
    said = np.where(unknown, note(Note.MISSING_POPULATION), "")
    notes = join_notes(placed[schema.REPAIR], pd.Series(said, index=placed.index, dtype=str))
    placed = placed.assign(**{schema.REPAIR: notes})
    return _assembled(placed, counted, ~unknown, drop=[*own, id])


def _identifiers(column: pd.Series, name: str, what: str) -> pd.Index:
    missing = column.isna().to_numpy()
    if missing.any():
        raise InputError(
            f"{what}: {int(missing.sum())} rows have no {name!r}, first row "
            f"{int(np.flatnonzero(missing)[0]) + 1}. Each unit needs an identifier."
        )
    if pd.api.types.is_float_dtype(column.dtype) and (column == column.round()).all():
        # A whole number that passed through a spreadsheet: "1001.0" is nobody's identifier.
        column = column.astype("int64")
    texts = [str(value).strip() for value in column]
    if "" in texts:
        raise InputError(
            f"{what}: row {texts.index('') + 1} has an empty {name!r}. "
            "Each unit needs an identifier."
        )
    index = pd.Index(texts, name=schema.UNIT_ID)
    _checks.unique_index(pd.Series(0, index=index), what)
    return index


def _in_meters(frame: gpd.GeoDataFrame, given: Any | None, what: str) -> gpd.GeoDataFrame:
    known = crs.known_crs(frame, given, what)
    crs.refuse_nowhere(known, what)
    shapes, changed = coverage.polygonal(known.geometry.to_numpy())
    empty = shapely.is_empty(shapes)
    if empty.any():
        raise InputError(
            f"{what}: {int(empty.sum())} units have no polygon ({some(frame.index, empty)}). "
            "Draw them, or take their rows out if nobody lives there."
        )
    valid = known.set_geometry(gpd.GeoSeries(shapes, index=known.index, crs=known.crs))
    moved = crs.in_meters(valid, what)
    # Another projection can fold a sliver that was valid before.
    again, folded = coverage.polygonal(moved.geometry.to_numpy())
    result = moved.set_geometry(gpd.GeoSeries(again, index=moved.index, crs=moved.crs))
    reason = shapely.is_valid_reason(np.asarray(known.geometry.to_numpy(), dtype=object))
    notes = np.full(len(reason), "", dtype=object)
    notes[folded] = note(Note.FOLDED_BY_PROJECTION)
    notes[changed] = [_repair_note(text) for text in reason[changed]]
    return result.assign(**{schema.REPAIR: notes})


def _repair_note(reason: str) -> str:
    """Return the note on why a geometry was invalid, with the location."""
    crossed = "self-intersection" in reason.casefold()
    place = _POSITION.search(reason)
    key = Note.SELF_INTERSECTION if crossed else Note.GEOMETRY_MENDED
    return note(key, place[1] if place else "")


def _refuse_degrees(units: gpd.GeoDataFrame, residents: pd.Series, what: str) -> None:
    """Refuse a metric layer that would house more than one resident on each square meter."""
    area = float(units.area.sum())
    if crs.look_like_degrees(units) and residents.sum() > area:
        raise CrsError(
            f"{what}: the layer says {units.crs.to_string()} (meters), and so its "
            f"{residents.sum():,.0f} residents would live on {area:.3g} m². Its coordinates are "
            "degrees: correct the layer, gdf.set_crs(4326, allow_override=True)."
        )


def _assembled(
    placed: gpd.GeoDataFrame, residents: pd.Series, known: NDArray[np.bool_], *, drop: list[str]
) -> gpd.GeoDataFrame:
    kept = placed.drop(columns=list(dict.fromkeys(drop)))
    taken = (schema.POPULATION, schema.POPULATION_KNOWN, schema.UNIT_ID, schema.POLYGON_ID)
    kept = kept.rename(columns={name: f"{name}_in_source" for name in taken if name in kept})
    kept = kept.rename_geometry(schema.GEOMETRY) if kept.geometry.name != schema.GEOMETRY else kept
    kept.insert(0, schema.POPULATION, residents)
    kept.insert(1, schema.POPULATION_KNOWN, known)
    return kept.sort_index()
