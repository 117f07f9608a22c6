"""Convert an online provider's answers to those of a gazetteer."""

from __future__ import annotations

from dataclasses import replace
from math import hypot
from typing import TYPE_CHECKING, Any

from pyproj import Transformer

from hotspots._notes import Note, joined, note
from hotspots.geocoding.gazetteer.streets import Spot
from hotspots.geocoding.match.candidates import WIDEST_STREET_M
from hotspots.geocoding.match.resolve import WIDEST_BLOCK_M, Answer
from hotspots.schema import LocationPrecision, LocationStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyproj import CRS

    from hotspots.geocoding.online.geocoder import OnlineGeocoder

    Extent = tuple[float, float, float, float]

MOST_FAILURES = 10
"""Number of failures in a row after which the provider is not asked again."""

_HOUSES = frozenset(["house", "building", "house_number", "amenity", "shop", "office", "address"])
_STREETS = frozenset(["road", "street", "highway"])
_SCORES = {
    LocationPrecision.HOUSE: 0.8,
    LocationPrecision.STREET: 0.6,
    LocationPrecision.NEIGHBORHOOD: 0.5,
}


def with_online(
    asked: Sequence[tuple[str, str]],
    answers: Sequence[Answer],
    online: OnlineGeocoder,
    crs: CRS,
    extent: Extent,
) -> Iterator[Answer]:
    """Yield the answers, with the provider's in place of those without a match.

    Parameters
    ----------
    asked
        Address and stated neighborhood of each answer.
    answers
        The gazetteer's answers.
    online
        Provider, asked about unmatched addresses only.
    crs, extent
        Metric CRS and extent of the answers; a location outside is refused.
    """
    to_meters = Transformer.from_crs(4326, crs, always_xy=True)
    failures = 0
    for (address, stated), answer in zip(asked, answers, strict=True):
        if answer.status != LocationStatus.UNMATCHED or not address:
            yield answer
        elif failures >= MOST_FAILURES:
            yield _noted(answer, note(Note.ONLINE_STOPPED))
        else:
            reply = online.ask(", ".join(filter(None, (address, stated))))
            failures = failures + 1 if reply.problem else 0
            if reply.problem:
                yield _noted(answer, note(Note.ONLINE_FAILED, reply.problem))
            elif reply.raw is None:
                yield _noted(answer, note(Note.ONLINE_NOT_FOUND))
            else:
                found = _read(reply.raw, online.provider, to_meters)
                yield found if _inside(found, extent) else _noted(answer, note(Note.ONLINE_OUTSIDE))


def _noted(answer: Answer, why: str) -> Answer:
    return replace(answer, problem=joined(answer.problem, why))


def _inside(answer: Answer, extent: Extent) -> bool:
    assert answer.spot is not None
    west, south, east, north = extent
    return west <= answer.spot.x <= east and south <= answer.spot.y <= north


def _read(found: Mapping[str, Any], provider: str, to_meters: Transformer) -> Answer:
    said = found["raw"] if isinstance(found["raw"], dict) else {}
    x, y = to_meters.transform(found["longitude"], found["latitude"])
    precision = _precision(said)
    radius = _radius(said, to_meters)
    if precision == LocationPrecision.HOUSE:
        wide = radius is not None and radius > WIDEST_BLOCK_M
    else:
        wide = precision == LocationPrecision.NEIGHBORHOOD or (
            radius is None or radius > WIDEST_STREET_M
        )
    # A provider that returns only a point says nothing of its accuracy.
    unsaid = 0.0 if precision == LocationPrecision.HOUSE else 2 * WIDEST_BLOCK_M
    spot = Spot(float(x), float(y), unsaid if radius is None else radius)
    status = LocationStatus.APPROXIMATE if wide else LocationStatus.MATCHED
    title = str(said.get("display_name", "")).strip()
    return Answer(status, precision, _SCORES[precision], spot, f"{provider}: {title}".strip(": "))


def _precision(said: Mapping[str, Any]) -> LocationPrecision:
    """Return the precision by Nominatim's kinds; the coarsest for unknown kinds."""
    kinds = {str(said.get(key, "")).lower() for key in ("addresstype", "class", "type")}
    if kinds & _STREETS:
        return LocationPrecision.STREET
    if kinds & _HOUSES:
        return LocationPrecision.HOUSE
    return LocationPrecision.NEIGHBORHOOD


def _radius(said: Mapping[str, Any], to_meters: Transformer) -> float | None:
    """Return half the diagonal of Nominatim's bounding box (south, north, west, east)."""
    try:
        south, north, west, east = (float(edge) for edge in said["boundingbox"])
    except (KeyError, TypeError, ValueError):
        return None
    x, y = to_meters.transform([west, east], [south, north])
    return hypot(x[1] - x[0], y[1] - y[0]) / 2
