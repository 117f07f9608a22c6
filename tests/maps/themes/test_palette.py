"""Colors that are told apart by all eyes, and breaks in round numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotspots.errors import InputError
from hotspots.maps.themes import palette

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
BLIND = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(color):
    rgb = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lightness(rgb):
    y = float(np.clip(rgb, 0, 1) @ [0.2126, 0.7152, 0.0722])
    return 116 * (y ** (1 / 3) if y > 216 / 24389 else y * 841 / 108 + 4 / 29) - 16


@pytest.mark.parametrize("name", palette.SEQUENTIAL)
@pytest.mark.parametrize("eye", ["gray", *BLIND])
def test_five_classes_are_told_apart_by_their_lightness_alone(name, eye):
    matrix = np.eye(3) if eye == "gray" else np.array(BLIND[eye])
    steps = [lightness(matrix @ linear(color)) for color in palette.ramp(name)]
    assert all(before - after > 4 for before, after in pairwise(steps))


def test_hot_and_cold_differ_by_more_than_color():
    for raised in (palette.RAISED_STRONG, palette.RAISED, palette.RAISED_WEAK):
        for lowered in (palette.LOWERED_STRONG, palette.LOWERED, palette.LOWERED_WEAK):
            assert (raised.hatch, raised.dash) != (lowered.hatch, lowered.dash)


def test_the_three_answers_differ_by_outline_or_lightness():
    answers = (palette.RAISED_STRONG, palette.RAISED, palette.RAISED_WEAK, palette.PLAIN)
    steps = [lightness(linear(answer.fill)) for answer in answers]
    assert all(after - before > 5 for before, after in pairwise(steps))
    assert palette.RAISED_WEAK.dash
    assert not palette.RAISED.dash


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(2, 5))
@example([1.6587953890092618e-19, 1.0227831362039516e-86], 2)
@example([0.0, 5e-324], 2)
@settings(deadline=None, max_examples=100)
def test_breaks_rise_and_lie_among_the_values(values, classes):
    breaks = palette.round_breaks(np.array(values), classes=classes)
    assert len(breaks) < classes
    assert all(low < high for low, high in pairwise(breaks))
    assert all(min(values) <= value <= max(values) + 1e-6 for value in breaks)
    codes = palette.classify(np.array(values), breaks)
    assert codes.min() >= 0
    assert codes.max() <= len(breaks)


def test_breaks_are_round():
    values = np.random.default_rng(0).lognormal(4, 0.7, 108)
    assert all(value % 5 == 0 for value in palette.round_breaks(values))


def test_few_large_values_do_not_swallow_the_classes():
    values = np.array([1.0] * 5 + [2.0] * 50 + [3.0] * 40 + [4.0] * 30 + [900.0])
    assert len(palette.round_breaks(values)) >= 2


def test_missing_values_have_no_class():
    assert palette.classify(np.array([np.nan, 1.0]), [1.0]).tolist() == [-1, 1]


def test_an_unknown_palette_is_refused():
    with pytest.raises(InputError, match="palette: came as 'rainbow'"):
        palette.ramp("rainbow")


def within(values, starts):
    """The sum of squares within the classes that begin at ``starts``."""
    groups = np.split(np.sort(values), np.searchsorted(np.sort(values), starts))
    return sum(((group - group.mean()) ** 2).sum() for group in groups)


@pytest.mark.parametrize("seed", range(20))
def test_classes_are_those_of_mapclassify(seed):
    mapclassify = pytest.importorskip("mapclassify", reason="pip install mapclassify")
    generator = np.random.default_rng(seed)
    values = generator.lognormal(size=60) if seed % 2 else generator.poisson(4, 60).astype(float)
    distinct, weights = np.unique(values, return_counts=True)
    ours = distinct[palette._natural_starts(distinct, weights, 5)]
    upper = mapclassify.FisherJenks(values, k=5).bins[:-1]
    theirs = distinct[np.searchsorted(distinct, upper, side="right")]
    # Where two partitions are equally good either may be found; else they are the same.
    assert within(values, ours) == pytest.approx(within(values, theirs), rel=1e-9)
    if seed % 2:
        np.testing.assert_array_equal(ours, theirs)
