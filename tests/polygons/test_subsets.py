"""Subsets: what is computed for all of them at once, against each one looked at alone."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.polygons import subsets

SIZES = st.integers(1, 6)
SEEDS = st.integers(0, 10_000)


def borders(size, rng, share=0.5):
    """A symmetric matrix of borders, about ``share`` of them there."""
    upper = np.triu(rng.integers(1, 9, (size, size)) * (rng.random((size, size)) < share), k=1)
    return (upper + upper.T).astype(float)


def members(chosen, size):
    return [unit for unit in range(size) if chosen >> unit & 1]


def one_whole(nodes, links):
    """Whether the nodes hang together by the links, by walking from one."""
    seen, waiting = {nodes[0]}, [nodes[0]]
    while waiting:
        here = waiting.pop()
        for other in nodes:
            if other not in seen and ((here, other) in links or (other, here) in links):
                seen.add(other)
                waiting.append(other)
    return len(seen) == len(nodes)


@given(size=SIZES, seed=SEEDS)
def test_borders_inside_are_each_counted_once(size, seed):
    between = borders(size, np.random.default_rng(seed))
    expected = [
        sum(between[a, b] for a, b in combinations(members(chosen, size), 2))
        for chosen in range(1 << size)
    ]
    assert subsets.inner_border(between).tolist() == expected


@settings(deadline=None)
@given(size=SIZES, seed=SEEDS, groups=st.integers(0, 3))
def test_connected_with_the_fixed_groups(size, seed, groups):
    rng = np.random.default_rng(seed)
    between = borders(size, rng, 0.3)
    fixed = [rng.integers(0, 2, size).astype(float) for _ in range(groups)]
    links = {(a, b) for a, b in combinations(range(size), 2) if between[a, b] > 0}
    links |= {(size + g, u) for g, border in enumerate(fixed) for u in range(size) if border[u]}
    expected = []
    for chosen in range(1 << size):
        nodes = members(chosen, size) + [size + group for group in range(groups)]
        expected.append(bool(nodes) and one_whole(nodes, links))
    assert subsets.connected(subsets.Links(between, fixed)).tolist() == expected
    some = rng.integers(0, 1 << size, 5)
    found = subsets.connected(subsets.Links(between, fixed), some)
    assert found.tolist() == [expected[chosen] for chosen in some]


@settings(deadline=None)
@given(size=SIZES, seed=SEEDS, many=st.integers(0, 12))
def test_packing_is_the_best_of_all_disjoint_choices(size, seed, many):
    rng = np.random.default_rng(seed)
    choices = np.unique(rng.integers(1, 1 << size, many)).astype(np.int64)
    value = rng.integers(1, 100, len(choices)).astype(float)
    best = 0.0
    for count in range(len(choices) + 1):
        for picked in combinations(range(len(choices)), count):
            sets = [int(choices[place]) for place in picked]
            if sum(sets) == np.bitwise_or.reduce([0, *sets]):
                best = max(best, sum(value[place] for place in picked))
    most, taken = subsets.packing(size, choices, value)
    assert most == best
    assert sum(taken) == np.bitwise_or.reduce([0, *taken])
    worth = dict(zip(choices.tolist(), value.tolist(), strict=True))
    assert sum(worth[chosen] for chosen in taken) == pytest.approx(best)
