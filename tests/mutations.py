"""Mutations: small faults put into the code one at a time, to see whether a test notices.

``make mutations`` runs them all; ``python -m tests.mutations --room polygons`` one room's, and
``--only NAME`` one. Each replaces a text in a copy of the tree, never in the checkout, and runs
the tests named beside it in ``mutations.toml``: killed where one fails, survived where all pass.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import NoReturn

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_suffix(".toml")
ENOUGH = 0.9
"""Share of mutations that the tests are to kill."""

LONGEST_S = 900
"""Seconds after which tests that do not end count as failed."""

SAID = "said.txt"
LOADED = (
    "folium", "geopandas", "hypothesis.extra.numpy", "libpysal.graph", "openpyxl", "pydantic",
    "rasterio", "scipy.ndimage", "scipy.sparse.csgraph", "scipy.spatial", "scipy.stats", "typer",
)  # fmt: skip
"""What takes long to load, and is none of ours."""

COPIED = ("hotspots", "tests", "sample_data", "benchmarks", "docs")
FAILED, PASSED = (1, 2), 0
"""What pytest returns where a test failed or the code could not be imported, and where not."""


class MutationError(ValueError):
    """A mutation that cannot be made, or whose tests cannot tell."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One small fault.

    Attributes
    ----------
    name
        What is wrong, in a few words; unique.
    file, old, new
        The file, the text in it (found exactly once), and what stands there instead.
    tests
        The files or folders of tests that should notice.
    why
        What a user would suffer from it.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    why: str

    @property
    def room(self) -> str:
        """The folder or the module of ``hotspots`` that it is in."""
        return Path(self.file).parts[1].removesuffix(".py")


def read(path: Path = LIST) -> list[Mutation]:
    """Return the mutations of the list, in its order."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["mutation"]
    return [Mutation(**{**row, "tests": tuple(row["tests"])}) for row in rows]


def mutated(mutation: Mutation, text: str) -> str:
    """Return a file's text with the fault in it.

    Raises
    ------
    MutationError
        If the text to be replaced is not found exactly once.
    """
    found = text.count(mutation.old)
    if found != 1:
        raise MutationError(
            f"{mutation.name!r}: its text is found {found} times in {mutation.file}, and once is "
            f"needed: {mutation.old!r}. The code has changed: mend it in {LIST.name}."
        )
    return text.replace(mutation.old, mutation.new)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutations asked for; return 0 where enough were killed."""
    asked = _arguments(arguments)
    if asked.serve:
        _serve()
        return 0
    chosen = [
        one
        for one in read()
        if (not asked.room or one.room in asked.room) and (not asked.only or one.name in asked.only)
    ]
    if not chosen:
        raise MutationError(f"no mutation has the room {asked.room} and the name {asked.only}")
    for one in chosen:
        mutated(one, (ROOT / one.file).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        workers = [_Worker(_copy(Path(folder) / str(n))) for n in range(asked.processes)]
        if not asked.unchecked:
            _refuse_failing(workers[0], chosen)
        survived = list(_run(chosen, workers))
        for worker in workers:
            worker.close()
    return _told(chosen, survived)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--room", action="append", default=[], help="one room's alone")
    parser.add_argument("--only", action="append", default=[], help="the mutation of this name")
    parser.add_argument("-n", "--processes", type=int, default=1, help="so many at a time")
    parser.add_argument(
        "--unchecked", action="store_true", help="do not run the tests unmutated first"
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _copy(folder: Path) -> Path:
    # Beside ../shared as in the checkout, so that tests on real data find it where it is.
    tree = folder / "tree"
    unwanted = shutil.ignore_patterns("__pycache__", "_build", "generated", "*.egg-info")
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=unwanted)
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy2(file, tree)
    if (ROOT.parent / "shared").is_dir():
        (folder / "shared").symlink_to((ROOT.parent / "shared").resolve())
    return tree


def _refuse_failing(worker: _Worker, chosen: Iterable[Mutation]) -> None:
    """Refuse tests that fail, or stand idle, before anything is changed."""
    code = worker.run(sorted({path for one in chosen for path in one.tests}))
    if code != PASSED:
        raise MutationError(f"tests fail without any mutation:\n{worker.said()[-4000:]}")


def _run(chosen: Sequence[Mutation], workers: Sequence[_Worker]) -> Iterator[Mutation]:
    """Yield the mutations that no test noticed; say each one's fate as it is known."""
    idle: SimpleQueue[_Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def killed(one: Mutation) -> tuple[bool, float]:
        worker, start = idle.get(), time.monotonic()
        try:
            with _patched(worker.tree, one):
                code = worker.run(one.tests)
        finally:
            idle.put(worker)
        if code != PASSED and code not in FAILED:
            raise MutationError(f"{one.name!r}: pytest returned {code}:\n{worker.said()[-2000:]}")
        return code != PASSED, time.monotonic() - start

    with ThreadPoolExecutor(len(workers)) as pool:
        for one, (dead, took) in zip(chosen, pool.map(killed, chosen), strict=True):
            fate = "killed  " if dead else "SURVIVED"
            print(f"{fate} {took:5.0f} s  {one.room:<11} {one.name}", flush=True)
            if not dead:
                yield one


@contextmanager
def _patched(tree: Path, one: Mutation) -> Iterator[None]:
    path = tree / one.file
    text = path.read_text(encoding="utf-8")
    try:
        _write(path, mutated(one, text))
        yield
    finally:
        _write(path, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    # Of one size and written within one second, the code compiled before would still count.
    cached = importlib.util.cache_from_source(str(path))
    Path(cached).unlink(missing_ok=True)


class _Worker:
    """A process in one copy of the tree that has loaded what the code needs, but not the code.

    It forks for each run of tests, so that none waits for numpy and its like to load.
    """

    def __init__(self, tree: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if name != "CI"}
        self.tree = tree
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutations", "--serve"],
            cwd=tree, env={**kept, "PYTHONPATH": str(tree)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, tests: Sequence[str]) -> int:
        """Return what pytest returns for these tests, run by the code as it now stands."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(list(tests)), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def said(self) -> str:
        """Return what the last run wrote."""
        return (self.tree / SAID).read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _serve() -> None:
    for name in LOADED:
        importlib.import_module(name)
    # That it fails is enough: the least example that fails is sought for in vain, and for long.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutations", phases=phases, database=None)
    hypothesis.settings.load_profile("mutations")
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _test(json.loads(line))
        print(_ended(child), flush=True)


def _test(tests: Sequence[str]) -> NoReturn:
    os.setsid()
    with Path(SAID).open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    import hotspots

    assert Path(hotspots.__file__).is_relative_to(Path.cwd()), "not the copy's code"
    # One seed for hypothesis: what is killed today is killed tomorrow.
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
    code = pytest.main([*options, *tests])
    sys.stdout.flush()
    os._exit(int(code))


def _ended(child: int) -> int:
    """Wait for the child, no longer than is given; return its code, that of a failure if late."""
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return FAILED[0]


def _told(chosen: Sequence[Mutation], survived: Sequence[Mutation]) -> int:
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in chosen:
        rooms[one.room][one in survived] += 1
    print(f"\n{'room':<12}{'killed':>8}{'survived':>10}")
    for room, (dead, alive) in sorted(rooms.items()):
        print(f"{room:<12}{dead:>8}{alive:>10}")
    rate = 1 - len(survived) / len(chosen)
    print(f"\n{len(chosen) - len(survived)} of {len(chosen)} mutations killed ({rate:.0%})")
    for one in survived:
        print(f"survived: {one.name} ({one.file}): {one.why}")
    return 0 if rate >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
