"""Did it move: the treated polygons, those around them, and those left alone."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd

from hotspots._checks import columns_present, unique_index
from hotspots.errors import InputError

Outcome = Literal[
    "no_success",
    "displacement_above_benefit",
    "displacement",
    "neither",
    "diffusion",
    "diffusion_above_benefit",
]

_EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Displacement:
    """What happened in the treated area, its buffer and its control.

    Attributes
    ----------
    treated_before, treated_after, buffer_before, buffer_after, control_before, control_after
        Events in each group of areas and period.
    success
        Change of treated / control from before to after; below 0 if the treated area did
        better than the control.
    buffer_change
        Change of buffer / control.
    quotient
        The weighted displacement quotient, ``buffer_change / success``; NaN unless ``success``
        is below 0: without success there is nothing to displace.
    outcome
        ``no_success``; ``displacement_above_benefit`` (quotient below −1), ``displacement``
        (−1 to 0), ``neither`` (0), ``diffusion`` (0 to 1), ``diffusion_above_benefit`` (above 1).
    prevented
        The total net effect: how many events fewer there were in treated area and buffer than
        if both had changed as the control did (negative if there were more).
    """

    treated_before: int
    treated_after: int
    buffer_before: int
    buffer_after: int
    control_before: int
    control_after: int
    success: float
    buffer_change: float
    quotient: float
    outcome: Outcome
    prevented: float


def displacement(
    counts_before: pd.Series | pd.DataFrame,
    counts_after: pd.Series | pd.DataFrame,
    *,
    treated: Iterable[Hashable],
    buffer: Iterable[Hashable],
    control: Iterable[Hashable],
) -> Displacement:
    """Return whether crime fell where something was done, and whether it moved next door.

    Everything is measured against the control, which stands for the trend of the whole city.
    The two periods must be equally long and cover the same seasons, or the season is mistaken
    for an effect. This is no significance test: with few events the quotient is erratic.

    Parameters
    ----------
    counts_before, counts_after
        Events on the areas' index: a series, or what :func:`select` returns (its ``events``).
    treated
        Identifiers of the areas where something was done.
    buffer
        Of the areas around them, into which crime could move.
    control
        Of comparable areas too far away to be affected.

    Returns
    -------
    Displacement
        Counts, the success measure, the quotient and the outcome.

    Raises
    ------
    InputError
        If a group is empty or unknown, two groups share an area, a count is missing or negative,
        the periods differ in length, or the control has no event in a period.

    References
    ----------
    .. [1] Bowers, K. J. and Johnson, S. D. (2003). Measuring the geographical displacement and
       diffusion of benefit effects of crime prevention activity. Journal of Quantitative
       Criminology 19, 275–301.
    .. [2] Guerette, R. T. (2009). Analyzing Crime Displacement and Diffusion. Problem-Oriented
       Guides for Police, Tool Guide 10. U.S. Department of Justice (the total net effect).

    Examples
    --------
    The treated area falls from 100 to 60, its buffer rises from 80 to 90, the control stays at
    200: a quarter of the 40 events is displaced to the buffer, and 30 are prevented in all.

    >>> import pandas as pd
    >>> before = pd.Series({"T": 100, "B": 80, "C": 200})
    >>> after = pd.Series({"T": 60, "B": 90, "C": 200})
    >>> effect = displacement(before, after, treated=["T"], buffer=["B"], control=["C"])
    >>> round(effect.success, 3), round(effect.quotient, 3), effect.outcome, effect.prevented
    (-0.2, -0.25, 'displacement', 30.0)
    """
    groups = {"treated": list(treated), "buffer": list(buffer), "control": list(control)}
    _check_groups(groups)
    _check_years(counts_before, counts_after)
    before = _sums(counts_before, groups, "before")
    after = _sums(counts_after, groups, "after")
    for when, sums in (("before", before), ("after", after)):
        if sums["control"] == 0:
            raise InputError(
                f"displacement: the control has no event {when}, so nothing can be measured "
                "against it. Choose a larger control, or longer periods."
            )
    # Exact fractions: rounding must not make an unchanged buffer look changed.
    success, buffer_change = (
        Fraction(after[group], after["control"]) - Fraction(before[group], before["control"])
        for group in ("treated", "buffer")
    )
    quotient = buffer_change / success if success < 0 else None
    trend = Fraction(after["control"], before["control"])
    expected = (before["treated"] + before["buffer"]) * trend
    return Displacement(
        treated_before=before["treated"],
        treated_after=after["treated"],
        buffer_before=before["buffer"],
        buffer_after=after["buffer"],
        control_before=before["control"],
        control_after=after["control"],
        success=float(success),
        buffer_change=float(buffer_change),
        quotient=math.nan if quotient is None else float(quotient),
        outcome=_outcome(quotient),
        prevented=float(expected - after["treated"] - after["buffer"]),
    )


def _outcome(quotient: Fraction | None) -> Outcome:
    if quotient is None:
        return "no_success"
    if quotient < 0:
        return "displacement_above_benefit" if quotient < -1 else "displacement"
    if quotient > 0:
        return "diffusion_above_benefit" if quotient > 1 else "diffusion"
    return "neither"


def _sums(
    counts: pd.Series | pd.DataFrame, groups: dict[str, list[Hashable]], when: str
) -> dict[str, int]:
    what = f"displacement: counts_{when}"
    if isinstance(counts, pd.DataFrame):
        columns_present(counts.columns, [_EVENTS], what)
        counts = counts[_EVENTS]
    unique_index(counts, what)
    sums = {}
    for group, areas in groups.items():
        unknown = [area for area in areas if area not in counts.index]
        if unknown:
            raise InputError(
                f"{what}: {len(unknown)} areas of {group} have no count, first {unknown[0]!r}. "
                "Count both periods on the polygons that the groups name."
            )
        mine = counts[counts.index.isin(areas)]
        events = mine.to_numpy(dtype="float64", na_value=np.nan)
        wrong = ~(events >= 0) | (events != np.floor(events))
        if wrong.any():
            raise InputError(
                f"{what}: the count of {mine.index[wrong][0]!r} came as {events[wrong][0]:g}. "
                "A count is 0, 1, 2 ...; rates cannot be added up."
            )
        sums[group] = int(events.sum())
    return sums


def _check_groups(groups: dict[str, list[Hashable]]) -> None:
    seen: dict[Hashable, str] = {}
    for group, areas in groups.items():
        if not areas:
            raise InputError(f"displacement: {group} names no area. Give at least one.")
        for area in areas:
            if area in seen:
                raise InputError(
                    f"displacement: {area!r} is in {seen[area]} and again in {group}. "
                    "Each area belongs to one group, once."
                )
            seen[area] = group


def _check_years(before: pd.Series | pd.DataFrame, after: pd.Series | pd.DataFrame) -> None:
    if not all(
        isinstance(counts, pd.DataFrame) and "years" in counts for counts in (before, after)
    ):
        return
    lengths = [float(counts["years"].max()) for counts in (before, after)]
    if not math.isclose(*lengths, rel_tol=0.01):
        raise InputError(
            f"displacement: the periods last {lengths[0]:g} and {lengths[1]:g} years. "
            "Select two equally long ones, of the same seasons."
        )
