"""The posterior of risk with neighbors: ours, and NumPyro's NUTS until 400 draws are independent.

``python -m benchmarks.posteriors 20000`` measures our own at that size in a process of its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import jax
import numpy as np
import numpyro
import pandas as pd
from numpyro.diagnostics import effective_sample_size

import hotspots as hs
from benchmarks.cells import queen_graph
from benchmarks.sections import table

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]

SIDES = (10, 20)
"""Lattices on which the peer is run."""
LARGE = {45: 5.0, 142: 60.0}
"""Lattices of 2,025 and 20,164 places, with the seconds that are allowed."""
WANTED = 400  # effective size
LEAST_RATIO = 20
SPREAD_RATE = 2.0
WARMUP, DRAWS, RUNS = 500, 500, 3


def text() -> list[str]:
    """Measure, and return the section."""
    rows = [_beside_nuts(side) for side in SIDES]
    head = ("places", "ours", f"NUTS to {WANTED}", "ratio", "target", "effective size of the run")
    large = []
    for side, allowed in LARGE.items():
        command = [sys.executable, "-m", "benchmarks.posteriors", str(side)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        taken, memory = json.loads(done.stdout)
        large.append((f"{side**2:,}", f"{taken:.1f} s", f"{allowed:.0f} s", f"{memory:.2f} GB"))
    return [
        "Counts of mean 5 on a square lattice, σ .6. NUTS runs one chain per core in parallel with "
        f"the field whitened; its time, with {WARMUP} draws of warm-up but without compilation, is "
        f"brought to a least effective size of {WANTED} of any place's log risk.",
        "",
        *table(head, "rrrrrr", rows),
        "",
        *table(("places", "ours", "allowed", "peak memory"), "rrrr", large),
    ]


def city(side: int) -> tuple[pd.Series, pd.Series, Graph]:
    """Return counts, exposure and graph of a lattice whose risks are half their own."""
    generator = np.random.default_rng(side)
    across = np.linspace(0, 6, side)
    shared = np.sin(across)[:, None] + np.cos(1.3 * across)
    log_risk = 0.6 * np.sqrt(0.5) * (shared.ravel() + generator.standard_normal(side**2))
    exposure = 5 * generator.gamma(4, 0.25, side**2)
    graph = queen_graph(side)
    names = graph.unique_ids
    counts = generator.poisson(exposure * np.exp(log_risk))
    return pd.Series(counts, names), pd.Series(exposure, names), graph


def ours(side: int) -> float:
    """Return the median seconds of our posterior."""
    counts, exposure, graph = city(side)
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        hs.risk_posterior(counts, exposure, graph=graph)
        taken.append(time.perf_counter() - start)
    return median(taken)


def _beside_nuts(side: int) -> tuple[str, ...]:
    counts, exposure, graph = city(side)
    taken, size = nuts(counts.to_numpy(float), exposure.to_numpy(), graph)
    mine, theirs = ours(side), taken * WANTED / size
    ratio = f"{theirs / mine:.0f}×"
    row = (f"{side**2:,}", f"{mine:.2f} s", f"{theirs:.1f} s", ratio, f"{LEAST_RATIO}×")
    return (*row, f"{size:.0f}")


def nuts(counts: Floats, exposure: Floats, graph: Graph) -> tuple[float, float]:
    """Return the seconds of NUTS, and the least effective size of any place's log risk."""
    adjacent = graph.sparse.toarray()
    values, vectors = np.linalg.eigh(np.diag(adjacent.sum(axis=1)) - adjacent)
    basis = vectors[:, 1:] / np.sqrt(values[1:])
    basis = basis / np.exp(np.log((basis**2).sum(axis=1)).mean() / 2)
    chains = jax.local_device_count()
    sampler = numpyro.infer.MCMC(
        numpyro.infer.NUTS(model),
        num_warmup=WARMUP,
        num_samples=DRAWS,
        num_chains=chains,
        chain_method="parallel" if chains > 1 else "sequential",
        progress_bar=False,
    )
    expected = exposure * counts.sum() / exposure.sum()
    sampler.run(jax.random.PRNGKey(0), counts, expected, basis)
    start = time.perf_counter()
    sampler.run(jax.random.PRNGKey(1), counts, expected, basis)
    log_risk = np.asarray(sampler.get_samples(group_by_chain=True)["log_risk"])
    return time.perf_counter() - start, float(effective_sample_size(log_risk).min())


def model(counts: Floats, expected: Floats, basis: Floats) -> None:
    """BYM2 with the priors of ours."""
    dist = numpyro.distributions
    center = numpyro.sample("center", dist.ImproperUniform(dist.constraints.real, (), ()))
    sigma = numpyro.sample("sigma", dist.Exponential(SPREAD_RATE))
    phi = numpyro.sample("phi", dist.Uniform(0.0, 1.0))
    places, shared = basis.shape
    own = numpyro.sample("own", dist.Normal(0, 1).expand([places]).to_event(1))
    field = numpyro.sample("field", dist.Normal(0, 1).expand([shared]).to_event(1))
    b = sigma * (jax.numpy.sqrt(1 - phi) * own + jax.numpy.sqrt(phi) * (basis @ field))
    log_risk = numpyro.deterministic("log_risk", center + b)
    numpyro.sample("counts", dist.Poisson(expected * jax.numpy.exp(log_risk)), obs=counts)


def main() -> None:
    """Print the median seconds and the peak memory at a size."""
    taken = ours(int(sys.argv[1]))
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
    print(json.dumps((taken, peak)))


if __name__ == "__main__":
    main()
