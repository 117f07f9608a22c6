"""Parse an address into its parts: street, number, crossings, block, landmark and so on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from hotspots.geocoding.address.cursor import Draft
from hotspots.geocoding.address.english import street_first
from hotspots.geocoding.address.layout import lay_out
from hotspots.geocoding.address.lexicon import Lexicon, lexicon_of
from hotspots.geocoding.address.names import (
    NO_STREET,
    StreetName,
    figure_of,
    is_ordinal,
    neighborhood_of,
    numbered_name,
    plain_words,
    standard_name,
    street_of,
)
from hotspots.geocoding.address.numbers import (
    NO_HOUSE,
    House,
    Offset,
    bare_offset,
    signed_house,
    signed_offset,
    split_house,
)
from hotspots.geocoding.address.scene import without_scene
from hotspots.geocoding.address.tokens import LONGEST, tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LONGEST", "Address", "Relation", "parse_address", "read_address"]

Relation = Literal["", "corner", "between", "offset"]

# Bogotá restarts its numbers in the south: which of the two streets is the one called "Sur".
_ALONG = {
    "norte": ("calle", "diagonal", "circular"),
    "sur": ("calle", "diagonal", "circular"),
    "oriente": ("carrera", "transversal"),
    "poniente": ("carrera", "transversal"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; what it does not state is "", None or ().

    Attributes
    ----------
    text
        As given.
    street
        Type and name, standardized by :mod:`hotspots.geocoding.address.names`.
    number, number_span
        House number; a span of 100 means the hundred-block that starts there.
    relation, crossings
        ``corner`` with one crossing street, ``between`` two, ``offset`` (Colombia's
        ``Calle 10 # 20-30``: ``offset_m`` meters from the crossing).
    offset_m
        See above.
    joined
        Name of the street with what follows an "y" in it (Ramón y Cajal), "" without one.
    block, lot, kilometer, neighborhood, postcode, landmark
        As the names say; the neighborhood and the landmark are standardized.
    rest
        Parts after commas that do not say what they are: a neighborhood, a city, a state.
    number_last
        Last number of several houses in one: 14 in "12-14".
    number_prefix, number_suffix
        What comes before and after the digits: "n6w" in "N6W23001", "0" in Chile's "050", "a"
        in "12-A", "bis", "1/2", and the second number of New York's "112-10".
    unit
        Flat, floor, office and the like, kind and number: "piso 5 departamento b".
    building
        A house's or a building's name before the street, as in the United Kingdom.
    box
        Post-office box or rural route: where mail goes, not a place.
    city
        The city, if a postcode beside it or a word such as "Cd." identifies it.
    """

    text: str
    street: StreetName = NO_STREET
    number: int | None = None
    number_span: int = 0
    relation: Relation = ""
    crossings: tuple[StreetName, ...] = ()
    offset_m: float | None = None
    joined: str = ""
    block: str = ""
    lot: str = ""
    kilometer: float | None = None
    neighborhood: str = ""
    postcode: str = ""
    landmark: str = ""
    rest: tuple[str, ...] = ()
    number_last: int | None = None
    number_prefix: str = ""
    number_suffix: str = ""
    unit: str = ""
    building: str = ""
    box: str = ""
    city: str = ""


class _Placed(NamedTuple):
    """The position of an address along a street."""

    street: StreetName
    house: House
    crossings: tuple[StreetName, ...]
    relation: Relation
    meters: float | None = None
    beyond: Sequence[str] = ()


def parse_address(text: str, *, country: str | Sequence[str] | None = None) -> Address:
    """Return the parts of an address.

    The forms of Argentina, Brazil, Chile, Colombia, Mexico, Peru, the United Kingdom and the
    United States are known. Only the first 400 characters are read. Nothing is looked up: whether
    there is such a street is the gazetteer's to say.

    Parameters
    ----------
    text
        An address as it was written.
    country
        Code of the country or countries whose words it is read with, e.g. ``"mx"``; all of them
        by default.

    Raises
    ------
    InputError
        If a country is not known.

    Examples
    --------
    >>> address = parse_address("Calle Juárez 123 entre Morelos y Hidalgo, Col. Centro")
    >>> address.street, address.number, address.relation
    (StreetName(kind='calle', name='juarez'), 123, 'between')
    >>> [crossing.name for crossing in address.crossings], address.neighborhood
    (['morelos', 'hidalgo'], 'centro')
    >>> parse_address("050XX W SUPERIOR ST").number_span
    100
    >>> flat = parse_address("Flat 2, 14 High Street, LONDON SW1A 1AA")
    >>> flat.number, flat.unit, flat.city, flat.postcode
    (14, 'flat 2', 'london', 'SW1A 1AA')
    >>> parse_address("R. Augusta, 1500, São Paulo - SP, 01304-001", country="br").postcode
    '01304-001'
    >>> parse_address("").street.name
    ''
    """
    return read_address(text, lexicon_of(country))


def read_address(text: str, lexicon: Lexicon) -> Address:
    """Return the parts of an address, read with the words of a lexicon."""
    tokens = tokens_of(text, lexicon)
    ordered = street_first(tokens.words, lexicon, english=tokens.english)
    draft = lay_out(without_scene(ordered.words, lexicon), lexicon, boxed=tokens.boxed)
    placed = _placed(draft, lexicon, english=tokens.english)
    if placed.beyond and _is_flat(placed.beyond, lexicon):
        draft.unit += [figure_of(placed.beyond[0], lexicon) or placed.beyond[0], *placed.beyond[1:]]
    elif placed.beyond:
        draft.rest.append(list(placed.beyond))
    values = draft.values
    house, unit = _with_casa(placed, draft)
    first = placed.crossings[0].name if placed.crossings else ""
    return Address(
        text=text,
        street=placed.street,
        number=house.number or None,
        number_span=house.span,
        relation=placed.relation,
        crossings=placed.crossings,
        offset_m=placed.meters,
        joined=f"{placed.street.name} {first}" if draft.joined and first else "",
        block=values.get("block", ""),
        lot=values.get("lot", ""),
        kilometer=float(values["kilometer"]) if "kilometer" in values else None,
        neighborhood=_area(draft.neighborhood, lexicon),
        postcode=tokens.postcode or values.get("postcode", ""),
        landmark=_name(draft.landmark, lexicon),
        rest=tuple(filter(None, (_area(part, lexicon) for part in draft.rest))),
        number_last=house.last,
        number_prefix=house.prefix,
        number_suffix=house.suffix,
        unit=" ".join([*ordered.unit, *unit]),
        building=_name(ordered.building, lexicon),
        box=tokens.box,
        city=_name(draft.city, lexicon),
    )


def _placed(draft: Draft, lexicon: Lexicon, *, english: bool) -> _Placed:
    words = _without_links(draft.street, lexicon)
    if not draft.between and not draft.corner:
        bare = (
            (words, signed_offset(draft.number, lexicon))
            if draft.number
            else bare_offset(words, lexicon)
        )
        if bare is not None and bare[1] is not None:
            street = street_of(_plain(bare[0]), lexicon)
            if numbered_name(street.name.split(), lexicon):
                return _at_offset(street, bare[1], lexicon)
    split = (
        signed_house(words, draft.number, lexicon)
        if draft.number
        else split_house(words, lexicon, english=english)
    )
    house, corner = split.house, draft.corner
    if house.number is None and corner:
        # "Ramón y Cajal 123": the number follows what looks like a crossing.
        corner, house, beyond = split_house(corner, lexicon)
        draft.rest.append(list(beyond))
    hundred = draft.values.get("hundred")
    if house.number is None and hundred:
        house = House(int(hundred) * 100, span=100)
    street = street_of(_plain(split.street), lexicon)
    if draft.between and numbered_name(street.name.split(), lexicon):
        draft.rest.append(_behind_number(draft.between, lexicon))
    names, relation = _crossings(draft, corner, lexicon)
    return _Placed(street, house, names, relation, None, split.beyond)


def _without_links(words: list[str], lexicon: Lexicon) -> list[str]:
    """Return a street's words from its type on: "Km 12 de la Carretera Central"."""
    place = 0
    if words and words[0] in ("de", "del", "en"):
        leading = lexicon.keywords["links"] - lexicon.types_before.keys()
        while place < len(words) - 2 and words[place] in leading:
            place += 1
    return words[place:] if place and words[place] in lexicon.types_before else words


def _at_offset(street: StreetName, offset: Offset, lexicon: Lexicon) -> _Placed:
    crossing = numbered_name(offset.crossing, lexicon)
    if offset.quadrant and street.kind in _ALONG.get(offset.quadrant, ()):
        street = street._replace(name=f"{street.name} {offset.quadrant}")
    elif offset.quadrant:
        crossing = f"{crossing} {offset.quadrant}"
    crossings = (StreetName("", crossing),)
    return _Placed(street, NO_HOUSE, crossings, "offset", offset.meters, offset.beyond)


def _is_flat(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Return whether the words after a house number are its floor and flat: "2ndo A", "1 B"."""
    return is_ordinal(words[0], lexicon) or (
        len(words[0]) < 4 and words[0][0].isdigit() and all(len(word) == 1 for word in words[1:])
    )


def _with_casa(placed: _Placed, draft: Draft) -> tuple[House, list[str]]:
    """Return house and unit; "Casa 45" is the house number if there is no other."""
    house, unit, casa = placed.house, draft.unit, draft.values.get("house")
    known = house.number is not None or "block" in draft.values or placed.meters is not None
    if casa is None or known or not placed.street.name:
        return house, unit
    at = unit.index("casa")
    return House(int(casa)), unit[:at] + unit[at + 2 :]


def _crossings(
    draft: Draft, corner: list[str], lexicon: Lexicon
) -> tuple[tuple[StreetName, ...], Relation]:
    if draft.between:
        parts = _parted(draft.between, lexicon)
        names = tuple(street_of(_plain(part), lexicon) for part in parts if part)
        return names[:2], "between" if len(names) > 1 else "corner"
    if corner:
        return (street_of(_plain(corner), lexicon),), "corner"
    return (), ""


def _behind_number(words: list[str], lexicon: Lexicon) -> list[str]:
    """Remove and return what follows the last numbered crossing: "64 y 66 Centro"."""
    place = max((at for at, word in enumerate(words) if word[0].isdigit()), default=0) + 1
    if place == 1 or place == len(words) or words[place] in lexicon.after_numbers:
        return []
    if len(words[place]) < 3 and words[place] not in ("la", "el"):
        return []
    behind = words[place:]
    del words[place:]
    return behind


def _parted(words: list[str], lexicon: Lexicon) -> list[list[str]]:
    """Split two names at the conjunction nearest to the middle."""
    keywords = lexicon.keywords
    inner = range(1, len(words) - 1)
    joints = [at for at in inner if words[at] in keywords["joints"]]
    # "e" joins before an i alone: it is an initial in "Plutarco E. Calles".
    if "e" not in keywords["always_joints"]:
        joints = [at for at in joints if words[at] != "e" or words[at + 1].startswith(("i", "hi"))]
    # Beside an "y", "and" is short for andador.
    spanish = [place for place in joints if words[place] in ("y", "e")]
    joints = spanish or joints
    if not joints:
        return [words]
    middle = min(joints, key=lambda place: abs(2 * place - len(words) + 1))
    after = words[middle + 1 :]
    while len(after) > 1 and after[0] in keywords["links"] - {"calle"}:
        after = after[1:]
    return [words[:middle], after]


def _area(tokens: list[str], lexicon: Lexicon) -> str:
    return neighborhood_of(_plain(tokens), lexicon) if tokens else ""


def _name(tokens: list[str], lexicon: Lexicon) -> str:
    return standard_name(_plain(tokens), lexicon) if tokens else ""


def _plain(tokens: list[str]) -> list[str]:
    """Return the words and numbers among tokens, as they are written in a name."""
    words = [token for token in tokens if token[0].isalnum()]
    return words if all(map(str.isalnum, words)) else plain_words(" ".join(words))
