"""Tumbes as it is invented here: a small town on both banks of a river, with real totals."""

from __future__ import annotations

import numpy as np

from _cities.chance import steady
from _cities.plan import CityPlan, Estate, MainLine, PlantedPlace, Spread
from _cities.words import words_of

_RIVER = 75.0
_ALONG = np.array([0, 700, 1_800, 3_300, 4_700, 6_000, 6_900])
_NORTH = np.array([900, 1_900, 2_700, 3_100, 2_800, 2_000, 1_000])
_SOUTH = np.array([0, 500, 1_150, 1_450, 1_250, 600, 0])


def to_meters(points: np.ndarray) -> np.ndarray:
    """Bend the plan onto the map: the river winds north-west to the sea, ``v`` is north-east."""
    u, v = points[:, 0], points[:, 1]
    reach = np.exp(-np.abs(v) / 1_800.0)
    v = v + (230 * np.sin(u / 900.0 + 0.5) + 70 * np.sin(u / 380.0)) * reach
    u = u + 35 * np.sin(v / 420.0 + 1.0) + 12 * np.sin(v / 150.0 + u / 600.0)
    turn = np.radians(143.0) + np.radians(7.0) * np.sin(u / 2_300.0)
    east = np.cos(turn) * (u - 3_400.0) + np.sin(turn) * v
    north = np.sin(turn) * (u - 3_400.0) - np.cos(turn) * v
    return np.column_stack([560_700.0 + east, 9_604_300.0 + north])


def built_up(points: np.ndarray) -> np.ndarray:
    """Return True where the town is: both banks, the south one smaller, never the river."""
    u, v = points[:, 0], points[:, 1]
    fray = 110.0 * np.sin(u / 160.0) * np.sin(u / 430.0 + 1.0) + 50.0 * np.sin(v / 90.0 + u / 140.0)
    north = np.interp(u, _ALONG, _NORTH, left=0, right=0) + fray
    south = np.interp(u, _ALONG, _SOUTH, left=0, right=0) + fray
    return ((v > _RIVER) & (v < north)) | ((v < -_RIVER) & (v > -south))


def density(points: np.ndarray) -> np.ndarray:
    """Return residents per km²: most around the square by the bridge."""
    u, v = points[:, 0], points[:, 1]
    return 6_500 + 8_500 * steady(np.exp(-((u - 3_200) ** 2 + (v - 500) ** 2) / (2 * 1_000.0**2)))


def block(points: np.ndarray) -> np.ndarray:
    """Return the short side of a block in meters."""
    return np.clip(105.0 - density(points) / 300.0, 58.0, 90.0)


def poverty(points: np.ndarray) -> np.ndarray:
    """Return the share of residents in poverty (%) without its local variation."""
    u, v = points[:, 0], points[:, 1]
    center = steady(np.exp(-((u - 3_300) ** 2 + (v - 700) ** 2) / (2 * 900.0**2)))
    return np.clip(30 - 18 * center + 7 * (np.abs(v) / 2_500) + 8 * (v < 0), 3, 90)


def age(points: np.ndarray) -> np.ndarray:
    """Return how irregular the streets are."""
    return np.full(len(points), 0.35)


_ALL = (2012, 2013, 2014)

PLAN = CityPlan(
    key="tumbes",
    seed=2014,
    incidents_seed=2014,
    residents=164_404,
    units=126,
    country="peru",
    unit_code="240101",
    utm_zone=17,
    south=True,
    words=words_of("peru"),
    main_lines=(
        MainLine((-10, 3_400), (6_910, 3_400), "Avenida", "Circunvalación"),
        MainLine((-10, -1_700), (6_910, -1_700), "Avenida", "Circunvalación Sur"),
        MainLine((0, -1_710), (0, 3_410), "Avenida", "del Mar"),
        MainLine((6_900, -1_710), (6_900, 3_410), "Avenida", "de los Héroes"),
        MainLine((-10, _RIVER), (6_910, _RIVER), "Malecón", "Benavides"),
        MainLine((-10, -_RIVER), (6_910, -_RIVER), "Malecón", "San Lorenzo"),
        MainLine((-10, 780), (6_910, 700), "Avenida", "Tumbes Norte"),
        MainLine((-10, 1_750), (6_910, 1_850), "Avenida", "Panamericana"),
        MainLine((-10, -820), (6_910, -760), "Avenida", "Tumbes Sur"),
        MainLine((1_650, -1_710), (1_750, 3_410), "Avenida", "Arica"),
        MainLine((3_300, -1_710), (3_250, 3_410), "Calle", "Bolívar"),
        MainLine((4_800, -1_710), (4_900, 3_410), "Avenida", "Fernando Belaúnde"),
    ),
    to_meters=to_meters,
    built_up=built_up,
    density=density,
    block=block,
    poverty=poverty,
    age=age,
    colonia_residents=3_900,
    colonia_km2=0.7,
    estates=(
        Estate(1_300, 2_100, "Cuartel El Tablazo", "industrial"),
        Estate(5_600, 1_500, "Mercado Mayorista", "industrial"),
    ),
    parks=3,
    places=(
        PlantedPlace("mercado", "robbery", (3_200, 650), 22_000, _ALL),
        PlantedPlace("periferia", "homicide", (4_900, 2_000), 20_000, _ALL),
    ),
    years=_ALL,
    # Homicide in 2014 follows the real 37.1 per 100,000; all other numbers are invented.
    incidents={
        "homicide": (29, 45, 61),
        "robbery": (330, 360, 390),
        "theft": (420, 430, 440),
        "extortion": (25, 42, 60),
        "vehicle_theft": (110, 120, 130),
    },
    spread={
        "homicide": Spread(smooth=0.50, own=0.50),
        "robbery": Spread(smooth=0.50, own=0.50),
        "theft": Spread(smooth=0.40, own=0.40),
        "extortion": Spread(smooth=0.45, own=0.45),
        "vehicle_theft": Spread(smooth=0.40, own=0.40),
    },
    pile_ups=0,
    multiple_victims="homicide",
    services={
        "escuela": 62,
        "clinica": 12,
        "centro_comunitario": 8,
        "parque": 20,
        "alumbrado": 900,
    },
)
