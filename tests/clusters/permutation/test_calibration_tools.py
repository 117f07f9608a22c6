"""The tools of the calibration on real cities: thresholds, districts, verdicts and a peer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.clusters.local.getis_ord import getis_ord

pytest.importorskip("esda", reason='pip install "hotspots-geo[peers]"')
cities = pytest.importorskip("benchmarks.calibrate.cities", reason="run python -m pytest")
planted = pytest.importorskip("benchmarks.calibrate.districts", reason="run python -m pytest")
risks = pytest.importorskip("benchmarks.calibrate.above", reason="run python -m pytest")
runs = pytest.importorskip("benchmarks.calibrate.run", reason="run python -m pytest")
spdep = pytest.importorskip("benchmarks.calibrate.spdep", reason="run python -m pytest")


def test_a_threshold_lets_a_twentieth_of_the_patternless_maps_have_a_label():
    least = np.random.default_rng(0).permutation(np.arange(200.0))
    assert (least < planted._level(least)).sum() == 10
    # A tie at the least p, which is all that few draws can give, is no reason for more labels.
    tied = np.where(least < 40, 0.0, least)
    assert not (tied < planted._level(tied)).any()


def test_districts_are_as_large_as_the_page_says():
    city = cities.ground(cities.SAMPLE, cities.SHARED, linked=True)
    assert (city.graph.cardinalities > 0).all()
    assert (city.residents > 0).all()
    generator = np.random.default_rng(0)
    one = planted.districts(city, "one big", generator).sum()
    assert one == round(len(city.residents) / 20)
    assert 6 < planted.districts(city, "eight small", generator).sum() <= 48


def test_a_label_is_false_at_or_below_one_and_a_half_and_found_above_it():
    truth = np.array([1.0, 1.5, 1.6, 2.0, 3.0, 4.0])
    label = np.array([True, False, True, False, True, False])
    verdict = risks._verdict(np.array([risks._tally(label, truth), risks._tally(~label, truth)]))
    assert (verdict.alarms, verdict.false) == (1, 2 / 6)
    assert (verdict.found, verdict.found_far) == (0.5, 0.5)
    nothing = risks._verdict(np.array([risks._tally(label & False, truth)]))
    assert (nothing.alarms, nothing.false, nothing.found) == (0, 0, 0)


def test_a_city_without_its_data_is_left_out_and_said(tmp_path):
    run = runs.Run(None, 1.0, tmp_path)
    there, words = run.cities("Monterrey", cities.SAMPLE)
    assert there == [cities.SAMPLE]
    assert words == " Left out, without data: Monterrey."
    assert run.cities(cities.SAMPLE) == ([cities.SAMPLE], "")


def test_spdep_gives_the_z_of_our_analytic_null():
    if spdep.missing():
        pytest.skip(f"spdep: {spdep.missing()}: apt-get install r-cran-spdep")
    city = cities.ground(cities.SAMPLE, cities.SHARED, linked=True)
    values = np.random.default_rng(0).normal(size=(2, len(city.residents)))
    theirs = spdep.local_g(city.graph, values)
    for z, row in zip(theirs, values, strict=True):
        ours = getis_ord(pd.Series(row, city.residents.index), city.graph, null="analytic")
        assert ours.table["z"].to_numpy() == pytest.approx(z)
