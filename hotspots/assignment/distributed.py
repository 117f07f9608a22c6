"""Distributed assignment: points are assigned on dask's workers, and come back as counts.

The entries of one partition are of two kinds, in one table that the workers shuffle and sum:

- a cell (``event_id`` missing): how many events and victims one place, category and period
  has from rows that need no other partition. Rows that do not count stand in the place -1 with
  zeros, so that their categories and periods are known;
- a first row (``event_id`` there): where the partition's first row of an event lies. All of an
  event's come together on one worker, which keeps the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import dask
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import _checks, schema
from hotspots.assignment import fates, tally
from hotspots.assignment.ready_areas import assign_to, fate_columns, ready_areas
from hotspots.assignment.tally import MEASURES, PERIOD, Key, Keys
from hotspots.errors import ColumnError, CrsError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dask.dataframe as dd

    from hotspots.assignment.periods import Period
    from hotspots.assignment.ready_areas import ReadyAreas

PLACE = "place"
BUCKET = "bucket"
CELL = [PLACE, schema.CATEGORY, PERIOD]
TEXT = "string[pyarrow]"
NOWHERE = -1

ROWS_EXPECTED = 1_000_000
"""Rows assumed per partition: the true number is unknown until it is read."""

FAN_IN = 8
"""Tables of counts that one task sums."""


@dataclass(frozen=True, eq=False, slots=True)
class _SerializedAreas:
    """The areas as sent to the worker that prepares them for all."""

    index: pd.Index
    shapes: pd.Series
    crs: Any
    membership: pd.Series | None


@dataclass(frozen=True, eq=False, slots=True)
class _PointOptions:
    """Columns of a row's coordinates, and how far from an area its point may be snapped."""

    x: str
    y: str
    tolerance_m: float


@dataclass(frozen=True, eq=False, slots=True)
class _CountOptions:
    """What to count, and in which areas."""

    places: pd.Index
    by: str | None
    period: Period | None
    categories: Sequence[str] | None
    repeats: str
    row_id: str | None
    types: dict[str, Any]


def assign(
    incidents: dd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    membership: pd.Series | None,
    tolerance_m: float,
    x: str,
    y: str,
) -> dd.DataFrame:
    """Return the incidents with their areas and fates, to be computed partition by partition.

    See :func:`hotspots.assignment.assign.assign`, whose rules these are.
    """
    meta = incidents._meta
    _check_places(meta, x, y)
    if not isinstance(areas, gpd.GeoDataFrame):
        raise InputError("assign: the areas must be a GeoDataFrame. Read them with geopandas.")
    _checks.projected_crs(areas, "assign: areas")
    none = gpd.GeoDataFrame(geometry=[], crs=areas.crs)
    # The call that each partition gets, on no rows: bad input is refused before anything runs.
    ready_for_none = ready_areas(areas, membership=membership, points=0)
    empty = assign_to(ready_for_none, none, tolerance_m=tolerance_m)
    _check_crs(meta, areas)
    added = {name: empty[name].array for name in empty.columns.drop(schema.GEOMETRY)}
    serialized = _SerializedAreas(areas.index, areas.geometry.to_wkb(), areas.crs, membership)
    sent = dask.delayed(serialized, traverse=False)
    ready = dask.delayed(_ready)(sent, incidents.npartitions * ROWS_EXPECTED)
    options = _PointOptions(x, y, tolerance_m)
    meta = meta.iloc[:0].assign(**added)
    return incidents.map_partitions(_assigned, ready, options, meta=meta)


def assignment_summary(incidents: dd.DataFrame) -> pd.DataFrame:
    """Return how many rows met which fate; six rows per partition travel among the workers.

    See :func:`hotspots.assignment.assign.assignment_summary`.
    """
    names = [schema.UNIT_ID, schema.POLYGON_ID, schema.ASSIGNMENT_STATUS]
    told = incidents[[name for name in names if name in incidents.columns]]
    summary = told.reduction(
        fates.fate_counts,
        aggregate=_added_fates,
        meta=fates.fate_counts(told._meta),
        split_every=FAN_IN,
    )
    return _computed(summary)


def count_incidents(
    incidents: dd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    by: str | None,
    period: Period | None,
    categories: Sequence[str] | None,
    repeats: str,
) -> pd.DataFrame:
    """Return events and victims in each cell; nothing but the cells reaches the client.

    See :func:`hotspots.assignment.counts.count_incidents`, whose rules these are.
    """
    tally.check(incidents.columns, areas, by, period, repeats)
    meta = incidents._meta
    if period is not None and isinstance(meta[schema.DATE].dtype, pd.StringDtype):
        raise ColumnError(
            f"count_incidents: the column {schema.DATE!r} is text, which each partition could "
            "read another way. Use dask.dataframe.to_datetime with its format."
        )
    told = schema.EVENT_ID in incidents.columns
    row_id = _row_id(meta) if told else None
    level = tally.level_of(areas)
    ledger = _ledger(meta, row_id)
    places = areas.index.rename(level)
    types = {str(name): kind for name, kind in ledger.dtypes.items()}
    options = _CountOptions(places, by, period, categories, repeats, row_id, types)
    sent = dask.delayed(options, traverse=False)
    names = [*tally.needed(level), row_id]
    entries = incidents[[name for name in meta.columns if name in names]]
    entries = entries.map_partitions(_entries, sent, meta=ledger)
    if told:
        entries = entries.shuffle(BUCKET)
    totals = entries.reduction(
        _settled, aggregate=_added, meta=ledger[[*CELL, *MEASURES]], split_every=FAN_IN
    )
    filled = dask.delayed(_filled)(totals.to_delayed()[0], sent)
    return _computed(filled)


def _computed(result: Any) -> pd.DataFrame:
    computed: pd.DataFrame = dask.compute(result)[0]
    return computed


def _check_places(meta: pd.DataFrame, x: str, y: str) -> None:
    if schema.GEOMETRY in meta:
        return
    missing = [name for name in (x, y) if name not in meta]
    if missing:
        raise ColumnError(
            f"assign: the points have no column {', '.join(map(repr, missing))} and no "
            f"{schema.GEOMETRY!r}. The columns are: {', '.join(map(repr, meta.columns[:40]))}. "
            "Say which hold the coordinates, in the areas' reference system, with x= and y=."
        )
    for name in (x, y):
        if not pd.api.types.is_numeric_dtype(meta[name].dtype):
            raise ColumnError(
                f"assign: the column {name!r} is {meta[name].dtype}, and coordinates are numbers. "
                "Use .astype(float)."
            )


def _check_crs(meta: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    stated = getattr(meta.get(schema.GEOMETRY), "crs", None)
    if stated is not None and stated != areas.crs:
        raise CrsError(
            f"assign: the points are in {stated.to_string()}, the areas in "
            f"{areas.crs.to_string()}. Use .to_crs() on one of them."
        )


def _row_id(meta: pd.DataFrame) -> str | None:
    """Return the column of row identifiers; None where they are the index."""
    if schema.ROW_ID in meta:
        return schema.ROW_ID
    if meta.index.name == schema.ROW_ID:
        return None
    raise ColumnError(
        f"count_incidents: the incidents have {schema.EVENT_ID!r}, and neither a column nor an "
        f"index {schema.ROW_ID!r} that says which row of an event is the first. Write it with "
        f"the rows, or leave {schema.EVENT_ID!r} out where each row is an event of its own."
    )


def _ledger(meta: pd.DataFrame, row_id: str | None) -> pd.DataFrame:
    """Return the empty table of entries, with the types that every partition must return."""
    order = (meta.index if row_id is None else meta[row_id]).dtype
    kinds = {
        BUCKET: "int64",
        schema.EVENT_ID: TEXT,
        schema.ROW_ID: order if pd.api.types.is_numeric_dtype(order) else TEXT,
        PLACE: "int64",
        schema.CATEGORY: TEXT,
        PERIOD: TEXT,
        **dict.fromkeys(MEASURES, "int64"),
    }
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})


def _ready(areas: _SerializedAreas, points: int) -> ReadyAreas:
    shapes = gpd.GeoSeries.from_wkb(areas.shapes, index=areas.index, crs=areas.crs)
    frame = gpd.GeoDataFrame(geometry=shapes)
    return ready_areas(frame, membership=areas.membership, points=points)


def _assigned(part: pd.DataFrame, ready: ReadyAreas, options: _PointOptions) -> pd.DataFrame:
    # GEOS fills the caches of prepared geometries without locking, so the threads of one worker
    # must not share any.
    shapes = shapely.from_wkb(shapely.to_wkb(ready.locator.shapes))
    asked = replace(ready.locator, shapes=shapes), ready.groups, options.tolerance_m
    said = _said(part, ready.crs)
    if schema.GEOMETRY in part:
        places = _shapes(part[schema.GEOMETRY], ready.crs)
        found = fates.settle(said.set_geometry(places), *asked)
    else:
        x, y = (part[name].to_numpy(float, na_value=np.nan) for name in (options.x, options.y))
        found = fates.settle_at(x, y, said, *asked)
    return part.assign(**fate_columns(ready, found))


def _said(part: pd.DataFrame, crs: Any) -> gpd.GeoDataFrame:
    """Return the columns that qualify the rows' locations, without the points themselves."""
    names = [schema.LOCATION_STATUS, schema.LOCATION_RADIUS, schema.LOCATION_ALTERNATIVE]
    table = gpd.GeoDataFrame(part[[name for name in names if name in part]])
    if schema.LOCATION_ALTERNATIVE in table:
        other = _shapes(table[schema.LOCATION_ALTERNATIVE], crs)
        table = table.assign(**{schema.LOCATION_ALTERNATIVE: other})
    return table.reset_index(drop=True)


def _shapes(column: pd.Series, crs: Any) -> Any:
    if isinstance(column.dtype, gpd.array.GeometryDtype):
        return column.array
    written = column.astype(object)
    return gpd.array.from_wkb(written.where(written.notna(), None).to_numpy(), crs=crs)


def _added_fates(parts: pd.DataFrame) -> pd.DataFrame:
    return parts.groupby(level=0, sort=False).sum()


def _entries(part: pd.DataFrame, options: _CountOptions) -> pd.DataFrame:
    """Return the entries of one partition: its cells, and its first row of each event."""
    told = schema.EVENT_ID in part
    rows = _numbered(part, options.row_id) if told else part.reset_index(drop=True)
    rows = tally.in_order(rows, str(options.places.name))
    there = tally.keys(rows, options.places, options.period)
    chosen = tally.countable(rows, there, options.categories, options.repeats)
    event = tally.event_codes(rows, there.category)
    known = _summed(there, chosen, event < 0, tally.victims(rows))
    known = pd.concat([_vocabulary(there), known]).assign(**{BUCKET: lambda table: table[PLACE]})
    if not told:
        return _typed(known, options)
    first = np.flatnonzero(tally.begins(event, chosen) & (event >= 0))
    tied = _named(there, first).assign(events=1, victims=0, row_id=rows.index[first])
    tied[schema.EVENT_ID] = _text(rows[schema.EVENT_ID].iloc[first]).to_numpy(object)
    tied[BUCKET] = pd.util.hash_array(tied[schema.EVENT_ID].to_numpy(object)).view("int64")
    return _typed(pd.concat([_typed(known, options), _typed(tied, options)]), options)


def _named(there: Keys, rows: Any) -> pd.DataFrame:
    category, label = (key.names.take(key.codes[rows]) for key in (there.category, there.label))
    place = there.place.codes[rows]
    return pd.DataFrame({PLACE: place, schema.CATEGORY: category, PERIOD: label})


def _summed(there: Keys, chosen: Any, events: Any, victims: Any) -> pd.DataFrame:
    """Return the non-empty cells."""
    shape = [len(key.names) for key in (there.place, there.category, there.label)]
    codes = [key.codes[chosen] for key in (there.place, there.category, there.label)]
    cell, filled = pd.factorize(np.ravel_multi_index(codes, shape))
    one = np.empty(len(filled), dtype=np.int64)
    one[cell] = chosen
    sums = {
        name: np.bincount(cell, weights=of[chosen], minlength=len(filled)).astype("int64")
        for name, of in zip(MEASURES, (events, victims), strict=True)
    }
    return _named(there, one).assign(**sums)


def _vocabulary(there: Keys) -> pd.DataFrame:
    """Return an entry with no place for each category and each period that any row has."""
    names, labels = there.category.names, there.label.names
    if not len(there.place.codes):
        names, labels = names[:0], labels[:0]
    words = [*((name, labels[0]) for name in names), *((names[0], label) for label in labels)]
    table = pd.DataFrame(words, columns=[schema.CATEGORY, PERIOD])
    return table.assign(**{PLACE: NOWHERE}, events=0, victims=0)


def _numbered(part: pd.DataFrame, row_id: str | None) -> pd.DataFrame:
    rows = part if row_id is None else part.set_index(row_id)
    _checks.unique_index(rows, "count_incidents: incidents")
    return rows


def _text(values: pd.Series) -> pd.Series:
    """Return identifiers as text: the same for 7 and 7.0, the type of a column with gaps."""
    if not pd.api.types.is_float_dtype(values.dtype):
        return values.astype(str)
    whole = values == np.floor(values)
    return values.astype(str).mask(whole, values.where(whole, 0).astype("int64").astype(str))


def _typed(entries: pd.DataFrame, options: _CountOptions) -> pd.DataFrame:
    whole = entries.reindex(columns=list(options.types))
    if schema.ROW_ID not in entries:
        whole[schema.ROW_ID] = 0
    return whole.astype(options.types).reset_index(drop=True)


def _settled(entries: pd.DataFrame) -> pd.DataFrame:
    """Return the cells, once all first rows of an event have come together."""
    tied = entries[schema.EVENT_ID].notna()
    event = [schema.EVENT_ID, schema.CATEGORY]
    firsts = entries[tied].sort_values([*event, schema.ROW_ID])
    twice = firsts.duplicated([*event, schema.ROW_ID])
    if twice.any():
        row = firsts[twice].iloc[0]
        raise InputError(
            f"count_incidents: incidents: the {schema.ROW_ID} {row[schema.ROW_ID]} is there "
            f"more than once, among the rows of the event {row[schema.EVENT_ID]!r}. "
            "Number the rows through all partitions."
        )
    return _added(pd.concat([entries[~tied], firsts.drop_duplicates(event)]))


def _added(parts: pd.DataFrame) -> pd.DataFrame:
    return parts.groupby(CELL, sort=False, observed=True)[MEASURES].sum().reset_index()


def _filled(totals: pd.DataFrame, options: _CountOptions) -> pd.DataFrame:
    """Return the counts with their zeros, as they are without dask."""
    category, label = (_key(totals[name]) for name in (schema.CATEGORY, PERIOD))
    place = totals[PLACE].to_numpy()
    there = Keys(Key(place, options.places), category, label)
    asked = tally.axes(there, options.by, options.period, options.categories)
    events, victims = (totals[name].to_numpy() for name in MEASURES)
    return tally.tabulated(asked, np.flatnonzero(place >= 0), events, victims)


def _key(column: pd.Series) -> Key:
    codes, names = pd.factorize(column)
    return Key(codes, pd.Index(names).astype(str))
