"""The output folder: made beside its place, and moved into it whole or not at all."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hotspots.errors import OutputError
from hotspots.project.write.manifest import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder to write into; it takes the place of ``out`` when all went well.

    Raises
    ------
    OutputError
        If ``out`` cannot be written, or holds files that are not a run's outputs.
    """
    out = out.resolve()
    _clear_up_after_the_killed(out)
    _ours_or_empty(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-{os.getpid()}-", dir=out.parent))
    except OSError as error:
        raise OutputError(
            f"output folder {out}: cannot be written ({error.strerror}). "
            "Choose a folder of yours with --out."
        ) from None
    try:
        yield fresh
        fresh.chmod(0o755)
        _swap(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _clear_up_after_the_killed(out: Path) -> None:
    """Remove what a run that was killed left beside ``out``; an old output goes back first."""
    for left in sorted(out.parent.glob(f".{glob.escape(out.name)}-*-*")):
        process = left.name.removeprefix(f".{out.name}-").split("-")[0]
        if not process.isdigit() or _is_running(int(process)):
            continue
        if not out.exists() and (left / out.name / FILE).is_file():
            (left / out.name).rename(out)
        shutil.rmtree(left, ignore_errors=True)


def _is_running(process: int) -> bool:
    if os.name == "nt":
        # There os.kill would end the process instead of asking for it.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _ours_or_empty(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(f"output folder {out}: a file has that name. Choose another with --out.")
    if any(out.iterdir()) and not (out / FILE).is_file():
        raise OutputError(
            f"output folder {out}: holds files that no run of hotspots made, and would be "
            "replaced whole. Choose an empty or a new folder with --out."
        )


def _swap(fresh: Path, out: Path) -> None:
    if not out.exists():
        fresh.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-{os.getpid()}-old-", dir=out.parent))
    try:
        out.rename(old / out.name)
        fresh.rename(out)
    finally:
        # Whatever came between the two, Ctrl-C too: one of them is in its place again.
        if not out.exists():
            (old / out.name).rename(out)
        shutil.rmtree(old, ignore_errors=True)
