"""LARCH-1, an invented deal in which every feature of clo-extensions 4 stands: one reported date and a projection.

Amounts of the date are worked by hand: index 2.4 %, 91 actual days, 90 of 30E/360, fee basis 280m.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from calculations.clo import deal
from calculations.clo.deal import DealResult, PaymentDates
from calculations.clo.deal.load import DEALS
from calculations.clo.deal.steps import CoverStep, DivertStep, MoveStep, PayStep
from calculations.clo.pool_detail import PoolDetail
from calculations.clo.pool_flows import PoolFlows, RatedBalances
from tests.calculations.deal.test_payment_date import DATA
from tests.calculations.deal.worked import cents

LARCH = DEALS / "larch_1.yaml"
PERIODS, SCENARIOS = 8, 3
NOMINAL = tuple(dt.date(2025 + (month - 1) // 12, (month - 1) % 12 + 1, 18) for month in range(7, 7 + 3 * PERIODS, 3))
PAYMENT = tuple(day + dt.timedelta(days=2 * (day.weekday() == 5) + (day.weekday() == 6)) for day in NOMINAL)
START = dt.date(2025, 4, 18)
DATES = PaymentDates(START, START, PAYMENT, START, NOMINAL)

# step, due, paid: 8,000; 250; 12,000 x 91/360; claims within 176,000 x 91/360 + 2,000; hedge; 100,000 - 80,000; ...
INTEREST = """
1 8000.00 8000.00
2 250.00 250.00
3 3033.33 3033.33
4 60000.00 43455.56
5 15000.00 15000.00
6 20000.00 20000.00
7 106166.67 106166.67
8 1592500.00 1592500.00
9 337388.89 337388.89
10 0 0
11 241150.00 241150.00
14 250250.00 250250.00
17 282100.00 282100.00
18 419354.84 419354.84
20 0 0
21 247722.22 247722.22
22 0 0
23 16544.44 16544.44
24 625084.05 625084.05
"""


def rows() -> list[dict[str, Any]]:
    with (DATA / "larch_1_2025-07-18.csv").open(encoding="utf-8") as file:
        found: list[dict[str, Any]] = [dict(row) for row in csv.DictReader(file)]
    for row in found:
        row["payment_date"] = PAYMENT[0]
        if row["item"] == "period":
            row["value"] = dt.date.fromisoformat(row["value"])
    return found


def test_reported_date_to_the_cent() -> None:
    terms, inputs = deal.load(LARCH), deal.read_inputs(rows())
    found = deal.run_payment_date(terms, inputs)
    for number, due, paid in (line.split() for line in INTEREST.split("\n") if line):
        line = found.step("interest", int(number))
        assert (number, line.due, line.paid) == (number, Decimal(due), Decimal(paid))
    # 4,200,000 collected, 12,000 of it purchased, 50,000 released and 30,000 held back
    assert found.interest_pool == sum(line.paid for line in found.steps if line.list_name == "interest") == 4_208_000
    # 276m + 1m - 0.6m + 0.7m - 0.3m + 8,000 of purchased interest - 1.5m + 0.9m + 12,000
    assert found.numerators["adjusted_par"] == Decimal("276220000.00")
    assert not found.in_default
    assert {row.outcome for row in deal.compare(terms, inputs, found)} == {"match"}


def flows() -> PoolFlows:
    """Eight quarters: a sound pool, one whose interest falls away, and one that pays too little to ever switch back."""
    pool = PoolFlows.zeros(SCENARIOS, PERIODS)
    pool.interest[:] = 4_400_000.0
    pool.interest[1] = [4_400_000.0, 2_100_000.0, *[3_600_000.0] * 6]
    pool.interest[2] = 1_700_000.0
    pool.scheduled[:] = 2_000_000.0
    pool.recoveries[:, 3] = 300_000.0
    pool.performing[:] = 277e6 - 2e6 * np.arange(PERIODS + 1)
    pool.defaulted[:, :3], pool.defaulted_value[:, :3] = 1e6, 3e5
    return pool


def detail(pool: PoolFlows, share: float = 0.25, **others: Any) -> PoolDetail:
    shape = (SCENARIOS, PERIODS)
    close_out, recovered, written_off = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    close_out[:, 1], close_out[:, 4] = -20_000.0, 5_000.0
    recovered[:, 0], recovered[:, 2], written_off[:, 2] = 12_000.0, 5_000.0, 3_000.0
    given: Mapping[str, Any] = {
        "rare_interest": {2: pool.interest * 0.25},
        "shares": {"months_between_above 3": np.full(shape, share)},
        "close_out": close_out,
        "accrued_recovered": recovered,
        "accrued_written_off": written_off,
        "discount": RatedBalances(np.full((SCENARIOS, PERIODS + 1, 1), 2e6), np.array([0.70])),
        "longer_index": np.full(PERIODS, 0.025),
    }
    return PoolDetail(**{**given, **others})


FIGURES: dict[str, Any] = {
    "dues": {"taxes": {"amount": Decimal(8000)}},
    "fees": {"admin": {"fixed": Decimal(160_000)}},
    "purchased_accrued": {"amount": Decimal(20_000)},
    "accounts": {"collection": {"principal": Decimal(-1_500_000)}, "interest_smoothing": {"interest": Decimal(50_000)}},
}


def projected(share: float = 0.25, **others: Any) -> tuple[DealResult, deal.Deal]:
    terms, pool = deal.load(LARCH, inputs=FIGURES), flows()
    low = RatedBalances(np.full((SCENARIOS, PERIODS + 1, 1), 22e6), np.array([0.75]))
    found = deal.run_liabilities(
        terms, pool, DATES, np.full(PERIODS, 0.024), ccc=[low], detail=detail(pool, share, **others), record_steps=True
    )
    return found, terms


@pytest.fixture(scope="module")
def larch() -> tuple[DealResult, deal.Deal]:
    return projected()


def paid_out(found: DealResult, terms: deal.Deal) -> Any:
    """What left the lists: everything but cash that another list spends."""
    total = np.zeros((SCENARIOS, PERIODS))
    for (name, number), step in found.steps.items():
        if not isinstance(terms.lists[name].steps[number - 1], CoverStep | DivertStep | MoveStep):
            total = total + step.paid
    return total


def test_lists_spend_what_the_period_offers(larch: tuple[DealResult, deal.Deal]) -> None:
    found, terms = larch
    assert paid_out(found, terms) == pytest.approx(found.interest_proceeds + found.principal_proceeds)


def test_all_cash_of_the_projection_is_paid_out_or_still_held(larch: tuple[DealResult, deal.Deal]) -> None:
    found, terms = larch
    pool = flows()
    collected = (pool.interest + pool.principal).sum(axis=1) + 5_000.0  # and a hedge closed out with a gain
    opening = -1_500_000.0 + 50_000.0 + 80_000.0
    sold = pool.performing[:, -1] * 0.99 + pool.defaulted_value[:, -1]
    funded = found.account_flows["expense_reserve"].paid_in.sum(axis=1)
    spent = paid_out(found, terms).sum(axis=1) - found.reinvested.sum(axis=1) - funded
    held = sum(balance[:, -1] for balance in found.accounts.values())
    assert collected + opening + sold == pytest.approx(spent + held)
    assert held == pytest.approx(np.zeros(SCENARIOS))


def test_accounts_roll_by_what_went_in_and_out(larch: tuple[DealResult, deal.Deal]) -> None:
    found, _ = larch
    for name, flow in found.account_flows.items():
        balance = found.accounts[name]
        assert balance[:, 1:] == pytest.approx(balance[:, :-1] + flow.paid_in - flow.paid_out), name
    # half of a semi-annual payment is held for one period; the opening balance is released at once
    assert cents(found.account_flows["interest_smoothing"].paid_in[0])[:2] == [550_000.0, 550_000.0]
    assert cents(found.account_flows["interest_smoothing"].paid_out[0])[:2] == [50_000.0, 550_000.0]


def test_dates_become_semi_annual_from_the_period_after_the_condition_held(larch: tuple[DealResult, deal.Deal]) -> None:
    found, _ = larch
    a = found.notes["A"]
    # IC B falls below 120 % in scenario 2 on the second date: the third pays nothing, the fourth two quarters at 2.5 %
    assert found.tests["IC-B"].ratio[1, 1] < 1.20
    assert found.interest_proceeds[1, 2] == found.principal_proceeds[1, 2] == 0.0
    assert cents(a.interest_accrued[1])[2] == 0.0
    days = (PAYMENT[3] - PAYMENT[1]).days
    assert cents(a.interest_accrued[1])[3] == round(a.balance[1, 3] * 0.036 * days / 360, 2)
    # 30E/360 between nominal dates: 180 days at 4.8 %
    assert cents(found.notes["B-2"].interest_accrued[1])[2:4] == [0.0, round(10e6 * 0.048 / 2, 2)]
    assert cents(found.fees["trustee"].accrued[1])[2:4] == [0.0, round(12_000 * days / 360, 2)]
    assert (found.interest_proceeds[0] > 0).all()


def test_the_switch_needs_more_than_its_share_of_rare_payers() -> None:
    found, _ = projected(share=0.20)
    assert (found.interest_proceeds[1] > 0).all()


def test_nothing_switches_while_accelerated(larch: tuple[DealResult, deal.Deal]) -> None:
    # A is paid short on the first date, so the deal accelerates on the second, where IC B is below 120 % too
    found, _ = larch
    assert found.event_of_default[2].tolist() == [False, *[True] * (PERIODS - 1)]
    assert cents(found.account_flows["interest_smoothing"].paid_in[2])[1] == 0.0


def test_counterparty_of_a_closed_hedge_is_paid_in_its_place(larch: tuple[DealResult, deal.Deal]) -> None:
    found, terms = larch
    number = 1 + next(
        i for i, step in enumerate(terms.lists["interest"].steps) if isinstance(step, PayStep) and step.pay == "hedge"
    )
    assert cents(found.steps["interest", number].paid[0])[:3] == [0.0, 20_000.0, 0.0]


def test_purchased_accrued_comes_back_asset_by_asset_or_is_written_off(larch: tuple[DealResult, deal.Deal]) -> None:
    # 20,000: 12,000 recovered, then 5,000 and 3,000 written off
    assert cents(larch[0].purchased_accrued[0])[:4] == [8_000.0, 8_000.0, 0.0, 0.0]


def test_overdrawn_account_and_haircuts_lower_the_numerator(larch: tuple[DealResult, deal.Deal]) -> None:
    found, _ = larch
    # 275m + 0.3m defaulted + 512,000 - 1.5m + 2m - ...: principal -1.5m + 2m + 12,000 = 512,000; discount 2m x 0.30;
    # CCC 22m less 7.5 % of (275m + 512,000) = 1,336,600 x 0.25; 8,000 of purchased interest left
    expected = 275e6 + 300_000 + 512_000 - 600_000 - 1_336_600 * 0.25 + 8_000
    assert cents(found.tests["OC-E"].numerator[0])[0] == round(expected, 2)
    assert not found.overdraft_above_limit.any()


def test_account_overdrawn_beyond_the_limit_is_marked() -> None:
    terms = deal.load(LARCH, inputs={**FIGURES, "accounts": {"collection": {"principal": Decimal(-8_000_000)}}})
    pool = flows()
    found = deal.run_liabilities(terms, pool, DATES, np.full(PERIODS, 0.024), detail=detail(pool))
    # -8m + 2m + 12,000 against 1.5 % of what 275m and that leave, about 4.0m; a quarter later -3,988,000 of 269m
    assert found.overdraft_above_limit[0, :3].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ({"close_out": None}, "detail.close_out"),
        ({"accrued_recovered": None}, "detail.accrued_recovered"),
        ({"shares": {}}, r"detail.shares\['months_between_above 3'\] \(smoothing\)"),
        ({"discount": None}, "detail.discount"),
        ({"longer_index": None}, "detail.longer_index"),
    ],
)
def test_what_a_feature_asks_of_the_collateral_and_does_not_get_is_named(without: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        projected(**without)


def test_taxes_that_no_input_states_are_named() -> None:
    pool = flows()
    with pytest.raises(ValueError, match=r"dues\.taxes\.amount"):
        deal.run_liabilities(deal.load(LARCH), pool, DATES, np.full(PERIODS, 0.024), detail=detail(pool))


TEXT = LARCH.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "to_months: 6",
            "to_months: 5",
            "frequency_switch.to_months: expected a multiple of the 3 months .*SWITCH_TENOR",
        ),
        ("index_tenor: 6", "index_tenor: 3", "frequency_switch.index_tenor: expected the tenor of a period, 6 months"),
        ("permanent: true", "permanent: false", "frequency_switch.permanent: expected input should be True"),
        (
            "{ratio: {test: IC-B, below",
            "{ratio: {test: IC-X, below",
            "frequency_switch.when: expected a test .*TEST_UNKNOWN",
        ),
        ("account: interest_smoothing", "account: custodial", "smoothing.account: expected an account of type 8"),
        ("account: interest_smoothing", "account: other", "smoothing.account: .*ACCOUNT_UNKNOWN"),
        ("    steps:\n      - {pay: hedge}\n", "    steps:\n", "lists.notes: expected a step pay: hedge in every list"),
        ("loan: 0.80", "loan: 80", "haircuts.discount.below.loan: expected a price as a fraction of par"),
        ("min: [market_value, recovery_rate]", "min: []", "haircuts.defaulted.carry.min: expected market_value"),
        ("zero_after_months: 36", "zero_after_months: 10", "zero_after_months: expected a multiple of the 3 months"),
        (
            "repay_from: principal}",
            "repay_from: interest}",
            "principal_cash.repay_from: expected input should be 'principal'",
        ),
        ("buckets: [moodys, fitch]", "buckets: [moodys, dbrs]", "expected a rating agency: .*BUCKET_UNKNOWN"),
    ],
)
def test_deals_that_do_not_load(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(deal.DealError, match=message):
        deal.loads(TEXT.replace(old, new, 1), file="larch_1.yaml")


def test_defaulted_par_counts_for_nothing_so_many_months_after_its_default() -> None:
    pool = flows()
    pool.default_value[:, 2] = 100_000.0
    pool.defaulted_value[:, 1:] = 400_000.0

    def counted(months: int) -> Any:
        text = TEXT.replace("zero_after_months: 36", f"zero_after_months: {months}")
        terms = deal.loads(text.replace("{amount: input,", "{amount: 8000,"), file="larch_1.yaml")
        return (
            deal.run_liabilities(terms, pool, DATES, np.full(PERIODS, 0.024), detail=detail(pool))
            .tests["OC-B"]
            .numerator[0]
        )

    lost = counted(36) - counted(6)
    # the opening stock for two quarters; then only what defaulted in the third, for two quarters
    assert cents(lost)[:6] == [0.0, 0.0, 300_000.0, 300_000.0, 400_000.0, 400_000.0]
