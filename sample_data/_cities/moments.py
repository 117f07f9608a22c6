"""When things happen: seasons, days of the week and hours, different for each category."""

from __future__ import annotations

import datetime as dt

import numpy as np

from _cities.chance import pick

_SEASON = (0.93, 0.9, 1.0, 1.0, 1.06, 1.08, 1.06, 1.08, 1.02, 1.04, 0.95, 0.9)
_WEEK = {
    "homicide": (0.95, 0.9, 0.9, 0.95, 1.05, 1.15, 1.2),
    "business_robbery": (1.05, 1.0, 1.0, 1.05, 1.15, 1.05, 0.7),
    "extortion": (1.15, 1.1, 1.1, 1.1, 1.1, 0.8, 0.6),
}
_EVEN_WEEK = (0.98, 0.95, 0.97, 1.0, 1.08, 1.06, 0.96)
# Peaks as (hour, spread in hours, share); what is left is spread over the day.
_PEAKS = {
    "homicide": ((20.5, 3.0, 0.55), (2.0, 2.0, 0.15), (13.0, 3.0, 0.15)),
    "vehicle_theft": ((21.5, 3.0, 0.4), (7.5, 2.0, 0.25), (14.0, 3.0, 0.15)),
    "carjacking": ((20.0, 2.5, 0.55), (6.5, 1.5, 0.15), (14.5, 2.0, 0.15)),
    "business_robbery": ((19.0, 2.5, 0.5), (13.0, 2.5, 0.35)),
    "extortion": ((12.5, 2.5, 0.6), (17.0, 2.0, 0.3)),
    "kidnapping": ((20.0, 3.0, 0.5), (9.0, 2.0, 0.3)),
}
_EVEN_PEAKS = ((20.0, 3.5, 0.5), (12.0, 4.0, 0.3))


def days_of(category: str, year: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``count`` ordinals of days of a year."""
    first = dt.date(year, 1, 1).toordinal()
    length = dt.date(year + 1, 1, 1).toordinal() - first
    week = _WEEK.get(category, _EVEN_WEEK)
    days = [dt.date.fromordinal(first + k) for k in range(length)]
    weight = np.array([_SEASON[day.month - 1] * week[day.weekday()] for day in days])
    return first + pick(rng, weight, count)


def minutes_of(category: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``count`` minutes of the day; clerks like the full and the half hour."""
    peaks = _PEAKS.get(category, _EVEN_PEAKS)
    shares = np.array([share for _, _, share in peaks])
    choice = pick(rng, np.append(shares, 1 - shares.sum()), count)
    middle = np.array([hour for hour, _, _ in peaks] + [0.0])[choice]
    spread = np.array([width for _, width, _ in peaks] + [0.0])[choice]
    hour = middle + spread * rng.standard_normal(count)
    hour = np.where(choice == len(peaks), 24 * rng.random(count), hour)
    minute = np.floor(hour * 60).astype(int) % 1440
    rounding = np.array([1, 5, 10, 30, 60])[pick(rng, np.array([3, 3, 2, 3, 2.0]), count)]
    return minute // rounding * rounding
