"""Calibration: false alarms and power of the tests; writes docs/evidence/calibration_tables.md.

python -m benchmarks.calibrate            # an hour or more on two cores
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
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import hotspots as hs
from benchmarks.calibrate import changes, posterior
from benchmarks.calibrate import patternless as quiet
from benchmarks.calibrate import power as loud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from libpysal.graph import Graph

OUT = Path("docs/evidence/calibration_tables.md")
SAMPLE = Path("sample_data/juarez/unidades.geojson")
SEED = 1
MEANS, SIGMAS = (5, 20, 80), (0.0, 0.15, 0.3)
# On 900 places 99,999 permutations reach below the .05/900 that a single label needs.
PLACES: dict[str, tuple[int, int | str]] = {
    "10×10": (1000, "auto"),
    "30×30": (1000, 99_999),
    "the sample's polygons": (1000, "auto"),
    "10×10 and 5 islands": (1000, "auto"),
}
MAIN = ("Gi*", "Gi", "local Moran")
FURTHER = [
    *((test, "10×10, kernel of 12", 1000, "auto") for test in MAIN),
    ("bivariate Moran", "10×10", 1000, "auto"),
    ("join counts", "10×10", 1000, "auto"),
    ("local Geary", "10×10", 200, "auto"),
]
"""Further tests and maps: how many maps, with how many permutations."""

CITIES = {13: 200, 110: 60, 700: 10}
"""Areas of the cities without a change: how many maps."""

SECTIONS = ("permutations", "further", "excess", "scan", "power", "posterior", "changes")


def main(arguments: Sequence[str] | None = None) -> None:
    """Compute the tables and write them to one page."""
    parser = argparse.ArgumentParser("python -m benchmarks.calibrate", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the maps")
    parser.add_argument("--share", type=float, default=1.0, help="share of the maps, 0 to 1")
    parser.add_argument("--only", choices=SECTIONS, help="rewrite only this section of the page")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    share = 0.02 if options.quick else options.share
    started = time.perf_counter()
    with ProcessPoolExecutor(options.workers) as pool:
        page = Page(pool, share)
        parts = [getattr(page, name)() for name in ([options.only] if options.only else SECTIONS)]
        sections = [part() for part in parts]
    if options.only:
        text = remade(options.out if options.out.exists() else OUT, sections[0], share)
    else:
        text = "\n".join([_head(share), *sections])
    options.out.write_text(text, encoding="utf-8")
    print(f"{options.out} written after {(time.perf_counter() - started) / 60:.1f} minutes")


def remade(path: Path, section: str, share: float) -> str:
    """Return the page at ``path`` with one section replaced by title, and marked as such."""
    title, _, rest = section.partition("\n")
    section = f"{title}\n\n*Made by itself, {_amount(share)}; {_versions()}.*\n{rest}\n"
    parts = re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    where = [number for number, part in enumerate(parts) if part.startswith(f"{title}\n")]
    if where:
        parts[where[0]] = section
    else:
        parts.append(f"\n{section}")
    return "".join(parts).rstrip() + "\n"


class Page:
    """The tables: each method starts its jobs and returns a function that writes the results."""

    def __init__(self, pool: ProcessPoolExecutor, share: float) -> None:
        self.pool = pool
        self.share = share

    def maps(self, full: int) -> int:
        """Return the number of maps of a setting that has ``full`` of them in a full run."""
        return max(4, round(full * self.share))

    def permutations(self) -> Callable[[], str]:
        """Start Getis-Ord and local Moran on maps without a pattern."""
        cases = [
            (test, place, maps, draws) for place, (maps, draws) in PLACES.items() for test in MAIN
        ]
        return self._alarms("Permutation tests on maps without a pattern", cases)

    def further(self) -> Callable[[], str]:
        """Start the other local tests, and unequal weights."""
        return self._alarms("Unequal weights and other tests on such maps", FURTHER)

    def _alarms(
        self, title: str, cases: Sequence[tuple[str, str, int, int | str]]
    ) -> Callable[[], str]:
        graphs = {place: _graph(place) for _, place, _, _ in cases}
        jobs: dict[tuple[str, str, str], Future[quiet.Alarms]] = {}
        for (test, place, maps, draws), kind in product(cases, quiet.VALUES):
            jobs[place, kind, test] = self.pool.submit(
                quiet.patternless,
                test,
                kind,
                graphs[place],
                self.maps(maps),
                permutations=draws,
                seed=SEED,
            )

        def write() -> str:
            rows = []
            for (place, kind, test), future in jobs.items():
                alarms = future.result()
                small = f"{alarms.small_p:.1%} ± {2 * alarms.small_p_error:.1%}"
                labeled = f"{alarms.labeled:.1%}"
                rows.append([place, kind, test, alarms.maps, small, labeled, alarms.islands])
            print(f"{title}: done", flush=True)
            return _section(
                title,
                "The share of tested places with p ≤ .05 (± two standard errors over the maps), "
                "two-sided except for join counts, which test for more joins only; the share of "
                "maps with any label at FDR 5%; and how many islands bore another label than "
                "*isolate*. Both shares should be at most 5%; ties make them smaller.",
                ["map", "values", "test", "maps", "p ≤ .05", "any label", "islands labeled"],
                rows,
            )

        return write

    def excess(self) -> Callable[[], str]:
        """Start excess risk on maps whose risk varies without a pattern."""
        maps = self.maps(1000)
        jobs = {
            key: self.pool.submit(quiet.excess_alarms, *key, maps, SEED)
            for key in product(MEANS, SIGMAS)
        }

        def write() -> str:
            results = {key: future.result() for key, future in jobs.items()}
            rows = [
                [mean, sigma, maps, f"{small:.1%}", f"{labeled:.1%}"]
                for (mean, sigma), (small, labeled) in results.items()
            ]
            print("excess risk done", flush=True)
            return _section(
                "Excess risk on maps without a pattern",
                "110 polygons whose risk varies lognormally by σ from one to the next, robust "
                "null: none of this may be labeled.",
                ["mean count", "σ", "maps", "p ≤ .05", "maps with any label at FDR 5%"],
                rows,
            )

        return write

    def scan(self) -> Callable[[], str]:
        """Start the spatial scan on the same kind of maps, under both nulls."""
        maps = self.maps(200)
        jobs = {
            (null, mean, sigma): self.pool.submit(quiet.scan_alarms, null, mean, sigma, maps, SEED)
            for mean, sigma, null in product(MEANS, SIGMAS, ("robust", "binomial"))
        }

        def write() -> str:
            rows = []
            for mean, sigma in product(MEANS, SIGMAS):
                robust, binomial = (
                    f"{jobs[null, mean, sigma].result():.1%}" for null in ("robust", "binomial")
                )
                rows.append([mean, sigma, maps, robust, binomial])
            print("spatial scan done", flush=True)
            return _section(
                "The spatial scan on maps without a pattern",
                "The share of the same maps on which the most likely cluster has p ≤ .05 (99 "
                "simulations). Kulldorff's own null, one risk everywhere, takes ordinary variation "
                "for a cluster.",
                ["mean count", "σ", "maps", "robust null", "binomial null"],
                rows,
            )

        return write

    def power(self) -> Callable[[], str]:
        """Start the planted clusters: ours, and the peers' at the level of their false alarms."""
        maps, slow = self.maps(100), self.maps(100)
        cities = list(product((5, 80), (0.0, 0.3)))
        quiet_maps = self.maps(400)
        levels = {
            key: self.pool.submit(loud.peers_levels, *key, quiet_maps, SEED) for key in cities
        }
        settings = [
            (scenario, risk, mean, sigma)
            for scenario in loud.BLOCKS
            for risk in ((2.0, 3.0) if loud.BLOCKS[scenario] else (1.0,))
            for mean, sigma in cities
        ]

        def write() -> str:
            level = {key: future.result() for key, future in levels.items()}
            jobs = {
                setting: self.pool.submit(
                    loud.power, *setting, maps, slow, level[setting[2:]], SEED
                )
                for setting in settings
            }
            results = {setting: future.result() for setting, future in jobs.items()}
            print("power done", flush=True)
            return _power_text(results, level, (maps, slow, quiet_maps))

        return write

    def posterior(self) -> Callable[[], str]:
        """Start the posterior with neighbors on simulated cities."""
        cities = self.maps(500)
        jobs = {
            (truth, mean, sigma): self.pool.submit(
                posterior.coverage, shared, mean, sigma, cities, SEED
            )
            for truth, shared in posterior.TRUTHS.items()
            for mean, sigma in posterior.CITIES
        }

        def write() -> str:
            rows = []
            for key, future in jobs.items():
                found = future.result()
                shares = (found.risks, found.ratios, found.typical, found.spread)
                claims = (found.claimed, found.false)
                rows.append([*key, cities, *(f"{share:.1%}" for share in (*shares, *claims))])
            print("posterior done", flush=True)
            return _section(
                "The posterior with neighbors on simulated cities",
                "Greater Manchester's 282 census units with counts drawn anew; BYM2 is fitted, "
                "also where risks are exchangeable. The shares of true values within nominal 90% "
                "intervals: of risks, of their ratios to the typical one, of the typical risk and "
                "of the spread. Claimed: places at least 95% likely to be above 1.5 times the "
                "typical risk; false: the share of these that are not.",
                [
                    *("truth", "mean count", "σ", "cities", "risks", "ratios", "typical"),
                    *("spread", "claimed", "false"),
                ],
                rows,
            )

        return write

    def changes(self) -> Callable[[], str]:
        """Start the tests for change on cities in which nothing changed but all together."""
        settings = list(product(CITIES, (3, 8, 20, 80), (0.0, 0.15, 0.3)))
        jobs = {
            (*key, dispersion): self.pool.submit(
                changes.change_alarms, dispersion, *key, self.maps(CITIES[key[0]]), SEED
            )
            for key in settings
            for dispersion in ("estimated", "poisson")
        }

        def write() -> str:
            rows = []
            for key in settings:
                ours, poisson = (jobs[*key, name].result() for name in ("estimated", "poisson"))
                shares = (*ours, poisson[0], poisson[2])
                rows.append([*key, self.maps(CITIES[key[0]]), *(f"{one:.1%}" for one in shares)])
            print("changes done", flush=True)
            return _section(
                "Change where nothing changed",
                "Areas whose risk varies by .5 between them and, in each year, by σ; all of them "
                f"rise by {changes.TREND - 1:.0%}. The share of areas with p ≤ .05, the share of "
                "maps with any label at FDR 5%, and of a tenth of areas whose rate was halved the "
                "share with p ≤ .05; beside it the E-test for Poisson counts, without the rise.",
                [
                    *("areas", "mean count", "σ", "maps", "p ≤ .05", "any label", "halved found"),
                    *("E-test: p ≤ .05", "E-test: halved found"),
                ],
                rows,
            )

        return write


Shares = dict[str, tuple[float, float, float]]


def _power_text(
    results: dict[tuple[str, float, int, float], Shares],
    levels: dict[tuple[int, float], dict[str, float]],
    sizes: tuple[int, int, int],
) -> str:
    tests = [*loud.OURS, *loud.SLOW]
    rows = []
    for (scenario, risk, mean, sigma), shares in results.items():
        if loud.BLOCKS[scenario]:
            cells = [f"{shares[test][0]:.0%} / {shares[test][1]:.1%}" for test in tests]
        else:
            cells = [f"{shares[test][2]:.0%} of maps" for test in tests]
        planted = scenario if scenario == "nothing" else f"{scenario}, ×{risk:.0f}"
        rows.append([planted, mean, sigma, *cells])
    at = "; ".join(
        f"mean {mean}, σ {sigma}: " + ", ".join(f"{name} p < {p:.4f}" for name, p in level.items())
        for (mean, sigma), level in levels.items()
    ).replace("*", "\\*")
    return _section(
        "What is found of what was planted",
        "110 polygons (10×11) and, for Gi\\* on units, 440 units of a quarter of their residents "
        "(20×22), each with risk varying by σ; values standardized after Assunção & Reis, FDR 5%. "
        "Each cell is *the share found of the raised places / the share labeled of all others*; "
        "with nothing planted, the share of maps with any label. To Gi\\* and to a circle the "
        "neighbors of a raised place belong to it, so some of the others are labeled rightly. "
        f"{sizes[0]} maps a row, {sizes[1]} for the scan and the peers. The peers' Gi\\* (binary "
        f"weights in esda, {loud.PEER_DRAWS:,} permutations) is held to the level at which each "
        f"labels something on at most 5% of {sizes[2]} maps without a pattern ({at}).",
        ["planted", "mean count", "σ", *(test.replace("*", "\\*") for test in tests)],
        rows,
    )


def _graph(place: str) -> Graph:
    if place == "the sample's polygons":
        units = hs.read_units(SAMPLE, population="POBTOT", id="CVEGEO")
        return hs.neighbors(hs.build_polygons(units).polygons)
    if place == "10×10, kernel of 12":
        return hs.neighbors(quiet.lattice(10, 10), method="kernel", k=12)
    side, islands = (30, 0) if place == "30×30" else (10, 5 * ("islands" in place))
    return hs.neighbors(quiet.lattice(side, side, islands=islands))


def _head(share: float) -> str:
    return (
        "# Calibration tables\n\n"
        f"Made by `make calibrate`, {_amount(share)}; the same seed gives the same tables. "
        f"{_versions()}.\n"
    )


def _amount(share: float) -> str:
    return "in full" if share == 1 else f"with {share:.0%} of the maps of a full run"


def _versions() -> str:
    names = ("numpy", "scipy", "pandas", "libpysal", "esda", "pygeoda")
    return ", ".join([f"hotspots {hs.__version__}", *(f"{name} {version(name)}" for name in names)])


def _section(title: str, words: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def line(cells: Sequence[object]) -> str:
        return "| " + " | ".join(str(cell) for cell in cells) + " |"

    body = [line([str(cell).replace("Gi*", "Gi\\*") for cell in row]) for row in rows]
    return "\n".join(
        [f"## {title}", "", words, "", line(head), line(["---"] * len(head)), *body, ""]
    )


if __name__ == "__main__":
    main()
