"""Read police tables as incidents: one per row, cleaned, none dropped, every note kept."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from hotspots._checks import projected_crs
from hotspots._missing import is_missing
from hotspots._notes import Note, join_notes, note, noted
from hotspots._text import fold, like_number
from hotspots.catalogue import remark
from hotspots.errors import ColumnError, CrsError, InputError
from hotspots.incidents.address_columns import joined_address
from hotspots.incidents.coordinates import Points, read_points
from hotspots.incidents.date_texts import epochs_as_dates, in_universal_time, joined_date
from hotspots.incidents.dates import likely_swapped, parse_dates
from hotspots.incidents.repeats import exact_repeats
from hotspots.incidents.roles import date_parts, listed_columns, roles_of
from hotspots.incidents.source import POINT_X, POINT_Y, SourceDescription, SourceTable, read_table
from hotspots.incidents.taxonomy.taxonomy import Taxonomy, class_key, classify, load_taxonomy
from hotspots.limits import LIMITS, Limits
from hotspots.schema import (
    ADDRESS,
    CATEGORY,
    CATEGORY_SOURCE,
    DATE,
    DATE_PRECISION,
    EVENT_ID,
    LOCATION_MATCH,
    LOCATION_PRECISION,
    LOCATION_RADIUS,
    LOCATION_SCORE,
    LOCATION_STATUS,
    NEIGHBORHOOD,
    PROBLEM,
    REPAIR,
    REPEAT_OF,
    ROW_ID,
    UNMAPPED,
    VICTIMS,
    LocationPrecision,
    LocationStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotspots.incidents.source import Source

_MOST_VICTIMS = 10_000


def read_incidents(
    source: Source,
    *,
    date: str | Sequence[str] | None = None,
    time: str | None = None,
    category: str | None = None,
    address: str | Sequence[str] | None = None,
    neighborhood: str | None = None,
    longitude: str | None = None,
    latitude: str | None = None,
    event: str | None = None,
    victims: str | None = None,
    crs: object = 4326,
    study_area: gpd.GeoDataFrame | None = None,
    taxonomy: str | Path | Mapping[str, str] | Taxonomy | None = None,
    sheet: str | None = None,
    limits: Limits = LIMITS,
) -> gpd.GeoDataFrame:
    """Return the incidents of a police table, one row for each row that was read.

    No row is dropped: ``repair`` says what was repaired in it, ``problem`` what could not be used.
    Of the source's columns only those named here are kept. If none is named, they are guessed
    from the headers, and a warning says which were chosen; another gives the encoding, separator
    and decimal sign with which a text file was read.

    Parameters
    ----------
    source
        A CSV, Excel, LibreOffice, Parquet, GeoPackage, GeoJSON, shapefile or KML file on this
        machine, a table in memory, or a table or query of a PostGIS database
        (:func:`hotspots.postgis_source`).
    date, time, category, address, neighborhood, longitude, latitude, event, victims
        Names of the source's columns; case and accents do not matter. ``event`` is the case
        number, which several rows (victims) may share; ``victims`` the number of victims of a row
        (1 if not stated). ``address`` may name several columns, as in
        ``["CALLE", "NUMERO", "CRUCE"]``, which are joined as their headers imply; ``date`` the
        columns of year, month and day, as in ``["ANIO", "MES", "DIA"]``. For a column of
        pairs ("31.74, -106.48"), name it for both coordinates. A geographic file's points need
        no columns.
    crs
        CRS of the coordinates in the columns.
    study_area
        Polygons in a metric CRS. A point outside is repaired if exactly one repair puts it inside
        (see :func:`hotspots.incidents.coordinates.read_points`).
    taxonomy
        Name of a built-in taxonomy, a TOML file, or label → class. Without one, each label is its
        own class, ignoring case, accents and punctuation.
    sheet
        Sheet of an Excel workbook, or layer of a GeoPackage.
    limits
        How much the file may hold (:class:`hotspots.Limits`).

    Returns
    -------
    geopandas.GeoDataFrame
        Indexed by ``row_id``, the 1-based number of the data row: ``event_id``, ``victims``,
        ``date``, ``date_precision``, ``category``, ``category_source``, ``address``,
        ``neighborhood``, ``repeat_of``, ``location_status`` (``given``, ``unmatched``,
        ``invalid``), ``location_precision``, ``location_score``, ``location_radius_m``,
        ``location_match``, ``repair``, ``problem`` and ``geometry``: a point in the study
        area's CRS (``crs`` without one), None if it is not located.

        ``repeat_of`` is the first row that is the same in every mapped column, missing if there
        is none. Two victims of one event may look the same if the table does not distinguish
        them, so a repeat is a question to whoever keeps the table; no row is dropped for it.

    Raises
    ------
    DataFileError
        If the file is missing, empty, without rows, of a kind that is not read, or not text;
        if the database cannot be read.
    ColumnError
        If a named column does not exist (the closest is suggested), one coordinate is named
        without the other, a taxonomy is given without a column of categories, or no column was
        named and no header is recognized.
    InputError
        If not a single category is in the taxonomy, the taxonomy does not exist, or the study
        area is empty.
    CrsError
        If a CRS is missing or unknown, or the study area is not in meters.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "FECHA": ["05/04/2013", "SE DESCONOCE"], "DELITO": ["HOMICIDIO", "Robo a negocio"],
    ...     "LAT": ["31,74", ""], "LON": ["-106,48", ""], "CALLE": ["", "Av. Juárez 120"]})
    >>> read = read_incidents(table, date="fecha", category="delito", address="calle",
    ...                       longitude="lon", latitude="lat", taxonomy="council_indicators")
    >>> read["category"].tolist()
    ['homicide', 'business_robbery']
    >>> read["location_status"].tolist()
    ['given', 'unmatched']
    >>> read.loc[2, "problem"]
    'date_unknown: SE DESCONOCE'
    """
    if study_area is not None:
        projected_crs(study_area, "study_area")
        if len(study_area) == 0:
            raise InputError("study_area: has no polygon. Give the area of the incidents.")
    table = read_table(source, sheet=sheet, limits=limits)
    _warn_how_it_was_read(table.description)
    roles = roles_of(
        table,
        {
            "date": date,
            "time": time,
            "category": category,
            "address": address,
            "neighborhood": neighborhood,
            "longitude": longitude,
            "latitude": latitude,
            "event": event,
            "victims": victims,
        },
    )
    if taxonomy is not None and "category" not in roles:
        raise ColumnError(
            f"{table.description.path or 'The table'}: a taxonomy was given and no column of "
            f"categories. Name it: category=... The columns are: {listed_columns(table)}."
        )
    cells = {role: table.cells[columns[0]] for role, columns in roles.items()}
    if len(roles.get("address", ())) > 1:
        cells["address"] = joined_address([table.cells[name] for name in roles["address"]])
    if len(roles.get("date", ())) > 1:
        parts = date_parts(roles["date"])
        cells["date"] = joined_date([table.cells[name] for name in roles["date"]], parts)
    points = _points(table, cells, crs, study_area)
    frame = pd.concat(
        [
            _identity(cells, table.cells.index),
            _dates(cells, table.cells.index),
            _categories(cells, table.cells.index, taxonomy, table.description.path),
            _places(cells, table.cells.index, points),
        ],
        axis=1,
    )
    columns = list(dict.fromkeys(name for names in roles.values() for name in names))
    frame[REPEAT_OF] = exact_repeats(table.cells[columns])
    frame[PROBLEM] = _problems(frame, table.notes)
    geometry = gpd.points_from_xy(points.x, points.y)
    geometry[np.isnan(points.x)] = None
    target = _crs(crs) if study_area is None else study_area.crs
    kept = [*_ORDER, PROBLEM]
    return gpd.GeoDataFrame(frame[kept].rename_axis(ROW_ID), geometry=geometry, crs=target)


_ORDER = [
    EVENT_ID,
    VICTIMS,
    DATE,
    DATE_PRECISION,
    CATEGORY,
    CATEGORY_SOURCE,
    ADDRESS,
    NEIGHBORHOOD,
    REPEAT_OF,
    LOCATION_STATUS,
    LOCATION_PRECISION,
    LOCATION_SCORE,
    LOCATION_RADIUS,
    LOCATION_MATCH,
    REPAIR,
]
_PARTS = ("date problem", "category problem", "victims problem", "place problem")


def _warn_how_it_was_read(description: SourceDescription) -> None:
    """Warn of what was inferred about a file; its folder is not mentioned."""
    name = Path(description.path).name
    if description.encoding:
        said = remark(
            "read_as",
            file=name,
            encoding=description.encoding,
            separator=repr(description.separator),
            decimal=repr(description.decimal),
            line=description.header_row,
        )
        warnings.warn(said, stacklevel=3)
    elif description.header_row > 1:
        said = remark("header_found", file=name, line=description.header_row)
        warnings.warn(said, stacklevel=3)
    if description.other_sheets:
        first, *others = description.other_sheets
        listed = ", ".join(others)
        warnings.warn(remark("other_sheets", file=name, sheet=first, others=listed), stacklevel=3)


def _crs(crs: object) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise CrsError(
            f"crs: came as {crs!r}, which is not a coordinate reference system ({error}). "
            "Use e.g. 4326 for degrees, 32613 for UTM zone 13 north."
        ) from None


def _points(
    table: SourceTable,
    cells: Mapping[str, pd.Series],
    crs: object,
    study_area: gpd.GeoDataFrame | None,
) -> Points:
    if "longitude" in cells and "latitude" in cells:
        return read_points(
            cells["longitude"], cells["latitude"], crs=_crs(crs), study_area=study_area
        )
    if POINT_X in table.cells:
        if table.crs is None:
            raise CrsError(
                f"{table.description.path or 'The table'}: the layer has no coordinate reference "
                "system. Set it in the file, or name its columns of coordinates and crs=..."
            )
        given = CRS.from_user_input(table.crs)
        x, y = table.cells[POINT_X], table.cells[POINT_Y]
        points = read_points(x, y, crs=given, study_area=study_area)
        return points if study_area is not None else _reprojected(points, given, _crs(crs))
    empty = np.full(len(table.cells), np.nan)
    nothing = np.full(len(table.cells), "", dtype=object)
    return Points(empty, empty, nothing, nothing)


def _reprojected(points: Points, source: CRS, target: CRS) -> Points:
    moved = gpd.GeoSeries(gpd.points_from_xy(points.x, points.y), crs=source).to_crs(target)
    return Points(moved.x.to_numpy(), moved.y.to_numpy(), points.repair, points.problem)


def _identity(cells: Mapping[str, pd.Series], index: pd.Index) -> pd.DataFrame:
    numbers = pd.Series(index.astype(str), index=index, dtype=str)
    if "event" in cells:
        known = cells["event"]
        # The prefix keeps a row's number from equaling a case number.
        event = known.where(known != "", "row " + numbers)
    else:
        event = numbers
    counts, problem = _victims(cells.get("victims"), index)
    if "event" in cells and "victims" in cells:
        counts = _each_once(counts, cells["event"])
    return pd.DataFrame({EVENT_ID: event, VICTIMS: counts, "victims problem": problem})


def _victims(texts: pd.Series | None, index: pd.Index) -> tuple[pd.Series, pd.Series]:
    nothing = pd.Series("", index=index, dtype=str)
    if texts is None:
        return pd.Series(1, index=index, dtype="int64"), nothing
    values = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce")
    usable = values.notna() & (values >= 0) & (values <= _MOST_VICTIMS) & (values % 1 == 0)
    counts = values.where(usable, 1).astype("int64")
    silent = texts.isin([text for text in texts.unique() if is_missing(text)])
    return counts, noted(Note.VICTIMS_COUNTED_AS_ONE, texts.map(like_number), ~usable & ~silent)


def _each_once(counts: pd.Series, event: pd.Series) -> pd.Series:
    """Count one victim per row where each row of an event states the event's number of rows."""
    rows = event.map(event[event != ""].value_counts())
    total = (rows > 1) & (counts == rows)
    total = total.groupby(event).transform("all") & total
    if total.any():
        warnings.warn(remark("victims_total", n=int(event[total].nunique())), stacklevel=4)
    return counts.mask(total, 1)


def _dates(cells: Mapping[str, pd.Series], index: pd.Index) -> pd.DataFrame:
    if "date" not in cells:
        empty = pd.Series(pd.NaT, index=index, dtype="datetime64[us]")
        return pd.DataFrame({DATE: empty, DATE_PRECISION: "none", "date problem": ""})
    dates = epochs_as_dates(cells["date"])
    known = {**cells, "date": dates}
    universal = sum(in_universal_time(known[role]) for role in ("date", "time") if role in known)
    if universal:
        warnings.warn(remark("universal_time", n=universal), stacklevel=4)
    if likely_swapped(dates):
        warnings.warn(remark("swapped_dates"), stacklevel=4)
    read = parse_dates(dates, cells.get("time"))
    return read.rename(columns={PROBLEM: "date problem"})


def _categories(
    cells: Mapping[str, pd.Series],
    index: pd.Index,
    taxonomy: str | Path | Mapping[str, str] | Taxonomy | None,
    path: str,
) -> pd.DataFrame:
    if "category" not in cells:
        return pd.DataFrame(
            {CATEGORY: "incident", CATEGORY_SOURCE: "", "category problem": ""}, index=index
        )
    labels = cells["category"]
    if taxonomy is None:
        keys = {label: class_key(label) or UNMAPPED for label in labels.unique()}
        classes = labels.map(keys)
        problem = pd.Series("", index=index, dtype=str)
    else:
        chosen = load_taxonomy(taxonomy)
        classes = classify(labels, chosen, where=path or "The table")
        problem = noted(Note.CATEGORY_UNKNOWN, labels, classes == UNMAPPED)
    blank = [label for label in labels.unique() if not fold(label)]
    problem = problem.mask(labels.isin(blank), note(Note.CATEGORY_MISSING))
    return pd.DataFrame({CATEGORY: classes, CATEGORY_SOURCE: labels, "category problem": problem})


def _places(cells: Mapping[str, pd.Series], index: pd.Index, points: Points) -> pd.DataFrame:
    given = np.isfinite(points.x)
    problem = pd.Series(points.problem, index=index, dtype=str)
    nothing = pd.Series("", index=index, dtype=str)
    address = _known(cells.get("address", nothing))
    neighborhood = _known(cells.get("neighborhood", nothing))
    silent = ~given & (problem == "") & (address == "") & (neighborhood == "")
    status = pd.Series(str(LocationStatus.UNMATCHED), index=index, dtype=str)
    status = status.mask(~given & (problem != ""), str(LocationStatus.INVALID))
    status = status.mask(given, str(LocationStatus.GIVEN))
    precision = pd.Series(str(LocationPrecision.NONE), index=index, dtype=str)
    return pd.DataFrame(
        {
            ADDRESS: address,
            NEIGHBORHOOD: neighborhood,
            LOCATION_STATUS: status,
            LOCATION_PRECISION: precision.mask(given, str(LocationPrecision.COORDINATE)),
            LOCATION_SCORE: np.where(given, 1.0, np.nan),
            LOCATION_RADIUS: np.where(given, 0.0, np.nan),
            LOCATION_MATCH: "",
            REPAIR: pd.Series(points.repair, index=index, dtype=str),
            "place problem": problem.mask(silent, note(Note.LOCATION_MISSING)),
        }
    )


def _known(texts: pd.Series) -> pd.Series:
    """Return texts with those emptied that only say that nothing is known."""
    return texts.mask(texts.isin([text for text in texts.unique() if is_missing(text)]), "")


def _problems(frame: pd.DataFrame, notes: Mapping[int, str]) -> pd.Series:
    problem = pd.Series(frame.index.map(lambda row: notes.get(row, "")), frame.index, dtype=str)
    for part in _PARTS:
        problem = join_notes(problem, frame[part])
    return problem
