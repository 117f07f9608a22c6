"""``hotspots init``: a commented project file, its columns guessed from the given files."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import pandas as pd

from hotspots._checks import existing_file
from hotspots._text import fold
from hotspots.catalogue import DEFAULT, languages_from
from hotspots.errors import InputError, OutputError
from hotspots.geocoding.address.lexicon import known_countries
from hotspots.incidents.source import KINDS, SourceTable, read_table
from hotspots.incidents.taxonomy.taxonomy import Taxonomy, load_taxonomy, taxonomy_names
from hotspots.maps.privacy.sensitive import is_sensitive, is_shelter
from hotspots.project.registry.layers import LAYERS
from hotspots.project.registry.tests import TESTS
from hotspots.project.sensitive_categories import sensitive_categories
from hotspots.schema import UNMAPPED
from hotspots.spatial.files.vector import read_vector

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

_POPULATION = ("pobtot", "poblacion", "pob_total", "population", "pop_usual", "residents", "pop")
_IDENTIFIER = ("cvegeo", "ubigeo", "code", "geoid", "clave", "id", "codigo")
_SERVICE_NAME = ("nombre", "name", "nom_estab")
_SERVICE_KIND = ("tipo", "type", "clase", "kind", "category", "amenity")
_MOST_KINDS = 12
_STREET_NAME = ("nombre", "nomvial", "name", "calle", "street")
_STREET_COLUMNS = {
    "type": ("tipo", "tipovial", "tipo_vial", "type"),
    "number_from": ("num_ini", "numero_inicial", "desde", "from", "fromhn"),
    "number_to": ("num_fin", "numero_final", "hasta", "to", "tohn"),
}
_HEADLINE = "homicide"
_CURRENCY = "MXN"


def write_project_file(
    out: str | Path,
    *,
    units: str | Path,
    incidents: str | Path,
    services: Sequence[str | Path] = (),
    streets: str | Path | None = None,
) -> Path:
    """Write a project file with every key guessed from the given files; return its path.

    Parameters
    ----------
    out
        File to write; it must not exist yet.
    units
        Layer of census units.
    incidents
        Table of incidents.
    services
        Layers or tables of points; each kind of service becomes an access layer.
    streets
        Layer of street center lines, for incidents without coordinates.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputError
        If the file already exists, or cannot be written.
    DataFileError
        If a file cannot be read.
    InputError
        If no column looks like a population, an identifier or a category.
    """
    file = Path(out)
    if file.exists():
        raise OutputError(f"init: {file} is there already. Name another file with --out.")
    folder = file.resolve().parent
    if not folder.is_dir():
        raise OutputError(f"init: there is no folder {folder}. Make it first.")
    unit_layer = read_vector(existing_file(units, "init --units"), what=str(units))
    table = read_table(existing_file(incidents, "init --incidents"))
    found = [one for path in services for one in _services(path, folder)]
    filled = _template("project.toml").substitute(
        name=_quoted(folder.name),
        languages=" | ".join(languages_from()),
        units_file=_relative(units, folder),
        unit_id=_quoted(_identifier(unit_layer, str(units))),
        population=_quoted(_population(unit_layer, str(units))),
        incidents_file=_relative(incidents, folder),
        **_incident_keys(table, str(incidents)),
        gazetteer=_gazetteer(streets, folder),
        layers="".join(one.block for one in found),
        public_layers=_quoted_list(one.key for one in found if not one.shelter),
        public_services=_quoted_list(one.kind for one in found if not one.shelter),
        **_tables(),
    )
    try:
        file.write_text(filled, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"init: {file} cannot be written ({error.strerror}).") from None
    return file


def _tables() -> dict[str, str]:
    """Return the tests and the kinds of layers, for the comments of the file."""
    clusters = [name for name, row in TESTS.items() if row.kind.question == "clusters"]
    return {
        "cluster_tests": " | ".join(clusters),
        "tests": " | ".join(TESTS),
        "kinds": "\n".join(
            f"#   {_quoted(kind)}: {(section.__doc__ or '').splitlines()[0]}"
            for kind, section in LAYERS.items()
        ),
    }


def _incident_keys(table: SourceTable, name: str) -> dict[str, str]:
    columns = dict(table.description.columns)
    if "category" not in columns:
        raise InputError(
            f"init: no column of {name} looks like the category of an incident. "
            f"Its columns are: {', '.join(table.description.names)}. Rename that column 'delito'."
        )
    labels = table.cells[columns["category"]]
    taxonomy, classes = _likeliest_taxonomy(labels)
    return {
        "columns": "".join(f"{role} = {_listed(named)}\n" for role, named in columns.items()),
        "taxonomy": _quoted(taxonomy.name),
        "language": taxonomy.language or DEFAULT,
        "currency": taxonomy.currency or _CURRENCY,
        "ready": " | ".join(taxonomy_names()),
        "categories": _quoted_list(classes),
        "public_categories": _quoted_list(
            one for one in classes if one not in sensitive_categories(taxonomy)
        ),
        # Homicide is the crime with the least underreporting; otherwise the most frequent one.
        "first": _HEADLINE if _HEADLINE in classes else classes[0],
    }


def _likeliest_taxonomy(labels: pd.Series) -> tuple[Taxonomy, list[str]]:
    """Return the built-in taxonomy that classifies most rows, and its classes by frequency."""
    taxonomies = {name: load_taxonomy(name) for name in taxonomy_names()}
    found: dict[str, pd.Series] = {}
    for name, taxonomy in taxonomies.items():
        known = {fold(label): key for label, key in taxonomy.classes.items()}
        classes = labels.map(lambda label, known=known: known.get(fold(label), UNMAPPED))
        found[name] = classes[classes != UNMAPPED].value_counts()
    best = max(found, key=lambda name: (int(found[name].sum()), name))
    if found[best].empty:
        return taxonomies[best], [_HEADLINE]
    return taxonomies[best], [str(key) for key in found[best].index]


def _identifier(layer: gpd.GeoDataFrame, name: str) -> str:
    columns = [str(column) for column in layer.columns if layer[column].is_unique]
    columns = [column for column in columns if column != layer.geometry.name]
    return _best(columns, _IDENTIFIER, f"{name} identifies its units (all different)")


def _population(layer: gpd.GeoDataFrame, name: str) -> str:
    numeric = [str(column) for column in layer.select_dtypes("number").columns]
    return _best(numeric, _POPULATION, f"{name} looks like a number of residents")


def _best(columns: Sequence[str], likely: Sequence[str], what: str) -> str:
    for word in likely:
        for column in columns:
            if fold(column) == word:
                return column
    for word in likely:
        for column in columns:
            if word in fold(column):
                return column
    raise InputError(f"init: no column of {what}. Rename the right one {likely[0].upper()!r}.")


def _gazetteer(streets: str | Path | None, folder: Path) -> str:
    if streets is None:
        return ""
    layer = read_vector(existing_file(streets, "init --streets"), what=str(streets))
    text = [str(column) for column in layer.select_dtypes(["object", "string"]).columns]
    name = _best(text, _STREET_NAME, f"{streets} names the streets")
    found = {key: _first_column(layer, likely) for key, likely in _STREET_COLUMNS.items()}
    return _template("streets.toml").substitute(
        countries=" | ".join(known_countries()),
        streets_file=_relative(streets, folder),
        street_name=_quoted(name),
        more="".join(f"{key} = {_quoted(column)}\n" for key, column in found.items() if column),
    )


@dataclass(frozen=True, slots=True)
class _Service:
    """A layer of services: its key, their kind, its block, and whether it leads to shelters."""

    key: str
    kind: str
    block: str
    shelter: bool


def _services(path: str | Path, folder: Path) -> list[_Service]:
    """Return a layer for the file, or one for each kind of service that a column names."""
    file = existing_file(path, "init --services")
    if KINDS.get(file.suffix.lower()) in ("csv", "excel"):
        table = read_table(file)
        columns = dict(table.description.columns)
        missing = {"longitude", "latitude"} - set(columns)
        if missing:
            raise InputError(
                f"init: no column of {path} looks like a {sorted(missing)[0]}. "
                f"Its columns are: {', '.join(table.description.names)}."
            )
        cells: pd.DataFrame = table.cells
        place = "".join(f"{key} = {_listed(columns[key])}\n" for key in ("longitude", "latitude"))
    else:
        cells, place = read_vector(file, what=str(path)), ""
    named = _first_column(cells, _SERVICE_NAME)
    place += f"service_name = {_quoted(named)}\n" if named else ""
    kinds = _kinds(cells)
    shared = {"service_file": _relative(path, folder), "place": place}
    if not kinds:
        return [_layer(file.stem, **shared)]
    column, values = kinds
    chosen = f"column = {_quoted(column)}\nequals = "
    return [
        _layer(value, **shared | {"place": f"{place}{chosen}{_quoted(value)}\n"}, kind=value)
        for value in values
    ]


def _layer(name: str, *, service_file: str, place: str, kind: str | None = None) -> _Service:
    word = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in fold(name)).split())
    block = _template("service.toml").substitute(
        key=f"services_{word}",
        service_file=service_file,
        place=place,
        titles=", ".join(f"{language} = {_quoted(name)}" for language in languages_from()),
    )
    key = f"services_{word}_distance"
    return _Service(key, kind or key, block, shelter=is_shelter(name) or is_sensitive(name))


def _kinds(cells: pd.DataFrame) -> tuple[str, list[str]] | None:
    column = _first_column(cells, _SERVICE_KIND)
    if column is None:
        return None
    values = sorted({str(value) for value in cells[column].dropna()} - {""})
    return (column, values) if 1 < len(values) <= _MOST_KINDS else None


def _first_column(cells: pd.DataFrame, likely: Sequence[str]) -> str | None:
    """Return the first column whose header is one of the likely words."""
    return next((str(column) for column in cells.columns if fold(str(column)) in likely), None)


def _template(name: str) -> Template:
    return Template(
        (files("hotspots.project.config") / "templates" / name).read_text(encoding="utf-8")
    )


def _quoted(value: str) -> str:
    """Return a TOML basic string, whose escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _quoted_list(values: Iterable[str]) -> str:
    return ", ".join(map(_quoted, values))


def _listed(named: str | tuple[str, ...]) -> str:
    """Return a TOML string, or an array of them."""
    if isinstance(named, str):
        return _quoted(named)
    return f"[{', '.join(map(_quoted, named))}]"


def _relative(path: str | Path, folder: Path) -> str:
    file = Path(path).resolve()
    try:
        return _quoted(Path(os.path.relpath(file, folder)).as_posix())
    except ValueError:  # on another drive of Windows
        return _quoted(file.as_posix())
