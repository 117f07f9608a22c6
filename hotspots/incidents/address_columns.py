"""Join addresses that a table spreads over several columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from hotspots._missing import is_missing
from hotspots._text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# These may number the rows instead: used only directly after the street's column.
_BARE_NUMBERS = ("numero", "num", "no", "nro", "n", "number", "altura", "puerta")
# Folded headers by the part of an address that they announce.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "kind": (
        *("tipo de vialidad", "tipo vialidad", "tipo vial", "tipovial", "tipo de via", "tipo via"),
        *("tipo de calle", "tipo calle", "tipo logradouro"),
    ),
    "street": (
        *("calle", "nombre de la calle", "nombre calle", "calle hechos", "calle de los hechos"),
        *("nombre de la vialidad", "nombre vialidad", "nom vial", "nomvial", "vialidad"),
        *("nombre de via", "nombre via", "via", "logradouro", "street", "street name", "calle 1"),
    ),
    "number": (
        *("numero exterior", "num exterior", "no exterior", "num ext", "no ext", "numext"),
        *("numero ext", "exterior", "ext", "numero de casa", "numero calle", "numero de calle"),
        *("numero logradouro", "house number", "street number", *_BARE_NUMBERS),
    ),
    "corner": (
        *("cruce", "cruza con", "calle cruce", "cruce con", "interseccion", "esquina", "calle 2"),
        *("segunda calle", "calle secundaria", "cross street", "cruzamiento"),
    ),
    "between": ("entre", "entre calle", "entre calle 1", "entre 1", "entre la calle", "cruce 1"),
    "and": ("y calle", "y", "entre calle 2", "entre 2", "y la calle", "cruce 2"),
    "hundred": ("cuadra", "cdra"),
    "block": ("manzana", "mz", "mza"),
    "lot": ("lote", "lt"),
    "kilometer": ("km", "kilometro"),
}
_PARTS = {header: part for part, headers in _HEADERS.items() for header in headers}
_SEPARATORS = {
    "kind": " ",
    "street": " ",
    "number": " # ",
    "corner": " esq ",
    "between": " entre ",
    "and": " y ",
    "hundred": " cuadra ",
    "block": " mz ",
    "lot": " lt ",
    "kilometer": " km ",
    "": ", ",
}
_WITHIN_WORDS = re.compile(r"(?<=[a-záéíóúüñ])(?=[A-ZÁÉÍÓÚÑ])|(?<=[^\W\d_])(?=\d)")
_OF_THE_EVENT = re.compile(r" (?:de los |del )?hechos?\b")
_POINT_ZERO = r"\.0+$"
_THOUSANDS = r"(?<=^\d),(?=\d{3}$)|(?<=^\d\d),(?=\d{3}$)"
_NO_NUMBER = re.compile(r"(?:s ?/ ?n|sn|sin numero|0+)\.?")


def address_columns(street: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that make up the address, in the order in which it is written.

    Parameters
    ----------
    street
        Column that was taken for the address.
    names
        The street's column and those that may belong to the address, in the table's order.

    Examples
    --------
    >>> address_columns("CALLE", ["FOLIO", "COLONIA", "CALLE", "NUM_EXT", "CRUCE"])
    ('CALLE', 'NUM_EXT', 'CRUCE')
    >>> address_columns("CALLE", ["No.", "CALLE", "COLONIA"]), address_columns("DIRECCION", ["No."])
    (('CALLE',), ('DIRECCION',))
    """
    if _part(street) != "street":
        return (street,)
    found: dict[str, str] = {"street": street}
    behind = names[names.index(street) + 1 :][:1]
    for name in names:
        part = _part(name)
        if part and (header_core(name) not in _BARE_NUMBERS or name in behind):
            found.setdefault(part, name)
    if "between" not in found:
        found.pop("and", None)
    return tuple(found[part] for part in _HEADERS if part in found)


def joined_address(columns: Sequence[pd.Series]) -> pd.Series:
    """Return one text per row, the columns joined by what their headers announce.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Calle": ["Lerdo", "Mina"], "No": ["12", "S/N"],
    ...                       "Cruce": ["", "Ocampo"], "Referencia": ["frente al parque", ""]})
    >>> joined_address([table[name] for name in table]).tolist()
    ['Lerdo # 12, frente al parque', 'Mina S/N esq Ocampo']
    """
    address = pd.Series("", index=columns[0].index, dtype=str)
    for column in columns:
        part = _part(str(column.name))
        text = column.str.strip()
        text = text.mask(text.isin([one for one in text.unique() if is_missing(one)]), "")
        lead = pd.Series(_SEPARATORS[part], index=address.index)
        if part == "number":
            text = text.str.replace(_POINT_ZERO, "", regex=True)
            text = text.str.replace(_THOUSANDS, "", regex=True)
            none = text.isin([one for one in text.unique() if _NO_NUMBER.fullmatch(fold(one))])
            text = text.mask(none & (text != ""), "S/N")
            lead = lead.mask(none, " ")
            # "Lerdo 12" beside "12": the street's column already has the number.
            text = text.mask(_ends_with(address, text), "")
        lead = lead.where((address != "") & (text != ""), "")
        address = address + lead + text
    return address


def _ends_with(address: pd.Series, text: pd.Series) -> pd.Series:
    pairs = zip(address, text, strict=True)
    return pd.Series(
        [bool(last) and one.endswith((f" {last}", f"#{last}")) for one, last in pairs],
        index=address.index,
    )


def _part(name: str) -> str:
    return _PARTS.get(plain_header(name), "") or _PARTS.get(header_core(name), "")


def plain_header(name: str) -> str:
    """Return a header without case, accents and punctuation.

    Examples
    --------
    >>> plain_header("Núm._EXT")
    'num ext'
    """
    return " ".join(re.sub(r"[^0-9a-z]+", " ", fold(name)).split())


def header_words(name: str) -> str:
    """Return a plain header, with words that are run together split.

    Examples
    --------
    >>> header_words("FechaHecho"), header_words("calle_hechos2")
    ('fecha hecho', 'calle hechos 2')
    """
    return plain_header(_WITHIN_WORDS.sub(" ", name))


def header_core(name: str) -> str:
    """Return a header's words without those that say that it is about the event.

    Examples
    --------
    >>> header_core("COLONIA_DE_LOS_HECHOS"), header_core("calle_hechos2")
    ('colonia', 'calle 2')
    """
    return _OF_THE_EVENT.sub("", header_words(name))
