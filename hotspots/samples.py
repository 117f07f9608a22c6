"""The sample cities: in a checkout, or inside an installed package."""

from __future__ import annotations

from pathlib import Path

from hotspots.errors import DataFileError, InputError

_PACKAGE = Path(__file__).resolve().parent
_PLACES = (_PACKAGE.parent / "sample_data", _PACKAGE / "sample_data")
_CITIES = ("juarez", "tumbes")


def available() -> tuple[str, ...]:
    """Return the names of the sample cities that are installed.

    Examples
    --------
    >>> "tumbes" in available()
    True
    """
    return tuple(city for city in _CITIES if _folder(city) is not None)


def sample(city: str = "juarez") -> Path:
    """Return the folder of a sample city; its ``project.toml`` describes a whole run.

    The samples are invented (see the README beside them). An installed package includes only
    ``tumbes``; a checkout has both.

    Parameters
    ----------
    city
        ``juarez`` or ``tumbes``.

    Returns
    -------
    pathlib.Path
        The folder, with ``project.toml`` in it.

    Raises
    ------
    InputError
        If there is no sample city of that name.
    DataFileError
        If the city's files are not installed.

    Examples
    --------
    >>> (sample("tumbes") / "project.toml").exists()
    True
    """
    if city not in _CITIES:
        raise InputError(f"sample: came as {city!r}. The sample cities are {', '.join(_CITIES)}.")
    folder = _folder(city)
    if folder is None:
        raise DataFileError(
            f"sample: the files of {city!r} are not installed (installed: "
            f"{', '.join(available()) or 'none'}). Use a checkout of the source, or another city."
        )
    return folder


def _folder(city: str) -> Path | None:
    found = (place / city for place in _PLACES if (place / city / "project.toml").is_file())
    return next(found, None)
