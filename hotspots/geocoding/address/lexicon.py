"""The words of addresses, country by country; a parser and a gazetteer must use the same.

A file of ``countries/`` holds one country's words; ``shared.toml``, ``spanish.toml`` and
``english.toml`` hold what several countries share. Words are folded. Sections of words map the
standard word to its spellings; ``[keywords]`` are sets of words by what they announce;
``[[postcodes]]``, ``[[boxes_of_mail]]`` and ``[[marks]]`` are patterns that are rewritten before
the text is cut into tokens. What stands under ``[known]`` means something else in another country,
and is read only where the country is named or found.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_FOLDER = Path(__file__).parent / "countries"
_WORDS = (
    *("street_types_before", "street_types_after", "words", "directions", "directions_english"),
    *("numbers", "neighborhoods", "units"),
)
_VALUED = ("block", "lot", "parcel", "kilometer", "hundred")
_ANNOUNCING = (
    *("between", "corner", "crossings", "landmark", "block", "lot", "parcel", "kilometer"),
    *("hundred", "areas", "city", "districts", "streets"),
)
_LONG = 5
_SHARED = ("shared", "spanish", "english")

SIGNS = frozenset(",;()")
"""Signs between the parts of an address."""

CODE = "~"
"""The token that stands where a postcode was written."""

Box = tuple[float, float, float, float]

Rewriting = tuple[tuple[str, ...], re.Pattern[str], str]
"""Substrings without one of which the pattern cannot match, the pattern, its replacement."""


class Postcode(NamedTuple):
    """A country's postcode: its pattern, its standard form, its replacement, its language."""

    pattern: re.Pattern[str]
    code: str
    by: str
    english: bool


@dataclass(frozen=True, eq=False, slots=True)
class Lexicon:
    """The words of addresses in some countries.

    Attributes
    ----------
    countries
        Their codes (ISO 3166-1), in alphabetical order; () where no country is known, and the
        words are those of all.
    types_before, types_after
        Street type as written → standard type: "av" → "avenida", "st" → "street".
    numbers, directions, english_directions, neighborhood_words, units
        The same for numbers and ordinals, for compass directions (and those of English names
        alone), for words that start a neighborhood, and for parts of a building.
    standard_words
        Word inside a name as written → standard word, numbers and directions included.
    keywords
        What is announced → the words that announce it.
    neighborhood_pairs
        Pairs of words that start a neighborhood.
    postcodes, boxes, marks
        Patterns that are rewritten before the text is cut into tokens.
    english_types, long_types
        The types of English streets, and all types long enough to be recognized misspelled.
    street_words
        Types that say, wherever they stand, that a street's name follows.
    lot_words, valued_words
        Keywords followed by a lot, and by any value.
    area_words, house_words, crossing_words, scene_words
        Words that start a neighborhood, a house, a crossing, and words that set a scene.
    leading_words
        Words that lead to a street's type: "Km 12 *de la* Carretera Central".
    after_numbers
        Words that may follow the number in a street's name: "5 *de* mayo", "64 *poniente*".
    sides
        All spellings of the directions.
    announcing
        Every word that does not simply continue the part before it.
    """

    countries: tuple[str, ...]
    types_before: Mapping[str, str]
    types_after: Mapping[str, str]
    standard_words: Mapping[str, str]
    numbers: Mapping[str, str]
    directions: Mapping[str, str]
    english_directions: Mapping[str, str]
    neighborhood_words: Mapping[str, str]
    units: Mapping[str, str]
    keywords: Mapping[str, frozenset[str]]
    neighborhood_pairs: frozenset[tuple[str, ...]]
    postcodes: tuple[Postcode, ...]
    boxes: tuple[Rewriting, ...]
    marks: tuple[Rewriting, ...]
    english_types: frozenset[str]
    long_types: tuple[str, ...]
    street_words: frozenset[str]
    lot_words: frozenset[str]
    valued_words: frozenset[str]
    area_words: frozenset[str]
    house_words: frozenset[str]
    crossing_words: frozenset[str]
    scene_words: frozenset[str]
    leading_words: frozenset[str]
    after_numbers: frozenset[str]
    sides: frozenset[str]
    announcing: frozenset[str]


def known_countries() -> tuple[str, ...]:
    """Return the codes of the countries whose addresses can be read.

    Examples
    --------
    >>> known_countries()
    ('ar', 'br', 'cl', 'co', 'gb', 'mx', 'pe', 'us')
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("??.toml")))


def lexicon_of(country: str | Sequence[str] | None = None) -> Lexicon:
    """Return the words of addresses in one country, in several, or (None) in all.

    Raises
    ------
    InputError
        If a country is not known.

    Examples
    --------
    >>> lexicon_of("co").types_before["kr"], "kr" in lexicon_of("mx").types_before
    ('carrera', False)
    >>> lexicon_of(["us", "mx"]) is lexicon_of(("mx", "us"))
    True
    """
    named = () if country is None else (country,) if isinstance(country, str) else tuple(country)
    unknown = [one for one in named if one not in known_countries()]
    if unknown:
        raise InputError(
            f"country: came as {unknown[0]!r}. Addresses can be read of "
            f"{', '.join(known_countries())}; give one or more of these, or None for all."
        )
    return _lexicon(tuple(sorted(set(named))))


def countries_at(box: Box) -> tuple[str, ...]:
    """Return the countries that a box (west, south, east, north; degrees) may be in.

    Near a border there are several; outside the known countries there are none.

    Examples
    --------
    >>> countries_at((-99.3, 19.2, -98.9, 19.6)), countries_at((-106.6, 31.5, -106.2, 31.9))
    (('mx',), ('mx', 'us'))
    >>> countries_at((2.2, 48.8, 2.4, 48.9))
    ()
    """
    return tuple(
        code
        for code in known_countries()
        if any(_meet(box, other) for other in _content(code)["boxes"])
    )


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@cache
def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _lexicon(countries: tuple[str, ...]) -> Lexicon:
    sources = _sources(countries)
    words = {section: _spellings(sources, section) for section in _WORDS}
    keywords = _keywords(sources)
    # A country's patterns come before its language's, and those before the shared ones.
    specific = sources[::-1]
    pairs = [pair for source in sources for pair in source.get("neighborhood_pairs", ())]
    before, after = words["street_types_before"], words["street_types_after"]
    directions = words["directions"] | words["directions_english"]
    return Lexicon(
        countries=countries,
        types_before=before,
        types_after=after,
        standard_words=words["directions"] | words["words"] | words["numbers"],
        numbers=words["numbers"],
        directions=words["directions"],
        english_directions=directions,
        neighborhood_words=words["neighborhoods"],
        units=words["units"],
        keywords=keywords,
        neighborhood_pairs=frozenset(tuple(pair.split()) for pair in pairs),
        postcodes=tuple(code for source in specific for code in _postcodes(source)),
        boxes=tuple(one for source in specific for one in _rewritings(source, "boxes_of_mail")),
        marks=tuple(one for source in specific for one in _rewritings(source, "marks")),
        **_derived(words, keywords),
    )


def _sources(countries: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the contents to merge, from the most widely shared to each country's own."""
    contents = [_content(code) for code in countries or known_countries()]
    shared_by = {language for content in contents for language in content["languages"]}
    languages = sorted(shared_by, reverse=True)
    named = contents if countries else []
    known = [
        {"states": content.get("states", ""), **content["known"]}
        for content in named
        if "known" in content
    ]
    return [_content("shared"), *map(_content, languages), *contents, *known]


def _spellings(sources: Sequence[Mapping[str, Any]], section: str) -> dict[str, str]:
    return {
        written: standard
        for source in sources
        for standard, spellings in source.get(section, {}).items()
        for written in spellings.split()
    }


def _keywords(sources: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for source in (*map(_content, _SHARED), *sources):
        for key, words in source.get("keywords", {}).items():
            # Every key must exist, even if no file that is merged has words for it.
            found[key].update(words.split() if any(source is one for one in sources) else ())
    return {key: frozenset(words) for key, words in found.items()}


def _rewritings(source: Mapping[str, Any], kind: str) -> Iterator[Rewriting]:
    for entry in source.get(kind, ()):
        yield tuple(entry["when"]), _pattern(entry, source), entry["by"]


def _postcodes(source: Mapping[str, Any]) -> Iterator[Postcode]:
    for entry in source.get("postcodes", ()):
        english = entry.get("english", False)
        yield Postcode(_pattern(entry, source), entry["code"], entry["by"], english)


def _pattern(entry: Mapping[str, Any], source: Mapping[str, Any]) -> re.Pattern[str]:
    states = "|".join(sorted(source.get("states", "").split()))
    return re.compile(entry["pattern"].replace("{states}", states))


def _derived(
    words: Mapping[str, Mapping[str, str]], keywords: Mapping[str, frozenset[str]]
) -> dict[str, Any]:
    """Return the sets of words that are derived from others."""
    before, units = words["street_types_before"], words["units"]
    directions = words["directions"]
    streets = {word for word, kind in before.items() if kind in keywords["opening"]}
    street_words = keywords["streets"] | keywords["street_plurals"] | streets
    areas = keywords["areas"].union(words["neighborhoods"])
    return {
        "english_types": frozenset(words["street_types_after"].values()),
        "long_types": tuple(sorted({kind for kind in before.values() if len(kind) >= _LONG})),
        "street_words": street_words,
        "lot_words": keywords["lot"] | keywords["parcel"],
        "valued_words": frozenset().union({"s/n", "m", "l"}, *(keywords[key] for key in _VALUED)),
        "area_words": areas,
        "house_words": (keywords["streets"] | keywords["block"]).union(units),
        "crossing_words": keywords["between"] | keywords["corner"],
        "scene_words": keywords["scene"] | keywords["small"],
        "leading_words": keywords["links"].difference(before),
        "after_numbers": keywords["months"].union(directions, ("de", "del", "bis")),
        "sides": frozenset(directions).union(words["directions_english"]),
        "announcing": frozenset().union(
            areas,
            street_words,
            units,
            SIGNS,
            ("s/n", "cp", "pb", "p", "m", "l", "y", "e", "#", "/", "--", CODE),
            *(keywords[key] for key in _ANNOUNCING),
        ),
    }
