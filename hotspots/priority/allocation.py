"""Allocation of a budget to the first polygons of a ranking, exact to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import InputError
from hotspots.schema import POPULATION, Allocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotspots.schema import Ranking

Money = int | float | Decimal

_MOST_CENTS = 10**15
"""Amounts up to here are exact to the cent as floats, and so are their sums."""


def allocate(
    ranking: Ranking,
    *,
    budget: Money,
    population: pd.Series | None = None,
    floor: Money = 0,
    cap: Money | None = None,
    select: int | None = None,
) -> Allocation:
    """Return the allocation of a budget to the first polygons of a ranking.

    A grant is proportional to score times residents, clipped to ``floor`` and ``cap``; the rest is
    divided among the other polygons in the same proportion (water-filling). Grants are computed
    in exact arithmetic and rounded to cents by largest remainders, ties in the order of rank.

    Parameters
    ----------
    ranking
        Result of ``rank_polygons``.
    budget
        Amount to allocate, with at most two decimals.
    population
        Residents on ``polygon_id``. Without it, grants are proportional to the score alone.
    floor, cap
        Least and most for each funded polygon. A polygon whose score or population is 0 gets the
        floor.
    select
        Number of polygons to fund, from rank 1 on; None for all.

    Returns
    -------
    Allocation
        The table has one row per funded polygon, in order of rank: ``rank``, ``population``
        (NaN if not given), ``score``, ``grant`` (sums to the budget, to the cent) and
        ``grant_per_resident`` (rounded to cents; NaN without residents).

    Raises
    ------
    InputError
        If the budget is not above 0 or has fractions of a cent, floor and cap cannot be met (the
        message has the figures), ``select`` is not a valid number of polygons, or a population is
        missing or negative.

    References
    ----------
    .. [1] Hamilton's method of largest remainders: Balinski, M. L. and Young, H. P. (2001). Fair
       Representation: Meeting the Ideal of One Man, One Vote. Brookings, 2nd ed.
    .. [2] Patriksson, M. (2008). A survey on the continuous nonlinear resource allocation problem.
       European Journal of Operational Research 185, 1–46 (the breakpoint search).

    Examples
    --------
    >>> import pandas as pd
    >>> from hotspots.schema import Ranking
    >>> index = pd.Index(["P1", "P2", "P3"], name="polygon_id")
    >>> ranking = Ranking(pd.DataFrame({"score": [.9, .6, .3], "rank": [1, 2, 3]}, index), (), 0)
    >>> allocate(ranking, budget=100, select=2).table["grant"].to_dict()
    {'P1': 60.0, 'P2': 40.0}
    >>> allocate(ranking, budget=100, floor=20, cap=45).table["grant"].to_dict()
    {'P1': 45.0, 'P2': 35.0, 'P3': 20.0}
    """
    funded = _funded(ranking, select)
    residents = _residents(funded.index, population)
    terms = _terms(budget, floor, cap, len(funded))
    weights = _whole_weights(funded["score"].tolist(), residents)
    _check_room(terms, weights)
    cents = _divide(terms, weights)
    grant = [part / 100 for part in cents]
    table = pd.DataFrame(
        {
            "rank": funded["rank"],
            POPULATION: np.nan if residents is None else residents,
            "score": funded["score"],
            "grant": grant,
        },
        index=funded.index,
    )
    people = table[POPULATION].where(table[POPULATION] > 0)
    table["grant_per_resident"] = (table["grant"] / people).round(2)
    return Allocation(table=table, budget=terms.budget / 100)


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of an allocation, in cents."""

    budget: int
    floor: int
    cap: int | None

    def clipped(self, part: Fraction) -> Fraction:
        """Return the grant clipped to floor and cap."""
        raised = max(part, Fraction(self.floor))
        return raised if self.cap is None else min(raised, Fraction(self.cap))


def _divide(terms: _Terms, weights: Sequence[int]) -> list[int]:
    """Return a grant in whole cents for each weight; they sum to the budget."""
    level = _level(terms, weights)
    exact = [terms.clipped(level * weight) for weight in weights]
    cents = [int(part) for part in exact]
    # The sort is stable, so that equal remainders are served in the order of rank.
    by_remainder = sorted(range(len(exact)), key=lambda place: cents[place] - exact[place])
    for place in by_remainder[: terms.budget - sum(cents)]:
        cents[place] += 1
    return cents


def _level(terms: _Terms, weights: Sequence[int]) -> Fraction:
    """Return the amount per unit of weight at which the clipped grants sum to the budget."""

    def total(level: Fraction) -> Fraction:
        return sum((terms.clipped(level * weight) for weight in weights), Fraction(0))

    bounds = [bound for bound in (terms.floor, terms.cap) if bound is not None]
    kinks = sorted(
        {Fraction(bound, weight) for weight in set(weights) if weight for bound in bounds}
    )
    low, high = 0, len(kinks)  # bisection for the number of kinks at or below the level
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if total(kinks[middle]) <= terms.budget else (low, middle)
    start = kinks[low - 1] if low else Fraction(0)
    rising = sum(
        weight
        for weight in weights
        if start * weight >= terms.floor and (terms.cap is None or start * weight < terms.cap)
    )
    return start + (terms.budget - total(start)) / rising if rising else start


def _check_room(terms: _Terms, weights: Sequence[int]) -> None:
    count = len(weights)
    if terms.floor * count > terms.budget:
        raise InputError(
            f"allocate: a floor of {_money(terms.floor)} for {count} polygons takes "
            f"{_money(terms.floor * count)}, and the budget is {_money(terms.budget)}. "
            f"Lower the floor to {_money(terms.budget // count)} or fund fewer polygons."
        )
    weighty = sum(1 for weight in weights if weight)
    if weighty == 0 and terms.floor * count < terms.budget:
        raise InputError(
            f"allocate: the score or the population is 0 in all {count} polygons, so nothing says "
            "how to divide. Check the criteria and the populations."
        )
    if terms.cap is None:
        return
    most = terms.cap * weighty + terms.floor * (count - weighty)
    if most < terms.budget:
        raise InputError(
            f"allocate: a cap of {_money(terms.cap)} for {weighty} polygons (with a score and "
            f"residents) places at most {_money(most)}, and the budget is "
            f"{_money(terms.budget)}. Raise the cap or fund more polygons."
        )


def _terms(budget: Money, floor: Money, cap: Money | None, count: int) -> _Terms:
    terms = _Terms(
        budget=_cents(budget, "budget"),
        floor=_cents(floor, "floor"),
        cap=None if cap is None else _cents(cap, "cap"),
    )
    if terms.budget <= 0:
        raise InputError(
            f"allocate: the budget came as {budget}. Give an amount above 0 to divide among "
            f"{count} polygons."
        )
    if terms.floor < 0:
        raise InputError(f"allocate: the floor came as {floor}. Give 0 or more.")
    if terms.cap is not None and terms.cap < terms.floor:
        raise InputError(
            f"allocate: the cap {_money(terms.cap)} is below the floor {_money(terms.floor)}. "
            "The floor is the least, the cap the most that a polygon gets."
        )
    return terms


def _cents(amount: Money, what: str) -> int:
    try:
        exact = Decimal(str(amount)) * 100
        whole = exact.to_integral_value()
    except InvalidOperation as problem:
        raise InputError(
            f"allocate: the {what} came as {amount!r}. Give an amount of money."
        ) from problem
    if not exact.is_finite() or abs(whole) > _MOST_CENTS:
        raise InputError(
            f"allocate: the {what} came as {amount}. Give a finite amount below "
            f"{_money(_MOST_CENTS)}; divide greater ones in thousands."
        )
    # Sums of floats are off by a few units in the last place, a true fraction of a cent by more.
    if abs(exact - whole) > Decimal("0.0001"):
        raise InputError(
            f"allocate: the {what} came as {amount}, which has fractions of a cent. "
            "Round it to two decimals."
        )
    return int(whole)


def _funded(ranking: Ranking, select: int | None) -> pd.DataFrame:
    table = ranking.table.sort_values("rank", kind="stable")
    if len(table) == 0:
        raise InputError("allocate: the ranking is empty. Rank at least one polygon.")
    if select is None:
        return table
    if isinstance(select, bool) or int(select) != select or not 1 <= select <= len(table):
        raise InputError(
            f"allocate: select came as {select!r}. Give a whole number from 1 to {len(table)}, "
            "the polygons that were ranked."
        )
    return table.head(int(select))


def _residents(index: pd.Index, population: pd.Series | None) -> list[float] | None:
    if population is None:
        return None
    residents = population.reindex(index).astype("float64")
    wrong = ~(residents >= 0) | np.isinf(residents)
    if wrong.any():
        raise InputError(
            f"allocate: the population of {int(wrong.sum())} funded polygons is missing or "
            f"negative, first {index[wrong.to_numpy()][0]!r}. Give residents for every polygon."
        )
    return [float(people) for people in residents]


def _whole_weights(scores: Sequence[float], residents: Sequence[float] | None) -> list[int]:
    """Return score × residents as whole numbers in the same proportions.

    Scores are rounded to 12 digits, as they are for the ranks.
    """
    people = [1.0] * len(scores) if residents is None else residents
    products = [
        Fraction(round(score * 10**12)) * Fraction(count)
        for score, count in zip(scores, people, strict=True)
    ]
    common = max(product.denominator for product in products)  # all are powers of two
    return [int(product * common) for product in products]


def _money(cents: int) -> str:
    return f"{Decimal(cents) / 100:,.2f}"
