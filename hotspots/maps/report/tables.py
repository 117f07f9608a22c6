"""The report's tables, in which every cell is text in the page's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotspots.catalogue import has_text, number, percent, significant, text
from hotspots.schema import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hotspots.schema import PolygonPlan

_SECTIONS = {"location_status": "status", "location_precision": "precision"}

MOST = 40
"""Most rows of a long list in the report; the files have all of them."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is printed.

    Attributes
    ----------
    caption, columns, rows
        Text of the table; ``numbers`` says which columns are aligned right.
    total
        The last row, with the sums; empty for none.
    name
        Key of the table and name of its CSV.
    source
        File beside the report that holds its numbers; "" for none.
    download
        ``data:`` URL of the table as CSV.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]
    total: tuple[str, ...] = ()
    name: str = ""
    source: str = ""
    download: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section: anchor, title, sentences, warnings, tables and the file of its numbers."""

    anchor: str
    title: str
    sentences: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    source: str = ""


def section_of(
    anchor: str,
    language: str,
    sentences: tuple[str, ...],
    tables: list[Table],
    warnings: tuple[str, ...] = (),
) -> Section:
    """Return a section with its title from the catalogue."""
    title = text(f"report.section_{anchor}", language)
    return Section(anchor, title, sentences, warnings, tuple(tables))


def table_of(
    name: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    language: str,
    numbers: Iterable[int] = (),
    total: tuple[str, ...] = (),
) -> Table:
    """Return a table with its caption and heads from the catalogue."""
    right = tuple(place in set(numbers) for place in range(len(columns)))
    heads = tuple(text(f"column.{column}", language) for column in columns)
    caption = text(f"table.{name}", language, category="") if name != "highest" else ""
    return Table(caption, heads, tuple(rows), right, total, name)


def counts_table(
    name: str, counts: Mapping[str, int], language: str, *, total: bool = True
) -> Table:
    """Return the number of rows of each kind and, if ``total``, their sum."""
    rows = [(label, number(n, language)) for label, n in counts.items()]
    added = (text("report.total", language), number(sum(counts.values()), language))
    return table_of(name, ("what", "rows"), rows, language, (1,), added if total else ())


def frame_table(name: str, frame: pd.DataFrame, language: str) -> Table:
    """Return a stage's own table as it is, with its index if that has a name."""
    shown = frame.head(MOST)
    if shown.index.name:
        shown = shown.reset_index()
    numeric = [bool(pd.api.types.is_numeric_dtype(dtype)) for dtype in shown.dtypes]
    caption = text(f"table.{name}", language)
    names = [str(column) for column in shown.columns]
    rows = tuple(
        tuple(_cell(value, column, language) for value, column in zip(row, names, strict=True))
        for row in shown.itertuples(index=False)
    )
    heads = tuple(word("column", one, language) for one in names)
    return Table(caption, heads, rows, tuple(numeric), name=name)


def _cell(value: Any, column: str, language: str) -> str:
    if isinstance(value, str):
        return word(_SECTIONS.get(column, "value"), value, language)
    if isinstance(value, float):
        shares = column.startswith(("share", "hit_rate"))
        return (percent if shares else significant)(value, language)
    return number(int(value), language) if isinstance(value, int) else str(value)


def word(section: str, key: str, language: str) -> str:
    """Return the catalogue's word for ``key`` in a section, or the key itself."""
    name = f"{section}.{key.replace(' ', '_')}"
    return text(name, language) if has_text(name, language) else key


def name_of(place: Any, plan: PolygonPlan | None) -> str:
    """Return a polygon's name and identifier."""
    if plan is None or NAME not in plan.polygons or place not in plan.polygons.index:
        return str(place)
    return f"{plan.polygons.loc[place, NAME]} ({place})"
