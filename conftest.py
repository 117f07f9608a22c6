"""What cannot run here for want of an extra is skipped, and says what to install.

This file lies above ``tests/``, so that the doctests of ``hotspots/`` have its rules, too.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent
SHARED = ROOT.parent / "shared" / "data"
EXTRAS = {
    "dask": "cluster",
    "distributed": "cluster",
    "geopy": "online",
    "pygeoda": "peers",
    "geoalchemy2": "postgis",
    "psycopg": "postgis",
    "sqlalchemy": "postgis",
    "matplotlib": "static",
    "xlwt": "test-core",
    "pypdf": "test",
    "pypdfium2": "test",
}


def _wanted(error: BaseException | None) -> str | None:
    """Return what to install where an error comes from an extra that is not there."""
    while error is not None:
        module = (getattr(error, "name", None) or "").partition(".")[0]
        if isinstance(error, ImportError) and module in EXTRAS and not _is_there(module):
            return f'{module} is absent: pip install "hotspots-geo[{EXTRAS[module]}]"'
        # A doctest keeps the error of its example beside it.
        error = getattr(error, "exc_info", (None, None))[1] or error.__cause__
    return None


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Skip a module that imports an extra that is not there."""
    report = yield
    call: pytest.CallInfo[Any] | None = getattr(report, "call", None)
    if report.failed and call and call.excinfo and (wanted := _wanted(call.excinfo.value)):
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, f"Skipped: {wanted}")
        # pytest leaves the module half imported; who imports it next must not get that half.
        sys.modules.pop(".".join(collector.path.relative_to(ROOT).with_suffix("").parts), None)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Skip what asks for an extra that is not there; in CI, with the real data, fail it."""
    report = yield
    if report.failed and call.excinfo and (wanted := _wanted(call.excinfo.value)):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, f"Skipped: {wanted}")
    could_run = os.environ.get("CI") and SHARED.is_dir()
    if report.skipped and could_run and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it could have run: {report.longrepr}"
    return report
