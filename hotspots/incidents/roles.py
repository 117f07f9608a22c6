"""The columns of each role: as named, or guessed from the headers."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from hotspots.catalogue import remark
from hotspots.errors import ColumnError
from hotspots.incidents.address_columns import header_core
from hotspots.incidents.columns import resolve_column
from hotspots.incidents.date_texts import date_part
from hotspots.incidents.source import POINT_X

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotspots.incidents.source import SourceTable


def roles_of(
    table: SourceTable, named: Mapping[str, str | Sequence[str] | None]
) -> dict[str, tuple[str, ...]]:
    """Return role → columns, as named or guessed with a warning; several for an address or a date.

    Raises
    ------
    ColumnError
        If a named column does not exist, one coordinate is named without the other, or none was
        named and no header is recognized.
    """
    description = table.description
    where = description.path or "The table"
    wanted = {
        role: _columns(role, columns) for role, columns in named.items() if columns is not None
    }
    if ("longitude" in wanted) != ("latitude" in wanted):
        raise ColumnError(
            f"{where}: {'latitude' if 'latitude' in wanted else 'longitude'} was named alone. "
            "Name both columns of coordinates (one column of pairs for both)."
        )
    if wanted:
        return {
            role: tuple(
                resolve_column(column, description.names, role=role, where=where)
                for column in columns
            )
            for role, columns in wanted.items()
        }
    guessed = {role: _columns(role, columns) for role, columns in description.columns.items()}
    if not guessed and POINT_X not in table.cells:
        raise ColumnError(
            f"{where}: no header is recognized in row {description.header_row}, which was taken "
            f"for the header: {listed_columns(table)}. Name the columns (category=..., date=... "
            "and so on), or check whether the header is in another row or on another sheet."
        )
    said = ", ".join(f"{role}={'+'.join(map(repr, names))}" for role, names in guessed.items())
    warnings.warn(
        remark("guessed_columns", file=where, columns=said or "none"),
        stacklevel=3,
    )
    return guessed


def date_parts(names: Sequence[str]) -> list[str]:
    """Return what each of a date's columns holds: by its header, else year, month, day in order.

    Two columns need headers that say it; empty where it cannot be told.

    Examples
    --------
    >>> date_parts(["DIA", "MES", "AÑO"]), date_parts(["a", "b", "c"]), date_parts(["a", "b"])
    (['day', 'month', 'year'], ['year', 'month', 'day'], [])
    """
    parts = [date_part(header_core(name)) for name in names]
    if "year" in parts and len(set(parts)) == len(parts) and "" not in parts:
        return parts
    return ["year", "month", "day"] if len(names) == 3 else []


def _columns(role: str, named: str | Sequence[str]) -> tuple[str, ...]:
    if isinstance(named, str):
        return (named,)
    listed = isinstance(named, list | tuple) and all(isinstance(one, str) for one in named)
    if not (listed and len(named) and _may_be_several(role, named)):
        several = {"address": ", or several in their order", "date": ", or of year, month and day"}
        raise ColumnError(
            f"{role}: came as {named!r}. Give the name of a column{several.get(role, '')}."
        )
    return tuple(named)


def _may_be_several(role: str, named: Sequence[str]) -> bool:
    if role == "date":
        return len(named) == 1 or len(date_parts(named)) == len(named)
    return role == "address"


def listed_columns(table: SourceTable) -> str:
    """Return the names of a table's columns for an error message, at most forty."""
    names = table.description.names
    return ", ".join(map(repr, names[:40])) + (" ..." if len(names) > 40 else "")
