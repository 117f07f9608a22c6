"""An index of names: exact first, then by shared words, then by letters."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hotspots.geocoding.names import direction_of, numbers_in, sorted_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEAST_SIMILARITY = 0.70
"""Below this two names are not one name, whatever else speaks for it."""

_LETTERS_ALIKE = 0.62
_COMMON_WORD = 60
_MOST_HITS = 8
_CHUNK = 512


class Hit(NamedTuple):
    """A name of the index and how like the asked one it is, from 0 to 1."""

    name: str
    similarity: float


@dataclass(frozen=True, eq=False, slots=True)
class NameIndex:
    """Names in the one spelling, ready to be searched.

    Attributes
    ----------
    names
        Distinct names, sorted.
    by_sorted_words
        Words in alphabetical order → names with just these words.
    by_word
        Word → names that hold it.
    """

    names: tuple[str, ...]
    by_sorted_words: Mapping[str, tuple[str, ...]]
    by_word: Mapping[str, tuple[str, ...]]

    @classmethod
    def build(cls, names: Iterable[str]) -> NameIndex:
        """Return the index of the distinct names; "" is left out."""
        distinct = tuple(sorted({name for name in names if name}))
        by_sorted_words: defaultdict[str, list[str]] = defaultdict(list)
        by_word: defaultdict[str, list[str]] = defaultdict(list)
        for name in distinct:
            by_sorted_words[sorted_words(name)].append(name)
            for word in sorted(set(name.split())):
                by_word[word].append(name)
        return cls(
            distinct,
            {key: tuple(found) for key, found in by_sorted_words.items()},
            {key: tuple(found) for key, found in by_word.items()},
        )

    def search(self, asked: Iterable[str]) -> dict[str, tuple[Hit, ...]]:
        """Return asked name → its likenesses in the index, the likest first, at most 8.

        A name that is there, or is there with its words in another order, has that one hit;
        the others are compared by words (abbreviations, initials, words left out, swapped
        letters), with numbers in names held to be either equal or different.
        """
        distinct = sorted(set(asked) - {""})
        known = set(self.names)
        found: dict[str, tuple[Hit, ...]] = {}
        unknown: list[str] = []
        for name in distinct:
            if name in known:
                found[name] = (Hit(name, 1.0),)
            elif swapped := self.by_sorted_words.get(sorted_words(name)):
                found[name] = tuple(Hit(other, 0.98) for other in swapped)
            else:
                unknown.append(name)
        return found | self.search_alike(unknown)

    def search_alike(self, asked: Sequence[str]) -> dict[str, tuple[Hit, ...]]:
        """Return asked name → the names most like it, itself included, the likest first."""
        found: dict[str, tuple[Hit, ...]] = {}
        for start in range(0, len(asked), _CHUNK):
            chunk = list(asked[start : start + _CHUNK])
            letters = process.cdist(
                chunk,
                self.names,
                scorer=OSA.normalized_similarity,
                score_cutoff=_LETTERS_ALIKE,
                dtype=np.float32,
                workers=-1,
            )
            for row, name in enumerate(chunk):
                near = [self.names[column] for column in np.flatnonzero(letters[row])]
                found[name] = self._rank(name, near)
        return found

    def _rank(self, name: str, near: list[str]) -> tuple[Hit, ...]:
        sharing = [
            other
            for word in name.split()
            if len(self.by_word.get(word, ())) <= _COMMON_WORD
            for other in self.by_word.get(word, ())
        ]
        hits = [Hit(other, similarity(name, other)) for other in sorted({*near, *sharing})]
        good = [hit for hit in hits if hit.similarity >= LEAST_SIMILARITY]
        return tuple(sorted(good, key=lambda hit: (-hit.similarity, hit.name))[:_MOST_HITS])


def similarity(asked: str, known: str) -> float:
    """Return how like two names are, from 0 to 1.

    The words are paired one to one, a pair counting by its letters: equal words, an initial, an
    abbreviation, or a few letters changed, swapped, lost or added. A word that only the known
    name has counts half, since people leave words out more often than they add some. Where
    words were joined or parted the letters of the whole names are compared. Names whose numbers
    or whose north and south differ are different.

    Examples
    --------
    >>> similarity("manzsnillo", "manzanillo") > 0.85
    True
    >>> similarity("s gerardo", "san gerardo") > 0.9
    True
    >>> similarity("16 septiembre", "15 septiembre")
    0.0
    >>> similarity("puerto libertad", "puerto penasco") < 0.6
    True
    """
    if asked == known:
        return 1.0
    if numbers_in(asked) != numbers_in(known):
        return 0.0
    directions = direction_of(asked), direction_of(known)
    if all(directions) and directions[0] != directions[1]:
        return 0.0
    whole: float = OSA.normalized_similarity(asked.replace(" ", ""), known.replace(" ", ""))
    apart = asked.count(" ") != known.count(" ")
    return max(_by_words(asked.split(), known.split()), whole if apart and whole > 0.85 else 0.0)


def _by_words(asked: list[str], known: list[str]) -> float:
    pairs = sorted(
        (
            (-_word_similarity(left, right), i, j)
            for i, left in enumerate(asked)
            for j, right in enumerate(known)
        ),
    )
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    matched = total = 0.0
    in_order = True
    for negative, i, j in pairs:
        if negative == 0.0 or i in taken_left or j in taken_right:
            continue
        weight = max(len(asked[i]), len(known[j]))
        matched -= negative * weight
        total += weight
        in_order &= all(
            (i < other) == (j < known_at)
            for other, known_at in zip(sorted(taken_left), sorted(taken_right), strict=True)
        )
        taken_left.add(i)
        taken_right.add(j)
    total += sum(len(word) for i, word in enumerate(asked) if i not in taken_left)
    total += 0.5 * sum(len(word) for j, word in enumerate(known) if j not in taken_right)
    return (matched / total) * (1.0 if in_order else 0.98)


def _word_similarity(asked: str, known: str) -> float:
    if asked == known:
        return 1.0
    if asked.isdigit() or known.isdigit():
        return 0.0
    if len(asked) == 1 or len(known) == 1:
        return 0.9 if asked[0] == known[0] else 0.0
    shorter, longer = sorted((asked, known), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter) and len(longer) - len(shorter) > 1:
        return 0.9
    length = len(longer)
    allowed = 0 if length < 4 else 1 if length < 6 else 2 if length < 10 else 3
    edits = OSA.distance(asked, known, score_cutoff=allowed)
    return 0.0 if edits > allowed else 1.0 - edits / length


def most_common(values: Sequence[str]) -> str:
    """Return the commonest text, the first in the alphabet among equals; "" of nothing."""
    counts = Counter(values)
    return min(counts, key=lambda text: (-counts[text], text)) if counts else ""
