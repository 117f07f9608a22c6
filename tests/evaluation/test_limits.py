"""Where a comparison meets its limit exactly: the level of a label, a quotient of one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.evaluation.change import rate_change
from hotspots.evaluation.displacement import displacement

AREAS = pd.Index(["P1", "P2"], name="polygon_id")


def table(*events):
    return pd.DataFrame({"events": events, "years": 1.0}, AREAS)


@pytest.mark.parametrize("correction", ["fdr", "bonferroni", "none"])
def test_a_change_whose_q_is_the_level_is_one(correction):
    people = pd.Series(12_000.0, AREAS)
    before, after = table(30, 9), table(9, 8)
    q = rate_change(before, after, exposure=people, dispersion="poisson", correction=correction)[
        "q"
    ]["P1"]
    assert 0 < q < 0.05
    for alpha, label in ((q, "fall"), (np.nextafter(q, 0), "not significant")):
        found = rate_change(
            before, after, exposure=people, dispersion="poisson", correction=correction, alpha=alpha
        )
        assert found["label"]["P1"] == label


@pytest.mark.parametrize(
    ("after", "outcome"),
    # Treated 100 → 60 of a control that stays at 200; the buffer had 80. Forty fewer there, too,
    # is a quotient of 1: all of the benefit again, and no more.
    [((60, 40, 200), "diffusion"), ((60, 39, 200), "diffusion_above_benefit"),
     ((60, 120, 200), "displacement"), ((60, 121, 200), "displacement_above_benefit"),
     ((60, 80, 200), "neither"), ((100, 40, 200), "no_success")],
)  # fmt: skip
def test_all_of_the_benefit_again_is_not_more_than_all(after, outcome):
    names = ["T", "B", "C"]
    found = displacement(
        pd.Series((100, 80, 200), names), pd.Series(after, names),
        treated=["T"], buffer=["B"], control=["C"],
    )  # fmt: skip
    assert found.outcome == outcome


def test_residents_of_each_period_are_its_own():
    people, later = pd.Series(10_000.0, AREAS), pd.Series([20_000.0, 10_000.0], AREAS)
    found = rate_change(
        table(20, 20), table(40, 20), exposure=people, exposure_after=later, dispersion="poisson"
    )
    # Twice the events of twice the residents are the same rate.
    assert found["ratio"].tolist() == [1.0, 1.0]
    assert found["rate_after"].tolist() == [200.0, 200.0]
