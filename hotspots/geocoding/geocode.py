"""Incidents without a point get one from their address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots._checks import columns_present
from hotspots._notes import join_notes
from hotspots.errors import CrsError
from hotspots.geocoding.address import Address, parse_address
from hotspots.geocoding.candidates import Likenesses, street_variants
from hotspots.geocoding.locate import Answer, locate
from hotspots.geocoding.names import neighbourhood_name
from hotspots.schema import (
    ADDRESS,
    LOCATION_ALTERNATIVE,
    LOCATION_MATCH,
    LOCATION_PRECISION,
    LOCATION_RADIUS,
    LOCATION_SCORE,
    LOCATION_STATUS,
    NEIGHBOURHOOD,
    PROBLEM,
    LocationStatus,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hotspots.geocoding.gazetteer import Gazetteer
    from hotspots.geocoding.lookup import Hit, NameIndex
    from hotspots.geocoding.streets import Spot

_NEEDED = (ADDRESS, NEIGHBOURHOOD, LOCATION_STATUS, PROBLEM)


def geocode(incidents: gpd.GeoDataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Return the incidents with places for those that have an address and no point.

    Rows that came with usable coordinates stay as they are. An address whose second candidate
    is nearly as good is ``ambiguous`` and keeps both; one of which only the neighbourhood is
    known is ``approximate``, with the radius of the disc that covers it; one that is not found
    is ``unmatched``, with the reason in ``problem``. No row is dropped.

    Parameters
    ----------
    incidents
        As :func:`hotspots.read_incidents` returns them.
    gazetteer
        See :meth:`hotspots.Gazetteer.from_layers`.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy on the same index, with ``location_status``, ``location_precision``,
        ``location_score`` (0–1), ``location_radius_m``, ``location_match``,
        ``location_alternative`` (points, or None) and ``problem`` filled, in the same CRS.

    Raises
    ------
    ColumnError
        If the incidents lack a column of :func:`hotspots.read_incidents`.
    CrsError
        If they have no CRS.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> from hotspots.geocoding.gazetteer import Gazetteer
    >>> lines = gpd.GeoDataFrame(
    ...     {"name": ["Calle Juárez", "Calle Lerdo"]}, crs=32613,
    ...     geometry=[shapely.LineString([(0, 0), (200, 0)]),
    ...               shapely.LineString([(50, -90), (50, 90)])])
    >>> rows = gpd.GeoDataFrame(
    ...     {"address": ["JUAREZ ESQ. LERDO"], "neighbourhood": "", "location_status": "unmatched",
    ...      "problem": ""}, geometry=[None], crs=32613)
    >>> found = geocode(rows, Gazetteer.from_layers(streets=lines))
    >>> found["location_status"].item(), found.geometry.item().wkt
    ('matched', 'POINT (50 0)')
    """
    columns_present(incidents.columns, _NEEDED, "geocode: the incidents")
    if incidents.crs is None:
        raise CrsError(
            "geocode: the incidents have no coordinate reference system. "
            "Use incidents.set_crs(...), e.g. 4326 for degrees."
        )
    missing = incidents.geometry.isna() | incidents.geometry.is_empty
    written = (incidents[ADDRESS] != "") | (incidents[NEIGHBOURHOOD] != "")
    rows = incidents.index[missing & written]
    asked = pd.MultiIndex.from_frame(incidents.loc[rows, [ADDRESS, NEIGHBOURHOOD]])
    distinct = asked.unique()
    answers = _answers(list(distinct), gazetteer)
    chosen = [answers[place] for place in distinct.get_indexer(asked)]
    return _filled(incidents, rows, chosen, gazetteer)


def _answers(asked: list[tuple[str, str]], gazetteer: Gazetteer) -> list[Answer]:
    """Answer each distinct address; those that exact names leave open are asked again loosely."""
    parsed = {text: parse_address(text) for text in dict.fromkeys(text for text, _ in asked)}
    queries = [(parsed[text], neighbourhood_name(stated)) for text, stated in asked]
    likenesses = _likenesses(queries, gazetteer)
    answers = [locate(address, stated, gazetteer, likenesses) for address, stated in queries]
    open_ = [
        place
        for place, answer in enumerate(answers)
        if answer.status not in (LocationStatus.MATCHED, LocationStatus.AMBIGUOUS)
    ]
    wider = _wider(likenesses, [queries[place][0] for place in open_], gazetteer)
    for place in open_:
        answers[place] = locate(*queries[place], gazetteer, wider)
    return answers


def _likenesses(queries: list[tuple[Address, str]], gazetteer: Gazetteer) -> Likenesses:
    streets = [name for address, _ in queries for name in _street_names(address, gazetteer)]
    areas = [
        name
        for address, stated in queries
        for name in (address.neighbourhood, stated, *address.rest)
    ]
    return Likenesses(
        streets=_search(gazetteer.streets, streets),
        numbering=_search(gazetteer.numbering, [address.street.name for address, _ in queries]),
        areas=_search(gazetteer.areas, areas),
        places=_search(gazetteer.places, [address.landmark for address, _ in queries]),
    )


def _search(part: object, names: Iterable[str]) -> Mapping[str, tuple[Hit, ...]]:
    index: NameIndex | None = getattr(part, "index", None)
    return {} if index is None else index.search(names)


def _wider(likenesses: Likenesses, addresses: list[Address], gazetteer: Gazetteer) -> Likenesses:
    """Add the names like those that are on the list themselves: the one meant may be another."""
    if gazetteer.streets is None:
        return likenesses
    names = sorted(
        {name for address in addresses for name in _street_names(address, gazetteer)} - {""}
    )
    exact = [name for name in names if name in gazetteer.streets.by_name]
    alike = gazetteer.streets.index.search_alike(exact)
    return replace(likenesses, streets={**likenesses.streets, **alike})


def _street_names(address: Address, gazetteer: Gazetteer) -> tuple[str, ...]:
    if gazetteer.streets is None:
        return ()
    index = gazetteer.streets.index
    streets = (address.street, *address.crossings)
    variants = (name for street in streets for name in street_variants(street, index))
    return (address.joined, *variants)


def _filled(
    incidents: gpd.GeoDataFrame,
    rows: pd.Index,
    answers: list[Answer],
    gazetteer: Gazetteer,
) -> gpd.GeoDataFrame:
    filled = incidents.copy()
    text = pd.Series([answer.problem for answer in answers], index=rows, dtype=str)
    filled[PROBLEM] = join_notes(filled[PROBLEM], text.reindex(filled.index, fill_value=""))
    values: dict[str, tuple[list[object], str]] = {
        LOCATION_STATUS: ([str(answer.status) for answer in answers], "str"),
        LOCATION_PRECISION: ([str(answer.precision) for answer in answers], "str"),
        LOCATION_SCORE: ([answer.score for answer in answers], "float64"),
        LOCATION_RADIUS: (
            [answer.spot.radius if answer.spot else np.nan for answer in answers],
            "float64",
        ),
        LOCATION_MATCH: ([answer.match for answer in answers], "str"),
    }
    for column, (found, kind) in values.items():
        if column not in filled:
            filled[column] = pd.Series(
                "" if kind == "str" else np.nan, index=filled.index, dtype=kind
            )
        filled.loc[rows, column] = pd.Series(found, index=rows, dtype=kind)
    spots = _points([answer.spot for answer in answers], rows, incidents, gazetteer)
    filled.loc[rows, filled.active_geometry_name] = spots
    others = _points([answer.alternative for answer in answers], rows, incidents, gazetteer)
    filled[LOCATION_ALTERNATIVE] = others.reindex(filled.index)
    return filled


def _points(
    spots: list[Spot | None], rows: pd.Index, incidents: gpd.GeoDataFrame, gazetteer: Gazetteer
) -> gpd.GeoSeries:
    x = [spot.x if spot else np.nan for spot in spots]
    y = [spot.y if spot else np.nan for spot in spots]
    points = gpd.points_from_xy(x, y)
    points[np.isnan(np.array(x, dtype=float))] = None
    return gpd.GeoSeries(points, index=rows, crs=gazetteer.crs).to_crs(incidents.crs)
