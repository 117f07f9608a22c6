"""The project file: every key a run needs, validated before anything is read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from hotspots._checks import existing_file
from hotspots.catalogue import languages
from hotspots.errors import DataFileError, ProjectFileError
from hotspots.project.config.complaints import explain
from hotspots.project.config.sources import (
    Crs,
    GazetteerFiles,
    Incidents,
    Online,
    Section,
    Units,
)
from hotspots.schema import Direction
from hotspots.tables.postgis import postgis_source

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _known_language(value: str) -> str:
    if value not in languages():
        raise ValueError(f"the languages are {', '.join(languages())}")
    return value


class General(Section):
    """``[project]``: what the run is called and how it speaks."""

    name: str = Field(min_length=1)
    language: Annotated[str, AfterValidator(_known_language)] = "es"
    synthetic: bool = False
    seed: int = Field(default=0, ge=0)
    currency: str = Field(default="", max_length=3)


class FixedUnits(Section):
    """``[polygons.fixed]``: lists of units that stay together, and of units that stay apart."""

    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str | tuple[str, ...], ...], ...] = ()


class Polygons(Section):
    """``[polygons]``: the bounds, the rules, and what units of a polygon should share."""

    residents: tuple[float, float] = (10_000, 15_000)
    similarity: tuple[str, ...] = ()
    compactness_weight: float = Field(default=0.5, ge=0, le=1)
    tolerance_m: float = Field(default=0.0, ge=0)
    gap_m: float = Field(default=1.0, ge=0)
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


Level = Literal["units", "polygons"]
ClusterTest = Literal["getis_ord_star", "getis_ord", "local_moran"]
LocalTest = Literal["excess_risk", "getis_ord_star", "getis_ord", "local_moran"]


class ClusterChoice(Section):
    """One test of clustering and the level that it runs on."""

    test: ClusterTest
    level: Level


class ExcessChoice(Section):
    """The test of excess risk and its null."""

    test: Literal["excess_risk"] = "excess_risk"
    level: Literal["polygons"] = "polygons"
    null: Literal["robust", "binomial"] = "robust"


class ExploratoryChoice(Section):
    """A test beside the headline ones, of either question, and the level that it runs on."""

    test: LocalTest
    level: Level


_EXPLORATORY = (
    ExploratoryChoice(test="getis_ord_star", level="polygons"),
    ExploratoryChoice(test="local_moran", level="units"),
    ExploratoryChoice(test="local_moran", level="polygons"),
    ExploratoryChoice(test="excess_risk", level="units"),
)


class Tests(Section):
    """``[tests]``: one headline test for each question; every other is exploratory."""

    categories: tuple[Name, ...] = Field(min_length=1)
    headline_category: Name | None = None
    period: str | tuple[str, str] = "all"
    alpha: float = Field(default=0.05, gt=0, lt=1)
    correction: Literal["fdr", "by", "bonferroni", "none"] = "fdr"
    clusters: ClusterChoice = ClusterChoice(test="getis_ord_star", level="units")
    excess: ExcessChoice = ExcessChoice()
    exploratory: tuple[ExploratoryChoice, ...] = _EXPLORATORY
    count_victims: tuple[Name, ...] = ("homicide",)
    per: float = Field(default=100_000, gt=0)

    @field_validator("period", mode="before")
    @classmethod
    def _years_in_words(cls, value: object) -> object:
        """Take ``period = 2013`` for what is meant by it."""
        if isinstance(value, list):
            return [cls._years_in_words(one) for one in value]
        whole = isinstance(value, int) and not isinstance(value, bool)
        return str(value) if whole else value

    @model_validator(mode="after")
    def _categories_fit(self) -> Tests:
        repeated = [name for name in self.categories if self.categories.count(name) > 1]
        if repeated:
            raise ValueError(f"categories names {repeated[0]!r} twice; name it once")
        strange = sorted({*self.count_victims} - {*self.categories})
        if strange and "count_victims" in self.model_fields_set:
            raise ValueError(
                f"count_victims names {strange[0]!r}, which is not among the tested categories: "
                f"{', '.join(self.categories)}"
            )
        if self.headline not in self.categories:
            raise ValueError(
                f"headline_category {self.headline_category!r} is not among the tested "
                f"categories: {', '.join(self.categories)}"
            )
        return self

    @property
    def headline(self) -> str:
        """The category that the map opens on: the named one, or the first."""
        return self.headline_category or self.categories[0]


class _AnyLayer(Section):
    name: Name
    file: str
    unit: str
    source: str
    direction: Direction = "more_is_worse"
    title: dict[str, str] = Field(default_factory=dict)


class ArealLayer(_AnyLayer):
    """A column of an areal source, or a share of two of them, brought onto the polygons."""

    kind: Literal["areal"]
    column: str | None = None
    numerator: tuple[str, ...] = ()
    denominator: str | None = None
    weight: str | None = None
    extensive: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> ArealLayer:
        share = bool(self.numerator) and self.denominator is not None
        if (self.column is not None) == share:
            raise ValueError("give either column, or numerator and denominator")
        return self


class RasterLayer(_AnyLayer):
    """A raster summed or averaged within the polygons."""

    kind: Literal["raster"]
    stat: Literal["sum", "mean"] = "sum"
    weights: str | None = None


class AccessLayer(_AnyLayer):
    """The mean distance of residents to the nearest service."""

    kind: Literal["access"]
    longitude: str | None = None
    latitude: str | None = None
    crs: Crs = 4326
    column: str | None = None
    equals: str | None = None
    service_name: str | None = None
    show: bool = True


AnyLayer = Annotated[ArealLayer | RasterLayer | AccessLayer, Field(discriminator="kind")]


class RankingCriterion(Section):
    """One criterion of the ranking: a layer, or ``<category>_rate``.

    Without a direction of its own it has the layer's, more being worse where that is neutral.
    """

    layer: Name
    weight: float = Field(gt=0)
    direction: Literal["more_is_worse", "more_is_better"] | None = None


class Budget(Section):
    """``[budget]``: what is divided, among how many, and within which limits."""

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
    """``[map]``: what the pages show."""

    threshold: int = Field(default=5, ge=1)
    streets: bool = True
    slider: Literal["auto", "year", "month", "none"] = "auto"


class Output(Section):
    """``[output]``: a database that the results are written to as tables, beside the files."""

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
    output: Output | None = None

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


def load_project(path: str | Path) -> Project:
    """Return the validated project file.

    Parameters
    ----------
    path
        A TOML file; the paths in it are relative to its folder.

    Returns
    -------
    Project
        Every key, defaults filled in; frozen.

    Raises
    ------
    DataFileError
        If there is no such file, or it is not UTF-8.
    ProjectFileError
        If it is not TOML, or a key is missing, unknown or out of range: the text names the
        key, what came, and what would be right.
    """
    file = existing_file(path, "project file")
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataFileError(
            f"project file {file}: byte {error.start} is not UTF-8. "
            "Save it as UTF-8 (in Notepad: Save as, Encoding UTF-8)."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ProjectFileError(
            f"project file {file}: not valid TOML: {error}. "
            'Text stands in quotes, lists in brackets: key = "text", key = [1, 2].'
        ) from None
    return parse_project(content, file)


def parse_project(content: dict[str, Any], file: str | Path) -> Project:
    """Return the project that ``content`` describes; ``file`` is named in errors."""
    try:
        return Project.model_validate(content)
    except ValidationError as error:
        lines = [explain(one, content, Project) for one in error.errors()]
        raise ProjectFileError(f"project file {file}: " + "\n  ".join(lines)) from None
