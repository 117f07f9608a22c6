"""Ciudad Juárez as it is invented here: a plan of an imaginary city with real totals."""

from __future__ import annotations

import numpy as np

from _cities.chance import steady
from _cities.plan import CityPlan, Estate, MainLine, PlantedPlace, Spread
from _cities.risk import EVEN
from _cities.words import words_of

# Meters from the river to the built-up edge, at each distance along the river.
_EDGE_ALONG = np.array([0, 1500, 3000, 6000, 9000, 12500, 16500, 20000, 23000, 25500, 27500])
_EDGE_DEPTH = np.array([2600, 4600, 6200, 7300, 9000, 12800, 14300, 12900, 9200, 5600, 2800])


def to_meters(points: np.ndarray) -> np.ndarray:
    """Bend the plan onto the map: the river runs south-east, and the streets turn with it."""
    u, v = points[:, 0], points[:, 1]
    u = u + 90 * np.sin(v / 830.0 + 0.6) * np.sin(u / 2900.0) + 30 * np.sin(v / 310 + u / 1700)
    meander = 420 * np.sin(u / 2300.0 + 0.4) + 170 * np.sin(u / 900.0 + 2.0)
    v = v - meander * np.exp(-v / 2600.0) + 90 * np.sin(u / 950.0) * np.sin(v / 2700.0)
    turn = (
        np.radians(-37.0)
        + np.radians(16.0) * (v / 14_000.0)
        + np.radians(9.0) * ((u - 13_000.0) / 13_000.0) * np.exp(-v / 9_000.0)
    )
    east = np.cos(turn) * (u - 13_000.0) + np.sin(turn) * (v - 5_000.0)
    north = np.sin(turn) * (u - 13_000.0) - np.cos(turn) * (v - 5_000.0)
    return np.column_stack([365_500.0 + east, 3_506_500.0 + north])


def built_up(points: np.ndarray) -> np.ndarray:
    """Return True where the city is; its edge frays into the hills and the desert."""
    u, v = points[:, 0], points[:, 1]
    depth = np.interp(u, _EDGE_ALONG, _EDGE_DEPTH, left=0, right=0)
    fray = np.sin(u / 410.0 + 1.0) * np.sin(u / 1_130.0) + 0.6 * np.sin(u / 173.0 + v / 290.0)
    west = 350.0 + 260.0 * np.sin(v / 520.0) + 150.0 * np.sin(v / 190.0 + 1.0)
    hills = np.hypot(u - 200.0, (v - 4_700.0) / 1.3) < 900.0
    return (v > 0) & (v < depth + 420.0 * fray) & (u > west) & ~hills


def density(points: np.ndarray) -> np.ndarray:
    """Return residents per km²: the center and the poor west are dense, the edges are not."""
    u, v = points[:, 0], points[:, 1]
    depth = np.interp(u, _EDGE_ALONG, _EDGE_DEPTH)
    people = (
        4_600 + 4_500 * _hill(u, v, 3_000, 1_500, 2_400) + 4_200 * _hill(u, v, 4_500, 5_000, 2_900)
    )
    people = (
        people
        + 2_600 * _hill(u, v, 17_500, 9_500, 3_000)
        - 1_500 * _hill(u, v, 12_000, 3_000, 2_800)
    )
    return (
        people
        * np.clip(1.25 - 0.75 * (v / depth) ** 3, 0.35, 1.2)
        * np.clip((28_500 - u) / 6_000, 0.35, 1)
    )


def poverty(points: np.ndarray) -> np.ndarray:
    """Return the share of residents in poverty (%) without its local variation."""
    u, v = points[:, 0], points[:, 1]
    share = 36 + 26 * _hill(u, v, 3_500, 6_200, 3_600) + 20 * _hill(u, v, 14_500, 12_800, 4_200)
    share = share - 24 * _hill(u, v, 11_500, 2_400, 3_400) - 9 * _hill(u, v, 19_000, 3_000, 3_000)
    return np.clip(share + 9 * _hill(u, v, 25_500, 3_000, 2_500), 3, 90)


def block(points: np.ndarray) -> np.ndarray:
    """Return the short side of a block in meters: small where the city is dense."""
    return np.clip(128.0 - density(points) / 155.0, 72.0, 112.0)


def age(points: np.ndarray) -> np.ndarray:
    """Return how irregular the streets are: 1 in the hills of the west, 0 in new estates."""
    u, v = points[:, 0], points[:, 1]
    return np.clip(_hill(u, v, 2_500, 5_000, 4_000), 0, 1)


def _hill(u: np.ndarray, v: np.ndarray, u0: float, v0: float, width: float) -> np.ndarray:
    return steady(np.exp(-((u - u0) ** 2 + (v - v0) ** 2) / (2 * width**2)))


_ALL = tuple(range(2009, 2015))
_EARLY, _LATE = _ALL[:3], _ALL[3:]

PLAN = CityPlan(
    key="juarez",
    seed=2014,
    incidents_seed=2027,
    residents=1_332_131,
    units=580,
    country="mexico",
    unit_code="08037",
    utm_zone=13,
    south=False,
    words=words_of("mexico"),
    main_lines=(
        MainLine((-10, 0), (28_010, 0), "Boulevard", "Fronterizo"),
        MainLine((-10, 15_000), (28_010, 15_000), "Camino", "Real del Sur"),
        MainLine((0, -10), (0, 15_010), "Camino", "de la Sierra"),
        MainLine((28_000, -10), (28_000, 15_010), "Camino", "del Valle"),
        MainLine((-10, 1_250), (28_010, 1_050), "Avenida", "16 de Septiembre"),
        MainLine((-10, 2_700), (28_010, 3_050), "Paseo", "Triunfo de la República"),
        MainLine((-10, 4_900), (28_010, 4_650), "Boulevard", "Zaragoza"),
        MainLine((-10, 7_250), (28_010, 7_500), "Eje Vial", "Juan Gabriel"),
        MainLine((-10, 10_100), (28_010, 9_750), "Boulevard", "Independencia"),
        MainLine((2_150, -10), (2_350, 15_010), "Avenida", "Francisco Villa"),
        MainLine((4_300, -10), (4_650, 15_010), "Avenida", "de los Aztecas"),
        MainLine((6_900, -10), (6_750, 15_010), "Avenida", "Tecnológico"),
        MainLine((9_500, -10), (9_850, 15_010), "Avenida", "de las Torres"),
        MainLine((12_300, -10), (12_050, 15_010), "Avenida", "Plutarco Elías Calles"),
        MainLine((15_200, -10), (15_600, 15_010), "Boulevard", "Gómez Morín"),
        MainLine((18_100, -10), (18_000, 15_010), "Avenida", "Manuel Clouthier"),
        MainLine((21_200, -10), (20_800, 15_010), "Boulevard", "Francisco Villarreal"),
        MainLine((24_300, -10), (24_000, 15_010), "Avenida", "Puerto de Palos"),
        MainLine((5_050, -10), (15_100, 15_010), "Carretera", "Panamericana"),
    ),
    to_meters=to_meters,
    built_up=built_up,
    density=density,
    block=block,
    poverty=poverty,
    age=age,
    colonia_residents=9_600,
    colonia_km2=2.6,
    estates=(
        Estate(5_600, 500, "El Chamizal", "parque"),
        Estate(13_200, 11_600, "Aeropuerto", "industrial"),
        Estate(9_000, 4_000, "Parque Industrial Bermúdez", "industrial"),
        Estate(13_500, 5_800, "Parque Industrial Omega", "industrial"),
        Estate(17_000, 6_900, "Parque Industrial Río Bravo", "industrial"),
        Estate(20_200, 6_000, "Parque Industrial Las Torres", "industrial"),
        Estate(11_000, 9_300, "Parque Industrial Aeropuerto", "industrial"),
        Estate(16_800, 12_800, "Parque Industrial Independencia", "industrial"),
        Estate(23_200, 3_900, "Parque Industrial Salvárcar", "industrial"),
        Estate(14_400, 1_900, "Parque Industrial Los Fuentes", "industrial"),
        Estate(20_600, 10_900, "Parque Industrial del Sur", "industrial"),
    ),
    parks=14,
    places=(
        PlantedPlace("poniente", "homicide", (3_300, 4_200), 133_000, _ALL),
        PlantedPlace("norte", "carjacking", (12_000, 3_400), 50_000, _ALL),
        PlantedPlace("oriente", "carjacking", (21_300, 4_500), 50_000, _ALL),
        PlantedPlace("sur", "carjacking", (15_500, 10_500), 50_000, _ALL),
        PlantedPlace("chico poniente", "carjacking", (2_000, 2_000), 13_000, _ALL),
        PlantedPlace("chico ribera", "carjacking", (17_600, 1_000), 13_000, _ALL),
        PlantedPlace("centro", "business_robbery", (3_000, 1_700), 75_000, _ALL),
        PlantedPlace("antes", "vehicle_theft", (9_500, 6_200), 60_000, _EARLY),
        PlantedPlace("después", "vehicle_theft", (19_000, 9_000), 60_000, _LATE),
        PlantedPlace("antes", "extortion", (6_500, 1_800), 60_000, _EARLY),
        PlantedPlace("después", "extortion", (17_600, 4_500), 60_000, _LATE),
    ),
    years=_ALL,
    # Homicide: victims, from the real rates per 100,000 for 2009–2013 (169.48, 265.40,
    # 159.79, 64.33, 45.56) on the residents of the 2010 census; 2014 (28) and all other
    # numbers are invented and count events.
    incidents={
        "homicide": (2_258, 3_535, 2_129, 857, 607, 373),
        "vehicle_theft": (5_300, 5_700, 4_900, 3_900, 3_100, 2_600),
        "carjacking": (2_700, 3_900, 3_000, 1_800, 1_000, 600),
        "business_robbery": (1_500, 1_900, 1_500, 1_000, 650, 450),
        "extortion": (700, 900, 750, 500, 380, 270),
        "kidnapping": (180, 290, 230, 150, 90, 60),
    },
    spread={
        "homicide": Spread(smooth=0.50, own=0.50),
        "vehicle_theft": Spread(smooth=0.40, own=0.40),
        "carjacking": Spread(smooth=0.50, own=0.50),
        "business_robbery": Spread(smooth=0.60, own=0.60),
        "extortion": Spread(smooth=0.45, own=0.45),
        "kidnapping": EVEN,
    },
    pile_ups=14,
    multiple_victims="homicide",
    services={
        "escuela": 450,
        "clinica": 60,
        "centro_comunitario": 35,
        "parque": 90,
        "alumbrado": 6_000,
    },
)
