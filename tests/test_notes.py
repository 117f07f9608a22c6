"""Notes beside a row: a fixed key, the row's own text, and a tally that needs only the key."""

from __future__ import annotations

import re

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots._notes import Note, join_notes, joined, note, note_keys, noted, split_note

KEYS = st.sampled_from(list(Note))


def test_the_keys_are_plain_words_joined_by_underscores():
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", key) for key in Note)


@settings(max_examples=200, deadline=None)
@given(KEYS, st.text(max_size=300))
def test_no_detail_can_look_like_another_note(key, detail):
    written = note(key, detail)
    assert ";" not in written and "\n" not in written
    found, kept = split_note(written)
    assert found == key and len(kept) <= 80
    assert note_keys(pd.Series([written])).to_dict() == {str(key): 1}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.tuples(KEYS, st.text(max_size=20)), max_size=4), max_size=12))
def test_each_row_counts_once_for_each_of_its_keys(rows):
    written = pd.Series([joined(*(note(*one) for one in row)) for row in rows], dtype=str)
    found = note_keys(written)
    expected = {str(key): sum(key in dict(row) for row in rows) for key in Note}
    assert found.to_dict() == {key: n for key, n in expected.items() if n}
    assert found.is_monotonic_decreasing


def test_the_tally_does_not_depend_on_the_order_of_rows():
    written = pd.Series(["overlap: a; small_gap", "small_gap: 1 m", "no_residents", None])
    assert note_keys(written).equals(note_keys(written.iloc[::-1]))


def test_a_detail_is_each_rows_own_and_only_where_asked():
    labels = pd.Series(["OTROS", "x;y", "OTROS", ""], index=[7, 7, 3, 1])
    found = noted(Note.CATEGORY_UNKNOWN, labels, labels != "OTROS")
    assert found.tolist() == ["", "category_unknown: x,y", "", "category_unknown"]
    assert found.index.equals(labels.index)
    assert noted(Note.OVERLAP, labels, labels == "?").tolist() == [""] * 4


def test_columns_join_row_by_row():
    left = pd.Series(["overlap", "", "overlap", ""])
    right = pd.Series(["small_gap", "small_gap", "", ""])
    found = join_notes(left, right).tolist()
    assert found == ["overlap; small_gap", "small_gap", "overlap", ""]
