"""How much was located is a count, too: under the threshold it is on no public page."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.save.standalone import render_standalone


def public(city, options, located, **changes):
    given = {**options, "located": located, "audience": "public", "language": "en", **changes}
    return render_standalone(briefing_map(city.polygons, **given))


@pytest.mark.parametrize(
    ("located", "said"),
    # Both numbers are counts of the category: four located of 5,001 read is four.
    [((4, 5_001), False), ((0, 5_001), False), ((5, 5_001), True), ((5_000, 5_001), True),
     ((3, 4), False), ((5, 5), True)],
)  # fmt: skip
def test_a_pair_with_a_number_under_the_threshold_is_not_said(city, options, located, said):
    page = public(city, options, {"homicide": located, "carjacking": (500, 600)})
    words = f"{located[0]:,} of {located[1]:,} incidents located"
    assert (words in page) is said
    assert "500 of 600 incidents located" in page


def test_another_threshold_counts_for_them_as_well(city, options):
    located = {"homicide": (9, 5_001), "carjacking": (500, 600)}
    assert "9 of 5,001 incidents located" in public(city, options, located)
    assert "9 of 5,001" not in public(city, options, located, threshold=10)


def test_of_a_single_polygon_nothing_is_said_for_it_would_be_its_count(city, options):
    first = city.polygons.index[:1]
    one = SimpleNamespace(polygons=city.polygons.loc[first])
    rates = {key: table.loc[first] for key, table in city.rates.items()}
    page = public(
        one,
        {"results": {}, "rates": rates, "category_titles": options["category_titles"]},
        {"homicide": (589, 606)},
    )
    assert "589 of 606" not in page
