"""On which days a product can be struck, by what its rows say of it. Source: nav 3, input-contracts 4.1 and 4.2."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from calculations.nav import Policy, Price, Source
from calculations.nav.market import Market, price_series, rate_series
from calculations.nav.stated import StatedProduct
from calculations.nav.strike_days import strike_days
from tests.calculations.test_nav_stated import CLASS, history, holding, product

FRIDAY, MONDAY, TUESDAY = dt.date(2025, 3, 7), dt.date(2025, 3, 10), dt.date(2025, 3, 11)
OWN = "BOND-1"
REGISTER = {"register": "BOOKS", "share_class_id": "a", "as_of_date": FRIDAY, "shares": Decimal(1)}
RETURN = {"scope_type": "PRODUCT", "scope_id": "p", "as_of": TUESDAY}


def priced(*instants: dt.datetime) -> Market:
    prices = [Price(OWN, "CLEAN", instant, "VENDOR", Decimal(99), "USD") for instant in instants]
    policy = Policy(sources={"VENDOR": Source(level=2, priority=1)})
    return Market({}, {}, price_series(prices), rate_series([]), {}, policy)


def at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)


def bond(rows: Mapping[str, Any] = {}, **terms: Any) -> StatedProduct:
    stated = product(**rows)
    more = {"instrument_id": OWN, "measurement_basis": "FAIR_VALUE", "purchase_date": None, "inception_date": None}
    return replace(stated, product_type="bond", row={**stated.row, **more, **terms})


def test_a_product_is_struck_on_the_days_of_its_lists() -> None:
    assert strike_days(product(holdings=[holding(TUESDAY, "1"), holding(FRIDAY, "1")]), priced()) == (FRIDAY, TUESDAY)


def test_the_day_on_which_the_books_of_several_classes_open_is_given_and_not_struck() -> None:
    rows = [history(day, "1000", "100", class_id) for day in (FRIDAY, MONDAY) for class_id in ("a", "b")]
    lists = [holding(FRIDAY, "1"), holding(MONDAY, "1")]
    two = product(history=rows, holdings=lists, classes=[CLASS, CLASS | {"share_class_id": "b"}])
    assert strike_days(two, priced()) == (MONDAY,)
    assert strike_days(product(history=rows, holdings=lists), priced()) == (FRIDAY, MONDAY)


@pytest.mark.parametrize("product_type", ["fund", "equity", "quant"])
def test_history_register_and_returns_make_no_day_of_what_is_worth_its_positions(product_type: str) -> None:
    spoken = {"history": [history(MONDAY, "1000", "100")], "register": [REGISTER], "assumptions": [RETURN]}
    assert strike_days(replace(product(**spoken), product_type=product_type), priced()) == ()
    assert strike_days(replace(product(**spoken), product_type="energy"), priced()) == (FRIDAY, MONDAY, TUESDAY)


def test_a_stated_nav_makes_a_day_of_what_was_valued_before() -> None:
    """An appraisal of Friday is in force on Tuesday, on which the administrator states a NAV; a draft states none."""
    navs = [history(MONDAY, "1000", "100", status="DRAFT"), history(TUESDAY, "1000", "100")]
    stated = product(valuations=[{"valuation_date": FRIDAY}], history=navs)
    assert strike_days(replace(stated, product_type="collectible"), priced()) == (FRIDAY, TUESDAY)


def test_a_bond_that_lists_nothing_is_struck_when_its_instrument_is_priced() -> None:
    """Two prices of one day make one; one after the cut-off, 17:00, counts from the next day."""
    market = priced(at(FRIDAY, 9), at(FRIDAY, 16), at(MONDAY, 18))
    assert strike_days(bond(), market) == (FRIDAY, TUESDAY)
    assert strike_days(bond({"holdings": [holding(MONDAY, "1")]}), market) == (MONDAY,)


def test_prices_and_purchases_from_before_inception_make_no_day() -> None:
    at_cost = {"purchase_date": FRIDAY, "measurement_basis": "AMORTISED_COST"}
    assert strike_days(bond(inception_date=MONDAY, **at_cost), priced()) == ()
    assert strike_days(bond(inception_date=MONDAY), priced(at(FRIDAY, 9), at(MONDAY, 9))) == (MONDAY,)


def test_a_purchase_makes_a_day_of_what_is_carried_at_cost_only() -> None:
    assert strike_days(bond(purchase_date=MONDAY, measurement_basis="AMORTISED_COST"), priced()) == (MONDAY,)
    assert strike_days(bond(purchase_date=MONDAY), priced()) == ()


def test_a_suspended_product_has_no_day() -> None:
    assert strike_days(bond(status="SUSPENDED"), priced(at(FRIDAY, 9))) == ()
