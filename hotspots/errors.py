"""The tree of errors and warnings: each says what came, where, and how to mend it.

Every error is also the built-in that a caller would catch for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ColumnError",
    "CrsError",
    "DataFileError",
    "GraphError",
    "HotspotsError",
    "HotspotsWarning",
    "InputError",
    "MissingExtraError",
    "OutputError",
    "ProjectFileError",
    "StandaloneError",
]


class HotspotsError(Exception):
    """Root of all errors of this library; its text is meant to be read by the analyst."""


class InputError(HotspotsError, ValueError):
    """A value, a table or an option that cannot be used as it came."""


class ColumnError(InputError, KeyError):
    """A column that is missing, doubled or of the wrong kind."""

    def __str__(self) -> str:
        return Exception.__str__(self)


class CrsError(InputError):
    """A coordinate reference system that is missing, unsuited or not the other layer's."""


class GraphError(InputError):
    """A graph of neighbors that does not fit the values it is used with."""


class DataFileError(HotspotsError, OSError):
    """A file that is missing, unreadable, empty or of a kind that is not allowed."""


class ProjectFileError(InputError):
    """A project file that does not say what a run needs; names the key."""


class OutputError(HotspotsError, OSError):
    """An output that cannot be written, or an output folder that is not ours."""


class MissingExtraError(HotspotsError, ImportError):
    """A library that only one function needs, and that is not installed."""


class StandaloneError(HotspotsError, RuntimeError):
    """A page that would fetch something from a network, or run what is not its own."""


class BrowserError(HotspotsError, RuntimeError):
    """A PDF was asked for, and no browser of this machine can print it."""


class HotspotsWarning(UserWarning):
    """Something that a reader of the result should know, said once and with its mend.

    Made by :func:`hotspots.catalogue.remark`, so that a report can say it in its language.

    Attributes
    ----------
    key
        The catalogue's entry.
    values
        What fills it.
    """

    def __init__(
        self, text: str, *, key: str = "", values: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(text)
        self.key = key
        self.values = dict(values or {})
