"""However a run ends, the old output is there whole or the new one, and nobody else's is harmed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hotspots.errors import OutputError
from hotspots.project.write.exchange import exchanged
from hotspots.project.write.folder import put_back, replaced_folder
from hotspots.project.write.lock import this_process, write_record
from tests.project.moments import FULL, REFUSED, clean, content_of, write_small

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither fork nor signals")


def moments(*words: object) -> list[dict]:
    command = [sys.executable, "-m", "tests.project.moments", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("exchange", ["one", "two"])
def test_ended_before_any_step_the_old_or_the_new_output_is_whole(tmp_path, exchange) -> None:
    found = moments("steps", tmp_path, exchange)
    assert len(found) > (150 if exchange == "one" else 40)
    assert {one["back"] for one in found} == {"old", "new"}
    if exchange == "one" and sys.platform == "linux":
        assert {one["left"] for one in found} == {"old", "new"}
    assert all(one["next"] == "next" and one["clean"] for one in found)
    tidy = [one for one in found if one["how"] not in ("9", "None") and one["code"] == 130]
    assert sum(one["beside"] in ([], [".out.lock"]) for one in tidy) >= 0.9 * len(tidy)
    full = [one for one in found if one["how"] == "None" and one["code"] != 0][:-1]
    assert all(one["code"] == FULL for one in full if one["back"] == "old")


def test_of_two_runs_at_once_one_is_refused(tmp_path) -> None:
    for one in moments("two", tmp_path, 30):
        assert one["left"] in ("old", "new", "newer")
        assert one["next"] == "next"
        assert one["beside"] == []
        assert set(one["codes"]) <= {0, REFUSED, -9}
        assert -9 in one["codes"] or 0 in one["codes"]


def test_a_few_real_runs(town, tmp_path) -> None:
    hold(moments("real", runs(tmp_path), town.project, 5))


@pytest.mark.slow
def test_two_hundred_real_runs(town, tmp_path) -> None:
    hold(moments("real", runs(tmp_path), town.project, 250))


def runs(tmp_path: Path) -> Path:
    place = tmp_path / "runs"
    place.mkdir()
    return place


def hold(found: list[dict]) -> None:
    *runs, last = found
    assert [one for one in runs if not one["back"]] == []
    assert [one for one in runs if one["open"]] == []
    assert last["whole"]
    assert last["beside"] == []


def test_the_second_run_is_told_who_holds_the_folder(tmp_path) -> None:
    out = tmp_path / "out"
    with replaced_folder(out) as fresh:
        (fresh / "manifest.json").write_text("first", encoding="utf-8")
        begin = time.monotonic()
        with pytest.raises(OutputError, match=rf"process {os.getpid()} on .*, since 20"):
            write_small(out, "second")
        assert time.monotonic() - begin < 5
    assert (out / "manifest.json").read_text(encoding="utf-8") == "first"
    assert clean(out) == []


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare, of util-linux")
def test_a_run_in_another_container_is_left_alone(tmp_path) -> None:
    """A process of its own namespace, where it is number 1, as in a container."""
    out = tmp_path / "out"
    program = (
        "import sys, time\nfrom pathlib import Path\n"
        "from hotspots.project.write.folder import replaced_folder\n"
        f"with replaced_folder(Path({str(out)!r})) as fresh:\n"
        "    print('writing', flush=True)\n    sys.stdin.readline()\n"
        "    (fresh / 'manifest.json').write_text('theirs')\n"
    )
    command = ["unshare", "--fork", "--pid", "--mount-proc", "--uts"]
    command += ["sh", "-c", f'hostname other; exec {sys.executable} -c "$0"', program]
    other = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdin is not None
    assert other.stdout is not None
    if other.stdout.readline() != "writing\n":
        pytest.skip("needs the right to make a namespace")
    with pytest.raises(OutputError, match="process 1 on other"):
        write_small(out, "ours")
    other.communicate("go on\n", timeout=60)
    assert (out / "manifest.json").read_text(encoding="utf-8") == "theirs"


HERE = this_process()
ELSEWHERE = replace(HERE, host="elsewhere", machine="m2", boot="another kernel", process=1)


@pytest.mark.parametrize(
    "left",
    [
        replace(HERE, process=1),
        HERE,
        replace(HERE, space="pid:[1]", host="a container that is gone"),
        replace(HERE, boot="before the power cut"),
        replace(ELSEWHERE, since=time.time() - 30 * 3600),
        None,
    ],
    ids=["process 1", "a number used again", "container", "power cut", "long ago", "no record"],
)
def test_what_a_dead_run_left_is_cleared(tmp_path, left) -> None:
    out = tmp_path / "out"
    working = tmp_path / ".out-run-abcdefgh"
    (working / "new" / "internal").mkdir(parents=True)
    if left is not None:
        write_record(working, left)
    write_small(out, "new")
    assert content_of(out) == "new"
    assert clean(out) == []


def test_what_may_be_alive_on_another_machine_is_not_touched(tmp_path) -> None:
    out = tmp_path / "out"
    working = tmp_path / ".out-run-abcdefgh"
    (working / "new").mkdir(parents=True)
    write_record(working, ELSEWHERE)
    with pytest.raises(OutputError, match=r"process 1 on elsewhere.*no longer there, remove"):
        write_small(out, "new")
    assert [path.name for path in working.iterdir()] != []
    assert clean(out) == [working.name]


@pytest.mark.parametrize(
    ("left", "refused"),
    [
        (HERE, True),
        (replace(HERE, born="1"), False),
        (replace(HERE, space="pid:[1]"), True),
        (replace(HERE, space="pid:[1]", since=time.time() - 30 * 3600), False),
    ],
    ids=["alive", "a number used again", "container", "container of yesterday"],
)
@pytest.mark.skipif(sys.platform != "linux", reason="a process's start is read from /proc")
def test_a_file_system_without_locks(tmp_path, monkeypatch, left, refused) -> None:
    def nothing(*_: object, **__: object) -> bool:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("hotspots.project.write.lock.lock_descriptor", nothing)
    out = tmp_path / "out"
    working = tmp_path / ".out-run-abcdefgh"
    (working / "new").mkdir(parents=True)
    write_record(working, left)
    if refused:
        with pytest.raises(OutputError, match="another run is writing"):
            write_small(out, "new")
        assert clean(out) == [working.name]
    else:
        write_small(out, "new")
        assert clean(out) == []


def test_verify_puts_back_what_a_killed_run_took_away(tmp_path) -> None:
    out = tmp_path / "out"
    write_small(out, "old")
    working = tmp_path / ".out-run-abcdefgh"
    working.mkdir()
    write_record(working, replace(HERE, process=1))
    out.rename(working / "old")
    put_back(out)
    assert content_of(out) == "old"


def test_a_folder_of_a_like_name_is_another_s(tmp_path) -> None:
    other = tmp_path / ".out-run-2024-run-abcdefgh"
    other.mkdir()
    write_small(tmp_path / "out", "new")
    assert other.is_dir()


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is of Linux")
def test_two_folders_change_names_in_one_step(tmp_path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "was").write_text(name, encoding="utf-8")
    assert exchanged(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a" / "was").read_text(encoding="utf-8") == "b"
    assert not exchanged(tmp_path / "a", tmp_path / "missing")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root mounts a small disk")
@pytest.mark.parametrize("room", ["64k", "300k", "700k"])
def test_a_full_disk(town, tmp_path, room) -> None:
    """Whichever library writes as the disk fills, the message says what to do."""
    from typer.testing import CliRunner

    from hotspots.cli import app

    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={room}", "none", disk], check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    try:
        write_small(disk / "out", "old")
        done = CliRunner().invoke(app, ["run", str(town.project), "--out", str(disk / "out")])
        assert done.exit_code == 2, done.output
        assert "the disk is full" in " ".join(done.output.split())
        assert content_of(disk / "out") == "old"
        assert clean(disk / "out") == []
    finally:
        subprocess.run(["umount", disk], check=True)
