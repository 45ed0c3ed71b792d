"""Loans at amortised cost less expected losses and at fair value: E-12, every error of nav 2 (M-PD), and properties."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.methods.private_debt.loan import balances, bullet, carried, level, payment_dates
from calculations.nav.methods.private_debt.losses import YearOfRisk, expected_loss, stage
from calculations.nav.numbers import precise
from calculations.nav.results import Strike, Unavailable
from tests.calculations.nav.evidence import Stated, assumed, closing, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, rounded

D, Date = Decimal, dt.date


def measured(result: Strike, name: str) -> Decimal | None:
    return next(each.value for each in result.measures if each.name == name)


def amounts(result: Strike) -> dict[str, Decimal | None]:
    return {line.line_id: line.base_amount for line in result.lines}


def reason(result: Strike) -> str:
    assert result.status == "FAILED"
    return str(result.failures[0].reason)


def test_e12_a_loan_with_original_discount_and_an_allowance() -> None:
    result = struck(example("private_debt", "example-e-12"))
    assert result.status == "STRUCK"
    assert amounts(result) == {
        "loan": D("19752012.501082295485"),
        "interest": D("211111.111111111111"),
        "allowance": D("-202762.448604750608"),
    }
    assert result.net_assets == D("19760361.163588655988")
    # the allowance is taken off assets: nobody is owed it
    assert (result.total_assets, result.total_liabilities) == (result.net_assets, 0)
    assert result.measurement_basis == "AMORTISED_COST"
    annual = measured(result, "EFFECTIVE_RATE")
    assert annual is not None
    assert rounded(annual * 100, 15) == D("10.686628759180474")


def test_e12_the_rate_of_a_quarter() -> None:
    payments = bullet(D(20_000_000), D("0.095") / 4, D(0), 12)
    found = carried(D(19_600_000), D(20_000_000), payments, [None] * 5)
    assert rounded(found.rate * 100, 15) == D("2.570811152995444")
    assert rounded(found.amount) == D("19752012.501082295485")


# 100 at 10 % a year over two years, half a year into the second: carried at 100 whatever the day
LOAN = {
    "measurement_basis": "AMORTISED_COST",
    "principal": D(100),
    "coupon_rate": D("0.1"),
    "coupon_kind": "FIXED",
    "payment_frequency": 1,
    "day_count": "30E_360",
    "year_fraction": "30_360",
    "origination_date": Date(2024, 9, 10),
    "maturity_date": Date(2027, 9, 10),
    "amortisation": "BULLET",
    "impairment_regime": "IFRS9",
}
RISK = {
    "LGD": assumed("LGD", "0.5"),
    "PD_12M": assumed("PD_12M", "0.02"),
    "ECL_DISCOUNT_YEARS": assumed("ECL_DISCOUNT_YEARS", "0", "YEARS"),
    "1Y": assumed("PD", "0.04", tenor="1Y"),
    "2Y": assumed("PD", "0.06", tenor="2Y"),
}
HELD = {"instrument_id": "LOAN-1", "holding_type": "LOAN", "quantity": D(100), "currency": "USD", "leg": "LONG"}
HELD |= {"product_id": "p", "as_of_date": DAY}


def loan(
    change: dict[str, Any] | None = None, *, without: str = "", more: tuple[Stated, ...] = (), **sheets: Any
) -> Strike:
    rows = [row for name, row in RISK.items() if name != without]
    return struck(evidence("private_debt", LOAN | (change or {}), assumptions=[*rows, *more], **sheets))


def test_interest_accrues_beside_the_carry() -> None:
    assert amounts(loan()) == {"loan": 100, "interest": 5, "allowance": -1}
    on_the_day = {"origination_date": Date(2025, 3, 10), "maturity_date": Date(2027, 3, 10)}
    assert amounts(loan(on_the_day))["interest"] == 0


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [("ACT_360", D(100) * D("0.1") * 181 / 360), ("ACT_ACT_ICMA", D(10) * 181 / 365), ("30_360_US", D(5))],
)
def test_interest_accrues_by_the_day_count_of_the_loan(day_count: str, interest: Decimal) -> None:
    assert amounts(loan({"day_count": day_count}))["interest"] == rounded(interest)


def test_discount_and_fees_raise_the_rate() -> None:
    # cost 97 = 100 x 0.98 - 1; a year later what is left at the rate is 10 / (1 + i) + 110 / (1 + i)^2
    result = loan({"original_discount_rate": D("0.02"), "fees_deferred": D(1)})
    rate, carry = measured(result, "EFFECTIVE_RATE"), amounts(result)["loan"]
    assert rate is not None
    with precise():
        left = 10 / (1 + rate) + 110 / (1 + rate) ** 2
        assert rounded(left) == carry
        assert rounded((10 + left) / (1 + rate)) == 97


def test_interest_in_kind_is_added_to_what_is_owed() -> None:
    # 2 % in kind: 102 after a year, on which 10 % and 2 % accrue for half a year
    result = loan({"pik_rate": D("0.02")})
    with precise():
        assert amounts(result) == {
            "loan": 102,
            "interest": D("5.1"),
            "interest-in-kind": D("1.02"),
            "allowance": D("-1.02"),
        }
    assert rounded(measured(result, "EFFECTIVE_RATE")) == D("0.12")


LEVEL_LEFT = 100 * D("1.1") - 100 * D("0.1") / (1 - D("1.1") ** -3)


def test_level_payments_repay_the_balance() -> None:
    result = loan({"amortisation": "LEVEL"})
    assert amounts(result)["loan"] == rounded(LEVEL_LEFT)
    assert amounts(result)["interest"] == rounded(LEVEL_LEFT * D("0.05"))


ROWS = [
    {"kind": "LOAN", "sequence": at, "event_date": Date(2024 + at, 9, 10), "currency": "USD"}
    | {"amount": D(interest), "amount_2": D(principal), "amount_3": D(0), "amount_4": D(0)}
    for at, interest, principal in ((1, "10", "40"), (2, "6", "30"), (3, "3", "30"))
]


def test_a_schedule_of_its_own() -> None:
    assert amounts(loan({"amortisation": "SCHEDULE"}, schedules=ROWS)) == {
        "loan": 60,
        "interest": 3,
        "allowance": D("-0.6"),
    }


def test_a_schedule_may_pay_on_another_day_of_the_month() -> None:
    # 160 days by 30/360 since the last of September, on the 60 that are left
    later = [ROWS[0] | {"event_date": Date(2025, 9, 30)}, *ROWS[1:]]
    result = loan({"amortisation": "SCHEDULE"}, schedules=later)
    assert amounts(result)["interest"] == rounded(D(6) * 160 / 360)


@pytest.mark.parametrize(
    "rows",
    [
        [*ROWS[:2], ROWS[2] | {"event_date": Date(2027, 9, 9)}],
        ROWS[:2],
        [*ROWS, ROWS[0] | {"event_date": Date(2028, 9, 10)}],
        [ROWS[0], ROWS[1], ROWS[2] | {"amount_2": D(29)}],
        [ROWS[0], ROWS[1] | {"amount_2": D(90)}, ROWS[2] | {"amount_2": D(-30)}],
    ],
)
def test_a_schedule_that_does_not_repay_the_loan_as_agreed(rows: list[dict[str, Any]]) -> None:
    assert reason(loan({"amortisation": "SCHEDULE"}, schedules=rows)) == "BAD_SCHEDULE"


MISSED = {"kind": "LOAN", "sequence": 1, "event_date": Date(2025, 9, 10), "currency": "USD", "status": "MISSED"}


def test_a_missed_payment_stays_owed_and_impairs_the_loan() -> None:
    result = loan(schedules=[MISSED])
    # 181 days: impaired; loss given default 50 % of 110, and interest on the half that is left
    assert measured(result, "DAYS_PAST_DUE") == 181
    assert measured(result, "IMPAIRMENT_STAGE") == 3
    assert amounts(result) == {"loan": 110, "interest": D("2.5"), "allowance": -55}
    made_good = loan(schedules=[MISSED | {"paid_date": Date(2025, 12, 1)}])
    assert amounts(made_good)["loan"] == 100
    paid_less = loan(schedules=[MISSED | {"status": "PAID", "paid_amount": D(7)}])
    assert amounts(paid_less)["loan"] == 103


FLOATING: dict[str, Any] = {"coupon_kind": "FLOATING", "coupon_rate": None, "index_id": "IDX", "spread_rate": D("0.05")}
FLOATING |= {"origination_date": Date(2025, 3, 10), "maturity_date": Date(2027, 3, 10)}
RESETS = [closing("IDX", "0.05", as_of=Date(2025, 3, 10)), closing("IDX", "0.06")]


def test_the_effective_rate_of_a_floating_loan_is_reset_with_its_coupon() -> None:
    result = loan(FLOATING | {"original_discount_rate": D("0.02")}, prices=RESETS)
    with precise():
        # 98 = 10 x + 110 x^2 at the first rate, x = 1 / (1 + i); then 111 is left at the second
        x = (-10 + (D(100) + 4 * 110 * 98).sqrt()) / 220
        carry = 98 / x - 10
        assert amounts(result)["loan"] == rounded(carry)
        assert rounded(measured(result, "EFFECTIVE_RATE"), 30) == rounded(111 / carry - 1, 30)


def test_a_floor_holds_the_index_up() -> None:
    result = loan(FLOATING | {"floor_rate": D("0.07")}, prices=RESETS)
    assert rounded(measured(result, "EFFECTIVE_RATE")) == D("0.12")


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (RESETS[:1], "STALE_PRICE"),
        (RESETS[1:], "MISSING_PRICE"),
        ([RESETS[0], closing("IDX", "6")], "UNIT_MISMATCH"),
    ],
)
def test_a_floating_loan_that_was_not_reset_has_no_value(prices: list[Any], expected: str) -> None:
    assert reason(loan(FLOATING, prices=prices)) == expected


@pytest.mark.parametrize(
    ("stated", "days", "expected"),
    [(None, 0, 1), (None, 30, 1), (None, 31, 2), (None, 89, 2), (None, 90, 3), (2, 0, 2), (1, 90, 3), (3, 0, 3)],
)
def test_stages_and_their_backstops(stated: int | None, days: int, expected: int) -> None:
    assert stage(stated, days) == expected


def test_a_stage_beyond_three_is_none() -> None:
    with pytest.raises(Unavailable):
        stage(4, 0)


def test_stage_two_and_cecl_count_the_whole_life() -> None:
    # a year and a half left: 4 % x 50 % x 100, and 6 % x 50 % x 100 a year later at 10 %
    with precise():
        whole = 2 + 3 / D("1.1")
    assert amounts(loan(holdings=[HELD | {"impairment_stage": "2"}]))["allowance"] == -rounded(whole)
    assert amounts(loan({"impairment_regime": "CECL"}))["allowance"] == -rounded(whole)
    drawn = loan({"impairment_regime": "CECL"}, more=(assumed("EAD_FACTOR", "1.5"),))
    assert amounts(drawn)["allowance"] == -rounded(whole * D("1.5"))


def test_what_is_repaid_by_then_is_not_exposed() -> None:
    rows = {"amortisation": "SCHEDULE", "impairment_regime": "CECL"}
    with precise():
        # 60 is owed now, 30 in the second year
        whole = D("0.04") * D("0.5") * 60 + D("0.06") * D("0.5") * 30 / D("1.1")
    assert amounts(loan(rows, schedules=ROWS))["allowance"] == -rounded(whole)


def test_the_days_that_raise_the_stage_can_be_assumed() -> None:
    held = [HELD | {"days_past_due": 20}]
    assert measured(loan(holdings=held), "IMPAIRMENT_STAGE") == 1
    trigger = assumed("ECL_STAGE_TRIGGER_DAYS", "15", "DAYS")
    assert measured(loan(holdings=held, more=(trigger,)), "IMPAIRMENT_STAGE") == 2


def test_a_loan_on_the_list_of_positions_is_valued_once() -> None:
    cash = HELD | {"instrument_id": "CASH-USD", "holding_type": "CASH", "quantity": D(7)}
    assert loan(holdings=[HELD, cash]).net_assets == 100 + 5 - 1 + 7


def test_a_non_accrual_loan_accrues_nothing() -> None:
    held = [HELD | {"is_non_accrual": True}]
    assert amounts(loan(holdings=held))["interest"] == 0
    stated: dict[str, Any] = {
        "accrual_id": "i",
        "kind": "INTEREST_RECEIVABLE",
        "side": "ASSET",
        "method": "STATED",
        "currency": "USD",
    }
    stated |= {"amount": D(3), "start_date": DAY}
    assert reason(loan(holdings=held, accruals=[stated])) == "DOMAIN"
    assert reason(loan(accruals=[stated])) == "DUPLICATE_INPUT"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"impairment_regime": None}, "MISSING_TERMS"),
        ({"impairment_regime": "IAS39"}, "UNSUPPORTED_CONVENTION"),
        ({"coupon_rate": None}, "MISSING_TERMS"),
        ({"payment_frequency": None}, "MISSING_TERMS"),
        ({"payment_frequency": 5}, "UNSUPPORTED_CONVENTION"),
        ({"amortisation": None}, "MISSING_TERMS"),
        ({"amortisation": "BALLOON"}, "UNSUPPORTED_CONVENTION"),
        ({"amortisation": "LEVEL", "pik_rate": D("0.01")}, "UNSUPPORTED_CONVENTION"),
        ({"day_count": None}, "MISSING_TERMS"),
        ({"day_count": "ACT_366"}, "UNSUPPORTED_CONVENTION"),
        ({"origination_date": Date(2026, 3, 11)}, "BAD_SCHEDULE"),
        ({"maturity_date": DAY}, "BAD_SCHEDULE"),
        ({"origination_date": Date(2024, 10, 10)}, "UNSUPPORTED_CONVENTION"),
        ({"original_discount_rate": D(1)}, "DOMAIN"),
    ],
)
def test_a_loan_that_cannot_be_valued(change: dict[str, Any], expected: str) -> None:
    assert reason(loan(change)) == expected


@pytest.mark.parametrize("name", ["LGD", "PD_12M", "ECL_DISCOUNT_YEARS"])
def test_every_assumption_is_needed(name: str) -> None:
    assert reason(loan(without=name)) == "MISSING_ASSUMPTION"
    assert reason(loan({"impairment_regime": "CECL"}, without="2Y")) == "MISSING_ASSUMPTION"


@pytest.mark.parametrize(
    "row", [assumed("LGD", "1.01"), assumed("PD_12M", "-0.1"), assumed("PD_12M", "1.1"), assumed("LGD", "-1")]
)
def test_losses_are_shares(row: Stated) -> None:
    assert reason(loan(without=row["assumption"], more=(row,))) == "DOMAIN"


def test_an_allowance_is_not_above_the_exposure() -> None:
    held = [HELD | {"impairment_stage": "3"}]
    more = (assumed("EAD_FACTOR", "3"),)
    assert reason(loan(holdings=held, more=more)) == "DOMAIN"


FAIR = {"measurement_basis": "FAIR_VALUE", "impairment_regime": "FAIR_VALUE"}
MARK = {"valuation_id": "m", "subject_id": "DEBTOR", "valuation_date": DAY, "currency": "USD"}
YIELD = MARK | {"method": "YIELD", "discount_rate": D("0.21")}
COMPANY = MARK | {"method": "MARKET_MULTIPLE", "metric_value": D(10), "multiple": D(6), "net_debt": D(15)}


def test_fair_value_by_the_yield_of_the_market() -> None:
    # 10 in half a year and 110 in a year and a half at 21 %, whose root is 1.1
    with precise():
        expected = 10 / D("1.1") + 110 / D("1.331")
    assumed_yield = assumed("MARKET_YIELD", "0.21", compounding="ANNUAL")
    for result in (loan(FAIR, valuations=[YIELD]), loan(FAIR, more=(assumed_yield,))):
        assert amounts(result) == {"loan": rounded(expected)}
        assert result.fair_value_level == 3
    assert [line.method for line in loan(FAIR, valuations=[YIELD]).lines] == ["YIELD"]


def test_a_loan_is_worth_no_more_than_the_company_covers() -> None:
    result = loan(FAIR, valuations=[YIELD, COMPANY])
    assert [(line.method, line.base_amount) for line in result.lines] == [("COVERAGE", 45)]
    assert loan(FAIR, valuations=[YIELD, COMPANY | {"multiple": D(60)}]).lines[0].method == "YIELD"
    assert loan(FAIR, valuations=[YIELD, COMPANY | {"multiple": D(1)}]).net_assets == 0


def test_an_impaired_loan_is_worth_what_is_recovered() -> None:
    held = [HELD | {"is_non_accrual": True}]
    analysed = MARK | {"method": "RECOVERY", "amount": D(33)}
    assert loan(FAIR, valuations=[YIELD, analysed], holdings=held).net_assets == 33
    collected = FAIR | {"collection_period_days": 730}
    result = loan(collected, valuations=[YIELD], holdings=held, more=(assumed("RECOVERY", "0.5"),))
    with precise():
        assert result.net_assets == rounded(50 / D("1.4641"))


@pytest.mark.parametrize(
    ("valuations", "more", "held", "expected"),
    [
        ([], (), {}, "MISSING_ASSUMPTION"),
        ([], (assumed("MARKET_YIELD", "0.1", compounding="CONTINUOUS"),), {}, "UNIT_MISMATCH"),
        ([YIELD | {"valuation_date": Date(2025, 11, 9)}], (), {}, "STALE_VALUATION"),
        ([YIELD | {"valid_until": Date(2026, 3, 9)}], (), {}, "STALE_VALUATION"),
        ([YIELD, COMPANY | {"currency": "EUR"}], (), {}, "UNIT_MISMATCH"),
        ([YIELD, COMPANY | {"net_debt": None}], (), {}, "MISSING_TERMS"),
        ([YIELD], (), {"impairment_stage": "3"}, "MISSING_ASSUMPTION"),
        ([YIELD], (assumed("RECOVERY", "0.5"),), {"impairment_stage": "3"}, "MISSING_TERMS"),
        ([YIELD], (assumed("RECOVERY", "1.5"),), {"impairment_stage": "3"}, "DOMAIN"),
    ],
)
def test_fair_values_that_cannot_be_had(
    valuations: list[dict[str, Any]], more: tuple[Stated, ...], held: dict[str, Any], expected: str
) -> None:
    assert reason(loan(FAIR, valuations=valuations, more=more, holdings=[HELD | held])) == expected


@given(
    balance=st.integers(1, 10**8),
    rate=st.decimals(0, "0.2", places=4),
    kept=st.decimals(0, "0.05", places=4),
    count=st.integers(1, 40),
    discount=st.decimals(0, "0.1", places=3),
)
def test_a_carry_ends_at_nothing_once_all_is_paid(
    balance: int, rate: Decimal, kept: Decimal, count: int, discount: Decimal
) -> None:
    with precise():
        for payments in (bullet(D(balance), rate, kept, count), level(D(balance), rate, D(0), count)):
            found = carried(balance * (1 - discount), D(balance), payments, [None] * count)
            assert abs(found.amount) < D("1e-20") * balance
            assert abs(balances(D(balance), payments)[-1]) < D("1e-30") * balance


@given(frequency=st.sampled_from([1, 2, 4, 12]), years=st.integers(1, 12), day=st.dates(Date(2000, 1, 1)))
def test_payment_dates_rise_to_maturity(frequency: int, years: int, day: dt.date) -> None:
    start = day.replace(day=min(day.day, 28), year=min(day.year, 2080))
    dates = payment_dates(start, start.replace(year=start.year + years), frequency)
    assert len(dates) == frequency * years
    assert list(dates) == sorted(set(dates))
    assert start < dates[0]
    assert dates[-1] == start.replace(year=start.year + years)


@given(
    probabilities=st.lists(st.decimals(0, "0.1", places=3), min_size=1, max_size=8),
    loss=st.decimals(0, 1, places=2),
    rate=st.decimals(0, "0.3", places=3),
)
def test_an_allowance_lies_between_nothing_and_the_exposure(
    probabilities: list[Decimal], loss: Decimal, rate: Decimal
) -> None:
    years = [YearOfRisk(each, D(100), D(at)) for at, each in enumerate(probabilities)]
    assert 0 <= expected_loss(years, loss, rate) <= 100 * loss
    assert expected_loss(years, loss, rate) <= expected_loss(years, loss, D(0))
