"""What must not be located: victims of sexual and domestic violence, and shelters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from hotspots.maps.privacy.terms import read_terms

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hotspots.schema import Layer, Ranking

Item = TypeVar("Item")


class Worded(Protocol):
    """What a layer says of itself, in a run or in a project file."""

    @property
    def name(self) -> str:
        """Key."""

    @property
    def title(self) -> Mapping[str, str]:
        """Language code → title."""

    @property
    def unit(self) -> str:
        """Unit of its values."""

    @property
    def source(self) -> str:
        """Source of the data."""


SENSITIVE_CODES = ("0106", "02021", "0203", "0204", "0208", "03", "0802")
"""ICCS classes: illegal feticide; abduction of a minor; slavery and exploitation; trafficking in
persons; harassment and stalking; injurious acts of a sexual nature; acts contrary to public order
sexual standards."""


def is_sensitive(category: str, named: Collection[str] = ()) -> bool:
    """Return whether a key or title names sexual or domestic violence, which is never located.

    The words are those of Spanish, Portuguese and English in ``sensitive_terms.toml``, in any
    case, with or without accents, as a title or as a key, and as files damage them.

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
    >>> is_sensitive("abusoSexual"), is_sensitive("violaciÃ³n"), is_sensitive("V.I.F.")
    (True, True, True)
    >>> is_sensitive("delito_07", named={"delito_07"})
    True
    """
    return category in named or bool(read_terms("sensitive").match(category))


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
    return bool(read_terms("shelter").match(kind))


def names_shelter(name: str) -> bool:
    """Return whether a service is a shelter by its own name, whatever its kind.

    Stricter than :func:`is_shelter`: a school may be named after its neighborhood, El Refugio.

    Examples
    --------
    >>> names_shelter("Refugio para mujeres Esperanza"), names_shelter("Primaria El Refugio")
    (True, False)
    """
    return bool(read_terms("shelter").match(name, "names"))


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


def leads_to_shelter(layer: Worded) -> bool:
    """Return whether a layer measures the way to a shelter, which would give away its location."""
    return any(map(is_shelter, _words_of(layer)))


def tells_of_victims(layer: Worded) -> bool:
    """Return whether a layer says by its name, titles, unit or source what is sensitive."""
    return any(map(is_sensitive, _words_of(layer)))


def safe_layers(layers: Sequence[Layer], hidden: Collection[str]) -> list[Layer]:
    """Return the layers that neither come from a hidden category nor lead to a shelter."""
    return [
        layer
        for layer in layers
        if not (
            computed_from(layer.name, hidden) or tells_of_victims(layer) or leads_to_shelter(layer)
        )
    ]


def ranks_by(ranking: Ranking, categories: Collection[str], layers: Sequence[Layer] = ()) -> bool:
    """Return whether a criterion comes from one of the categories, or must not be public.

    Parameters
    ----------
    ranking
        The ranking.
    categories
        Categories that are not public.
    layers
        The layers by which it may rank: of a criterion among them titles, unit and source are
        read, too, and whether it leads to a shelter.
    """
    names = {part.layer for part in ranking.criteria}
    return any(computed_from(name, categories) or is_sensitive(name) for name in names) or any(
        tells_of_victims(layer) or leads_to_shelter(layer)
        for layer in layers
        if layer.name in names
    )


def without_categories(tables: Mapping[str, Item], hidden: Collection[str]) -> dict[str, Item]:
    """Return the items (``category:anything`` → item) of all categories but the hidden ones."""
    return {key: one for key, one in tables.items() if key.partition(":")[0] not in hidden}


def _words_of(layer: Worded) -> tuple[str, ...]:
    return (layer.name, *layer.title.values(), layer.unit, layer.source)
