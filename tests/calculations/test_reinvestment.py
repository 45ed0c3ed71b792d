"""Loans bought with principal, and selling a pool. Figures are those of clo-collateral-engine 8 K; 3.2, 4.5."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from calculations.clo.collateral import project
from calculations.clo.deal_dates import DealDates
from calculations.clo.liquidation import liquidate
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.presets import preset
from calculations.clo.reinvestment import ReinvestedPool
from calculations.clo.scenarios import Assumptions, ReinvestmentTerms, Scenario, Scenarios
from tests.calculations import collateral_tables as tables
from tests.calculations.collateral_cases import (
    CURVE_H,
    DEFAULTED,
    FIXED,
    SLOW_DEFAULTS,
    WEEKENDS,
    quarterly_deal,
    read_table,
)

TERMS = ReinvestmentTerms(
    spread=0.0375, floor=0.01, maturity_months=12, price=0.99, assumptions=Assumptions(0.2, 0.02, 0.3, 3)
)
COLUMNS = {
    "beg_bal": "performing",
    "beg_default_bal": "defaulted",
    "beg_mv_default_bal": "defaulted_value",
    "default": "defaults",
    "mv_default": "default_value",
    "interest": "interest",
    "sched_prin": "scheduled",
    "unsched_prin": "unscheduled",
    "recovery": "recoveries",
    "net_loss": "net_loss",
}


def deal() -> DealDates:
    """P_0 to P_6 of table K."""
    grid = np.arange(np.datetime64("2024-01", "M"), np.datetime64("2025-08", "M"), 3).astype("datetime64[D]")
    grid = grid + np.timedelta64(14, "D")
    return DealDates(
        analysis=dt.date(2024, 1, 15),
        months_between=3,
        nominal=grid[1:],
        payment=grid[1:],
        accrual_begin=grid[:-1],
        collection_begin=grid[:-1],
        collection_end=grid[1:],
        interest_determination=grid[:-1],
        nominal_before=grid[0],
    )


def pool(*terms: ReinvestmentTerms, quirks: str = "") -> ReinvestedPool:
    items = [Scenario(str(number), curve=CURVE_H, reinvestment=item) for number, item in enumerate(terms)]
    return ReinvestedPool(Scenarios.of(items), deal(), preset(quirks.split()))


@pytest.mark.parametrize("quirks", ["COL-07", "COL-07 COL-30"])
def test_table_k_a_loan_bought_in_period_1_pays_from_period_2(quirks: str) -> None:
    bought = pool(TERMS, quirks=quirks)
    assert bought.buy(1, np.array([1_000_000.0])) == pytest.approx([1_010_101.0101], abs=1e-4)
    expected = read_table(tables.TABLE_K)
    assert bought.coupon[0, 1:5].tolist() == pytest.approx([float(item) for item in expected["coupon"]], abs=5.001e-9)
    for column, name in COLUMNS.items():
        stated = [float(item) for item in expected[column]]
        assert getattr(bought.flows, name)[0, 1:5].tolist() == pytest.approx(stated, abs=0.005001), column
    assert bought.flows.interest[0, [0, 5]].tolist() == [0.0, 0.0]


def test_recoveries_of_a_matured_loan_are_still_collected() -> None:
    """Table K's last default of 4,239.90 is recovered at 70 % in period 6, 3 months after maturity."""
    bought = pool(TERMS)
    bought.buy(1, np.array([1_000_000.0]))
    flows = bought.flows
    assert flows.net_loss[0, 4] == pytest.approx(5_591.65 - 4_239.90, abs=0.01)
    assert flows.recoveries[0, 5] == pytest.approx(2_967.93, abs=0.005)
    assert flows.net_loss[0, 5] == pytest.approx(4_239.90 - 2_967.93, abs=0.01)
    assert flows.defaulted[0, 6] == pytest.approx(0.0, abs=1e-9)


def test_par_bought_is_repaid_or_defaults_and_what_defaults_is_recovered_or_lost() -> None:
    bought = pool(replace(TERMS, maturity_months=9))
    par = bought.buy(1, np.array([500_000.0])) + bought.buy(2, np.array([250_000.0]))
    flows = bought.flows
    gone = flows.defaults + flows.scheduled + flows.unscheduled
    assert gone.sum() == pytest.approx(par.sum(), rel=1e-12)
    assert (flows.recoveries + flows.net_loss).sum() == pytest.approx(flows.defaults.sum(), rel=1e-12)


def test_scenarios_buy_by_their_own_terms_and_purchases_add_up() -> None:
    other = ReinvestmentTerms(spread=0.05, floor=0.0, maturity_months=24, assumptions=Assumptions(cpr=(0.0, 0.5)))
    together = pool(TERMS, other)
    together.buy(1, np.array([1_000_000.0, 2_000_000.0]))
    together.buy(3, np.array([0.0, 500_000.0]))
    alone = pool(other)
    alone.buy(3, np.array([500_000.0]))
    alone.buy(1, np.array([2_000_000.0]))
    for name in PoolFlows.__dataclass_fields__:
        assert getattr(together.flows, name)[1].tolist() == pytest.approx(getattr(alone.flows, name)[0].tolist()), name


def test_a_maturity_between_payment_dates_is_the_next_one() -> None:
    """13 months are five quarters, four under the old rounding."""
    for quirks, payments in (("", 5), ("COL-30", 4)):
        bought = pool(replace(TERMS, maturity_months=13, assumptions=Assumptions()), quirks=quirks)
        bought.buy(1, np.array([99.0]))
        assert np.flatnonzero(bought.flows.scheduled[0]).tolist() == [payments]


def test_a_scenario_without_terms_or_curve_cannot_reinvest() -> None:
    with pytest.raises(ValueError, match="scenario dry: reinvestment terms are needed"):
        ReinvestedPool(Scenarios.of([Scenario("dry", curve=CURVE_H)]), deal())
    with pytest.raises(ValueError, match="scenario flat: a curve is needed"):
        ReinvestedPool(Scenarios.of([Scenario("flat", reinvestment=TERMS)]), deal())


def test_liquidation_sells_what_is_left_in_the_scenarios_asked_for() -> None:
    """At 90 %: performing at 0.9, defaulted at its expected recovery, the rest lost, nothing afterwards."""
    scenarios = Scenarios.of([Scenario("kept", SLOW_DEFAULTS), Scenario("sold", SLOW_DEFAULTS)])
    flows = project([FIXED, DEFAULTED], scenarios, quarterly_deal(), WEEKENDS).flows
    performing, stock, value = (
        float(item[1, 1]) for item in (flows.performing, flows.defaulted, flows.defaulted_value)
    )
    loss = float(flows.net_loss[1, 0])
    cash = liquidate(flows, 1, 0.9, np.array([False, True]))
    assert cash.tolist() == pytest.approx([0.0, 0.9 * performing + value])
    assert flows.net_loss[1, 0] - loss == pytest.approx(0.1 * performing + stock - value)
    assert flows.interest[1, 0] > 0.0
    for name in ("interest", "scheduled", "recoveries", "performing", "defaulted"):
        assert (getattr(flows, name)[1, 1:] == 0.0).all(), name
        assert getattr(flows, name)[0, 1:].any(), name


def test_liquidation_of_reinvested_loans_leaves_nothing() -> None:
    bought = pool(TERMS)
    par = bought.buy(2, np.array([1_000_000.0]))
    assert bought.liquidate(2, 1.0, np.array([True])).tolist() == pytest.approx(par.tolist())
    assert not bought.flows.performing.any()


def test_a_period_outside_the_deal_is_an_error() -> None:
    with pytest.raises(ValueError, match="from 1 to 6, found 7"):
        pool(TERMS).buy(7, np.array([1.0]))
    with pytest.raises(ValueError, match="from 1 to 6, found 0"):
        pool(TERMS).liquidate(0, 1.0, np.array([True]))
