"""The posterior of risk with neighbors against NumPyro: the same model and priors, by NUTS.

The peer's model is written here, after Riebler et al. (2016): risk is exp(μ + b) times exposure,
b = σ(√(1 − φ)·v + √φ·u), with u the autoregression of each connected piece, scaled by dense
algebra. Its Monte Carlo error is a few hundredths of a posterior deviation at most.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csgraph

import hotspots as hs

numpyro = pytest.importorskip("numpyro", reason="needs the extra `peers`: pip install numpyro")
jax = pytest.importorskip("jax", reason="needs the extra `peers`: pip install numpyro")
SPREAD_RATE = 2.0  # P(σ > 1.5) = 5%
CHAINS = 2


def _scaled_basis(adjacent: np.ndarray) -> np.ndarray:
    """Return the map from independent standard normals to the scaled field."""
    pieces, piece = csgraph.connected_components(adjacent)
    columns = []
    for number in range(pieces):
        members = np.flatnonzero(piece == number)
        part = np.ones((1, 1))
        if members.size > 1:
            inside = adjacent[np.ix_(members, members)]
            values, vectors = np.linalg.eigh(np.diag(inside.sum(axis=1)) - inside)
            part = vectors[:, 1:] / np.sqrt(values[1:])
            part = part / np.exp(np.log((part**2).sum(axis=1)).mean() / 2)
        wide = np.zeros((piece.size, part.shape[1]))
        wide[members] = part
        columns.append(wide)
    return np.hstack(columns)


def _model(counts, expected, basis):
    dist = numpyro.distributions
    center = numpyro.sample("center", dist.ImproperUniform(dist.constraints.real, (), ()))
    sigma = numpyro.sample("sigma", dist.Exponential(SPREAD_RATE))
    phi = numpyro.sample("phi", dist.Uniform(0.0, 1.0))
    places, shared = basis.shape
    own = numpyro.sample("own", dist.Normal(0, 1).expand([places]).to_event(1))
    field = numpyro.sample("field", dist.Normal(0, 1).expand([shared]).to_event(1))
    b = sigma * (jax.numpy.sqrt(1 - phi) * own + jax.numpy.sqrt(phi) * (basis @ field))
    numpyro.deterministic("relative", b)
    numpyro.sample("counts", dist.Poisson(expected * jax.numpy.exp(center + b)), obs=counts)


def _nuts(counts, exposure, graph, draws):
    """Return draws of log risk and of its difference from the typical one."""
    numpyro.enable_x64()
    focal, neighbor = graph.sparse.nonzero()
    adjacent = np.zeros((len(counts), len(counts)))
    adjacent[focal, neighbor] = adjacent[neighbor, focal] = 1.0
    np.fill_diagonal(adjacent, 0.0)
    scale = counts.sum() / exposure.sum()
    sampler = numpyro.infer.MCMC(
        numpyro.infer.NUTS(_model),
        num_warmup=1_000,
        num_samples=draws,
        num_chains=CHAINS,
        chain_method="sequential",
        progress_bar=False,
    )
    expected = exposure.to_numpy(dtype=float) * scale
    sampler.run(
        jax.random.PRNGKey(1), counts.to_numpy(dtype=float), expected, _scaled_basis(adjacent)
    )
    found = sampler.get_samples()
    relative = np.asarray(found["relative"])
    return relative + np.asarray(found["center"])[:, None] + np.log(scale), relative


def _counted(points, places, columns):
    """Return the number of points in each place; a point on a border counts once."""
    where = gpd.points_from_xy(points[columns[0]], points[columns[1]], crs=4326)
    found = gpd.sjoin(gpd.GeoDataFrame(geometry=where).to_crs(places.crs), places[["geometry"]])
    first = found[~found.index.duplicated()].iloc[:, -1]
    return first.value_counts().reindex(places.index, fill_value=0)


def _scotland(data):
    counties = gpd.read_file(data / "known" / "scotlip.gpkg")
    return counties["CANCER"], counties["CEXP"], counties


def _manchester(data):
    units = gpd.read_file(data / "manchester" / "lsoa.gpkg")
    table = pd.read_csv(data / "manchester" / "burglary_2016-02_2019-01.csv")
    return _counted(table, units, ("Longitude", "Latitude")), units["pop_usual"], units


def _mexico_city(data):
    places = gpd.read_file(data / "mexico_city" / "colonias.gpkg").to_crs(6372)
    places["geometry"] = places.make_valid()
    places = places[places["SUMPOB1"] > 0].reset_index(drop=True)
    table = pd.read_csv(data / "mexico_city" / "homicidios_2021_2024.csv")
    table = table.dropna(subset=["longitud", "latitud"])
    return _counted(table, places, ("longitud", "latitud")), places["SUMPOB1"], places


@pytest.mark.parametrize(
    ("read", "draws"),
    [
        pytest.param(_scotland, 6_000, id="Scotland"),
        pytest.param(_manchester, 6_000, id="Manchester", marks=pytest.mark.slow),
        pytest.param(_mexico_city, 2_000, id="Mexico City", marks=pytest.mark.slow),
    ],
)
def test_the_posterior_is_that_of_nuts(shared_data, read, draws) -> None:
    counts, exposure, places = read(shared_data)
    graph = hs.neighbors(places)
    ours = hs.risk_posterior(counts, exposure, graph=graph)
    log_risk, relative = _nuts(counts, exposure, graph, draws)
    mean, deviation = log_risk.mean(axis=0), log_risk.std(axis=0)
    apart = np.abs(ours.table["log_mean"] - mean) / deviation
    assert apart.mean() < 0.05
    assert apart.max() < 0.2
    ratio = ours.table["log_sd"] / deviation
    assert ratio.mean() == pytest.approx(1.0, abs=0.01)
    assert ratio.between(0.95, 1.05).mean() > 0.99
    above = (relative > np.log(1.5)).mean(axis=0)
    assert np.abs(ours.probability_above(1.5) - above).max() < 0.05
