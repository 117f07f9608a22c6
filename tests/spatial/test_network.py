"""No file makes a reader call anyone: tried in a network of its own, where calls are counted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("inputs_that_call.py")
ADDRESS = "10.66.0.1"
APART = ("unshare", "--net", "sh", "-c")
SETUP = f"ip addr add {ADDRESS}/24 dev lo && ip link set lo up"


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict:
    """What came of every file, and how many connections."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("unshare or ip is absent: apt-get install util-linux iproute2")
    if subprocess.run([*APART, SETUP], capture_output=True).returncode:
        pytest.skip("network namespaces are not permitted here: run as root")
    folder = tmp_path_factory.mktemp("inputs")
    # Nothing is exempt from a proxy by luck: with this every address is reached directly.
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    command = f'{SETUP} && exec "$0" "$@"'
    done = subprocess.run(
        [*APART, command, sys.executable, SCRIPT, folder, ADDRESS],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_no_input_calls_anyone(found) -> None:
    assert found["calls"] == 0
    assert found["with one on purpose"] == 1


def test_what_is_not_read_is_refused_with_an_error_of_ours(found) -> None:
    faults = {what: said for what, said in found["outcomes"].items() if said.startswith("fault")}
    assert not faults
    for what in ("linked.geojson", "links.kml", "entity.gml", "view.tab", "virtual.gpkg"):
        assert found["outcomes"][f"layer {what}"] == "refused"
    for what in ("odd.gpkg", "odd.fgb", "odd.parquet"):
        assert found["outcomes"][f"layer {what}"] == "read"
    assert found["outcomes"]["raster raster.tif"] == "refused"
    assert found["outcomes"]["project values.toml"] == "refused"
