"""Rows that may report an event twice: listed for review, none dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from hotspots._checks import columns_present, positive, projected_crs
from hotspots.schema import (
    CATEGORY,
    DATE,
    DATE_PRECISION,
    EVENT_ID,
    LOCATION_STATUS,
    REPEAT_OF,
    ROW_ID,
    UNMAPPED,
    LocationStatus,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_SURE = (str(LocationStatus.GIVEN), str(LocationStatus.MATCHED))
_APART = 3.0
"""Distance, relative to the threshold, that keeps categories and days apart."""

_FIRST_LOOK = 8
_MOST_LOOKS = 4_000_000
_ROUNDING = 1e-9


def near_repeats(
    incidents: gpd.GeoDataFrame, *, within_m: float = 20.0, within_hours: float = 1.0
) -> pd.DataFrame:
    """Return the rows that may report an event that an earlier row already reported.

    A row is suspected if another of its category is at the same place and time under another
    ``event_id``. Each is listed once, beside the nearest row before it, so that many rows at one
    point do not multiply. The list is a question to whoever keeps the table: two robberies on one
    corner within the hour do happen.

    Rows with one ``event_id`` are victims of one event, not repeats; the first of them in each
    category represents all. Left out are rows that ``repeat_of`` already marks (the same in every
    column), rows whose date is known only to the month or the year, rows whose location is
    unknown, ambiguous or approximate, and rows without a known category: these cannot be
    compared.

    Parameters
    ----------
    incidents
        As :func:`hotspots.read_incidents` or :func:`hotspots.geocode` returns them, in a CRS
        in meters.
    within_m
        Greatest distance of two points at the same place, in meters.
    within_hours
        Greatest difference between two equal times, in hours. If the hour of a row is not known,
        the same day counts, and that row is listed beside the other.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``row_id``, in its order: ``first_row_id`` (the row before it),
        ``event_id``, ``first_event_id``, ``category``, ``meters`` and ``hours`` between the
        two (``hours`` missing if one has none), ``reason``: ``same_time`` or ``same_day``.

    Raises
    ------
    InputError
        If a limit is not positive.
    ColumnError
        If a column of incidents is missing.
    CrsError
        If the points are not in meters.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from hotspots import read_incidents
    >>> table = pd.DataFrame({
    ...     "folio": ["A1", "A2", "A3"], "delito": ["robo", "robo", "robo"],
    ...     "fecha": ["05/04/2013 21:30", "05/04/2013 21:50", "06/04/2013 21:30"],
    ...     "x": [360_000, 360_010, 360_000], "y": [3_512_500, 3_512_500, 3_512_500]})
    >>> read = read_incidents(table, event="folio", category="delito", date="fecha",
    ...                       longitude="x", latitude="y", crs=32613)
    >>> near_repeats(read)[["first_row_id", "meters", "hours", "reason"]]
            first_row_id  meters     hours     reason
    row_id
    2                  1    10.0  0.333333  same_time
    """
    positive(within_m, "within_m", "Give meters above 0, e.g. 20.")
    positive(within_hours, "within_hours", "Give hours above 0, e.g. 1.")
    columns_present(
        incidents.columns,
        [EVENT_ID, CATEGORY, DATE, DATE_PRECISION, LOCATION_STATUS, REPEAT_OF],
        "near_repeats",
    )
    projected_crs(incidents, "incidents")
    rows = _comparable(incidents)
    timed = rows[rows["timed"]].sort_values("hours", kind="stable", ignore_index=True)
    pairs = [_listed(timed, timed["hours"] / within_hours, within_m, "same_time")]
    if not rows["timed"].all():
        # Rows with an hour come first, so that the less precise row is the one listed.
        daily = rows.sort_values("timed", ascending=False, kind="stable", ignore_index=True)
        pairs.append(_listed(daily, daily["day"] * _APART, within_m, "same_day"))
    return pd.concat(pairs).set_index(ROW_ID).sort_index()


def exact_repeats(cells: pd.DataFrame) -> pd.Series:
    """Return, for each row that equals an earlier one in every column, the first such row.

    Examples
    --------
    >>> exact_repeats(pd.DataFrame({"a": ["x", "y", "x"]}, index=[1, 2, 3])).tolist()
    [<NA>, <NA>, 1]
    """
    first = pd.Series(pd.NA, index=cells.index, dtype="Int64")
    alike = cells.loc[cells.duplicated(keep=False)]
    if alike.empty:
        return first
    group = alike.groupby(list(alike.columns), sort=False).ngroup()
    starts = group.index.to_series().groupby(group.to_numpy()).transform("min")
    repeated = starts.index != starts
    first.loc[starts.index[repeated]] = starts[repeated]
    return first


def _comparable(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the first row of each event and category whose place, day and category are known."""
    precision = incidents[DATE_PRECISION]
    usable = (
        incidents[LOCATION_STATUS].astype(str).isin(_SURE)
        & incidents[DATE].notna()
        & precision.isin(["day", "minute"])
        & incidents[REPEAT_OF].isna()
        & (incidents[CATEGORY].astype(str) != UNMAPPED)
    )
    chosen = incidents[usable.to_numpy()]
    chosen = chosen[~chosen.duplicated([EVENT_ID, CATEGORY]).to_numpy()]
    since = chosen[DATE] - pd.Timestamp("1970-01-01")
    return pd.DataFrame(
        {
            ROW_ID: chosen.index,
            EVENT_ID: chosen[EVENT_ID].to_numpy(),
            CATEGORY: chosen[CATEGORY].astype(str).to_numpy(),
            "code": pd.factorize(chosen[CATEGORY])[0],
            "x": chosen.geometry.x.to_numpy(),
            "y": chosen.geometry.y.to_numpy(),
            "day": since.dt.days.to_numpy(),
            "hours": (since / pd.Timedelta(hours=1)).to_numpy(),
            "timed": (chosen[DATE_PRECISION] == "minute").to_numpy(),
        }
    )


def _listed(rows: pd.DataFrame, time: pd.Series, within_m: float, reason: str) -> pd.DataFrame:
    """Return the suspected rows of ``rows``, each beside an earlier one.

    Rows at one point and time are one spot and are looked up once. The spots are numbered in the
    order of their first rows.
    """
    spots = pd.DataFrame(
        {
            "x": rows["x"] / within_m,
            "y": rows["y"] / within_m,
            "time": time,
            "code": rows["code"] * _APART,
        }
    )
    spot = spots.groupby(list(spots.columns), sort=False).ngroup().to_numpy()
    opening = np.flatnonzero(~pd.Series(spot).duplicated().to_numpy())
    earlier = opening[spot]
    listed = ~rows["timed"].to_numpy() if reason == "same_day" else np.ones(len(rows), dtype=bool)
    asked = np.flatnonzero(listed[opening])
    before = _nearest_before(spots.to_numpy()[opening], asked)
    earlier[opening[asked]] = np.where(before >= 0, opening[before], opening[asked])
    later = np.flatnonzero(listed & (earlier != np.arange(len(rows))))
    first, second = rows.iloc[earlier[later]].reset_index(drop=True), rows.iloc[later]
    second = second.reset_index(drop=True)
    hours = (second["hours"] - first["hours"]).where(first["timed"] & second["timed"])
    return pd.DataFrame(
        {
            ROW_ID: second[ROW_ID],
            "first_row_id": first[ROW_ID],
            EVENT_ID: second[EVENT_ID],
            "first_event_id": first[EVENT_ID],
            CATEGORY: second[CATEGORY],
            "meters": np.hypot(second["x"] - first["x"], second["y"] - first["y"]),
            "hours": hours,
            "reason": reason,
        }
    )


def _nearest_before(spots: NDArray[np.float64], asked: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return, for each spot asked, the nearest of those numbered before it; -1 if there is none.

    Near means within 1 in the plane and within 1 in each other dimension. A few neighbors are
    examined first, and more only if all of those come later.
    """
    found = np.full(len(spots), -1, dtype=np.intp)
    if not len(asked):
        return found[asked]
    tree = cKDTree(spots)
    left, most = asked, _FIRST_LOOK
    while len(left):
        most = min(most, len(spots))
        unsettled = []
        for part in np.array_split(left, 1 + len(left) * most // _MOST_LOOKS):
            distance, near = tree.query(
                spots[part],
                k=np.arange(1, most + 1),
                p=np.inf,
                distance_upper_bound=1 + _ROUNDING,
            )
            gap = spots[np.minimum(near, len(spots) - 1), :2] - spots[part, None, :2]
            good = (near < part[:, None]) & (np.hypot(*gap.transpose(2, 0, 1)) <= 1 + _ROUNDING)
            hit = good.any(axis=1)
            found[part[hit]] = near[hit, good[hit].argmax(axis=1)]
            unsettled.append(part[~hit & np.isfinite(distance[:, -1])])
        left = np.concatenate(unsettled) if most < len(spots) else asked[:0]
        most *= 4
    return found[asked]
