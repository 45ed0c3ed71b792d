"""Concessions and regulated assets: E-15, every error of nav 2 (M-INF), and what must always hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.methods.infrastructure import concession_distributions
from calculations.nav.methods.infrastructure_values import BaseYear, Period, asset_base, distributions
from calculations.nav.numbers import precise
from calculations.nav.results import Strike
from tests.calculations.nav.evidence import Stated, assumed, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, rounded

D = Decimal
USD = {"currency": "USD"}


def measured(result: Strike, name: str) -> Decimal | None:
    return next(each.value for each in result.measures if each.name == name)


def reason(result: Strike) -> str:
    assert result.status == "FAILED"
    return str(result.failures[0].reason)


def test_e15_a_public_private_partnership() -> None:
    found = example("infrastructure", "example-e-15")
    paid = concession_distributions(found)
    assert [rounded(each.amount, 9) for each in paid] == [
        D("2476200"),
        D("2604673.2"),
        D("2735457.5352"),
        D("2868591.4825872"),
        D("3004114.065687379"),
        D("3142064.859243774"),
    ]
    result = struck(found)
    assert result.status == "STRUCK"
    assert rounded(measured(result, "DSCR_FIRST"), 6) == D("1.569241")
    assert rounded(measured(result, "DSCR_LAST"), 6) == D("1.722314")
    assert measured(result, "DSCR_MINIMUM") == measured(result, "DSCR_FIRST")
    assert measured(result, "LOCKED_UP_PERIODS") == 0
    assert result.net_assets == D("13730064.645018291337")
    assert result.fair_value_level == 3


def test_e15_by_its_schedule_comes_to_the_same() -> None:
    rows = [
        {"kind": "CONCESSION", "sequence": at, "event_date": dt.date(2026 + at, 3, 10), "currency": "USD"}
        | {"amount": D(9600000) * D("1.021") ** at, "amount_2": D(2900000) * D("1.026") ** at}
        | {"amount_3": D(0), "amount_4": D(4350000)}
        for at in range(1, 7)
    ]
    result = struck(example("infrastructure", "example-e-15", more={"schedules": rows}, year_fraction="30_360"))
    # powers above are of 28 digits, so that the figure agrees to the cent of a cent only
    assert rounded(result.net_assets, 4) == D("13730064.6450")
    assert "REVENUE_BASE" not in {each.name for each in result.assumptions}


def period(years: int, available: str, debt_service: str = "100") -> Period:
    return Period(D(years), D(available), D(0), D(debt_service))


@pytest.mark.parametrize(
    ("lockup", "available", "expected"),
    [
        (None, ("105", "130"), ["5", "30"]),
        ("1.1", ("105", "130"), ["0", "35"]),  # 5 kept back until the cover is 1.3
        ("1.1", ("110", "130"), ["10", "30"]),  # at the limit it is not below it
        ("1.1", ("108", "95", "130"), ["0", "0", "33"]),  # 5 of the 8 pay the shortfall
        ("1.1", ("105", "90", "130"), ["0", "-5", "30"]),  # beyond what is kept, the owners pay
        ("1.1", ("105", "105"), ["0", "10"]),  # the end sets free what is left
        ("1.1", ("90", "130"), ["-10", "30"]),
    ],
)
def test_lock_up(lockup: str | None, available: tuple[str, ...], expected: list[str]) -> None:
    periods = [period(at + 1, each) for at, each in enumerate(available)]
    paid = distributions(periods[::-1], None if lockup is None else D(lockup))
    assert [each.amount for each in paid] == [D(each) for each in expected]


@given(
    available=st.lists(st.integers(0, 300), min_size=1, max_size=8),
    lockup=st.none() | st.decimals("1", "2", places=2),
)
def test_what_is_left_after_debt_is_paid_out_sooner_or_later(available: list[int], lockup: Decimal | None) -> None:
    periods = [period(at + 1, str(each)) for at, each in enumerate(available)]
    paid = distributions(periods, lockup)
    assert sum(each.amount for each in paid) == sum(available) - 100 * len(available)
    assert all(each.locked_up >= 0 for each in paid)
    assert paid[-1].locked_up == 0


def test_a_period_without_debt_has_no_cover_and_no_lock_up() -> None:
    assert period(1, "5", "0").dscr is None
    assert [each.amount for each in distributions([period(1, "5", "0"), period(2, "9", "0")], D("1.1"))] == [5, 9]


CONCESSION = {"subtype": "CONCESSION", "year_fraction": "30_360", "concession_end_date": dt.date(2028, 3, 10)}
ASSUMED = {
    "REVENUE_BASE": assumed("REVENUE_BASE", "100", "MONEY", **USD),
    "REVENUE_INDEXATION": assumed("REVENUE_INDEXATION", "0.1"),
    "OPEX_BASE": assumed("OPEX_BASE", "50", "MONEY", **USD),
    "OPEX_INDEXATION": assumed("OPEX_INDEXATION", "0"),
    "DEBT_SERVICE": assumed("DEBT_SERVICE", "20", "MONEY", **USD),
    "EQUITY_DISCOUNT_RATE": assumed("EQUITY_DISCOUNT_RATE", "0.25"),
    "INDEXATION_FROM_YEAR": assumed("INDEXATION_FROM_YEAR", "2", "COUNT"),
}


def concession(
    *, product: dict[str, Any] | None = None, without: str = "", more: tuple[Stated, ...] = (), **sheets: Any
) -> Strike:
    rows = [row for name, row in ASSUMED.items() if name != without]
    return struck(evidence("infrastructure", CONCESSION | (product or {}), assumptions=[*rows, *more], **sheets))


def test_indexation_starts_in_its_year_and_life_ends_with_the_concession() -> None:
    # 100 - 50 - 20 = 30, then 110 - 50 - 20 = 40: 30 / 1.25 + 40 / 1.5625
    assert concession().net_assets == D("24") + D("25.6")


def test_half_a_year_pays_half() -> None:
    result = concession(product={"concession_end_date": dt.date(2026, 9, 10)})
    with precise():
        assert result.net_assets == rounded(15 / D("1.25") ** D("0.5"))


@pytest.mark.parametrize("name", list(ASSUMED))
def test_every_assumption_is_needed(name: str) -> None:
    assert reason(concession(without=name)) == "MISSING_ASSUMPTION"


ROW = {"kind": "CONCESSION", "sequence": 1, "event_date": dt.date(2027, 3, 10), "currency": "USD"}
ROW |= {"amount": D(100), "amount_2": D(50), "amount_3": D(5), "amount_4": D(20)}
DEBT = {"kind": "DEBT_SERVICE", "sequence": 1, "event_date": dt.date(2027, 3, 10), "currency": "USD"}
DEBT |= {"amount": D(8), "amount_2": D(12), "status": "SCHEDULED"}


def test_a_schedule_with_the_service_of_its_debt() -> None:
    assert concession(schedules=[ROW]).net_assets == 20
    assert concession(schedules=[ROW, DEBT]).net_assets == 20
    assert concession(schedules=[ROW | {"amount_4": None}, DEBT]).net_assets == 20
    over = ROW | {"sequence": 0, "event_date": DAY}
    assert concession(schedules=[over, ROW]).net_assets == 20


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([ROW | {"event_date": dt.date(2028, 3, 11)}], "BAD_SCHEDULE"),
        ([ROW, ROW | {"sequence": 2}], "BAD_SCHEDULE"),
        ([ROW, DEBT | {"amount": D(9)}], "BAD_SCHEDULE"),
        ([ROW | {"currency": "EUR"}], "UNIT_MISMATCH"),
        ([ROW | {"amount": None}], "MISSING_TERMS"),
        ([ROW | {"amount_3": None}], "MISSING_TERMS"),
        ([ROW | {"amount_4": None}], "MISSING_TERMS"),
    ],
)
def test_schedules_that_value_nothing(rows: list[dict[str, Any]], expected: str) -> None:
    assert reason(concession(schedules=rows)) == expected


LOAN: dict[str, Any] = {
    "accrual_id": "loan",
    "kind": "BORROWING",
    "side": "LIABILITY",
    "method": "STATED",
    "currency": "USD",
}
LOAN |= {"amount": D(10), "start_date": DAY}


def test_a_finite_concession_has_no_terminal_value() -> None:
    assert reason(concession(more=(assumed("TERMINAL_GROWTH", "0.01"),))) == "DOMAIN"


def test_debt_is_not_deducted_twice() -> None:
    assert reason(concession(accruals=[LOAN])) == "DUPLICATE_INPUT"


def test_the_life_must_not_outlast_the_concession() -> None:
    assert concession(more=(assumed("LIFE_YEARS", "2", "COUNT"),)).net_assets == D("49.6")
    assert reason(concession(more=(assumed("LIFE_YEARS", "3", "COUNT"),))) == "BAD_SCHEDULE"
    assert reason(concession(product={"concession_end_date": None})) == "MISSING_ASSUMPTION"


@pytest.mark.parametrize("subtype", [None, "TOLL"])
def test_an_unknown_subtype_is_an_error(subtype: str | None) -> None:
    assert reason(concession(product={"subtype": subtype})) == "UNKNOWN_SUBTYPE"


BASE = {"kind": "RAB", "currency": "USD", "amount": D(10), "amount_2": D(4), "rate": D("0.02")}
YEARS = [
    BASE | {"sequence": 1, "event_date": dt.date(2024, 12, 31), "opening_balance": D(90)},
    BASE | {"sequence": 2, "event_date": dt.date(2025, 12, 31), "opening_balance": D(100)},
    BASE | {"sequence": 3, "event_date": dt.date(2026, 2, 28)},
    BASE | {"sequence": 4, "event_date": dt.date(2026, 12, 31), "opening_balance": None},
    BASE | {"sequence": 5, "event_date": dt.date(2027, 12, 31), "opening_balance": D(500)},
]
PREMIUM = assumed("RAB_PREMIUM", "0.1")


def regulated(rows: list[dict[str, Any]], *more: Stated, **sheets: Any) -> Strike:
    product = {"subtype": "REGULATED", "year_fraction": "30_360"}
    return struck(evidence("infrastructure", product, schedules=rows, assumptions=[PREMIUM, *more], **sheets))


def test_a_regulated_base_is_rolled_forward_from_its_last_opening() -> None:
    # 100 x 1.02 + 6 = 108; 108 x 1.02 + 6 = 116.16; x 1.1 less the loan
    result = regulated(YEARS, accruals=[LOAN])
    assert measured(result, "RAB") == D("116.16")
    assert measured(result, "ENTERPRISE_VALUE") == D("127.776")
    assert result.net_assets == D("117.776")


def test_indexation_that_no_period_states_is_assumed_by_the_year() -> None:
    half = BASE | {"rate": None, "event_date": dt.date(2026, 3, 10), "period_start": dt.date(2025, 9, 10)}
    result = regulated([half | {"opening_balance": D(100)}], assumed("CPI", "0.21"))
    assert measured(result, "RAB") == D("116")  # 1.21 ^ 0.5 = 1.1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "MISSING_TERMS"),
        (YEARS[3:], "MISSING_TERMS"),
        ([YEARS[1] | {"amount": None}], "MISSING_TERMS"),
        ([YEARS[1] | {"currency": "EUR"}], "UNIT_MISMATCH"),
        ([YEARS[1] | {"rate": None}], "MISSING_TERMS"),
        ([YEARS[1] | {"rate": None, "period_start": dt.date(2025, 1, 1)}], "MISSING_ASSUMPTION"),
    ],
)
def test_a_base_that_is_not_known(rows: list[dict[str, Any]], expected: str) -> None:
    assert reason(regulated(rows)) == expected


def test_a_premium_is_needed_and_takes_away_no_more_than_all() -> None:
    product = {"subtype": "REGULATED"}
    assert reason(struck(evidence("infrastructure", product, schedules=YEARS))) == "MISSING_ASSUMPTION"
    too_much = [assumed("RAB_PREMIUM", "-1.1")]
    assert reason(struck(evidence("infrastructure", product, schedules=YEARS, assumptions=too_much))) == "DOMAIN"


@given(
    opening=st.integers(0, 10**6),
    periods=st.lists(
        st.builds(
            BaseYear,
            st.decimals(0, "0.2", places=3),
            st.integers(0, 1000).map(Decimal),
            st.integers(0, 1000).map(Decimal),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_a_base_rolled_in_two_steps_is_the_same(opening: int, periods: list[BaseYear]) -> None:
    middle = len(periods) // 2
    in_steps = asset_base(asset_base(D(opening), periods[:middle]), periods[middle:])
    assert in_steps == asset_base(D(opening), periods)
