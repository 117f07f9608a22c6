"""How often the permutation tests cry out on maps without any pattern."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.clusters.getis_ord import getis_ord
from hotspots.clusters.moran import local_moran

DRAWS = 999

# Ties keep a permutation p from ever being too small: the fewer the values, the more so.
VALUES = {
    "normal": lambda generator, places: generator.normal(size=places),
    "poisson 3": lambda generator, places: generator.poisson(3, places).astype(float),
    "poisson 0.1": lambda generator, places: generator.poisson(0.1, places).astype(float),
    "10% non-zero": lambda generator, places: np.where(
        generator.permutation(places) < places // 10, generator.integers(1, 5, places), 0.0
    ),
}
TESTS = {
    "gi star": lambda values, graph, **options: getis_ord(values, graph, **options),
    "gi": lambda values, graph, **options: getis_ord(values, graph, star=False, **options),
    "local moran": lambda values, graph, **options: local_moran(values, graph, **options),
}


def patternless(test, kind, graph, maps, *, permutations=DRAWS, seed=0):
    """Return the share of p ≤ .05, and the share of maps with any label at FDR 5%."""
    generator = np.random.default_rng(seed)
    small, labelled = [], []
    for number in range(maps):
        values = pd.Series(VALUES[kind](generator, graph.n))
        table = TESTS[test](values, graph, permutations=permutations, seed=number).table
        small.append((table["p"] <= 0.05).mean())
        labelled.append((table["q"] <= 0.05).any())
    return np.array(small), np.mean(labelled)


@pytest.mark.filterwarnings("ignore:.*least p that")
@pytest.mark.parametrize("kind", list(VALUES))
@pytest.mark.parametrize("test", list(TESTS))
def test_share_of_small_p_on_a_small_lattice(lattice, test, kind):
    # esda, pygeoda and spdep's folded p find 55% of the places of the last kind "significant".
    small, _ = patternless(test, kind, lattice(10, 10), 20)
    assert small.mean() <= 0.05 + 3 * small.std() / np.sqrt(small.size)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*least p that")
@pytest.mark.parametrize("side", [10, 30])
@pytest.mark.parametrize("kind", list(VALUES))
@pytest.mark.parametrize("test", list(TESTS))
def test_calibration(lattice, test, kind, side):
    # On 900 places 99,999 draws leave room below the .05/900 that a lone label needs.
    maps, draws = (1000, "auto") if side == 10 else (200, 99_999)
    graph = lattice(side, side)
    small, labelled = patternless(test, kind, graph, maps, permutations=draws, seed=1)
    print(f"{test}, {kind}, {side}×{side}: {small.mean():.2%} of p, {labelled:.1%} of maps")
    assert small.mean() <= 0.05 + 2 * small.std() / np.sqrt(maps)
    assert labelled <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / maps)
