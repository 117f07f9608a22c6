"""The output folder: written beside its final place, then moved there in one piece."""

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
    """Give an empty folder to write into, which replaces ``out`` if no error occurs.

    Raises
    ------
    OutputError
        If ``out`` cannot be written, or holds files that are not a run's outputs.
    """
    out = out.resolve()
    _remove_leftovers(out)
    _check_replaceable(out)
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


def _remove_leftovers(out: Path) -> None:
    """Remove what a killed run left beside ``out``, after putting an old output back."""
    for left in sorted(out.parent.glob(f".{glob.escape(out.name)}-*-*")):
        process = left.name.removeprefix(f".{out.name}-").split("-")[0]
        if not process.isdigit() or _is_running(int(process)):
            continue
        if not out.exists() and (left / out.name / FILE).is_file():
            (left / out.name).rename(out)
        shutil.rmtree(left, ignore_errors=True)


def _is_running(process: int) -> bool:
    if os.name == "nt":
        # On Windows os.kill(process, 0) ends the process.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _check_replaceable(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(f"output folder {out}: a file has that name. Choose another with --out.")
    if any(out.iterdir()) and not (out / FILE).is_file():
        raise OutputError(
            f"output folder {out}: holds files that no run of hotspots made, and a run "
            "replaces the whole folder. Choose an empty or a new folder with --out."
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
        # If anything came between the two moves, Ctrl-C included, put the old output back.
        if not out.exists():
            (old / out.name).rename(out)
        shutil.rmtree(old, ignore_errors=True)
