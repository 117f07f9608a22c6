"""Global statistics: known answers, every arrangement, and esda's traps kept from the user."""

from __future__ import annotations

import io
import warnings
from itertools import permutations

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.whole_map.global_statistics import (
    global_geary,
    global_getis_ord,
    global_join_counts,
    global_moran,
)
from hotspots.errors import GraphError, InputError
from hotspots.spatial.weights import neighbors

STATISTICS = {"moran": global_moran, "geary": global_geary, "g": global_getis_ord}
WEIGHTS = {0: {1: 1.0, 2: 1.0}, 1: {0: 1.0}, 2: {0: 1.0, 3: 1.0, 4: 1.0}, 3: {2: 1.0, 5: 1.0}}
SIX = {**WEIGHTS, 4: {2: 1.0, 5: 1.0}, 5: {3: 1.0, 4: 1.0}}


def test_afcon(r_output):
    # Anselin (1995): I of total conflict, and its z under randomization (spdep moran.test).
    table = r_output("data(afcon); write.csv(afcon, row.names = FALSE)")
    africa = pd.read_csv(io.StringIO(table)).set_index("name")
    lines = r_output(r"data(afcon); for (one in paper.nb) cat(one, '\n')").splitlines()
    near = [[int(number) - 1 for number in line.split() if number != "0"] for line in lines]
    names = africa.index
    graph = Graph.from_dicts({names[i]: names[others].tolist() for i, others in enumerate(near)})
    result = global_moran(africa["totcon"], graph)
    assert result.statistic == pytest.approx(0.4167956, abs=5e-8)
    assert result.z == pytest.approx(4.3485, abs=5e-5)
    assert result.p == pytest.approx(2 / 1000)


def test_st_louis():
    # GeoDa's workbook, libpysal's stl_hom: HR8893 with the rook weights of stl.gal.
    homicides = gpd.read_file(libpysal.examples.get_path("stl_hom.shp"))
    weights = libpysal.io.open(libpysal.examples.get_path("stl.gal")).read()
    values = pd.Series(homicides["HR8893"].to_numpy(), index=list(weights.id_order))
    result = global_moran(values, Graph.from_W(weights))
    assert result.statistic == pytest.approx(0.243655826, abs=5e-10)
    assert result.expected == pytest.approx(-1 / 77)


def test_st_louis_queen():
    # The known answers of GeoDa's workbook: I of HR8893 by queen contiguity, to five digits.
    homicides = gpd.read_file(libpysal.examples.get_path("stl_hom.shp"))
    graph = Graph.build_contiguity(homicides, rook=False)
    assert global_moran(homicides["HR8893"], graph).statistic == pytest.approx(0.19502, abs=5e-6)


@pytest.mark.parametrize("name", [*STATISTICS, "joins"])
def test_nearest_neighbors_of_a_map_with_missing_values(name):
    # Nearest neighbors are one-way: without their values some places are left with no link out.
    generator = np.random.default_rng(3)
    xy = generator.uniform(0, 1000, (60, 2))
    areas = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=32613)
    values = pd.Series(generator.integers(0, 2, 60).astype(float))
    values[generator.permutation(60)[:38]] = np.nan
    graph = neighbors(areas, method="knn", k=3)
    result = STATISTICS.get(name, global_join_counts)(values, graph)
    known = values.notna().to_numpy()
    matrix = graph.sparse.toarray() * known * known[:, None]
    linked = (matrix.sum(axis=0) > 0) | (matrix.sum(axis=1) > 0)
    assert (linked & (matrix.sum(axis=1) == 0)).any()
    matrix, y = matrix[linked][:, linked], values.to_numpy()[linked]
    rows = matrix / np.maximum(matrix.sum(axis=1), 1)[:, None]
    z, n = y - y.mean(), y.size
    statistic = {
        "moran": n / rows.sum() * (z @ rows @ z) / (z @ z),
        "geary": (n - 1) * (rows * (y[:, None] - y) ** 2).sum() / (2 * rows.sum() * (z @ z)),
        "g": (y @ matrix @ y) / (y.sum() ** 2 - (y**2).sum()),
        "joins": y @ matrix @ y / 2,
    }[name]
    assert result.statistic == pytest.approx(statistic)
    assert np.isfinite(result.z)
    assert result.n == n


def test_six_points(six_points):
    # esda, doctest of G.
    values, graph = six_points
    assert global_getis_ord(values, graph).statistic == pytest.approx(0.55709779, abs=5e-9)


def test_book():
    # esda, doctest of Geary: book.gal, Cliff & Ord's example.
    weights = libpysal.io.open(libpysal.examples.get_path("book.gal")).read()
    values = libpysal.io.open(libpysal.examples.get_path("book.txt")).by_col("y")
    result = global_geary(pd.Series(values, index=list(weights.id_order)), Graph.from_W(weights))
    assert result.statistic == pytest.approx(0.3330108, abs=5e-8)


def test_four_by_four():
    # esda, doctest of Join_Counts: eight of sixteen on a rook lattice.
    graph = Graph.from_W(libpysal.weights.lat2W(4, 4))
    y = pd.Series([0] * 8 + [1] * 8)
    counts = {
        joins: global_join_counts(y, graph, joins=joins, permutations=19).statistic
        for joins in ("both", "neither", "unlike", "like")
    }
    assert counts == {"both": 10, "neither": 10, "unlike": 4, "like": 20}


# 4 and 5 have others' links and none of their own; the last row's kernel weights are all zero.
ONE_WAY = {
    "nobody's": {0: {1: 1.0, 4: 2.0}, 1: {0: 1.0}, 2: {4: 1.0, 5: 0.5}, 3: {2: 1.0}, 4: {}, 5: {}},
    "zeros": {**SIX, 4: {2: 0.0, 5: 0.0}},
}


@pytest.mark.parametrize("links", [SIX, *ONE_WAY.values()], ids=["both ways", *ONE_WAY])
@pytest.mark.parametrize("name", list(STATISTICS))
def test_moments_and_p_are_those_of_every_arrangement(name, links):
    graph = Graph.from_weights_dict(links)
    values = pd.Series([3.0, 1.0, 4.0, 1.5, 9.0, 2.6])
    result = STATISTICS[name](values, graph, permutations=4999)
    matrix = graph.transform("B" if name == "g" else "R").sparse.toarray()

    def statistic(y):
        z = y - y.mean()
        if name == "moran":
            return 6 / matrix.sum() * (z @ matrix @ z) / (z @ z)
        if name == "geary":
            gaps = (matrix * (y[:, None] - y) ** 2).sum()
            return 5 * gaps / (2 * matrix.sum() * (z @ z))
        return (y @ matrix @ y) / (y.sum() ** 2 - (y**2).sum())

    every = np.array([statistic(np.array(y)) for y in permutations(values)])
    assert result.statistic == pytest.approx(statistic(values.to_numpy()))
    assert result.expected == pytest.approx(every.mean())
    assert result.z == pytest.approx((result.statistic - every.mean()) / every.std())
    share = min(
        (every >= result.statistic - 1e-9).mean(), (every <= result.statistic + 1e-9).mean()
    )
    assert result.p == pytest.approx(min(1, 2 * share), abs=10 * np.sqrt(share / 4999))


@pytest.mark.parametrize("joins", ["both", "neither", "unlike", "like"])
@pytest.mark.parametrize("directed", [False, True])
def test_joins_are_those_of_every_arrangement(joins, directed):
    links = {0: [1, 2], 1: [2], 2: [4], 3: [0, 1], 4: [], 5: [3]} if directed else SIX
    graph = Graph.from_dicts({i: list(near) for i, near in links.items()})
    # In the directed graph the one label lies where no link begins: esda stops there.
    labels = pd.Series([0, 0, 0, 0, 1, 0] if directed else [1, 1, 0, 1, 0, 0])
    result = global_join_counts(labels, graph, joins=joins, permutations=499)
    matrix = (graph.sparse.toarray() > 0).astype(float)

    def statistic(x):
        rest = 1 - x
        both, neither = x @ matrix @ x / 2, rest @ matrix @ rest / 2
        unlike = (x @ matrix @ rest + rest @ matrix @ x) / 2
        return {"both": both, "neither": neither, "unlike": unlike, "like": both + neither}[joins]

    every = np.array([statistic(np.array(x)) for x in permutations(labels)])
    assert result.statistic == pytest.approx(statistic(labels.to_numpy()))
    assert result.expected == pytest.approx(every.mean())
    # One label alone joins nobody, in any arrangement: no z.
    z = (result.statistic - every.mean()) / every.std() if every.std() else np.nan
    assert result.z == pytest.approx(z, nan_ok=True)
    share = min(
        (every >= result.statistic - 1e-9).mean(), (every <= result.statistic + 1e-9).mean()
    )
    assert result.p == pytest.approx(min(1, 2 * share), abs=10 * np.sqrt(share / 499))


@pytest.mark.parametrize("name", list(STATISTICS))
def test_neither_random_state_nor_weights_nor_values_are_touched(name, columbus, columbus_queen):
    crime, links = columbus["CRIME"].copy(), columbus_queen.adjacency.copy()
    np.random.seed(5)  # noqa: NPY002
    expected = np.random.random(3)  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    first = STATISTICS[name](crime, columbus_queen, permutations=99, seed=1)
    np.testing.assert_array_equal(np.random.random(3), expected)  # noqa: NPY002
    assert STATISTICS[name](crime, columbus_queen, permutations=99, seed=1) == first
    assert STATISTICS[name](crime, columbus_queen, permutations=99, seed=2) != first
    pd.testing.assert_series_equal(columbus["CRIME"], crime)
    pd.testing.assert_series_equal(columbus_queen.adjacency, links)


def test_the_random_state_is_put_back_after_an_error(monkeypatch, columbus, columbus_queen):
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    monkeypatch.setattr("esda.Moran", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError, match="division"):
        global_moran(columbus["CRIME"], columbus_queen)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.parametrize("name", [*STATISTICS, "joins"])
def test_order_islands_and_missing_values(name, lattice):
    test = STATISTICS.get(name, global_join_counts)
    values = pd.Series(
        np.random.default_rng(0).integers(0, 2, 36), index=[f"a{i}" for i in range(36)]
    )
    links = {f"a{i}": [f"a{j}" for j in near.index] for i, near in enumerate(
        lattice(6, 6)[i] for i in range(36)
    )}  # fmt: skip
    as_is = test(values, Graph.from_dicts(links), permutations=99)
    order = np.random.default_rng(1).permutation(values.index)
    moved = test(
        values[order], Graph.from_dicts({i: links[i] for i in order[::-1]}), permutations=99
    )
    assert moved == as_is
    # An island and a place without a value are left out, and nothing else changes.
    more = pd.concat([values.astype(float), pd.Series({"b": 1.0, "c": np.nan})])
    both = test(more, Graph.from_dicts({**links, "b": [], "c": ["a0", "a9"]}), permutations=99)
    assert (both.n, both.left_out) == (36, 2)
    assert (both.statistic, both.z, both.p) == (as_is.statistic, as_is.z, as_is.p)


def test_whole_numbers_do_not_overflow(columbus_queen):
    values = pd.Series(np.arange(49) * 100_000, dtype="int32")
    whole = global_getis_ord(values, columbus_queen)
    assert whole == global_getis_ord(values.astype(float), columbus_queen)
    assert 0 < whole.statistic < 1


@pytest.mark.filterwarnings("error")
def test_nothing_is_warned_of(columbus, columbus_queen):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        global_join_counts(columbus["CRIME"] > 40, columbus_queen, permutations=19)
        global_moran(columbus["CRIME"], columbus_queen, permutations=19)


def test_alternatives(columbus, columbus_queen):
    crime = columbus["CRIME"]
    greater = global_moran(crime, columbus_queen, alternative="greater")
    less = global_moran(crime, columbus_queen, alternative="less")
    both = global_moran(crime, columbus_queen)
    assert greater.p == 0.001
    assert less.p > 0.99
    assert both.p == 2 * greater.p
    assert (both.test, both.variable, both.permutations, both.n) == (
        "global_moran",
        "CRIME",
        999,
        49,
    )


def test_ties_are_in_both_tails():
    # One of ten on a ring: each arrangement has the same I, which is evidence of nothing.
    ring = Graph.from_dicts({i: [(i - 1) % 10, (i + 1) % 10] for i in range(10)})
    values = pd.Series([1.0] + [0.0] * 9)
    for test in (global_moran, global_geary, global_join_counts):
        result = test(values, ring, permutations=99)
        assert result.p == 1.0
        assert np.isnan(result.z)
    with pytest.raises(InputError, match="zero at all linked places but one"):
        global_getis_ord(values, ring)


@pytest.mark.parametrize(
    ("values", "links", "error", "match"),
    [
        ([0.1] * 6, SIX, InputError, "0.1 at all 6 linked places"),
        ([1.0, 2, 3, 4, 5, 6], {i: {} for i in range(6)}, GraphError, "nothing to compare"),
        ([1.0, 2, 3, np.nan, np.nan, np.nan], SIX, InputError, "at least 4"),
        ([1.0, 2, np.inf, 4, 5, 6], SIX, InputError, "infinite"),
        ([1.0, 2, 3, 4, 5], SIX, GraphError, "have no value"),
    ],
)  # fmt: skip
def test_what_cannot_be_tested(values, links, error, match):
    with pytest.raises(error, match=match):
        global_moran(pd.Series(values), Graph.from_weights_dict(links))


def test_options_out_of_range():
    values, graph = pd.Series([1.0, 2, 3, 4, -5, 6]), Graph.from_weights_dict(SIX)
    with pytest.raises(InputError, match="1 negative"):
        global_getis_ord(values, graph)
    with pytest.raises(InputError, match="other than 0 and 1"):
        global_join_counts(values, graph)
    with pytest.raises(InputError, match="'both', 'neither'"):
        global_join_counts(values > 2, graph, joins="all")
    with pytest.raises(InputError, match="from 0 on"):
        global_moran(values, graph, seed=-1)
    with pytest.raises(InputError, match="at least 1"):
        global_moran(values, graph, permutations=0)
    with pytest.raises(InputError, match="'two-sided', 'greater', 'less'"):
        global_moran(values, graph, alternative="both")
