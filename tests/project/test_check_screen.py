"""The screen of ``hotspots check`` says every key in the project's language."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

import hotspots as hs
from hotspots._notes import Note
from hotspots.catalogue import text
from hotspots.project.screen import show_checkup


@pytest.fixture(scope="module")
def found():
    return hs.check(hs.sample("tumbes") / "project.toml")


def test_notes_states_and_offences_are_words_and_not_keys(found):
    console = Console(record=True, width=120, file=io.StringIO())
    show_checkup(found, console)
    shown = console.export_text()
    keys = [*found.repaired.index, *found.problems.index, *found.unit_problems["problem"]]
    assert set(keys) <= set(Note)
    for key in keys:
        assert text(f"note.{key}", "es") in shown and key not in shown
    for words in ("coordenadas dadas", "Homicidio", "Hurto", "sin clasificar"):
        assert words in shown
    for key in ("given", "homicide", "theft", "unmapped"):
        assert key not in shown
