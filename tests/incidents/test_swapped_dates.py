"""Dates of which a spreadsheet of another language took the day for the month, told from others."""

from __future__ import annotations

import pandas as pd
import pytest

from hotspots.incidents.dates import likely_swapped

MADE = [f"2023-{month:02d}-04" for month in range(1, 9)]
"""What a spreadsheet makes of 04/01 to 04/08: dates whose day is at most 12."""

LEFT = [f"{day}/04/2023" for day in range(13, 21)]
"""What it leaves as text: there is no month 13."""


@pytest.mark.parametrize(
    ("texts", "swapped"),
    [
        ([*MADE, *LEFT], True),
        ([*MADE, "2023-04-13", *LEFT], False),  # a day of 13 was understood
        ([*MADE, *LEFT, "12/04/2023"], False),  # a day of 12 was left as text
        ([*MADE, "2023-04-12", *LEFT], True),
        (MADE, False),
        (LEFT, False),
        ([*MADE[:4], *LEFT], False),  # four of a kind may be chance
        ([*MADE[:5], *LEFT[:5]], True),
    ],
)
def test_all_dates_have_a_day_up_to_12_and_all_texts_a_later_one(texts, swapped):
    assert likely_swapped(pd.Series(texts)) is swapped
