"""One run at a time into an output folder: a lock of the system, and who holds it."""

from __future__ import annotations

import errno
import json
import os
import platform
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import lock_descriptor

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD = "run.json"
FORGOTTEN_S = 24 * 3600.0
"""After so long a run that nothing can be asked about counts as dead."""

_NO_LOCKS = frozenset((errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL))

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes into a working folder.

    Attributes
    ----------
    host, machine
        Name of the machine or container, and the identifier that its system was installed with.
    boot
        Identifier of the running kernel, the same in all containers on it; "" where there is none.
    space
        Namespace of process ids, as a container has its own; "" where there is none.
    process
        Process id.
    born
        When the process began, in ticks of the kernel's clock; "" where that is not known.
    since
        When the run began, in seconds since 1970.
    """

    host: str
    machine: str
    boot: str
    space: str
    process: int
    born: str
    since: float

    def __str__(self) -> str:
        start = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(self.since))
        return f"process {self.process} on {self.host}, since {start}"


def this_process() -> Holder:
    """Return this process as the holder of a run that begins now."""
    return Holder(
        host=platform.node(),
        machine=_line("/etc/machine-id"),
        boot=_line("/proc/sys/kernel/random/boot_id"),
        space=_link("/proc/self/ns/pid"),
        process=os.getpid(),
        born=_born("self"),
        since=time.time(),
    )


def write_record(folder: Path, holder: Holder) -> None:
    """Write into a working folder who works there."""
    (folder / RECORD).write_text(json.dumps(asdict(holder)), encoding="utf-8")


def read_record(folder: Path) -> Holder | None:
    """Return who works, or worked, in a folder; None where that does not stand there."""
    try:
        written = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        texts = {one.name: str(written[one.name]) for one in fields(Holder)}
        numbers = {"process": int(written["process"]), "since": float(written["since"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Holder(**(texts | numbers))  # type: ignore[arg-type]


def may_live(folder: Path, *, sure: bool) -> bool:
    """Return whether the run that left a working folder may still write into it.

    Parameters
    ----------
    folder
        The working folder of another run.
    sure
        True where this process holds the lock and the system keeps it: no run on the same
        kernel lives then. A run on another machine may, if the file system that they share
        keeps each machine's locks to itself.
    """
    holder, here = read_record(folder), this_process()
    if holder is None:
        return not sure and _age(folder) < FORGOTTEN_S
    if holder.boot == here.boot and (here.boot or holder.host == here.host):
        if sure:
            return False
        if holder.space == here.space:
            return _runs(holder)
    elif (holder.host, holder.machine) == (here.host, here.machine):
        return False  # This machine has been started again since.
    return time.time() - holder.since < FORGOTTEN_S


@contextmanager
def locked(path: Path) -> Iterator[bool | None]:
    """Hold the lock of a file for as long as the block runs; the system frees it at death.

    Yields
    ------
    bool or None
        True if it is held, False if another process holds it, None if the file system has no
        locks.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    stream, held = _taken(path)
    try:
        yield held
    finally:
        if held is not False and os.name != "nt":
            path.unlink(missing_ok=True)
        os.close(stream)
        if held is not False and os.name == "nt":
            # Windows removes no open file: neither this one nor another run's.
            with suppress(OSError):
                path.unlink()


def _taken(path: Path) -> tuple[int, bool | None]:
    while True:
        stream = os.open(path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o600)
        try:
            held: bool | None = lock_descriptor(stream, blocking=False)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                os.close(stream)
                raise
            held = None
        if held is not True or _is_there(stream, path):
            return stream, held
        # Its holder removed the file between the opening and the lock, which is on no name now.
        os.close(stream)


def _is_there(stream: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(stream), path.stat())
    except FileNotFoundError:
        return False


def _runs(holder: Holder) -> bool:
    if os.name == "nt":
        # On Windows os.kill(process, 0) ends the process.
        return True
    try:
        os.kill(holder.process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # It runs, as another user's.
        pass
    return holder.born == _born(str(holder.process))


def _born(process: str) -> str:
    # The name of a program, in parentheses, may hold spaces; the start is the 20th word after it.
    words = _line(f"/proc/{process}/stat").rpartition(")")[2].split()
    return words[19] if len(words) > 19 else ""


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0


def _line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return str(Path(path).readlink())
    except OSError:
        return ""
