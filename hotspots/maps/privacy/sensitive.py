"""What must not be located: victims of sexual and domestic violence, and shelters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from hotspots._text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hotspots.schema import Layer, Ranking

Item = TypeVar("Item")

SENSITIVE_CODES = ("03", "02041")
"""ICCS classes: injurious acts of a sexual nature; trafficking for sexual exploitation."""

_STEMS = re.compile(
    r"\b(sexua|sex\b|rap(e|es|ist|ists)\b|estupr|tocamiento|pudor\b|incest|pederast|pedofil|paedophil"
    r"|indecent|molest|trata\b|trafficking in persons|human traffick|trafico humano|acos[oa]|acossa"
    r"|hostigamiento|stalking|grooming|pornogra|prostitu|corrupcion de (menor|person)|libidin"
    r"|lasciv|actos impudic|vif\b|vicaria|domestic|intrafamilia|familia|famil(y|ies)\b"
    r"|gender|genero\b"
    r"|pareja|conyug|conjug|spous|intimate)"
)
_WOMEN = re.compile(r"\b(mujer|mulher|wom[ae]n)")
_CHILDREN = re.compile(r"\b(child|infan|menor|crianc|nin[oa])")
_HARM = re.compile(r"\b(violenc|agres|aggress|abus|maltrat|maus|mau|cruel|assault)")
_RAPE = re.compile(r"\b(violacion|violacao|violacoes|violado)")
_BREACH = re.compile(
    r"\b(domicili|morada|correspond|comunica|ley|lei|leyes|leis|derech|direit|transit|sello"
    r"|reglament|regulament|secret|segred|medida|propiedad|propriedad|autor|intelect|privac"
    r"|orden|ordem|conden|sepul|norma|fronter|custod|sigilo|deber|dever)"
)
_PROPERTY = re.compile(r"\b(burglar|theft|robo|hurto|furto|roubo|robber|steal)")
_REFUGE = re.compile(
    r"\b(shelter|refuge|refugio|albergue|abrigo|acogida|acolhimento|acolhida|safe ?house)s?\b"
)
_HOUSE = re.compile(r"\b(casa|casas|hogar|lar|house|home)\b")
_HIDDEN_NAME = re.compile(r"\b(mujer|mulher|wom[ae]n|victim|vitim|violenc)")
_SHELTER_NAME = re.compile(r"^(albergue|refugio|casa (de )?(acogida|refugio|abrigo)|casa abrigo)\b")


def is_sensitive(category: str, named: Collection[str] = ()) -> bool:
    """Return whether a key or title names sexual or domestic violence, which is never located.

    The words are those of Spanish, Portuguese and English, in any case, with or without accents.

    Parameters
    ----------
    category
        A key (``abuso_sexual``), a title, or a label from a table.
    named
        Keys that are sensitive whatever they say.

    Examples
    --------
    >>> is_sensitive("sexual_violence"), is_sensitive("Violação"), is_sensitive("homicide")
    (True, True, False)
    >>> is_sensitive("violacion_de_domicilio"), is_sensitive("domestic burglary")
    (False, False)
    >>> is_sensitive("delito_07", named={"delito_07"})
    True
    """
    if category in named:
        return True
    words = " ".join(re.findall(r"[a-z0-9]+", fold(category)))
    if _STEMS.search(words):
        return "sexua" in words or not _PROPERTY.search(words)
    if _RAPE.search(words):
        return not _BREACH.search(words)
    return bool(_HARM.search(words) and (_WOMEN.search(words) or _CHILDREN.search(words)))


def has_sensitive_code(code: str) -> bool:
    """Return whether a code of the ICCS belongs to a sensitive class.

    Examples
    --------
    >>> has_sensitive_code("03011"), has_sensitive_code("0101")
    (True, False)
    """
    return code.startswith(SENSITIVE_CODES)


def is_shelter(kind: str) -> bool:
    """Return whether a kind of service is a shelter.

    Examples
    --------
    >>> is_shelter("Albergues"), is_shelter("Casa de la Mujer"), is_shelter("Escuela")
    (True, True, False)
    """
    words = " ".join(re.findall(r"[a-z0-9]+", fold(kind)))
    of_women = _WOMEN.search(words)
    return bool(_REFUGE.search(words) or (of_women and _HOUSE.search(words)))


def names_shelter(name: str) -> bool:
    """Return whether a service is a shelter by its own name, whatever its kind.

    Stricter than :func:`is_shelter`: a school may be named after its neighborhood, El Refugio.

    Examples
    --------
    >>> names_shelter("Refugio para mujeres Esperanza"), names_shelter("Primaria El Refugio")
    (True, False)
    """
    words = " ".join(re.findall(r"[a-z0-9]+", fold(name)))
    hidden = is_shelter(words) and _HIDDEN_NAME.search(words)
    return bool(hidden or _SHELTER_NAME.search(words))


def sensitive_keys(categories: Mapping[str, str], named: Collection[str] = ()) -> frozenset[str]:
    """Return the categories (key → title) that are sensitive by key or title, or are named so."""
    return frozenset(
        key
        for key, title in categories.items()
        if is_sensitive(str(key), named) or is_sensitive(str(title))
    )


def computed_from(layer: str, categories: Collection[str]) -> bool:
    """Return whether a layer's name says that it is computed from the incidents of a category.

    Examples
    --------
    >>> computed_from("homicide_rate", ["homicide"]), computed_from("poverty", ["homicide"])
    (True, False)
    """
    return any(layer == key or layer.startswith(f"{key}_") for key in categories)


def leads_to_shelter(layer: Layer) -> bool:
    """Return whether a layer measures the way to a shelter, which would give away its location."""
    return any(is_shelter(words) for words in (layer.name, *layer.title.values()))


def safe_layers(layers: Sequence[Layer], hidden: Collection[str]) -> list[Layer]:
    """Return the layers that neither come from a hidden category nor lead to a shelter."""
    return [
        layer
        for layer in layers
        if not (
            computed_from(layer.name, hidden) or is_sensitive(layer.name) or leads_to_shelter(layer)
        )
    ]


def ranks_by(ranking: Ranking, categories: Collection[str]) -> bool:
    """Return whether a criterion comes from one of the categories, or from a sensitive one."""
    return any(
        computed_from(part.layer, categories) or is_sensitive(part.layer)
        for part in ranking.criteria
    )


def without_categories(tables: Mapping[str, Item], hidden: Collection[str]) -> dict[str, Item]:
    """Return the items (``category:anything`` → item) of all categories but the hidden ones."""
    return {key: one for key, one in tables.items() if key.partition(":")[0] not in hidden}
