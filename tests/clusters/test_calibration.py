"""How often the permutation tests cry out on maps without any pattern."""

from __future__ import annotations

import numpy as np
import pytest

# What `make calibrate` measures in full; found from the project's folder, as `make test` runs.
measured = pytest.importorskip("benchmarks.calibrate_maps", reason="run python -m pytest")
KINDS, TESTS, patternless = list(measured.VALUES), list(measured.TESTS), measured.patternless


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("test", TESTS)
def test_share_of_small_p_on_a_small_lattice(lattice, test, kind):
    # esda, pygeoda and spdep's folded p find 55% of the places of the last kind "significant".
    alarms = patternless(test, kind, lattice(10, 10), 20, permutations=999, seed=0)
    assert alarms.small_p <= 0.05 + 3 * alarms.small_p_error


@pytest.mark.slow
@pytest.mark.parametrize("side", [10, 30])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("test", TESTS)
def test_calibration(lattice, test, kind, side):
    # On 900 places 99,999 draws leave room below the .05/900 that a lone label needs.
    maps, draws = (1000, "auto") if side == 10 else (200, 99_999)
    alarms = patternless(test, kind, lattice(side, side), maps, permutations=draws, seed=1)
    print(f"{test}, {kind}, {side}×{side}: {alarms}")
    assert alarms.small_p <= 0.05 + 2 * alarms.small_p_error
    assert alarms.labelled <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / maps)
