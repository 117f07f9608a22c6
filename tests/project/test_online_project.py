"""A provider in the project file: consent, what is said, and a verification that asks nobody."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest

import hotspots as hs
from hotspots.errors import DataFileError, HotspotsWarning, ProjectFileError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.provider import Provider

pytest.importorskip("geopy", reason='pip install "hotspots-geo[online]"')
SECTION = """
[online]
provider = "nominatim"
send_addresses = true
cache = "answers.sqlite"
per_second = 1000
options = {{ domain = "127.0.0.1:{port}", scheme = "http", user_agent = "tests" }}

[tests]"""


@pytest.fixture
def asking(town, provider: Provider):
    """The town with fourteen rows whose seven addresses only the provider can place."""
    table = pd.read_csv(town.folder / "incidents.csv", dtype=str, encoding="latin-1")
    table.loc[20:31, ["LON", "LAT"]] = ""
    table.loc[20:31, "DOMICILIO"] = [f"Calle {number}" for number in range(6)] * 2
    table.to_csv(town.folder / "incidents.csv", index=False, encoding="latin-1")
    middle = town.units().union_all().centroid
    place = gpd.GeoSeries([middle], crs=32613).to_crs(4326).iloc[0]
    found = [
        {"lat": str(place.y), "lon": str(place.x), "addresstype": "house", "display_name": "x"}
    ]
    provider.script = [(200, {}, json.dumps(found))] * 6 + [(200, {}, "[]")]
    town.edit("\n[tests]", SECTION.format(port=provider.server_port))
    return town


def test_a_run_asks_says_so_and_is_verified_without_the_provider(
    asking,
    provider: Provider,
    tmp_path: Path,
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", HotspotsWarning)
        result = hs.run(asking.project, out=tmp_path / "out")
    assert len(provider.paths) == 7
    told = [str(one.message) for one in caught]
    assert any("7 addresses left this machine for nominatim" in words for words in told)
    assert "7 direcciones salieron" in (tmp_path / "out/internal/report.html").read_text("utf-8")
    found = result.incidents.loc[result.incidents["location_match"].str.startswith("nominatim")]
    assert len(found) == 12
    assert (result.incidents["problem"].str.contains("online_not_found")).sum() == 2
    parameters = json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))["parameters"]
    assert parameters["online"]["provider"] == "nominatim"
    provider.script = [(500, {}, "")] * 99
    checked = hs.verify(tmp_path / "out")
    assert checked.same, checked
    assert len(provider.paths) == 7


def test_a_verification_without_the_cache_says_what_is_missing(
    asking,
    provider: Provider,
    tmp_path: Path,
) -> None:
    hs.run(asking.project, out=tmp_path / "out")
    (asking.folder / "answers.sqlite").unlink()
    with pytest.raises(DataFileError, match=r"there is no .*answers\.sqlite"):
        hs.verify(tmp_path / "out")
    assert len(provider.paths) == 7


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("send_addresses = true", "send_addresses = false", "text of addresses would be sent"),
        ('user_agent = "tests"', 'api_key = "x"', "looks like a secret"),
        ("per_second = 1000", "per_second = 0", "greater than 0"),
    ],
)
def test_no_consent_and_secrets_are_refused_before_anything_is_sent(
    asking,
    provider: Provider,
    tmp_path: Path,
    before: str,
    after: str,
    says: str,
) -> None:
    asking.edit(before, after)
    with pytest.raises(ProjectFileError, match=says):
        hs.run(asking.project, out=tmp_path / "out")
    assert provider.paths == []
