"""The sections of a project file that name its inputs: units, incidents, the gazetteer."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from hotspots.geocoding.address.lexicon import known_countries
from hotspots.polygons.units.residents import Missing, ResidentsSource
from hotspots.project.section import Crs, Section
from hotspots.spatial.adjacency import GAP_M
from hotspots.tables.postgis import PostgisSource, postgis_source


def _known_country(value: str) -> str:
    if value not in known_countries():
        raise ValueError(f"addresses can be read of {', '.join(known_countries())}")
    return value


Country = Annotated[str, AfterValidator(_known_country)]
_SECRET = re.compile("key|token|password|secret")


class Units(Section):
    """``[units]``: the census units, and the source of their population."""

    file: str
    id: str
    population: str | None = None
    population_table: str | None = None
    population_key: str | None = None
    population_raster: str | None = None
    missing: Missing = "error"
    name: str | None = None
    layer: str | None = None
    crs: Crs | None = None
    gap_m: float = Field(default=GAP_M, ge=0)

    @model_validator(mode="after")
    def _one_source_of_residents(self) -> Units:
        ResidentsSource(
            population=self.population,
            table=self.population_table,
            key=self.population_key,
            raster=self.population_raster,
        )
        return self


class IncidentColumns(Section):
    """``[incidents.columns]``: the column of each field; other columns are not kept."""

    date: str | Annotated[tuple[str, ...], Field(min_length=1, max_length=3)] | None = None
    time: str | None = None
    category: str
    address: str | Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    neighborhood: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    event: str | None = None
    victims: str | None = None

    @model_validator(mode="after")
    def _both_coordinates(self) -> IncidentColumns:
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError("longitude and latitude go together: name both columns, or neither")
        return self


class Incidents(Section):
    """``[incidents]``: the table of incidents, from a file or a database, and its taxonomy.

    The password of a database never stands in the file: ``password_env`` names the environment
    variable that holds it.
    """

    file: str | None = None
    database: str | None = None
    table: str | None = None
    query: str | None = None
    password_env: str | None = None
    columns: IncidentColumns
    taxonomy: str | dict[str, str]
    crs: Crs = 4326
    sheet: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Incidents:
        beside = (self.table, self.query, self.password_env)
        if (self.file is None) == (self.database is None):
            raise ValueError("name either a file, or a database with its table or query")
        if self.file is not None and "://" in self.file:
            raise ValueError("file is a path on this machine; a database's address is database")
        if self.file is not None and any(value is not None for value in beside):
            raise ValueError("table, query and password_env belong to a database, not to a file")
        if self.database is not None:
            self.from_database()
        return self

    @property
    def source(self) -> str:
        """Name of the table in errors and in the report."""
        return self.file if self.file is not None else self.from_database().name

    def from_database(self) -> PostgisSource:
        """Return the table or query of the database."""
        return postgis_source(
            self.database or "",
            table=self.table,
            query=self.query,
            password_env=self.password_env,
        )


class Streets(Section):
    """``[gazetteer.streets]``: named center lines, with house numbers where known."""

    file: str
    name: str
    type: str | None = None
    number_from: str | None = None
    number_to: str | None = None
    left_numbers: tuple[str, str] | None = None
    right_numbers: tuple[str, str] | None = None
    kilometers: tuple[str, str] | None = None


class NamedAreas(Section):
    """``[gazetteer.neighborhoods]``: named polygons."""

    file: str
    name: str


class NamedPoints(Section):
    """``[gazetteer.places]``: landmarks; ``[gazetteer.addresses]``: points with their addresses.

    For a table, name its two columns of coordinates.
    """

    file: str
    name: str
    longitude: str | None = None
    latitude: str | None = None
    crs: Crs = 4326


class Lots(Section):
    """``[gazetteer.lots]``: blocks, or the lots of blocks."""

    file: str
    block: str
    lot: str | None = None
    neighborhood: str | None = None


class Online(Section):
    """``[online]``: a provider that is asked for addresses missing from the gazetteer.

    Its API key never stands in the file: ``key_env`` names the environment variable that holds
    it.
    """

    provider: str
    send_addresses: bool
    cache: str
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)
    restriction: dict[str, str | int | float | bool | tuple[str, ...]] = Field(default_factory=dict)
    key_env: str | None = None
    per_second: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _consent_and_no_secret(self) -> Online:
        if not self.send_addresses:
            raise ValueError(
                f"the text of addresses would be sent to {self.provider}; dates, categories and "
                "names would not. If that is allowed, write send_addresses = true; otherwise "
                "remove the section"
            )
        secret = next((key for key in self.options if _SECRET.search(key.lower())), None)
        if secret is not None:
            raise ValueError(
                f"options.{secret} looks like a secret, and secrets do not belong in a file. Put "
                "it into an environment variable and name that: key_env = 'NAME'"
            )
        return self


class GazetteerFiles(Section):
    """``[gazetteer]``: what addresses are matched against; without it none are matched.

    Either layers, or one ``file``: a gazetteer written by :meth:`hotspots.Gazetteer.save`, or an
    OpenStreetMap extract. ``country`` is the country or countries whose words addresses are read
    with; by default that in which the layers lie.
    """

    country: tuple[Country, ...] | None = None
    file: str | None = None
    streets: Streets | None = None
    addresses: NamedPoints | None = None
    neighborhoods: NamedAreas | None = None
    places: NamedPoints | None = None
    lots: Lots | None = None

    @field_validator("country", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _file_or_layers(self) -> GazetteerFiles:
        if self.file is not None and self.layers:
            other = next(iter(self.layers))
            raise ValueError(f"name either one file, or layers; there are both, file and {other}")
        return self

    @property
    def layers(self) -> dict[str, Streets | NamedPoints | NamedAreas | Lots]:
        """Name → section of the layers that are given."""
        named = {
            "streets": self.streets,
            "addresses": self.addresses,
            "neighborhoods": self.neighborhoods,
            "places": self.places,
            "lots": self.lots,
        }
        return {name: layer for name, layer in named.items() if layer is not None}
