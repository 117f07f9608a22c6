"""The cache of online answers: private, at once on disk, expiring, and honest when damaged."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from hotspots.errors import DataFileError, InputError
from hotspots.geocoding.online.cache import AnswerCache, CachedAnswer

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400


@pytest.mark.skipif(os.name == "nt", reason="file modes are POSIX")
def test_only_the_owner_reads_the_file_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with AnswerCache(tmp_path / "a.sqlite") as cache:
            cache.put("a", "1")
    finally:
        os.umask(before)
    assert (tmp_path / "a.sqlite").stat().st_mode & 0o777 == 0o600


def test_an_answer_is_on_disk_before_keep_returns_and_a_second_reader_sees_it(
    tmp_path: Path,
) -> None:
    with AnswerCache(tmp_path / "a.sqlite") as one, AnswerCache(tmp_path / "a.sqlite") as two:
        one.put("a", "1")
        assert two.get("a") == CachedAnswer("1")
        two.put("b", None)
        assert one.get("b") == CachedAnswer(None)


def test_answers_expire_and_not_found_sooner(tmp_path: Path) -> None:
    clock = [0.0]
    with AnswerCache(
        tmp_path / "a.sqlite", keep_days=10, keep_missing_days=2, now=lambda: clock[0]
    ) as cache:
        cache.put("found", "1")
        cache.put("missing", None)
        clock[0] = 3 * DAY
        assert cache.get("missing") is None
        assert cache.get("found") == CachedAnswer("1")
        clock[0] = 10 * DAY
        assert cache.get("found") is None


def test_rubbish_another_version_and_another_program_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"rubbish" * 500)
    with pytest.raises(DataFileError, match=r"a\.sqlite .*Give another file"):
        AnswerCache(path)
    path.unlink()
    AnswerCache(path).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 9")
    database.close()
    with pytest.raises(DataFileError, match="it has version 9"):
        AnswerCache(path)
    other = sqlite3.connect(tmp_path / "b.sqlite")
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(DataFileError, match="another program"):
        AnswerCache(tmp_path / "b.sqlite")


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with AnswerCache(path) as cache:
        for number in range(500):
            cache.put(f"key {number}", "x" * 100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataFileError, match="cannot be used"):
        AnswerCache(path)


def test_no_days_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="keep_days is 0"):
        AnswerCache(tmp_path / "a.sqlite", keep_days=0)
