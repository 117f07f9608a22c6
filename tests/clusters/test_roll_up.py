from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hotspots.clusters.local.geary import LOCAL_GEARY
from hotspots.clusters.local.getis_ord import GI_STAR
from hotspots.clusters.local.moran import LOCAL_MORAN
from hotspots.clusters.roll_up import roll_up
from hotspots.errors import InputError
from hotspots.schema import LocalResult

WEIGHT = pd.Series(1.0, index=list("abcdef"))


@pytest.fixture
def result() -> LocalResult:
    table = pd.DataFrame(
        {
            "q": [0.01, 0.2, 0.03, np.nan, np.nan, 0.04],
            "label": ["hot", "not significant", "cold", "isolate", "no data", "high-high"],
        },
        index=list("abcdef"),
    )
    return LocalResult(table, GI_STAR, "rate", "total", "two-sided", "fdr", 0.05, 4)


@pytest.fixture
def membership() -> pd.Series:
    return pd.Series(["p2", "p2", "p2", "p1", "p3", "p2", "p9"], index=list("fcbdeag"))[
        list("gfedcba")
    ]


def test_shares_are_of_all_residents_of_the_polygon(result, membership):
    weight = pd.Series([300, 100, 50, 10, 0, 50], index=list("abcdef"))
    rolled = roll_up(result, membership, weight=weight)
    assert rolled.index.name == "polygon_id"
    assert rolled.index.tolist() == ["p1", "p2", "p3"]
    assert rolled.loc["p2"].tolist() == [0.7, 0.1, 0.01]
    assert rolled.loc["p1", ["share_hot", "share_cold"]].tolist() == [0.0, 0.0]
    assert rolled["least_q"].isna().tolist() == [True, False, True]
    assert np.isnan(rolled.loc["p3", "share_hot"])


def test_bad_input(result, membership):
    weight = pd.Series(1.0, index=list("abcdef"))
    with pytest.raises(InputError, match="1 tested units have no polygon, first 'c'"):
        roll_up(result, membership.drop("c"), weight=weight)
    with pytest.raises(InputError, match="no weight, first 'a'"):
        roll_up(result, membership, weight=weight.drop("a"))
    with pytest.raises(InputError, match=r"weight of 'b' is -1"):
        roll_up(result, membership, weight=weight.mask(weight.index == "b", -1.0))
    with pytest.raises(InputError, match=r"weight of 'b' is inf\. Residents are finite"):
        roll_up(result, membership, weight=weight.mask(weight.index == "b", np.inf))
    with pytest.raises(InputError, match=r"weights are of type .*pd\.to_numeric"):
        roll_up(result, membership, weight=weight.astype(str))
    with pytest.raises(InputError, match=r"The weight of each unit: 1 .*first 'b'"):
        roll_up(result, membership, weight=pd.concat([weight, weight[["b"]]]))
    with pytest.raises(InputError, match=r"The polygon of each unit: 1 .*first 'b'"):
        roll_up(result, pd.concat([membership, membership[["b"]]]), weight=weight)
    with pytest.raises(InputError, match="The polygon of each unit came as a dict"):
        roll_up(result, membership.to_dict(), weight=weight)


@pytest.mark.parametrize(
    ("test", "label"),
    [
        ("local_co_location", "co-located"),
        ("local_juxtaposition", "juxtaposed"),
        ("local_geary", "similar"),
        ("local_geary_multivariate", "dissimilar"),
        ("a test to come", "tepid"),
    ],
)
def test_labels_that_are_neither_high_nor_low_are_refused(result, membership, test, label):
    table = result.table.replace({"label": {"hot": label}})
    with pytest.raises(InputError, match=rf"labels of {test} \({label}\) are neither high nor"):
        roll_up(
            replace(result, table=table, kind=replace(result.kind, name=test)),
            membership,
            weight=WEIGHT,
        )


def test_a_local_geary_is_refused_even_where_it_found_only_high_high(result, membership):
    with pytest.raises(InputError, match=r"labels of local_geary \(dissimilar, similar\) are"):
        roll_up(replace(result, kind=LOCAL_GEARY), membership, weight=WEIGHT)


def test_outliers_of_a_local_moran_are_neither(result, membership):
    table = result.table.replace({"label": {"hot": "high-low", "cold": "low-high"}})
    rolled = roll_up(replace(result, table=table, kind=LOCAL_MORAN), membership, weight=WEIGHT)
    # Of the four units of p2 only f, high-high, is left.
    assert rolled.loc["p2", ["share_hot", "share_cold"]].tolist() == [0.25, 0.0]
