"""Published maps that peers are compared on, with the weights of each."""

from __future__ import annotations

import geopandas as gpd
import libpysal
import pytest
from libpysal.graph import Graph


def _map(file, column, *, rook=False, divide_by=None):
    frame = gpd.read_file(libpysal.examples.get_path(file))
    values = frame[column].astype(float)
    if divide_by:
        values = (values / frame[divide_by]).rename(f"{column}/{divide_by}")
    return values, Graph.build_contiguity(frame, rook=rook), file


MAPS = {
    "columbus": ("columbus.shp", "CRIME", {}),
    "st louis": ("stl_hom.shp", "HR8893", {"rook": True}),
    "sids": ("sids2.shp", "SID74", {"divide_by": "BIR74"}),
}


@pytest.fixture(scope="session", params=list(MAPS))
def case(request):
    """Values, graph and file of one published map."""
    file, column, options = MAPS[request.param]
    return _map(file, column, **options)
