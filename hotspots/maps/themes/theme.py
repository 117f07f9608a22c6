"""A theme as a record: its classes, its text, and the class of each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotspots.maps.themes.palette import Style


@dataclass(frozen=True, slots=True)
class ThemeClass:
    """A class of the legend: its label, its style, and how many places are in it."""

    label: str
    style: Style
    places: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One period of a theme: its title, and the class and incidents of each place."""

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
        The category; "" for a theme without one.
    group
        ``statistics``, ``time`` or ``context``.
    level
        ``polygons`` or ``units``: which places are colored.
    title, unit, source
        Text of the legend; unit and source may be empty.
    notes
        How it was tested, in sentences.
    classes
        The classes of the legend.
    codes
        Class of each place, in order.
    texts
        Tooltip of each place; empty if the class says it all.
    frames
        The periods of the slider, of which the last is in ``codes``; empty without a slider.
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
        """Key of the theme on the page."""
        return f"{self.kind}/{self.category}"
