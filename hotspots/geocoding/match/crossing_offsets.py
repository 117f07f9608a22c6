"""Colombian addresses: ``Calle 10 # 20-30`` is 30 m from the crossing with Carrera 20, going up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import shapely

from hotspots.geocoding.address.names import street_name
from hotspots.geocoding.gazetteer.streets import Spot

if TYPE_CHECKING:
    from hotspots.geocoding.address.lexicon import Lexicon
    from hotspots.geocoding.gazetteer.streets import Streets

_STEP_M = 1.0


def offset_spot(
    streets: Streets,
    street: int,
    other: str,
    crossing: Spot,
    meters: float,
    lexicon: Lexicon,
) -> Spot:
    """Return the location some meters from a crossing, toward the next higher number.

    Parameters
    ----------
    street
        Street along which the distance is measured.
    other
        Title of the crossing street.
    crossing
        Where they cross.
    lexicon
        The words that the titles are read with.

    Returns
    -------
    Spot
        On the street's line. If no other numbered street tells in which direction the numbers
        increase, the crossing, with the distance as its radius.
    """
    line = min(
        (streets.lines[own] for own in streets.members[street]),
        key=lambda own: float(own.distance(shapely.Point(crossing.x, crossing.y))),
    )
    merged = shapely.line_merge(streets.whole[street])
    line = merged if merged.geom_type == "LineString" else line
    start = line.project(shapely.Point(crossing.x, crossing.y))
    ahead = _ahead(streets, street, other, line, start, lexicon)
    at = start + ahead * meters
    if not ahead or not -_STEP_M <= at <= line.length + _STEP_M:
        return crossing._replace(radius=meters)
    point = line.interpolate(min(max(at, 0.0), line.length))
    return Spot(point.x, point.y, 0.0)


def _ahead(
    streets: Streets,
    street: int,
    other: str,
    line: shapely.LineString,
    start: float,
    lexicon: Lexicon,
) -> int:
    """Return 1 if the crossing streets' numbers increase along the line, else -1; 0 if unknown."""
    kind, number = street_name(other, lexicon).kind, _number(other, lexicon)
    nearest: tuple[float, int] | None = None
    for third in streets.crossed.get(street, ()):
        figure = _number(streets.titles[third], lexicon)
        if streets.kinds[third] != kind or not figure or not number or figure == number:
            continue
        for spot in streets.crossing(street, third):
            at = line.project(shapely.Point(spot.x, spot.y))
            if abs(at - start) > _STEP_M:
                side = 1 if (at > start) == (figure > number) else -1
                nearest = min(nearest or (float("inf"), 0), (abs(at - start), side))
    return nearest[1] if nearest else 0


def _number(title: str, lexicon: Lexicon) -> tuple[int, str] | tuple[()]:
    found = re.match(r"(\d+) ?([a-z]?)\b", street_name(title, lexicon).name)
    return (int(found[1]), found[2]) if found else ()
