"""The labels under which offices write a category, with their shares and years."""

from __future__ import annotations

import numpy as np

from _cities.chance import pick

_MEXICO: dict[str, dict[str, float]] = {
    "homicide": {
        "HOMICIDIO DOLOSO": 0.74,
        "Homicidio doloso": 0.13,
        "HOMICIDIO": 0.07,
        "Homicidio": 0.03,
        "HOMICIDIO  DOLOSO": 0.01,
        "FEMINICIDIO": 0.02,
    },
    "vehicle_theft": {
        "ROBO DE VEHICULO": 0.62,
        "ROBO DE VEHICULO SIN VIOLENCIA": 0.16,
        "Robo de vehículo sin violencia": 0.1,
        "Robo de vehículo": 0.08,
        "ROBO VEHICULO": 0.04,
    },
    "carjacking": {
        "ROBO DE VEHICULO CON VIOLENCIA": 0.72,
        "Robo de vehículo con violencia": 0.18,
        "ROBO VEHICULO C/V": 0.1,
    },
    "business_robbery": {
        "ROBO A NEGOCIO": 0.66,
        "Robo a negocio": 0.14,
        "ROBO A COMERCIO": 0.1,
        "Robo a negocio con violencia": 0.1,
    },
    "extortion": {"EXTORSION": 0.62, "EXTORSIÓN": 0.12, "Extorsión": 0.14, "COBRO DE PISO": 0.12},
    "kidnapping": {"SECUESTRO": 0.8, "Secuestro": 0.2},
}
# Labels that came into use in a year: they appear in the middle of the series.
SINCE = {"FEMINICIDIO": 2012, "COBRO DE PISO": 2010, "Robo a negocio con violencia": 2011}
_PERU: dict[str, dict[str, float]] = {
    "homicide": {"HOMICIDIO CALIFICADO": 0.8, "Homicidio calificado": 0.2},
    "robbery": {"ROBO AGRAVADO": 0.85, "Robo agravado": 0.15},
    "theft": {"HURTO": 0.7, "Hurto": 0.1, "HURTO AGRAVADO": 0.2},
    "extortion": {"EXTORSION": 0.7, "Extorsión": 0.3},
    "vehicle_theft": {"ROBO DE VEHICULO": 0.8, "Robo de vehículo": 0.2},
}
LABELS = {"mexico": _MEXICO, "peru": _PERU}
UNKNOWN = {"OTROS": 0.6, "NO ESPECIFICADO": 0.25, "DELITO POR CLASIFICAR": 0.15}

MEANS = {
    "homicide": {"ARMA DE FUEGO": 0.82, "ARMA BLANCA": 0.08, "OTRO": 0.04, "": 0.06},
    "vehicle_theft": {"ESTACIONADO": 0.6, "": 0.4},
    "carjacking": {"ARMA DE FUEGO": 0.7, "": 0.3},
    "business_robbery": {"ARMA DE FUEGO": 0.5, "SIN ARMA": 0.2, "": 0.3},
    "extortion": {"TELEFONICA": 0.55, "PRESENCIAL": 0.25, "": 0.2},
    "kidnapping": {"EXTORSIVO": 0.4, "EXPRES": 0.2, "": 0.4},
}


def draw(words: dict[str, float], year: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a label for each event, none before the year in which it came into use."""
    names = np.array(list(words), dtype=object)
    found = names[pick(rng, np.array(list(words.values())), len(year))]
    early = np.array(
        [SINCE.get(name, 0) > when for name, when in zip(found, year, strict=True)], dtype=bool
    )
    return np.where(early, names[0], found)
