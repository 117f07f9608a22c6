"""Units: census areas with residents, checked once at the door."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots._notes import Note, note, split_note
from hotspots.errors import ColumnError, InputError
from hotspots.spatial import coverage, crs, vector

_POSITION = re.compile(r"\[([^\]]*)\]")


def read_units(
    source: str | Path | gpd.GeoDataFrame,
    *,
    population: str,
    id: str,
    crs: Any | None = None,
    layer: str | None = None,
) -> gpd.GeoDataFrame:
    """Return census units with their residents, ready to be joined into polygons.

    Parameters
    ----------
    source
        A vector file (GeoPackage, GeoJSON, shapefile or GeoParquet on this machine), or a
        layer that was already read.
    population
        Column with the residents of each unit; fractions are accepted.
    id
        Column that names each unit; kept as text, leading zeros included.
    crs
        The reference system of a layer that came without one.
    layer
        Name of the layer in a file with several.

    Returns
    -------
    GeoDataFrame
        Indexed by ``unit_id`` (text), sorted by it, with ``population`` (float), ``repair``
        (a note on what was mended, "" for nothing), all other columns of the source, and
        valid polygons in metres: the source's own reference system where it is metric, else
        the local UTM zone.

    Raises
    ------
    DataFileError
        If the file is missing, unreadable or of a kind that is not read.
    ColumnError
        If a column is missing, or the population is not numeric.
    CrsError
        If the layer has no reference system, or one that its coordinates contradict.
    InputError
        If ids are missing or repeated, populations missing, negative or all zero, or a unit
        has no polygon; the text names the units.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> layer = gpd.GeoDataFrame({"CVEGEO": ["007", "008"], "POBTOT": [2100, 0]},
    ...     geometry=[box(0, 0, 500, 500), box(500, 0, 900, 500)], crs=32613)
    >>> read_units(layer, population="POBTOT", id="CVEGEO")["population"].to_dict()
    {'007': 2100.0, '008': 0.0}
    """
    what = "units" if isinstance(source, gpd.GeoDataFrame) else f"units ({source})"
    frame = (
        source
        if isinstance(source, gpd.GeoDataFrame)
        else vector.read_vector(source, what=what, layer=layer)
    )
    if frame.empty:
        raise InputError(f"{what}: the layer has no rows. Export it again from its source.")
    _checks.columns_present(frame.columns, [population, id], what)
    identifiers = _identifiers(frame[id], id, what)
    residents = _residents(frame[population], identifiers, population, what)
    placed = _in_metres(frame, identifiers, crs, what)
    return _assembled(placed, identifiers, residents, drop=[population, id])


def unit_problems(units: gpd.GeoDataFrame, *, gap_m: float = 1.0) -> pd.DataFrame:
    """Return what is odd about the units, one row per unit and problem.

    Parameters
    ----------
    units
        As returned by :func:`read_units`.
    gap_m
        Widest gap in metres between two units that is reported as one.

    Returns
    -------
    DataFrame
        ``unit_id``, ``problem`` (``self_intersection``, ``geometry_mended``,
        ``folded_by_projection``, ``overlap``, ``small_gap``, ``no_neighbour``,
        ``no_residents``, ``fractional_population``) and ``detail``: a place, a size, a unit.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> layer = gpd.GeoDataFrame({"id": ["a", "b"], "n": [10, 5.5]},
    ...     geometry=[box(0, 0, 20, 20), box(10, 0, 30, 20)], crs=32613)
    >>> unit_problems(read_units(layer, population="n", id="id"))[["unit_id", "problem"]]
      unit_id                problem
    0       a                overlap
    1       b  fractional_population
    """
    _checks.columns_present(units.columns, [schema.POPULATION], "units")
    names = units.index.astype(str).to_numpy()
    rows: list[tuple[str, str, str]] = []
    if schema.REPAIR in units:
        mended = units[schema.REPAIR].to_numpy() != ""
        rows += [
            (name, *split_note(str(written)))
            for name, written in zip(names[mended], units[schema.REPAIR][mended], strict=True)
        ]
    rows += _overlap_rows(units, names) + _gap_rows(units, names, gap_m)
    residents = units[schema.POPULATION].to_numpy(dtype=float)
    rows += [(name, str(Note.NO_RESIDENTS), "") for name in names[residents == 0]]
    fractional = residents != np.round(residents)
    rows += [
        (name, str(Note.FRACTIONAL_POPULATION), f"{value:g}")
        for name, value in zip(names[fractional], residents[fractional], strict=True)
    ]
    table = pd.DataFrame(rows, columns=[schema.UNIT_ID, "problem", "detail"], dtype=object)
    return table.sort_values([schema.UNIT_ID, "problem", "detail"], ignore_index=True)


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


def _with_thousands(column: pd.Series) -> np.ndarray:
    """Say where text such as 1.186 parts thousands: as a decimal it would lose 1,185 people.

    Only where every text with a point has three digits behind it, as decimals seldom have.
    """
    nowhere = np.zeros(len(column), dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return nowhere
    texts = column.astype(str).str.strip()
    dotted = texts.str.contains(".", regex=False)
    parted = texts.str.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+")
    return parted.to_numpy(dtype=bool) if (parted | ~dotted).all() else nowhere


def _residents(column: pd.Series, index: pd.Index, name: str, what: str) -> pd.Series:
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    text = np.isnan(values) & column.notna().to_numpy()
    text |= _with_thousands(column)
    if text.any():
        raise ColumnError(
            f"{what}: {name!r} is not a number in {int(text.sum())} units "
            f"({_some(index, text)}; first value {str(column[text].iloc[0])!r}). "
            "Residents are plain numbers: take out whatever parts the thousands (1,186 or 1.186)."
        )
    if np.isnan(values).any():
        raise InputError(
            f"{what}: {name!r} is missing in {int(np.isnan(values).sum())} units "
            f"({_some(index, np.isnan(values))}). Put 0 where nobody lives, "
            "and the census figure elsewhere."
        )
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        raise InputError(
            f"{what}: {name!r} is negative or infinite in {int(bad.sum())} units "
            f"({_some(index, bad)}; first value {values[bad][0]:g}). "
            "Some censuses write suppressed figures so: put the residents, or 0."
        )
    if values.sum() == 0:
        raise InputError(f"{what}: {name!r} is zero in every unit. Name the residents' column.")
    return pd.Series(values, index=index, name=schema.POPULATION)


def _in_metres(
    frame: gpd.GeoDataFrame, index: pd.Index, given: Any | None, what: str
) -> gpd.GeoDataFrame:
    known = crs.known_crs(frame, given, what)
    shapes, changed = coverage.polygonal(known.geometry.to_numpy())
    empty = shapely.is_empty(shapes)
    if empty.any():
        raise InputError(
            f"{what}: {int(empty.sum())} units have no polygon ({_some(index, empty)}). "
            "Draw them, or take their rows out if nobody lives there."
        )
    mended = known.set_geometry(gpd.GeoSeries(shapes, index=known.index, crs=known.crs))
    moved = crs.in_metres(mended, what)
    # Another projection can fold a sliver that was valid before.
    again, folded = coverage.polygonal(moved.geometry.to_numpy())
    if not np.isfinite(shapely.bounds(again)).all():
        raise InputError(f"{what}: some coordinates are infinite. Export the layer again.")
    result = moved.set_geometry(gpd.GeoSeries(again, index=moved.index, crs=moved.crs))
    reason = shapely.is_valid_reason(np.asarray(known.geometry.to_numpy(), dtype=object))
    notes = np.full(len(reason), "", dtype=object)
    notes[folded] = note(Note.FOLDED_BY_PROJECTION)
    notes[changed] = [_mended(text) for text in reason[changed]]
    return result.assign(**{schema.REPAIR: notes})


def _mended(reason: str) -> str:
    """Return the note on what made a geometry invalid, with the place where it did."""
    crossed = "self-intersection" in reason.casefold()
    place = _POSITION.search(reason)
    key = Note.SELF_INTERSECTION if crossed else Note.GEOMETRY_MENDED
    return note(key, place[1] if place else "")


def _assembled(
    placed: gpd.GeoDataFrame, index: pd.Index, residents: pd.Series, *, drop: list[str]
) -> gpd.GeoDataFrame:
    kept = placed.drop(columns=list(dict.fromkeys(drop)))
    taken = (schema.POPULATION, schema.UNIT_ID, schema.POLYGON_ID)
    kept = kept.rename(columns={name: f"{name}_in_source" for name in taken if name in kept})
    kept = kept.rename_geometry(schema.GEOMETRY) if kept.geometry.name != schema.GEOMETRY else kept
    framed = kept.set_axis(index, axis=0)
    framed.insert(0, schema.POPULATION, residents)
    return framed.sort_index()


def _overlap_rows(units: gpd.GeoDataFrame, names: np.ndarray) -> list[tuple[str, str, str]]:
    left, right, area = coverage.overlaps(units.geometry.to_numpy())
    return [
        (names[a], str(Note.OVERLAP), f"{size:.0f} m² · {names[b]}")
        for a, b, size in zip(left, right, area, strict=True)
    ]


def _gap_rows(
    units: gpd.GeoDataFrame, names: np.ndarray, gap_m: float
) -> list[tuple[str, str, str]]:
    shapes = units.geometry.to_numpy()
    pairs = coverage.adjacency(shapes, tolerance=gap_m)
    alone = np.setdiff1d(np.arange(len(names)), np.r_[pairs.first, pairs.second])
    apart = shapely.distance(shapes[pairs.first], shapes[pairs.second])
    gap = apart > 0
    rows = [(names[row], str(Note.NO_NEIGHBOUR), f"> {gap_m:g} m") for row in alone]
    return rows + [
        (names[a], str(Note.SMALL_GAP), f"{size:.2f} m · {names[b]}")
        for a, b, size in zip(pairs.first[gap], pairs.second[gap], apart[gap], strict=True)
    ]


def _some(index: pd.Index, mask: np.ndarray) -> str:
    names = [repr(name) for name in index[mask][:5]]
    return ", ".join(names) + (", …" if int(mask.sum()) > 5 else "")
