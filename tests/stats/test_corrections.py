from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from hotspots.errors import InputError
from hotspots.stats.corrections import adjust, holm


def test_fdr_example_of_anselin():
    # Anselin, An Introduction to Spatial Data Science with GeoDa, §16.5: n = 570, Bonferroni
    # .00008772; the 17th p .00139 passes, the 18th .00173 fails.
    p = np.concatenate(
        [np.linspace(0.00001, 0.0012, 16), [0.00139, 0.00173], np.linspace(0.01, 1, 552)]
    )
    q = adjust(p, "fdr")
    assert (q <= 0.05).sum() == 17
    assert q[16] == pytest.approx(0.00139 * 570 / 17)
    bonferroni = adjust(p, "bonferroni")
    np.testing.assert_array_equal(bonferroni <= 0.05, p <= 0.00008772)


def test_step_up_passes_over_an_early_failure():
    # The first p fails its own bound (.0125) and passes because the third does not (pygeoda
    # stops at the first failure).
    p = np.array([0.013, 0.02, 0.03, 0.9])
    assert (adjust(p, "fdr") <= 0.05).tolist() == [True, True, True, False]


def scipy_adjust(p, method, family):
    """scipy's q of the tests that were made, the rest of the family filled up with p = 1."""
    q, tested = np.full(p.shape, np.nan), ~np.isnan(p)
    rest = np.ones(max((family or 0) - tested.sum(), 0))
    both = stats.false_discovery_control(np.append(p[tested], rest), method=method)
    q[tested] = both[: tested.sum()]
    return q


@given(
    arrays(
        float,
        st.integers(1, 40),
        # Every p, p that repeat as those of permutations do, and missing ones.
        elements=st.one_of(
            st.floats(1e-300, 1), st.integers(1, 20).map(lambda k: k / 20), st.just(np.nan)
        ),
    ),
    st.one_of(st.none(), st.integers(1, 200)),
)
@settings(deadline=None, max_examples=100)
def test_against_scipy(p, family):
    np.testing.assert_array_equal(adjust(p, "fdr", family), scipy_adjust(p, "bh", family))
    # The last bit of "by" differs: scipy multiplies by the harmonic sum at the end.
    np.testing.assert_allclose(
        adjust(p, "by", family), scipy_adjust(p, "by", family), rtol=1e-15, atol=0
    )


@given(arrays(float, st.integers(1, 40), elements=st.floats(0, 1)))
@settings(deadline=None, max_examples=30)
def test_bonferroni_is_every_p_times_the_tests_the_least_too(p):
    expected = [min(1.0, value * len(p)) for value in p.tolist()]
    assert adjust(p, "bonferroni").tolist() == expected
    assert adjust(p, "none").tolist() == p.tolist()


def test_missing_p_is_not_counted():
    p = np.array([0.01, np.nan, 0.04])
    for correction in ("fdr", "by", "bonferroni", "none"):
        q = adjust(p, correction)
        assert np.isnan(q[1])
        np.testing.assert_allclose(q[[0, 2]], adjust(p[[0, 2]], correction))


def test_the_rest_of_a_family_counts_as_having_found_nothing():
    p = np.array([0.001, 0.02, 0.3])
    rest = np.ones(97)
    for correction in ("fdr", "by", "bonferroni"):
        np.testing.assert_allclose(
            adjust(p, correction, 100), adjust(np.append(p, rest), correction)[:3]
        )


def test_unknown_correction():
    with pytest.raises(InputError, match="'holm'"):
        adjust(np.array([0.1]), "holm")


def test_holms_correction_as_r_has_it():
    # R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")
    adjusted = holm(np.array([0.03, 0.01, 0.05, 0.02, 0.04]))
    assert adjusted == pytest.approx([0.09, 0.05, 0.09, 0.08, 0.09])
