"""What must hold of any plan, and what brute force says of nine squares."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hotspots.spatial.adjacency import adjacency


def holds_together(units, plan):
    """Every polygon's units are one connected group, by shared border."""
    frame = units.sort_index()
    pairs = adjacency(frame.geometry.to_numpy()).borders()
    code = pd.factorize(plan.membership.reindex(frame.index))[0]
    same = code[pairs.first] == code[pairs.second]
    links = coo_array(
        (np.ones(same.sum()), (pairs.first[same], pairs.second[same])), shape=(len(frame),) * 2
    )
    return connected_components(links, directed=False)[0] == code.max() + 1


def is_sound(units, plan):
    """What must hold of any plan, whatever its quality."""
    polygons, exceptions = plan.polygons, plan.exceptions
    assert list(plan.membership.index) == sorted(units.index)
    assert set(plan.membership) == set(polygons.index)
    sums = units["population"].groupby(plan.membership.reindex(units.index)).sum()
    assert np.allclose(polygons["population"], sums.reindex(polygons.index))
    floor, ceiling = plan.quality.bounds
    within = polygons["population"].between(floor, ceiling)
    assert (within == polygons["in_bounds"]).all()
    assert list(exceptions.index) == list(polygons.index[~within])
    assert (exceptions["residents_impossible"] <= exceptions["population"] + 1e-6).all()
    assert holds_together(units, plan)
    out = plan.quality.residents - plan.quality.residents_in_bounds
    assert out >= plan.quality.residents_impossible - 1e-6


def sets_of_squares(residents, low=10_000, high=15_000):
    """Every connected set of squares of a 3 × 3 grid with so many residents."""
    found = []
    for chosen in range(1, 512):
        cells = [cell for cell in range(9) if chosen >> cell & 1]
        if low <= sum(residents[cell] for cell in cells) <= high and one_shape(cells):
            found.append(frozenset(cells))
    return found


def most_in_bounds(residents, allowed=lambda cells: True, counted=range(9)):
    """Most residents of the squares ``counted`` that polygons of allowed sets can hold."""
    best = {frozenset(): 0}
    for cells in filter(allowed, sets_of_squares(residents)):
        value = sum(residents[cell] for cell in cells if cell in counted)
        for used, total in list(best.items()):
            if not used & cells:
                best[used | cells] = max(best.get(used | cells, 0), total + value)
    return max(best.values())


def one_shape(cells):
    """Squares of a 3 × 3 grid that hang together by their edges."""
    left, waiting = set(cells[1:]), [cells[0]]
    while waiting:
        row, column = divmod(waiting.pop(), 3)
        for r, c in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            if 0 <= r < 3 and 0 <= c < 3 and 3 * r + c in left:
                left.discard(3 * r + c)
                waiting.append(3 * r + c)
    return not left
