"""Many pools at once against a plain reading, one pool at a time, and the other way round."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.compliance import DealTest, Results, Universe, catalogue, evaluate, prepare
from tests.calculations.compliance.pools import INPUTS, LOAN
from tests.reference.compliance import plain_results
from tests.reference.compliance_market import plain_market_results

ALL = tuple(DealTest(number, definition.direction, 0.1) for number, definition in catalogue().items())
WITHOUT_BASE = (32, 33, 39, 46)  # averages over nothing cannot be stated (clo-compliance 1.5)

ASSET = st.fixed_dictionaries(
    {
        "issuer_id": st.sampled_from([f"I{i}" for i in range(8)]),
        "bond_loan": st.sampled_from(["LOAN", "LOAN", "BOND"]),
        "coupon_type": st.sampled_from(["FLOAT", "FLOAT", "FIXED"]),
        "payment_frequency": st.sampled_from([1, 2, 4, 12]),
        "coupon_spread": st.sampled_from([0.02, 0.0375, 0.06]),
        "libor_floor": st.sampled_from([0.0, 0.01]),
        "index_name": st.sampled_from(["3M LIBOR", "PRIME"]),
        "coupon": st.sampled_from([0.03, 0.0475, 0.09]),
        "unfunded_amount": st.sampled_from([0.0, 2.0]),
        "facility_size": st.sampled_from([100e6, 175e6, 240e6, 900e6]),
        "moodys_industry": st.sampled_from("ABCDEF"),
        "sp_industry": st.sampled_from(["a", "b", "c", "d", "e"]),
        "moodys_asset_category": st.sampled_from(
            ["Moody’s Senior Secured loan", "Moody’s Non-Senior Secured Loan", "Other"]
        ),
        "sp_priority_category": st.sampled_from(["Senior Secured Loan", "Senior Unsecured Loan/Second Lien Loan"]),
        "country": st.sampled_from(
            ["USA", "Canada", "Germany", "Sweden", "France", "Netherlands", "United Kingdom", "Bermuda", "Italy"]
        ),
        "seniority": st.sampled_from(["Senior Secured", "Unsecured"]),
        "wal": st.floats(0.5, 8.0),
        "market_value": st.floats(20.0, 101.0),
        "moodys_rating": st.sampled_from(["Ba2", "B1", "B3", "Caa1", "Ca"]),
        "moodys_rating_warf": st.sampled_from(["Ba2", "B1", "B3", "Caa1", "Ca"]),
        "moodys_recovery_rate": st.sampled_from([0.15, 0.45, 0.6]),
        "sp_rating": st.sampled_from(["BB", "B", "CCC", "CC"]),
        "maturity": st.sampled_from([LOAN["maturity"], LOAN["maturity"].replace(year=2030)]),
        **{
            name: st.sampled_from([False, False, False, True])
            for name in (
                *("is_default_obligation", "is_piking", "is_dip", "is_current_pay", "is_participation"),
                *("is_bridge_loan", "is_cov_lite", "is_deferred_interest_bond", "is_letter_of_credit"),
            )
        },
    }
)


@st.composite
def batches(draw: st.DrawFn) -> tuple[dict[str, list[Any]], np.ndarray, np.ndarray]:
    """Columns of a universe, par (pools, n) with gaps, and cash (pools,) above 0."""
    assets = draw(st.lists(ASSET, min_size=1, max_size=20))
    pools = draw(st.integers(1, 3))
    amount = st.one_of(st.just(0.0), st.floats(0.01, 40.0))
    par = draw(st.lists(st.lists(amount, min_size=len(assets), max_size=len(assets)), min_size=pools, max_size=pools))
    cash = draw(st.lists(st.floats(1.0, 50.0), min_size=pools, max_size=pools))
    full = [{**LOAN, **asset, "asset_id": f"L{i:02d}"} for i, asset in enumerate(assets)]
    return {name: [asset[name] for asset in full] for name in full[0]}, np.array(par), np.array(cash)


@given(batches())
@settings(max_examples=25, deadline=None)
def test_every_pool_of_a_batch_agrees_with_a_plain_reading(
    batch: tuple[dict[str, list[Any]], np.ndarray, np.ndarray],
) -> None:
    columns, par, cash = batch
    found = evaluate(ALL, Universe.from_columns(columns), par, cash, INPUTS)
    for pool in range(par.shape[0]):
        if not par[pool].any():
            continue
        inputs = replace(INPUTS, cash=float(cash[pool]))
        plain = {**columns, "held_par": par[pool].tolist(), "sp_issuer_rating": columns["sp_rating"]}
        for number, (numerator, denominator, result) in plain_results(plain, inputs).items():
            at = (pool, found.column(number))
            if number in WITHOUT_BASE and denominator == 0:
                assert np.isnan(found.result[at])
                continue
            figures = (found.numerator[at], found.denominator[at], found.result[at])
            assert figures == pytest.approx((numerator, denominator, result), rel=1e-9, abs=1e-9), number
        assets = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        market = plain_market_results(
            [{**asset, "par": float(held)} for asset, held in zip(assets, par[pool], strict=True)], inputs
        )
        for number, expected in market.items():
            value = found.result[pool, found.column(number)]
            if expected is None:
                assert np.isnan(value), number
            else:
                assert value == pytest.approx(expected, rel=1e-9, abs=1e-9), number


def same(one: Results, other: Results) -> None:
    for name in ("numerator", "denominator", "result", "threshold"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-12, err_msg=name)


@given(batches(), st.randoms())
@settings(max_examples=12, deadline=None)
def test_neither_company_nor_order_changes_a_result(
    batch: tuple[dict[str, list[Any]], np.ndarray, np.ndarray], random: Any
) -> None:
    columns, par, cash = batch
    universe = Universe.from_columns(columns)
    together = evaluate(ALL, universe, par, cash, INPUTS)
    order = list(range(universe.size))
    random.shuffle(order)
    shuffled = Universe.from_columns({name: [values[i] for i in order] for name, values in columns.items()})
    same(evaluate(ALL, shuffled, par[:, order], cash, INPUTS), together)
    for pool in range(par.shape[0]):
        alone = evaluate(ALL, universe, par[pool], cash[pool], INPUTS)
        np.testing.assert_allclose(alone.result[0], together.result[pool], rtol=1e-12, atol=1e-12)


def test_a_batch_of_many_chunks_is_its_pools_one_by_one() -> None:
    size = 5000  # 200 pools of this make a chunk
    random = np.random.default_rng(7)
    full = {name: [value] * size for name, value in LOAN.items() if name != "par"}
    full["asset_id"] = [f"L{i}" for i in range(size)]
    full["issuer_id"] = [f"I{i % 900}" for i in range(size)]
    full["moodys_industry"] = [f"M{i % 31}" for i in range(size)]
    par = random.uniform(0, 5, (410, size))
    deal = tuple(test for test in ALL if test.number <= 54)
    ready = prepare(deal, Universe.from_columns(full), INPUTS)
    together = ready.evaluate(par, 3.0)
    for pool in (0, 199, 200, 409):
        np.testing.assert_allclose(ready.evaluate(par[pool], 3.0).result[0], together.result[pool], rtol=1e-12)


def test_linear_forms_give_numerator_and_denominator() -> None:
    # what a linear programme takes: par @ vector + cash x `cash` + constant
    lines = [{"par": 3.0, "is_dip": True}, {"par": 7.0}, {"par": 5.0, "coupon_type": "FIXED"}]
    full = [{**LOAN, "asset_id": f"L{i}", "issuer_id": f"I{i}", **line} for i, line in enumerate(lines)]
    names = {name for line in full for name in line}
    universe = Universe.from_columns({name: [line.get(name) for line in full] for name in names})
    par, cash = np.array([3.0, 7.0, 5.0]), 2.0
    ready = prepare(ALL, universe, INPUTS)
    found = ready.evaluate(par, cash)
    for number in (1, 11, 33, 32, 36, 38):
        measure = ready.measures[number]
        for form, figure in ((measure.numerator, found.numerator), (measure.denominator, found.denominator)):
            assert form is not None
            value = par @ form.vector + cash * form.cash + form.constant
            assert value == pytest.approx(figure[0, found.column(number)], rel=1e-12)


@pytest.mark.parametrize(("pools", "assets"), [(0, 1), (2, 0), (1, 1)])
def test_pools_that_hold_nothing_have_shares_of_nothing_and_no_average(pools: int, assets: int) -> None:
    universe = Universe.from_columns({name: [value] * assets for name, value in {**LOAN, "asset_id": "L"}.items()})
    found = evaluate(ALL, universe, np.zeros((pools, assets)), 5.0, INPUTS)
    assert found.result.shape == (pools, len(ALL))
    for number, expected in ((4, 0.0), (36, 0.0), (47, 1.0), (121, 0.0), (38, 5.0 / 50.0)):
        assert found.result[:, found.column(number)].tolist() == [expected] * pools
    assert np.isnan(found.result[:, [found.column(number) for number in (33, 37, 105)]]).all()
    assert evaluate((), universe, np.zeros((pools, assets)), 5.0, INPUTS).result.shape == (pools, 0)
