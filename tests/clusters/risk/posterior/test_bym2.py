"""BYM2: its field against dense algebra, its marginals against quadrature, and its properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import integrate, sparse, special
from scipy.spatial import Delaunay
from threadpoolctl import threadpool_limits

import hotspots as hs
from hotspots.clusters.risk.posterior.bym2 import fit_bym2
from hotspots.clusters.risk.posterior.bym2_field import (
    Scales,
    Sites,
    field_draws,
    field_posterior,
)
from hotspots.clusters.risk.posterior.icar import scaled_icar
from hotspots.clusters.risk.posterior.propagation import first_sites, propagated
from hotspots.clusters.risk.posterior.tilted import tilted
from hotspots.errors import GraphError


def _links(places, seed=1):
    corners = Delaunay(np.random.default_rng(seed).random((places, 2))).simplices
    edges = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    return edges.T


def _matrix(places, edges):
    links = sparse.coo_array((np.ones(edges.shape[1]), edges), (places, places))
    return sparse.csr_array(((links + links.T) > 0).astype(float))


@pytest.fixture(scope="module")
def pieces():
    """Links of two pieces of 40 and 25 places, a pair, and three islands."""
    first, second = _links(40), _links(25, 2) + 40
    return _matrix(70, np.hstack([first, second, [[65], [66]]]))


def _dense(structure):
    links = structure.pattern.links
    focal = np.repeat(np.arange(links.shape[0]), np.diff(links.indptr))
    matrix = np.diag(structure.diagonal)
    matrix[focal, links.indices] += structure.values
    return matrix


def test_the_field_is_scaled_in_each_piece(pieces) -> None:
    """The geometric mean of the variances is 1 (Freni-Sterrantino et al. 2018, section 3)."""
    structure = scaled_icar(pieces)
    variance = np.linalg.pinv(_dense(structure)).diagonal()
    for places in (slice(0, 40), slice(40, 65), slice(65, 67)):
        assert np.exp(np.log(variance[places]).mean()) == pytest.approx(1.0)
    assert variance[67:] == pytest.approx(1.0)


@pytest.fixture(scope="module")
def normal_model(pieces):
    """Hyperparameters, sites, and mean and covariance of (μ + bᵢ) and μ by dense algebra."""
    structure, scales = scaled_icar(pieces), Scales(0.7, 0.6)
    generator = np.random.default_rng(2)
    sites = Sites(generator.gamma(2, 1, 70), generator.standard_normal(70))
    shared = np.linalg.pinv(_dense(structure))
    prior = scales.sigma**2 * (0.4 * np.eye(70) + 0.6 * shared)
    # μ as one more variable, after the places' b, with a prior of nearly no precision.
    precision = np.zeros((71, 71))
    precision[:70, :70] = np.linalg.inv(prior)
    design = np.hstack([np.eye(70), np.ones((70, 1))])
    covariance = np.linalg.inv(precision + design.T @ (sites.precision[:, None] * design))
    mean = covariance @ (design.T @ sites.slope)
    whole = np.vstack([design, np.eye(71)[70:]])
    return structure, scales, sites, whole @ mean, whole @ covariance @ whole.T


def test_the_field_is_that_of_dense_algebra(normal_model) -> None:
    structure, scales, sites, mean, covariance = normal_model
    field = field_posterior(structure, scales, sites)
    damping = 1 + sites.precision * scales.alone
    risk = (field.mean + scales.alone * sites.slope) / damping
    variance = scales.alone / damping + field.variance / damping**2
    assert np.allclose(risk, mean[:70])
    assert np.allclose(variance, covariance.diagonal()[:70])
    assert np.allclose(field.with_center / damping, covariance[70, :70])
    assert (field.center, field.center_variance) == pytest.approx((mean[70], covariance[70, 70]))


def test_draws_of_the_field_have_its_mean_and_covariance(normal_model) -> None:
    structure, scales, sites, mean, covariance = normal_model
    generator = np.random.default_rng(3)
    n = 20_000
    drawn = field_draws(structure, scales, sites, generator.standard_normal((70, n)), generator)
    deviation = np.sqrt(covariance.diagonal()[:70])
    assert np.abs((drawn.mean(axis=1) - mean[:70]) / deviation).max() < 5 / np.sqrt(n)
    apart = (np.cov(drawn) - covariance[:70, :70]) / np.outer(deviation, deviation)
    assert np.abs(apart).max() < 8 / np.sqrt(n)


def test_the_evidence_changes_with_the_hyperparameters_as_in_dense_algebra(normal_model) -> None:
    structure, _, sites, _, _ = normal_model
    shared = np.linalg.pinv(_dense(structure))
    noise = np.diag(1 / sites.precision)
    ones = np.ones(70)

    def dense(sigma: float, phi: float) -> float:
        total = noise + sigma**2 * ((1 - phi) * np.eye(70) + phi * shared)
        inverse = np.linalg.inv(total)
        seen = sites.slope / sites.precision
        center = (ones @ inverse @ seen) / (ones @ inverse @ ones)
        apart = seen - center
        return -0.5 * (
            np.linalg.slogdet(total)[1] + np.log(ones @ inverse @ ones) + apart @ inverse @ apart
        )

    ours = [
        field_posterior(structure, Scales(*at), sites).log_mass
        for at in ((0.7, 0.6), (0.2, 0.9), (1.5, 0.05))
    ]
    theirs = [dense(*at) for at in ((0.7, 0.6), (0.2, 0.9), (1.5, 0.05))]
    assert np.diff(ours) == pytest.approx(np.diff(theirs))


@pytest.mark.parametrize("count", [0.0, 1.0, 3.0, 40.0, 5_000.0])
@pytest.mark.parametrize("variance", [0.01, 0.5, 9.0])
def test_a_tilted_normal_is_its_integral(count: float, variance: float) -> None:
    exposure, mean = 4.0, 0.5

    def density(x: float, power: int) -> float:
        height = count * (x - top) - exposure * (np.exp(x) - np.exp(top))
        return x**power * np.exp(height - ((x - mean) ** 2 - (top - mean) ** 2) / (2 * variance))

    one = np.ones(1)
    found = tilted(count * one, exposure * one, mean * one, variance * one)
    top = float(found.mean[0])
    reach = 12 * float(np.sqrt(found.variance[0]))
    mass, first, second = (
        integrate.quad(density, top - reach, top + reach, (k,), epsabs=0, epsrel=1e-10)[0]
        for k in range(3)
    )
    assert found.mean[0] == pytest.approx(first / mass, abs=1e-5 * reach)
    assert found.variance[0] == pytest.approx(second / mass - (first / mass) ** 2, rel=5e-4)
    scaled = np.log(mass) + count * top - exposure * np.exp(top)
    scaled -= (top - mean) ** 2 / (2 * variance) + np.log(2 * np.pi * variance) / 2
    assert found.log_mass[0] == pytest.approx(scaled, abs=1e-5)


def test_the_gradient_is_the_slope_of_the_evidence(pieces) -> None:
    structure = scaled_icar(pieces)
    counts, exposure = _city(pieces)

    def evidence(log_sigma: float, logit_phi: float):
        scales = Scales(float(np.exp(log_sigma)), float(special.expit(logit_phi)))
        return propagated(structure, counts, exposure, scales, first_sites(counts, exposure), 60)

    step = 1e-3
    gradient = evidence(-0.4, 0.3).field.gradient
    for axis, (first, second) in enumerate([(step, 0.0), (0.0, step)]):
        ahead = evidence(-0.4 + first, 0.3 + second).log_evidence
        back = evidence(-0.4 - first, 0.3 - second).log_evidence
        assert gradient[axis] == pytest.approx((ahead - back) / (2 * step), abs=0.02)


def _city(links, mean=4.0, sigma=0.6, seed=7):
    generator = np.random.default_rng(seed)
    places = links.shape[0]
    structure = scaled_icar(links)
    free = structure.factorize(np.full(places, 1e-3))
    shared = free.colored(generator.standard_normal((places, 1)))[:, 0]
    shared -= (structure.totals(shared) / structure.size)[structure.piece]
    risk = np.exp(sigma * np.sqrt(0.5) * (shared + generator.standard_normal(places)))
    exposure = mean * generator.gamma(4, 0.25, places)
    return generator.poisson(exposure * risk).astype(float), exposure


@pytest.fixture(scope="module")
def city(pieces):
    counts, exposure = _city(pieces)
    focal, neighbor = pieces.nonzero()
    return counts, exposure, focal, neighbor, np.arange(70)


@pytest.fixture(scope="module")
def risks(city):
    return fit_bym2(*city)


def test_no_order_of_rows_changes_a_byte(city, risks) -> None:
    counts, exposure, focal, neighbor, order = city
    shuffled = np.random.default_rng(4).permutation(70)
    place = np.empty(70, dtype=int)
    place[shuffled] = np.arange(70)
    links = np.random.default_rng(5).permutation(focal.size)
    moved = fit_bym2(
        counts[shuffled],
        exposure[shuffled],
        place[focal][links],
        place[neighbor][links],
        place[order],
    )
    assert np.array_equal(np.array(moved.moments()), np.array(risks.moments())[:, shuffled])
    assert np.array_equal(moved.draws(20, 1), risks.draws(20, 1)[:, shuffled])


def test_a_link_in_one_direction_is_a_link(city, risks) -> None:
    counts, exposure, focal, neighbor, order = city
    one = focal < neighbor
    same = fit_bym2(counts, exposure, focal[one], neighbor[one], order)
    assert np.array_equal(same.moments(), risks.moments())


def test_no_number_of_threads_changes_a_byte() -> None:
    places = 600
    links = _matrix(places, _links(places))
    counts, exposure = _city(links)
    arguments = counts, exposure, *links.nonzero(), np.arange(places)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            risks = fit_bym2(*arguments)
            found.append(np.vstack([risks.moments(), risks.draws(3, 1)]))
    assert np.array_equal(*found)


def test_the_unit_of_exposure_changes_no_ratio(city, risks) -> None:
    counts, exposure, *graph = city
    scaled = fit_bym2(counts, exposure * 1e5, *graph)
    levels = (0.05, 0.5, 0.95)
    assert np.allclose(scaled.quantiles(levels)[1], risks.quantiles(levels)[1])
    assert np.allclose(scaled.quantiles(levels)[0] * 1e5, risks.quantiles(levels)[0])


def test_quantiles_tails_moments_and_draws_tell_one_posterior(risks) -> None:
    (low, middle, high), ratios = risks.quantiles((0.05, 0.5, 0.95))
    mean, deviation, log_mean, log_deviation = risks.moments()
    drawn = risks.draws(8_000, 3)
    error = 1 / np.sqrt(8_000)
    assert np.abs((np.log(drawn).mean(axis=0) - log_mean) / log_deviation).max() < 4.5 * error
    assert np.abs(np.log(drawn).std(axis=0) / log_deviation - 1).max() < 5 * error
    assert np.abs((drawn.mean(axis=0) - mean) / deviation).max() < 6 * error
    for level, value in ((0.05, low), (0.5, middle), (0.95, high)):
        share = (drawn <= value).mean(axis=0)
        assert np.abs(share - level).max() < 5 * np.sqrt(level * (1 - level)) * error
    for place in (0, 30, 66, 69):
        for level, ratio in zip((0.05, 0.5, 0.95), ratios[:, place], strict=True):
            above = risks.probability_above(float(ratio))[place]
            assert above == pytest.approx(1 - level, abs=2e-3)


def test_the_same_seed_gives_the_same_draws(risks) -> None:
    assert np.array_equal(risks.draws(50, 9), risks.draws(50, 9))
    assert not np.array_equal(risks.draws(50, 9), risks.draws(50, 10))


def test_without_links_the_risks_are_lognormal_and_exchangeable() -> None:
    """Then b ~ N(0, σ²) whatever φ: μ and σ can be integrated by brute force."""
    generator = np.random.default_rng(11)
    exposure = generator.gamma(3, 1, 30)
    counts = generator.poisson(exposure * np.exp(0.7 * generator.standard_normal(30))) * 1.0
    nothing = np.empty(0, dtype=int)
    risks = fit_bym2(counts, exposure, nothing, nothing, np.arange(30))
    log_mean, log_deviation = risks.moments()[2:]
    total = np.zeros(1)
    first, second = np.zeros(30), np.zeros(30)
    for mu in np.linspace(-1.4, 1.4, 57):
        for sigma in np.linspace(0.02, 2.5, 63):
            one = np.ones(30)
            part = tilted(counts, exposure, mu * one, sigma**2 * one)
            weight = np.exp(part.log_mass.sum() - 2 * sigma + 20)
            total += weight
            first += weight * part.mean
            second += weight * (part.variance + part.mean**2)
    mean, deviation = first / total, np.sqrt(second / total - (first / total) ** 2)
    assert np.abs((log_mean - mean) / deviation).max() < 0.05
    assert np.abs(log_deviation / deviation - 1).max() < 0.03
    share = risks.hyperparameters((0.05, 0.95))["spatial_share"]
    assert share == pytest.approx([0.5, 0.05, 0.95], abs=0.04)


def test_a_place_without_events_borrows_from_its_neighbors() -> None:
    """Two places alike in count and exposure: one amid high risk, one amid low."""
    links = _matrix(100, np.array(_lattice(10)))
    column = np.arange(100) % 10
    exposure = np.full(100, 20.0)
    counts = np.where(column < 5, 10.0, 60.0)
    counts[[42, 47]] = 1.0
    exposure[[42, 47]] = 0.8
    risks = fit_bym2(counts, exposure, *links.nonzero(), np.arange(100))
    mean = risks.moments()[0]
    assert mean[47] > 3 * mean[42]
    assert risks.hyperparameters((0.05, 0.95))["spatial_share"][0] > 0.7


def _lattice(side):
    number = np.arange(side * side).reshape(side, side)
    first = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    second = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    return first, second


@pytest.mark.parametrize(
    "counts",
    [
        np.eye(1, 64, 20)[0],  # one event in all
        np.full(64, 3.0),  # less variation than chance
        np.where(np.arange(64) % 7 == 0, 4_000.0, 1.0),  # counts of all sizes
    ],
)
def test_extreme_counts_have_finite_and_ordered_answers(counts) -> None:
    focal, neighbor = _lattice(8)
    risks = fit_bym2(counts, np.linspace(1, 3, 64), focal, neighbor, np.arange(64))
    (low, middle, high), _ = risks.quantiles((0.05, 0.5, 0.95))
    assert np.isfinite(risks.moments()).all()
    assert ((low > 0) & (low < middle) & (middle < high)).all()
    above = risks.probability_above(1.5)
    assert ((above >= 0) & (above <= 1)).all()
    assert np.isfinite(risks.draws(10, 0)).all()


@pytest.fixture(scope="module")
def town():
    """Counts and residents of the city's places by name, one without residents, and its graph."""
    links = _matrix(70, np.hstack([_links(40), _links(25, 2) + 40, [[65], [66]]]))
    counts, exposure = _city(links)
    names = pd.Index([f"p{number:02d}" for number in range(70)], name="place")
    exposure[5] = counts[5] = 0.0
    weights = links.multiply(np.random.default_rng(1).random((70, 1)) + 0.5)
    focal, neighbor = links.nonzero()
    lone = np.flatnonzero(np.diff(links.indptr) == 0)
    graph = _graph(names, np.append(focal, lone), np.append(neighbor, lone), lone.size)
    return pd.Series(counts, names), pd.Series(exposure, names), graph, sparse.csr_array(weights)


def _graph(names, focal, neighbor, lone):
    weight = np.ones(focal.size)
    weight[weight.size - lone :] = 0.0
    return Graph.from_arrays(names[focal], names[neighbor], weight)


def test_the_record_names_the_model_and_all_its_parameters(town) -> None:
    counts, residents, graph, _ = town
    posterior = hs.risk_posterior(counts, residents, graph=graph)
    assert posterior.model == "bym2"
    assert list(posterior.hyperparameters.index) == ["typical", "spread", "spatial_share"]
    table = posterior.table
    assert table.loc["p05", "mean":].isna().all()
    assert table.drop("p05").notna().all(axis=None)
    assert np.isnan(posterior.probability_above(1.5)["p05"])
    assert posterior.draws(3)["p05"].isna().all()


def test_the_record_says_in_words_what_it_found(town) -> None:
    counts, residents, graph, _ = town
    alone, alike = (hs.risk_posterior(counts, residents, graph=one) for one in (None, graph))
    for language, shared in (("en", "shared with neighbors"), ("es", "comparte con los vecinos")):
        assert f"σ = {alike.spread:.2f}" in alike.sentence(language)
        assert shared in alike.sentence(language)
        assert shared not in alone.sentence(language)
    assert alone.sentence("en").startswith("Of 69 places with exposure")
    assert "spatial_share" in repr(alike)
    assert alike.sentence("en") in alike._repr_html_()


def test_a_place_without_exposure_links_no_one(town) -> None:
    counts, residents, graph, _ = town
    rest = counts.index.drop("p05")
    whole = hs.risk_posterior(counts, residents, graph=graph).table.loc[rest]
    without = hs.risk_posterior(counts[rest], residents[rest], graph=graph.subgraph(rest))
    pd.testing.assert_frame_equal(whole, without.table)


def test_rows_in_another_order_give_the_same_bytes_by_name(town) -> None:
    counts, residents, graph, _ = town
    order = counts.index[np.random.default_rng(8).permutation(70)]
    first = hs.risk_posterior(counts, residents, graph=graph)
    second = hs.risk_posterior(counts[order], residents[order], graph=graph)
    pd.testing.assert_frame_equal(first.table.loc[order], second.table, check_exact=True)
    pd.testing.assert_frame_equal(
        first.draws(5, seed=2)[order], second.draws(5, seed=2), check_exact=True
    )


def test_weights_of_links_make_no_difference(town) -> None:
    counts, residents, graph, weights = town
    first = hs.risk_posterior(counts, residents, graph=graph)
    second = hs.risk_posterior(counts, residents, graph=weights)
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)


def test_a_graph_on_another_index_is_refused(town) -> None:
    counts, residents, graph, _ = town
    other = counts.rename(lambda name: name.upper())
    with pytest.raises(GraphError, match="70 values have no place in the graph"):
        hs.risk_posterior(other, residents.set_axis(other.index), graph=graph)
