"""What every room's tests share: real data, R and a database, each of which may be absent."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.database import Database, started
from tests.provider import Provider, served

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; a test that asks for it is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"real data: {SHARED} is absent")
    return SHARED


@pytest.fixture(scope="session")
def r_output() -> Callable[[str], str]:
    """A function that runs a line of R with spData loaded, and returns what it prints.

    Two of the known answers stand on tables that only R's spData holds; it is a Debian package.
    """
    rscript = shutil.which("Rscript")
    probe = [rscript or "", "-e", 'cat(requireNamespace("spData", quietly=TRUE))']
    if rscript is None or "TRUE" not in _printed(probe):
        pytest.skip("R with spData is absent: apt-get install r-cran-spdata")

    def run(line: str) -> str:
        return _printed([rscript, "-e", f"suppressMessages(library(spData)); {line}"])

    return run


def _printed(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="session")
def voronoi():
    """Cells around points, cut to a square: a coverage of units with odd vertices."""
    return _voronoi


def _voronoi(points: Any, width: float = 1000.0) -> gpd.GeoDataFrame:
    square = shapely.box(0, 0, width, width)
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=square)
    cut = shapely.intersection(shapely.get_parts(cells), square)
    cut = cut[shapely.area(cut) > 0]
    names = pd.Index([f"c{number:03d}" for number in range(len(cut))], name="unit_id")
    return gpd.GeoDataFrame({"population": 100.0}, geometry=list(cut), crs=32613, index=names)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider of addresses on loopback, as Nominatim is one."""
    with served() as server:
        yield server


@pytest.fixture(scope="session")
def postgis() -> Iterator[Database]:
    """A PostgreSQL server with PostGIS on loopback, in a folder of its own, for this session."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    there = sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
    if not found or not there:
        pytest.skip("PostGIS is absent: apt-get install postgresql postgresql-postgis")
    with started(found[-1].parent) as database:
        yield database
