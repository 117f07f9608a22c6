"""Groups: what a test of risk looks at, each place alone or together with its neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.permutation.graph_links import links_between
from hotspots.clusters.risk.neighborhoods import neighborhood_members

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Groups:
    """What is tested: each place alone, or together with its neighbors.

    ``single_*`` describe the places that have exposure, the other fields their groups; none
    has missing values.
    """

    single_counts: Floats
    single_exposure: Floats
    counts: Floats
    exposure: Floats
    concentration: Floats
    isolated: Booleans
    joint: bool


def groups_of(
    counts: Floats, exposure: Floats, graph: Graph | None, index: pd.Index, known: Booleans
) -> Groups:
    """Return the groups of the places that are known, by the graph on the whole index."""
    if graph is None:
        one = np.ones(counts.size)
        nothing = np.zeros(counts.size, dtype=bool)
        return Groups(counts, exposure, counts, exposure, one, nothing, joint=False)
    links = links_between(graph, index, known)
    focal, member, isolated = neighborhood_members(counts, exposure, *links)
    joint = np.bincount(focal, exposure[member]).astype(float)
    return Groups(
        single_counts=counts,
        single_exposure=exposure,
        counts=np.bincount(focal, counts[member]).astype(float),
        exposure=joint,
        concentration=np.bincount(focal, exposure[member] ** 2) / joint**2,
        isolated=isolated,
        joint=True,
    )
