"""The hierarchy of errors and warnings: each says what came, where, and how to fix it.

Every error is also a subclass of the built-in exception that a caller would catch.
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
    """Base class of all errors of this library; their texts are written for analysts."""


class InputError(HotspotsError, ValueError):
    """A value, a table or an option that cannot be used as given."""


class ColumnError(InputError, KeyError):
    """A column that is missing, duplicated or of the wrong type."""

    def __str__(self) -> str:
        return Exception.__str__(self)


class CrsError(InputError):
    """A CRS that is missing, unsuitable, or different from the other layer's."""


class GraphError(InputError):
    """A graph of neighbors that does not match the values it is used with."""


class DataFileError(HotspotsError, OSError):
    """A file that is missing, unreadable, empty or of a kind that is not allowed."""


class ProjectFileError(InputError):
    """A project file that lacks what a run needs, or has it wrong; names the key."""


class OutputError(HotspotsError, OSError):
    """An output that cannot be written, or an output folder that is not a run's."""


class MissingExtraError(HotspotsError, ImportError):
    """An optional dependency that is not installed."""


class StandaloneError(HotspotsError, RuntimeError):
    """A page that would load something from a network, or run foreign scripts."""


class BrowserError(HotspotsError, RuntimeError):
    """A PDF was requested, and no browser on this machine can print it."""


class HotspotsWarning(UserWarning):
    """Something that a reader of the result should know, with what to do about it.

    Created by :func:`hotspots.catalogue.remark`, so that a report can give it in its language.

    Attributes
    ----------
    key
        Entry of the catalogue.
    values
        Values of its placeholders.
    """

    def __init__(
        self, text: str, *, key: str = "", values: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(text)
        self.key = key
        self.values = dict(values or {})
