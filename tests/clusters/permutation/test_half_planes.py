"""Points on either side of lines, against counting every point for every line."""

from __future__ import annotations

import numpy as np
import pytest

from hotspots.clusters.permutation.half_planes import half_plane_counts


@pytest.mark.parametrize("points", [1, 3, 50, 5000])
@pytest.mark.parametrize("lines", [1, 256, 257, 3000])
@pytest.mark.parametrize("whole", [False, True])
def test_counts_are_those_of_every_point_for_every_line(points, lines, whole):
    generator = np.random.default_rng(points + lines)
    first, second = generator.normal(size=points), generator.chisquare(8, points)
    slope = generator.standard_t(2, lines)
    if whole:  # many points on the lines themselves
        first, second, slope = first.round(), second.round(), slope.round()
    through = generator.integers(0, points, lines)
    height = slope * first[through] + second[through]
    greater, less = half_plane_counts(first, second, slope, height - 1e-9, height + 1e-9)
    every = slope[:, None] * first + second
    np.testing.assert_array_equal(greater, (every >= height[:, None] - 1e-9).sum(axis=1))
    np.testing.assert_array_equal(less, (every <= height[:, None] + 1e-9).sum(axis=1))


def test_a_far_point_hides_no_other():
    generator = np.random.default_rng(0)
    first = np.append(generator.normal(size=500), 1e6)
    second = np.append(generator.normal(size=500), -1e6)
    slope = generator.normal(size=400)
    height = generator.normal(size=400)
    greater, less = half_plane_counts(first, second, slope, height, height)
    every = slope[:, None] * first + second
    np.testing.assert_array_equal(greater, (every >= height[:, None]).sum(axis=1))
    np.testing.assert_array_equal(less, (every <= height[:, None]).sum(axis=1))
