"""Published maps that peers are compared on, with the weights of each."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pytest
import shapely
from libpysal.graph import Graph


def _published(name, column, *, rook=False, divide_by=None):
    path = libpysal.examples.get_path(name)
    frame = gpd.read_file(path)
    values = frame[column].astype(float)
    if divide_by:
        values = (values / frame[divide_by]).rename(f"{column}/{divide_by}")
    return values, Graph.build_contiguity(frame, rook=rook), path


MAPS = {
    "columbus": ("columbus.shp", "CRIME", {}),
    "st louis": ("stl_hom.shp", "HR8893", {"rook": True}),
    "sids": ("sids2.shp", "SID74", {"divide_by": "BIR74"}),
}


@pytest.fixture(scope="session")
def san_pedro(shared_data) -> gpd.GeoDataFrame:
    """The 184 colonias of San Pedro Garza García (Monterrey): poverty index and outline."""
    colonias = gpd.read_file(shared_data / "monterrey" / "colonias.gpkg")
    one = colonias[colonias["NOM_MUN"] == "San Pedro Garza García"]
    return one[["IM_2020", "geometry"]].reset_index(drop=True)


@pytest.fixture(scope="session")
def colonias(san_pedro, tmp_path_factory):
    """Values, graph and file of the colonias that have a neighbor."""
    linked = Graph.build_contiguity(san_pedro, rook=False).cardinalities > 0
    frame = san_pedro[linked.to_numpy()].reset_index(drop=True)
    path = tmp_path_factory.mktemp("monterrey") / "colonias.shp"
    frame.to_file(path)
    return frame["IM_2020"], Graph.build_contiguity(frame, rook=False), str(path)


@pytest.fixture(scope="session", params=[*MAPS, "monterrey"])
def case(request):
    """Values, graph and file of one map."""
    if request.param == "monterrey":
        return request.getfixturevalue("colonias")
    name, column, options = MAPS[request.param]
    return _published(name, column, **options)


@pytest.fixture(scope="session")
def squares(tmp_path_factory):
    """A function that gives the queen graph of an n×n lattice, and the file of its squares."""

    def build(n: int) -> tuple[Graph, str]:
        row, column = np.divmod(np.arange(n * n), n)
        cells = shapely.box(column, row, column + 1, row + 1)
        frame = gpd.GeoDataFrame({"number": np.arange(n * n)}, geometry=cells, crs=32613)
        path: Path = tmp_path_factory.mktemp("lattice") / f"squares_{n}.shp"
        frame.to_file(path)
        near = (np.abs(row[:, None] - row) <= 1) & (np.abs(column[:, None] - column) <= 1)
        np.fill_diagonal(near, False)
        focal, other = np.nonzero(near)
        return Graph.from_arrays(focal, other, np.ones(focal.size)), str(path)

    return build
