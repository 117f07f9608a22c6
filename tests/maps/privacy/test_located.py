"""How much was located is a count, too: under the threshold it is on no public page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.page.content import BriefingContent
from hotspots.maps.save.standalone import render_standalone


def public(content, located, threshold=5):
    header = replace(content.header, located=located)
    page = briefing_map(
        replace(content, header=header), audience="public", language="en", threshold=threshold
    )
    return render_standalone(page)


@pytest.mark.parametrize(
    ("located", "said"),
    # Both numbers are counts of the category: four located of 5,001 read is four.
    [((4, 5_001), False), ((0, 5_001), False), ((5, 5_001), True), ((5_000, 5_001), True),
     ((3, 4), False), ((5, 5), True)],
)  # fmt: skip
def test_a_pair_with_a_number_under_the_threshold_is_not_said(content, located, said):
    page = public(content, {"homicide": located, "carjacking": (500, 600)})
    words = f"{located[0]:,} of {located[1]:,} rows of the table located"
    assert (words in page) is said
    assert "500 of 600 rows of the table located" in page


def test_another_threshold_counts_for_them_as_well(content):
    located = {"homicide": (9, 5_001), "carjacking": (500, 600)}
    assert "9 of 5,001 rows of the table located" in public(content, located)
    assert "9 of 5,001" not in public(content, located, threshold=10)


def test_of_a_single_polygon_nothing_is_said_for_it_would_be_its_count(content):
    first = content.polygons.index[:1]
    one = BriefingContent(
        polygons=content.polygons.loc[first],
        results={},
        rates={key: table.loc[first] for key, table in content.rates.items()},
        header=content.header,
    )
    assert "589 of 606" not in public(one, {"homicide": (589, 606)})
    assert "589 of 606" in public(content, {"homicide": (589, 606)})
