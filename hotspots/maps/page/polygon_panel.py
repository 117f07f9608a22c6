"""What the page says of each polygon: rates, months and hours, layers, rank and grant."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from hotspots.catalogue import has_text, money, number, percent, period, significant, text
from hotspots.catalogue.results import multiple_words
from hotspots.errors import ColumnError
from hotspots.maps.themes.words import layer_title, unit_words, values_in_words
from hotspots.schema import (
    ASSIGNMENT_STATUS,
    CATEGORY,
    COUNTED,
    DATE,
    DATE_PRECISION,
    EVENT_ID,
    POLYGON_ID,
    UNDATED,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from hotspots.schema import Allocation, Layer, Ranking

CHART = (300, 56)
"""Width and height of the chart of months, in pixels."""

HOURS_PER_BLOCK = 3
_KILOMETER = 1000
_UNSURE = 0.01


def rates_in_words(
    rates: pd.DataFrame, withheld: pd.Series | None, language: str, *, counted: str
) -> dict[str, Any]:
    """Return each polygon's count, rate and interval in words, or that they are withheld.

    ``counted`` is the catalogue's key of what is counted: incidents, or their victims.
    """
    hidden = np.zeros(len(rates), dtype=bool) if withheld is None else withheld.to_numpy(dtype=bool)
    secret = text("value.withheld", language)

    def shown(values: list[str]) -> list[str]:
        return [secret if hide else value for value, hide in zip(values, hidden, strict=True)]

    low, high = (
        [significant(float(value), language) for value in rates[column]]
        for column in ("rate_low", "rate_high")
    )
    intervals = [
        text("panel.interval", language, low=a, high=b) for a, b in zip(low, high, strict=True)
    ]
    return {
        "count": shown(
            [text(counted, language, n=round(float(value))) for value in rates["count"]]
        ),
        "rate": shown([significant(float(value), language) for value in rates["rate"]]),
        "interval": shown(intervals),
        "range": [
            "" if hide else f"({text('word.range', language, low=a, high=b)})"
            for a, b, hide in zip(low, high, hidden, strict=True)
        ],
    }


def months_chart(counts: pd.DataFrame, index: pd.Index, language: str) -> dict[str, Any]:
    """Return a bar chart of each polygon's periods as an SVG path.

    Parameters
    ----------
    counts
        Number of incidents, polygons × periods; the labels sort in time.
    index
        The polygons, in the page's order.
    language
        Language of the words.

    Returns
    -------
    dict
        ``paths`` (one per polygon), ``peaks`` (in words), ``ticks`` (the years), ``first`` and
        ``last`` period.
    """
    table = counts.drop(columns=UNDATED, errors="ignore").sort_index(axis=1)
    table = table.reindex(index).fillna(0)
    labels = [str(label) for label in table.columns]
    values = table.to_numpy(dtype=float)
    peaks = []
    for row in values:
        if not len(row) or row.max() == 0:
            peaks.append("")
            continue
        best = int(row.argmax())
        peaks.append(
            text(
                "panel.months_peak",
                language,
                n=int(row[best]),
                period=period(labels[best], language),
            )
        )
    return {
        "paths": [bars(row) for row in values],
        "peaks": peaks,
        "ticks": _ticks(labels),
        "first": period(labels[0], language) if labels else "",
        "last": period(labels[-1], language) if labels else "",
    }


def bars(values: np.ndarray[Any, Any]) -> str:
    """Return a bar chart as an SVG path; the highest bar fills its height.

    Examples
    --------
    >>> bars(np.array([1.0, 0.0, 2.0]))
    'M0 56v-28h99v28zM200 56v-56h99v56z'
    """
    width, height = CHART
    top = float(values.max()) if len(values) else 0.0
    if top <= 0:
        return ""
    step = width / len(values)
    path = []
    for place, value in enumerate(values):
        if value <= 0:
            continue
        tall = max(1, round(height * float(value) / top))
        left = round(place * step, 1)
        wide = max(1.0, round(step - 1, 1))
        path.append(f"M{left:g} {height}v-{tall}h{wide:g}v{tall}z")
    return "".join(path)


def hours_of_week(incidents: pd.DataFrame, index: pd.Index) -> dict[str, Any]:
    """Return each polygon's blocks of three hours, from Monday on, in shades 0–9.

    Only incidents whose hour is known count (``date_precision`` is ``minute``).
    """
    known = incidents[incidents[DATE_PRECISION].astype(str) == "minute"]
    blocks = 24 // HOURS_PER_BLOCK
    moment = pd.to_datetime(known[DATE])
    cell = moment.dt.day_of_week * blocks + moment.dt.hour // HOURS_PER_BLOCK
    row = pd.Index(index).get_indexer(pd.Index(known[POLYGON_ID]))
    table = np.zeros((len(index), 7 * blocks), dtype=np.int64)
    np.add.at(table, (row[row >= 0], cell.to_numpy(dtype=np.int64)[row >= 0]), 1)
    top = np.maximum(table.max(axis=1, keepdims=True), 1)
    shades = np.where(table > 0, np.maximum(1, np.rint(9 * table / top)), 0).astype(int)
    return {
        "shades": ["".join(map(str, line)) if line.any() else "" for line in shades],
        "known": [int(total) for total in table.sum(axis=1)],
    }


def counted_incidents(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the incidents that enter the counts: a row of each that lies in one polygon.

    Further victims of an event (``event_id``) are rows of the same incident.
    """
    needed = [CATEGORY, POLYGON_ID, ASSIGNMENT_STATUS, DATE, DATE_PRECISION]
    missing = [name for name in needed if name not in incidents.columns]
    if missing:
        raise ColumnError(
            f"incidents: no column {', '.join(map(repr, missing))}. "
            "Give the incidents that hotspots.assign returned."
        )
    found = incidents[incidents[ASSIGNMENT_STATUS].isin(COUNTED)]
    if EVENT_ID in found:
        found = found[~found.duplicated([EVENT_ID, CATEGORY]) | found[EVENT_ID].isna()]
    return pd.DataFrame(found[needed])


def layers_in_words(
    layers: Sequence[Layer], index: pd.Index, language: str
) -> list[dict[str, Any]]:
    """Return each layer's value in each polygon, with the city's median."""
    told = []
    for layer in layers:
        values = layer.values.reindex(index).astype(float)
        median = float(values.median())
        in_words = partial(_in_words, layer, language=language)
        sign = np.sign((values - median).fillna(0.0).to_numpy(dtype=float))
        if layer.direction == "more_is_better":
            sign = -sign
        if layer.direction == "neutral":
            sign = np.zeros(len(sign))
        told.append(
            {
                "title": layer_title(layer, language),
                "values": in_words(values),
                "median": text("panel.median", language, value=in_words(pd.Series([median]))[0]),
                "worse": [int(value) for value in sign],
            }
        )
    return told


def nearest_services(
    polygons: gpd.GeoDataFrame, services: gpd.GeoDataFrame, language: str
) -> list[list[list[str]]]:
    """Return, for each polygon, the nearest service of each kind: kind, name, distance.

    Distances are straight-line, in meters, from a point inside the polygon.
    """
    services = services.to_crs(polygons.crs)
    services = services[~(services.geometry.is_empty | services.geometry.isna())]
    inside = polygons.geometry.representative_point().to_numpy()
    told: list[list[list[str]]] = [[] for _ in inside]
    for kind, mine in services.groupby("kind", sort=True):
        tree = shapely.STRtree(mine.geometry.to_numpy())
        (row, place), distance = tree.query_nearest(inside, return_distance=True, all_matches=False)
        names = mine["name"].fillna("").astype(str).to_numpy()
        for here, there, meters in zip(row, place, distance, strict=True):
            told[here].append(
                [service_title(str(kind), language), names[there], distance_words(meters, language)]
            )
    return told


def service_title(kind: str, language: str) -> str:
    """Return the title of a kind of service, or the kind itself if it has none."""
    key = f"service.{kind.strip().casefold().replace(' ', '_')}"
    return text(key, language) if has_text(key, language) else kind.replace("_", " ")


def distance_words(meters: float, language: str) -> str:
    """Return a distance in words: in meters up to a kilometer, then in kilometers.

    Examples
    --------
    >>> distance_words(447.0, "es"), distance_words(2540.0, "es")
    ('450 m', '2.5 km')
    """
    if meters < _KILOMETER:
        return text("unit.meters", language, value=number(round(meters, -1), language))
    value = number(meters / _KILOMETER, language, digits=1)
    return text("unit.kilometers", language, value=value)


def ranks_in_words(ranking: Ranking | None, index: pd.Index, language: str) -> dict[str, Any]:
    """Return each polygon's rank, the range of its rank, and the parts of its score."""
    if ranking is None:
        return {"rank": [], "words": [], "range": [], "parts": []}
    table = ranking.table.reindex(index)
    total = int(table["rank"].notna().sum())
    told: dict[str, Any] = {
        "rank": [None if np.isnan(value) else int(value) for value in table["rank"]],
        "words": [
            text("panel.no_rank", language)
            if np.isnan(value)
            else text("panel.rank", language, rank=int(value), total=total)
            for value in table["rank"]
        ],
        "range": [],
        "parts": [],
    }
    if "rank_low" in table:
        told["range"] = [
            ""
            if np.isnan(low)
            else text("panel.rank_range", language, low=int(low), high=int(high))
            for low, high in zip(table["rank_low"], table["rank_high"], strict=True)
        ]
    columns = [f"share_{part.layer}" for part in ranking.criteria]
    if all(column in table for column in columns):
        parts = table[columns].fillna(0.0).to_numpy(dtype=float)
        told["parts"] = [[round(float(value), 4) for value in row] for row in parts]
    return told


def grants_in_words(
    allocation: Allocation | None, index: pd.Index, currency: str, language: str
) -> list[str]:
    """Return each polygon's grant in words."""
    if allocation is None:
        return []
    table = allocation.table.reindex(index)
    return [
        text("panel.no_grant", language)
        if not grant > 0
        else text(
            "panel.grant",
            language,
            grant=money(float(grant), language, currency=currency),
            per=money(float(per), language, currency=currency),
        )
        for grant, per in zip(table["grant"], table["grant_per_resident"], strict=True)
    ]


def shares_in_words(share: pd.Series | None, language: str) -> list[str]:
    """Return what share of each polygon's residents lives in a cluster, in words."""
    if share is None:
        return []
    return [
        ""
        if np.isnan(value)
        else text("panel.share_hot", language, share=percent(float(value), language))
        for value in share
    ]


def risks_in_words(table: pd.DataFrame, at_least: float | None, language: str) -> list[list[str]]:
    """Return each polygon's probability of being above, and its ratio to the typical rate."""
    multiple = multiple_words(at_least, language)
    return [
        []
        if np.isnan(chance)
        else [
            text(
                "panel.above",
                language,
                probability=probability_words(float(chance), language),
                multiple=multiple,
            ),
            text(
                "panel.ratio",
                language,
                ratio=number(ratio, language, digits=1),
                low=number(low, language, digits=1),
                high=number(high, language, digits=1),
            ),
        ]
        for chance, ratio, low, high in zip(
            table["probability"],
            table["ratio"],
            table["ratio_low"],
            table["ratio_high"],
            strict=True,
        )
    ]


def probability_words(chance: float, language: str) -> str:
    """Return a probability in whole percent, never as certain.

    Examples
    --------
    >>> [probability_words(chance, "en") for chance in (0.0001, 0.634, 0.9999)]
    ['less than 1%', '63%', 'more than 99%']
    """
    if chance < _UNSURE:
        return text("value.less_than", language, value=percent(_UNSURE, language))
    if chance > 1 - _UNSURE:
        return text("value.more_than", language, value=percent(1 - _UNSURE, language))
    return percent(chance, language)


def _in_words(layer: Layer, values: pd.Series, *, language: str) -> list[str]:
    if layer.class_edges:
        return values_in_words(layer, values, language)
    words = unit_words(layer.unit, language)
    return [_with_unit(value, words, language) for value in values]


def _with_unit(value: float, words: str, language: str) -> str:
    if not np.isfinite(value):
        return text("value.none", language)
    if words == "m":
        return distance_words(value, language)
    joined = "" if words == "%" else " "
    return f"{significant(float(value), language)}{joined}{words}".strip()


def _ticks(labels: list[str]) -> list[list[Any]]:
    """Return the position (0–1) and the label of each year's first period."""
    ticks: list[list[Any]] = []
    for place, label in enumerate(labels):
        year = label[:4]
        if not ticks or ticks[-1][1] != year:
            ticks.append([round(place / len(labels), 4), year])
    return ticks
