"""Names for colonias and streets, each colonia's streets from one theme as in real estates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from _cities.chance import choose, choose_weighted, shuffled, steady, stream
from _cities.geography import AVENUE, MAIN

if TYPE_CHECKING:
    from _cities.geography import Ground
    from _cities.plan import Estate
    from _cities.words import Words


def name_colonias(ground: Ground) -> list[str]:
    """Return a name for each colonia, all different; the factories' are given."""
    plan = ground.plan
    rng = stream(plan.seed, "colonia names")
    centers = np.array([ring.mean(axis=0) for ring in ground.colonias])
    names = [""] * len(centers)
    for estate in plan.estates:
        names[estate_colonia(ground, estate)] = estate.name
    words = shuffled(rng, plan.words.colonias)
    poverty = plan.poverty(centers)
    used = set(names)
    for number, share in enumerate(poverty):
        level = "poor" if share > 45 else "rich" if share < 22 else "middle"
        while not names[number]:
            words = words or shuffled(rng, plan.words.colonias)
            name = _contracted(choose(rng, plan.words.colonia_heads[level]).format(words.pop()))
            if name not in used:
                used.add(name)
                names[number] = name
    return names


def _contracted(name: str) -> str:
    return name.replace(" de El ", " del ").replace(" de Del ", " del ")


def name_lines(ground: Ground) -> list[tuple[str, str]]:
    """Return (kind, name) of each straight street of the plan."""
    plan = ground.plan
    rng = stream(plan.seed, "street names")
    avenues = shuffled(rng, plan.words.avenues)
    found, theme = [], _Themes(plan.words, rng)
    for line, level in enumerate(ground.line_level):
        if level == MAIN:
            found.append((plan.main_lines[line].kind, plan.main_lines[line].name))
        elif level == AVENUE:
            kind = choose_weighted(rng, plan.words.avenue_kinds)
            found.append((kind, avenues.pop() if avenues else theme.person()))
        else:
            kind = choose_weighted(rng, plan.words.street_kinds)
            found.append((kind, theme.next(int(ground.line_colonia[line]))))
    return found


class _Themes:
    """Hands out street names, colonia by colonia: none twice in one colonia."""

    def __init__(self, words: Words, rng: np.random.Generator) -> None:
        self.words, self.rng = words, rng
        self.colonia, self.left = -1, list[str]()
        self.order = list[str]()

    def next(self, colonia: int) -> str:
        if colonia != self.colonia:
            self.colonia, self.left = colonia, []
            self.order = shuffled(self.rng, list(self.words.themes))
        if not self.left:
            if self.order and self.rng.random() < 0.8:
                self.left = shuffled(self.rng, self.words.themes[self.order.pop()])
            else:
                self.left = list(dict.fromkeys(self.person() for _ in range(12)))
        return self.left.pop()

    def person(self) -> str:
        name = f"{choose(self.rng, self.words.given)} {choose(self.rng, self.words.family)}"
        if self.rng.random() < 0.25:
            name = f"{choose(self.rng, self.words.titles)} {name}"
        return name


def estate_colonia(ground: Ground, estate: Estate) -> int:
    """Return the number of the colonia that an estate takes: the nearest that is built up."""
    gap = np.array(
        [np.hypot(*(ring.mean(axis=0) - (estate.u, estate.v))) for ring in ground.colonias]
    )
    gap[np.setdiff1d(np.arange(len(gap)), ground.block_colonia)] = np.inf
    return int(np.argmin(steady(gap, 3)))
