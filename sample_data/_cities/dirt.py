"""What goes wrong between a report and a table: a small share of every known fault.

Faults strike rows at random, whatever their place; only pile-ups favor a few buildings.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from _cities import labels
from _cities.chance import pick, stream
from _cities.files import degrees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _cities.reports import Reports
    from _cities.spots import City

ADDRESS_ONLY = 0.2
_POINT_FAULTS = {
    "": 0.9765,
    "swapped": 0.004,
    "no minus": 0.004,
    "degrees minutes seconds": 0.003,
    "meters": 0.003,
    "zero": 0.003,
    "other decimal sign": 0.003,
    "corner": 0.0035,
}
_TIME_FAULTS = {
    "": 0.957,
    "time 930": 0.008,
    "time 24:00": 0.003,
    "time blank": 0.012,
    "time 9:30": 0.015,
    "time unknown": 0.005,
}
_DATE_FAULTS = {"": 0.9968, "date impossible": 0.0012, "date unknown": 0.001, "date blank": 0.001}
_IMPOSSIBLE = ("31/02/{y}", "30/02/{y}", "31/04/{y}", "00/06/{y}", "31/11/{y}", "15/13/{y}")
PILE_UP_SHARE = 0.07
LEAST_PILE_UP = 5
REPEATED = 0.004
UNKNOWN_LABEL = 0.004
NO_ADDRESS = 0.25
NO_COLONIA = 0.07


@dataclass(frozen=True, slots=True)
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
    faults: tuple[str, ...]


def soil(city: City, reports: Reports, seed: int) -> list[Row]:
    """Return the rows of the table: a row per victim, faults and repeated rows included."""
    points = _points(city, reports, seed)
    rng = stream(seed, "faults")
    count = len(reports.unit)
    time_fault, date_fault = _drawn(_TIME_FAULTS, count, rng), _drawn(_DATE_FAULTS, count, rng)
    # "09:30" and "9:30" differ only before ten.
    time_fault = [
        "" if name == "time 9:30" and minute >= 600 else name
        for name, minute in zip(time_fault, reports.minute, strict=True)
    ]
    unknown, other = rng.random(count) < UNKNOWN_LABEL, _drawn(labels.UNKNOWN, count, rng)
    silent, nowhere = rng.random(count) < NO_ADDRESS, rng.random(count) < NO_COLONIA
    repeated = rng.random(count) < REPEATED
    rows = []
    for k, (latitude, longitude, fault) in enumerate(points):
        only = not latitude
        # The hospital's clerk writes where it happened: only so is a pile-up one.
        mute = silent[k] and not only and not fault.startswith("pile-up")
        faults = [fault, time_fault[k], date_fault[k], "unknown label" if unknown[k] else ""]
        row = Row(
            event=k,
            date=_date(dt.date.fromordinal(int(reports.day[k])), date_fault[k], rng),
            time=_time(int(reports.minute[k]), time_fault[k]),
            label=other[k] if unknown[k] else str(reports.label[k]),
            address="" if mute else reports.written[k].text,
            colonia="" if nowhere[k] else _colonia(reports.colonia[k], rng),
            latitude=latitude,
            longitude=longitude,
            address_only=only,
            faults=tuple(name for name in faults if name),
        )
        rows += [row] * int(reports.victims[k])
        if repeated[k]:
            rows.append(replace(row, faults=(*row.faults, "repeated row")))
    return rows


def _drawn(shares: Mapping[str, float], count: int, rng: np.random.Generator) -> list[str]:
    names = list(shares)
    return [names[k] for k in pick(rng, np.array(list(shares.values())), count)]


def _points(city: City, reports: Reports, seed: int) -> list[tuple[str, str, str]]:
    """Return (latitude, longitude, fault) as written; both empty where only an address is."""
    rng = stream(seed, "points")
    count = len(reports.unit)
    only = rng.random(count) < ADDRESS_ONLY
    fault = np.array(_drawn(_POINT_FAULTS, count, rng), dtype=object)
    degree = reports.spots.degrees.copy()
    for number, (rows, point) in enumerate(_pile_ups(city, reports, only, seed), start=1):
        degree[rows] = point
        fault[rows] = f"pile-up {number}"
    corner = np.flatnonzero(fault == "corner")
    edges = city.ground.edges[reports.spots.edge[corner]]
    degree[corner] = city.ground.degrees[
        np.where(reports.spots.share[corner] < 0.5, edges[:, 0], edges[:, 1])
    ]
    comma = city.ground.plan.country == "peru"
    return [
        ("", "", "")
        if only[k]
        else (
            *_point(*map(float, degree[k]), reports.spots.meters[k], str(fault[k]), comma=comma),
            str(fault[k]),
        )
        for k in range(count)
    ]


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
    homes = np.argsort(-rows_in, kind="stable")[: city.ground.plan.pile_ups]
    order = np.argsort(rng.random(len(only)), kind="stable")
    free = order[~only[order]]
    piles, at = [], 0
    for unit in homes:
        size = int(PILE_UP_SHARE * rows_in[unit])
        if size < LEAST_PILE_UP:
            continue
        building = int(np.flatnonzero(reports.unit == unit)[0])
        piles.append((free[at : at + size], reports.spots.degrees[building]))
        at += size
    return piles


def _point(x: float, y: float, meter: np.ndarray, fault: str, *, comma: bool) -> tuple[str, str]:
    """Return latitude and longitude as they are written with one fault."""
    match fault:
        case "swapped":
            latitude, longitude = degrees(x), degrees(y)
        case "no minus":
            latitude, longitude = degrees(y), degrees(abs(x))
        case "degrees minutes seconds":
            return _dms(y, "NS"), _dms(x, "EO")
        case "meters":
            latitude, longitude = f"{meter[1]:.1f}", f"{meter[0]:.1f}"
        case "zero":
            return "0", "0"
        case _:
            latitude, longitude = degrees(y), degrees(x)
    if comma != (fault == "other decimal sign"):
        return latitude.replace(".", ","), longitude.replace(".", ",")
    return latitude, longitude


def _dms(value: float, letters: str) -> str:
    seconds = round(abs(value) * 36_000)
    whole, rest = divmod(seconds, 36_000)
    minute, tenths = divmod(rest, 600)
    return f"{whole}°{minute:02d}'{tenths / 10:04.1f}\"{letters[value < 0]}"


def _date(date: dt.date, fault: str, rng: np.random.Generator) -> str:
    match fault:
        case "date impossible":
            return _IMPOSSIBLE[int(rng.random() * len(_IMPOSSIBLE))].format(y=date.year)
        case "date unknown":
            return "SE DESCONOCE"
        case "date blank":
            return ""
    return f"{date.day:02d}/{date.month:02d}/{date.year}"


def _time(minute: int, fault: str) -> str:
    hour, rest = divmod(minute, 60)
    match fault:
        case "time 930":
            return f"{hour}{rest:02d}"
        case "time 24:00":
            return "24:00"
        case "time blank":
            return ""
        case "time 9:30":
            return f"{hour}:{rest:02d}"
        case "time unknown":
            return "SE DESCONOCE"
    return f"{hour:02d}:{rest:02d}"


def _colonia(name: str, rng: np.random.Generator) -> str:
    roll = rng.random()
    return name.upper() if roll < 0.5 else name
