"""A theme as a record: its classes, its words, the class of each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotspots.maps.themes.palette import Style


@dataclass(frozen=True, slots=True)
class ThemeClass:
    """One line of a legend: its words, how it is drawn, and how many places it has."""

    label: str
    style: Style
    places: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One period of a theme: its words, and each place's class and incidents."""

    title: str
    codes: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Theme:
    """One way of coloring the places.

    Attributes
    ----------
    kind
        What is shown, the same for every category: ``focus``, ``rate``, ``excess:polygons`` …
    category
        The category that it shows, "" for a theme that has none.
    group
        ``statistics``, ``time`` or ``context``.
    level
        ``polygons`` or ``units``: which places are colored.
    title, unit, source
        Words of the legend; the unit and the source may be empty.
    notes
        How it was tested, in sentences.
    classes
        The legend's lines.
    codes
        Class of each place, in the places' order.
    texts
        What the tooltip says of each place; empty where the class says it all.
    frames
        The periods of a theme with a slider, the last one as in ``codes``; empty without one.
    """

    kind: str
    category: str
    group: str
    level: str
    title: str
    unit: str
    source: str
    notes: tuple[str, ...]
    classes: tuple[ThemeClass, ...]
    codes: tuple[int, ...]
    texts: tuple[str, ...]
    frames: tuple[Frame, ...] = ()

    @property
    def key(self) -> str:
        """The theme's own name on the page."""
        return f"{self.kind}/{self.category}"
