"""The spatial scan: brute force, a published cluster, calibration, invariances, bad input."""

from __future__ import annotations

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.clusters.scan.circles import Circles
from hotspots.clusters.scan.models import ConstantRisk
from hotspots.clusters.scan.scan import spatial_scan
from hotspots.errors import CrsError, HotspotsWarning, InputError

ROWS, COLUMNS = 10, 11


def areas_at(x, y, index=None):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), index=index, crs=32613)


def city(generator, mean, sigma, *, hot=(), risk=3.0):
    """Return counts, residents and areas of a 10×11 lattice, ``hot`` places raised."""
    places = ROWS * COLUMNS
    exposure = generator.uniform(10_000, 15_000, places)
    relative = np.exp(sigma * generator.standard_normal(places))
    relative[list(hot)] *= risk
    count = generator.poisson(mean * exposure / 12_500 * relative)
    number = np.arange(places)
    areas = areas_at(number % COLUMNS * 1000.0, number // COLUMNS * 1000.0)
    return pd.Series(count, name="robbery"), pd.Series(exposure), areas


def every_circle(count, people, x, y, share):
    """Return {places: Kulldorff's ratio} over all circles, one distance at a time."""
    total, everyone, found = count.sum(), people.sum(), {}
    for center in range(count.size):
        distance = np.hypot(x - x[center], y - y[center])
        for radius in distance:
            inside = distance <= radius + 1e-6
            c, e = count[inside].sum(), people[inside].sum() / everyone * total
            if people[inside].sum() <= share * everyone and c > e:
                rest = (total - c) * np.log((total - c) / (total - e)) if total > c else 0.0
                found[tuple(np.flatnonzero(inside))] = c * np.log(c / e) + rest
    return found


def members_of(result, rank):
    return tuple(np.flatnonzero(result.membership.fillna(0) == rank))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("share", [0.2, 0.5])
def test_most_likely_cluster_by_brute_force(seed, share):
    generator = np.random.default_rng(seed)
    n = 14
    # On whole kilometers, so that many places lie at one distance.
    x, y = generator.permutation(25)[:n] % 5 * 1000.0, generator.integers(0, 4, n) * 1000.0
    people = generator.integers(500, 1500, n).astype(float)
    count = generator.poisson(people / 150)
    best = every_circle(count, people, x, y, share)
    result = spatial_scan(
        pd.Series(count),
        pd.Series(people),
        areas_at(x, y),
        null="binomial",
        max_share=share,
        simulations=9,
        alpha=0.99,
    )
    first = result.clusters.loc[1]
    assert first["log_likelihood_ratio"] == pytest.approx(max(best.values()))
    members = members_of(result, 1)
    assert best[members] == pytest.approx(max(best.values()))
    assert first["count"] == count[list(members)].sum()
    assert first["members"] == len(members)
    inside = people[list(members)].sum()
    assert first["exposure"] == pytest.approx(inside)
    assert first["expected"] == pytest.approx(count.sum() * inside / people.sum())


def test_secondary_clusters_do_not_overlap_and_are_the_best_that_are_left():
    generator = np.random.default_rng(1)
    number = np.arange(ROWS * COLUMNS)
    hot = (12, 13, 23, 24, 85, 86, 96, 97)
    count, people, areas = city(generator, 60, 0.0, hot=hot)
    result = spatial_scan(count, people, areas, null="binomial", simulations=199)
    x, y = number % COLUMNS * 1000.0, number // COLUMNS * 1000.0
    circles = every_circle(count.to_numpy(), people.to_numpy(), x, y, 0.5)
    taken: set[int] = set()
    for rank, row in result.clusters.iterrows():
        free = {zone: ratio for zone, ratio in circles.items() if not taken & set(zone)}
        assert row["log_likelihood_ratio"] == pytest.approx(max(free.values()))
        members = members_of(result, rank)
        assert members in free
        taken |= set(members)
    assert len(result.clusters) >= 2
    assert set(hot) <= taken


def test_sudden_infant_deaths_of_north_carolina():
    # Kulldorff (1997), section 6: 1974–84, most likely cluster Bladen, Columbus, Hoke, Robeson
    # and Scotland, p = .001. Only the counties' centroids are in libpysal's file; about these
    # no circle that is better holds Columbus.
    counties = gpd.read_file(libpysal.examples.get_path("sids2.shp")).set_index("NAME")
    counties = counties.set_crs(4267).to_crs(32119)
    deaths, births = counties["SID74"] + counties["SID79"], counties["BIR74"] + counties["BIR79"]
    result = spatial_scan(deaths, births, counties, null="binomial")
    found = set(counties.index[list(members_of(result, 1))])
    assert found == {"Bladen", "Hoke", "Robeson", "Scotland"}
    assert result.clusters["p"][1] == 0.001
    assert result.clusters["count"][1] == 107
    # Its robust counterpart agrees on where it is, and is less sure.
    robust = spatial_scan(deaths, births, counties)
    assert robust.clusters["p"][1] >= 0.001
    assert robust.clusters["relative_risk"][1] > 1.5


@pytest.mark.parametrize("null", ["spread", "binomial"])
def test_planted_cluster_is_found(null):
    hot = [37, 38, 39, 48, 49, 50, 59, 60, 61]
    count, people, areas = city(np.random.default_rng(2), 40, 0.1, hot=hot, risk=2.0)
    result = spatial_scan(count, people, areas, null=null, simulations=199)
    assert result.clusters["label"][1] == "excess"
    assert result.clusters["p"][1] == 1 / 200
    assert members_of(result, 1) == tuple(hot)
    assert result.clusters["relative_risk"][1] == pytest.approx(2, rel=0.2)


def test_three_raised_districts_do_not_hide_each_other():
    hot = [13, 14, 24, 25, 19, 20, 30, 31, 71, 72, 82, 83]
    count, people, areas = city(np.random.default_rng(3), 80, 0.15, hot=hot)
    # Up to half of the city, one circle would cover two districts and all that lies between.
    result = spatial_scan(count, people, areas, simulations=199, max_share=0.06)
    found = result.membership.notna().to_numpy()
    assert found[hot].mean() >= 0.9
    # No circle about a center is a block of four: each takes one or two more in.
    assert np.delete(found, hot).mean() <= 0.08
    # Against the bulk, the risk is three times; against a mean that holds it, it were 2.5.
    assert result.clusters["relative_risk"].median() == pytest.approx(3, rel=0.2)


def test_deficits_on_request():
    count, people, areas = city(np.random.default_rng(4), 80, 0.0, hot=[48, 49, 59, 60], risk=0.3)
    assert spatial_scan(count, people, areas, simulations=99).clusters["label"][1] != "deficit"
    for alternative in ("less", "two-sided"):
        found = spatial_scan(count, people, areas, alternative=alternative, simulations=99)
        assert found.clusters["label"][1] == "deficit"
        assert found.clusters["relative_risk"][1] < 0.7


def small_p(null, mean, sigma, maps, *, simulations=99, seed=0):
    """Return the number of patternless maps whose most likely cluster has p ≤ .05."""
    generator = np.random.default_rng([seed, mean, round(100 * sigma)])
    found = 0
    for number in range(maps):
        count, people, areas = city(generator, mean, sigma)
        scan = spatial_scan(count, people, areas, null=null, simulations=simulations, seed=number)
        found += (scan.clusters["p"] <= 0.05).any()
    return found


@pytest.mark.parametrize(
    ("null", "mean", "sigma"), [("binomial", 20, 0.0), ("spread", 5, 0.3), ("spread", 80, 0.3)]
)
def test_patternless_maps_stay_unlabeled(null, mean, sigma):
    assert small_p(null, mean, sigma, 30) <= stats.binom.isf(1e-3, 30, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("mean", [5, 20, 80])
@pytest.mark.parametrize("sigma", [0.0, 0.15, 0.3])
def test_scan_calibration(mean, sigma):
    maps = 400
    share = small_p("spread", mean, sigma, maps, seed=1) / maps
    print(f"scan, robust, mean {mean}, sigma {sigma}: p ≤ .05 on {share:.1%} of maps")
    assert share <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / maps)


def test_the_binomial_takes_ordinary_variation_for_a_cluster():
    assert small_p("binomial", 80, 0.3, 10) >= 9


@pytest.mark.parametrize("null", ["spread", "binomial"])
def test_order_of_rows_changes_no_byte(null):
    generator = np.random.default_rng(5)
    count, people, areas = city(generator, 20, 0.2, hot=[48, 49, 59, 60])
    first = spatial_scan(count, people, areas, null=null, simulations=49)
    order = generator.permutation(count.index)
    moved = spatial_scan(count[order], people, areas.loc[order[::-1]], null=null, simulations=49)
    pd.testing.assert_frame_equal(moved.clusters, first.clusters, check_exact=True)
    pd.testing.assert_series_equal(moved.membership.sort_index(), first.membership)
    again = spatial_scan(count, people, areas, null=null, simulations=49, seed=1)
    assert again.clusters["log_likelihood_ratio"][1] == first.clusters["log_likelihood_ratio"][1]


def test_scale_changes_nothing():
    count, people, areas = city(np.random.default_rng(6), 20, 0.2, hot=[48, 49, 59, 60])
    first = spatial_scan(count, people, areas, null="binomial", simulations=49)
    x, y = areas.geometry.x * 3 + 5000, areas.geometry.y * 3
    scaled = spatial_scan(count, people * 10, areas_at(x, y), null="binomial", simulations=49)
    pd.testing.assert_frame_equal(
        scaled.clusters.drop(columns=["radius_m", "exposure"]),
        first.clusters.drop(columns=["radius_m", "exposure"]),
    )


def test_the_robust_ratio_without_spread_is_the_poissons():
    # c·log(c/m) − (c − m), with m at the rate of the bulk.
    count, people, areas = city(np.random.default_rng(7), 20, 0.0, hot=[60])
    null = fit_robust_null(count.to_numpy(float), people.to_numpy())
    first = spatial_scan(count, people, areas, simulations=9).clusters.loc[1]
    mean = first["exposure"] * null.rate
    poisson = first["count"] * np.log(first["count"] / mean) - (first["count"] - mean)
    assert first["log_likelihood_ratio"] <= poisson
    assert first["log_likelihood_ratio"] == pytest.approx(poisson, rel=0.35)


def test_residents_centers_are_used_where_the_polygons_have_them():
    count, people, areas = city(np.random.default_rng(8), 20, 0.0, hot=[60])
    centered = areas.assign(center_x=areas.geometry.x, center_y=areas.geometry.y)
    elsewhere = centered.set_geometry(areas.geometry.translate(xoff=7e5).to_numpy(), crs=32613)
    pd.testing.assert_frame_equal(
        spatial_scan(count, people, elsewhere, simulations=9).clusters,
        spatial_scan(count, people, areas, simulations=9).clusters,
    )


def test_areas_without_data_are_in_no_cluster():
    count, people, areas = city(np.random.default_rng(9), 30, 0.0, hot=[48, 49, 59, 60])
    count = count.astype(float)
    count[49], people[60] = np.nan, 0.0
    with pytest.warns(HotspotsWarning, match="areas without residents"):
        result = spatial_scan(count, people, areas, simulations=49)
    assert result.places == ROWS * COLUMNS - 2
    assert result.membership[[49, 60]].isna().all()
    assert result.membership[[48, 59]].notna().all()
    assert result.table["label"][[49, 60]].tolist() == ["no data"] * 2


@pytest.mark.parametrize("total", [7, 500, 10**5])
def test_kulldorffs_ratio_by_hand_looked_up_or_not(total):
    count = np.array([[0.0, 3, 7], [1, 2, min(total, 400)]]).clip(max=total)
    model = ConstantRisk(np.array([10.0, 20, 30]), total)
    zones = Circles(np.arange(3), np.arange(3) + 1, np.array([10.0, 30, 45]), np.ones(3))
    ratio, expected = model.ratios(count, np.ones(2), zones)
    outside, apart = total - count, total - expected
    by_hand = special.rel_entr(count, expected) + special.rel_entr(outside, apart)
    np.testing.assert_allclose(ratio, by_hand, rtol=1e-9, atol=1e-9 * total)


@pytest.mark.parametrize("events", [10**4, 7 * 10**9])
def test_many_events_take_no_more_memory_than_few(events):
    # A table of every count up to 7·10¹¹ was 6 terabytes.
    people = pd.Series(np.full(100, 12_000.0))
    count = pd.Series(np.full(100, events))
    count[44] *= 3
    areas = areas_at(np.arange(100) % 10 * 900.0, np.arange(100) // 10 * 900.0)
    areas.index = count.index
    found = spatial_scan(count, people, areas, null="binomial", simulations=19).clusters
    assert found["center"][1] == 44
    assert found["members"][1] == 1


@pytest.mark.parametrize("null", ["spread", "binomial"])
def test_no_event_at_all(null):
    count, people, areas = city(np.random.default_rng(10), 20, 0.0)
    result = spatial_scan(count * 0, people, areas, null=null)
    assert result.clusters.empty
    assert set(result.table["label"]) == {"no evidence"}
    assert list(result.clusters)[:3] == ["center", "radius_m", "members"]
    assert result.membership.isna().all()


def test_record():
    count, people, areas = city(np.random.default_rng(11), 20, 0.0)
    result = spatial_scan(count, people, areas, simulations=19, seed=4, max_share=0.25)
    assert (result.variable, result.null, result.alternative) == ("robbery", "spread", "greater")
    assert (result.simulations, result.least_p, result.seed) == (19, 0.05, 4)
    assert (result.max_share, result.alpha, result.places) == (0.25, 0.05, 110)
    assert result.clusters["exposure"].max() <= 0.25 * people.sum()


def test_bad_scan_input():
    count, people, areas = city(np.random.default_rng(12), 20, 0.0)
    with pytest.raises(InputError, match=r"count of 3 is .*not whole|count of 3 is .*not rates"):
        spatial_scan(
            count + pd.Series(0.0, count.index).where(count.index != 3, 0.5), people, areas
        )
    with pytest.raises(InputError, match="counts have no area"):
        spatial_scan(count, people, areas[:50])
    with pytest.raises(InputError, match="'spread', 'binomial'"):
        spatial_scan(count, people, areas, null="total")
    with pytest.raises(InputError, match="max_share"):
        spatial_scan(count, people, areas, max_share=1.5)
    with pytest.raises(InputError, match="no circle"):
        spatial_scan(count, people, areas, max_share=0.001)
    with pytest.raises(InputError, match="simulations came as 0"):
        spatial_scan(count, people, areas, simulations=0)
    for wrong in ("x", None, np.nan, np.inf, 9.5):
        with pytest.raises(InputError, match=r"simulations came as .*whole number from 1"):
            spatial_scan(count, people, areas, simulations=wrong)
    with pytest.raises(InputError, match="max_share: came as None"):
        spatial_scan(count, people, areas, max_share=None)
    with pytest.raises(InputError, match="areas came as a DataFrame, without geometries"):
        spatial_scan(count, people, pd.DataFrame({"center_x": [1.0], "center_y": [1.0]}))
    centered = areas.assign(center_x=areas.geometry.x.astype(str), center_y=areas.geometry.y)
    with pytest.raises(InputError, match="column 'center_x' are of type"):
        spatial_scan(count, people, centered)
    with pytest.raises(InputError, match="at least 3"):
        spatial_scan(count[:2], people[:2], areas[:2])
    with pytest.raises(CrsError, match="meters are needed"):
        spatial_scan(count, people, areas.set_crs(4326, allow_override=True))
