"""Publications of a growing table, laid over each other, give no small count back."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import block_diag

from hotspots.maps.privacy.disclosure import PublicKnowledge, withheld_polygons
from hotspots.maps.privacy.earlier import Publication, known_from, months

THRESHOLD = 5
NAMES = [f"P{number}" for number in range(6)]
RESIDENTS = [10_100, 10_900, 11_800, 12_600, 13_700, 14_900]


@pytest.fixture(scope="module")
def monthly():
    """Events of six polygons in 24 months: three busy, one quiet, two between."""
    rng = np.random.default_rng(8)
    return rng.poisson([[9], [1], [0.2], [4], [12], [7]], (6, 24))


def rates_of(counts):
    table = pd.DataFrame({"count": counts, "exposure": RESIDENTS}, index=NAMES)
    return {"theft": table}


def published(monthly, spans, *, careful=True):
    """Return what each publication shows, made one after the other; NaN is withheld."""
    made = []
    for start, end in spans:
        counts = monthly[:, start:end].sum(axis=1).astype(float)
        new = Publication((start, end), pd.DataFrame({"theft": counts}, index=NAMES))

        def between(category, asked):
            return pd.Series(monthly[:, slice(*asked)].sum(axis=1).astype(float), index=NAMES)

        known = known_from(made, new, between, threshold=THRESHOLD)
        hidden = withheld_polygons(
            rates_of(counts), threshold=THRESHOLD, known=known if careful else PublicKnowledge()
        )["theft"]
        made.append(Publication(new.span, new.counts.mask(hidden, axis=0)))
    return made


def leaks(monthly, some):
    """Return each small count that some publications narrow, by linear programs.

    The unknowns are the counts of each polygon between any two ends of the publications. The
    intruder knows what is shown, and the exact total of each publication.
    """
    ends = sorted({end for one in some for end in one.span})
    blocks = list(pairwise(ends))
    truth = np.column_stack([monthly[:, slice(*block)].sum(axis=1) for block in blocks])
    places, width = truth.shape
    equal, right = [], []
    for one in some:
        inside = np.array([one.span[0] <= a and b <= one.span[1] for a, b in blocks], dtype=float)
        counts = one.counts["theft"].reindex(NAMES).to_numpy()
        equal.append(np.tile(inside, places))
        right.append(float((truth @ inside).sum()))
        for place in np.flatnonzero(~np.isnan(counts)):
            row = np.zeros((places, width))
            row[place] = inside
            equal.append(row.ravel())
            right.append(counts[place])
    goals = []
    for first, last in combinations(range(width + 1), 2):
        inside = np.zeros(width)
        inside[first:last] = 1.0
        total = (truth @ inside).sum()
        for place in np.flatnonzero(truth @ inside < THRESHOLD):
            row = np.zeros((places, width))
            row[place] = inside
            goals.append((row.ravel(), min(THRESHOLD - 1, total)))
    if not goals:
        return []
    # One program over as many copies of the unknowns as there are questions.
    questions = [sign * goal for goal, _ in goals for sign in (1, -1)]
    answer = linprog(
        np.concatenate(questions),
        A_eq=block_diag([np.array(equal)] * len(questions), format="csc"),
        b_eq=right * len(questions),
        method="highs",
    )
    assert answer.success
    found = answer.x.reshape(len(questions), -1)
    low = [goal @ one for (goal, _), one in zip(goals, found[::2], strict=True)]
    high = [goal @ one for (goal, _), one in zip(goals, found[1::2], strict=True)]
    return [
        (a, b, most)
        for a, b, (_, most) in zip(low, high, goals, strict=True)
        if a > 1e-6 or b < most - 1e-6
    ]


def test_all_pairs_and_triples_of_24_monthly_publications_give_nothing_back(monthly):
    made = published(monthly, [(0, month) for month in range(1, 25)])
    assert any(one.counts["theft"].notna().any() for one in made)
    for number in (2, 3):
        assert [some for some in combinations(made, number) if leaks(monthly, some)] == []


def test_each_publication_on_its_own_is_not_enough(monthly):
    """The attack itself: without a look at the earlier ones it gives small counts back."""
    made = published(monthly, [(0, month) for month in range(1, 25)], careful=False)
    assert sum(bool(leaks(monthly, some)) for some in combinations(made, 2)) >= 10


@pytest.mark.parametrize(
    "spans",
    [
        [(0, 12), (0, 24), (12, 24)],
        [(0, 12), (12, 24), (0, 24)],
        [(0, 18), (6, 24), (0, 24)],
        [(0, 24), (0, 12), (6, 18), (12, 24)],
    ],
)
def test_nor_do_spans_that_overlap_in_other_ways(monthly, spans):
    made = published(monthly, spans)
    for number in range(2, len(spans) + 1):
        assert [some for some in combinations(made, number) if leaks(monthly, some)] == []


def test_two_years_of_large_counts_are_both_shown():
    busy = np.full((6, 24), 3)
    first, second = published(busy, [(0, 12), (0, 24)])
    assert first.counts["theft"].notna().all()
    assert second.counts["theft"].notna().all()


def test_the_same_publication_again_withholds_no_more(monthly):
    first, again = published(monthly, [(0, 24), (0, 24)])
    assert first.counts.equals(again.counts)


def test_a_small_correction_is_not_shown():
    """Last month two reports came in late: nobody is told where."""
    counts = pd.Series([20.0, 30.0, 40.0, 50.0, 60.0, 70.0], index=NAMES)
    old = Publication((0, 24), pd.DataFrame({"theft": counts}))
    corrected = counts + pd.Series([0, 0, 0, 2, 0, 0], index=NAMES)
    new = Publication((0, 24), pd.DataFrame({"theft": corrected}))
    known = known_from([old], new, lambda category, span: corrected, threshold=THRESHOLD)
    hidden = withheld_polygons(rates_of(corrected), threshold=THRESHOLD, known=known)["theft"]
    assert hidden["P3"]
    assert hidden.sum() == 3


def test_redrawn_polygons_are_withheld_where_their_months_were_published():
    """Old and new borders over the same months give the count of the units between them."""
    old = Publication((0, 24), pd.DataFrame({"theft": [90.0] * 6}, index=[*NAMES[:4], "X", "Y"]))
    counts = pd.Series([90.0] * 6, index=NAMES)
    new = Publication((0, 24), pd.DataFrame({"theft": counts}))
    held = known_from([old], new, lambda category, span: counts, threshold=THRESHOLD)
    assert held.withheld_before["theft"].tolist() == [False] * 4 + [True] * 2
    later = Publication((24, 36), new.counts)
    free = known_from([old], later, lambda category, span: counts, threshold=THRESHOLD)
    assert not free.withheld_before["theft"].any()


def test_months_in_words_are_a_span():
    assert months("2012", "2013") == months("2012-01", "2013-12") == (24_144, 24_168)


def test_a_municipality_that_knows_its_total_learns_no_more():
    """Each municipality subtracts what is shown from its own total."""
    rng = np.random.default_rng(4)
    for _ in range(60):
        counts = rng.poisson(rng.uniform(1, 15), 12)
        names = [f"P{number:02d}" for number in range(12)]
        table = pd.DataFrame({"count": counts, "exposure": rng.integers(1, 99, 12)}, index=names)
        within = pd.DataFrame({"municipality": list("aaaabbbbcccc")}, index=names)
        known = PublicKnowledge(within=within)
        hidden = withheld_polygons({"theft": table}, known=known)["theft"]
        for _, members in within.groupby("municipality"):
            inside = table.loc[members.index, "count"]
            secret = hidden[members.index]
            if not secret.any():
                continue
            rest = inside[secret].sum()
            # One count of several that add up to the rest can be anything up to it.
            assert secret.sum() >= 2
            assert rest >= THRESHOLD or secret.all()


def test_without_its_total_in_mind_a_municipality_learns_the_count():
    names = ["a1", "a2", "b1", "b2", "b3"]
    table = pd.DataFrame({"count": [3, 40, 50, 60, 70], "exposure": [5, 4, 1, 2, 3]}, index=names)
    within = pd.DataFrame({"municipality": list("aabbb")}, index=names)
    alone = withheld_polygons({"theft": table})["theft"]
    assert alone.tolist() == [True, False, True, True, False]
    both = withheld_polygons({"theft": table}, known=PublicKnowledge(within=within))["theft"]
    assert both.tolist() == [True, True, True, True, False]


def test_one_event_of_five_victims_is_one_event():
    table = pd.DataFrame(
        {
            "count": [5, 30, 30],
            "victims": [5, 30, 30],
            "events": [1, 28, 29],
            "exposure": [3, 2, 1],
        },
        index=list("abc"),
    )
    assert withheld_polygons({"homicide": table})["homicide"].tolist() == [True, True, True]
    alone = table.drop(columns=["victims", "events"])
    assert not withheld_polygons({"homicide": alone})["homicide"].any()
