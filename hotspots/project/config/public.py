"""``[public]``: what may leave the house."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from hotspots.project.section import Name, Section


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise ValueError(f"{repeated[0]!r} is named twice; name it once")
    return names


Names = Annotated[tuple[Name, ...], AfterValidator(_each_once)]


class Public(Section):
    """``[public]``: the layers, kinds of services and categories that the public folder holds.

    What is not named is not published. ``services`` are kinds whose points the public page draws;
    ``earlier`` names public folders of earlier runs, beside the one that a run replaces.
    """

    layers: Names = ()
    services: tuple[str, ...] = ()
    categories: Names = ()
    whole_years: bool = True
    earlier: tuple[str, ...] = ()

    @property
    def something(self) -> bool:
        """Whether anything is published at all."""
        return bool(self.layers or self.categories)
