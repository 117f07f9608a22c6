"""``publications.csv``: every count that a public folder has ever shown."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import columns_present
from hotspots.errors import DataFileError
from hotspots.maps.privacy.earlier import FILE, Publication, months

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_COLUMNS = ("publication", "first", "last", "category", "area", "count")


def read_publications(folder: Path) -> list[Publication]:
    """Return what a public folder says was published, in order; nothing without the file.

    Raises
    ------
    DataFileError
        If the file is not as a run wrote it.
    """
    file = folder / FILE
    if not file.is_file():
        return []
    try:
        table = pd.read_csv(file, dtype=str, encoding="utf-8-sig", keep_default_na=False)
        columns_present(table.columns, _COLUMNS, str(file))
        return [_publication(rows) for _, rows in table.groupby("publication", sort=False)]
    except (ValueError, csv.Error, UnicodeError, pd.errors.ParserError) as error:
        raise DataFileError(
            f"{file}: cannot be read ({error}). It is what a run compares a new publication with; "
            "put back the file that was published."
        ) from None


def publications_table(publications: Iterable[Publication]) -> pd.DataFrame:
    """Return publications as the table of ``publications.csv``; a withheld count is empty."""
    parts = []
    for number, one in enumerate(publications, start=1):
        first, last = ("", "") if one.span == (0, 0) else _ends(*one.span)
        for category in sorted(map(str, one.counts)):
            counts = one.counts[category].sort_index()
            part = pd.DataFrame({"area": counts.index, "count": counts.round().astype("Int64")})
            parts.append(part.assign(publication=number, first=first, last=last, category=category))
    if not parts:
        return pd.DataFrame(columns=list(_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(_COLUMNS)]


def with_new(earlier: Sequence[Publication], new: Publication) -> list[Publication]:
    """Return all publications, the new one last unless it says nothing that was not said."""
    return [*earlier] if any(_same(one, new) for one in earlier) else [*earlier, new]


def _same(one: Publication, other: Publication) -> bool:
    first, second = one.counts, other.counts
    if one.span != other.span or set(first) != set(second) or set(first.index) != set(second.index):
        return False
    return np.array_equal(first, second.reindex_like(first), equal_nan=True)


def _publication(rows: pd.DataFrame) -> Publication:
    first, last = rows[["first", "last"]].iloc[0]
    counts = rows.assign(count=rows["count"].replace("", "nan").astype(float))
    wide = counts.pivot_table("count", "area", "category", aggfunc="first", dropna=False)
    if not np.isfinite(wide.fillna(0).to_numpy()).all():
        raise ValueError("a count is not a number")
    return Publication(months(first, last), wide)


def _ends(start: int, end: int) -> tuple[str, str]:
    """Return the first and the last month of a span."""
    first, last = (f"{month // 12:04d}-{month % 12 + 1:02d}" for month in (start, end - 1))
    return first, last
