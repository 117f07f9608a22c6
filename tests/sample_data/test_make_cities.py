"""The sample cities: the same bytes again, the totals that are real, the truth that is planted."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import Transformer

from hotspots.polygons.plan.build import build_polygons
from hotspots.polygons.units.read import read_units

ROOT = Path(__file__).parents[2] / "sample_data"
METERS = {"juarez": 32613, "tumbes": 32717}
CODE = {"juarez": "CVEGEO", "tumbes": "UBIGEO"}
COLONIAS = {"juarez": ("colonias.geojson", "NOM_COL"), "tumbes": ("sectores.geojson", "SECTOR")}
CITIES = tuple(METERS)
CITY = pytest.mark.parametrize("city", CITIES)
# Homicides per 100,000 residents, as the issue of the sample gives them.
JUAREZ_RATES = {"2009": 169.48, "2010": 265.40, "2011": 159.79, "2012": 64.33, "2013": 45.56}
TUMBES_2014 = 37.1
RESIDENTS = {"juarez": 1_332_131, "tumbes": 164_404}
SPANS = ((2009, 2011), (2012, 2014))
"""Years between which planted places move."""


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_cities", ROOT / "make_cities.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def units() -> dict[str, gpd.GeoDataFrame]:
    return {
        city: gpd.read_file(ROOT / city / "unidades.geojson").set_index(CODE[city])
        for city in CITIES
    }


@pytest.fixture(scope="module")
def rows() -> dict[str, pd.DataFrame]:
    """Return the incidents as they stand, under Juárez's column names, numbered from 1."""
    juarez = pd.read_csv(
        ROOT / "juarez/incidentes.csv", encoding="latin-1", dtype=str, keep_default_na=False
    )
    tumbes = pd.read_csv(
        ROOT / "tumbes/incidentes.csv",
        encoding="utf-8-sig",
        sep=";",
        dtype=str,
        keep_default_na=False,
    )
    tumbes.columns = [
        "FOLIO", "FECHA", "HORA", "DELITO", "DOMICILIO", "COLONIA", "LATITUD", "LONGITUD",
        "VICTIMAS",
    ]  # fmt: skip
    found = {"juarez": juarez, "tumbes": tumbes}
    for table in found.values():
        table.index = table.index + 1
    return found


def truth(city: str, name: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / city / "verdad" / name, keep_default_na=False)


# ── the same bytes ───────────────────────────────────────────────────────────────────────


def test_the_script_writes_the_committed_files_byte_for_byte(
    make: ModuleType, tmp_path: Path
) -> None:
    make.main(["--out", str(tmp_path)])
    for city in CITIES:
        made = {p.relative_to(tmp_path / city) for p in (tmp_path / city).rglob("*") if p.is_file()}
        kept = {p.relative_to(ROOT / city) for p in (ROOT / city).rglob("*") if p.is_file()}
        assert made == {p for p in kept if p.suffix != ".toml"}
        for path in sorted(made):
            same = (tmp_path / city / path).read_bytes() == (ROOT / city / path).read_bytes()
            assert same, f"{city}/{path} differs from what is committed"


def test_the_order_of_hashes_changes_nothing(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "make_cities.py"), "--city", "tumbes"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([*command, "--out", str(tmp_path)], check=True, env=environment)
    for path in ("unidades.geojson", "calles.geojson", "incidentes.csv", "servicios.csv"):
        assert (tmp_path / "tumbes" / path).read_bytes() == (ROOT / "tumbes" / path).read_bytes()


def test_another_seed_writes_other_incidents_and_nothing_else(
    make: ModuleType, tmp_path: Path
) -> None:
    make.main(["--out", str(tmp_path), "--city", "tumbes", "--seed", "5", "--no-places"])
    made = {p.name for p in tmp_path.rglob("*") if p.is_file()}
    assert made == {"incidentes.csv", "addresses.csv", "faults.csv", "risk.csv"}
    other = (tmp_path / "tumbes/incidentes.csv").read_bytes()
    assert other != (ROOT / "tumbes/incidentes.csv").read_bytes()


def test_all_files_are_small_enough() -> None:
    size = {
        city: sum(p.stat().st_size for p in (ROOT / city).rglob("*") if p.is_file())
        for city in CITIES
    }
    assert sum(size.values()) < 14_000_000
    assert size["tumbes"] < 1_200_000


def test_the_generator_shares_nothing_with_the_library() -> None:
    allowed = {"numpy", "shapely", "_cities", *sys.stdlib_module_names}
    for path in (ROOT / "make_cities.py", *(ROOT / "_cities").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name


# ── the ground ───────────────────────────────────────────────────────────────────────────


@CITY
def test_residents_add_up(units: dict[str, gpd.GeoDataFrame], city: str) -> None:
    residents = units[city]["POBTOT"]
    assert residents.sum() == RESIDENTS[city]
    assert units[city].index.is_unique
    empty = units[city]["TIPO"].isin(["parque", "industrial"])
    assert (residents[empty] == 0).all()
    assert (residents[~empty] > 0).all()
    assert empty.any()


def test_units_of_juarez_are_like_agebs(units: dict[str, gpd.GeoDataFrame]) -> None:
    residents = units["juarez"]["POBTOT"]
    assert 560 <= len(residents) <= 600
    assert 2_200 <= residents.mean() <= 2_400
    assert 3 <= (residents > 5_000).sum() <= 25
    assert residents.max() < 10_000
    assert units["juarez"].index.str.fullmatch(r"08037\d{7}[0-9A]").all()


@CITY
def test_units_and_colonias_share_their_borders_vertex_for_vertex(
    units: dict[str, gpd.GeoDataFrame], city: str
) -> None:
    layer, name = COLONIAS[city]
    colonias = gpd.read_file(ROOT / city / layer)
    for frame in (units[city], colonias):
        meters = frame.to_crs(METERS[city])
        assert meters.is_valid.all()
        assert shapely.coverage_is_valid(meters.geometry.to_numpy())
    assert colonias["NOMBRE"].is_unique
    spots = units[city].set_geometry(units[city].representative_point())[[name, "geometry"]]
    found = spots.sjoin(colonias, predicate="within")
    assert len(found) == len(spots)
    assert (found[name] == found["NOMBRE"]).all()


@CITY
def test_unit_borders_are_streets(units: dict[str, gpd.GeoDataFrame], city: str) -> None:
    streets = gpd.read_file(ROOT / city / "calles.geojson")
    ends = {tuple(point) for point in shapely.get_coordinates(streets.geometry)}
    border = {tuple(point) for point in shapely.get_coordinates(units[city].geometry)}
    # The rest are corners of streets that the layer lacks.
    assert len(border & ends) / len(border) > 0.95


@CITY
def test_five_per_cent_of_the_streets_are_missing(make: ModuleType, city: str) -> None:
    streets = make.build_city(city).streets
    layer = gpd.read_file(ROOT / city / "calles.geojson")
    assert 0.04 <= 1 - len(layer) / len(streets.name) <= 0.05
    missing = {name for name, known in zip(streets.name, streets.known, strict=True) if not known}
    assert missing
    assert not missing & set(layer["NOMBRE"])
    assert (layer["NUM_FIN"] > layer["NUM_INI"]).all()
    if city == "juarez":
        assert 600 <= layer["NOMBRE"].nunique() <= 1_500
        assert 4_000 <= len(layer) <= 10_000
        assert layer.groupby(["TIPO", "NOMBRE"]).size().gt(1).any()


@CITY
def test_rasters_hold_the_residents(units: dict[str, gpd.GeoDataFrame], city: str) -> None:
    with rasterio.open(ROOT / city / "poblacion.tif") as people:
        values = people.read(1)
        assert people.crs.to_epsg() == METERS[city]
        assert people.nodata == -99999.0
        assert people.res == (100.0, 100.0)
        assert values[values >= 0].sum() == pytest.approx(RESIDENTS[city], rel=1e-5)
        meters = units[city].to_crs(METERS[city])
        assert shapely.box(*people.bounds).contains(shapely.box(*meters.total_bounds))
    with rasterio.open(ROOT / city / "pobreza.tif") as poverty:
        share = poverty.read(1)
        assert (share[values >= 0] > 0).all()
        assert share.max() <= 100


def test_degrees_are_those_of_proj(make: ModuleType) -> None:
    for city in CITIES:
        ground = make.build_city(city).ground
        there = Transformer.from_crs(METERS[city], 4326, always_xy=True)
        expected = np.column_stack(there.transform(*ground.meters.T))
        assert np.abs(ground.degrees - expected).max() < 5.1e-7


@CITY
def test_services_are_fewer_where_it_is_poor(units: dict[str, gpd.GeoDataFrame], city: str) -> None:
    table = pd.read_csv(ROOT / city / "servicios.csv", keep_default_na=False)
    if city == "juarez":
        kinds = {"escuela": 450, "clinica": 60, "centro_comunitario": 35, "parque": 90}
        assert table["tipo"].value_counts().to_dict() == {**kinds, "alumbrado": 6_000}
    assert (table["capacidad"] > 0).all()
    points = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["longitud"], table["latitud"]), crs=4326
    )
    found = points.sjoin(units[city][["POBTOT", "pobreza", "geometry"]], predicate="within")
    assert len(found) == len(table)
    poor = units[city]["pobreza"] > units[city]["pobreza"].median()
    per_resident = found.groupby(found["pobreza"] > units[city]["pobreza"].median()).size()
    residents = units[city].groupby(poor)["POBTOT"].sum()
    assert per_resident[True] / residents[True] < 0.8 * per_resident[False] / residents[False]


# ── the incidents ────────────────────────────────────────────────────────────────────────


def test_headers_and_encodings_are_those_of_two_offices() -> None:
    juarez = (ROOT / "juarez/incidentes.csv").read_bytes().split(b"\n", 1)[0]
    tumbes = (ROOT / "tumbes/incidentes.csv").read_bytes().split(b"\n", 1)[0]
    assert juarez == (
        b"FOLIO,FECHA,HORA,DELITO,MODALIDAD,DOMICILIO,COLONIA,LATITUD,LONGITUD,VICTIMAS"
    )
    assert tumbes.decode("utf-8-sig") == (
        "N_DENUNCIA;FECHA_HECHO;HORA_HECHO;TIPO_DELITO;DIRECCION;SECTOR;LATITUD;LONGITUD;VICTIMAS"
    )
    assert b"\xe9" in (ROOT / "juarez/incidentes.csv").read_bytes()


def test_homicides_follow_the_real_rates(rows: dict[str, pd.DataFrame]) -> None:
    def rates(city: str, labels: tuple[str, ...]) -> pd.Series:
        table = rows[city]
        told = truth(city, "faults.csv")
        table = table.drop(told.loc[told["fault"] == "repeated row", "row"])
        killed = table["DELITO"].str.upper().str.split().str.join(" ").isin(labels)
        years = table.loc[killed, "FECHA"].str[-4:]
        return years.value_counts() / RESIDENTS[city] * 100_000

    juarez = rates("juarez", ("HOMICIDIO DOLOSO", "HOMICIDIO", "FEMINICIDIO"))
    for year, rate in JUAREZ_RATES.items():
        # Dates and labels that are unreadable take less than two per cent away.
        assert rate * 0.98 <= juarez[year] <= rate * 1.001
    assert rates("tumbes", ("HOMICIDIO CALIFICADO",))["2014"] == pytest.approx(
        TUMBES_2014, rel=0.04
    )


def test_drawn_victims_are_the_real_rates_to_the_person(make: ModuleType) -> None:
    plan = make.build_city("juarez").ground.plan
    for victims, rate in zip(plan.incidents["homicide"], JUAREZ_RATES.values(), strict=False):
        assert victims == pytest.approx(rate * RESIDENTS["juarez"] / 100_000, abs=1)
    victims = make.build_city("tumbes").ground.plan.incidents["homicide"][-1]
    assert victims == round(TUMBES_2014 * RESIDENTS["tumbes"] / 100_000)


def test_there_are_about_sixty_thousand_rows(rows: dict[str, pd.DataFrame]) -> None:
    assert 58_000 <= len(rows["juarez"]) <= 62_000
    assert 2_900 <= len(rows["tumbes"]) <= 3_100


@CITY
def test_a_fifth_has_an_address_only(rows: dict[str, pd.DataFrame], city: str) -> None:
    told = truth(city, "addresses.csv")
    only = (rows[city]["LATITUD"] == "") & (rows[city]["LONGITUD"] == "")
    assert list(told["row"]) == list(rows[city].index[only])
    assert 0.18 <= only.mean() <= 0.22
    assert (rows[city].loc[only, "DOMICILIO"] != "").all()
    assert 0.75 <= told["findable"].mean() <= 0.92
    assert set(told["precision"]) >= {"house", "intersection", "street", "none"}
    assert 0.05 <= (told["slip"] != "").mean() <= 0.2


@CITY
def test_house_numbers_lead_to_the_spot(make: ModuleType, city: str) -> None:
    """A number interpolated on its stretch is opposite the house; odd numbers are on the left."""
    from _cities.chance import stream
    from _cities.reports import house_numbers
    from _cities.spots import spots_in_units

    made = make.build_city(city)
    rng = stream(1, "test")
    homes = np.flatnonzero(made.units.residents > 0)
    spots = spots_in_units(made, homes, rng)
    streets, meters = made.streets, made.ground.meters
    for k, number in enumerate(house_numbers(made, spots)):
        stretch = int(streets.edge_stretch[spots.edge[k]])
        line = shapely.LineString(meters[streets.nodes[stretch]])
        first, last = streets.numbers[stretch]
        share = (number - first) / (last - first)
        there = line.interpolate(share, normalized=True)
        spot = shapely.Point(spots.meters[k])
        assert there.distance(spot) < 16
        ahead = np.asarray(line.interpolate(line.project(spot) + 1).coords[0])
        behind = np.asarray(line.interpolate(line.project(spot) - 1).coords[0])
        along, across = ahead - behind, spots.meters[k] - behind
        left = along[0] * across[1] - along[1] * across[0] > 0
        assert left == (number % 2 == 1)


@CITY
def test_every_event_is_in_the_unit_for_which_it_was_drawn(
    make: ModuleType, units: dict[str, gpd.GeoDataFrame], rows: dict[str, pd.DataFrame], city: str
) -> None:
    """The file's good points, and the true points of the others, give the drawn counts."""
    told = pd.concat([truth(city, "addresses.csv"), truth(city, "faults.csv")])
    told = told.drop_duplicates("row").set_index("row")[["longitude", "latitude"]]
    comma = rows[city][["LONGITUD", "LATITUD"]].set_axis(["longitude", "latitude"], axis=1)
    good = comma.drop(told.index).apply(lambda column: column.str.replace(",", ".").astype(float))
    points = pd.concat([told, good]).sort_index()
    events = points[~rows[city]["FOLIO"].duplicated()]
    located = gpd.GeoSeries(
        gpd.points_from_xy(events["longitude"], events["latitude"]), crs=4326
    ).to_frame("geometry")
    inside = located.sjoin(units[city][["geometry"]], predicate="intersects")
    assert len(inside) == len(events)
    counted = inside[CODE[city]].value_counts().reindex(units[city].index, fill_value=0)
    seed = make.PLANS[city].incidents_seed
    drawn = sum(make.draw_incidents(city, seed).values())
    assert counted.to_numpy().tolist() == drawn.tolist()


@CITY
def test_dirt_comes_in_small_shares(rows: dict[str, pd.DataFrame], city: str) -> None:
    faults = truth(city, "faults.csv")
    share = faults["fault"].value_counts() / len(rows[city])
    wanted = {
        "swapped", "no minus", "degrees minutes seconds", "meters", "zero", "other decimal sign",
        "time 930", "time 24:00", "time unknown", "date impossible", "date unknown",
        "repeated row", "unknown label",
    }  # fmt: skip
    assert wanted <= set(share.index)
    assert (share[list(wanted)] < 0.012).all()
    assert faults["row"].between(1, len(rows[city])).all()


def test_pile_ups_stay_under_a_tenth_of_their_units_rows(
    units: dict[str, gpd.GeoDataFrame], rows: dict[str, pd.DataFrame]
) -> None:
    faults = truth("juarez", "faults.csv")
    piles = faults[faults["fault"].str.startswith("pile-up")]
    assert len(piles["fault"].unique()) >= 10
    table = rows["juarez"].loc[piles["row"], ["LATITUD", "LONGITUD", "DOMICILIO"]]
    per_point = table.groupby(["LATITUD", "LONGITUD"])["DOMICILIO"].nunique()
    assert (per_point >= 5).all()
    assert len(per_point) == len(piles["fault"].unique())
    assert len(piles) / len(rows["juarez"]) < 0.01
    mean_rows = len(rows["juarez"]) * units["juarez"]["POBTOT"] / RESIDENTS["juarez"]
    assert piles["fault"].value_counts().max() < 0.1 * mean_rows.max()


# ── the truth ────────────────────────────────────────────────────────────────────────────


def test_planted_places_are_as_large_as_asked() -> None:
    places = gpd.read_file(ROOT / "juarez/verdad/places.geojson")
    asked = {
        "homicide": [133_000],
        "carjacking": [13_000, 13_000, 50_000, 50_000, 50_000],
        "business_robbery": [75_000],
        "vehicle_theft": [60_000, 60_000],
        "extortion": [60_000, 60_000],
    }
    assert set(places["category"]) == set(asked)
    for category, sizes in asked.items():
        mine = places[places["category"] == category]
        assert sorted(mine["residents"]) == pytest.approx(sizes, rel=0.05)
        shapes = mine.to_crs(METERS["juarez"]).geometry.to_numpy()
        for k, shape in enumerate(shapes):
            assert shape.geom_type == "Polygon"
            assert shape.area / shape.minimum_rotated_rectangle.area > 0.5
            assert all(shape.distance(other) > 300 for other in shapes[:k])
    moving = places[places["category"].isin(["vehicle_theft", "extortion"])]
    assert set(zip(moving["first_year"], moving["last_year"], strict=True)) == {
        (2009, 2011),
        (2012, 2014),
    }


def test_units_of_the_truth_carry_the_places_residents(
    units: dict[str, gpd.GeoDataFrame],
) -> None:
    places = gpd.read_file(ROOT / "juarez/verdad/places.geojson")
    table = truth("juarez", "units.csv").set_index("CVEGEO")
    assert list(table.index) == list(units["juarez"].index)
    assert (table["kidnapping"] == "").all()
    for place in places.itertuples():
        inside = table[place.category] == place.name
        assert units["juarez"].loc[inside, "POBTOT"].sum() == place.residents


def by_place(values: np.ndarray, residents: np.ndarray, place: np.ndarray) -> pd.Series:
    """Return the residents' mean of units' values in each place that anybody lives in."""
    table = pd.DataFrame({"sum": values * residents, "living": residents}).groupby(place).sum()
    return (table["sum"] / table["living"])[table["living"] > 0]


@pytest.fixture(scope="module")
def polygons(make: ModuleType) -> np.ndarray:
    """Return the polygon of 10,000–15,000 residents in which each unit of Juárez lies."""
    codes, _ = make.unit_table("juarez")
    units = read_units(ROOT / "juarez/unidades.geojson", population="POBTOT", id="CVEGEO")
    return build_polygons(units, similarity=["pobreza"], seed=2014).membership[codes].to_numpy()


def test_the_truth_tells_the_risks_of_which_the_events_were_drawn(make: ModuleType) -> None:
    for city in CITIES:
        table = truth(city, "risk.csv").set_index(CODE[city])
        plan = make.build_city(city).ground.plan
        assert list(table.index) == make.unit_table(city)[0]
        for category, by_year in make.draw_risks(city, plan.incidents_seed).items():
            for year, risk in zip(plan.years, by_year, strict=True):
                span = next((f"{category}_{a}_{b}" for a, b in SPANS if a <= year <= b), "")
                name = span if span in table else category
                assert table[name].to_numpy() == pytest.approx(risk, abs=1e-4)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_risk_of_homicide_varies_between_polygons_as_in_real_cities(
    make: ModuleType, polygons: np.ndarray, seed: int | None
) -> None:
    """Real cities: σ .5–.9 between polygons of 10,000–15,000; the issue asks for about .6."""
    _, residents = make.unit_table("juarez")
    if seed is None:
        risk = truth("juarez", "risk.csv")["homicide"].to_numpy()
    else:
        risk = make.draw_risks("juarez", seed)["homicide"][0]
    assert 0.5 <= np.log(by_place(risk, residents, polygons)).std() <= 0.7


def test_every_other_category_but_the_control_varies_too(
    make: ModuleType, polygons: np.ndarray
) -> None:
    _, residents = make.unit_table("juarez")
    for name, risk in truth("juarez", "risk.csv").drop(columns="CVEGEO").items():
        sigma = np.log(by_place(risk.to_numpy(), residents, polygons)).std()
        assert sigma < 0.1 if name == "kidnapping" else 0.4 <= sigma <= 0.75, name


def test_part_of_the_spread_is_shared_by_neighbors_and_part_is_not(make: ModuleType) -> None:
    """Logarithms of risk: near units are alike, though not the same, and far ones are not."""
    made = make.build_city("juarez")
    lived = np.flatnonzero(made.units.residents > 0)
    gap = np.hypot(*(made.units.center[lived, None] - made.units.center[lived]).transpose(2, 0, 1))
    alike = {"near": [], "far": []}
    for seed in range(8):
        risk = np.log(make.draw_risks("juarez", seed, planted=False)["homicide"][0][lived])
        product = np.multiply.outer(risk - risk.mean(), risk - risk.mean()) / risk.var()
        alike["near"].append(product[(gap > 0) & (gap < 700)].mean())
        alike["far"].append(product[gap > 6_000].mean())
    assert 0.3 < np.mean(alike["near"]) < 0.7
    assert abs(np.mean(alike["far"])) < 0.1


def test_one_is_the_typical_risk_and_planted_places_have_three_times_it(make: ModuleType) -> None:
    codes, residents = make.unit_table("juarez")
    colonia = make.build_city("juarez").units.colonia
    ordinary = make.draw_risks("juarez", make.PLANS["juarez"].incidents_seed, planted=False)
    for risk in ordinary.values():
        means = by_place(risk[0], residents, colonia).sort_values()
        living = pd.Series(residents).groupby(colonia).sum()[means.index].cumsum()
        assert means[living.ge(residents.sum() / 2).idxmax()] == pytest.approx(1, abs=1e-3)
    risks = truth("juarez", "risk.csv").set_index("CVEGEO").loc[codes]
    inside = truth("juarez", "units.csv").set_index("CVEGEO").loc[codes]
    for place in gpd.read_file(ROOT / "juarez/verdad/places.geojson").itertuples():
        span = f"{place.category}_{place.first_year}_{place.last_year}"
        risk = risks[span if span in risks else place.category]
        here = (inside[place.category] == place.name).to_numpy()
        assert np.average(risk[here], weights=residents[here]) == pytest.approx(
            place.risk, abs=1e-3
        )
        assert np.log(risk[here]).std() > 0.3


def test_events_follow_the_true_risks(make: ModuleType) -> None:
    """Counts scatter about residents × risk by Poisson and no more."""
    _, residents = make.unit_table("juarez")
    lived = residents > 0
    scaled = []
    for seed in range(6):
        risk = make.draw_risks("juarez", seed)["carjacking"][0]
        count = make.draw_incidents("juarez", seed)["carjacking"]
        expected = (count.sum() * residents * risk / np.sum(residents * risk))[lived]
        scaled.append(np.mean((count[lived] - expected) ** 2 / expected))
    # 576 units and six cities: the standard error of the mean is about .025.
    assert np.mean(scaled) == pytest.approx(1, abs=0.075)


def test_without_places_and_spread_the_city_is_patternless(make: ModuleType) -> None:
    """Counts vary by Poisson and by σ = 0.15 on top: the excess variance is exp(σ²) − 1."""
    _, residents = make.unit_table("juarez")
    lived = residents > 0
    excess = []
    for seed in range(6):
        count = make.draw_incidents("juarez", seed, planted=False, spread=False)["vehicle_theft"]
        expected = count.sum() * residents[lived] / residents.sum()
        excess.append(np.mean(((count[lived] - expected) ** 2 - expected) / expected**2))
    assert np.mean(excess) == pytest.approx(np.exp(0.15**2) - 1, abs=0.004)


def test_a_hundred_seeds_take_seconds(make: ModuleType) -> None:
    make.draw_incidents("juarez", 0)
    start = time.perf_counter()
    first = make.draw_incidents("juarez", 1, planted=False)
    assert time.perf_counter() - start < 1.0
    again = make.draw_incidents("juarez", 1, planted=False)
    assert all(np.array_equal(first[key], again[key]) for key in first)
    assert sum(counts.sum() for counts in first.values()) == pytest.approx(58_400, rel=0.02)
