"""The output folder: written beside its final place, then moved there in one piece."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Never

from hotspots.errors import HotspotsError, OutputError
from hotspots.project.write.exchange import exchanged, sync_folder, synced
from hotspots.project.write.lock import (
    RECORD,
    locked,
    may_live,
    read_record,
    this_process,
    write_record,
)
from hotspots.project.write.manifest import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_NEARLY_NOTHING = 1 << 20
"""Bytes free below which a failure to write is put down to the full disk."""


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder to write into, which replaces ``out`` if no error occurs.

    Whatever ends the process, ``out`` is the old output whole or the new one whole, or is put
    back by the next run. Only one run at a time writes into a folder; SIGTERM ends one as Ctrl-C
    does, and what it wrote is removed.

    Raises
    ------
    OutputError
        If ``out`` cannot be written, holds files that are not a run's outputs, or another run is
        writing into it; if the disk is full.
    """
    out = out.resolve()
    with _saying(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    with _terminable(), _locked(out) as held:
        if held is False:
            raise _busy(out, _working_folders(out))
        with _working_folder(out) as work:
            _clear_leftovers(out, work, sure=held is True)
            _check_replaceable(out)
            with _saying(out):
                fresh = work / "new"
                fresh.mkdir()
            with _saying_full(out):
                yield fresh
                fresh.chmod(0o755)
                synced(fresh)
            with _saying(out):
                _swap(fresh, out, work / "old")


def put_back(out: Path) -> None:
    """Put the old output back where a run was ended between taking it away and bringing the new.

    Nothing is done where ``out`` is there, or where a run is writing.
    """
    out = out.resolve()
    if os.path.lexists(out) or not out.parent.is_dir() or not _working_folders(out):
        return
    with _locked(out) as held:
        if held is not False:
            for left in _working_folders(out):
                if not may_live(left, sure=held is True):
                    _restore(left, out)


@contextmanager
def _locked(out: Path) -> Iterator[bool | None]:
    with ExitStack() as stack:
        with _saying(out):
            held = stack.enter_context(locked(out.parent / f".{out.name}.lock"))
        yield held


def _working_folders(out: Path) -> list[Path]:
    ours = re.compile(re.escape(f".{out.name}-run-") + "[a-z0-9_]{8}")
    return sorted(path for path in out.parent.iterdir() if ours.fullmatch(path.name))


@contextmanager
def _working_folder(out: Path) -> Iterator[Path]:
    """Give a folder beside ``out`` that only its owner can read, and that says whose it is."""
    work = None
    try:
        with _saying(out):
            work = Path(tempfile.mkdtemp(prefix=f".{out.name}-run-", dir=out.parent))
            write_record(work, this_process())
        yield work
    finally:
        if work is not None:
            try:
                _remove(work)
            except BaseException:
                # A second Ctrl-C, or the first at this moment, does not leave it there.
                _remove(work)
                raise


def _clear_leftovers(out: Path, work: Path, *, sure: bool) -> None:
    """Remove what dead runs left beside ``out``, after putting an old output back.

    Raises
    ------
    OutputError
        If one of them may be alive. This run said before looking that it is there, so that of
        two that begin at once at least one sees the other.
    """
    for left in _working_folders(out):
        if left == work:
            continue
        if may_live(left, sure=sure):
            raise _busy(out, [left])
        _restore(left, out)
        _remove(left)


def _restore(left: Path, out: Path) -> None:
    if not os.path.lexists(out) and (left / "old" / FILE).is_file():
        (left / "old").rename(out)


def _remove(work: Path) -> None:
    """Remove a working folder, the record of whose it is last."""
    for path in work.glob("*"):
        if path.name != RECORD:
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(work, ignore_errors=True)


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


def _swap(fresh: Path, out: Path, old: Path) -> None:
    """Bring the new output to its place; the old one, if any, stays in the working folder."""
    if not out.exists():
        fresh.rename(out)
    elif not exchanged(fresh, out):
        try:
            out.rename(old)
            fresh.rename(out)
        finally:
            # If anything came between the two moves, Ctrl-C included, put the old output back.
            if not out.exists():
                old.rename(out)
    sync_folder(out.parent)


def _busy(out: Path, working: list[Path]) -> OutputError:
    holders = [holder for holder in map(read_record, working) if holder is not None]
    who = f" ({holders[0]})" if holders else ""
    mend = "Wait until it has ended, or choose another folder with --out."
    if holders and holders[0].host != this_process().host:
        mend += f" If that run is no longer there, remove {working[0]}."
    return OutputError(f"output folder {out}: another run is writing into it{who}. {mend}")


@contextmanager
def _saying(out: Path) -> Iterator[None]:
    """Raise an error of the system as ours."""
    try:
        yield
    except HotspotsError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise _full(out) from error
        raise OutputError(
            f"output folder {out}: cannot be written ({error.strerror}). Choose a folder of yours "
            "with --out; a place where a disk is mounted cannot itself be replaced, a folder in "
            "it can."
        ) from None


@contextmanager
def _saying_full(out: Path) -> Iterator[None]:
    """Raise as ours what goes wrong because the disk is full, whichever library says so."""
    try:
        yield
    except Exception as error:
        if _is_full(error, out):
            raise _full(out) from error
        raise


def _is_full(error: Exception, out: Path) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return True
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, HotspotsError) and not isinstance(error, OutputError):
        return False
    return shutil.disk_usage(out.parent).free < _NEARLY_NOTHING


def _full(out: Path) -> OutputError:
    free = shutil.disk_usage(out.parent).free / 1e6
    return OutputError(
        f"output folder {out}: the disk is full, or a quota is used up ({free:,.1f} MB free). What "
        "was there before is unchanged. Free some space, or choose a folder on another disk with "
        "--out."
    )


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as an exit does, so that it can clean up."""
    names = ("SIGTERM", "SIGHUP") if sys.platform != "win32" else ()
    kinds = [getattr(signal, name) for name in names]
    if threading.current_thread() is not threading.main_thread():
        kinds = []
    kinds = [kind for kind in kinds if signal.getsignal(kind) is signal.SIG_DFL]
    for kind in kinds:
        signal.signal(kind, _exit)
    try:
        yield
    finally:
        for kind in kinds:
            signal.signal(kind, signal.SIG_DFL)


def _exit(number: int, _: object) -> Never:
    raise SystemExit(128 + number)
