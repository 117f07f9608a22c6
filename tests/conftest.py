"""What every room's tests share: real data that may be absent, and no silent skips in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; a test that asks for it is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"real data: {SHARED} is absent")
    return SHARED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """In CI, with the real data present, a skipped test is a failed one."""
    report = yield
    could_run = os.environ.get("CI") and SHARED.is_dir()
    if report.skipped and could_run and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it could have run: {report.longrepr}"
    return report
