"""Subprocess that runs a command in processes of their own, and says what each of them took.

Its arguments are one project file a case. Each case is forked from here, where all is imported, so
that its memory and time are its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback


def outcome(project: str) -> tuple[int, str]:
    from typer.testing import CliRunner

    from hotspots.cli import app

    done = CliRunner().invoke(app, ["check", project])
    broken = done.exception if not isinstance(done.exception, SystemExit) else None
    said = "".join(traceback.format_exception(broken)) if broken else ""
    return done.exit_code, done.output + said


def measured(project: str, seconds: int) -> dict[str, object]:
    reader, writer = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        signal.alarm(seconds)
        with os.fdopen(writer, "w") as pipe:
            json.dump(outcome(project), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    _, status, used = os.wait4(child, 0)
    code, output = json.loads(said) if status == 0 else (None, f"ended with {status}")
    return {
        "project": project,
        "code": code,
        "output": output,
        "seconds": round(time.monotonic() - start, 1),
        "megabytes": used.ru_maxrss // 1024,
    }


if __name__ == "__main__":
    import hotspots.project.checkup
    import hotspots.project.show.screen  # noqa: F401

    for project in sys.argv[2:]:
        print(json.dumps(measured(project, int(sys.argv[1]))), flush=True)
