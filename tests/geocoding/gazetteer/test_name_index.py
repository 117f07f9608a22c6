"""Names that mean one thing are found; names that mean another are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.geocoding.gazetteer.name_index import NameIndex
from hotspots.geocoding.gazetteer.name_similarity import similarity

LEAST = 0.70
"""Of ten letters three may be wrong, and no more, for two names to be one."""

NAMES = [
    "16 septiembre",
    "15 septiembre",
    "san gerardo",
    "general rodolfo fierro",
    "rio lerma",
    "puerto libertad",
    "puerto penasco",
    "villanueva",
    "manzanillo",
    "lerdo",
]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("lerdo", "lerdo"),
        ("manzsnillo", "manzanillo"),
        ("mnazanillo", "manzanillo"),
        ("manzanilo", "manzanillo"),
        ("gerardo san", "san gerardo"),
        ("s gerardo", "san gerardo"),
        ("rodolfo fierro", "general rodolfo fierro"),
        ("rio lrma", "rio lerma"),
        ("villa nueva", "villanueva"),
        ("puerto libetrad", "puerto libertad"),
    ],
)
def test_the_name_that_is_meant_comes_first(asked, meant):
    hits = NameIndex.build(NAMES).search([asked])[asked]
    assert hits[0].name == meant
    assert hits[0].similarity >= LEAST


@pytest.mark.parametrize("asked", ["14 septiembre", "morelos", "puerto vallarta", "17", "x"])
def test_what_is_not_there_is_not_found(asked):
    assert NameIndex.build(NAMES).search([asked])[asked] == ()


def test_an_exact_name_is_the_only_hit():
    index = NameIndex.build([*NAMES, "lerda"])
    assert [hit.name for hit in index.search(["lerdo"])["lerdo"]] == ["lerdo"]
    assert [hit.name for hit in index.search_similar(["lerdo"])["lerdo"]] == ["lerdo", "lerda"]


def test_an_empty_index_finds_nothing():
    assert NameIndex.build([]).search(["lerdo"]) == {"lerdo": ()}


words = st.text(alphabet="abcdeilnorst", min_size=4, max_size=9)


@settings(max_examples=200, deadline=None)
@given(st.lists(words, min_size=1, max_size=3), st.lists(words, min_size=1, max_size=3))
def test_likeness_is_a_share_and_one_only_for_equals(left, right):
    one, other = " ".join(left), " ".join(right)
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, one) == 1.0
    assert (similarity(one, other) == 1.0) == (one == other)


short = st.text(alphabet="abc", min_size=1, max_size=5)
name = st.lists(short, min_size=1, max_size=3).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(name, st.lists(name, min_size=1, max_size=30))
def test_no_name_that_is_like_enough_is_passed_over(asked, listed):
    """The index compares few names; comparing all finds none that is liker."""
    hits = NameIndex.build(listed).search_similar([asked])[asked]
    best = max(similarity(asked, other) for other in listed)
    if best >= LEAST:
        # Above .85 the words decide, and no whole names are compared.
        assert hits[0].similarity >= min(best, 0.85)
    for hit in hits:
        assert LEAST <= hit.similarity <= similarity(asked, hit.name)
