"""A cache of an online geocoder's answers: one SQLite file that only its owner can read."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotspots.errors import DataFileError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

_APPLICATION = 0x48534143
_VERSION = 1
_DAY = 86_400.0
_WAIT_SECONDS = 30.0
_TABLE = (
    "CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT, expires REAL NOT NULL) WITHOUT ROWID"
)


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """One answer from the cache; ``answer`` is None if the provider found nothing."""

    answer: str | None


class AnswerCache:
    """Store answers by key, each written immediately, until they expire.

    Parameters
    ----------
    path
        The file, created with mode 0600 if absent. Its folder must exist.
    keep_days
        Days until an answer expires.
    keep_missing_days
        Days until a "not found" expires.
    now
        Function that returns the seconds since 1970; the clock by default.

    Raises
    ------
    DataFileError
        If the file cannot be opened, is damaged, of another program or of another version.
    InputError
        If a number of days is not above 0.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with AnswerCache(pathlib.Path(folder) / "answers.sqlite") as cache:
    ...         cache.put("calle juarez 5", None)
    ...         cache.get("calle juarez 5"), cache.get("calle lerdo 7")
    (CachedAnswer(answer=None), None)
    """

    def __init__(
        self,
        path: Path,
        *,
        keep_days: float = 365.0,
        keep_missing_days: float = 30.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        for name, days in (("keep_days", keep_days), ("keep_missing_days", keep_missing_days)):
            if not days > 0:
                raise InputError(f"AnswerCache: {name} is {days}. Give a number of days above 0.")
        self.path = path
        self._keep = keep_days * _DAY
        self._keep_missing = keep_missing_days * _DAY
        self._now = now
        self._database = _opened(path)

    def get(self, key: str) -> CachedAnswer | None:
        """Return the answer stored under the key, or None if there is none or it has expired."""
        try:
            row = self._database.execute(
                "SELECT answer FROM answers WHERE key = ? AND expires > ?", (key, self._now())
            ).fetchone()
        except sqlite3.Error as error:
            raise _unusable(self.path, str(error)) from error
        return None if row is None else CachedAnswer(row[0])

    def put(self, key: str, answer: str | None) -> None:
        """Store an answer (None: not found); it is on disk when this returns."""
        held = self._keep_missing if answer is None else self._keep
        try:
            self._database.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (key, answer, self._now() + held)
            )
        except sqlite3.Error as error:
            raise _unusable(self.path, str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> AnswerCache:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _opened(path: Path) -> sqlite3.Connection:
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        database = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, str(error)) from error
    try:
        _prepare(database, path)
    except sqlite3.Error as error:
        database.close()
        raise _unusable(path, str(error)) from error
    except DataFileError:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    """Create the table in an empty file; refuse a damaged file, or one of another version."""
    database.execute("BEGIN IMMEDIATE")
    if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        database.execute(_TABLE)
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {_VERSION}")
    database.execute("COMMIT")
    if database.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
        raise _unusable(path, "it is a database of another program")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version != _VERSION:
        raise _unusable(path, f"it has version {version}, and this program reads {_VERSION}")
    state = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if state != "ok":
        raise _unusable(path, f"it is damaged ({state})")


def _unusable(path: Path, reason: str) -> DataFileError:
    return DataFileError(
        f"The cache of answers {path} cannot be used: {reason}. "
        "Give another file, or move this one away; its addresses are then asked again."
    )
