"""A thousand broken versions of the town: each is read, or refused with an error of ours."""

from __future__ import annotations

import resource
import signal

import pytest

from tests.project.fuzz import fuzz
from tests.project.fuzzed_towns import towns

pytestmark = pytest.mark.skipif(not hasattr(signal, "alarm"), reason="no alarm on Windows")


@pytest.fixture(scope="module")
def sources(tmp_path_factory, make_town):
    return towns(tmp_path_factory.mktemp("towns"), make_town)


def fuzzed(sources, scratch, seed: int, count: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, faults = fuzz(sources, scratch / "town", seed, count)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert not faults, "\n".join(faults)
    assert sum(found.values()) == count
    assert found["read"] > 0.02 * count
    assert after - before < 1024**2


@pytest.mark.parametrize("seed", range(4))
def test_a_broken_project_is_read_or_refused(sources, tmp_path, seed: int) -> None:
    fuzzed(sources, tmp_path, seed, 250)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 105))
def test_thousands_of_broken_projects(sources, tmp_path, seed: int) -> None:
    fuzzed(sources, tmp_path, seed, 1_000)
