"""What is shown of a money market fund: E-20's figures by name, and yields of the days before a day. Source: nav 4.1, 8 E-20."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from calculations.nav.money_market.figures import Figure, figures, income_factors
from calculations.nav.money_market.stated import StatedDay
from tests.calculations.nav.money_market.books import DAY, E20, E20_FUND, D, after, lot, prime, rounded
from tests.calculations.nav.money_market.test_stated import product

CLASS = "c"
DAILY = {(CLASS, after(-back)): D("0.00013354") for back in range(1, 7)} | {(CLASS, DAY): D("0.00013357")}


def shown(day: StatedDay, income: dict[tuple[str, dt.date], Decimal] | None = None) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures(day, [CLASS], DAILY if income is None else income)}


INSTITUTIONAL = shown(StatedDay(prime(E20_FUND), E20, DAY, frozenset()))


@pytest.mark.parametrize(
    ("name", "unit", "expected", "digits"),
    [
        ("TOTAL_ASSETS", "MONEY", "302541350.00", 2),
        ("WAM", "DAYS", "34.848557926609848", 15),
        ("WAL", "DAYS", "68.255724750944793", 15),
        ("DAILY_LIQUID", "FRACTION", "0.65714339544", 11),
        ("WEEKLY_LIQUID", "FRACTION", "0.79873362765", 11),
        ("AMORTISED_NAV", "PER_SHARE", "1.000218139688845", 15),
        ("MARKET_NAV", "PER_SHARE", "1.000174611055942", 15),
        ("DEVIATION_BPS", "BPS", "1.746110559417", 12),
        ("REDEMPTION_SHARE", "FRACTION", "0.06552976929715", 14),
        ("SLICE_COST", "FRACTION", "0.0001586801874217594", 19),
        ("LIQUIDITY_FEE_RATE", "FRACTION", "0.0001586801874217594", 19),
        ("LIQUIDITY_FEE", "MONEY", "3141.867710950835", 12),
        ("SEVEN_DAY_RETURN", "FRACTION", "0.00093481", 8),
        ("SEVEN_DAY_YIELD", "FRACTION", "0.04874366428571", 14),
        ("EFFECTIVE_YIELD", "FRACTION", "0.04992727035506", 14),
    ],
)
def test_figures_of_the_worked_example(name: str, unit: str, expected: str, digits: int) -> None:
    figure = INSTITUTIONAL[name]
    assert (rounded(figure.value, digits), figure.unit, figure.reason) == (D(expected), unit, None)
    assert figure.subject_id == (CLASS if name.endswith(("YIELD", "RETURN")) else "fund")


def test_the_basis_of_a_fee_is_told() -> None:
    assert INSTITUTIONAL["LIQUIDITY_FEE"].detail == "SLICE_COST"
    calm = shown(StatedDay(replace(prime(E20_FUND), net_redemptions=D(0)), E20, DAY, frozenset()))
    assert (calm["LIQUIDITY_FEE"].value, calm["LIQUIDITY_FEE"].detail) == (0, "NOT_TRIGGERED")
    assert calm["SLICE_COST"].value == INSTITUTIONAL["SLICE_COST"].value


def test_a_fund_that_no_fee_is_for_shows_none() -> None:
    assert not {"SLICE_COST", "LIQUIDITY_FEE", "LIQUIDITY_FEE_RATE"} & set(
        shown(StatedDay(E20_FUND, E20, DAY, frozenset()))
    )


def test_what_is_not_known_says_why() -> None:
    found = shown(StatedDay(replace(prime(E20_FUND), net_redemptions=None), (lot("a", None),), DAY, frozenset()))
    assert {found[name].reason for name in ("WAM", "LIQUIDITY_FEE", "LIQUIDITY_FEE_RATE")} == {"MISSING_VALUE"}
    assert found["LIQUIDITY_FEE"].value is None


@pytest.mark.parametrize(
    ("missing", "holidays", "is_known"),
    [
        (after(-2), frozenset(), True),  # Sunday 8 March
        (after(-3), frozenset(), True),
        (after(-4), frozenset(), False),  # Friday
        (after(-4), frozenset({after(-4)}), True),
    ],
)
def test_only_a_day_without_business_may_declare_nothing(
    missing: dt.date, holidays: frozenset[dt.date], is_known: bool
) -> None:
    income = {key: factor for key, factor in DAILY.items() if key[1] != missing}
    found = shown(StatedDay(E20_FUND, E20, DAY, holidays), income)["SEVEN_DAY_RETURN"]
    assert (found.value, found.reason) == ((D("0.00080127"), None) if is_known else (None, "MISSING_VALUE"))


def test_the_last_standing_version_of_a_day_counts() -> None:
    def row(version: int, factor: str | None, **more: Any) -> dict[str, Any]:
        keys = {"share_class_id": CLASS, "valuation_date": DAY, "version": version, "status": "PUBLISHED"}
        return {**keys, "income_factor": None if factor is None else D(factor), **more}

    history = [row(2, "0.0002"), row(1, "0.0001"), row(3, "0.0003", status="REJECTED")]
    assert income_factors(product(history=history)) == {(CLASS, DAY): D("0.0002")}
    assert income_factors(product(history=[*history, row(4, None)])) == {}
