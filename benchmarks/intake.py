"""Intake: time and peak memory of a police table of 1,000,000 rows, in its own process.

``python -m benchmarks.intake read FILE.csv`` reads a file and prints seconds and peak gigabytes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.sections import table
from hotspots.incidents.read import read_incidents
from hotspots.incidents.repeats import near_repeats

ROWS = 1_000_000
TARGET_S = 20.0
TARGET_GB = 2.0
_COLUMNS = {
    "date": "FECHA",
    "time": "HORA",
    "category": "DELITO",
    "address": "DOMICILIO",
    "neighborhood": "COLONIA",
    "longitude": "LONGITUD",
    "latitude": "LATITUD",
    "event": "FOLIO",
}
_LABELS = (
    "Extorsión",
    "HOMICIDIO DOLOSO",
    "Robo a negocio con violencia",
    "Robo de vehículo",
    "Lesiones",
    "Violencia familiar",
    "Secuestro",
    "Daño en propiedad ajena",
)


@dataclass(frozen=True, slots=True)
class Intake:
    """Seconds to read, seconds to list repeats, and the peak memory of the process."""

    rows: int
    read_seconds: float
    repeats_seconds: float
    gigabytes: float


def measured(rows: int = ROWS) -> Intake:
    """Return what it takes to read a table of that many rows."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "carpetas.csv")
        # A child's peak memory starts at its parent's: so another process writes the table.
        _alone("write", file, str(rows))
        return Intake(**json.loads(_alone("read", file)))


def _alone(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.intake", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def text() -> list[str]:
    """Measure and return the section."""
    one = measured()
    rows = [
        ("`read_incidents`", f"{one.read_seconds:.1f} s", f"under {TARGET_S:g} s"),
        ("its peak memory", f"{one.gigabytes:.2f} GB", f"under {TARGET_GB:g} GB"),
        ("`near_repeats` of the incidents", f"{one.repeats_seconds:.1f} s", ""),
    ]
    print(*rows, sep="\n", flush=True)
    return [
        f"A CSV file of {one.rows:,} rows and {len(_COLUMNS) + 1} columns in Windows-1252, 5% of "
        "its places swapped or missing, in its own process: decoded, dates, labels and places "
        "read, repaired within a study area, repeats marked.",
        "",
        *table(("", "ours", "target"), "lrr", rows),
    ]


def police_table(rows: int) -> pd.DataFrame:
    """Return a made-up table like those that a prosecutor's office exports: 5% faulty places."""
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2009-01-01") + pd.to_timedelta(rng.integers(0, 3_650, rows), unit="D")
    x = (-106.48 + rng.normal(0, 0.03, rows)).round(6).astype(str)
    y = (31.70 + rng.normal(0, 0.03, rows)).round(6).astype(str)
    swapped, absent = rng.random(rows) < 0.02, rng.random(rows) < 0.03
    hours, minutes = rng.integers(0, 24, rows), rng.integers(0, 60, rows)
    streets = np.array([f"Calle Ignacio Peñón {place}" for place in range(20_000)])
    numbers = rng.integers(1, 9_999, rows).astype(str)
    return pd.DataFrame(
        {
            "FOLIO": [f"CI-{row // 20_000}-{row}" for row in range(rows)],
            "FECHA": days.strftime("%d/%m/%Y"),
            "HORA": [f"{h:02d}:{m:02d}" for h, m in zip(hours, minutes, strict=True)],
            "DELITO": rng.choice(_LABELS, rows),
            "DOMICILIO": pd.Series(rng.choice(streets, rows)) + " " + numbers,
            "COLONIA": rng.choice([f"Colonia {place}" for place in range(600)], rows),
            "LATITUD": np.where(absent, "", np.where(swapped, x, y)),
            "LONGITUD": np.where(absent, "", np.where(swapped, y, x)),
            "NOMBRE": rng.choice(["Ana", "Eva", "Luz"], rows),
        }
    )


def _measure(file: str) -> Intake:
    city = gpd.GeoSeries([shapely.box(-106.7, 31.5, -106.2, 31.9)], crs=4326).to_crs(32613)
    start = time.perf_counter()
    incidents = read_incidents(file, **_COLUMNS, study_area=gpd.GeoDataFrame(geometry=city))
    read = time.perf_counter() - start
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    start = time.perf_counter()
    near_repeats(incidents)
    return Intake(len(incidents), read, time.perf_counter() - start, peak / 1e9)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1] == "write":
        table_made = police_table(int(sys.argv[3]))
        table_made.to_csv(sys.argv[2], index=False, encoding="cp1252", sep=";")
    else:
        print(json.dumps(asdict(_measure(sys.argv[2]))))
