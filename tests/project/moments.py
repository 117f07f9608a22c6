"""Runs into an output folder that are ended at a moment; a program, so that it can fork.

Each call prints one JSON list, a record for each moment: what was left, and after the next start.
"""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import signal
import stat
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from hotspots.errors import OutputError
from hotspots.project.write import folder as folder_module
from hotspots.project.write.folder import replaced_folder

SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.scandir")
STEPS += ("ctypes.dlsym", "os.listdir", "tempfile.mkdtemp", "shutil.rmtree")
WRITING = ("open", "os.mkdir", "os.rename")
REFUSED, FULL, PAST = 3, 4, 5


class _NoSuchStepError(Exception):
    """A run has fewer steps."""


def write_small(out: Path, content: str) -> None:
    """A run in small: the folders that a real one has, the same content in each file."""
    with replaced_folder(out) as fresh:
        (fresh / "internal").mkdir(mode=0o700)
        (fresh / "public").mkdir()
        for name in ("internal/a.csv", "internal/b.csv", "public/c.csv", "manifest.json"):
            (fresh / name).write_text(content, encoding="utf-8")


def content_of(out: Path) -> str:
    """The content of a small output, "none" where there is none, "broken" where it is not whole."""
    if not out.exists():
        return "none"
    files = {
        path.relative_to(out).as_posix(): path.read_text(encoding="utf-8")
        for path in out.rglob("*")
        if path.is_file()
    }
    whole = {"internal/a.csv", "internal/b.csv", "public/c.csv", "manifest.json"}
    if set(files) != whole or len(set(files.values())) != 1 or not private(out):
        return "broken"
    return files["manifest.json"]


def private(out: Path) -> bool:
    return stat.S_IMODE((out / "internal").stat().st_mode) == 0o700


def at_step(number: int, act: Callable[[], None], steps: Sequence[str] = STEPS) -> list[int]:
    """Do something just before a step that the interpreter takes on files."""
    left = [number]
    home = str(Path.cwd())

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in steps or left[0] < 0:
            return
        if event == "open" and not str(arguments[0]).startswith(home):
            return
        left[0] -= 1
        if left[0] < 0:
            act()

    sys.addaudithook(hook)
    return left


def in_child(job: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    code = 0
    # In the background a shell has the program ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)
    try:
        job()
    except OutputError as error:
        code = FULL if "the disk is full" in str(error) else REFUSED
    except _NoSuchStepError:
        code = PAST
    except (KeyboardInterrupt, SystemExit):
        code = 130
    except BaseException:
        code = 1
    os._exit(code)


def ended(child: int) -> int:
    """The exit code; minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def clean(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path != out)


def every_step(home: Path, *, in_one_step: bool) -> list[dict[str, Any]]:
    """End a run before each of its steps, by each signal and by a full disk.

    Where the system exchanges two names in one step, also as if it could not, by SIGKILL.
    """
    if not in_one_step:
        folder_module.exchanged = lambda *_: False
    found: list[dict[str, Any]] = []
    for how in (*SIGNALS, None) if in_one_step else SIGNALS[:1]:
        for number in range(1000):
            out = home / f"{how}-{number}" / "out"
            out.parent.mkdir()
            write_small(out, "old")
            os.chdir(out.parent)

            def job(out: Path = out, how: Any = how, number: int = number) -> None:
                if how is None:
                    left = at_step(number, _full, WRITING)
                else:
                    left = at_step(number, lambda: os.kill(os.getpid(), how))
                write_small(out, "new")
                if left[0] >= 0:
                    raise _NoSuchStepError

            code = ended(in_child(job))
            record = {"how": str(how), "step": number, "code": code, "left": content_of(out)}
            record["beside"] = clean(out)
            folder_module.put_back(out)
            record["back"] = content_of(out)
            write_small(out, "next")
            found.append({**record, "next": content_of(out), "clean": clean(out) == []})
            if code == PAST:
                break
    return found


def _full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def two_at_once(home: Path, times: int) -> list[dict[str, Any]]:
    """Begin two runs into one folder together; one in two times the first is killed."""
    chance = random.Random(5)
    found = []
    for number in range(times):
        out = home / str(number) / "out"
        out.parent.mkdir()
        write_small(out, "old")
        first, second = (in_child(partial(write_small, out, one)) for one in ("new", "newer"))
        if number % 2:
            time.sleep(chance.uniform(0, 0.01))
            os.kill(first, signal.SIGKILL)
        codes = [ended(first), ended(second)]
        left = content_of(out)
        write_small(out, "next")
        found.append({"codes": codes, "left": left, "next": content_of(out), "beside": clean(out)})
    return found


def real_runs(home: Path, project: Path, times: int) -> list[dict[str, Any]]:
    """End real runs at random moments; two at once, and with little room in a file, in turn."""
    import hotspots as hs
    from hotspots.project import runner  # noqa: F401  # what a run needs is loaded before the fork

    warnings.simplefilter("ignore")
    chance, out = random.Random(7), home / "out"

    def job(room: int | None = None) -> None:
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        hs.run(project, out=out)

    begin = time.monotonic()
    assert ended(in_child(job)) == 0
    took = time.monotonic() - begin
    right = contents(out)
    found = []
    for number in range(times):
        how = (*SIGNALS, "two", "room")[number % 5]
        room = int(10 ** chance.uniform(2, 6)) if how == "room" else None
        children = [in_child(lambda room=room: job(room))]
        if how == "two":
            children.append(in_child(job))
        moment = chance.uniform(0, 1.1) * took
        open_to_others = watched(home, moment if how != "room" else 0)
        if how != "room":
            os.kill(children[0], signal.SIGKILL if how == "two" else how)
        codes = [ended(child) for child in children]
        left = clean(out)
        state = contents(out)
        folder_module.put_back(out)
        found.append(
            {
                "how": str(how),
                "moment": round(moment / took, 3),
                "room": room,
                "codes": codes,
                "whole": state == right,
                "missing": state == {},
                "back": contents(out) == right,
                "beside": left,
                "open": open_to_others,
            }
        )
    assert ended(in_child(job)) == 0
    found.append({"how": "last", "whole": contents(out) == right, "beside": clean(out)})
    return found


def watched(home: Path, seconds: float) -> list[str]:
    """Folders that others than the owner can read and must not, seen in so long."""
    until, seen = time.monotonic() + seconds, set()
    while time.monotonic() < until:
        working = [home / name for name in os.listdir(home) if name.startswith(".out-run-")]  # noqa: PTH208
        inside = [one / part / "internal" for one in working for part in ("new", "old")]
        for path in (*working, *inside, home / "out" / "internal"):
            # Any of them may be gone by now.
            with suppress(OSError):
                mode = stat.S_IMODE(path.stat().st_mode)
                if mode != 0o700:
                    seen.add(f"{path.name} {mode:o}")
        time.sleep(0.002)
    return sorted(seen)


def contents(out: Path) -> dict[str, int]:
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): hash(path.read_bytes()) for path in files}


if __name__ == "__main__":
    what, place, *rest = sys.argv[1:]
    place = Path(place).resolve()
    if what == "steps":
        records = every_step(place, in_one_step=rest == ["one"])
    elif what == "two":
        records = two_at_once(place, int(rest[0]))
    else:
        records = real_runs(place, Path(rest[0]), int(rest[1]))
    print(json.dumps(records))
