"""The posterior of risk: what is known of every place's risk once its events are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from hotspots.catalogue.posteriors import posterior_html, posterior_sentence, posterior_text
from hotspots.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


class RiskDistribution(Protocol):
    """The joint posterior of the places that have exposure, in their order."""

    def probability_above(self, multiple: float) -> Floats:
        """Return each place's probability that its risk exceeds so many times the typical one."""
        ...

    def draws(self, n: int, seed: int) -> Floats:
        """Return draws of the risks, events per unit of exposure: draws × places."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class RiskPosterior:
    """The posterior distribution of the risk of every place.

    Attributes
    ----------
    table
        On the places' index: ``count``, ``exposure``; ``mean``, ``sd``, ``low``, ``high`` of the
        risk (events per unit of exposure); ``log_mean``, ``log_sd`` of its logarithm; ``ratio``,
        ``ratio_low``, ``ratio_high`` of the risk to the typical one. Missing where there is no
        exposure. Intervals are central, of probability ``interval``.
    model
        ``gamma`` or ``lognormal`` (exchangeable), or ``bym2`` (with neighbors).
    typical, typical_low, typical_high
        The risk of the typical place, the median of the fitted distribution, and its interval.
    spread, spread_low, spread_high
        Standard deviation of the logarithm of risk between places, and its interval.
    hyperparameters
        On their names: ``mean``, ``low``, ``high``.
    interval
        Probability of the intervals.
    distribution
        What answers :meth:`probability_above` and :meth:`draws`.
    """

    table: pd.DataFrame
    model: str
    typical: float
    typical_low: float
    typical_high: float
    spread: float
    spread_low: float
    spread_high: float
    hyperparameters: pd.DataFrame
    interval: float
    distribution: RiskDistribution

    def probability_above(self, multiple: float) -> pd.Series:
        """Return each place's probability that its risk exceeds ``multiple`` × the typical one.

        The uncertainty of the typical risk is included.
        """
        if not (isinstance(multiple, int | float) and 0 < multiple < np.inf):
            raise InputError(f"multiple came as {multiple!r}. Give a number above 0, e.g. 1.5.")
        values = np.full(len(self.table), np.nan)
        values[self._known] = self.distribution.probability_above(float(multiple))
        return pd.Series(values, self.table.index, name="probability")

    def draws(self, n: int = 1_000, *, seed: int = 0) -> pd.DataFrame:
        """Return ``n`` joint draws of all risks: one row a draw, one column a place.

        The same seed gives the same draws. A place without exposure is missing in all.
        """
        for value, least, what in ((n, 1, "n"), (seed, 0, "seed")):
            if not (isinstance(value, int | np.integer) and value >= least):
                raise InputError(f"{what} came as {value!r}. Give a whole number from {least} on.")
        values = np.full((n, len(self.table)), np.nan)
        values[:, self._known] = self.distribution.draws(int(n), int(seed))
        return pd.DataFrame(values, columns=self.table.index).rename_axis("draw")

    def sentence(self, language: str = "en") -> str:
        """Return the typical risk, how risks vary and how alike neighbors are, in one sentence.

        ``language`` is one of :func:`hotspots.languages`.
        """
        return posterior_sentence(self, language)

    def __repr__(self) -> str:
        return posterior_text(self)

    def _repr_html_(self) -> str:
        return posterior_html(self)

    @property
    def _known(self) -> npt.NDArray[np.bool_]:
        return (self.table["exposure"] > 0).to_numpy() & self.table["count"].notna().to_numpy()
