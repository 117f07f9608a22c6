"""Local join counts by counting every arrangement, and what must not change them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.local.join_counts import local_join_counts, local_join_counts_bivariate
from hotspots.clusters.multiple_testing import correct_family
from hotspots.errors import HotspotsWarning, InputError


def every_arrangement(at_place, at_neighbors, near):
    """Return joins, expectation, z and p of each place that has it, over all neighbors."""
    rows = {}
    for place, neighbors in near.items():
        if at_place[place] == 1:
            others = [other for other in near if other != place]
            joins = sum(at_neighbors[other] for other in neighbors)
            every = np.array(
                [
                    sum(at_neighbors[other] for other in chosen)
                    for chosen in combinations(others, len(neighbors))
                ]
            )
            z = (joins - every.mean()) / every.std() if every.std() > 0 else np.nan
            rows[place] = (joins, every.mean(), z, (every >= joins).mean())
    return pd.DataFrame(rows, index=["statistic", "expected", "z", "p"]).T


def random_map(seed, places=9):
    generator = np.random.default_rng(seed)
    near = {}
    for place in range(places):
        others = [other for other in range(places) if other != place]
        near[place] = [int(j) for j in generator.choice(others, generator.integers(1, 6), False)]
    x, y = (pd.Series(generator.integers(0, 2, places), name=name) for name in "xy")
    return x, y, near


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("null", ["hypergeometric", "conditional"])
def test_small_maps_are_every_arrangement(seed, null):
    x, y, near = random_map(seed)
    graph = Graph.from_dicts(near)
    cases = [
        (local_join_counts(x, graph, null=null), x, x),
        (local_join_counts_bivariate(x, y, graph, null=null), x * y, x * y),
        (
            local_join_counts_bivariate(x, y, graph, case="no co-location", null=null),
            x * (1 - y),
            y * (1 - x),
        ),
    ]
    for result, at_place, at_neighbors in cases:
        expected = every_arrangement(at_place, at_neighbors, near)
        tested = result.table[at_place == 1]
        np.testing.assert_array_equal(tested.index, expected.index)
        for column in expected:
            np.testing.assert_allclose(tested[column], expected[column], rtol=1e-9)
        untested = result.table[at_place == 0]
        assert untested[["statistic", "expected", "z", "p", "q"]].isna().all(axis=None)
        assert set(untested["label"]) <= {"not tested"}


def test_drawn_p_is_near_the_exact(lattice):
    graph = lattice(20, 20)
    x = pd.Series(np.random.default_rng(0).random(400) < 0.2, name="x")
    exact = local_join_counts(x, graph)
    drawn = local_join_counts(x, graph, null="conditional", permutations=50_000)
    p = exact.table["p"]
    error = np.sqrt(p * (1 - p) / 50_000) + 1 / 50_000
    assert ((drawn.table["p"] - p).abs().dropna() <= 5 * error.dropna()).all()
    assert (exact.null, exact.permutations, exact.seed) == ("hypergeometric", None, None)
    assert (drawn.null, drawn.permutations, drawn.seed) == ("conditional", 50_000, 0)
    assert exact.family == int(x.sum()) == drawn.family
    assert exact.alternative == "greater"


def test_a_planted_block_is_found(lattice):
    graph = lattice(20, 20)
    generator = np.random.default_rng(1)
    grid = np.arange(400).reshape(20, 20)
    shops = pd.Series((generator.random(400) < 0.05).astype(int), name="shops")
    theft = pd.Series((generator.random(400) < 0.05).astype(int), name="theft")
    shops[grid[2:6, 2:6].ravel()] = theft[grid[2:6, 2:6].ravel()] = 1
    assert (local_join_counts(shops, graph).table["label"][grid[3:5, 3:5].ravel()] == "hot").all()
    both = local_join_counts_bivariate(shops, theft, graph)
    assert both.test == "local_co_location"
    assert (both.table["label"][grid[3:5, 3:5].ravel()] == "co-located").all()
    board = grid[10:16, 10:16]
    shops[board.ravel()], theft[board.ravel()] = 0, 1
    shops[grid[12, 12]], theft[grid[12, 12]] = 1, 0
    beside = local_join_counts_bivariate(shops, theft, graph, case="no co-location")
    assert beside.test == "local_juxtaposition"
    assert beside.table["label"][grid[12, 12]] == "juxtaposed"


def test_no_join_is_tested_and_is_nothing():
    x, graph = pd.Series([1, 0, 0, 1, 0, 0]), Graph.from_dicts(
        {i: [j for j in (i - 1, i + 1) if 0 <= j < 6] for i in range(6)}
    )  # fmt: skip
    table = local_join_counts(x, graph).table
    assert table["p"][[0, 3]].tolist() == [1.0, 1.0]
    assert table["label"][[0, 3]].tolist() == ["not significant"] * 2


def test_order_weights_islands_and_missing_values():
    x, _, near = random_map(3, places=12)
    graph = Graph.from_dicts(near)
    as_is = local_join_counts(x, graph).table
    order = np.random.default_rng(0).permutation(12)
    moved = local_join_counts(x[order], Graph.from_dicts({int(i): near[i] for i in order})).table
    pd.testing.assert_frame_equal(moved.loc[x.index], as_is, check_exact=True)
    weighted = {i: {j: 0.5 + j for j in near[i]} for i in near}
    any_weights = local_join_counts(x, Graph.from_weights_dict(weighted)).table
    pd.testing.assert_frame_equal(any_weights, as_is, check_exact=True)
    island = pd.concat([x, pd.Series([1], index=[99])])
    both = local_join_counts(island, Graph.from_dicts({**near, 99: []})).table
    pd.testing.assert_frame_equal(both.drop(99), as_is, check_exact=True)
    assert both["label"][99] == "isolate"
    holed = x.astype(float)
    holed[5] = np.nan
    rest = [i for i in range(12) if i != 5]
    kept = Graph.from_dicts({i: [j for j in near[i] if j != 5] for i in rest})
    with_hole = local_join_counts(holed, graph).table
    assert with_hole["label"][5] == "no data"
    pd.testing.assert_frame_equal(
        with_hole.loc[rest], local_join_counts(x[rest], kept).table, check_exact=True
    )


@pytest.mark.parametrize("value", [0, 1])
def test_everywhere_or_nowhere_is_no_evidence(value, lattice):
    table = local_join_counts(pd.Series([value] * 16), lattice(4, 4)).table
    assert set(table["label"]) == {"no evidence" if value else "not tested"}


def test_a_family_keeps_what_was_not_tested(lattice):
    generator = np.random.default_rng(0)
    results = {
        name: local_join_counts(pd.Series(generator.integers(0, 2, 100)), lattice(10, 10))
        for name in ("theft", "arson")
    }
    for category, result in correct_family(results).items():
        untested = results[category].table["label"] == "not tested"
        assert (result.table["label"][untested] == "not tested").all()
        assert result.table["q"][untested].isna().all()


def test_few_draws_are_said(lattice):
    x = pd.Series([0] * 400)
    x[np.arange(400).reshape(20, 20)[3:7, 3:7].ravel()] = 1
    with pytest.warns(HotspotsWarning, match="permutations='auto'"):
        local_join_counts(x, lattice(20, 20), null="conditional", permutations=9)


def test_refusals(lattice):
    graph, x = lattice(3, 3), pd.Series([0, 1, 0, 1, 1, 0, 0, 1, 1], name="x")
    with pytest.raises(InputError, match=r"1 numbers other than 0 and 1, first 2 at 4"):
        local_join_counts(x.replace({1: 1}).where(x.index != 4, 2), graph)
    with pytest.raises(InputError, match="'co-location', 'no co-location'"):
        local_join_counts_bivariate(x, x, graph, case="both")
    with pytest.raises(InputError, match="'hypergeometric', 'conditional'"):
        local_join_counts(x, graph, null="analytic")
    with pytest.raises(InputError, match="not of the same places"):
        local_join_counts_bivariate(x, x[:8], graph)
