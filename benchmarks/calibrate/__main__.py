"""Calibration: false alarms and power of the tests; writes docs/evidence/calibration_tables.md.

python -m benchmarks.calibrate            # two or three hours on two cores
python -m benchmarks.calibrate --quick    # minutes, to check that it runs
python -m benchmarks.calibrate --share .4 # fewer maps; the tables say how many
python -m benchmarks.calibrate --only scan # one section; the others stay
"""

from __future__ import annotations

import argparse
import re
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import hotspots as hs
from benchmarks.calibrate import above, changes, districts, gistar, patternless, posterior, scan
from benchmarks.calibrate.cities import ROOT, SHARED
from benchmarks.calibrate.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OUT = ROOT / "docs" / "evidence" / "calibration_tables.md"
SECTIONS: dict[str, Callable[[Run], Callable[[], str]]] = {
    "gistar": gistar.patternless,
    "districts": districts.power,
    "alike": above.alike,
    "above": above.found,
    "posterior": posterior.covered,
    "changes": changes.unchanged,
    "permutations": patternless.permutations,
    "scan": scan.patternless,
}
"""Each starts its simulations and returns a function that waits for them and writes."""
QUICK = 0.01
HEAD = """# Calibration tables

Made by `make calibrate` alone; the same seed gives the same tables. What they mean is told in
[How well it works](calibration.md).
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Compute the tables and write them to one page."""
    parser = argparse.ArgumentParser("python -m benchmarks.calibrate", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the maps")
    parser.add_argument("--share", type=float, default=1.0, help="share of the maps, 0 to 1")
    parser.add_argument("--only", choices=SECTIONS, help="rewrite only this section of the page")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the real cities")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    share = QUICK if options.quick else options.share
    started = time.perf_counter()
    with ProcessPoolExecutor(options.workers) as pool:
        run = Run(pool, share, options.data)
        parts = [SECTIONS[name](run) for name in ([options.only] if options.only else SECTIONS)]
        sections = [part() for part in parts]
    if options.only:
        text = remade(options.out if options.out.exists() else OUT, sections[0], share)
    else:
        text = "\n".join([HEAD, *(_dated(one, share) for one in sections)])
    options.out.write_text(text, encoding="utf-8")
    print(f"{options.out} written after {(time.perf_counter() - started) / 60:.1f} minutes")


def remade(path: Path, section: str, share: float) -> str:
    """Return the page at ``path`` with one section replaced by title."""
    title = section.partition("\n")[0]
    section = _dated(section, share) + "\n"
    parts = re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    where = [number for number, part in enumerate(parts) if part.startswith(f"{title}\n")]
    if where:
        parts[where[0]] = section
    else:
        parts.append(f"\n{section}")
    return "".join(parts).rstrip() + "\n"


def _dated(section: str, share: float) -> str:
    """Return a section with what it was made with below its title."""
    title, _, rest = section.partition("\n")
    amount = "in full" if share == 1 else f"with {share:.0%} of the maps of a full run"
    return f"{title}\n\n*Made {amount}; {_versions()}.*\n{rest}"


def _versions() -> str:
    names = ("numpy", "scipy", "pandas", "libpysal", "esda")
    return ", ".join([f"hotspots {hs.__version__}", *(f"{name} {version(name)}" for name in names)])


if __name__ == "__main__":
    main()
