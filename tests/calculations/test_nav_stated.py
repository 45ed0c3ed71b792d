"""What a NAV workbook's rows mean to a strike: shares, orders, dividends, openings of classes.

Expected figures are reckoned beside each test. Source: nav 3, input-contracts 4.1 and 4.2.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from calculations.nav import Policy, Rate, Source
from calculations.nav.market import Market, price_series, rate_series
from calculations.nav.openings import share_class
from calculations.nav.stated import StatedProduct, shares_at
from calculations.nav.worth import previous_net_assets

D = Decimal
FIRST, LAST, TODAY = dt.date(2025, 3, 3), dt.date(2025, 3, 4), dt.date(2025, 3, 5)


def history(day: dt.date, net_assets: str, shares: str, class_id: str = "a", **more: Any) -> dict[str, Any]:
    row = {"share_class_id": class_id, "valuation_date": day, "version": 1, "status": "PUBLISHED", "currency": "USD"}
    return {
        **row,
        "net_assets": D(net_assets),
        "shares_outstanding": D(shares),
        "nav_per_share": D(10),
        "unswung_nav": None,
        **more,
    }


def order(nav_date: dt.date, shares: str, activity: str = "SUBSCRIPTION", **more: Any) -> dict[str, Any]:
    row = {"order_id": f"o-{nav_date}-{activity}", "share_class_id": "a", "activity": activity, "status": "PRICED"}
    money = {
        "nav_date": nav_date,
        "settle_date": None,
        "shares": D(shares),
        "amount": D(shares) * 10,
        "currency": "USD",
        "ex_date": None,
        "rate_per_share": None,
    }
    return {**row, **money, **more}


def holding(day: dt.date, quantity: str, **more: Any) -> dict[str, Any]:
    row = {"instrument_id": "EQ", "as_of_date": day, "quantity": D(quantity), "share_class_id": None}
    return {**row, "purchase_date": None, "holding_type": "EQUITY", **more}


CLASS = {"share_class_id": "a", "currency": "USD", "nav_dp": 4, "inception_date": None, "shares_as_of": None}
CLASS |= {"shares_outstanding": D(77), "swing": None, "expense_cap_rate": None}


def product(**rows: Any) -> StatedProduct:
    terms = {
        "product_id": "p",
        "subtype": "MUTUAL",
        "currency": "USD",
        "status": "ACTIVE",
        "valuation_cutoff": None,
        "valuation_calendar": None,
    }
    empty: dict[str, Any] = dict.fromkeys(("classes", "holdings", "accruals", "orders", "history", "register"), ())
    return StatedProduct(product_type="fund", row=terms, **(empty | {"classes": [CLASS]} | rows))


def market(*rates: Rate) -> Market:
    policy = Policy(sources={"VENDOR": Source(level=2, priority=1)})
    return Market({}, {}, price_series([]), rate_series(rates), {}, policy)


def test_the_register_of_the_day_is_trusted_before_the_rolled_shares() -> None:
    register = [{"register": "TRANSFER_AGENT", "share_class_id": "a", "as_of_date": TODAY, "shares": D(105)}]
    stated = product(history=[history(LAST, "1000", "100")], register=register)
    assert shares_at(stated, "a", CLASS, TODAY) == 105


def test_orders_enter_the_shares_at_the_strike_after_the_one_that_priced_them() -> None:
    """100 stated on the 4th, 20 subscribed and 5 redeemed at it; what today's strike prices comes later: 115."""
    orders = [order(LAST, "20"), order(LAST, "5", "REDEMPTION"), order(TODAY, "40"), order(FIRST, "7")]
    stated = product(history=[history(LAST, "1000", "100")], orders=orders)
    assert shares_at(stated, "a", CLASS, TODAY) == 115


def test_a_class_without_register_or_history_has_the_shares_it_states() -> None:
    assert shares_at(product(), "a", CLASS, TODAY) == 77
    assert shares_at(product(), "a", CLASS | {"shares_as_of": TODAY + dt.timedelta(days=1)}, TODAY) is None


def test_a_draft_nav_supplies_nothing() -> None:
    stated = product(history=[history(FIRST, "900", "90"), history(LAST, "1000", "100", status="DRAFT")])
    before = stated.stated_before("a", TODAY)
    assert before is not None
    assert before["valuation_date"] == FIRST


def test_an_order_is_owed_from_the_day_after_its_strike_until_it_settles() -> None:
    placed = order(LAST, "20", status="SETTLED", settle_date=dt.date(2025, 3, 7))
    stated = product(orders=[placed])
    owed = {day: len(stated.owed_on(dt.date(2025, 3, day))) for day in (4, 5, 6, 7)}
    assert owed == {4: 0, 5: 1, 6: 1, 7: 0}


def test_what_was_held_when_a_share_went_ex_is_the_list_before_that_day() -> None:
    stated = product(holdings=[holding(FIRST, "10"), holding(LAST, "30")])
    assert [row["quantity"] for row in stated.held_when_ex(LAST)] == [10]


def test_a_first_list_stands_for_the_days_before_it_but_for_what_it_says_was_bought_since() -> None:
    lists = [holding(TODAY, "10"), holding(TODAY, "30", purchase_date=LAST)]
    assert [row["quantity"] for row in product(holdings=lists).held_when_ex(LAST)] == [10]


def test_a_class_opens_with_its_last_net_assets_and_the_orders_that_these_priced() -> None:
    """1,000.00 stated, 20 shares subscribed at 10: 1,200.00, of which the 200.00 still owed is in its own lines again."""
    stated = product(history=[history(LAST, "1000", "100")], orders=[order(LAST, "20")], holdings=[holding(TODAY, "1")])
    found = share_class(stated, market(), CLASS, TODAY)
    assert (found.opening_net_assets, found.opening_own_lines) == (D(1200), D(200))


def test_money_that_has_settled_since_is_no_line_of_the_class_alone_any_more() -> None:
    placed = order(LAST, "20", status="SETTLED", settle_date=TODAY)
    stated = product(history=[history(LAST, "1000", "100")], orders=[placed], holdings=[holding(TODAY, "1")])
    found = share_class(stated, market(), CLASS, TODAY)
    assert (found.opening_net_assets, found.opening_own_lines) == (D(1200), D(0))


def test_net_assets_stated_in_another_currency_come_at_the_rate_of_their_day() -> None:
    """100 EUR at 1.25 of that day are 125 USD, whatever the rate is today."""
    rates = [
        Rate("EUR", "USD", dt.datetime(2025, 3, day, 16, tzinfo=dt.UTC), "VENDOR", D(rate))
        for day, rate in ((4, "1.25"), (5, "1.50"))
    ]
    stated = product(history=[history(LAST, "100", "10", currency="EUR")], holdings=[holding(TODAY, "1")])
    assert previous_net_assets(stated, market(*rates), ["a"], TODAY) == 125
