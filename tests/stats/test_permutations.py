"""How many permutations a test takes."""

from __future__ import annotations

import pytest

from hotspots.errors import InputError
from hotspots.stats.permutations import permutations_needed


def test_permutations_needed():
    assert permutations_needed("auto", 110, 0.05) == 43_999
    assert permutations_needed("auto", 1_000_000, 0.05) == 999_999
    assert permutations_needed(999, 110, 0.05) == 999
    with pytest.raises(InputError, match="at least 1"):
        permutations_needed(0, 110, 0.05)
    with pytest.raises(InputError, match=r"99\.5"):
        permutations_needed(99.5, 110, 0.05)
    with pytest.raises(InputError, match="'many'"):
        permutations_needed("many", 110, 0.05)


def test_auto_takes_at_least_what_the_caller_asks():
    # One test at 5%: (P + 1) ≥ 20 / .05.
    assert permutations_needed("auto", 1, 0.05) == 399
    assert permutations_needed("auto", 1, 0.05, at_least=999) == 999
    assert permutations_needed("auto", 110, 0.05, at_least=999) == 43_999
    assert permutations_needed(99, 1, 0.05, at_least=999) == 99
