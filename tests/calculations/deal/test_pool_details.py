"""What a deal's features get from its assets. Figures are those of clo-extensions 3 and 4, or worked beside the test."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calculations.calendars import BusinessCalendar
from calculations.clo import deal
from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import AssetEvent, DrawTerms, PikTerms
from calculations.clo.deal import Holdings, Projection
from calculations.clo.deal.purchased_accrued import recovered_and_written_off
from calculations.clo.hedges import Hedge
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.scenarios import Assumptions, ReinvestmentTerms, Scenario, Scenarios
from calculations.curves import Curve
from tests.calculations.deal.worked import cents

ANALYSIS = dt.date(2024, 1, 15)
TENORS = {1: 0.05, 3: 0.05, 6: 0.045, 12: 0.042, 60: 0.031, 120: 0.035}
CURVE = Curve.of(ANALYSIS, TENORS)
REINVESTMENT = ReinvestmentTerms(0.03, 0.0, 60)
TEXT = """
deal: rowan
notes: {A: {original_balance: 5000000, spread: 0.01}, sub: {original_balance: 5000000, equity: true}}
tests:
  OC-A: {kind: oc, trigger: 1.05, denominator: [A]}
  IC-A: {kind: ic, trigger: 1.05, denominator: [A]}
dates: {closing: 2024-01-15, first_payment: 2024-04-15, stated_maturity: 2026-04-15, reinvestment_end: 2024-01-15,
        no_call: 2026-01-15, payment_day: 15, determination_lag: 0, index_lag: 2, convention: following}
lists:
  interest:
    source: interest
    steps: [{interest: [A]}, {cover: {oc: OC-A, ic: IC-A, cure: interest, to: notes}}, {residual: {to: sub}}]
  principal: {source: principal, steps: [{move: {to: notes}}]}
  notes: {source: notes, steps: [{principal: [A]}, {residual: {to: sub, book: principal}}]}
"""
LOAN = AssetTerms(
    asset_id="LOAN",
    par=4_000_000.0,
    coupon=0.08,
    dated=ANALYSIS,
    first_payment=dt.date(2024, 4, 15),
    maturity=dt.date(2026, 4, 15),
    market_value=95.0,
    recovery_rate=0.4,
)
DRAWS = DrawTerms(
    unfunded=6_000_000.0,
    fee_rate=0.01,
    available_until=dt.date(2025, 1, 15),
    draws=((dt.date(2024, 5, 31), 3_000_000.0), (dt.date(2024, 10, 1), 2_000_000.0)),
)
NOBODY = Assumptions()


def projected(
    *assets: AssetTerms,
    text: str = TEXT,
    more: str = "",
    rates: Assumptions = NOBODY,
    scenario: dict[str, Any] | None = None,
    **held: Any,
) -> Projection:
    one = Scenario("base", rates, curve=CURVE, reinvestment=REINVESTMENT, **(scenario or {}))
    pool = Holdings(assets, ANALYSIS, BusinessCalendar(), 0.05, **held)
    return deal.run(deal.loads(text + more), pool, Scenarios.of([one]), details=True)


def funding(balance: float) -> str:
    return f"accounts: {{funding: {{type: 4, principal: {balance}}}}}\n"


def test_funding_account_pays_draws_counts_beside_drawn_par_and_is_released_at_the_end_of_availability() -> None:
    found = projected(replace(LOAN, draws=DRAWS), more=funding(5_500_000)).result
    # the table of clo-extensions 3.2: the account, what tests count, interest with the fee
    assert cents(found.accounts["funding"][0])[:5] == [5_500_000.0, 5_500_000.0, 2_500_000.0, 500_000.0, 0.0]
    assert cents(found.principal_proceeds[0])[:4] == [0.0, 0.0, 0.0, 500_000.0]
    in_tests = (found.tests["OC-A"].numerator - found.principal_proceeds)[0]
    assert cents(in_tests)[:4] == [9_500_000.0, 9_500_000.0, 9_500_000.0, 9_000_000.0]
    assert cents(found.interest_proceeds[0])[:4] == [95_000.0, 120_666.67, 152_944.44, 182_500.0]
    assert cents(found.draws[0])[:4] == [0.0, 3_000_000.0, 2_000_000.0, 0.0]
    # fees are on drawn par
    assert cents(found.fee_basis[0])[:4] == [4_000_000.0, 7_000_000.0, 9_000_000.0, 9_500_000.0]


def test_a_draw_that_nothing_pays_is_not_made_and_recorded() -> None:
    found = projected(replace(LOAN, draws=DRAWS), more=funding(1_000_000))
    # of 3m the account pays 1m: a third of the table's 29,333.33, and of its 3,666.67 less fee; then nothing
    assert cents(found.flows.interest[0])[:3] == [95_000.0, round(80_000 + 9_777.78 + 15_000 - 1_222.22, 2), 112_500.0]
    assert cents(found.flows.performing[0])[:4] == [4_000_000.0, 4_000_000.0, 5_000_000.0, 5_000_000.0]
    assert cents(found.result.draws[0])[:4] == [0.0, 1_000_000.0, 0.0, 0.0]
    (recorded,) = [text for text in found.result.assumptions if "DRAW_SHORTFALL" in text]
    assert "1 of 1 scenarios, 4000000.00 at most (scenario base)" in recorded


def test_principal_of_the_period_pays_what_the_account_lacks() -> None:
    matures = replace(LOAN, asset_id="SHORT", par=2_500_000.0, maturity=dt.date(2024, 7, 15))
    found = projected(replace(LOAN, draws=DRAWS), matures, more=funding(1_000_000))
    # 3m in the second quarter: 1m of the account, 2m of 2.5m principal; 2m in the third cannot be paid
    assert cents(found.result.draws[0])[:4] == [0.0, 3_000_000.0, 0.0, 0.0]
    assert cents(found.result.principal_proceeds[0])[:3] == [0.0, 500_000.0, 0.0]


def test_a_draw_that_its_own_repayment_pays_in_part_is_made_as_far_as_it_goes() -> None:
    terms = DrawTerms(unfunded=3_000_000.0, available_until=dt.date(2024, 6, 1), draws=((dt.date(2024, 5, 1), 3e6),))
    loan = replace(LOAN, par=10.0, payments_per_year=12, first_payment=dt.date(2024, 5, 15), draws=terms)
    found = projected(replace(loan, maturity=dt.date(2024, 7, 15)), rates=Assumptions(cpr=0.01)).result
    # drawn in May, when a share p of it comes back at once, which pays nothing, and repaid in July, all of it in one
    # deal period: 10 + W - p W pay the draw W, so that W = 10 / p, with p of four months
    p = 1 - 0.99 ** (4 / 12)
    assert found.draws[0, 1] == pytest.approx(10 / p, abs=0.01 / p)
    assert found.principal_proceeds[0, 1] == pytest.approx(10.0, abs=0.01)


def test_repaid_capitalised_interest_that_is_interest_pays_no_draw() -> None:
    matures = replace(LOAN, asset_id="SHORT", par=2_500_000.0, maturity=dt.date(2024, 7, 15))
    matures = replace(matures, pik=PikTerms(balance=1_500_000.0))
    found = projected(replace(LOAN, draws=DRAWS), matures, more="pik: {repaid_as: interest}\n")
    # of 2.5m repaid 1m is principal, which is drawn; 1.5m with 4m and 2.5m of par at 2 %, and of the draw a third:
    # 80,000 + 50,000 + 9,777.78, and the fee of 15,000 less a third of 3,666.67
    assert cents(found.result.draws[0])[:3] == [0.0, 1_000_000.0, 0.0]
    assert cents(found.result.principal_proceeds[0])[:2] == [0.0, 0.0]
    assert cents(found.result.interest_proceeds[0])[1] == round(1_500_000 + 130_000 + 9_777.78 + 15_000 - 1_222.22, 2)


def test_a_revolvers_repayment_refills_the_account_up_to_what_is_unfunded() -> None:
    terms = DrawTerms(unfunded=1_000_000.0, available_until=dt.date(2026, 4, 15), is_revolving=True)
    halved = ((dt.date(2024, 7, 15), 1.0), (dt.date(2026, 4, 15), 1.0))
    found = projected(replace(LOAN, draws=terms, instalments=halved), more=funding(500_000)).result
    # 2m repaid: 3m unfunded, of which the account holds 2.5m
    assert cents(found.accounts["funding"][0])[:3] == [500_000.0, 500_000.0, 2_500_000.0]
    assert cents(found.principal_proceeds[0])[:2] == [0.0, 0.0]


@pytest.mark.parametrize("balance", [0, 400_000, 1_700_000, 6_000_000])
@pytest.mark.parametrize("rates", [NOBODY, Assumptions(0.3, 0.1, 0.4, 3)])
def test_cash_of_pool_and_account_is_drawn_paid_out_or_still_held(balance: int, rates: Assumptions) -> None:
    revolver = DrawTerms(5e5, 0.005, dt.date(2025, 10, 1), is_revolving=True, draws=((dt.date(2024, 8, 1), 4e5),))
    share = DrawTerms(8e5, 0.005, dt.date(2025, 10, 1), utilisation=0.7)
    pool = [replace(LOAN, asset_id=str(n), draws=draws) for n, draws in enumerate((DRAWS, revolver, share, None))]
    found = projected(*pool, more=funding(balance), rates=rates)
    result, own = found.result, found.flows
    collected = (own.interest + own.principal).sum()
    # what the last date sells at par, and defaulted par at what it is expected to recover
    sold = own.performing[0, -1] + own.defaulted_value[0, -1]
    paid = sum(note.interest_paid.sum() + note.principal_paid.sum() for note in result.notes.values())
    paid += result.equity.interest.sum() + result.equity.principal.sum()
    assert collected + balance + sold == pytest.approx(paid + result.draws.sum(), abs=1e-4)
    assert (result.accounts["funding"] >= 0).all()
    assert (result.principal_proceeds >= 0).all()


SMOOTHED = "smoothing: {account: smooth, above: 0.05}\naccounts: {smooth: {type: 8}}\n"


def test_rare_payers_are_smoothed_by_the_months_of_their_payments() -> None:
    semi = replace(LOAN, asset_id="SEMI", payments_per_year=2, first_payment=dt.date(2024, 7, 15), par=1_000_000.0)
    found = projected(LOAN, semi, more=SMOOTHED).result
    # 40,000 of half a year in the second and fourth quarters, half of it one quarter later
    flow = found.account_flows["smooth"]
    assert cents(flow.paid_in[0])[:4] == [0.0, 20_000.0, 0.0, 20_000.0]
    assert cents(flow.paid_out[0])[:5] == [0.0, 0.0, 20_000.0, 0.0, 20_000.0]
    assert cents(found.interest_proceeds[0])[:3] == [80_000.0, 100_000.0, 100_000.0]


def test_smoothing_is_off_where_rare_payers_are_few() -> None:
    semi = replace(LOAN, asset_id="SEMI", payments_per_year=2, first_payment=dt.date(2024, 7, 15), par=200_000.0)
    assert not projected(LOAN, semi, more=SMOOTHED).result.account_flows["smooth"].paid_in.any()


DISCOUNT = "haircuts: {discount: {below: {loan: 0.80, bond: 0.75}, cure: {market_value: 0.90, days: 30}}%s}\n"


@pytest.mark.parametrize(
    ("changes", "carried"),
    [
        ({"purchase_price": 78.0}, 0.78),
        ({"purchase_price": 80.0}, 1.0),
        ({"purchase_price": 78.0, "kind": "bond"}, 1.0),
        # above 90 on each of 34 days, prices a week apart
        ({"purchase_price": 78.0, "market_values": [(d, 91.0) for d in (12, 19, 26)]}, 1.0),
        ({"purchase_price": 78.0, "market_values": [(d, 91.0) for d in (19, 26)]}, 0.78),
    ],
)
def test_discount_obligations_count_at_their_purchase_price_until_cured(
    changes: dict[str, Any], carried: float
) -> None:
    if "market_values" in changes:
        days = [(dt.date(2023, 12, day), price) for day, price in changes["market_values"]]
        changes = {**changes, "market_values": (*days, (dt.date(2024, 1, 2), 91.0), (dt.date(2024, 1, 9), 91.0))}
    found = projected(replace(LOAN, **changes), more=DISCOUNT % "").result
    assert cents(found.tests["OC-A"].numerator[0])[0] == round(4_000_000.0 * carried, 2)


def test_an_asset_in_several_categories_counts_once_at_the_lowest() -> None:
    low = replace(LOAN, purchase_price=78.0, market_value=60.0, moodys_rating="Caa2")
    found = projected(low, more=DISCOUNT % ", ccc: {limit: 0.25}").result
    # a quarter within the limit at 78, three above it at the market value of 60
    assert cents(found.tests["OC-A"].numerator[0])[0] == 1_000_000 * 0.78 + 3_000_000 * 0.60
    above = replace(low, market_value=85.0)
    found = projected(above, more=DISCOUNT % ", ccc: {limit: 0.25}").result
    assert cents(found.tests["OC-A"].numerator[0])[0] == 4_000_000 * 0.78


ACCRUED = "purchased_accrued: {amount: %s, recover: by_asset}\n"


def test_purchased_accrued_comes_back_out_of_its_own_asset() -> None:
    late = replace(LOAN, asset_id="LATE", payments_per_year=2, first_payment=dt.date(2024, 7, 15), par=1_000_000.0)
    pool = (LOAN, replace(late, purchased_accrued=50_000.0))
    found = projected(*pool, more=ACCRUED % 50_000).result
    # nothing of the other loan's 80,000; 40,000 in the second quarter, the rest in the fourth
    assert cents(found.purchased_accrued[0])[:4] == [50_000.0, 10_000.0, 10_000.0, 0.0]
    assert cents(found.principal_proceeds[0])[:4] == [0.0, 40_000.0, 0.0, 10_000.0]


def test_what_defaults_before_it_is_recovered_is_written_off() -> None:
    late = replace(LOAN, payments_per_year=2, first_payment=dt.date(2024, 7, 15), purchased_accrued=200_000.0)
    found = projected(late, rates=Assumptions(cdr=0.19, severity=0.4, lag_months=3), more=ACCRUED % 200_000).result
    # 10 % defaults in half a year: 180,000 left, of which 3.6m x 4 % comes back
    assert cents(found.purchased_accrued[0])[:3] == [200_000.0, 36_000.0, 36_000.0]


def test_of_par_that_is_capitalised_interest_in_part_no_more_is_written_off_than_defaults() -> None:
    late = replace(LOAN, payments_per_year=2, first_payment=dt.date(2024, 7, 15), purchased_accrued=200_000.0)
    late = replace(late, pik=PikTerms(balance=2_000_000.0))
    found = projected(late, rates=Assumptions(cdr=0.19, severity=0.4, lag_months=3), more=ACCRUED % 200_000).result
    # as above, though the deal counts half of par: 200,000 x 0.9 - 3.6m x 4 %
    assert cents(found.purchased_accrued[0])[:3] == [200_000.0, 36_000.0, 36_000.0]


def test_interest_that_a_restructuring_capitalised_takes_nothing_off_what_performs() -> None:
    event = AssetEvent(dt.date(2024, 2, 15), "restructuring", fraction=0.5, accrued="capitalised")
    late = replace(LOAN, payments_per_year=2, first_payment=dt.date(2024, 7, 15), purchased_accrued=200_000.0)
    late = replace(late, events=(event,))
    found = projected(late, rates=Assumptions(cdr=0.19, severity=0.4, lag_months=3), more=ACCRUED % 200_000).result
    # half is gone with the haircut; 2m and 30 days of 8 % on 4m, less 10 %, earn 150 days: 2,026,666.67 x 0.9 x 8 % x 5/12
    assert cents(found.purchased_accrued[0])[:2] == [100_000.0, 90_000.0 - 60_800.0]


def test_a_balance_below_one_unit_owes_no_purchased_accrued() -> None:
    flows = PoolFlows.zeros(1, 2)
    flows.performing[0], flows.interest[0] = [1_000.0, 0.9, 0.9], [5.0, 0.0]
    recovered, written_off = recovered_and_written_off([(12.0, flows.interest, flows)])
    assert recovered.tolist() == [[5.0, 0.0]]
    assert written_off.tolist() == [[7.0, 0.0]]


def test_assets_and_deal_state_the_same_purchased_accrued() -> None:
    with pytest.raises(ValueError, match=r"purchased_accrued.amount must be what its assets are owed, 0.00, found 7"):
        projected(LOAN, more=ACCRUED % 7)


PAYS_HEDGE = "dues: {hedge: {amount: close_out, carry: true}}\n"
USD = Hedge(currency="USD", base_currency="EUR", rate=0.90, coupon=0.074)
SPOT = {"spot_rates": {"USD": {ANALYSIS: 0.91, dt.date(2024, 4, 15): 0.92, dt.date(2024, 7, 15): 0.94}}}
QUARTER = Assumptions(cdr=(0.0, 1 - 0.9**4, 0.0), severity=0.4, lag_months=3)


def test_hedged_asset_pays_its_base_leg_and_its_counterparty_is_paid() -> None:
    loan = replace(LOAN, par=5_000_000.0, coupon=0.09)
    paying = TEXT.replace("steps: [", "steps: [{pay: hedge}, ")
    found = projected(loan, text=paying, more=PAYS_HEDGE, rates=QUARTER, scenario=SPOT, hedges={"LOAN": USD})
    # the table of clo-extensions 3.5: 83,250.00, then 74,925.00 of which 20,000.00 to the counterparty
    assert cents(found.flows.interest[0])[:3] == [83_250.0, 74_925.0, 74_925.0]
    assert cents(found.flows.performing[0])[:3] == [4_500_000.0, 4_500_000.0, 4_050_000.0]
    assert cents(found.result.steps["interest", 1].paid[0])[:3] == [0.0, 20_000.0, 0.0]
    assert any("USD" in text and "held" in text for text in found.result.assumptions)


def test_a_pool_with_hedges_needs_a_deal_that_pays_counterparties() -> None:
    with pytest.raises(ValueError, match="HEDGE_WITHOUT_STEP"):
        projected(LOAN, scenario=SPOT, hedges={"LOAN": USD})


def test_what_is_written_off_of_a_foreign_loan_hangs_on_its_par_not_on_the_currency() -> None:
    late = replace(LOAN, payments_per_year=2, first_payment=dt.date(2024, 7, 15), purchased_accrued=200_000.0)
    rates = Assumptions(cdr=0.19, severity=0.4, lag_months=3)
    found = projected(late, rates=rates, more=ACCRUED % 200_000, scenario=SPOT, currencies={"LOAN": "USD"}).result
    # 10 % defaults: 180,000 less 4 % of USD 3.6m at 0.94
    assert cents(found.purchased_accrued[0])[:2] == [200_000.0, 180_000.0 - 144_000.0 * 0.94]


def test_a_deal_goes_on_while_interest_that_was_capitalised_is_still_owed() -> None:
    event = AssetEvent(dt.date(2024, 2, 15), "restructuring", fraction=1.0, accrued="capitalised")
    found = projected(replace(LOAN, events=(event,)))
    assert found.flows.performing[0, 1] == 0.0  # what is capitalised is no par
    # 30 days of 8 % on 4m, capitalised, are repaid on the ninth and last payment date
    assert cents(found.result.principal_proceeds[0])[-1] == 26_666.67
    assert found.result.last_period.tolist() == [9]


def test_a_scenario_without_a_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="scenario base, USD: FX_MISSING"):
        projected(LOAN, currencies={"LOAN": "USD"})


def test_what_is_not_hedged_counts_at_spot_less_the_haircut() -> None:
    found = projected(LOAN, more="haircuts: {fx: 0.05}\n", scenario=SPOT, currencies={"LOAN": "USD"})
    assert cents(found.flows.interest[0])[:2] == [80_000 * 0.92, 80_000 * 0.94]
    assert cents(found.flows.performing[0])[:2] == [4_000_000 * 0.91 * 0.95, 4_000_000 * 0.92 * 0.95]


PIK = PikTerms(shares=((ANALYSIS, 1.0), (dt.date(2025, 1, 15), 0.0)))


def test_a_loan_that_defers_too_long_counts_at_the_lower_of_price_and_recovery_until_it_pays_cash() -> None:
    found = projected(replace(LOAN, pik=PIK)).result
    # test par stays 4m: 40 % of it from the third quarter on, which is more than six months, to the payment in cash
    assert cents(found.tests["OC-A"].numerator[0])[:5] == [4e6, 4e6, 1.6e6, 1.6e6, 4e6]


def test_a_deferring_loan_above_the_ccc_limit_is_not_taken_off_twice() -> None:
    low = replace(LOAN, pik=PIK, moodys_rating="Caa2")
    found = projected(low, more="haircuts: {ccc: {limit: 0.0}}\n").result
    assert cents(found.tests["OC-A"].numerator[0])[:3] == [3.8e6, 3.8e6, 1.6e6]


def test_capitalised_interest_counts_as_par_where_the_deal_says_so() -> None:
    found = projected(replace(LOAN, pik=PIK), more="pik: {in_par: include}\n").result
    assert cents(found.tests["OC-A"].numerator[0])[:2] == [4_080_000.0, 4_161_600.0]


def test_repaid_capitalised_interest_is_interest_where_the_deal_says_so() -> None:
    loan = replace(LOAN, pik=replace(PIK, balance=400_000.0, shares=()), maturity=dt.date(2024, 7, 15))
    as_principal, as_interest = projected(loan), projected(loan, more="pik: {repaid_as: interest}\n")
    moved = as_interest.flows.interest - as_principal.flows.interest
    assert cents(moved[0])[:2] == [0.0, 400_000.0]
    assert cents(as_interest.flows.principal[0])[:2] == [0.0, 3_600_000.0]
    assert cents(as_principal.flows.principal[0])[:2] == [0.0, 4_000_000.0]


def test_a_call_below_par_pays_capitalised_interest_at_its_price() -> None:
    """A tenth of the loan, thus of 400,000 of capitalised interest, is called at 70: 28,000 of interest, not 40,000."""
    call = AssetEvent(dt.date(2024, 2, 20), "partial_call", fraction=0.1, price=0.7)
    loan = replace(LOAN, pik=replace(PIK, balance=400_000.0, shares=()), events=(call,))
    as_principal, as_interest = projected(loan), projected(loan, more="pik: {repaid_as: interest}\n")
    moved = as_interest.flows.interest - as_principal.flows.interest
    assert cents(moved[0])[0] == 28_000.0
    total = [found.flows.interest + found.flows.principal for found in (as_principal, as_interest)]
    assert cents(total[0][0]) == cents(total[1][0])


@pytest.mark.parametrize(
    ("hedged", "rate"),
    [
        (None, 0.94),  # at spot, like its principal
        (replace(USD, coupon=0.08), 0.90),
        (replace(USD, coupon=0.08, ratio=0.5), 0.92),  # half at either
    ],
)
@pytest.mark.parametrize("left", [0.75, 0.0])
def test_repaid_capitalised_interest_of_a_foreign_loan_is_in_the_deals_currency(
    hedged: Hedge | None, rate: float, left: float
) -> None:
    event = AssetEvent(dt.date(2024, 5, 15), "restructuring", fraction=1.0 - left, accrued="capitalised")
    loan = replace(LOAN, maturity=dt.date(2024, 7, 15), events=(event,))
    held = {"currencies": {"LOAN": "USD"}} if hedged is None else {"hedges": {"LOAN": hedged}}
    paying = TEXT.replace("steps: [", "steps: [{pay: hedge}, ")
    as_principal, as_interest = (
        projected(loan, text=paying, more=PAYS_HEDGE + more, scenario=SPOT, **held)
        for more in ("", "pik: {repaid_as: interest}\n")
    )
    # clo-extensions 3.1, 3.4, 3.5: a month of 8 % on USD 4m, repaid in July, in euro
    moved = as_interest.flows.interest - as_principal.flows.interest
    assert cents(moved[0])[:2] == [0.0, round(4_000_000 * 0.08 / 12 * rate, 2)]
    assert cents(as_interest.flows.principal[0])[:2] == [0.0, 4_000_000 * left * rate]
    total = [found.flows.interest + found.flows.principal for found in (as_principal, as_interest)]
    assert cents(total[0][0]) == cents(total[1][0])


def test_longer_index_and_shares_of_a_switch_come_from_curve_and_assets() -> None:
    semi = replace(LOAN, asset_id="SEMI", payments_per_year=2, first_payment=dt.date(2024, 7, 15))
    when = "{share_of: {months_between_above: 3}, above: 0.40}"
    found = projected(LOAN, semi, more=f"frequency_switch: {{to_months: 6, index_tenor: 6, when: {when}}}\n").result
    a = found.notes["A"]
    # half of par pays twice a year: after the first date the second pays nothing, the third for 183 days at six months
    assert cents(a.interest_accrued[0])[1] == 0.0
    level = CURVE.spot(np.array(["2024-04-11"], dtype="datetime64[D]"), 6)[0]
    assert cents(a.interest_accrued[0])[2] == round(5e6 * (level + 0.01) * 183 / 360, 2)
