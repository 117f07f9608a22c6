"""Column roles: which column of a table holds what, by name or guessed from its header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from hotspots.errors import ColumnError
from hotspots.incidents.address_columns import (
    address_columns,
    header_core,
    header_words,
    plain_header,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROLES = (
    "date",
    "time",
    "category",
    "address",
    "neighborhood",
    "longitude",
    "latitude",
    "event",
    "victims",
)

# Headers of police tables in Spanish, Portuguese and English, folded, the most likely first. A
# table often has several dates or categories; that of the event comes before that of the report.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "date": (
        "fecha hecho",
        "fecha de los hechos",
        "fecha del hecho",
        "fecha hechos",
        "fecha hora hecho",
        "fecha de ocurrencia",
        "fecha del evento",
        "fecha del incidente",
        "fecha",
        "fecha ocurrencia",
        "fecha evento",
        "fecha incidente",
        "fecha y hora",
        "fecha hora",
        "fecha apertura",
        "fecha inicio",
        "fecha denuncia",
        "data do fato",
        "data fato",
        "data ocorrencia",
        "data da ocorrencia",
        "data",
        "date",
        "incident date",
        "crime date",
        "occurred on",
        "occurrence date",
        "data ocorrencia bo",
        "incident datetime",
        "date occ",
        "cmplnt fr dt",
        "month",
        "mes",
    ),
    "time": (
        "hora hecho",
        "hora de los hechos",
        "hora del hecho",
        "hora hechos",
        "hora",
        "hora ocurrencia",
        "hora da ocorrencia",
        "hora do fato",
        "hora fato",
        "time",
        "incident time",
        "crime time",
        "hora de ocurrencia",
        "hora evento",
        "hora del evento",
        "hora incidente",
        "hora apertura",
        "hora ocorrencia bo",
        "time occ",
        "cmplnt fr tm",
    ),
    "category": (
        "delito",
        "tipo de delito",
        "tipo delito",
        "subtipo de delito",
        "incidente",
        "tipo incidente",
        "tipo de incidente",
        "categoria",
        "categoria delito",
        "natureza",
        "rubrica",
        "tipo de crime",
        "crime",
        "crime type",
        "offense",
        "offence",
        "category",
        "primary type",
        "tipo de hecho",
        "modalidad",
        "motivo",
        "natureza apurada",
        "incident category",
        "ofns desc",
        "crm cd desc",
        "tipo",
        "subtipo",
        "sub tipo",
    ),
    "address": (
        "domicilio",
        "direccion",
        "domicilio de los hechos",
        "domicilio hechos",
        "ubicacion",
        "direccion de los hechos",
        "direccion hechos",
        "ubicacion de los hechos",
        "lugar de los hechos",
        "calle",
        "calle hechos",
        "nombre de la calle",
        "nombre calle",
        "nombre de la vialidad",
        "nom vial",
        "nomvial",
        "vialidad",
        "logradouro",
        "endereco",
        "address",
        "block",
        "street address",
        "street",
        "street name",
        "location",
        "intersection",
    ),
    "neighborhood": (
        "colonia",
        "colonia hechos",
        "barrio",
        "sector",
        "bairro",
        "urbanizacion",
        "localidad",
        "neighborhood",
        "neighbourhood",
        "community area",
        "analysis neighborhood",
        "area name",
    ),
    "longitude": (
        "longitud",
        "longitude",
        "lon",
        "long",
        "lng",
        "coord x",
        "coordenada x",
        "x",
    ),
    "latitude": ("latitud", "latitude", "lat", "coord y", "coordenada y", "y"),
    "event": (
        "folio",
        "id evento",
        "evento",
        "numero de carpeta",
        "carpeta",
        "carpeta de investigacion",
        "n denuncia",
        "numero denuncia",
        "nro denuncia",
        "expediente",
        "num bo",
        "numero bo",
        "boletim",
        "nuc",
        "id carpeta",
        "numero de folio",
        "folio 911",
        "id incidente",
        "incident number",
        "dr no",
        "cmplnt num",
        "event id",
        "incident id",
        "case number",
        "crime id",
    ),
    "victims": (
        "victimas",
        "num victimas",
        "numero de victimas",
        "total victimas",
        "vitimas",
        "numero de vitimas",
        "victims",
        "victim count",
    ),
}

# A point in one cell, latitude and longitude together.
_PAIRS = (
    "coordenadas",
    "coordenada",
    "georreferencia",
    "georeferencia",
    "geolocalizacion",
    "latitud longitud",
    "lat long",
    "lat lon",
    "latlong",
    "coordinates",
    "geo point",
    "point",
)


def guess_columns(names: Sequence[str]) -> dict[str, str | tuple[str, ...]]:
    """Return role → column for the headers that are recognized.

    No column has two roles, except that a column of pairs, "lat, lon", holds both coordinates. An
    address may be spread over several columns: street, number, crossing.

    Examples
    --------
    >>> guess_columns(["FOLIO", "FECHA_HECHO", "Hora hecho", "SEXO"])
    {'date': 'FECHA_HECHO', 'time': 'Hora hecho', 'event': 'FOLIO'}
    """
    by_header: dict[str, str] = {}
    for words in (header_words, header_core):
        for name in names:
            by_header.setdefault(words(name), name)
    found: dict[str, str | tuple[str, ...]] = {}
    taken: set[str] = set()
    for role in ROLES:
        known = [by_header[header] for header in _HEADERS[role] if header in by_header]
        free = [name for name in known if name not in taken]
        if free:
            found[role] = free[0]
            taken.add(free[0])
    street = found.get("address")
    if isinstance(street, str):
        left = [name for name in names if name == street or name not in taken]
        columns = address_columns(street, left)
        found["address"] = columns if len(columns) > 1 else street
    pair = next((by_header[header] for header in _PAIRS if header in by_header), None)
    unplaced = not {"longitude", "latitude"} & found.keys()
    if pair is not None and pair not in taken and unplaced:
        found["longitude"] = found["latitude"] = pair
    return found


def resolve_column(wanted: str, names: Sequence[str], *, role: str, where: str) -> str:
    """Return the column that ``wanted`` names, exactly or ignoring case and accents.

    Raises
    ------
    ColumnError
        If there is none, or several differ only in case and accents; suggests the closest.
    """
    if wanted in names:
        return wanted
    alike = [name for name in names if plain_header(name) == plain_header(wanted)]
    if len(alike) == 1:
        return alike[0]
    closest = process.extractOne(
        plain_header(wanted),
        {name: plain_header(name) for name in names},
        scorer=fuzz.ratio,
        score_cutoff=60,
    )
    hint = f" Did you mean {closest[2]!r}?" if closest else ""
    raise ColumnError(
        f"{where}: no column {wanted!r} for {role}.{hint} "
        f"The columns are: {', '.join(map(repr, names[:40]))}."
    )
