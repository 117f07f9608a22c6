"""A page of ten thousand polygons stays small."""

from __future__ import annotations

import json
import re

import pandas as pd
import shapely

from benchmarks.pages import wound_squares
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.page.content import BriefingContent
from hotspots.maps.save.standalone import render_standalone
from tests.maps.toy_city import excess, rates_of

MOST_MB = 5.0


def test_half_a_million_vertices_are_less_than_5_megabytes():
    polygons = wound_squares()
    assert shapely.get_num_coordinates(polygons.geometry.to_numpy()).sum() > 500_000
    counts = pd.Series(range(10_000), index=polygons.index) % 40
    rates = rates_of(polygons, counts.to_numpy())
    found = {"homicide": excess(rates, counts.to_numpy() == 39)}
    content = BriefingContent(polygons=polygons, results=found, rates={"homicide": rates})
    page = render_standalone(briefing_map(content))
    assert len(page.encode("utf-8")) / 1e6 < MOST_MB
    data = json.loads(re.search(r'id="hs-data">(.*?)</script>', page, re.S).group(1))
    assert len(data["areas"]["polygons"]) == len(polygons)
