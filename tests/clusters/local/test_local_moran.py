"""Local Moran against published values; each test names where its numbers come from."""

from __future__ import annotations

import io

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.errors import InputError


def test_afcon(r_output):
    # Anselin (1995), Table 1, as in spData's afcon and paper.nb: local I with Σz²/n (ours has
    # n−1), conditional Z.
    table = r_output("data(afcon); write.csv(afcon, row.names = FALSE)")
    africa = pd.read_csv(io.StringIO(table)).set_index("name")
    lines = r_output(r"data(afcon); for (one in paper.nb) cat(one, '\n')").splitlines()
    near = [[int(number) - 1 for number in line.split() if number != "0"] for line in lines]
    names = africa.index
    graph = Graph.from_weights_dict(
        {names[i]: {names[j]: 1.0 for j in others} for i, others in enumerate(near)}
    )
    table = local_moran(africa["totcon"], graph, null="analytic").table
    for name, statistic, z in [
        ("EGYPT", 6.9467, 3.4957),
        ("SUDAN", 2.9878, 3.6814),
        ("KENYA", 1.1969, 3.4344),
    ]:
        assert table["statistic"][name] * 42 / 41 == pytest.approx(statistic, abs=5e-5)
        assert table["z"][name] == pytest.approx(z, abs=5e-5)
    assert table["statistic"].sum() / 41 == pytest.approx(0.4167956, abs=5e-8)


def test_st_louis_local_statistics_add_up_to_the_global():
    # libpysal's stl_hom, HR8893; global I with the rook weights of stl.gal (GeoDa's workbook).
    homicides = gpd.read_file(libpysal.examples.get_path("stl_hom.shp"))
    weights = libpysal.io.open(libpysal.examples.get_path("stl.gal")).read()
    values = pd.Series(homicides["HR8893"].to_numpy(), index=list(weights.id_order))
    table = local_moran(values, Graph.from_W(weights)).table
    assert table["statistic"].sum() / (len(values) - 1) == pytest.approx(0.243655826, abs=5e-10)


def test_conditional_z_by_brute_force():
    # Place 2 of a line of six: every pair of the other five as its neighbors.
    values = pd.Series([3.0, 1.0, 4.0, 1.5, 9.0, 2.6])
    line = Graph.from_weights_dict(
        {i: {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 6} for i in range(6)}
    )
    centered = values.to_numpy() - values.mean()
    others = np.delete(centered, 2)
    scale = 5 * centered[2] / (centered**2).sum()
    every = [scale * (a + b) / 2 for i, a in enumerate(others) for b in others[:i]]
    found = local_moran(values, line).table.loc[2]
    statistic = scale * (centered[1] + centered[3]) / 2
    assert found["statistic"] == pytest.approx(statistic)
    assert found["expected"] == pytest.approx(np.mean(every))
    assert found["z"] == pytest.approx((statistic - np.mean(every)) / np.std(every))
    share = min(np.mean(every >= statistic - 1e-12), np.mean(every <= statistic + 1e-12))
    assert found["p"] == pytest.approx(min(1, 2 * share))


def test_quadrants(lattice):
    graph = lattice(15, 15)
    values = pd.Series(np.random.default_rng(4).normal(10, 1, 225))
    grid = np.arange(225).reshape(15, 15)
    values[grid[1:6, 1:6].ravel()] += 8
    values[grid[8:14, 8:14].ravel()] -= 8
    values[grid[3, 3]] = 4.0  # low among high
    values[grid[10, 10]] = 16.0  # high among low
    label = local_moran(values, graph).table["label"]
    assert label[grid[3, 2]] == "high-high"
    assert label[grid[11, 12]] == "low-low"
    assert label[grid[3, 3]] == "low-high"
    assert label[grid[10, 10]] == "high-low"
    alike = local_moran(values, graph, alternative="greater").table["label"]
    assert set(alike) == {"high-high", "low-low", "not significant"}
    unlike = local_moran(values, graph, alternative="less").table["label"]
    assert set(unlike) >= {"high-low", "low-high"}
    assert not set(unlike) & {"high-high", "low-low"}


def test_one_sided_tail_turns_with_the_sign_of_the_place(columbus, columbus_queen):
    crime = columbus["CRIME"]
    alike = local_moran(crime, columbus_queen, alternative="greater", permutations=999)
    high = getis_ord(crime, columbus_queen, star=False, alternative="greater", permutations=999)
    low = getis_ord(crime, columbus_queen, star=False, alternative="less", permutations=999)
    expected = high.table["p"].where(crime > crime.mean(), low.table["p"])
    pd.testing.assert_series_equal(alike.table["p"], expected)


def test_a_place_at_the_mean_has_no_quadrant():
    values = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])
    line = Graph.from_weights_dict(
        {i: {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 5} for i in range(5)}
    )
    for alternative in ("greater", "less"):
        result = local_moran(values, line, alternative=alternative)
        assert result.table["p"][2] == 1.0
    result = local_moran(values, line, alpha=0.999999, correction="none")
    assert result.table["label"][2] == "not significant"
    assert result.table["statistic"][2] == 0.0


def test_binary_weights_are_row_standardized_in_a_copy(columbus, columbus_queen):
    before = columbus_queen.adjacency
    binary = local_moran(columbus["CRIME"], columbus_queen, null="analytic")
    rows = local_moran(columbus["CRIME"], columbus_queen.transform("R"), null="analytic")
    pd.testing.assert_frame_equal(binary.table, rows.table)
    pd.testing.assert_series_equal(columbus_queen.adjacency, before)


def test_total_null_is_refused(six_points):
    values, graph = six_points
    with pytest.raises(InputError, match="'conditional', 'analytic'"):
        local_moran(values, graph, null="total")
