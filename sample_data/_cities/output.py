"""The files of a city, as bytes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import shapely

from _cities.addresses import FINDABLE
from _cities.dirt import Row, soil
from _cities.files import degrees, geojson, table
from _cities.population import rasters
from _cities.reports import Reports, report
from _cities.risk import true_risks
from _cities.truth import draw_events

if TYPE_CHECKING:
    from _cities.services import Service
    from _cities.spots import City

# Names of the units' layer: code, and the colonia in which a unit lies.
_UNIT_FIELDS = {"mexico": ("CVEGEO", "NOM_COL"), "peru": ("UBIGEO", "SECTOR")}
_COLONIA_LAYER = {
    "mexico": ("colonias.geojson", "CVE_COL"),
    "peru": ("sectores.geojson", "COD_SEC"),
}
LANDMARKS = ("escuela", "clinica", "centro_comunitario", "parque")


def city_files(city: City, services: list[Service]) -> dict[str, bytes]:
    """Return all that does not depend on the incidents' seed: path in the folder → bytes."""
    residents, poverty = rasters(city.ground, city.units)
    colonia_file, _ = _COLONIA_LAYER[city.ground.plan.country]
    return {
        "unidades.geojson": _units(city),
        colonia_file: _colonias(city),
        "calles.geojson": _streets(city),
        "lugares.csv": _landmarks(services),
        "servicios.csv": _services(services),
        "poblacion.tif": residents,
        "pobreza.tif": poverty,
        "verdad/places.geojson": _places(city),
        "verdad/units.csv": _planted(city),
    }


def incident_files(
    city: City, services: list[Service], seed: int, *, planted: bool, spread: bool
) -> dict[str, bytes]:
    """Return the table of incidents of one seed, and the truth about its risks and addresses."""
    plan = city.ground.plan
    risks = true_risks(plan, city.units, city.members, seed, planted=planted, spread=spread)
    events = draw_events(plan, city.units, risks, seed)
    landmarks = [one for one in services if one.kind in LANDMARKS]
    reports = report(city, events, landmarks, seed)
    rows = soil(city, reports, seed)
    incidents = _incidents_peru if plan.country == "peru" else _incidents_mexico
    return {
        "incidentes.csv": incidents(reports, rows),
        "verdad/addresses.csv": _addresses(city, reports, rows),
        "verdad/faults.csv": _faults(reports, rows),
        "verdad/risk.csv": _risks(city, risks),
    }


def _incidents_mexico(reports: Reports, rows: list[Row]) -> bytes:
    header = "FOLIO FECHA HORA DELITO MODALIDAD DOMICILIO COLONIA LATITUD LONGITUD VICTIMAS"
    folio = [f"{year % 100:02d}-{number:05d}" for year, number in _serials(reports)]
    lines = (
        (
            folio[row.event],
            row.date,
            row.time,
            row.label,
            reports.means[row.event],
            row.address,
            row.colonia,
            row.latitude,
            row.longitude,
            1,
        )
        for row in rows
    )
    return table(header.split(), lines, encoding="latin-1")


def _incidents_peru(reports: Reports, rows: list[Row]) -> bytes:
    header = (
        "N_DENUNCIA FECHA_HECHO HORA_HECHO TIPO_DELITO DIRECCION SECTOR LATITUD LONGITUD VICTIMAS"
    )
    folio = [f"{number:05d}-{year}" for year, number in _serials(reports)]
    lines = (
        (
            folio[row.event],
            row.date,
            row.time,
            row.label,
            row.address,
            row.colonia,
            row.latitude,
            row.longitude,
            1,
        )
        for row in rows
    )
    return table(header.split(), lines, encoding="utf-8-sig", separator=";")


def _serials(reports: Reports) -> list[tuple[int, int]]:
    """Return each event's year and its number within the year."""
    years = [dt.date.fromordinal(int(day)).year for day in reports.day]
    first: dict[int, int] = {}
    for position, year in enumerate(years):
        first.setdefault(year, position)
    return [(year, position - first[year] + 1) for position, year in enumerate(years)]


def _addresses(city: City, reports: Reports, rows: list[Row]) -> bytes:
    code_field, _ = _UNIT_FIELDS[city.ground.plan.country]
    header = f"row {code_field} longitude latitude findable precision form slip".split()
    lines = []
    for number, row in enumerate(rows, start=1):
        if not row.address_only:
            continue
        written = reports.written[row.event]
        x, y = reports.spots.degrees[row.event]
        unit = city.units.codes[int(reports.unit[row.event])]
        findable = int(written.precision in FINDABLE)
        lines.append(
            (
                number,
                unit,
                degrees(x),
                degrees(y),
                findable,
                written.precision,
                written.form,
                written.slip,
            )
        )
    return table(header, lines)


def _faults(reports: Reports, rows: list[Row]) -> bytes:
    """Return every fault of every row, with the true point, for the tests of the cleaning."""
    lines = []
    for number, row in enumerate(rows, start=1):
        x, y = reports.spots.degrees[row.event]
        lines += [(number, fault, degrees(x), degrees(y)) for fault in row.faults]
    return table(("row", "fault", "longitude", "latitude"), lines)


def _units(city: City) -> bytes:
    units = city.units
    code_field, colonia_field = _UNIT_FIELDS[city.ground.plan.country]
    return geojson(
        (
            {
                code_field: code,
                "POBTOT": int(units.residents[k]),
                "pobreza": float(units.poverty[k]),
                "TIPO": units.kind[k],
                colonia_field: units.colonia_names[int(units.colonia[k])],
            },
            units.shapes[k],
        )
        for k, code in enumerate(units.codes)
    )


def _colonias(city: City) -> bytes:
    units = city.units
    shapes = np.array(units.shapes)
    _, code_field = _COLONIA_LAYER[city.ground.plan.country]
    return geojson(
        (
            {code_field: f"{number + 1:04d}", "NOMBRE": name},
            shapely.coverage_union_all(shapes[units.colonia == number]),
        )
        for number, name in enumerate(units.colonia_names)
        if np.any(units.colonia == number)
    )


def _streets(city: City) -> bytes:
    streets = city.streets
    return geojson(
        (
            {
                "TIPO": streets.kind[k],
                "NOMBRE": streets.name[k],
                "NUM_INI": int(streets.numbers[k, 0]),
                "NUM_FIN": int(streets.numbers[k, 1]),
            },
            city.ground.degrees[chain],
        )
        for k, chain in enumerate(streets.nodes)
        if streets.known[k]
    )


def _landmarks(services: list[Service]) -> bytes:
    lines = [
        (one.name, one.kind, degrees(one.degrees[0]), degrees(one.degrees[1]))
        for one in services
        if one.kind in LANDMARKS
    ]
    return table(("nombre", "tipo", "longitud", "latitud"), lines)


def _services(services: list[Service]) -> bytes:
    lines = [
        (one.kind, one.name, one.capacity, degrees(one.degrees[0]), degrees(one.degrees[1]))
        for one in services
    ]
    return table(("tipo", "nombre", "capacidad", "longitud", "latitud"), lines)


def _places(city: City) -> bytes:
    shapes = np.array(city.units.shapes)
    features = []
    for place, inside in zip(city.ground.plan.places, city.members, strict=True):
        properties = {
            "name": place.name,
            "category": place.category,
            "risk": place.risk,
            "first_year": place.years[0],
            "last_year": place.years[-1],
            "residents": int(city.units.residents[inside].sum()),
        }
        features.append((properties, shapely.coverage_union_all(shapes[inside])))
    return geojson(features)


def _planted(city: City) -> bytes:
    plan = city.ground.plan
    inside = {category: [""] * len(city.units.codes) for category in plan.incidents}
    for place, members in zip(plan.places, city.members, strict=True):
        for unit in members:
            inside[place.category][unit] = place.name
    lines = zip(city.units.codes, *inside.values(), strict=True)
    return table((_UNIT_FIELDS[plan.country][0], *inside), lines)


def _risks(city: City, risks: dict[str, np.ndarray]) -> bytes:
    """Return each unit's true risk: a column a category, or one for each span of equal years."""
    years = city.ground.plan.years
    columns: dict[str, np.ndarray] = {}
    for category, by_year in risks.items():
        new = np.flatnonzero(np.any(np.diff(by_year, axis=0) != 0, axis=1)) + 1
        for first, end in zip([0, *new], [*new, len(years)], strict=True):
            span = f"_{years[first]}_{years[end - 1]}" if len(new) else ""
            columns[category + span] = by_year[first]
    lines = zip(
        city.units.codes, *([f"{x:.4f}" for x in risk] for risk in columns.values()), strict=True
    )
    return table((_UNIT_FIELDS[city.ground.plan.country][0], *columns), lines)
