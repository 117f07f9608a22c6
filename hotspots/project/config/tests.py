"""``[tests]``: one headline test for each question, and the exploratory ones."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import CoreSchema, core_schema

from hotspots.project.registry.registry import REGISTRY
from hotspots.project.registry.tests import TESTS, Level, RegisteredTest
from hotspots.project.section import Name, Section
from hotspots.schema import Question
from hotspots.schema.options import Correction


def _row(value: object, info: ValidationInfo) -> RegisteredTest:
    """Return a test by its name."""
    if isinstance(value, RegisteredTest):
        return value
    known = (info.context or REGISTRY).tests
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"the tests are {', '.join(map(repr, known))}")
    return known[value]


class _ByName:
    """A row of the table of tests, which stands in a project file as its name."""

    @staticmethod
    def __get_pydantic_core_schema__(source: object, handler: object) -> CoreSchema:
        named = core_schema.plain_serializer_function_ser_schema(lambda test: test.name)
        return core_schema.with_info_plain_validator_function(_row, serialization=named)


NamedTest = Annotated[RegisteredTest, _ByName]


class Choice(Section):
    """A test and the level that it runs on."""

    test: NamedTest
    level: Level

    @model_validator(mode="after")
    def _at_a_level_of_its_own(self) -> Choice:
        if self.level not in self.test.levels:
            raise ValueError(
                f"{self.test.name} runs on {' and '.join(self.test.levels)}, not on {self.level}"
            )
        return self


class ClusterChoice(Choice):
    """``[tests.clusters]``: the headline test of clustering."""

    @field_validator("test")
    @classmethod
    def _of_clustering(cls, test: RegisteredTest, info: ValidationInfo) -> RegisteredTest:
        return _answering("clusters", test, info)


class ExcessChoice(Choice):
    """``[tests.excess]``: the headline test of excess risk, and the multiple that it asks for."""

    test: NamedTest = TESTS["excess_risk"]
    level: Literal["polygons"] = "polygons"
    at_least: float = Field(default=1.5, ge=1, le=100, allow_inf_nan=False)

    @field_validator("test")
    @classmethod
    def _of_excess(cls, test: RegisteredTest, info: ValidationInfo) -> RegisteredTest:
        return _answering("excess", test, info)


def _answering(question: Question, test: RegisteredTest, info: ValidationInfo) -> RegisteredTest:
    if test.kind.question != question:
        known = (info.context or REGISTRY).tests
        able = [name for name, row in known.items() if row.kind.question == question]
        raise ValueError(f"the headline tests of this question are {', '.join(map(repr, able))}")
    return test


_PERIODS = (
    "give 'recent' (the last 36 complete months), 'all', a year ('2013'), a month ('2024-02'), or "
    "the first and the last of either"
)
_YEAR_OR_MONTH = re.compile(r"(19|20)\d{2}(-(0[1-9]|1[0-2]))?")

_EXPLORATORY = (
    Choice(test=TESTS["getis_ord_star"], level="polygons"),
    Choice(test=TESTS["local_moran"], level="units"),
    Choice(test=TESTS["local_moran"], level="polygons"),
    Choice(test=TESTS["extreme_risk"], level="polygons"),
    Choice(test=TESTS["excess_risk"], level="units"),
)


class Tests(Section):
    """``[tests]``: one headline test for each question; every other is exploratory."""

    categories: tuple[Name, ...] = Field(min_length=1)
    headline_category: Name | None = None
    period: str | tuple[str, str] = "recent"
    alpha: float = Field(default=0.05, gt=0, lt=1)
    correction: Correction = "fdr"
    clusters: ClusterChoice = ClusterChoice(test=TESTS["getis_ord_star"], level="units")
    excess: ExcessChoice = ExcessChoice()
    exploratory: tuple[Choice, ...] = _EXPLORATORY
    count_victims: tuple[Name, ...] = ("homicide",)
    per: float = Field(default=100_000, gt=0)

    @field_validator("period", mode="before")
    @classmethod
    def _years_in_words(cls, value: object) -> object:
        """Take ``period = 2013`` and ``period = ["2013"]`` for what is meant by them."""
        ends = [*value] if isinstance(value, list | tuple) else [value]
        words = [str(one) if type(one) is int else one for one in ends]
        if len(words) not in (1, 2) or not all(isinstance(one, str) for one in words):
            raise ValueError(f"{value!r} is no period; {_PERIODS}")
        return words[0] if len(words) == 1 else words

    @field_validator("period")
    @classmethod
    def _months_in_order(cls, value: str | tuple[str, str]) -> str | tuple[str, str]:
        if value in ("recent", "all"):
            return value
        ends = (value, value) if isinstance(value, str) else value
        strange = [end for end in ends if not _YEAR_OR_MONTH.fullmatch(end)]
        if strange:
            raise ValueError(f"{strange[0]!r} is no period; {_PERIODS}")
        first, last = ends
        if first > (last if len(last) == len(first) else f"{last}-12"[: len(first)]):
            raise ValueError(f"{first} lies after {last}; name the earlier first")
        return value

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
        """The category that the map opens on: the named one, or the first; "" without any."""
        return self.headline_category or next(iter(self.categories), "")
