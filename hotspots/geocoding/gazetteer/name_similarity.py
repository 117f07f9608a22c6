"""Similarity of names by words: typing errors, abbreviations, initials, missing words."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hotspots.geocoding.address.names import direction_of, numbers_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

LEAST_SIMILARITY = 0.70
"""Below this, two names are never taken for one."""

LEAST_WHOLE = 0.85
"""Least similarity of names without their spaces, where words were joined or split."""

SHORTENED = 0.9
"""Similarity of an initial or an abbreviation to its word."""

_OTHER_ORDER = 0.98
_LEAST_PREFIX = 3
_MOST_EDITS = 3
_CHUNK = 512
# Edits allowed in a word of that many letters.
_EDITS = np.array([0] * 4 + [1] * 2 + [2] * 4 + [3])


class Words(NamedTuple):
    """A name's words, and the parts of it that must match exactly."""

    words: tuple[str, ...]
    letters: int
    numbers: tuple[str, ...]
    direction: str

    @classmethod
    def of(cls, name: str) -> Words:
        """Return the words of a name."""
        words = tuple(name.split())
        return cls(words, sum(map(len, words)), numbers_in(name), direction_of(name))

    def may_be(self, other: Words) -> bool:
        """Return False if numbers differ, or one name says north and the other south."""
        return self.numbers == other.numbers and (
            self.direction == other.direction or not self.direction or not other.direction
        )


@dataclass(frozen=True, eq=False, slots=True)
class Vocabulary:
    """The words of a list of names.

    Attributes
    ----------
    words
        Distinct, sorted.
    lengths
        Their lengths.
    """

    words: tuple[str, ...]
    lengths: NDArray[np.intp]

    @classmethod
    def build(cls, words: Iterable[str]) -> Vocabulary:
        """Return the vocabulary of the distinct words."""
        distinct = tuple(sorted(set(words)))
        return cls(distinct, np.array([len(word) for word in distinct], dtype=np.intp))

    def similar(self, asked: Sequence[str]) -> dict[str, dict[str, float]]:
        """Return word → similar words of the vocabulary, with their similarity from 0 to 1."""
        found = {word: self._shortened(word) for word in asked}
        spelled = [word for word in asked if len(word) > 1 and not _has_digit(word)]
        for start in range(0, len(spelled) if self.words else 0, _CHUNK):
            chunk = spelled[start : start + _CHUNK]
            edits = process.cdist(
                chunk,
                self.words,
                scorer=OSA.distance,
                score_cutoff=_MOST_EDITS,
                dtype=np.uint8,
                workers=-1,
            )
            rows, columns = np.nonzero(edits <= _MOST_EDITS)
            lengths = np.array([len(word) for word in chunk])[rows]
            longer = np.maximum(lengths, self.lengths[columns])
            off = edits[rows, columns]
            good = (off <= _EDITS[np.minimum(longer, len(_EDITS) - 1)]) & (
                self.lengths[columns] > 1
            )
            similar = 1.0 - off / longer
            for row, column, value in zip(
                rows[good].tolist(), columns[good].tolist(), similar[good].tolist(), strict=True
            ):
                if not _has_digit(self.words[column]):
                    found[chunk[row]].setdefault(self.words[column], value)
        return found

    def _shortened(self, word: str) -> dict[str, float]:
        """Return the word itself, its abbreviations, and what it may abbreviate."""
        found = {word: 1.0} if self._has(word) else {}
        if _has_digit(word):
            return found
        shorts = [word[:1], *(word[:end] for end in range(_LEAST_PREFIX, len(word) - 1))]
        found |= {short: SHORTENED for short in shorts if short != word and self._has(short)}
        if len(word) == 1 or len(word) >= _LEAST_PREFIX:
            least = 0 if len(word) == 1 else len(word) + 2
            for at in range(bisect_left(self.words, word), len(self.words)):
                other = self.words[at]
                if not other.startswith(word):
                    break
                if len(other) >= least and not _has_digit(other):
                    found.setdefault(other, SHORTENED)
        return found

    def _has(self, word: str) -> bool:
        at = bisect_left(self.words, word)
        return at < len(self.words) and self.words[at] == word


def similarity(asked: str, known: str) -> float:
    """Return the similarity of two names, from 0 to 1.

    Words are matched one to one, weighted by their letters: equal words, an initial, an
    abbreviation, or a few letters changed, transposed, lost or added. A word that only the known
    name has counts half, since people omit words more often than they add them. Where words
    were joined or split, the letters of the whole names are compared. Names with different
    numbers or compass directions are different.

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
    left, right = Words.of(asked), Words.of(known)
    if asked == known or not left.may_be(right):
        return float(asked == known)
    alike = Vocabulary.build(right.words).similar(left.words)
    by_words = word_similarity(left, right, [alike[word] for word in left.words])
    return max(by_words, whole_similarity(asked, known))


def whole_similarity(asked: str, known: str) -> float:
    """Return the similarity of two names without their spaces; 0 if they have as many words.

    Examples
    --------
    >>> whole_similarity("villa nueva", "villanueva"), whole_similarity("rio lerma", "rio lerna")
    (1.0, 0.0)
    """
    if asked.count(" ") == known.count(" "):
        return 0.0
    whole: float = OSA.normalized_similarity(asked.replace(" ", ""), known.replace(" ", ""))
    return whole if whole > LEAST_WHOLE else 0.0


def word_similarity(asked: Words, known: Words, alike: Sequence[Mapping[str, float]]) -> float:
    """Return the share of letters in matched words; ``alike`` holds each query word's matches."""
    pairs = [
        (-likes[word], i, j)
        for i, likes in enumerate(alike)
        for j, word in enumerate(known.words)
        if word in likes
    ]
    pairs.sort()
    left: dict[int, int] = {}
    right: set[int] = set()
    # The letters of a word that only the known name has count half.
    matched, total = 0.0, asked.letters + 0.5 * known.letters
    in_order = True
    for negative, i, j in pairs:
        if i in left or j in right:
            continue
        one, other = len(asked.words[i]), len(known.words[j])
        weight = one if one > other else other
        matched -= negative * weight
        total += weight - one - 0.5 * other
        if left and in_order:
            in_order = all((i < before) == (j < at) for before, at in left.items())
        left[i] = j
        right.add(j)
    return (matched / total) * (1.0 if in_order else _OTHER_ORDER)


def _has_digit(word: str) -> bool:
    return not word.isalpha()
