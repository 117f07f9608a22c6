"""The options that functions take: one list of each, for types, checks and error messages."""

from __future__ import annotations

from typing import Literal, TypeAlias

# ── of several tests ─────────────────────────────────────────────────────────────────────
Alternative = Literal["two-sided", "greater", "less"]
Correction = Literal["fdr", "by", "bonferroni", "none"]
Permutations: TypeAlias = int | Literal["auto"]

# ── the null hypothesis, test by test ────────────────────────────────────────────────────
GetisOrdNull = Literal["total", "conditional", "analytic", "mixed_poisson"]
MoranNull = Literal["conditional", "analytic"]
JoinCountNull = Literal["hypergeometric", "conditional"]
RiskNull = Literal["at_least", "spread", "binomial"]
RiskRule = Literal["posterior", "exact"]
ScanNull = Literal["spread", "binomial"]

# ── of a single test ─────────────────────────────────────────────────────────────────────
JoinCase = Literal["co-location", "no co-location"]
Joins = Literal["like", "unlike", "both", "neither"]
Measure = Literal["events", "victims"]
RateTest = Literal["e_test", "conditional"]
Dispersion = Literal["estimated", "poisson"]
Smoothing = Literal["posterior", "empirical_bayes", "spatial_empirical_bayes"]

# ── of layers ────────────────────────────────────────────────────────────────────────────
AccessMethod = Literal["nearest"]
Direction = Literal["more_is_worse", "more_is_better", "neutral"]
RasterStatistic = Literal["sum", "mean"]

# ── of the ranking ───────────────────────────────────────────────────────────────────────
Scaling = Literal["min-max", "rank"]
