"""Frozen records of tests: what was found, and everything needed to repeat it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from hotspots.catalogue.results import result_html, result_sentence, result_text
from hotspots.catalogue.whole_map import (
    global_html,
    global_sentence,
    global_text,
    scan_html,
    scan_sentence,
    scan_text,
)
from hotspots.schema.words import LOWERED, RAISED, Label

if TYPE_CHECKING:
    from hotspots.schema.options import Alternative, Correction, RiskRule, ScanNull

MOST_ISOLATES = 0.05
"""Share of isolates up to which a test of neighbors says something about the whole map."""

Question = Literal["clusters", "excess"]
"""What a headline test answers: do high values sit together, and is it high here?"""


@dataclass(frozen=True, slots=True)
class LocalTest:
    """What a local test is, the same for every result that it gives.

    Attributes
    ----------
    name
        Key of the test in project files, columns and the catalogue (``test.<name>``).
    labels
        The labels that it gives to what it finds.
    graded
        True where the two labels are the sides of one statistic, high first: maps show each
        side in steps of confidence or strength. Otherwise each label is a class of its own.
    question
        The question of a run that it may be the headline test of; None for a test that is
        always exploratory.
    neighbors
        False where each place is tested by itself; a public page shows no other test.
    theme
        Key of its title on maps (``theme.<theme>``), where that is not the name.
    """

    name: str
    labels: tuple[Label, ...]
    graded: bool = False
    question: Question | None = None
    neighbors: bool = True
    theme: str = ""

    @property
    def high(self) -> Label | None:
        """The label that means *higher than chance allows*; None where there is none."""
        return next((label for label in self.labels if label in RAISED), None)

    @property
    def low(self) -> Label | None:
        """The label that means *lower than chance allows*; None where there is none."""
        return next((label for label in self.labels if label in LOWERED), None)


@dataclass(frozen=True, slots=True)
class TypicalRisk:
    """The risk that places were compared with, and the least that their counts could show.

    Attributes
    ----------
    rate, rate_low, rate_high
        The typical risk with its 95% interval: events per unit of exposure over the period of
        the counts.
    spread
        Standard deviation of the logarithm of risk between places.
    model
        ``gamma`` or ``lognormal``, the fitted distribution of risk; ``robust`` where only the
        bulk of the places was fitted.
    rule
        What labels a place: ``posterior`` (its probability) or ``exact`` (its tail).
    least_multiple, least_events
        The least multiple of the typical risk, and the events, with which a place of median
        exposure would be labeled.
    events_needed
        Events in the whole city with which a place of median exposure at three times the
        typical risk would be found as often as not.
    """

    rate: float
    rate_low: float
    rate_high: float
    spread: float
    model: str
    rule: RiskRule
    least_multiple: float
    least_events: int
    events_needed: int


@dataclass(frozen=True, eq=False, slots=True)
class LocalResult:
    """What a local test found, place by place, and everything needed to repeat it.

    Attributes
    ----------
    table
        DataFrame on the places' index: ``statistic``, ``expected``, ``z``, ``p``, ``q``,
        ``label`` (:class:`Label` values).
    kind
        The test: its name, its labels, its question.
    variable
        Name of the tested values.
    null
        ``total``, ``conditional``, ``hypergeometric``, ``at_least``, ``spread``, ``binomial``,
        ``mixed_poisson`` or ``analytic``.
    alternative
        ``two-sided``, ``greater`` or ``less``.
    correction
        ``fdr``, ``by``, ``bonferroni`` or ``none``.
    alpha
        Level after the correction.
    family
        Number of tests that the correction ran over.
    permutations
        Maximum number of permutations for each place; None if the null is analytic.
    permutations_used
        Mean number of permutations used: fewer than ``permutations`` if all distinct ones were
        enumerated, or if a place was clearly not significant (unequal weights).
    enumerated
        True if all distinct permutations were enumerated instead of sampled.
    least_p
        Smallest p that the test can give.
    seed
        The seed of the permutations.
    weights
        Description of the neighbors.
    headline
        True for the one test of its question; every other is exploratory.
    level
        ``units`` or ``polygons``, by the index's name; "" for any other index.
    candidate_label
        Series on the places' index: the label that a place gets if its q is small enough, from
        its more extreme tail; :func:`correct_family` relabels by it.
    at_least
        The multiple of the typical risk that was asked for; None of any other test.
    typical
        Of a test of risk: what it was compared with, and what its counts could show; None
        without any event.
    events_needed
        Events in all from which a median neighborhood of three times the city's risk could be
        found (Getis-Ord with exposure); None for other tests, or if no number would do.
    """

    table: pd.DataFrame
    kind: LocalTest
    variable: str
    null: str
    alternative: Alternative
    correction: Correction
    alpha: float
    family: int
    permutations: int | None = None
    permutations_used: float | None = None
    enumerated: bool = False
    least_p: float = 0.0
    seed: int | None = None
    weights: str = ""
    headline: bool = False
    level: str = ""
    candidate_label: pd.Series | None = None
    at_least: float | None = None
    typical: TypicalRisk | None = None
    events_needed: int | None = None

    @property
    def test(self) -> str:
        """Name of the test."""
        return self.kind.name

    @property
    def with_data(self) -> int:
        """Places that have a value."""
        return int((self.table["label"].astype(str) != Label.NO_DATA.value).sum())

    @property
    def isolates(self) -> int:
        """Places that have a value, and no neighbor that has one."""
        return int((self.table["label"].astype(str) == Label.ISOLATE.value).sum())

    @property
    def too_many_isolates(self) -> bool:
        """True where more than 1 in 20 places with data are isolates.

        The rows of the table stand as they are, but the test says nothing about the whole map:
        a headline says *not tested*.
        """
        return self.isolates > MOST_ISOLATES * self.with_data

    def __repr__(self) -> str:
        return result_text(self)

    def _repr_html_(self) -> str:
        return result_html(self)

    def sentence(self, language: str = "en", *, variable: str | None = None) -> str:
        """Return what was found and what was not, in one plain sentence.

        Parameters
        ----------
        language
            One of :func:`hotspots.languages`.
        variable
            Name of the tested values in that language; the record's own by default.
        """
        return result_sentence(self, language, variable=variable)


@dataclass(frozen=True, eq=False, slots=True)
class ScanResult:
    """What a spatial scan found, and everything needed to repeat it.

    Attributes
    ----------
    clusters
        DataFrame on ``rank`` (1 is the most likely): ``center`` (the area at the center of the
        circle), ``radius_m`` (to its farthest member's center), ``members``,
        ``exposure``, ``count``, ``expected``, ``relative_risk``, ``log_likelihood_ratio``,
        ``p``, ``label`` (:class:`Label` values). The most likely cluster is always listed,
        secondary ones only with p ≤ ``alpha``; none if there is no event.
    table
        DataFrame on the areas' index: ``cluster`` (rank of the labeled cluster that each is in,
        or missing), ``p`` (that cluster's, or missing) and ``label``: the cluster's, otherwise
        *not significant*, *no data*, or *no evidence* if there is no event at all.
    variable
        Name of the counts.
    null
        ``spread`` or ``binomial``.
    alternative
        ``greater``, ``less`` or ``two-sided``.
    alpha
        Level of the whole scan: all places and sizes together.
    max_share
        Largest share of the exposure in a circle.
    places
        Areas with data.
    simulations
        Maps drawn without a cluster.
    least_p
        Smallest p that these can give.
    seed
        The seed of the maps.
    level
        ``units`` or ``polygons``, by the index's name; "" for any other index.
    """

    clusters: pd.DataFrame
    table: pd.DataFrame
    variable: str
    null: ScanNull
    alternative: Alternative
    alpha: float
    max_share: float
    places: int
    simulations: int
    least_p: float
    seed: int
    level: str = ""

    @property
    def membership(self) -> pd.Series:
        """Rank of the labeled cluster that each area is in, or missing."""
        return self.table["cluster"]

    def __repr__(self) -> str:
        return scan_text(self)

    def _repr_html_(self) -> str:
        return scan_html(self)

    def sentence(self, language: str = "en", *, variable: str | None = None) -> str:
        """Return what was found, in one plain sentence.

        ``language`` and ``variable`` are those of :meth:`LocalResult.sentence`.
        """
        return scan_sentence(self, language, variable=variable)


@dataclass(frozen=True, slots=True)
class GlobalResult:
    """What a global test found, and everything needed to repeat it.

    Attributes
    ----------
    test
        ``global_moran``, ``global_geary``, ``global_getis_ord`` or ``global_join_counts_…``.
    variable
        Name of the tested values.
    statistic, expected, z
        The statistic, its expectation under random arrangement, and its standardized value.
    p
        Share of permutations at least as extreme, by ``alternative``; ties are in both tails.
    alternative
        ``two-sided``, ``greater`` or ``less``.
    permutations, seed
        Number of permutations, and their seed.
    n
        Places tested.
    left_out
        Places without a value or without a neighbor that has one.
    level
        ``units`` or ``polygons``, by the index's name; "" for any other index.
    weights
        Description of the neighbors.
    """

    test: str
    variable: str
    statistic: float
    expected: float
    z: float
    p: float
    alternative: Alternative
    permutations: int
    seed: int
    n: int
    left_out: int
    level: str = ""
    weights: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row on the variable's name: the test, its numbers, and how many places it used."""
        names = ["test", "statistic", "expected", "z", "p", "n", "left_out"]
        row = {name: getattr(self, name) for name in names}
        return pd.DataFrame(row, index=pd.Index([self.variable], name="variable"))

    def __repr__(self) -> str:
        return global_text(self)

    def _repr_html_(self) -> str:
        return global_html(self)

    def sentence(self, language: str = "en", *, variable: str | None = None) -> str:
        """Return what was found, in one plain sentence.

        ``language`` and ``variable`` are those of :meth:`LocalResult.sentence`.
        """
        return global_sentence(self, language, variable=variable)
