"""The words from which a country's street and colonia names are made."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Words:
    """Lists of words; kinds come with their shares, heads by how poor a colonia is."""

    themes: Mapping[str, Sequence[str]]
    avenues: Sequence[str]
    titles: Sequence[str]
    given: Sequence[str]
    family: Sequence[str]
    colonias: Sequence[str]
    colonia_heads: Mapping[str, Sequence[str]]
    avenue_kinds: Mapping[str, float]
    street_kinds: Mapping[str, float]


def words_of(country: str) -> Words:
    """Return the words of ``mexico`` or ``peru``."""
    text = (Path(__file__).parent / f"words_{country}.toml").read_text(encoding="utf-8")
    return Words(**tomllib.loads(text))
