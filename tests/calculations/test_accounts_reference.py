"""Accounts, trades, liquidation and currencies beside plain implementations, and their worked tables through these.

Sources: clo-extensions 3.2, 3.5, 3.6; clo-collateral-engine 4.5, 4.7.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.collateral import AssetTerms, project
from calculations.clo.funding import fund_draws
from calculations.clo.hedges import Hedge, hedged_flows, hedged_part, unhedged_flows, unhedged_part
from calculations.clo.liquidation import liquidate
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from calculations.clo.smoothing import SmoothingAccount
from calculations.clo.trading.mechanics import purchase, sale
from tests.calculations.collateral_cases import ANALYSIS, CURVE_H, WEEKENDS, quarterly_deal
from tests.calculations.collateral_strategies import featured_assets
from tests.reference import accounts as reference
from tests.reference.collateral import Projection
from tests.reference.collateral_roll_up import Period, roll_up

amounts = st.just(0.0) | st.floats(1.0, 1e8)


@given(st.lists(st.tuples(amounts, amounts, amounts, amounts, amounts), min_size=1, max_size=5))
def test_funding_is_that_of_the_plain_account(rows: list[tuple[float, ...]]) -> None:
    found = fund_draws(*(np.array(column) for column in zip(*rows, strict=True)))
    for i, row in enumerate(rows):
        expected = reference.fund(*row)
        assert {name: getattr(found, name)[i] for name in expected} == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_table_of_the_funding_account_through_the_plain_one() -> None:
    """Account and numerator of clo-extensions 3.2, and 500,000 to principal at the end."""
    account = 5_500_000.0
    found = []
    for draw, unfunded, drawn in ((0.0, 6e6, 4e6), (3e6, 3e6, 7e6), (2e6, 1e6, 9e6), (0.0, 0.0, 9e6)):
        funded = reference.fund(account, draw, unfunded, 0.0, 0.0)
        account = funded["account"]
        found.append((account, drawn + funded["counted"], funded["released"]))
    assert found == [(5.5e6, 9.5e6, 0.0), (2.5e6, 9.5e6, 0.0), (0.5e6, 9.5e6, 0.0), (0.0, 9.0e6, 0.5e6)]


@given(
    st.lists(
        st.tuples(st.dictionaries(st.sampled_from([1, 2, 3, 4]), amounts), st.integers(0, 7).map(lambda n: n == 0)),
        min_size=1,
        max_size=10,
    )
)
def test_smoothing_is_that_of_the_plain_account(flows: list[tuple[dict[int, float], bool]]) -> None:
    account, plain = SmoothingAccount(1, len(flows)), reference.Smoothing(len(flows))
    for period, (received, releases_all) in enumerate(flows, start=1):
        arrays = {spans: np.array([amount]) for spans, amount in received.items()}
        into, out = account.settle(period, arrays, np.array([releases_all]))
        expected = (*plain.settle(period, received, releases_all=releases_all), plain.balance)
        assert (into[0], out[0], account.balance[0]) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_table_of_the_smoothing_account_through_the_plain_one() -> None:
    """Interest pool and account of clo-extensions 3.6."""
    account = reference.Smoothing(8)
    found = []
    for period in range(1, 6):
        rare = {2: {1: 600_000.0, 3: 600_000.0}.get(period, 0.0), 4: {2: 330_000.0}.get(period, 0.0)}
        into, out = account.settle(period, rare, releases_all=False)
        found += [705_000.0 + sum(rare.values()) - into + out, account.balance]
    assert found == pytest.approx(
        [1_005_000, 300_000, 1_087_500, 247_500, 1_087_500, 465_000, 1_087_500, 82_500, 787_500, 0], abs=1e-6
    )


@given(performing=amounts, stock=amounts, share=st.floats(0.0, 1.0), price=st.floats(0.0, 1.2), sold=st.booleans())
def test_liquidation_is_that_of_the_plain_formulas(
    performing: float, stock: float, share: float, price: float, sold: bool
) -> None:
    flows = PoolFlows.zeros(1, 2)
    flows.performing[0, 1], flows.defaulted[0, 1], flows.defaulted_value[0, 1] = performing, stock, stock * share
    flows.interest[0] = 7.0
    cash = liquidate(flows, 1, price, np.array([sold]))
    expected = reference.liquidate(performing, stock, stock * share, price) if sold else (0.0, 0.0)
    assert (cash[0], flows.net_loss[0, 0]) == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert flows.interest[0].tolist() == ([7.0, 0.0] if sold else [7.0, 7.0])
    assert flows.performing[0, 1] == (0.0 if sold else performing)


@given(par=amounts, price=st.floats(0.5, 150.0), held=amounts, cash=amounts)
def test_trades_are_those_of_the_plain_rules(par: float, price: float, held: float, cash: float) -> None:
    bought, sold = purchase(par, price, None, held, cash), sale(par, price, None, held, cash)
    assert (bought.held, bought.cash) == pytest.approx(reference.buy(par, price, held, cash), rel=1e-9, abs=1e-6)
    assert (sold.held, sold.cash) == pytest.approx(reference.sell(par, price, held, cash), rel=1e-9, abs=1e-6)


# Some balance is left until maturity: what falls below one unit is not the same in two currencies.
mild = st.builds(
    Assumptions,
    cpr=st.floats(0.0, 0.3),
    cdr=st.floats(0.0, 0.3),
    severity=st.floats(0.0, 1.0),
    lag_months=st.integers(0, 18),
)
SPOTS = st.lists(st.floats(0.5, 2.0), min_size=10, max_size=10)
LEGS = st.sampled_from([("FIXED", 0.074, 0.0), ("FLOAT", 0.06, 0.03)])


@settings(max_examples=60, deadline=None)
@given(featured_assets(), mild, SPOTS, st.floats(0.5, 2.0), st.sampled_from([0.25, 1.0]), LEGS)
def test_hedged_and_unhedged_parts_are_those_of_the_plain_formulas(
    asset: AssetTerms,
    assumed: Assumptions,
    spot: list[float],
    rate: float,
    ratio: float,
    leg: tuple[str, float, float],
) -> None:
    """Loans with steps, commitments and capitalised interest, whose amounts are in their own currency too."""
    asset = replace(asset, events=())
    hedge = Hedge("USD", "EUR", rate, ratio, coupon=leg[1], coupon_type=leg[0], spread=leg[2], day_count="ACT/360")
    base_leg = replace(
        asset,
        coupon=leg[1],
        coupon_type=leg[0],
        spread=leg[2],
        day_count="ACT/360",
        floor=None,
        cap=None,
        steps=(),
    )
    scenario, path = Scenario("any", assumed, CURVE_H), np.array([spot])
    size = 2.0 * (asset.par + (asset.draws.unfunded if asset.draws else 0.0))

    converted = hedged_flows(pool_flows(hedged_part(asset, hedge), scenario), hedge, path)
    expected = reference.hedged(plain_periods(base_leg, scenario), rate, ratio, spot)
    assert_same(converted.flows, expected, size)
    assert converted.close_out[0].tolist() == pytest.approx(expected["close_out"], rel=1e-9, abs=1e-9 * size)

    rest = unhedged_part(asset, hedge)
    assert (rest is None) == (ratio == 1.0)
    if rest is not None:
        flows = unhedged_flows(pool_flows(rest, scenario), path, fx_haircut=0.1)
        assert_same(flows, reference.unhedged(plain_periods(asset, scenario), ratio, spot, 0.1), size)


def pool_flows(asset: AssetTerms, scenario: Scenario) -> PoolFlows:
    return project([asset], Scenarios.of([scenario]), quarterly_deal(), WEEKENDS, threads=1).flows


def plain_periods(asset: AssetTerms, scenario: Scenario) -> list[Period]:
    deal = quarterly_deal()
    plain = Projection(asset, scenario.assumptions, ANALYSIS, scenario.curve, frozenset())
    begin, ends = deal.collection_begin.tolist()[0], deal.collection_end.tolist()
    return roll_up(plain, plain.run(), begin, ends, frozenset())


def assert_same(flows: PoolFlows, expected: dict[str, list[float]], size: float) -> None:
    for field in fields(PoolFlows):
        values = getattr(flows, field.name)[0].tolist()
        assert values == pytest.approx(expected[field.name], rel=1e-9, abs=1e-9 * size), field.name


def test_table_of_a_hedged_loan_through_the_plain_formulas() -> None:
    """Figures of clo-extensions 3.5: 10 % defaults in period 2, severity 40 %, recovered a period later."""
    foreign = [
        Period(performing=5e6, interest=92_500.0),
        Period(performing=5e6, interest=83_250.0, defaults=500_000.0, default_value=300_000.0),
        Period(
            performing=4.5e6,
            defaulted=5e5,
            defaulted_value=3e5,
            interest=83_250.0,
            recoveries=3e5,
            net_loss=2e5,
        ),
        Period(performing=4.5e6, interest=83_250.0, scheduled=4.5e6),
        Period(),
    ]
    found = reference.hedged(foreign, 0.90, 1.0, [0.91, 0.92, 0.94, 0.88, 0.89])
    assert found["interest"] == pytest.approx([83_250.0, 74_925.0, 74_925.0, 74_925.0])
    assert found["close_out"] == pytest.approx([0.0, -20_000.0, 0.0, 0.0])
    assert found["recoveries"] == pytest.approx([0.0, 0.0, 264_000.0, 0.0])
    assert found["scheduled"] == pytest.approx([0.0, 0.0, 0.0, 4_050_000.0])
    assert found["performing"][1:] == pytest.approx([4_500_000.0, 4_050_000.0, 4_050_000.0, 0.0])
    assert found["defaulted_value"][1:] == pytest.approx([0.0, 282_000.0, 0.0, 0.0])
