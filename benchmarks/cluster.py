"""A country: points written by the workers as Parquet partitions, assigned and counted there.

``python -m benchmarks.cluster --points 200_000_000`` prints the time and the peak memory of each
process. ``--events 0.3`` gives that share of the points an event in common with others, whose rows
must then be shuffled between the workers.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import dask
import dask.dataframe as dd
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from distributed import Client, LocalCluster

import hotspots as hs

POINTS = 200_000_000
PARTITION = 1_000_000
WORKERS = 2
COLUMNS, ROWS = 20, 10
CORNERS = 50  # vertices on each of a polygon's four sides
SIDE_M = 1_000.0
CATEGORIES = ("homicide", "robbery", "assault")
DAYS = 3_653  # 2015 to 2024
BYTES_PER_POINT = 40  # on disk, at most
TARGET_GB = 1.5


@dataclass(frozen=True, slots=True)
class Counted:
    """One run: what was counted, how long each half took, and the memory of each process.

    Attributes
    ----------
    written_s, counted_s
        Seconds to make and write the partitions; seconds to read, assign and count them.
    disk_gb
        Size of the Parquet files.
    workers_gb, client_gb
        Peak memory of each worker, and of the process of the client and the scheduler.
    """

    points: int
    polygons: int
    cells: int
    events: float
    written_s: float
    counted_s: float
    disk_gb: float
    workers_gb: list[float]
    client_gb: float

    @property
    def peak_gb(self) -> float:
        """Peak memory of the process that needed the most."""
        return max(*self.workers_gb, self.client_gb)


def measured(points: int = POINTS) -> Counted:
    """Return one run in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.cluster", "--points", str(points), "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    return Counted(**json.loads(done.stdout))


def polygons() -> gpd.GeoDataFrame:
    """Return a grid of polygons without gaps, with wavy borders of some 200 vertices."""
    shapes = [_cell(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    names = pd.Index([f"P{number:03d}" for number in range(len(shapes))], name="polygon_id")
    return gpd.GeoDataFrame(geometry=shapes, crs=32613, index=names)


def write_partition(number: int, size: int, events: float, folder: str) -> int:
    """Write one partition, reproducibly from its number, and return its size in bytes."""
    rng = np.random.default_rng([20, number])
    kinds = pd.Categorical.from_codes(rng.integers(0, len(CATEGORIES), size), list(CATEGORIES))
    days = np.datetime64("2015-01-01", "ms") + rng.integers(0, DAYS, size).astype("m8[D]")
    columns = {
        "x": rng.uniform(0, COLUMNS * SIDE_M, size),
        "y": rng.uniform(0, ROWS * SIDE_M, size),
        "category": kinds.astype(str),
        "date": days,
    }
    if events:
        # A third as many events as rows that have one, spread over all partitions.
        shared = rng.random(size) < events
        drawn = rng.integers(0, 2**40, size)
        columns["event_id"] = np.where(shared, drawn // 3 * 3, np.nan)
        columns["row_id"] = number * PARTITION + np.arange(size)
    path = Path(folder) / f"part-{number:05d}.parquet"
    pd.DataFrame(columns).to_parquet(path, index=False)
    return path.stat().st_size


def run(points: int, events: float, folder: str) -> Counted:
    """Write, read, assign and count that many points on a local cluster."""
    areas = polygons()
    options = {"n_workers": WORKERS, "threads_per_worker": 1, "dashboard_address": None}
    with (
        LocalCluster(memory_limit=int(TARGET_GB * 1e9), **options) as cluster,
        Client(cluster) as c,
    ):
        processes = set(c.run(os.getpid).values())
        start = time.perf_counter()
        starts = range(0, points, PARTITION)
        sizes = [min(PARTITION, points - first) for first in starts]
        write = dask.delayed(write_partition)
        written = [write(number, size, events, folder) for number, size in enumerate(sizes)]
        disk = sum(dask.compute(*written))
        middle = time.perf_counter()
        incidents = hs.assign(dd.read_parquet(folder), areas)
        counts = hs.count_incidents(incidents, areas, by="category", period="month")
        end = time.perf_counter()
        if set(c.run(os.getpid).values()) != processes:
            raise RuntimeError("A worker was restarted, and its peak memory is lost.")
        peaks = sorted(c.run(peak_gb).values())
    if counts["victims"].sum() != points:
        raise RuntimeError(f"{counts['victims'].sum()} points were counted of {points}.")
    return Counted(
        points=points,
        polygons=len(areas),
        cells=len(counts),
        events=events,
        written_s=middle - start,
        counted_s=end - middle,
        disk_gb=disk / 1e9,
        workers_gb=peaks,
        client_gb=peak_gb(),
    )


def peak_gb() -> float:
    """Return this process's peak memory."""
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def _cell(column: int, row: int) -> shapely.Polygon:
    south, north = (_side(column, row + up, ROWS) for up in (0, 1))
    west, east = (_side(row, column + right, COLUMNS)[:, ::-1] for right in (0, 1))
    return shapely.Polygon(np.vstack([south, east, north[::-1], west[::-1]]))


def _side(along: int, line: int, last: int) -> np.ndarray:
    """Return one side of a cell from west to east: wavy, but straight at the outer border."""
    steps = np.arange(CORNERS + 1) / CORNERS
    height = 40.0 if 0 < line < last else 0.0
    wave = height * np.sin(2 * np.pi * 3 * steps)
    wave[-1] = 0.0  # the sine of a full turn is not exactly 0, and corners must meet
    return np.column_stack([(along + steps) * SIDE_M, line * SIDE_M + wave])


def main() -> None:
    """Measure as the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster")
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--events", type=float, default=0.0, help="share of rows with an event_id")
    parser.add_argument("--folder", help="where the temporary files go")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        room = shutil.disk_usage(folder).free
        if room < options.points * BYTES_PER_POINT:
            raise SystemExit(
                f"{folder} has room for {room / 1e9:.1f} GB, and "
                f"{options.points * BYTES_PER_POINT / 1e9:.1f} GB are needed. "
                "Name another --folder."
            )
        result = run(options.points, options.events, folder)
    print(json.dumps(asdict(result)) if options.json else told(result))


def told(result: Counted) -> str:
    """Return the result in words."""
    workers = ", ".join(f"{peak:.2f}" for peak in result.workers_gb)
    return (
        f"{result.points:,} points in {result.polygons} polygons ({result.cells:,} cells): written "
        f"in {result.written_s:.0f} s ({result.disk_gb:.1f} GB), read, assigned and counted in "
        f"{result.counted_s:.0f} s ({result.points / result.counted_s:,.0f} points per second); "
        f"peak memory of the workers {workers} GB, of the client {result.client_gb:.2f} GB"
    )


if __name__ == "__main__":
    main()
