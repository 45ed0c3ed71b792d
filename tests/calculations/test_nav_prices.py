"""Which price a strike takes: cut-off, type, source and age. Each case is one line of the hierarchy of nav.md 3."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from calculations.nav import AgeLimit, Price
from calculations.nav.prices import PricesOf, choose_price, prices_of
from tests.calculations.nav_inputs import POINT, POLICY, equity, price

MONDAY, FRIDAY = dt.date(2026, 3, 9), dt.date(2026, 3, 6)


def chosen(*prices: Price, **terms: Any) -> tuple[str | None, str | None]:
    choice = choose_price(equity("EQ", "1", **terms), prices, POINT, POLICY)
    return (None if choice.price is None else str(choice.price.price), choice.reason)


def test_the_primary_close_goes_before_all_others_of_the_day() -> None:
    assert chosen(
        price("EQ", "4", price_type="MODEL", source="INTERNAL"),
        price("EQ", "3", price_type="EVALUATED", source="VENDOR"),
        price("EQ", "2", source="VENDOR"),
        price("EQ", "1"),
    ) == ("1", None)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (price("EQ", "1", source="VENDOR"), price("EQ", "2", price_type="EVALUATED", source="VENDOR")),
        (
            price("EQ", "1", price_type="BROKER", source="BROKER", sample_count=2),
            price("EQ", "2", price_type="MODEL", source="INTERNAL"),
        ),
        (price("EQ", "1", price_type="MODEL", source="INTERNAL"), price("EQ", "2", as_of=MONDAY)),
        (price("EQ", "1", as_of=MONDAY), price("EQ", "2", as_of=FRIDAY)),
        (
            price("EQ", "1", as_of=MONDAY),
            price("EQ", "2", price_type="OVERRIDE", source="MANUAL_OVERRIDE", approval_id="a", reason="halted"),
        ),
        (price("EQ", "1", price_type="OFFICIAL"), price("EQ", "2", price_type="CLOSE")),
    ],
)
def test_each_step_of_the_hierarchy(first: Price, second: Price) -> None:
    assert chosen(second, first) == ("1", None)


def test_a_price_after_the_cutoff_is_not_known_yet() -> None:
    late = price("EQ", "2", as_of=dt.datetime(2026, 3, 10, 17, 1, tzinfo=dt.UTC))
    assert chosen(late, price("EQ", "1", as_of=MONDAY)) == ("1", None)
    assert chosen(late) == (None, "MISSING_PRICE")


def test_a_listed_price_is_stale_after_one_business_day_and_is_shown() -> None:
    assert chosen(price("EQ", "1", as_of=FRIDAY)) == ("1", "STALE_PRICE")
    assert chosen(price("EQ", "1", as_of=FRIDAY), price_age_limit=AgeLimit(5, "DAYS")) == ("1", None)


def test_a_fresh_price_of_a_later_source_goes_before_a_stale_one() -> None:
    old = price("EQ", "1", as_of=dt.datetime(2026, 3, 10, 15, tzinfo=dt.UTC))
    new = price("EQ", "2", as_of=dt.datetime(2026, 3, 10, 16, 55, tzinfo=dt.UTC), source="VENDOR")
    assert chosen(old, new, instrument_type="TOKEN") == ("2", None)


@pytest.mark.parametrize(
    "unusable",
    [
        price("EQ", "1", price_type="BID"),
        price("EQ", "1", price_type="MARKET"),
        price("EQ", "1", price_type="BROKER", source="BROKER", sample_count=1),
        price("EQ", "1", price_type="OVERRIDE", source="MANUAL_OVERRIDE", reason="nobody approved it"),
        price("EQ", "1", valid_until=MONDAY),
    ],
)
def test_prices_that_value_nothing(unusable: Price) -> None:
    assert chosen(unusable) == (None, "MISSING_PRICE")


def test_a_bond_is_priced_clean_or_dirty() -> None:
    bond = {"instrument_type": "BOND", "quote_basis": "PER_100"}
    assert chosen(price("EQ", "99"), **bond) == (None, "UNIT_MISMATCH")
    assert chosen(price("EQ", "99"), price("EQ", "98", price_type="CLEAN"), **bond) == ("98", None)


@pytest.mark.parametrize(
    ("prices", "reason"),
    [
        ([price("EQ", "0")], "NON_POSITIVE_PRICE"),
        ([price("EQ", "-37", allow_non_positive=True)], None),
        ([price("EQ", "5"), price("EQ", "6")], "DUPLICATE_INPUT"),
        ([price("EQ", "5"), price("EQ", "5.0")], None),
    ],
)
def test_zero_negative_and_contradicting_prices(prices: list[Price], reason: str | None) -> None:
    assert chosen(*prices)[1] == reason


def test_a_fund_unit_goes_by_its_nav_and_a_future_by_settlement() -> None:
    both = (price("EQ", "1"), price("EQ", "2", price_type="NAV"), price("EQ", "3", price_type="SETTLEMENT"))
    assert chosen(*both, instrument_type="FUND_UNIT") == ("2", None)
    assert chosen(*both, instrument_type="FUTURE") == ("3", None)
    assert chosen(*both, instrument_type="ETF") == ("1", None)


def test_a_type_without_an_age_limit_is_an_error() -> None:
    assert chosen(price("EQ", "1"), instrument_type="PAINTING") == (None, "UNKNOWN_SUBTYPE")


def test_an_unknown_source_is_an_error() -> None:
    with pytest.raises(ValueError, match="found 'RUMOUR'"):
        chosen(price("EQ", "1", source="RUMOUR"))


def test_a_price_is_chosen_once_for_all_who_hold_the_instrument() -> None:
    asked: list[str] = []

    def find(instrument_id: str) -> list[Price]:
        asked.append(instrument_id)
        return [price(instrument_id, "7")]

    known = PricesOf(find)
    first, second = (known.choice(equity("EQ", quantity), POINT, POLICY) for quantity in ("1", "250"))
    assert first is second
    assert first == choose_price(equity("EQ", "1"), [price("EQ", "7")], POINT, POLICY)
    assert asked == ["EQ"]


@pytest.mark.parametrize(
    "terms",
    [{"quote_basis": "PER_100"}, {"instrument_type": "LOAN"}, {"price_age_limit": AgeLimit(5, "DAYS")}],
)
def test_who_asks_on_other_terms_is_answered_on_those(terms: dict[str, Any]) -> None:
    # a close of Friday is stale for a share on Tuesday, no price for what is quoted per 100, and young enough for the rest
    friday = [price("EQ", "1", as_of=FRIDAY)]
    known = prices_of(friday)
    assert known.choice(equity("EQ", "1"), POINT, POLICY).reason == "STALE_PRICE"
    other = equity("EQ", "1", **terms)
    assert known.choice(other, POINT, POLICY) == choose_price(other, friday, POINT, POLICY)
    assert known.choice(other, POINT, POLICY).reason != "STALE_PRICE"


def test_a_listed_price_is_seen_by_who_lists_it_alone() -> None:
    shared = prices_of([price("EQ", "1", source="VENDOR"), price("BOTH", "3")])
    own = shared.beside([price("EQ", "2")])  # of a primary source, which goes before the vendor

    def taken(known: PricesOf, instrument_id: str) -> str:
        found = known.choice(equity(instrument_id, "1"), POINT, POLICY).price
        assert found is not None
        return str(found.price)

    assert (taken(own, "EQ"), taken(shared, "EQ")) == ("2", "1")
    assert taken(own, "BOTH") == taken(shared, "BOTH") == "3"
