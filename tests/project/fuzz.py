# ruff: noqa: E501
"""Mutations of the town's project: each gives a result or an error of ours, soon."""

from __future__ import annotations

import random
import shutil
import signal
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from hotspots.errors import HotspotsError
from hotspots.project.checkup import check

SECONDS = 20
NASTY = (
    *("", "NaN", "nan", "inf", "-inf", "1e308", "-1e308", "9" * 400, "-0", "0", "null", "true"),
    *("1/0", "99/99/9999", "31/02/2013", "0001-01-01", "9999-12-31", "292277026596-01-01"),
    *("\x00", "\ufeff", "\u202e", "\ud7ff", "😀" * 50, "é" * 300, "../../../etc/passwd", "'; --"),
    *("http://10.0.0.1/a.gpkg", "/vsicurl/http://10.0.0.1/a", "/vsizip//vsicurl/http://10.0.0.1/a"),
    *("=HYPERLINK(1)", '"', '""', "\\", "\n", "\r", "\t", ";", ",", "[[", "]]", "{}", "#", "%s", "{0}"),
)  # fmt: skip
Mutation = Callable[[random.Random, bytes], bytes]


def flip(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def lose(chance: random.Random, content: bytes) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.choice((1, 7, 100, 4_096)) :]


def repeat(chance: random.Random, content: bytes) -> bytes:
    start, size = chance.randrange(len(content)), chance.choice((1, 4, 100, 4_096))
    part = content[start : start + size]
    return content[:start] + part * chance.choice((2, 3, 50)) + content[start + size :]


def overwrite(chance: random.Random, content: bytes) -> bytes:
    start, size = chance.randrange(len(content)), chance.choice((1, 4, 8, 64))
    value = chance.choice((b"\x00", b"\xff", b"\x7f", b"\x80"))
    return content[:start] + value * size + content[start + size :]


def insert(chance: random.Random, content: bytes) -> bytes:
    start = chance.randrange(len(content))
    nasty = chance.choice(NASTY).encode("utf-8", "surrogatepass")
    return content[:start] + nasty + content[start:]


def recode(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("latin-1")
    mark = chance.choice((b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    return mark + text.encode(chance.choice(("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")))


def empty(chance: random.Random, content: bytes) -> bytes:
    return chance.choice((b"", b"\n", b"\x00" * 4_096, b"{}", b"PK\x03\x04", b"PAR1PAR1"))


def cells(chance: random.Random, content: bytes) -> bytes:
    """Replace cells, values or keys of a text file by nasty ones."""
    mark = chance.choice((b",", b"=", b":", b'"', b"\n", b" "))
    parts = content.split(mark)
    for _ in range(chance.choice((1, 3, 20))):
        nasty = chance.choice(NASTY).encode("utf-8", "surrogatepass")
        parts[chance.randrange(len(parts))] = nasty
    return mark.join(parts)


def lines(chance: random.Random, content: bytes) -> bytes:
    """Delete, repeat, swap or shuffle lines."""
    found = content.split(b"\n")
    first, second = chance.randrange(len(found)), chance.randrange(len(found))
    what = chance.randrange(4)
    if what == 0:
        del found[first]
    elif what == 1:
        found.insert(second, found[first])
    elif what == 2:
        found[first], found[second] = found[second], found[first]
    else:
        chance.shuffle(found)
    return b"\n".join(found)


MUTATIONS: tuple[Mutation, ...] = (
    *(flip, cut, lose, repeat, overwrite, insert, recode, empty, cells, cells, lines, lines),
)


def mutated(chance: random.Random, source: Path, target: Path) -> str:
    """Copy a project, change one or two of its files, and say how."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    done = []
    for _ in range(chance.choice((1, 1, 1, 2))):
        file = chance.choice(sorted(path for path in target.rglob("*") if path.is_file()))
        mutation = chance.choice(MUTATIONS)
        content = file.read_bytes()
        if content:
            file.write_bytes(mutation(chance, content))
        done.append(f"{mutation.__name__} {file.name}")
    return ", ".join(done)


@contextmanager
def _no_longer_than(seconds: int):
    def late(*_):
        raise TimeoutError(f"not done in {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(project: Path) -> str:
    """Return ``read``, the class of our error, or the text of a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _no_longer_than(SECONDS):
                check(project)
        except HotspotsError as error:
            return type(error).__name__
        except BaseException as fault:
            trace = fault.__traceback__
            while trace.tb_next is not None:
                trace = trace.tb_next
            return f"fault: {fault!r} in {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return "read"


def fuzz(sources: list[Path], scratch: Path, seed: int, count: int) -> tuple[Counter, list[str]]:
    """Return outcome → how often, and each fault with its seed and mutation."""
    found: Counter = Counter()
    faults = []
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        source = sources[number % len(sources)]
        how = mutated(chance, source, scratch)
        result = outcome(scratch / "project.toml")
        if result.startswith("fault"):
            faults.append(f"{seed}-{number} ({source.name}; {how}): {result}")
        found[result.split(":")[0]] += 1
    return found, faults
