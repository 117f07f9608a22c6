"""A provider on loopback that answers as Nominatim does, and fails as one does."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hotspots.errors import CrsError, DataFileError, InputError, MissingExtraError
from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.geocoding.online.geocoder import OnlineGeocoder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.provider import Provider

pytest.importorskip("geopy", reason='pip install "hotspots-geo[online]"')
CRS = 32613
ASKER = """
import sys
from hotspots.geocoding.online.geocoder import OnlineGeocoder
port, cache, *texts = sys.argv[1:]
options = {"domain": f"127.0.0.1:{port}", "scheme": "http", "user_agent": "hotspots-tests"}
online = OnlineGeocoder(
    "nominatim", cache=cache, options=options, send_addresses=True, per_second=1000
)
print(sum(online.ask(text).raw is not None for text in texts))
"""


def _online(
    provider: Provider, path: Path, slept: list[float], *, timeout: float = 5, **more: Any
) -> OnlineGeocoder:
    options = {
        "domain": f"127.0.0.1:{provider.server_port}",
        "scheme": "http",
        "user_agent": "hotspots-tests",
        "timeout": timeout,
    }
    return OnlineGeocoder(
        "nominatim",
        cache=path / "a.sqlite",
        options=options,
        sleep=slept.append,
        clock=lambda: sum(slept),
        **{"send_addresses": True, **more},
    )


@pytest.mark.parametrize("said", [False, None, "no", "yes", 1])
def test_nothing_is_sent_without_consent(provider: Provider, tmp_path: Path, said: Any) -> None:
    with pytest.raises(InputError, match=r"texts of addresses .* leave .*127\.0\.0\.1"):
        _online(provider, tmp_path, [], send_addresses=said)
    assert provider.paths == []


def test_a_kept_answer_waits_for_nothing_and_is_not_asked_again(
    provider: Provider, tmp_path: Path
) -> None:
    slept: list[float] = []
    first = _online(provider, tmp_path, slept).ask("Calle Juárez 5")
    again = _online(provider, tmp_path, slept).ask("  calle juárez  5")
    assert first == again
    assert first.raw is not None
    assert first.raw["latitude"] == 20.5
    assert (len(provider.paths), slept) == (1, [])


def test_not_found_is_kept_too(provider: Provider, tmp_path: Path) -> None:
    provider.script = [(200, {}, "[]")]
    online = _online(provider, tmp_path, [])
    assert online.ask("nowhere") == online.ask("nowhere")
    assert len(provider.paths) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honored(provider: Provider, tmp_path: Path, status: int) -> None:
    provider.script = [(status, {"Retry-After": "7"}, "")]
    slept: list[float] = []
    assert _online(provider, tmp_path, slept).ask("a").raw is not None
    assert slept == [7.0]


@pytest.mark.parametrize("bad", [(500, {}, ""), (200, {}, "{broken"), (0, {}, "")])
def test_failures_back_off_are_told_and_are_not_kept(
    provider: Provider, tmp_path: Path, bad: tuple[int, dict[str, str], str]
) -> None:
    provider.script = [bad] * 3
    slept: list[float] = []
    online = _online(provider, tmp_path, slept, retries=2)
    assert online.ask("a").problem.startswith("nominatim did not answer")
    assert slept == [1.0, 2.0]
    assert online.ask("a").raw is not None


def test_the_pace_is_kept(provider: Provider, tmp_path: Path) -> None:
    slept: list[float] = []
    online = _online(provider, tmp_path, slept, per_second=0.5)
    for text in ("a", "b", "c"):
        online.ask(text)
    assert slept == [2.0, 2.0]


# From here on the provider's words become places of incidents.

SQUARE = gpd.GeoDataFrame(geometry=[shapely.box(-103.4, 20.4, -103.2, 20.6)], crs=4326).to_crs(CRS)


def _found(kind: str, lat: float = 20.5, half: float = 0.0001) -> tuple[int, dict[str, str], str]:
    place = {
        "lat": str(lat),
        "lon": "-103.3",
        "display_name": "Somewhere",
        "addresstype": kind,
        "boundingbox": [str(lat - half), str(lat + half), str(-103.3 - half), str(-103.3 + half)],
    }
    return 200, {}, json.dumps([place])


def _rows(*addresses: str, given: int = 0) -> gpd.GeoDataFrame:
    points = [shapely.Point(670_000, 2_270_000)] * given + [None] * (len(addresses) - given)
    return gpd.GeoDataFrame(
        {"address": addresses, "neighborhood": "", "location_status": "unmatched", "problem": ""},
        geometry=points,
        crs=CRS,
    )


def _gazetteer() -> Gazetteer:
    center = gpd.GeoSeries([shapely.Point(-103.3, 20.5)], crs=4326).to_crs(CRS).iloc[0]
    line = shapely.LineString([(center.x, center.y), (center.x + 100, center.y)])
    known = {"name": ["Calle Lerdo"], "from": [1], "to": [99]}
    streets = gpd.GeoDataFrame(known, geometry=[line], crs=CRS)
    return Gazetteer.from_layers(streets=streets, number_from="from", number_to="to")


def test_only_what_has_no_place_leaves_and_each_address_once(
    provider: Provider, tmp_path: Path
) -> None:
    provider.script = [_found("house")]
    online = _online(provider, tmp_path, [], study_area=SQUARE)
    rows = _rows("Secreta 1", "Calle Lerdo 50", "Lejana 9", "Lejana 9", given=1)
    found = geocode(rows, _gazetteer(), online=online)
    assert len(provider.paths) == 1
    assert "Lejana" in provider.paths[0]
    assert found["location_status"].tolist()[1:] == ["matched"] * 3
    assert found["location_precision"].tolist()[1:] == ["house"] * 3
    assert found["location_match"].iloc[2] == "nominatim: Somewhere"
    expected = gpd.GeoSeries([shapely.Point(-103.3, 20.5)], crs=4326).to_crs(CRS).iloc[0]
    assert found.geometry.iloc[2].distance(expected) < 0.01
    assert rows["location_status"].eq("unmatched").all()


@pytest.mark.parametrize(
    ("kind", "half", "status", "precision"),
    [
        ("building", 0.0001, "matched", "house"),
        ("road", 0.0001, "matched", "street"),
        ("road", 0.01, "approximate", "street"),
        ("suburb", 0.01, "approximate", "neighborhood"),
        ("unheard of", 0.0001, "approximate", "neighborhood"),
    ],
)
def test_the_providers_kind_becomes_the_precision(
    provider: Provider, tmp_path: Path, kind: str, half: float, status: str, precision: str
) -> None:
    provider.script = [_found(kind, half=half)]
    found = geocode(_rows("x 1"), online=_online(provider, tmp_path, [], study_area=SQUARE))
    row = found.iloc[0]
    assert (row["location_status"], row["location_precision"]) == (status, precision)
    # Half the diagonal of the box, in degrees of some 105 to 111 km.
    assert row["location_radius_m"] == pytest.approx(half * 2**0.5 * 108_000, rel=0.05)
    assert row["location_score"] <= 0.8


def test_an_answer_outside_the_area_is_refused(provider: Provider, tmp_path: Path) -> None:
    provider.script = [_found("house", lat=25.0)]
    found = geocode(_rows("x 1"), online=_online(provider, tmp_path, [], study_area=SQUARE))
    assert found["location_status"].tolist() == ["unmatched"]
    assert found["problem"].tolist() == ["online_outside"]
    assert found.geometry.isna().all()


def test_failures_are_told_and_many_in_a_row_end_the_asking(
    provider: Provider, tmp_path: Path
) -> None:
    provider.script = [(500, {}, "")] * 10
    online = _online(provider, tmp_path, [], study_area=SQUARE, retries=0)
    found = geocode(_rows(*(f"x {number}" for number in range(12))), online=online)
    assert len(provider.paths) == 10
    assert found["problem"].str.startswith("online_failed: nominatim did not answer").sum() == 10
    assert found["problem"].tolist()[10:] == ["online_stopped"] * 2
    assert found["location_status"].eq("unmatched").all()


def test_after_an_interruption_only_the_rest_is_asked(provider: Provider, tmp_path: Path) -> None:
    rows = _rows(*(f"x {number}" for number in range(5)))
    online = _online(provider, tmp_path, [], study_area=SQUARE)
    ask, asked = online.ask, []

    def interrupted(query: str) -> object:
        asked.append(query)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return ask(query)

    online.ask = interrupted  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        geocode(rows, online=online)
    assert len(provider.paths) == 3
    geocode(rows, online=_online(provider, tmp_path, [], study_area=SQUARE))
    assert len(provider.paths) == 5
    geocode(rows, online=_online(provider, tmp_path, [], study_area=SQUARE))
    assert len(provider.paths) == 5


def test_a_dead_provider_is_not_needed_for_what_is_kept(tmp_path: Path, provider: Provider) -> None:
    rows = _rows("x 1")
    before = geocode(rows, online=_online(provider, tmp_path, [], study_area=SQUARE))
    provider.script = [(500, {}, "")] * 9
    after = geocode(rows, online=_online(provider, tmp_path, [], study_area=SQUARE))
    pd.testing.assert_frame_equal(after, before)


def test_what_cannot_be_asked_is_said(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing to look addresses up in.*study_area"):
        geocode(_rows("x 1"))
    with pytest.raises(InputError, match=r"nothing to look addresses up in"):
        geocode(_rows("x 1"), online=_online(provider, tmp_path, []))
    with pytest.raises(CrsError, match=r"study area of online.*meters"):
        degrees = _online(provider, tmp_path, [], study_area=SQUARE.to_crs(4326))
        geocode(_rows("x 1"), online=degrees)
    with pytest.raises(InputError, match=r"'nowhere' cannot be set up"):
        OnlineGeocoder("nowhere", cache=tmp_path / "b.sqlite", send_addresses=True)
    with pytest.raises(InputError, match=r"variable NO_SUCH_KEY is not set"):
        _online(provider, tmp_path, [], key_env="NO_SUCH_KEY")


def test_a_kept_answer_that_is_none_names_the_file(provider: Provider, tmp_path: Path) -> None:
    online = _online(provider, tmp_path, [])
    online.ask("x 1")
    online._cache._database.execute("UPDATE answers SET answer = '{broken'")
    with pytest.raises(DataFileError, match=r"a\.sqlite.*cannot be read.*Delete"):
        online.ask("x 1")


def test_a_slow_answer_is_a_failure_and_the_next_is_waited_for(
    provider: Provider, tmp_path: Path
) -> None:
    provider.delays = [1.5]
    slept: list[float] = []
    online = _online(provider, tmp_path, slept, timeout=0.3)
    assert online.ask("a").raw is not None
    assert (len(provider.paths), slept) == (2, [1.0])


@pytest.mark.parametrize("odd", ['[{"lat": "20.5", "lon": "-103.3"}]', "[1]", '{"a": 1}', "[{}]"])
def test_an_answer_of_another_form_is_a_failure_and_no_crash(
    provider: Provider, tmp_path: Path, odd: str
) -> None:
    provider.script = [(200, {}, odd)]
    online = _online(provider, tmp_path, [])
    assert online.ask("a").problem.startswith("nominatim answered oddly")
    assert online.ask("a").raw is not None


def test_a_restriction_that_the_provider_does_not_know_is_named(
    provider: Provider, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"'countrycodes', which nominatim .* country_codes"):
        _online(provider, tmp_path, [], restriction={"countrycodes": "mx"})
    assert provider.paths == []


def test_retry_after_may_be_a_date(provider: Provider, tmp_path: Path) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    provider.script = [(429, {"Retry-After": later}, "")]
    slept: list[float] = []
    assert _online(provider, tmp_path, slept).ask("a").raw is not None
    assert slept == [pytest.approx(40, abs=5)]


def test_two_processes_share_one_cache(provider: Provider, tmp_path: Path) -> None:
    texts = [f"Calle {number}" for number in range(40)]
    words = [sys.executable, "-c", ASKER, str(provider.server_port), str(tmp_path / "a.sqlite")]
    both = [
        subprocess.Popen([*words, *order], stdout=subprocess.PIPE, text=True)
        for order in (texts, texts[::-1])
    ]
    assert [one.communicate(timeout=60)[0].split() for one in both] == [["40"], ["40"]]
    asked = len(provider.paths)
    assert 40 <= asked <= 80
    online = _online(provider, tmp_path, [])
    assert all(online.ask(text).raw is not None for text in texts)
    assert len(provider.paths) == asked


def test_kept_answers_alone_send_nothing_and_never_expire(
    provider: Provider, tmp_path: Path
) -> None:
    _online(provider, tmp_path, [], keep_days=1e-9).ask("a")
    kept = _online(provider, tmp_path, [], cache_only=True)
    assert kept.ask("a").raw is not None
    assert kept.ask("b").problem == "a.sqlite keeps no answer of nominatim"
    assert (len(provider.paths), kept.asked) == (1, 2)
    with pytest.raises(DataFileError, match=r"there is no .*with cache_only"):
        _online(provider, tmp_path / "none", [], cache_only=True)


def test_without_geopy_the_extra_is_named(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "geopy.geocoders", None)
    with pytest.raises(MissingExtraError, match=r"hotspots-geo\[online\]"):
        _online(provider, tmp_path, [])
