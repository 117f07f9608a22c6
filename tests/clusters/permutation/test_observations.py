"""What bad input gets, and the labels of places that cannot be tested."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import sparse

from hotspots.clusters.local.bivariate_moran import local_moran_bivariate
from hotspots.clusters.local.geary import local_geary
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.join_counts import local_join_counts, local_join_counts_bivariate
from hotspots.clusters.local.moran import local_moran
from hotspots.clusters.risk.excess import excess_risk
from hotspots.clusters.whole_map.global_statistics import global_geary, global_moran
from hotspots.errors import GraphError, InputError
from hotspots.schema import LocalResult

TESTS = [getis_ord, local_moran]
ALL = [getis_ord, local_moran, local_geary, local_join_counts, global_moran, global_geary]


def local_moran_of_two(values, graph, **options):
    return local_moran_bivariate(values, values, graph, **options)


@pytest.fixture
def ring() -> Graph:
    return Graph.from_weights_dict({i: {(i + 1) % 8: 1.0, (i - 1) % 8: 1.0} for i in range(8)})


@pytest.fixture
def values() -> pd.Series:
    return pd.Series([5.0, 6.0, 5.5, 1.0, 0.5, 1.5, 2.0, 4.0], name="rate")


@pytest.mark.parametrize("test", TESTS)
def test_missing_value_is_no_data_and_out_of_all_sums(test, ring, values):
    values[3] = np.nan
    table = test(values, ring).table
    assert table["label"][3] == "no data"
    assert table.loc[3].drop("label").isna().all()
    without = Graph.from_weights_dict(
        {i: {j: 1.0 for j in ((i + 1) % 8, (i - 1) % 8) if j != 3} for i in range(8) if i != 3}
    )
    alone = test(values.drop(3), without).table
    pd.testing.assert_frame_equal(table.drop(3), alone)


def test_row_standardized_weights_are_shared_out_again(ring, values):
    values[3] = np.nan
    table = getis_ord(values, ring.transform("R"), star=False).table
    assert table["statistic"][2] == pytest.approx(values[1] / (values.sum() - values[2]))


@pytest.mark.parametrize("test", TESTS)
def test_island_is_an_isolate_without_p_and_changes_nothing(test, values):
    links = {i: {(i + 1) % 7: 1.0, (i - 1) % 7: 1.0} for i in range(7)}
    with_island = test(values, Graph.from_weights_dict({**links, 7: {}}))
    assert with_island.table["label"][7] == "isolate"
    assert with_island.table.loc[7].drop("label").isna().all()
    assert with_island.family == 7
    without = test(values.drop(7), Graph.from_weights_dict(links))
    pd.testing.assert_frame_equal(with_island.table.drop(7), without.table)


@pytest.mark.parametrize("test", TESTS)
def test_all_islands(test, values):
    graph = Graph.from_weights_dict({i: {} for i in range(8)})
    result = test(values, graph)
    assert set(result.table["label"]) == {"isolate"}
    assert result.table["p"].isna().all()
    assert (result.family, result.enumerated, result.least_p) == (0, False, 1.0)


@pytest.mark.parametrize("test", TESTS)
def test_all_weights_zero_is_an_isolate(test, values):
    weights = {i: {(i + 1) % 7: 1.0, (i - 1) % 7: 1.0} for i in range(7)}
    graph = Graph.from_weights_dict({**weights, 7: {0: 0.0, 1: 0.0}})
    assert test(values, graph).table["label"][7] == "isolate"


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("constant", [0.0, 0.1, -7.3])
def test_constant_values_are_no_evidence(test, ring, constant):
    table = test(pd.Series(constant, index=range(8)), ring).table
    assert set(table["label"]) == {"no evidence"}
    assert (table["p"] == 1).all()
    assert table["z"].isna().all()


@pytest.mark.parametrize("test", TESTS)
def test_a_pair_cannot_be_told_apart(test):
    graph = Graph.from_weights_dict({0: {1: 1.0}, 1: {0: 1.0}, 2: {}})
    table = test(pd.Series([1.0, 2.0, 3.0]), graph).table
    assert table["label"].tolist() == ["no evidence", "no evidence", "isolate"]


def test_integers_and_booleans_are_numbers(ring, values):
    whole = (values * 2).astype(int)
    pd.testing.assert_frame_equal(
        getis_ord(whole, ring).table, getis_ord(whole.astype(float), ring).table
    )
    assert getis_ord(values > 3, ring).table["p"].notna().all()
    nullable = values.convert_dtypes()
    nullable[3] = pd.NA
    assert getis_ord(nullable, ring).table["label"][3] == "no data"


def test_own_weights_of_the_graph_serve_the_star_only(ring, values):
    with_self = ring.assign_self_weight(1.0)
    pd.testing.assert_frame_equal(getis_ord(values, with_self).table, getis_ord(values, ring).table)
    pd.testing.assert_frame_equal(
        getis_ord(values, with_self, star=False).table, getis_ord(values, ring, star=False).table
    )


@pytest.mark.parametrize("test", TESTS)
def test_other_index(test, ring, values):
    with pytest.raises(GraphError, match=r"first \['x7'\].*first \[7\]"):
        test(values.rename({7: "x7"}), ring)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda y: y.rename({1: 0}), "more than once, first"),
        (lambda y: y.replace(6.0, np.inf), "infinite numbers, first at 1"),
        (lambda y: y.astype(str), "not numbers"),
        (lambda y: y.where(y > 5), "at least 3 places"),
        (lambda y: y.rename("smoothed_rate"), "are smoothed"),
        (lambda y: y.rename("smoothed_rate_spatial"), "are smoothed"),
    ],
)
def test_values_that_cannot_be_tested(test, ring, values, spoil, match):
    with pytest.raises(InputError, match=match):
        test(spoil(values), ring)


@pytest.mark.parametrize("weight", [-1.0, np.inf])
def test_weights_that_are_none(values, weight):
    links = {i: {(i + 1) % 8: 1.0, (i - 1) % 8: 1.0} for i in range(8)}
    links[2][3] = weight
    with pytest.raises(GraphError, match=r"from 2 to 3 is"):
        getis_ord(values, Graph.from_weights_dict(links))


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_sparse_array_in_the_order_of_the_values_is_the_graph(test, values, weighted):
    links = {
        i: {(i + step) % 8: 1.0 + weighted * (i + step) % 3 for step in (-1, 1, 2)}
        for i in range(8)
    }
    links[5] = {}
    graph = Graph.from_weights_dict(links)
    matrix = graph.sparse
    before = matrix.copy()
    named = values.rename(dict(enumerate("abcdefgh")))
    result = test(named, matrix).table
    pd.testing.assert_frame_equal(
        result.set_index(values.index), test(values, graph).table, check_exact=True
    )
    for form in (matrix.tocoo(), matrix.tocsc()):
        pd.testing.assert_frame_equal(test(named, form).table, result, check_exact=True)
    assert (matrix != before).nnz == 0


def test_a_link_that_a_sparse_array_holds_twice_is_one(ring, values):
    once = ring.sparse.tocoo()
    twice = sparse.coo_array(
        (np.tile(once.data / 2, 2), tuple(np.tile(axis, 2) for axis in once.coords)), once.shape
    )
    pd.testing.assert_frame_equal(getis_ord(values, twice).table, getis_ord(values, ring).table)


def test_sparse_array_of_another_size(ring, values):
    with pytest.raises(GraphError, match=r"8 × 8, and there are 7 values"):
        getis_ord(values[:7], ring.sparse)


def test_a_graph_in_another_order_than_the_values(ring, values):
    order = [3, 7, 0, 5, 1, 2, 6, 4]
    moved = Graph.from_weights_dict({i: dict(ring[i]) for i in order})
    named = Graph.from_adjacency(ring.adjacency.rename(dict(enumerate("hgfedcba"))).reset_index())
    for test in TESTS:
        as_is = test(values, ring).table
        pd.testing.assert_frame_equal(test(values, moved).table, as_is, check_exact=True)
        letters = test(values.rename(dict(enumerate("hgfedcba"))), named).table
        pd.testing.assert_frame_equal(letters.set_index(as_is.index), as_is, check_exact=True)


def test_weights_equal_but_for_their_last_bits_are_equal(ring, values):
    rounded = {i: {(i + 1) % 8: 0.1 + 0.2, (i - 1) % 8: 0.3} for i in range(8)}
    moved = {i: dict(reversed(links.items())) for i, links in rounded.items()}
    first = getis_ord(values, Graph.from_weights_dict(rounded))
    assert ", equal weights" in first.weights
    again = getis_ord(values, Graph.from_weights_dict(moved)).table
    pd.testing.assert_frame_equal(again, first.table, check_exact=True)


@pytest.mark.parametrize("test", [*ALL, local_moran_of_two])
@pytest.mark.parametrize("values", [None, [1.0, 2.0] * 4, np.arange(8.0)])
def test_values_that_are_no_series(test, ring, values):
    with pytest.raises(InputError, match=r"The tested values came as .*Give a Series"):
        test(values, ring)


@pytest.mark.parametrize("test", [getis_ord, local_moran, local_join_counts, global_moran])
def test_a_frame_is_no_series(test, ring, values):
    with pytest.raises(InputError, match=r"came as a DataFrame\. Give a Series .*one column"):
        test(values.to_frame(), ring)


def test_the_other_variable_is_no_series(ring, values):
    for test in (local_moran_bivariate, local_join_counts_bivariate):
        with pytest.raises(InputError, match=r"tested values came as a list.*Give a Series"):
            test((values > 4).astype(float), [1.0] * 8, ring)


@pytest.mark.parametrize("test", [*ALL, local_moran_of_two, "excess"])
def test_what_is_no_graph(test, ring, values):
    held = (values > 4).astype(float) if test is local_join_counts else values
    if test == "excess":
        count, people = pd.Series(range(8)), pd.Series(100.0, index=range(8))
        test, held = (lambda _, graph: excess_risk(count, people, graph=graph)), None
    for graph in (ring.to_W(), {0: [1], 1: [0]}, np.eye(8), "queen"):
        kind = type(graph).__name__
        with pytest.raises(GraphError, match=rf"graph came as a {kind}\. .*Graph\.from_W\(w\)"):
            test(held, graph)


def test_none_is_no_graph(ring, values):
    with pytest.raises(GraphError, match=r"graph came as None\. Give a libpysal Graph"):
        getis_ord(values, None)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"alpha": "0.05"}, "alpha: came as '0.05'"),
        ({"alpha": None}, "alpha: came as None"),
        ({"alpha": np.nan}, "alpha: came as nan"),
        ({"alpha": [0.05]}, "alpha: came as"),
        ({"family": np.nan}, "family came as nan. Give the number"),
        ({"family": "3"}, "family came as '3'"),
        ({"family": 1.5}, "family came as 1.5"),
        ({"family": True}, "family came as True"),
        ({"seed": None}, "seed came as None"),
        ({"seed": 1.0}, "seed came as 1.0"),
        ({"alternative": ["less"]}, "alternative came as"),
        ({"correction": None}, "correction came as None"),
        ({"null": ["total"]}, "null came as"),
    ],
)
@pytest.mark.parametrize("test", TESTS)
def test_options_of_the_wrong_kind(test, ring, values, options, match):
    with pytest.raises(InputError, match=match.replace(".", r"\.")):
        test(values, ring, **options)


@pytest.mark.parametrize("factor", [1e155, 1e-155, 1e-310, 1e300])
@pytest.mark.parametrize("test", [test for test in ALL if test is not local_join_counts])
def test_values_whose_powers_are_no_numbers(test, ring, values, factor):
    size = "large" if factor > 1 else "small"
    with pytest.raises(InputError, match=rf"go up to .*too {size} to be numbers\. .*divide"):
        test(values * factor, ring)


@pytest.mark.parametrize("factor", [2.0**200, 2.0**-200])
@pytest.mark.parametrize("test", [test for test in ALL if test is not local_join_counts])
def test_great_and_small_values_that_can_be_tested(test, ring, values, factor):
    as_is, scaled = test(values, ring), test(values * factor, ring)
    if isinstance(as_is, LocalResult):
        pd.testing.assert_frame_equal(scaled.table, as_is.table, rtol=1e-12)
    else:
        assert (scaled.p, scaled.z) == pytest.approx((as_is.p, as_is.z))


@pytest.mark.parametrize("null", ["analytic", "conditional"])
@pytest.mark.parametrize("factor", [1e-300, 1e-320, 1e290])
@pytest.mark.parametrize("test", [*TESTS, local_geary, local_moran_of_two])
def test_the_unit_of_the_weights_changes_no_p(test, values, null, factor):
    options = {} if test is local_geary else {"null": null}
    weights = {i: {(i + 1) % 8: 1.0, (i + 3) % 8: 0.5} for i in range(8)}
    as_is = test(values, Graph.from_weights_dict(weights), **options).table
    # Subnormal weights have few digits left: 1e-320 is 2024 times the least number there is.
    rough = {"rtol": 1e-2} if factor < 1e-307 else {"rtol": 1e-9}
    tiny = {i: {j: w * factor for j, w in row.items()} for i, row in weights.items()}
    table = test(values, Graph.from_weights_dict(tiny), **options).table
    columns = ["z", "p", "q", "label"]
    pd.testing.assert_frame_equal(table[columns], as_is[columns], **rough)


def test_one_place_whose_weights_are_nothing_beside_the_others(values):
    # Weights in the same proportion: what another row's are must not reach it.
    weights = {i: {(i + 1) % 8: 1.0, (i + 3) % 8: 0.5} for i in range(8)}
    odd = {**weights, 2: {3: 1e-30, 5: 0.5e-30}}
    for test in (getis_ord, local_moran, local_geary):
        as_is, table = (test(values, Graph.from_weights_dict(w)).table for w in (weights, odd))
        columns = ["z", "p"] if test is getis_ord else ["statistic", "z", "p"]
        pd.testing.assert_frame_equal(table[columns], as_is[columns])
