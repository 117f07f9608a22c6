"""Addresses in the forms that Mexican and Peruvian reports use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from _cities.chance import choose
from _cities.spelling import hand, street

if TYPE_CHECKING:
    import numpy as np

Street = tuple[str, str, bool]
"""Kind, name, and whether the gazetteer has it."""


@dataclass(frozen=True, slots=True)
class Site:
    """All that a witness could say of a spot."""

    street: Street
    number: int
    before: Street | None
    after: Street | None
    nearer: Street | None
    colonia: str
    landmark: str


@dataclass(frozen=True, slots=True)
class Written:
    """An address as it stands in a report.

    ``precision`` is the best that the gazetteer allows: house, intersection, place, street,
    neighborhood or none.
    """

    text: str
    form: str
    precision: str
    slip: str


FINDABLE = ("house", "intersection", "place")

FORMS: dict[str, dict[str, float]] = {
    "mexico": {
        "number": 0.47,
        "number_between": 0.13,
        "between": 0.11,
        "corner": 0.19,
        "no_number": 0.015,
        "block_lot": 0.03,
        "street_block_lot": 0.015,
        "hopeless": 0.02,
        "plain_number": 0.02,
    },
    "peru": {
        "number": 0.42,
        "hundred": 0.22,
        "corner": 0.18,
        "block_lot": 0.13,
        "no_number": 0.02,
        "hopeless": 0.03,
    },
}
LANDMARK = "landmark"
LANDMARK_SHARE = 0.25  # of the sites that have one near, whatever else could be said of them
CORNER = "corner"
_HOPELESS = (
    "DOMICILIO CONOCIDO",
    "SE DESCONOCE",
    "VIA PUBLICA",
    "Se ignora",
    "CARRETERA SIN NOMBRE KM {n}",
    "No especificado",
    "brecha a la altura del km {n}",
    "LOTE BALDIO",
)


def write(site: Site, form: str, rng: np.random.Generator, *, country: str) -> Written:
    """Return one site in one form; a form that the site cannot fill becomes a plainer one."""
    form = _possible(site, form)
    if form == "hopeless":
        text = choose(rng, _HOPELESS).format(n=2 + int(rng.random() * 40))
        return Written(text, form, "none", "")
    here, slip = street(site.street[0], site.street[1], rng)
    maker = _block_lot_peru if country == "peru" and form == "block_lot" else _MAKERS[form]
    text = maker(site, here, rng)
    if form != LANDMARK and country == "mexico" and rng.random() < 0.3:
        text += f", {choose(rng, ('Col.', 'Col.', 'Colonia', 'Fracc.'))} {site.colonia}"
    return Written(hand(text, rng), form, _precision(site, form), slip)


def _possible(site: Site, form: str) -> str:
    if form == LANDMARK and not site.landmark:
        return "number"
    if form == CORNER and site.nearer is None:
        return "number"
    if form in ("between", "number_between") and not (site.before and site.after):
        return "number"
    return form


def _precision(site: Site, form: str) -> str:
    """Return how closely the gazetteer allows this address to be placed."""
    if form == LANDMARK:
        return "place"
    if form == "block_lot":
        return "neighborhood"
    known = site.street[2]
    if form == CORNER:
        if known and site.nearer and site.nearer[2]:
            return "intersection"
        return "street" if known or (site.nearer and site.nearer[2]) else "neighborhood"
    if not known:
        return "neighborhood"
    if form in ("no_number", "street_block_lot"):
        return "street"
    if form == "between":
        both = bool(site.before and site.before[2] and site.after and site.after[2])
        return "intersection" if both else "street"
    return "house"


def _other(other: Street | None, rng: np.random.Generator) -> str:
    """Return a crossing street as it is named in passing, mostly without its kind."""
    if other is None:
        return ""
    kind, name, _ = other
    return name if rng.random() < 0.7 else street(kind, name, rng)[0]


def _number(site: Site, here: str, rng: np.random.Generator) -> str:
    mark = choose(rng, ("", "", "", "", "No. ", "#", "Num. "))
    return f"{here} {mark}{site.number}"


def _number_between(site: Site, here: str, rng: np.random.Generator) -> str:
    return f"{_number(site, here, rng)} {_between_words(site, rng)}"


def _between(site: Site, here: str, rng: np.random.Generator) -> str:
    none = choose(rng, ("s/n", "S/N", "sin número", ""))
    return " ".join(part for part in (here, none, _between_words(site, rng)) if part)


def _between_words(site: Site, rng: np.random.Generator) -> str:
    one, other = _other(site.before, rng), _other(site.after, rng)
    joint = "e" if other.lower().startswith(("i", "hi")) and rng.random() < 0.7 else "y"
    return f"{choose(rng, ('entre', 'entre', 'entre', 'e/'))} {one} {joint} {other}"


def _corner(site: Site, here: str, rng: np.random.Generator) -> str:
    joint = choose(rng, ("esq.", "esquina con", "y", "esq. con", "esq", "cruce con"))
    return f"{here} {joint} {_other(site.nearer, rng)}"


def _landmark(site: Site, here: str, rng: np.random.Generator) -> str:
    where = choose(rng, ("frente a", "frente a", "a un costado de", "afuera de", "a espaldas de"))
    article = "la " if site.landmark.startswith(("Escuela", "Clínica", "Plaza", "I.E.")) else "el "
    joined = f"{where} {article}{site.landmark}"
    return joined.replace(" a el ", " al ").replace(" de el ", " del ")


def _no_number(site: Site, here: str, rng: np.random.Generator) -> str:
    return f"{here} {choose(rng, ('s/n', 'S/N', 'sin número', 'SN'))}"


def _block_lot(site: Site, here: str, rng: np.random.Generator) -> str:
    block, lot = 1 + int(rng.random() * 60), 1 + int(rng.random() * 40)
    return choose(
        rng, ("Mz {} Lt {}", "Manzana {} Lote {}", "Mz. {} Lt. {}", "MZA {} LTE {}")
    ).format(block, lot)


def _street_block_lot(site: Site, here: str, rng: np.random.Generator) -> str:
    return f"{here} {_block_lot(site, here, rng)}"


def _plain_number(site: Site, here: str, rng: np.random.Generator) -> str:
    return f"{site.street[1]} {site.number}"


def _hundred(site: Site, here: str, rng: np.random.Generator) -> str:
    return f"{here} {choose(rng, ('cdra.', 'cdra', 'cuadra'))} {max(1, site.number // 100)}"


def _block_lot_peru(site: Site, here: str, rng: np.random.Generator) -> str:
    letter = "ABCDEFGHIJKLMNÑOPQRST"[int(rng.random() * 21)]
    return f"{site.colonia} Mz. {letter} Lt. {1 + int(rng.random() * 30)}"


_MAKERS = {
    "number": _number,
    "number_between": _number_between,
    "between": _between,
    CORNER: _corner,
    LANDMARK: _landmark,
    "no_number": _no_number,
    "block_lot": _block_lot,
    "street_block_lot": _street_block_lot,
    "plain_number": _plain_number,
    "hundred": _hundred,
}
