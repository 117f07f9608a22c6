"""What goes wrong between a report and a table: a small share of every known fault.

Faults strike rows at random, whatever their place; only pile-ups favour a few buildings.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from _cities import labels
from _cities.chance import pick, stream
from _cities.files import degrees

if TYPE_CHECKING:
    from _cities.reports import Reports
    from _cities.spots import City

ADDRESS_ONLY = 0.2
_POINT_FAULTS = {
    "": 0.9765,
    "swapped": 0.004,
    "no_minus": 0.004,
    "dms": 0.003,
    "utm": 0.003,
    "zero": 0.003,
    "decimal_comma": 0.003,
    "corner": 0.0035,
}
_TIME_FAULTS = {"": 0.957, "digits": 0.008, "midnight": 0.003, "blank": 0.012, "short": 0.015,
                "unknown": 0.005}
_DATE_FAULTS = {"": 0.9968, "impossible": 0.0012, "unknown": 0.001, "blank": 0.001}
_IMPOSSIBLE = ("31/02/{y}", "30/02/{y}", "31/04/{y}", "00/06/{y}", "31/11/{y}", "15/13/{y}")
PILE_UPS = 14
PILE_UP_SHARE = 0.07
REPEATED = 0.004
UNKNOWN_LABEL = 0.004
NO_ADDRESS = 0.16
NO_COLONIA = 0.07


@dataclass(slots=True)
class Row:
    """One row as it is written, and what the tests need to know of it."""

    event: int
    date: str
    time: str
    label: str
    address: str
    colonia: str
    latitude: str
    longitude: str
    address_only: bool
    faults: list[str] = field(default_factory=list)


def soil(city: City, reports: Reports, seed: int, *, decimal_comma: bool) -> list[Row]:
    """Return the rows of the table: a row per victim, faults and repeated rows included."""
    points = _points(city, reports, seed)
    rows = []
    rng = stream(seed, "faults")
    count = len(reports.unit)
    time_fault = np.array(list(_TIME_FAULTS))[pick(rng, np.array(list(_TIME_FAULTS.values())), count)]
    date_fault = np.array(list(_DATE_FAULTS))[pick(rng, np.array(list(_DATE_FAULTS.values())), count)]
    unknown = rng.random(count) < UNKNOWN_LABEL
    other = np.array(list(labels.UNKNOWN))[pick(rng, np.array(list(labels.UNKNOWN.values())), count)]
    silent, nowhere = rng.random(count) < NO_ADDRESS, rng.random(count) < NO_COLONIA
    repeated = rng.random(count) < REPEATED
    for k in range(count):
        latitude, longitude, fault = points[k]
        only = latitude == "" and longitude == ""
        date = dt.date.fromordinal(int(reports.day[k]))
        row = Row(
            event=k,
            date=_date(date, str(date_fault[k]), rng),
            time=_time(int(reports.minute[k]), str(time_fault[k])),
            label=str(other[k]) if unknown[k] else str(reports.label[k]),
            address="" if silent[k] and not only else reports.written[k].text,
            colonia="" if nowhere[k] else _colonia(reports.colonia[k], rng),
            latitude=latitude.replace(".", ",") if decimal_comma else latitude,
            longitude=longitude.replace(".", ",") if decimal_comma else longitude,
            address_only=only,
            faults=[name for name in (fault, str(time_fault[k]), str(date_fault[k])) if name],
        )
        rows += [row] * (int(reports.victims[k]) + int(repeated[k]))
    return rows


def _points(city: City, reports: Reports, seed: int) -> list[tuple[str, str, str]]:
    """Return (latitude, longitude, fault) as written; both empty where only an address is."""
    rng = stream(seed, "points")
    count = len(reports.unit)
    only = rng.random(count) < ADDRESS_ONLY
    fault = np.array(list(_POINT_FAULTS))[
        pick(rng, np.array(list(_POINT_FAULTS.values())), count)
    ]
    degree = reports.spots.degrees.copy()
    metre = _metres(city, reports)
    for number, (rows, point) in enumerate(_pile_ups(city, reports, only, seed)):
        degree[rows] = point
        fault[rows] = f"pile-up {number + 1}"
    corner = np.flatnonzero(fault == "corner")
    edges = city.ground.edges[reports.spots.edge[corner]]
    degree[corner] = city.ground.degrees[
        np.where(reports.spots.share[corner] < 0.5, edges[:, 0], edges[:, 1])
    ]
    found = []
    for k in range(count):
        x, y = (float(value) for value in degree[k])
        if only[k]:
            found.append(("", "", ""))
        else:
            found.append((*_point(x, y, metre[k], str(fault[k])), str(fault[k])))
    return found


def _metres(city: City, reports: Reports) -> np.ndarray:
    ends = city.ground.metres[city.ground.edges[reports.spots.edge]]
    return ends[:, 0] + (ends[:, 1] - ends[:, 0]) * reports.spots.share[:, None]


def _pile_ups(
    city: City, reports: Reports, only: np.ndarray, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return rows that get the coordinate of a hospital or a police station, and the point.

    Each pile stays under a tenth of its unit's rows, in large units outside planted places.
    """
    rng = stream(seed, "pile-ups")
    planted = np.unique(np.concatenate(city.members))
    rows_in = np.bincount(reports.unit, minlength=len(city.units.codes))
    rows_in[planted] = 0
    homes = np.argsort(-rows_in, kind="stable")[:PILE_UPS]
    order = np.argsort(rng.random(len(only)), kind="stable")
    free = order[~only[order]]
    piles, at = [], 0
    for unit in homes:
        size = int(PILE_UP_SHARE * rows_in[unit])
        building = int(np.flatnonzero(reports.unit == unit)[0])
        piles.append((free[at : at + size], reports.spots.degrees[building]))
        at += size
    return piles


def _point(x: float, y: float, metre: np.ndarray, fault: str) -> tuple[str, str]:
    match fault:
        case "swapped":
            return degrees(x), degrees(y)
        case "no_minus":
            return degrees(y), degrees(abs(x))
        case "dms":
            return _dms(y, "NS"), _dms(x, "EW" if x > 0 else "EO")
        case "utm":
            return f"{metre[1]:.1f}", f"{metre[0]:.1f}"
        case "zero":
            return "0", "0"
        case "decimal_comma":
            return degrees(y).replace(".", ","), degrees(x).replace(".", ",")
    return degrees(y), degrees(x)


def _dms(value: float, letters: str) -> str:
    seconds = round(abs(value) * 36_000)
    whole, rest = divmod(seconds, 36_000)
    minute, tenths = divmod(rest, 600)
    return f"{whole}°{minute:02d}'{tenths / 10:04.1f}\"{letters[value < 0]}"


def _date(date: dt.date, fault: str, rng: np.random.Generator) -> str:
    match fault:
        case "impossible":
            return _IMPOSSIBLE[int(rng.random() * len(_IMPOSSIBLE))].format(y=date.year)
        case "unknown":
            return "SE DESCONOCE"
        case "blank":
            return ""
    return f"{date.day:02d}/{date.month:02d}/{date.year}"


def _time(minute: int, fault: str) -> str:
    hour, rest = divmod(minute, 60)
    match fault:
        case "digits":
            return f"{hour}{rest:02d}"
        case "midnight":
            return "24:00"
        case "blank":
            return ""
        case "short":
            return f"{hour}:{rest:02d}"
        case "unknown":
            return "SE DESCONOCE"
    return f"{hour:02d}:{rest:02d}"


def _colonia(name: str, rng: np.random.Generator) -> str:
    roll = rng.random()
    return name.upper() if roll < 0.5 else name
