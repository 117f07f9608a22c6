"""Map local labels of crimes to classes, by an explicit mapping and never by a guess."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots._text import fold
from hotspots.errors import DataFileError, InputError
from hotspots.incidents.taxonomy.iccs import iccs_problem
from hotspots.schema import UNMAPPED

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, eq=False, slots=True)
class Taxonomy:
    """A mapping of local labels to classes.

    Attributes
    ----------
    name
        Name for messages and reports.
    classes
        Folded label (no case, no accents, single spaces) → class key.
    titles
        Class key → language code → title.
    codes
        Class key → code of the International Classification of Crime for Statistical Purposes.
    language, currency
        Language of the labels, and the currency of the country that they are from; "" if not
        stated.

    References
    ----------
    UNODC, *International Classification of Crime for Statistical Purposes*, version 1.0, 2015.
    """

    name: str
    classes: Mapping[str, str]
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    currency: str = ""


def load_taxonomy(source: str | Path | Mapping[str, str] | Taxonomy) -> Taxonomy:
    """Return a taxonomy by name, from a TOML file, or from label → class.

    A file holds one table for each class: ``labels`` (a list), ``title`` (language → text) and,
    optionally, ``iccs`` (its code, see :func:`iccs_classes`). Above them may stand ``name``, and
    the ``language`` of the labels and the ``currency`` that go with them::

        [classes.homicide]
        iccs = "0101"
        title = { es = "Homicidio", en = "Homicide" }
        labels = ["homicidio", "homicidio doloso"]

    Raises
    ------
    InputError
        If there is no taxonomy of that name (the error lists them), a label is in two classes, or
        the mapping is empty.
    DataFileError
        If the file cannot be read as a taxonomy, or a code is not in the ICCS.

    Examples
    --------
    >>> load_taxonomy("council_indicators").classes["homicidio doloso"]
    'homicide'
    >>> load_taxonomy({"Robo de vehículo": "vehicle_theft"}).classes
    {'robo de vehiculo': 'vehicle_theft'}
    """
    if isinstance(source, Taxonomy):
        return source
    if isinstance(source, Mapping):
        return _from_mapping(source)
    path = _taxonomy_file(source)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(
            f"taxonomy: {path} is not valid TOML ({error}). Fix that line."
        ) from None
    return _from_toml(content, path)


def taxonomy_names() -> tuple[str, ...]:
    """Return the names of the built-in taxonomies.

    Examples
    --------
    >>> taxonomy_names()
    ('council_indicators', 'mexico', 'peru', 'police_uk')
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def classify(labels: pd.Series, taxonomy: Taxonomy, *, where: str = "The table") -> pd.Series:
    """Return the class of each label on the same index, ``unmapped`` if there is none.

    Labels match ignoring case, accents and repeated spaces.

    Raises
    ------
    InputError
        If not a single label is in the taxonomy: wrong taxonomy, or wrong column.

    Examples
    --------
    >>> import pandas as pd
    >>> taxonomy = load_taxonomy({"homicidio": "homicide"})
    >>> classify(pd.Series(["HOMICIDIO", "homicidios"]), taxonomy).tolist()
    ['homicide', 'unmapped']
    """
    keys = {label: taxonomy.classes.get(fold(label), UNMAPPED) for label in labels.unique()}
    if keys and all(key == UNMAPPED for key in keys.values()):
        seen = ", ".join(repr(label[:40]) for label in sorted(keys)[:8])
        known = ", ".join(repr(label) for label in sorted(taxonomy.classes)[:8])
        raise InputError(
            f"{where}: none of the {len(keys)} categories is in the taxonomy {taxonomy.name!r}. "
            f"The table has {seen}; the taxonomy knows {known}, ... "
            "Name another column or taxonomy, or map your labels in a TOML file."
        )
    return labels.map(keys)


def class_key(label: str) -> str:
    """Return a label as a key: letters and digits without case or accents, joined by ``_``.

    Examples
    --------
    >>> class_key("Robo de Vehículo (c/violencia)")
    'robo_de_vehiculo_c_violencia'
    """
    return re.sub(r"[^0-9a-z]+", "_", fold(label)).strip("_")


def _from_mapping(source: Mapping[str, str]) -> Taxonomy:
    if not source:
        raise InputError("taxonomy: the mapping is empty. Give label -> class.")
    return Taxonomy("the mapping", _folded(source.items(), "the mapping"))


def _taxonomy_file(source: str | Path) -> Path:
    if not isinstance(source, str | Path):
        raise InputError(
            f"taxonomy: came as {type(source).__name__}. Give the name of a built-in one "
            f"({', '.join(taxonomy_names())}), the path of a TOML file, or label -> class."
        )
    if isinstance(source, str) and source in taxonomy_names():
        return _FOLDER / f"{source}.toml"
    path = Path(source)
    if path.suffix.lower() == ".toml" and path.is_file():
        return path
    raise InputError(
        f"taxonomy: came as {str(source)!r}. There are {', '.join(taxonomy_names())}; "
        "or give the path of a TOML file."
    )


def _from_toml(content: Mapping[str, Any], path: Path) -> Taxonomy:
    classes = content.get("classes")
    if not isinstance(classes, Mapping) or not classes:
        raise DataFileError(f"taxonomy: {path} has no [classes.<key>] table. See load_taxonomy.")
    pairs: list[tuple[str, str]] = []
    for key, entry in classes.items():
        labels = entry.get("labels") if isinstance(entry, Mapping) else None
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise DataFileError(
                f"taxonomy: {path}, class {key!r}: labels must be a list of "
                "texts. See load_taxonomy."
            )
        _refuse_odd_keys(entry, key, path)
        pairs += [(label, key) for label in labels]
        problem = iccs_problem(str(entry["iccs"])) if "iccs" in entry else ""
        if problem:
            first = f" (label {labels[0]!r})" if labels else ""
            raise DataFileError(f"taxonomy: {path}, class {key!r}{first}: {problem}.")
    name = str(content.get("name", path.stem))
    return Taxonomy(
        name,
        _folded(pairs, name),
        {key: dict(entry.get("title", {})) for key, entry in classes.items()},
        {key: str(entry["iccs"]) for key, entry in classes.items() if "iccs" in entry},
        language=str(content.get("language", "")),
        currency=str(content.get("currency", "")),
    )


def _refuse_odd_keys(entry: Mapping[str, Any], key: str, path: Path) -> None:
    """Refuse a key that would be ignored, and a title that is not text by language."""
    strange = sorted(entry.keys() - {"labels", "iccs", "title"})
    if strange:
        raise DataFileError(
            f"taxonomy: {path}, class {key!r}: the key {strange[0]!r} is not known. The keys are "
            "labels, iccs and title."
        )
    title = entry.get("title", {})
    if not isinstance(title, Mapping) or not all(isinstance(one, str) for one in title.values()):
        raise DataFileError(
            f"taxonomy: {path}, class {key!r}: title came as {title!r}. Give it by language: "
            'title = { es = "...", en = "..." }.'
        )


def _folded(pairs: Any, name: str) -> dict[str, str]:
    folded: dict[str, str] = {}
    for label, key in pairs:
        plain = fold(str(label))
        if folded.setdefault(plain, str(key)) != str(key):
            raise InputError(
                f"taxonomy: in {name} the label {label!r} belongs to {folded[plain]!r} and to "
                f"{key!r}. Keep one of them."
            )
    return folded
