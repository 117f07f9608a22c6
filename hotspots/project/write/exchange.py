"""Two folders change names, in one step where the system can."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_HERE = -100
"""``AT_FDCWD``: paths are relative to the working directory."""
_EXCHANGE = 2
"""``RENAME_EXCHANGE`` of Linux, and ``RENAME_SWAP`` of macOS."""


def exchanged(first: Path, second: Path) -> bool:
    """Exchange two folders of one file system in one step, and return whether that was possible.

    Nothing has changed where it was not: an older kernel, another system, or a file system that
    cannot.
    """
    names = os.fsencode(first), os.fsencode(second)
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            failed = system.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE)
        elif sys.platform == "darwin":
            failed = system.renamex_np(*names, _EXCHANGE)
        else:
            return False
    except (AttributeError, OSError, TypeError):
        return False
    return not failed


def synced(folder: Path) -> None:
    """Bring every file below a folder to the disk, so that a power cut leaves them whole."""
    for place, _, files in os.walk(folder):
        for name in files:
            _sync(Path(place, name), os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        sync_folder(Path(place))


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    if os.name != "nt":
        _sync(folder, os.O_RDONLY)


def _sync(path: Path, how: int) -> None:
    stream = os.open(path, how)
    try:
        os.fsync(stream)
    finally:
        os.close(stream)
