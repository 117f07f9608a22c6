"""An index of names: exact first, then by words that are alike, then by letters."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hotspots.geocoding.address.names import sorted_words
from hotspots.geocoding.gazetteer.name_similarity import (
    LEAST_SIMILARITY,
    LEAST_WHOLE,
    Vocabulary,
    Words,
    whole_similarity,
    word_similarity,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MOST_HITS = 8
_CHUNK = 512


class Hit(NamedTuple):
    """A name of the index, and its similarity to the query, from 0 to 1."""

    name: str
    similarity: float


@dataclass(frozen=True, eq=False, slots=True)
class NameIndex:
    """Standardized names, indexed for search.

    Attributes
    ----------
    names
        Distinct names, sorted.
    parts
        Name → its words.
    by_sorted_words
        Words in alphabetical order → names with just these words.
    by_word
        Word → names that hold it.
    vocabulary
        All words.
    """

    names: tuple[str, ...]
    parts: Mapping[str, Words]
    by_sorted_words: Mapping[str, tuple[str, ...]]
    by_word: Mapping[str, tuple[str, ...]]
    vocabulary: Vocabulary

    @classmethod
    def build(cls, names: Iterable[str]) -> NameIndex:
        """Return the index of the distinct names; "" is skipped."""
        distinct = tuple(sorted({name for name in names if name}))
        by_sorted_words: defaultdict[str, list[str]] = defaultdict(list)
        by_word: defaultdict[str, list[str]] = defaultdict(list)
        for name in distinct:
            by_sorted_words[sorted_words(name)].append(name)
            for word in set(name.split()):
                by_word[word].append(name)
        return cls(
            distinct,
            {name: Words.of(name) for name in distinct},
            {key: tuple(found) for key, found in by_sorted_words.items()},
            {key: tuple(found) for key, found in by_word.items()},
            Vocabulary.build(by_word),
        )

    def search(self, asked: Iterable[str]) -> dict[str, tuple[Hit, ...]]:
        """Return query → the names of the index that are similar to it, best first, at most 8.

        A name in the index, or one with its words in another order, has that one hit. Others are
        compared word by word (abbreviations, initials, missing words, transposed letters);
        numbers in names must be equal.
        """
        distinct = sorted(set(asked) - {""})
        found: dict[str, tuple[Hit, ...]] = {}
        unknown: list[str] = []
        for name in distinct:
            if name in self.parts:
                found[name] = (Hit(name, 1.0),)
            elif swapped := self.by_sorted_words.get(sorted_words(name)):
                found[name] = tuple(Hit(other, 0.98) for other in swapped)
            else:
                unknown.append(name)
        return found | self.search_similar(unknown)

    def search_similar(self, asked: Sequence[str]) -> dict[str, tuple[Hit, ...]]:
        """Return query → the names most similar to it, itself included, best first."""
        split = {name: Words.of(name) for name in asked}
        distinct = sorted({word for words in split.values() for word in words.words})
        alike = self.vocabulary.similar(distinct)
        holders = {word: self._holders(likes) for word, likes in alike.items()}
        found = {name: self._by_words(name, words, alike, holders) for name, words in split.items()}
        poor = [
            name for name, hits in found.items() if not hits or hits[0].similarity < LEAST_WHOLE
        ]
        found |= self._by_letters(poor, found)
        return {name: _best(hits) for name, hits in found.items()}

    def _by_words(
        self,
        name: str,
        words: Words,
        alike: Mapping[str, Mapping[str, float]],
        holders: Mapping[str, frozenset[str]],
    ) -> list[Hit]:
        """Return all names whose words match those of the query well enough."""
        likes = [alike[word] for word in words.words]
        hits = []
        for other in _sharing(words.words, likes, [holders[word] for word in words.words]):
            parts = self.parts[other]
            if words.may_be(parts):
                value = 1.0 if other == name else word_similarity(words, parts, likes)
                if value >= LEAST_SIMILARITY:
                    hits.append(Hit(other, value))
        return hits

    def _holders(self, likes: Iterable[str]) -> frozenset[str]:
        """Return the names that contain one of the words."""
        return frozenset().union(*(self.by_word[word] for word in likes))

    def _by_letters(
        self, asked: Sequence[str], found: Mapping[str, list[Hit]]
    ) -> dict[str, list[Hit]]:
        """Return the hits so far, with the names whose words were joined or split."""
        compact = [name.replace(" ", "") for name in self.names]
        wider: dict[str, list[Hit]] = {}
        for start in range(0, len(asked) if compact else 0, _CHUNK):
            chunk = asked[start : start + _CHUNK]
            letters = process.cdist(
                [name.replace(" ", "") for name in chunk],
                compact,
                scorer=OSA.normalized_similarity,
                score_cutoff=LEAST_WHOLE,
                dtype=np.float32,
                workers=-1,
            )
            near: defaultdict[int, dict[str, float]] = defaultdict(dict)
            for row, column in zip(
                *(places.tolist() for places in np.nonzero(letters)), strict=True
            ):
                other = self.names[column]
                if Words.of(chunk[row]).may_be(self.parts[other]):
                    near[row][other] = whole_similarity(chunk[row], other)
            for row, others in near.items():
                known = dict(found[chunk[row]])
                both = {**known, **{k: max(v, known.get(k, 0.0)) for k, v in others.items()}}
                wider[chunk[row]] = [Hit(*each) for each in both.items()]
        return wider


def _sharing(
    words: Sequence[str], likes: Sequence[Iterable[str]], holders: Sequence[frozenset[str]]
) -> frozenset[str]:
    """Return the names that can be similar enough; the filter is exact, it loses none.

    A name that matches none of a set of query words is too different if these outweigh the rest.
    So it must contain one of the rarest such words, and every word that outweighs them alone.
    """
    reach = [max(len(word), *map(len, own), 0) for word, own in zip(words, likes, strict=True)]
    order = sorted(range(len(words)), key=lambda place: (len(holders[place]), place))
    missed, rest = 0, sum(reach)
    found: frozenset[str] = frozenset()
    for place in order:
        found |= holders[place]
        missed += len(words[place])
        rest -= reach[place]
        if _too_much(missed, rest):
            break
    for place in order:
        if _too_much(len(words[place]), sum(reach) - reach[place]):
            found &= holders[place]
    return found


def _too_much(missed: int, rest: int) -> bool:
    return missed * LEAST_SIMILARITY > rest * (1.0 - LEAST_SIMILARITY)


def _best(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    good = [hit for hit in hits if hit.similarity >= LEAST_SIMILARITY]
    return tuple(sorted(good, key=lambda hit: (-hit.similarity, hit.name))[:_MOST_HITS])


def most_common(values: Sequence[str]) -> str:
    """Return the most common text, the alphabetically first of equals; "" if there is none."""
    counts = Counter(values)
    return min(counts, key=lambda text: (-counts[text], text)) if counts else ""
