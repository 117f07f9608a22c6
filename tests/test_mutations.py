"""The list of mutations fits the code: each can be made, and every room has some."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests import mutations

ROOT = Path(mutations.ROOT)
LISTED = mutations.read()
ROOMS = {
    "assignment", "catalogue", "clusters", "evaluation", "geocoding", "incidents", "layers", "maps",
    "polygons", "priority", "project", "schema", "spatial", "stats", "tables", "_checks",
}  # fmt: skip


@pytest.mark.parametrize("one", LISTED, ids=[one.name for one in LISTED])
def test_its_text_is_found_once_and_what_it_makes_is_python(one):
    text = mutations.mutated(one, (ROOT / one.file).read_text(encoding="utf-8"))
    if one.file.endswith(".py"):
        ast.parse(text)
    for path in one.tests:
        assert (ROOT / path).exists(), f"{one.name!r} runs {path}, which is not there"
    assert one.new != one.old
    assert one.why


def test_no_name_is_there_twice_and_no_room_without():
    assert max(Counter(one.name for one in LISTED).values()) == 1
    assert {one.room for one in LISTED} >= ROOMS
    assert len(LISTED) >= 100


def test_a_text_that_is_gone_or_there_twice_is_an_error():
    one = mutations.Mutation("ends", "hotspots/x.py", "a < b", "a <= b", ("tests",), "")
    assert mutations.mutated(one, "if a < b:") == "if a <= b:"
    for text in ("if a > b:", "a < b or a < b"):
        with pytest.raises(mutations.MutationError, match=r"'ends'.*found [02] times"):
            mutations.mutated(one, text)
