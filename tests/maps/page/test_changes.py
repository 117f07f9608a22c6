"""What the panel says of a change: an arrow or no telling, and the ratio with its interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import ColumnError, InputError
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.page.changes import changes_in_words


@pytest.fixture
def table():
    """One polygon that rose, one that fell, one like the city, and three without a ratio."""
    inf, missing = np.inf, np.nan
    return pd.DataFrame(
        {
            "events_after": [60, 8, 21, 4, 0, 3],
            "ratio": [3.0, 0.4, 1.05, inf, missing, missing],
            "ratio_low": [1.8, 0.2, 0.6, 0.5, missing, missing],
            "ratio_high": [5.1, 0.7, 1.9, inf, missing, missing],
            "common_ratio": [1.1] * 5 + [missing],
            "label": ["rise", "fall", *["not significant"] * 3, "no data"],
        },
        index=pd.Index(list("abcdef"), name="polygon_id"),
    )


def test_up_down_and_no_telling(table):
    told = changes_in_words(table, ("2012", "2013"), "en")
    assert told["arrows"] == ["↑", "↓", "", "", "", ""]
    assert told["said"][0].startswith("Up, by more")
    assert told["said"][1].startswith("Down, by more")
    assert all(said.startswith("No telling") for said in told["said"][2:])
    spanish = changes_in_words(table, ("2012", "2013"), "es")
    assert all(said.startswith("No se puede saber") for said in spanish["said"][2:])


def test_the_ratio_has_its_interval_and_is_in_words_where_there_is_none(table):
    told = changes_in_words(table, ("2012", "2013"), "en")["ratios"]
    assert told[0] == "3.00 times the year before (95% CI: 1.80 to 5.10)"
    assert told[3] == "none the year before, 4 in the last"
    assert told[4] == told[5] == "none in either year"


def test_the_note_names_both_years_and_what_all_polygons_share(table):
    told = changes_in_words(table, ("2012", "2013"), "en")
    assert told["note"].startswith("2013 against 2012; all polygons together: 1.10 times.")


def test_a_table_of_other_polygons_is_refused(content, table):
    over_time = replace(content.over_time, changes={"homicide": table})
    with pytest.raises(InputError, match=r"over_time.changes\['homicide'\]"):
        briefing_map(replace(content, over_time=over_time))


def test_a_table_that_is_none_of_rate_change_is_refused(content):
    changes = {"homicide": content.over_time.changes["homicide"].drop(columns="common_ratio")}
    over_time = replace(content.over_time, changes=changes)
    with pytest.raises(ColumnError, match="common_ratio"):
        briefing_map(replace(content, over_time=over_time))
