"""How often the permutation tests cry out on maps without any pattern."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("esda", reason='pip install "hotspots-geo[peers]"')
# What `make calibrate` measures in full; found from the project's folder, as `make test` runs.
measured = pytest.importorskip("benchmarks.calibrate.patternless", reason="run python -m pytest")
page = pytest.importorskip("benchmarks.calibrate.__main__", reason="run python -m pytest")
KINDS, TESTS, patternless = list(measured.VALUES), list(measured.TESTS), measured.patternless


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("test", TESTS)
def test_share_of_small_p_on_a_small_lattice(lattice, test, kind):
    # esda, pygeoda and spdep's folded p find 55% of the places of the last kind "significant".
    alarms = patternless(test, kind, lattice(10, 10), 20, permutations=999, seed=0)
    assert alarms.small_p <= 0.05 + 3 * alarms.small_p_error


def test_unequal_weights_on_maps_without_a_pattern():
    graph = measured.graph_of("10×10, kernel of 12")
    assert graph.adjacency.nunique() > 1
    alarms = patternless("Gi*", "normal", graph, 20, permutations=999, seed=0)
    assert alarms.small_p <= 0.05 + 3 * alarms.small_p_error


def test_one_section_is_remade_and_the_others_stay(tmp_path):
    old = tmp_path / "page.md"
    old.write_text("# Tables\n\nHead.\n\n## One\n\nold\n\n## Two\n\nstays\n", encoding="utf-8")
    new = page.remade(old, "## One\n\nnew\n", 0.5)
    head, rest = new.split("## One\n")
    assert head == "# Tables\n\nHead.\n\n"
    assert rest.endswith("new\n\n## Two\n\nstays\n")
    assert "old" not in rest
    assert "with 50% of the maps of a full run" in rest
    last = page.remade(old, "## Two\n\nnew\n", 1.0)
    assert last.startswith("# Tables\n\nHead.\n\n## One\n\nold\n\n## Two\n")
    more = page.remade(old, "## Three\n\nnew\n", 1.0)
    assert more.startswith(old.read_text(encoding="utf-8"))
    assert more.split("## Three\n")[1].endswith("new\n")


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
    assert alarms.labeled <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / maps)
