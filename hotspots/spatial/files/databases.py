"""GeoPackages: whether what they list are tables with cells of their own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from hotspots.errors import DataFileError

if TYPE_CHECKING:
    from pathlib import Path

_HIDDEN = (2, 3)
"""Marks of a generated column in SQLite's ``table_xinfo``."""


def refuse_computed(file: Path, layer: str | None, what: str) -> None:
    """Refuse a GeoPackage of which a layer is computed while it is read.

    A view, a virtual table or a generated column is a program of the file's author, which may
    never end. One that the file does not list as its own is ignored, unless it is named.

    Raises
    ------
    DataFileError
        If the layer, a listed one or a table of the format is computed, or it is no database.
    """
    try:
        address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as database:
            computed = _computed(database, layer)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise DataFileError(
            f"{what}: {file} could not be read ({error}). Export it again as GeoPackage."
        ) from error
    if computed:
        raise DataFileError(
            f"{what}: {file} holds {computed}, which is computed while it is read, and is not "
            "opened. Export its rows to a new GeoPackage."
        )


def _computed(database: sqlite3.Connection, layer: str | None) -> str:
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    schema = database.execute(
        "SELECT name, lower(sql) FROM sqlite_master WHERE type IN ('table', 'view')"
    ).fetchall()
    kinds = {str(name): " ".join(str(sql).split()[:3]) for name, sql in schema}
    for name, kind in kinds.items():
        if name.lower().startswith("gpkg_") and not kind.startswith("create table"):
            return f"{name!r}, no table"
    contents = database.execute("SELECT table_name FROM gpkg_contents")
    listed = {str(row[0]).lower() for row in contents}
    listed.add((layer or "").lower())
    for name, kind in kinds.items():
        if name.lower() in listed:
            if not kind.startswith("create table"):
                return f"the view or virtual table {name!r}"
            for column in database.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)):
                if column[6] in _HIDDEN:
                    return f"the generated column {column[1]!r}"
    return ""
