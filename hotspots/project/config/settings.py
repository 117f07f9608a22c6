"""The project file: every key of a run, validated before any input is read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    PlainValidator,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hotspots._checks import existing_file, first_bytes
from hotspots.catalogue import DEFAULT, languages
from hotspots.errors import DataFileError, ProjectFileError
from hotspots.limits import LIMITS, Limits
from hotspots.project.config.complaints import explain
from hotspots.project.config.public import Public
from hotspots.project.config.renamed import renamed_keys
from hotspots.project.config.sources import GazetteerFiles, Incidents, Online, Units
from hotspots.project.config.tests import Tests
from hotspots.project.registry.layer_section import LayerSection
from hotspots.project.registry.registry import REGISTRY, Registry
from hotspots.project.section import Name, Section
from hotspots.tables.postgis import postgis_source

_MOST_BYTES = 1_000_000


def _known_language(value: str) -> str:
    if value not in languages():
        raise ValueError(f"the languages are {', '.join(languages())}")
    return value


class General(Section):
    """``[project]``: the name, language, seed and currency of the run."""

    name: str = Field(min_length=1)
    language: Annotated[str, AfterValidator(_known_language)] = DEFAULT
    synthetic: bool = False
    seed: int = Field(default=0, ge=0)
    currency: str = Field(default="", max_length=3)


class FixedUnits(Section):
    """``[polygons.fixed]``: lists of units to keep together, and of units to keep apart."""

    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str | tuple[str, ...], ...], ...] = ()


class Polygons(Section):
    """``[polygons]``: the bounds, the constraints, and what units of a polygon should share."""

    residents: tuple[float, float] = (10_000, 15_000)
    similarity: tuple[str, ...] = ()
    compactness_weight: float = Field(default=0.5, ge=0, le=1)
    tolerance_m: float = Field(default=0.0, ge=0)
    within: tuple[str, ...] = ()
    fixed: str | FixedUnits | None = None
    keep: str | None = None
    effort: int = Field(default=1, ge=1)
    other_plans: int = Field(default=0, ge=0)

    @field_validator("residents")
    @classmethod
    def _in_order(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] < value[1]:
            raise ValueError("the floor comes first and the ceiling second, e.g. [10000, 15000]")
        return value


def _layer(value: object, info: ValidationInfo) -> LayerSection:
    """Return the layer by the section of its kind."""
    if isinstance(value, LayerSection):
        return value
    known = (info.context or REGISTRY).layers
    if not isinstance(value, dict):
        raise ValueError("a layer is a table: [[layers]]")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in known:
        came = f"its kind came as {kind!r}" if "kind" in value else "it has no kind"
        raise ValueError(f"{came}; the kinds are {', '.join(map(repr, known))}")
    return known[kind].model_validate(value, context=info.context)


AnyLayer = SerializeAsAny[Annotated[LayerSection, PlainValidator(_layer)]]


class RankingCriterion(Section):
    """One criterion of the ranking: a layer, or ``<category>_rate``.

    The direction defaults to the layer's, or to ``more_is_worse`` where that is neutral.
    """

    layer: Name
    weight: float = Field(gt=0)
    direction: Literal["more_is_worse", "more_is_better"] | None = None


class Budget(Section):
    """``[budget]``: the total, how many polygons share it, and the least and most for each."""

    total: float = Field(gt=0)
    select: int | None = Field(default=None, gt=0)
    floor: float = Field(default=0.0, ge=0)
    cap: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _can_be_divided(self) -> Budget:
        if self.cap is not None and self.cap < self.floor:
            raise ValueError(f"the cap {self.cap:,.2f} is below the floor {self.floor:,.2f}")
        if self.select is not None and self.floor * self.select > self.total:
            raise ValueError(
                f"the floor {self.floor:,.2f} for {self.select} polygons is more than the total "
                f"{self.total:,.2f}; lower the floor or select fewer"
            )
        if self.select is not None and self.cap is not None and self.cap * self.select < self.total:
            raise ValueError(
                f"the cap {self.cap:,.2f} for {self.select} polygons is less than the total "
                f"{self.total:,.2f}; raise the cap or select more"
            )
        return self


class MapChoices(Section):
    """``[map]``: options of the pages."""

    threshold: int = Field(default=5, ge=1)
    streets: bool = True
    slider: Literal["auto", "year", "month", "none"] = "auto"


class Output(Section):
    """``[output]``: a database to which the results are also written, as tables."""

    database: str
    schema_name: str = Field(default="public", alias="schema")
    password_env: str | None = None

    @model_validator(mode="after")
    def _an_address(self) -> Output:
        postgis_source(self.database, table=f"{self.schema_name}.polygons")
        return self


class Project(Section):
    """A whole project file."""

    project: General
    units: Units
    incidents: Incidents
    gazetteer: GazetteerFiles = GazetteerFiles()
    online: Online | None = None
    polygons: Polygons = Polygons()
    tests: Tests
    layers: tuple[AnyLayer, ...] = ()
    ranking: tuple[RankingCriterion, ...] = ()
    budget: Budget | None = None
    map: MapChoices = MapChoices()
    public: Public = Public()
    output: Output | None = None
    limits: Limits = LIMITS

    @model_validator(mode="after")
    def _criteria_exist(self) -> Project:
        names = [layer.name for layer in self.layers]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"two layers are called {repeated[0]!r}; rename one of them")
        have = [*names, *(f"{category}_rate" for category in self.tests.categories)]
        for criterion in self.ranking:
            if criterion.layer not in have:
                raise ValueError(
                    f"a criterion of the ranking names {criterion.layer!r}, and there are: "
                    f"{', '.join(have)}"
                )
        if self.budget is not None and not self.ranking:
            raise ValueError("a budget is divided by the ranking: add [[ranking]] criteria")
        return self

    @model_validator(mode="after")
    def _public_names_exist(self) -> Project:
        for key, named, have in (
            ("layers", self.public.layers, [layer.name for layer in self.layers]),
            ("categories", self.public.categories, self.tests.categories),
        ):
            unknown = [name for name in named if name not in have]
            if unknown:
                raise ValueError(
                    f"public.{key} names {unknown[0]!r}, and there are: {', '.join(have) or 'none'}"
                )
        return self


def load_project(path: str | Path, *, registry: Registry = REGISTRY) -> Project:
    """Return the validated project file.

    Parameters
    ----------
    path
        A TOML file; the paths in it are relative to its folder.
    registry
        The tests and the kinds of layers that the file may name.

    Returns
    -------
    Project
        Every key, defaults filled in; frozen.

    Raises
    ------
    DataFileError
        If there is no such file, or it is not UTF-8.
    ProjectFileError
        If it is not TOML, or a key is missing, unknown, renamed or out of range. The message
        names the key, the value given, and what is valid.
    """
    file = existing_file(path, "project file")
    text = first_bytes(file, _MOST_BYTES + 1, "project file")
    if len(text) > _MOST_BYTES:
        raise DataFileError(
            f"project file {file}: it is larger than {_MOST_BYTES:,} bytes, which no project file "
            "is. Name the file that hotspots init wrote."
        )
    try:
        content = tomllib.loads(text.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
    except UnicodeDecodeError as error:
        raise DataFileError(
            f"project file {file}: byte {error.start} is not UTF-8. "
            "Save it as UTF-8 (in Notepad: Save as, Encoding UTF-8)."
        ) from None
    except RecursionError:
        raise ProjectFileError(
            f"project file {file}: lists or tables stand in each other too deeply. Take them out."
        ) from None
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise ProjectFileError(
            f"project file {file}: not valid TOML: {error}. "
            'Text stands in quotes, lists in brackets: key = "text", key = [1, 2].'
        ) from None
    return parse_project(content, file, registry=registry)


def parse_project(
    content: dict[str, Any], file: str | Path, *, registry: Registry = REGISTRY
) -> Project:
    """Return the project described by ``content``; errors name ``file``."""
    renamed = renamed_keys(content)
    if renamed:
        lines = [f"{old} is now {new}" for old, new in renamed.items()]
        raise ProjectFileError(
            f"project file {file}: keys have new names; rename them.\n  " + "\n  ".join(lines)
        )
    try:
        return Project.model_validate(content, context=registry)
    except ValidationError as error:
        sections: list[type[BaseModel]] = [Project, *registry.layers.values()]
        lines = [explain(one, content, sections) for one in error.errors()]
        raise ProjectFileError(f"project file {file}: " + "\n  ".join(lines)) from None
