"""Who answers in a database's place gets no password: a server that does not encrypt, for one."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import closing

import pytest

import hotspots as hs
from hotspots.errors import DataFileError
from hotspots.tables.encryption import encryption

pytest.importorskip("psycopg")
pytest.importorskip("geoalchemy2")
make_url = pytest.importorskip("sqlalchemy").make_url

VARIABLE, PASSWORD = "HOTSPOTS_TEST_PASSWORD", "s3creto"
_ENCRYPT = struct.pack("!ii", 8, 80877103)


class Listener(threading.Thread):
    """A server that refuses to encrypt and asks for the password in clear text."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.heard = b""
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            with closing(client):
                client.settimeout(5)
                try:
                    self.talk(client)
                except OSError:
                    continue

    def talk(self, client: socket.socket) -> None:
        while said := client.recv(4096):
            self.heard += said
            if PASSWORD.encode() in said:
                return
            client.sendall(b"N" if said == _ENCRYPT else struct.pack("!cii", b"R", 8, 3))


@pytest.fixture
def listener(monkeypatch):
    monkeypatch.setenv(VARIABLE, PASSWORD)
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSSLROOTCERT"):
        monkeypatch.delenv(name, raising=False)
    server = Listener()
    server.start()
    yield server
    server.door.close()


def ask(address: str) -> str:
    source = hs.postgis_source(address, table="t", password_env=VARIABLE)
    with pytest.raises(DataFileError) as caught:
        hs.read_incidents(source, category="c")
    return str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://clerk@db.example:{port}/city?hostaddr=127.0.0.1",
        "postgresql://clerk@:{port}/city?host=db.example&hostaddr=127.0.0.1",
    ],
)
def test_no_password_goes_to_another_machine_in_clear(listener, address):
    said = ask(address.format(port=listener.port))
    assert PASSWORD.encode() not in listener.heard
    assert listener.heard == _ENCRYPT
    assert "must encrypt" in said
    assert "?sslmode=require" in said


def test_the_owner_of_the_project_may_say_otherwise(listener):
    """The same listener does hear it then, so the test above would notice."""
    ask(f"postgresql://clerk@db.example:{listener.port}/city?hostaddr=127.0.0.1&sslmode=disable")
    assert PASSWORD.encode() in listener.heard


def test_an_address_in_the_environment_is_another_machine_too(monkeypatch):
    """libpq goes to PGHOSTADDR, whatever host the project file names."""
    monkeypatch.setenv("PGHOSTADDR", "203.0.113.7")
    assert encryption(make_url("postgresql://clerk@localhost/city"))["sslmode"] == "verify-full"
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    assert encryption(make_url("postgresql://clerk@localhost/city")) == {}
