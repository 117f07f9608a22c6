"""Who first and how much, as a project file asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import hotspots as hs

if TYPE_CHECKING:
    from pathlib import Path


def test_grants_are_in_proportion_to_score_times_residents(town, tmp_path: Path) -> None:
    hs.run(town.project, out=tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "internal" / "allocation.csv")
    # The whole budget of 1,000,000.01, and nobody at a floor or a cap.
    weight = table["score"] * table["population"]
    expected = 1_000_000.01 * weight / weight.sum()
    # The table's scores are written to a few digits; to the cent the grants are not checked here.
    np.testing.assert_allclose(table["grant"], expected, rtol=1e-3)
    assert table["population"].std() > 0


def test_a_criterion_without_a_direction_takes_its_layers_own(town, tmp_path: Path) -> None:
    ranked = hs.run(town.project, out=tmp_path / "out").ranking
    assert [one.direction for one in ranked.criteria] == ["more_is_worse"] * 2
    town.edit('column = "pobreza"\n', 'column = "pobreza"\ndirection = "more_is_better"\n')
    turned = hs.run(town.project, out=tmp_path / "turned").ranking
    assert [one.direction for one in turned.criteria] == ["more_is_worse", "more_is_better"]
    both = ranked.table["share_poverty"] + turned.table["share_poverty"].reindex(ranked.table.index)
    # Halves of the score: what is worst one way is best the other.
    assert both.to_numpy() == pytest.approx(0.5)
