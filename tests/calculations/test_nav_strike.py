"""Rules of a strike: what is unknown stays unknown and holds the product; what is known adds up. Worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import localcontext
from typing import Any

import pytest

from calculations.nav import Accrual, BondTerms, Position, Price, ShareClass, Strike
from tests.calculations.nav_inputs import (
    DAY,
    EURUSD,
    D,
    cash,
    equity,
    fee,
    price,
    product,
    stated,
    struck,
    valued,
)

FRIDAY = dt.date(2026, 3, 6)
GOOD = [equity("EQ", "10")]
CLOSE = [price("EQ", "100")]
BOND: dict[str, Any] = {"instrument_type": "BOND", "quote_basis": "PER_100"}
CLEAN = [price("EQ", "98", price_type="CLEAN")]


def failed_line(result: Strike) -> tuple[str, str | None]:
    """Line and reason of a strike that failed at one line, after checking that nothing unknown became a number."""
    assert result.status == "FAILED"
    assert (result.total_assets, result.total_liabilities, result.net_assets) == (None, None, None)
    assert {nav.nav_per_share for nav in result.classes} == {nav.net_assets for nav in result.classes} == {None}
    (line,) = [line for line in result.lines if line.reason is not None]
    assert line.base_amount is None
    assert line.detail
    assert [failure.scope_id for failure in result.failures if failure.scope == "line"] == [line.line_id]
    assert result.reason == line.reason == result.classes[0].reason
    return line.line_id, line.reason


@pytest.mark.parametrize(
    ("position", "prices", "reason"),
    [
        (equity("EQ", "10"), [], "MISSING_PRICE"),
        (equity("EQ", "10"), [price("EQ", "100", as_of=FRIDAY)], "STALE_PRICE"),
        (equity("EQ", "10"), [price("EQ", "0")], "NON_POSITIVE_PRICE"),
        (equity("EQ", "10"), [price("EQ", "100", "SEK")], "MISSING_FX"),
        (equity("EQ", "10"), [price("EQ", "100", "GBX"), price("EQ", "100", "GBP")], "DUPLICATE_INPUT"),
        (equity("EQ", "-10", leg="LONG"), CLOSE, "DOMAIN"),
        (equity("EQ", "10", **BOND), CLOSE, "UNIT_MISMATCH"),
        (equity("EQ", "10", **BOND), CLEAN, "MISSING_ACCRUED_INCOME"),
        (equity("EQ", "10", "EUR", **BOND, accrued_income=D(1)), CLEAN, "UNIT_MISMATCH"),
        (equity("EQ", "10", quote_basis="YIELD"), CLOSE, "UNSUPPORTED_CONVENTION"),
        (equity("EQ", "10", quote_basis="DISCOUNT"), CLOSE, "UNSUPPORTED_CONVENTION"),
        (
            equity("EQ", "10", **BOND, bond=BondTerms(D("0.05"), 2, "ACT_364", dt.date(2030, 1, 1))),
            CLEAN,
            "UNSUPPORTED_CONVENTION",
        ),
        (
            equity("EQ", "10", **BOND, bond=BondTerms(D("0.05"), 2, "ACT_360", dt.date(2026, 1, 1))),
            CLEAN,
            "BAD_SCHEDULE",
        ),
        (valued("SWAP", "UNREALISED"), [], "MISSING_VALUE"),
        (valued("LOAN", "STATED"), [], "MISSING_VALUE"),
        (valued("BILL", "AMORTISED_COST", local_value=D(1)), [], "MISSING_VALUE"),
    ],
)
def test_a_position_that_cannot_be_valued_fails_the_strike(
    position: Position, prices: list[Price], reason: str
) -> None:
    line_id, found = failed_line(struck(product(), [position, cash("5")], prices))
    assert (line_id, found) == (f"position//{position.instrument_id}/{position.leg}", reason)


@pytest.mark.parametrize(
    ("accrual", "reason"),
    [
        (fee("f", "0.01", "PREVIOUS_NET_ASSETS", 1), "MISSING_BASIS"),
        (fee("f", "0.01", "OPENING_CLASS_NET_ASSETS", 1), "MISSING_BASIS"),
        (fee("f", "0.01", "POST_RETURN_NAV", 1), "UNSUPPORTED_CONVENTION"),
        (fee("f", "0.01", "GROSS_VALUE", 1, currency="EUR"), "UNIT_MISMATCH"),
        (fee("f", "0.01", "GROSS_VALUE", 1, method="PERFORMANCE"), "UNSUPPORTED_CONVENTION"),
        (fee("f", "0.01", "GROSS_VALUE", 1, method="STATED"), "MISSING_TERMS"),
        (fee("f", "0.01", "GROSS_VALUE", 1, method="ANNUAL_AMOUNT"), "MISSING_TERMS"),
        (fee("f", "0.01", "GROSS_VALUE", 1, day_count=None), "UNSUPPORTED_CONVENTION"),
        (fee("f", "0.01", "GROSS_VALUE", -1), "BAD_SCHEDULE"),
        (stated("f", "PAYABLE", "1", currency="SEK"), "MISSING_FX"),
    ],
)
def test_an_accrual_that_cannot_be_reckoned_fails_the_strike(accrual: Accrual, reason: str) -> None:
    assert failed_line(struck(product(), GOOD, CLOSE, [accrual])) == ("accrual//f", reason)


def test_a_stale_price_or_rate_is_shown_and_not_used() -> None:
    line = struck(product(), GOOD, [price("EQ", "100", as_of=FRIDAY)]).lines[0]
    assert (line.price, line.price_as_of, line.amount) == (D("100"), FRIDAY, None)
    stale = replace(EURUSD, as_of=FRIDAY)
    line = struck(product(), GOOD, [price("EQ", "100", "EUR")], rates=(stale,)).lines[0]
    assert (line.amount, line.base_amount, line.fx_quotes, line.reason) == (D("1000"), None, (stale,), "STALE_FX")


def test_no_holdings_is_no_net_asset_value() -> None:
    result = struck(product(), [], accruals=[stated("f", "PAYABLE", "1")])
    assert (result.status, result.reason, result.net_assets) == ("FAILED", "MISSING_HOLDINGS", None)
    assert (result.classes[0].net_assets, result.classes[0].reason) == (None, "MISSING_HOLDINGS")


@pytest.mark.parametrize("shares", [None, "0", "-5"])
def test_without_shares_net_assets_are_known_and_nav_per_share_is_not(shares: str | None) -> None:
    result = struck(product(shares), GOOD, CLOSE)
    assert (result.status, result.net_assets) == ("FAILED", D("1000"))
    assert (result.classes[0].nav_per_share, result.classes[0].reason) == (None, "NO_SHARES")


def test_without_decimals_to_publish_there_is_no_nav_per_share() -> None:
    assert struck(product(nav_dp=None), GOOD, CLOSE).failures[0].reason == "MISSING_TERMS"


def test_short_positions_losses_and_overdrafts_are_liabilities() -> None:
    result = struck(
        product(),
        [
            equity("EQ", "10"),
            equity("EQ", "-4"),
            cash("-50"),
            valued("GAIN", "UNREALISED", unrealised_value=D(7)),
            valued("LOSS", "UNREALISED", unrealised_value=D(-3)),
        ],
        CLOSE,
    )
    # 10 x 100 + 7 long, 4 x 100 + 50 + 3 owed
    assert (result.total_assets, result.total_liabilities, result.net_assets) == (D(1007), D(453), D(554))


def test_negative_net_assets_are_a_value() -> None:
    result = struck(product("100"), [cash("10")], accruals=[stated("loan", "PAYABLE", "12.34565")])
    assert (result.status, result.net_assets) == ("STRUCK", D("-2.34565"))
    assert str(result.classes[0].nav_per_share) == "-0.0235"  # -0.0234565, half away from zero


def test_the_size_of_a_contract_multiplies_and_percent_quotes_divide() -> None:
    note = equity("NOTE", "5000", **BOND, is_non_accrual=True)
    result = struck(
        product(),
        [equity("OIL", "3", instrument_type="COMMODITY", contract_size=D(1000)), note],
        [price("OIL", "71.5"), price("NOTE", "40", price_type="CLEAN")],
    )
    assert [line.base_amount for line in result.lines] == [D("2000"), D("214500")]
    assert result.lines[0].accrued_amount == 0  # no interest accrues on it, the clean price is the value


def test_stated_accrued_income_is_added_to_a_clean_price() -> None:
    line = struck(product(), [equity("EQ", "1000", **BOND, accrued_income=D("12.5"))], CLEAN).lines[0]
    assert (line.amount, line.accrued_amount) == (D("992.5"), D("12.5"))


def test_a_value_stated_in_the_currency_of_the_product_needs_no_rate() -> None:
    position = valued("X", "STATED", "SEK", local_value=D("1000"), base_value=D("95"))
    line = struck(product(), [position]).lines[0]
    assert (line.currency, line.amount, line.base_amount, line.fx_rate) == ("SEK", D("1000"), D("95"), None)


def test_the_same_lot_twice_is_refused() -> None:
    assert failed_line(struck(product(), [equity("EQ", "1"), equity("EQ", "2")], CLOSE))[1] == "DUPLICATE_INPUT"


def test_lots_with_different_terms_are_refused() -> None:
    lots = [equity("EQ", "1", lot_id="a"), equity("EQ", "2", lot_id="b", contract_size=D(10))]
    assert failed_line(struck(product(), lots, CLOSE))[1] == "UNIT_MISMATCH"


def test_the_same_accrual_twice_is_refused() -> None:
    accruals = [stated("f", "PAYABLE", "1"), stated("f", "PAYABLE", "2")]
    assert failed_line(struck(product(), GOOD, CLOSE, accruals)) == ("accrual//f", "DUPLICATE_INPUT")


def test_fees_paid_through_a_day_accrue_from_the_next() -> None:
    # 36,500 a year is 100 a day: accrued from 1 March, paid through 4 March, 5 days to 10 March
    annual = replace(fee("f", "0", "STATED", 9), method="ANNUAL_AMOUNT", annual_amount=D("36500"))
    assert struck(product(), GOOD, CLOSE, [annual]).total_liabilities == D("900")
    paid = replace(annual, paid_through=dt.date(2026, 3, 4))
    assert struck(product(), GOOD, CLOSE, [paid]).total_liabilities == D("500")
    assert struck(product(), GOOD, CLOSE, [replace(annual, paid_through=DAY)]).total_liabilities == 0


def a_class(name: str, opening: str | None, **more: Any) -> ShareClass:
    return ShareClass(name, more.pop("currency", "USD"), 4, D("10"), None if opening is None else D(opening), **more)


def test_an_odd_unit_goes_to_one_class_and_is_not_lost() -> None:
    result = struck(product(), [cash("100.000000000001")], classes=[a_class("B", "50"), a_class("A", "50")])
    assert [nav.net_assets for nav in result.classes] == [D("50.000000000001"), D("50")]


def test_fees_owed_by_a_class_since_before_stay_with_it() -> None:
    # A opened at 60 of which -1 are its own fees unpaid; the portfolio was worth 101 and is worth 111 today.
    # The gain of 10 goes 6 to 4, A keeps 61 and pays its 1 (now 1.5) alone: 61 + 6 - 1.5 = 65.5 and 40 + 4 = 44
    classes = [a_class("A", "60", opening_own_lines=D(-1)), a_class("B", "40")]
    own = replace(stated("f", "MANAGEMENT_FEE", "1.5"), share_class_id="A")
    result = struck(product(), [cash("111")], accruals=[own], classes=classes)
    assert [nav.net_assets for nav in result.classes] == [D("65.5"), D("44")]


@pytest.mark.parametrize(
    ("classes", "reason"),
    [
        ([a_class("A", "1"), a_class("B", None)], "MISSING_OPENING_NET_ASSETS"),
        ([a_class("A", "1"), a_class("B", "-1")], "DOMAIN"),
        ([a_class("A", "0"), a_class("B", "0")], "DOMAIN"),
        ([a_class("A", "1"), a_class("A", "1")], "DUPLICATE_INPUT"),
    ],
)
def test_classes_that_cannot_be_split_leave_the_whole_known(classes: list[ShareClass], reason: str) -> None:
    result = struck(product(), GOOD, CLOSE, classes=classes)
    assert (result.status, result.net_assets) == ("FAILED", D("1000"))
    assert [(nav.net_assets, nav.reason) for nav in result.classes] == [(None, reason)] * 2


def test_an_unknown_line_of_one_class_leaves_the_other_known() -> None:
    own = replace(stated("f", "MANAGEMENT_FEE", "1", currency="SEK"), share_class_id="A")
    result = struck(product(), GOOD, CLOSE, [own], [a_class("A", "5"), a_class("B", "5")])
    assert (result.status, result.net_assets, result.reason) == ("FAILED", None, "MISSING_FX")
    assert [(nav.net_assets, nav.reason) for nav in result.classes] == [(None, "MISSING_FX"), (D("500"), None)]


def test_a_class_currency_without_a_rate_fails_that_class() -> None:
    result = struck(product(), GOOD, CLOSE, classes=[a_class("A", "5", currency="SEK"), a_class("B", "5")])
    assert [failure.scope_id for failure in result.failures] == ["A"]
    assert [(nav.net_assets, nav.nav_per_share) for nav in result.classes] == [(D(500), None), (D(500), D(50))]


def test_a_line_of_a_class_that_does_not_exist_fails_the_strike() -> None:
    own = replace(stated("f", "MANAGEMENT_FEE", "1"), share_class_id="Z")
    result = struck(product(), GOOD, CLOSE, [own])
    assert (result.status, result.net_assets, result.reason) == ("FAILED", None, "UNKNOWN_SHARE_CLASS")


def test_the_level_of_a_strike_is_the_lowest_of_its_positions() -> None:
    one, three = equity("EQ", "1", fair_value_level=1), valued("X", "STATED", base_value=D(1), fair_value_level=3)
    assert struck(product(), [one, three, cash("1")], CLOSE).fair_value_level == 3
    assert struck(product(), [one, valued("X", "STATED", base_value=D(1))], CLOSE).fair_value_level is None


def test_the_hash_follows_the_inputs_used_and_only_them() -> None:
    first = struck(product(), GOOD, CLOSE)
    same = struck(product("1000.0"), [equity("EQ", "10.00")], [*CLOSE, price("OTHER", "1")])
    other = struck(product(), GOOD, [price("EQ", "100", source="VENDOR")])
    assert first.inputs_hash == same.inputs_hash != other.inputs_hash


def test_the_decimal_context_of_the_caller_changes_nothing() -> None:
    position = equity("EQ", "123456789012.123456789012", "EUR")
    arguments = (
        product("7"),
        [position],
        [price("EQ", "98765.432109876543", "EUR")],
        [fee("f", "0.01", "GROSS_VALUE", 3)],
    )
    wide = struck(*arguments)
    with localcontext() as narrow:
        narrow.prec = 5
        assert struck(*arguments) == wide


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        struck(product(), [replace(GOOD[0], quantity=10.0)], CLOSE)  # type: ignore[arg-type]


def test_a_product_of_three_is_exact_beyond_38_digits() -> None:
    # nav.md 0.6: a product of three does not fit a 38-digit decimal; 12,000 x 84.35 x 1.0842 and a long one by hand
    result = struck(product(), [equity("EQ", "12000", "EUR")], [price("EQ", "84.35", "EUR")])
    assert result.net_assets == D("1097427.24")
    long = struck(product(), [equity("EQ", "1.000000000001", contract_size=D("1000000000001"))], CLOSE)
    assert long.net_assets == D("100000000000200") + D("0.0000000001")
