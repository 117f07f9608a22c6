"""Debian's PostgreSQL with PostGIS, started on loopback for the tests and stopped after them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "s3creto:ñ@/?"
USER, NAME = "clerk", "city"


@dataclass(frozen=True)
class Database:
    """A server that asks its one user for a password."""

    binaries: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{NAME}"

    def sql(self, statement: str, *, database: str = NAME) -> str:
        """Run a statement as the owner and return what it prints."""
        done = subprocess.run(
            [
                *(self.binaries / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1"),
                *("-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database),
                *("-c", statement),
            ],
            env={**os.environ, "PGPASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def started(binaries: Path) -> Iterator[Database]:
    """Yield a server with an empty database that has the extension ``postgis``."""
    with tempfile.TemporaryDirectory(prefix="hotspots-postgis-") as name:
        home = Path(name)
        secret, data = home / "secret", home / "data"
        secret.write_text(PASSWORD, encoding="utf-8")
        if os.geteuid() == 0:
            for path in (home, secret):
                shutil.chown(path, "postgres")
        _as_nobody_special(
            [
                *(binaries / "initdb", "-D", data, "-U", USER, "--pwfile", secret),
                *("-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync"),
            ]
        )
        database = Database(binaries, _free_port())
        control = [binaries / "pg_ctl", "-D", data, "-w", "-l", home / "log"]
        options = (
            f"-p {database.port} -c listen_addresses=127.0.0.1 -c fsync=off "
            f"-c unix_socket_directories={home}"
        )
        _as_nobody_special([*control, "-o", options, "start"])
        try:
            database.sql(f"CREATE DATABASE {NAME}", database="postgres")
            database.sql("CREATE EXTENSION postgis")
            yield database
        finally:
            _as_nobody_special([*control, "-m", "immediate", "stop"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_nobody_special(command: Sequence[str | Path]) -> None:
    """Run a command of the server's, which root may not run."""
    way = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*way, *command], cwd="/", check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
