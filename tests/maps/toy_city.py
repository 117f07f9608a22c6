"""A toy city: squares of units joined to polygons, with results made by hand."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

from hotspots.clusters.local.getis_ord import GI_STAR
from hotspots.clusters.local.moran import LOCAL_MORAN
from hotspots.clusters.risk.excess import EXCESS_RISK
from hotspots.evaluation.change import rate_change
from hotspots.maps.page.content import BriefingContent, OverTime, PageHeader, UnitFindings
from hotspots.schema import Allocation, Criterion, Label, Layer, LocalResult, Ranking

CRS = 32613
X0, Y0, SIDE = 350_000, 3_500_000, 1_000


def make_city(columns=12, rows=9, seed=0):
    """Return polygons (each of four units) and everything that a briefing is made of."""
    rng = np.random.default_rng(seed)
    n = columns * rows
    ids = [f"P{place + 1:03d}" for place in range(n)]
    corners = [(X0 + SIDE * (i % columns), Y0 + SIDE * (i // columns)) for i in range(n)]
    polygons = gpd.GeoDataFrame(
        {
            "name": [f"Colonia {place + 1}" for place in range(n)],
            "population": rng.integers(10_000, 15_000, n).astype(float),
        },
        geometry=[box(x, y, x + SIDE, y + SIDE) for x, y in corners],
        index=pd.Index(ids, name="polygon_id"),
        crs=CRS,
    )
    units = _units(polygons)
    membership = pd.Series(np.repeat(ids, 4), index=units.index, name="polygon_id")
    hot = np.zeros(n, dtype=bool)
    hot[[14, 15, 16, 26, 27, 28]] = True
    city = SimpleNamespace(polygons=polygons, units=units, membership=membership, hot=hot, rng=rng)
    city.rates = {
        "homicide": rates_of(polygons, rng.poisson(np.where(hot, 60, 15))),
        "carjacking": rates_of(polygons, rng.poisson(8, n)),
    }
    city.results = {
        "homicide:excess": excess(city.rates["homicide"], hot),
        "homicide:gi": result(polygons.index, hot, GI_STAR, "polygons"),
        "homicide:lisa": lisa(polygons.index, hot),
        "carjacking:excess": excess(city.rates["carjacking"], np.zeros(n, dtype=bool)),
    }
    unit_hot = np.repeat(hot, 4)
    unit_hot[[4 * 28, 4 * 28 + 1, 4 * 28 + 2]] = False
    city.unit_results = {
        "homicide:gi": result(units.index, unit_hot, GI_STAR, "units", headline=True),
        "carjacking:gi": result(units.index, unit_hot & False, GI_STAR, "units"),
    }
    share = pd.Series(unit_hot, index=units.index).groupby(membership).mean()
    city.rolled_up = {
        "homicide": pd.DataFrame({"share_hot": share, "share_cold": 0.0, "least_q": 0.01}),
        "carjacking": pd.DataFrame({"share_hot": share * 0.0, "share_cold": 0.0, "least_q": 0.9}),
    }
    city.rates_over_time, city.results_over_time = _over_time(polygons, hot, rng)
    city.changes = {"homicide": _changes(city.polygons, city.rates_over_time["homicide"])}
    city.bins = {"homicide:gi": _bins(polygons.index, hot)}
    city.layers = _layers(polygons, city.rates, rng)
    city.ranking, city.allocation = _ranking(city)
    city.incidents = _incidents(city)
    city.services = gpd.GeoDataFrame(
        {"kind": ["clinica", "escuela", "refugio"], "name": ["Clínica 1", "Escuela 2", "Casa 3"]},
        geometry=[Point(X0 + 500, Y0 + 500), Point(X0 + 5_500, Y0 + 3_500), Point(X0, Y0)],
        crs=CRS,
    )
    city.streets = gpd.GeoDataFrame(
        {"name": [f"Calle {k}" for k in range(columns + 1)]},
        geometry=[
            LineString([(X0 + SIDE * k, Y0), (X0 + SIDE * k, Y0 + SIDE * rows)])
            for k in range(columns + 1)
        ],
        crs=CRS,
    )
    return city


def briefing_content(city):
    """Return everything that a full internal briefing of the toy city shows."""
    return BriefingContent(
        polygons=city.polygons,
        results=city.results,
        rates=city.rates,
        bins=city.bins,
        units=UnitFindings(
            areas=city.units,
            membership=city.membership,
            results=city.unit_results,
            rolled_up=city.rolled_up,
        ),
        over_time=OverTime(
            rates=city.rates_over_time,
            results=city.results_over_time,
            changes=city.changes,
            compared=("2012", "2013"),
        ),
        layers=city.layers,
        ranking=city.ranking,
        allocation=city.allocation,
        incidents=city.incidents,
        services=city.services,
        streets=city.streets,
        header=PageHeader(
            title="Ciudad de juguete: homicidio",
            period="2013",
            located=(589, 606),
            synthetic=True,
        ),
        category_titles={
            "homicide": "Homicidio",
            "carjacking": "Robo de vehículo con violencia",
        },
    )


def result(index, raised, kind, level, headline=False):
    labels = np.where(raised, Label.HOT.value, Label.NOT_SIGNIFICANT.value)
    table = pd.DataFrame(
        {
            "statistic": np.where(raised, 4.0, 1.0),
            "expected": 1.0,
            "z": np.where(raised, 3.5, 0.2),
            "p": np.where(raised, 0.0005, 0.6),
            "q": np.where(raised, 0.004, 0.8),
            "label": labels,
        },
        index=index,
    )
    return LocalResult(
        table=table,
        kind=kind,
        variable="homicide",
        null="total",
        alternative="two-sided",
        correction="fdr",
        alpha=0.05,
        family=len(index),
        permutations=9_999,
        seed=0,
        weights="queen",
        headline=headline,
        level=level,
    )


def lisa(index, raised):
    found = result(index, raised, LOCAL_MORAN, "polygons")
    table = found.table.assign(
        label=np.where(raised, Label.HIGH_HIGH.value, Label.NOT_SIGNIFICANT.value)
    )
    table.iloc[0, table.columns.get_loc("label")] = Label.LOW_HIGH.value
    table.iloc[-1, table.columns.get_loc("label")] = Label.ISOLATE.value
    table.iloc[-1, table.columns.get_loc("q")] = np.nan
    return LocalResult(
        table=table,
        kind=LOCAL_MORAN,
        variable="homicide",
        null="conditional",
        alternative="two-sided",
        correction="fdr",
        alpha=0.05,
        family=len(index),
        permutations=9_999,
        level="polygons",
    )


def excess(rates, raised):
    found = result(rates.index, raised, EXCESS_RISK, "polygons", headline=True)
    table = found.table.assign(
        label=np.where(raised, Label.ABOVE.value, Label.NOT_SIGNIFICANT.value),
        statistic=rates["count"].to_numpy(),
    )
    return LocalResult(
        table=table,
        kind=EXCESS_RISK,
        variable="homicide",
        null="at_least",
        alternative="greater",
        correction="fdr",
        alpha=0.05,
        at_least=1.5,
        family=len(table),
        headline=True,
        level="polygons",
    )


def _units(polygons):
    half = SIDE / 2
    shapes, population = [], []
    for shape, residents in zip(polygons.geometry, polygons["population"], strict=True):
        x, y = shape.bounds[:2]
        for dx, dy in ((0, 0), (half, 0), (0, half), (half, half)):
            shapes.append(box(x + dx, y + dy, x + dx + half, y + dy + half))
            population.append(residents / 4)
    index = pd.Index([f"U{place:04d}" for place in range(len(shapes))], name="unit_id")
    return gpd.GeoDataFrame({"population": population}, geometry=shapes, index=index, crs=CRS)


def rates_of(polygons, count):
    population = polygons["population"].to_numpy()
    rate = count / population * 1e5
    return pd.DataFrame(
        {
            "count": count,
            "exposure": population,
            "years": 1.0,
            "expected": count.sum() / population.sum() * population,
            "rate": rate,
            "rate_low": rate * 0.7,
            "rate_high": rate * 1.3,
        },
        index=polygons.index,
    )


def _over_time(polygons, hot, rng):
    """Return three years of homicide; only in the last the hot places stand out."""
    rates, results = {}, {}
    for year in ("2011", "2012", "2013"):
        raised = hot & (year == "2013")
        rates[year] = rates_of(polygons, rng.poisson(np.where(raised, 60, 15)))
        results[year] = excess(rates[year], raised)
    return {"homicide": rates}, {"homicide": results}


def _changes(polygons, rates):
    """Return how homicide changed; one polygon had none before, and one none at all."""
    before, after = (
        pd.DataFrame({"events": rates[year]["count"].astype(int), "years": 1.0})
        for year in ("2012", "2013")
    )
    before.loc[["P002", "P003"], "events"] = after.loc["P003", "events"] = 0
    return rate_change(before, after, polygons["population"])


def _bins(index, raised):
    """Return confidence as hotspots.confidence does: the raised places, and one at 90%."""
    label = np.where(raised, Label.HOT.value, Label.NOT_SIGNIFICANT.value)
    found = pd.DataFrame({"label": label, "confidence": np.where(raised, "99%", "")}, index=index)
    found.iloc[int(np.flatnonzero(raised)[0]), 1] = "95%"
    found.iloc[0] = [Label.HOT.value, "90%"]
    return found


def _layers(polygons, rates, rng):
    n = len(polygons)
    poverty = pd.Series(np.round(rng.uniform(10, 70, n), 1), index=polygons.index)
    poverty.iloc[3] = np.nan
    distance = pd.Series(np.round(rng.uniform(100, 4_000, n)), index=polygons.index)
    return [
        Layer("homicide_rate", rates["homicide"]["rate"], "/100,000", "more_is_worse", "toy"),
        Layer(
            "poverty",
            poverty,
            "%",
            "more_is_worse",
            "Censo de juguete",
            {"es": "Pobreza", "en": "Poverty"},
        ),
        Layer(
            "clinic_distance",
            distance,
            "m",
            "more_is_worse",
            "Servicios de juguete",
            {"es": "Distancia a la clínica", "en": "Distance to a clinic"},
        ),
    ]


def _ranking(city):
    index = city.polygons.index
    parts = pd.DataFrame(
        {
            "share_homicide_rate": 0.5 * city.rates["homicide"]["rate"].rank(pct=True),
            "share_poverty": 0.3 * city.layers[1].values.rank(pct=True).fillna(0),
            "share_clinic_distance": 0.2 * city.layers[2].values.rank(pct=True),
        },
        index=index,
    )
    score = parts.sum(axis=1)
    rank = score.rank(ascending=False, method="first").astype(int)
    table = parts.assign(
        score=score,
        rank=rank,
        rank_low=np.maximum(rank - 3, 1),
        rank_high=np.minimum(rank + 3, len(index)),
    ).sort_values("rank")
    criteria = (
        Criterion("homicide_rate", 0.5),
        Criterion("poverty", 0.3),
        Criterion("clinic_distance", 0.2),
    )
    funds = pd.DataFrame(
        {
            "rank": table["rank"],
            "population": city.polygons["population"].reindex(table.index),
            "score": table["score"],
            "grant": np.where(table["rank"] <= 12, 500_000.0, 0.0),
        }
    )
    funds["grant_per_resident"] = funds["grant"] / funds["population"]
    return Ranking(table, criteria, 0), Allocation(funds, 6_000_000.0)


def _incidents(city):
    rows = []
    for category, table in city.rates.items():
        for polygon, count in table["count"].items():
            x, y = city.polygons.geometry[polygon].bounds[:2]
            points = np.array([x, y]) + city.rng.uniform(0, SIDE, (int(count), 2))
            days = city.rng.integers(0, 365 * 24 * 60, int(count))
            for point, day in zip(points, days, strict=True):
                moment = pd.Timestamp("2013-01-01") + pd.Timedelta(minutes=int(day))
                rows.append((category, polygon, Point(point), moment))
    frame = pd.DataFrame(rows, columns=["category", "polygon_id", "geometry", "date"])
    frame["date_precision"] = "minute"
    frame["assignment_status"] = "inside"
    frame["location_status"] = "given"
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row_id")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)
