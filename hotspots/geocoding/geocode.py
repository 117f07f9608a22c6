"""Geocode the incidents that have an address and no point."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from rich.console import Console
from rich.progress import track

from hotspots._checks import columns_present, projected_crs
from hotspots._notes import join_notes
from hotspots.errors import CrsError, InputError
from hotspots.geocoding.address.names import neighborhood_name
from hotspots.geocoding.address.parse import Address, read_address
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.match.candidates import SimilarNames, street_variants
from hotspots.geocoding.match.resolve import Answer, match_address
from hotspots.geocoding.online.answers import with_online
from hotspots.schema import (
    ADDRESS,
    LOCATION_ALTERNATIVE,
    LOCATION_MATCH,
    LOCATION_PRECISION,
    LOCATION_RADIUS,
    LOCATION_SCORE,
    LOCATION_STATUS,
    NEIGHBORHOOD,
    PROBLEM,
    LocationStatus,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hotspots.geocoding.gazetteer.name_index import Hit, NameIndex
    from hotspots.geocoding.gazetteer.streets import Spot
    from hotspots.geocoding.online.geocoder import OnlineGeocoder

_AT_ONCE = 10_000
"""Addresses that are looked up in one batch, so that equal names are searched for once."""

_NEEDED = (ADDRESS, NEIGHBORHOOD, LOCATION_STATUS, PROBLEM)


def geocode(
    incidents: gpd.GeoDataFrame,
    gazetteer: Gazetteer | None = None,
    *,
    online: OnlineGeocoder | None = None,
    progress: bool | None = None,
) -> gpd.GeoDataFrame:
    """Return the incidents, those with an address and no point located.

    Rows with usable coordinates stay as they are. An address whose second-best candidate is
    nearly as good is ``ambiguous`` and keeps both; one of which only the neighborhood is known is
    ``approximate``, with the radius of the disc that covers it; one that is not found is
    ``unmatched``, with the reason in ``problem``. No row is dropped. Nothing leaves this machine
    unless ``online`` is given, and then only addresses that the gazetteer did not find, each once.

    Parameters
    ----------
    incidents
        As :func:`hotspots.read_incidents` returns them.
    gazetteer
        See :meth:`hotspots.Gazetteer.from_layers`. Addresses are parsed with the words of its
        country.
    online
        Provider to ask about addresses that the gazetteer does not find. Its answers score at
        most .8 and are ``approximate`` unless they name a house or a street. A failure is noted
        in ``problem``; after 10 in a row the provider is not asked again.
    progress
        Whether to show a progress bar; by default only in a terminal.

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
        If they have no CRS, or the study area of ``online`` is not in meters.
    InputError
        If there is neither a gazetteer nor ``online`` with a study area.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
    >>> lines = gpd.GeoDataFrame(
    ...     {"name": ["Calle Juárez", "Calle Lerdo"]}, crs=32613,
    ...     geometry=[shapely.LineString([(0, 0), (200, 0)]),
    ...               shapely.LineString([(50, -90), (50, 90)])])
    >>> rows = gpd.GeoDataFrame(
    ...     {"address": ["JUAREZ ESQ. LERDO"], "neighborhood": "", "location_status": "unmatched",
    ...      "problem": ""}, geometry=[None], crs=32613)
    >>> found = geocode(rows, Gazetteer.from_layers(streets=lines))
    >>> found["location_status"].item(), found.geometry.item().wkt
    ('matched', 'POINT (50 0)')
    """
    if not isinstance(incidents, gpd.GeoDataFrame):
        raise InputError(
            f"geocode: the incidents came as {type(incidents).__name__}. Give the GeoDataFrame "
            "that read_incidents returns."
        )
    columns_present(incidents.columns, _NEEDED, "geocode: the incidents")
    if gazetteer is not None and not isinstance(gazetteer, Gazetteer):
        raise InputError(
            f"geocode: the gazetteer came as {type(gazetteer).__name__}. Build one with "
            "Gazetteer.from_layers(...) or load it with Gazetteer.load(...)."
        )
    if incidents.crs is None:
        raise CrsError(
            "geocode: the incidents have no coordinate reference system. "
            "Use incidents.set_crs(...), e.g. 4326 for degrees."
        )
    missing = incidents.geometry.isna() | incidents.geometry.is_empty
    texts = incidents[[ADDRESS, NEIGHBORHOOD]].fillna("").astype(str)
    written = (texts != "").any(axis=1)
    rows = incidents.index[missing & written]
    asked = pd.MultiIndex.from_frame(texts.loc[rows])
    distinct = asked.unique()
    crs, extent = _ground(gazetteer, online)
    answers = [Answer(LocationStatus.UNMATCHED)] * len(distinct)
    if gazetteer is not None:
        answers = list(_shown(_all_answers(list(distinct), gazetteer), len(distinct), progress))
    if online is not None:
        asking = with_online(list(distinct), answers, online, crs, extent)
        answers = list(_shown(asking, len(distinct), progress))
    chosen = [answers[place] for place in distinct.get_indexer(asked)]
    return _filled(incidents, rows, chosen, crs)


def _shown(answers: Iterator[Answer], total: int, progress: bool | None) -> Iterable[Answer]:
    shown = sys.stderr.isatty() if progress is None else progress
    console = Console(stderr=True)
    return track(answers, "", total, console=console, transient=True, disable=not shown)


def _ground(
    gazetteer: Gazetteer | None, online: OnlineGeocoder | None
) -> tuple[CRS, tuple[float, float, float, float]]:
    """Return the metric CRS of all answers, and the extent that they must lie in."""
    area = None if online is None else online.study_area
    if area is not None:
        projected_crs(area, "geocode: the study area of online")
    if gazetteer is not None:
        crs = gazetteer.crs
        layers = list(gazetteer.sources.values()) if area is None else [area.to_crs(crs)]
    elif area is not None:
        crs, layers = CRS.from_user_input(area.crs), [area]
    else:
        raise InputError(
            "geocode: there is nothing to look addresses up in. Give a gazetteer or "
            "online=OnlineGeocoder(..., study_area=...)."
        )
    bounds = np.array([layer.total_bounds for layer in layers])
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return crs, (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _all_answers(asked: list[tuple[str, str]], gazetteer: Gazetteer) -> Iterator[Answer]:
    """Answer the distinct addresses in batches, so that progress can be shown."""
    for start in range(0, len(asked), _AT_ONCE):
        yield from _answers(asked[start : start + _AT_ONCE], gazetteer)


def _answers(asked: list[tuple[str, str]], gazetteer: Gazetteer) -> list[Answer]:
    """Match each distinct address; those without an exact match are matched again more loosely."""
    parsed = {
        text: read_address(text, gazetteer.lexicon)
        for text in dict.fromkeys(text for text, _ in asked)
    }
    queries = [
        (parsed[text], neighborhood_name(stated, gazetteer.lexicon)) for text, stated in asked
    ]
    similar = _similar_names(queries, gazetteer)
    answers = [match_address(address, stated, gazetteer, similar) for address, stated in queries]
    open_ = [
        place
        for place, answer in enumerate(answers)
        if answer.status not in (LocationStatus.MATCHED, LocationStatus.AMBIGUOUS)
    ]
    wider = _wider(similar, [queries[place][0] for place in open_], gazetteer)
    for place in open_:
        answers[place] = match_address(*queries[place], gazetteer, wider)
    return answers


def _similar_names(queries: list[tuple[Address, str]], gazetteer: Gazetteer) -> SimilarNames:
    streets = [name for address, _ in queries for name in _street_names(address, gazetteer)]
    areas = [
        name
        for address, stated in queries
        for name in (address.neighborhood, stated, *address.rest)
    ]
    return SimilarNames(
        streets=_search(gazetteer.streets, streets),
        numbering=_search(gazetteer.numbering, [address.street.name for address, _ in queries]),
        areas=_search(gazetteer.areas, areas),
        places=_search(gazetteer.places, [address.landmark for address, _ in queries]),
    )


def _search(part: object, names: Iterable[str]) -> Mapping[str, tuple[Hit, ...]]:
    index: NameIndex | None = getattr(part, "index", None)
    return {} if index is None else index.search(names)


def _wider(similar: SimilarNames, addresses: list[Address], gazetteer: Gazetteer) -> SimilarNames:
    """Add names similar to those that are listed: a different one may be meant."""
    if gazetteer.streets is None:
        return similar
    names = sorted(
        {name for address in addresses for name in _street_names(address, gazetteer)} - {""}
    )
    exact = [name for name in names if name in gazetteer.streets.by_name]
    alike = gazetteer.streets.index.search_similar(exact)
    return replace(similar, streets={**similar.streets, **alike})


def _street_names(address: Address, gazetteer: Gazetteer) -> tuple[str, ...]:
    if gazetteer.streets is None:
        return ()
    index = gazetteer.streets.index
    streets = (address.street, *address.crossings)
    variants = (
        name for street in streets for name in street_variants(street, index, gazetteer.lexicon)
    )
    return (address.joined, *variants)


def _filled(
    incidents: gpd.GeoDataFrame,
    rows: pd.Index,
    answers: list[Answer],
    crs: CRS,
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
    spots = _points([answer.spot for answer in answers], rows, incidents, crs)
    filled.loc[rows, filled.active_geometry_name] = spots
    others = _points([answer.alternative for answer in answers], rows, incidents, crs)
    filled[LOCATION_ALTERNATIVE] = others.reindex(filled.index)
    return filled


def _points(
    spots: list[Spot | None], rows: pd.Index, incidents: gpd.GeoDataFrame, crs: CRS
) -> gpd.GeoSeries:
    x = [spot.x if spot else np.nan for spot in spots]
    y = [spot.y if spot else np.nan for spot in spots]
    points = gpd.points_from_xy(x, y)
    points[np.isnan(np.array(x, dtype=float))] = None
    return gpd.GeoSeries(points, index=rows, crs=crs).to_crs(incidents.crs)
