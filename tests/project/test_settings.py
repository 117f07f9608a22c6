"""A project file is judged before anything runs, and every error names its key."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

from hotspots.errors import DataFileError, ProjectFileError
from hotspots.project.config.renamed import RENAMED, renamed_keys
from hotspots.project.config.settings import Project, load_project, parse_project

JUAREZ = Path(__file__).parents[2] / "sample_data" / "juarez" / "project.toml"


@pytest.fixture
def content() -> dict[str, Any]:
    return tomllib.loads(JUAREZ.read_text(encoding="utf-8"))


def changed(content: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    copied = copy.deepcopy(content)
    *sections, key = path.split(".")
    place: Any = copied
    for section in sections:
        place = place[int(section)] if section.isdigit() else place.setdefault(section, {})
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return copied


def test_the_sample_is_valid() -> None:
    project = load_project(JUAREZ)
    assert project.tests.headline == "homicide"
    assert project.polygons.residents == (10_000, 15_000)


@pytest.mark.parametrize(
    ("path", "value", "match"),
    [
        (
            "units.population",
            ...,
            r"units: no source of residents was given.*population=.*population_raster=",
        ),
        ("units.id", ..., r"key units\.id is missing.*beside it there are: file, population, name"),
        ("units.population_raster", "p.tif", r"units: the residents come from one source, and pop"),
        ("units.population_key", "k", r"units: population_key= names a column of population_table"),
        ("units.missing", "skip", r"units\.missing: came as 'skip'; .*'error' or 'zero'"),
        ("units.poblacion", "X", r"no key units\.poblacion.*population"),
        ("polygons.residents", [15000, 10000], r"polygons\.residents: came as .*floor comes first"),
        ("budget.total", 0, r"budget\.total: came as 0; .*greater than 0"),
        ("budget.total", -5, r"budget\.total: came as -5; .*greater than 0"),
        ("tests.alpha", 1.5, r"tests\.alpha: came as 1\.5; .*less than 1"),
        ("tests.correction", "holm", r"tests\.correction: came as 'holm'; .*'fdr'"),
        ("tests.categories", [], r"tests\.categories.*at least 1"),
        ("tests.headline_category", "murder", r"'murder' is not among the tested categories"),
        ("project.language", "fr", r"project\.language: came as 'fr'; .*en, es"),
        ("project.seed", -1, r"project\.seed: came as -1"),
        ("ranking.0.layer", "beauty", r"names 'beauty', and there are: .*poverty"),
        ("ranking.0.weight", 0, r"ranking\.0\.weight: came as 0"),
        ("layers.0.kind", "magic", r"layers\.0.*'areal', 'raster', 'access'"),
        ("layers.1.name", "poverty", r"two layers are called 'poverty'"),
        ("units.population", 7, r"units\.population: came as 7; .*valid string"),
    ],
)
def test_a_wrong_key_is_named_with_what_came(
    content: dict[str, Any], path: str, value: Any, match: str
) -> None:
    with pytest.raises(ProjectFileError, match=match) as caught:
        parse_project(changed(content, path, value), "project.toml")
    assert "project.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("came", "meant"), [(2013, "2013"), ([2012, 2014], ("2012", "2014")), ("2013-02", "2013-02")]
)
def test_a_period_may_be_a_number(content: dict[str, Any], came: Any, meant: Any) -> None:
    project = parse_project(changed(content, "tests.period", came), "project.toml")
    assert project.tests.period == meant


def test_a_budget_needs_a_ranking(content: dict[str, Any]) -> None:
    with pytest.raises(ProjectFileError, match="budget is divided by the ranking"):
        parse_project(changed(content, "ranking", []), "project.toml")


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("name = unquoted", encoding="utf-8")
    with pytest.raises(ProjectFileError, match=r"p\.toml: not valid TOML.*line 1"):
        load_project(tmp_path / "p.toml")


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes('name = "Ciudad Juárez"'.encode("latin-1"))
    with pytest.raises(DataFileError, match=r"byte 17 is not UTF-8"):
        load_project(tmp_path / "p.toml")


def test_a_missing_and_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="there is no file"):
        load_project(tmp_path / "none.toml")
    (tmp_path / "empty.toml").touch()
    with pytest.raises(DataFileError, match="is empty"):
        load_project(tmp_path / "empty.toml")


def test_an_old_file_gets_every_new_name_at_once(content: dict[str, Any]) -> None:
    old = copy.deepcopy(content)
    old["gazetteer"]["neighbourhoods"] = old["gazetteer"].pop("neighborhoods")
    old["gazetteer"]["streets"]["kilometres"] = ["KM_A", "KM_B"]
    old["gazetteer"]["lots"] = {"file": "lots.gpkg", "block": "M", "neighbourhood": "COL"}
    columns = old["incidents"]["columns"]
    columns["neighbourhood"] = columns.pop("neighborhood")
    with pytest.raises(ProjectFileError, match=r"project\.toml: keys have new names") as caught:
        parse_project(old, "project.toml")
    assert str(caught.value).splitlines()[1:] == [
        "  gazetteer.lots.neighbourhood is now gazetteer.lots.neighborhood",
        "  gazetteer.neighbourhoods is now gazetteer.neighborhoods",
        "  gazetteer.streets.kilometres is now gazetteer.streets.kilometers",
        "  incidents.columns.neighbourhood is now incidents.columns.neighborhood",
    ]


def test_a_renamed_key_is_one_of_the_model() -> None:
    """What is offered in place of an old key must be a key itself."""
    for old, new in RENAMED.items():
        section: Any = Project
        for part in new.split("."):
            models = [one for one in (section, *get_args(section)) if hasattr(one, "model_fields")]
            assert part in models[0].model_fields, (old, new)
            section = models[0].model_fields[part].annotation


@pytest.mark.parametrize("content", [{}, {"gazetteer": 3}, {"gazetteer": [{"lots": 1}]}])
def test_no_old_key_is_seen_where_there_is_none(content: dict[str, Any]) -> None:
    assert renamed_keys(content) == {}
