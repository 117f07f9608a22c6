"""How good the places of incidents are, and where they are missing."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import columns_present
from hotspots.schema import (
    ADDRESS,
    CATEGORY,
    DATE,
    LOCATED,
    LOCATION_PRECISION,
    LOCATION_STATUS,
    NEIGHBOURHOOD,
    GeocodingReport,
    LocationPrecision,
    LocationStatus,
)

if TYPE_CHECKING:
    import geopandas as gpd

BAR = 0.85
"""Least share of located incidents at which a crime map can be trusted (Ratcliffe 2004)."""

_NORMAL_97_5 = 1.959963984540054
_MOST_ROWS = 20
_PILE_ROWS = 20
_PILE_ADDRESSES = 5


def geocoding_report(incidents: gpd.GeoDataFrame) -> GeocodingReport:
    """Return how many incidents have a place, by status, precision, category and month.

    Parameters
    ----------
    incidents
        As :func:`hotspots.geocode` or :func:`hotspots.read_incidents` returns them.

    Raises
    ------
    ColumnError
        If the incidents lack a column of :func:`hotspots.read_incidents`.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> rows = gpd.GeoDataFrame(
    ...     {"location_status": ["given", "unmatched"],
    ...      "location_precision": ["coordinate", "none"], "category": "homicide",
    ...      "date": pd.to_datetime(["2013-04-05", None]),
    ...      "address": ["", "Calle Lerdo"], "neighbourhood": ""},
    ...     geometry=[shapely.Point(0, 0), None], crs=32613)
    >>> report = geocoding_report(rows)
    >>> report.hit_rate, report.worst["address"].tolist()
    (0.5, ['Calle Lerdo'])
    """
    columns_present(
        incidents.columns,
        [LOCATION_STATUS, LOCATION_PRECISION, CATEGORY, DATE, ADDRESS, NEIGHBOURHOOD],
        "geocoding_report: the incidents",
    )
    located = incidents[LOCATION_STATUS].isin([str(status) for status in LOCATED])
    low, high = wilson_interval(int(located.sum()), len(incidents))
    months = incidents[DATE].dt.strftime("%Y-%m").fillna("undated")
    return GeocodingReport(
        rows=len(incidents),
        located=int(located.sum()),
        hit_rate=float(located.mean()) if len(incidents) else float("nan"),
        hit_rate_low=low,
        hit_rate_high=high,
        bar=BAR,
        by_status=_shares(incidents[LOCATION_STATUS], [str(item) for item in LocationStatus]),
        by_precision=_shares(
            incidents[LOCATION_PRECISION], [str(item) for item in LocationPrecision]
        ),
        by_category=_rates(located, incidents[CATEGORY].rename(CATEGORY)),
        by_month=_rates(located, months.rename("month")),
        worst=_worst(incidents.loc[~located]),
        pile_ups=_pile_ups(incidents),
    )


def wilson_interval(hits: int, trials: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share; (NaN, NaN) without trials.

    Examples
    --------
    >>> low, high = wilson_interval(85, 100)
    >>> round(low, 4), round(high, 4)
    (0.7672, 0.9069)
    """
    if trials == 0:
        return float("nan"), float("nan")
    share = hits / trials
    squared = _NORMAL_97_5**2 / trials
    centre = share + squared / 2
    half = _NORMAL_97_5 * sqrt(share * (1 - share) / trials + squared / (4 * trials))
    return max(0.0, (centre - half) / (1 + squared)), min(1.0, (centre + half) / (1 + squared))


def _shares(values: pd.Series, order: list[str]) -> pd.DataFrame:
    counts = values.value_counts().reindex(pd.Index(order, name=values.name), fill_value=0)
    total = max(len(values), 1)
    return pd.DataFrame({"rows": counts, "share": counts / total})


def _rates(located: pd.Series, key: pd.Series) -> pd.DataFrame:
    groups = located.groupby(key)
    table = pd.DataFrame({"rows": groups.size(), "located": groups.sum()}).sort_index()
    table["hit_rate"] = table["located"] / table["rows"]
    pairs = zip(table["located"], table["rows"], strict=True)
    bounds = [wilson_interval(int(hits), int(rows)) for hits, rows in pairs]
    table["hit_rate_low"] = [low for low, _ in bounds]
    table["hit_rate_high"] = [high for _, high in bounds]
    return table


def _worst(missed: gpd.GeoDataFrame) -> pd.DataFrame:
    plain = pd.DataFrame(missed[[ADDRESS, NEIGHBOURHOOD]])
    named = plain[plain[ADDRESS] != ""]
    counts = named.groupby([ADDRESS, NEIGHBOURHOOD]).size().rename("rows").reset_index()
    ordered = counts.sort_values(["rows", ADDRESS, NEIGHBOURHOOD], ascending=[False, True, True])
    return ordered.head(_MOST_ROWS).reset_index(drop=True)


def _pile_ups(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the points that at least 20 rows with at least 5 different addresses share."""
    placed = incidents[incidents.geometry.notna() & ~incidents.geometry.is_empty]
    # Decimetres: the same spot written with more or fewer decimals is one.
    decimals = 1 if incidents.crs is not None and incidents.crs.is_projected else 6
    spots = pd.DataFrame(
        {
            "x": np.round(placed.geometry.x, decimals),
            "y": np.round(placed.geometry.y, decimals),
            "address": placed[ADDRESS].where(placed[ADDRESS] != ""),
        }
    )
    table = spots.groupby(["x", "y"]).agg(rows=("x", "size"), addresses=("address", "nunique"))
    heaps = table[(table["rows"] >= _PILE_ROWS) & (table["addresses"] >= _PILE_ADDRESSES)]
    ordered = heaps.reset_index().sort_values(["rows", "x", "y"], ascending=[False, True, True])
    return ordered.reset_index(drop=True)
