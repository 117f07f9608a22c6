"""One p from two tails."""

from __future__ import annotations

import numpy as np

from hotspots.stats.p_values import least_p_value, p_value

GREATER, LESS = np.array([0.01, 0.99, 0.7]), np.array([0.995, 0.02, 0.6])


def test_two_sided_is_twice_the_smaller_tail_and_at_most_one():
    assert p_value(GREATER, LESS).tolist() == [0.02, 0.04, 1.0]


def test_one_sided_is_the_tail_itself():
    assert p_value(GREATER, LESS, "greater").tolist() == GREATER.tolist()
    assert p_value(GREATER, LESS, "less").tolist() == LESS.tolist()


def test_the_least_possible_p():
    assert least_p_value(np.array([0.001, 0.8])).tolist() == [0.002, 1.0]
    assert least_p_value(np.array([0.001]), "less").tolist() == [0.001]
