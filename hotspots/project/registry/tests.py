"""The table of local tests: a row for each that a project file can name.

A new test is a function in ``clusters/local`` (its :class:`~hotspots.schema.LocalTest` beside
it), a row here, and its words in the catalogue (``test.<name>``, ``theme.<name>``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from hotspots.clusters.local.geary import LOCAL_GEARY, local_geary
from hotspots.clusters.local.getis_ord import GI, GI_STAR, getis_ord
from hotspots.clusters.local.join_counts import JOIN_COUNTS, local_join_counts
from hotspots.clusters.local.moran import LOCAL_MORAN, local_moran
from hotspots.clusters.risk.excess import EXCESS_RISK, EXTREME_RISK, excess_risk
from hotspots.clusters.risk.rates import standardized_rates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.schema import LocalResult, LocalTest

Level = Literal["units", "polygons"]


@dataclass(frozen=True, eq=False, slots=True)
class Observed:
    """The data of one category on one level.

    Attributes
    ----------
    category
        Name of the category; it becomes the result's variable.
    events, residents
        Of each place, on one index.
    graph
        Spatial weights on the same index; None where no test looks at neighbors.
    """

    category: str
    events: pd.Series
    residents: pd.Series
    graph: Graph | None


def counts(observed: Observed) -> tuple[pd.Series, pd.Series]:
    """Return events and residents, for tests that look at each place alone."""
    return observed.events.rename(observed.category), observed.residents


def rates(observed: Observed) -> tuple[pd.Series, Graph | None]:
    """Return standardized rates and the graph, for tests of spatial association."""
    values = standardized_rates(observed.events, observed.residents)
    return values.rename(observed.category), observed.graph


def counts_and_graph(observed: Observed) -> tuple[pd.Series, pd.Series, Graph | None]:
    """Return events, residents and the graph, for tests that look at each neighborhood."""
    return observed.events.rename(observed.category), observed.residents, observed.graph


def presence(observed: Observed) -> tuple[pd.Series, Graph | None]:
    """Return 1 where there was any event and 0 where none, and the graph, for join counts."""
    there = (observed.events > 0).astype(float)
    return there.where(observed.residents > 0).rename(observed.category), observed.graph


@dataclass(frozen=True, eq=False, slots=True)
class RegisteredTest:
    """A row of the table.

    Attributes
    ----------
    kind
        The name, the labels, and the question whose headline test it may be.
    function
        Computes the result; it accepts ``correction``, ``alpha``, ``family`` and ``seed``.
    takes
        Makes the function's positional arguments from the data: :func:`counts`, :func:`rates`,
        :func:`counts_and_graph` or :func:`presence`.
    options
        Further options of the function, the same in every run.
    settings
        Keys of ``[tests.<question>]`` that are passed on to the function.
    levels
        The levels on which the test makes sense.
    """

    kind: LocalTest
    function: Callable[..., LocalResult]
    takes: Callable[[Observed], tuple[Any, ...]]
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ("units", "polygons")

    @property
    def name(self) -> str:
        """What project files and columns call the test."""
        return self.kind.name

    def run(self, observed: Observed, **options: Any) -> LocalResult:
        """Return the result of the test on the data."""
        return self.function(*self.takes(observed), **self.options, **options)


def _exposed_getis_ord(
    events: pd.Series, residents: pd.Series, graph: Graph, **options: Any
) -> LocalResult:
    return getis_ord(events, graph, exposure=residents, **options)


_ROWS = (
    # The headline asks for hot places alone: a cold one is where few events were to be expected.
    RegisteredTest(
        GI_STAR,
        _exposed_getis_ord,
        takes=counts_and_graph,
        options={"star": True, "alternative": "greater"},
    ),
    RegisteredTest(GI, getis_ord, takes=rates, options={"star": False}),
    RegisteredTest(LOCAL_MORAN, local_moran, takes=rates),
    RegisteredTest(LOCAL_GEARY, local_geary, takes=rates),
    # Nearly every polygon has an event, so presence is informative on units only.
    RegisteredTest(JOIN_COUNTS, local_join_counts, takes=presence, levels=("units",)),
    RegisteredTest(EXCESS_RISK, excess_risk, takes=counts, settings=("at_least",)),
    RegisteredTest(EXTREME_RISK, excess_risk, takes=counts, options={"null": "spread"}),
)

TESTS: Mapping[str, RegisteredTest] = MappingProxyType({row.name: row for row in _ROWS})
