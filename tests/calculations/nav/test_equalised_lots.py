"""Lots of investors through period ends and redemptions: each bears the fee of his own gain, and no credit is made or lost unseen.

Expected figures are reckoned beside each test from the formulas of nav 3, with the fee at 20 % and a mark of 100.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.crystallisations import FeeClass, StruckClass
from calculations.nav.equalised_lots import LotCourse, course, enter
from calculations.nav.investor_lots import lots_of
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.stated import StatedProduct
from tests.calculations.nav.evidence import Stated
from tests.calculations.nav_inputs import D

OPENED, FEBRUARY = dt.date(2025, 12, 31), dt.date(2026, 2, 16)
APRIL = dt.date(2026, 4, 15)
Q1, MAY, Q2 = dt.date(2026, 3, 31), dt.date(2026, 5, 15), dt.date(2026, 6, 30)
ROW = {"share_class_id": "p", "currency": "USD", "performance_fee_rate": D("0.2"), "hurdle_type": "NONE"}
ROW |= {"hurdle_rate": None, "equalisation": "CREDIT_DEBIT", "crystallisation": "QUARTERLY"}
ACCRUAL = {"accrual_id": "PERF", "share_class_id": "p", "kind": "PERFORMANCE_FEE", "side": "LIABILITY"}
ACCRUAL |= {"method": "PERFORMANCE", "currency": "USD", "start_date": dt.date(2026, 1, 1)}


def fee_class(gross: Mapping[dt.date, str], shares: str = "1000", **row: Any) -> FeeClass:
    """A class of the given gross NAVs per share, its fee and marks by the plain rule: 20 % above the highest NAV paid for."""
    mark, history, struck = D(100), [_stated(OPENED, D(100))], {}
    for day in sorted(gross):
        with precise():
            fee = max(D(gross[day]) - mark, D(0)) * D("0.2")
            nav = D(gross[day]) - fee
            struck[day] = StruckClass(nav * D(shares), D(shares), nav, {"PERF": fee * D(shares)})
        if day in (Q1, Q2) and fee:
            mark = nav
        history.append(_stated(day, mark))
    stated = StatedProduct("fund", {"product_id": "f"}, [Stated(ROW | row)], (), [Stated(ACCRUAL)], (), history, ())
    return FeeClass(stated, Stated(ROW | row), struck, lambda day: day + dt.timedelta(days=1))


def _stated(day: dt.date, mark: Decimal) -> Mapping[str, Any]:
    row = {"share_class_id": "p", "valuation_date": day, "version": 1, "status": "PUBLISHED", "currency": "USD"}
    return Stated(row | {"nav_per_share": D(100), "high_water_mark": mark, "shares_outstanding": D(1000)})


def order(day: dt.date, shares: str, activity: str = "SUBSCRIPTION", **more: Any) -> Mapping[str, Any]:
    plain = {"order_id": f"{activity}-{day}", "share_class_id": "p", "investor_id": "I", "status": "SETTLED"}
    return Stated(plain | {"activity": activity, "nav_date": day, "shares": D(shares)} | more)


def followed(of: FeeClass, *orders: Mapping[str, Any]) -> LotCourse:
    (lot, *_) = lots_of(orders, "p")
    return course(of, enter(of, lot), 3)


def test_a_credit_buys_shares_at_the_first_period_end_with_a_fee() -> None:
    # enters at 112.50: credit 2.50 a share; the period ends at 120: fee 4, NAV 116; 1,000 x 2.50 / 116 = 21.5517...
    found = followed(fee_class({FEBRUARY: "112.5", Q1: "120", Q2: "119"}), order(FEBRUARY, "1000"))
    first, second = found.events
    assert (first.class_fee, first.credit_returned, first.own_fee) == (D(4000), D(2500), D(1500))
    assert (first.shares_issued, first.residual) == (D("21.551"), D(2500) - D("21.551") * 116)
    assert (second.credit_returned, second.class_fee - second.own_fee, found.credit_open) == (0, 0, 0)


def test_a_credit_stays_where_no_fee_was_owed_and_falls_with_the_fee_it_stands_behind() -> None:
    # at the first period end the class is below its mark; at 106 the fee is 1.20, all that is left of 2.50
    found = followed(fee_class({FEBRUARY: "112.5", Q1: "99", Q2: "106"}), order(FEBRUARY, "1000"))
    first, second = found.events
    assert (first.class_fee, first.credit_returned, first.credit_lapsed) == (0, 0, 0)
    assert (second.credit_returned, second.credit_lapsed, second.own_fee) == (D(1200), D(1300), 0)


def test_below_the_mark_the_way_back_is_paid_once_in_shares() -> None:
    # enters at 90; the period ends at 95: 20 % of 5; the next at 110: 20 % of the 5 left to the mark beside the class's fee
    found = followed(fee_class({FEBRUARY: "90", Q1: "95", Q2: "110"}), order(FEBRUARY, "1000"))
    first, second = found.events
    assert (first.contingent, first.class_fee, first.shares_given_up) == (D(1000), 0, D("10.526"))
    assert (second.contingent, second.class_fee, second.own_fee) == (D(1000), D(2000), D(3000))


def test_shares_redeemed_before_the_period_ends_owe_their_fee_and_get_their_credit_in_money() -> None:
    # 400 of 1,000 leave at 110, fee 2 a share and credit 2; the 600 that stay get theirs, 2.50, at 120
    orders = order(FEBRUARY, "1000"), order(dt.date(2026, 3, 2), "400", "REDEMPTION")
    found = followed(fee_class({FEBRUARY: "112.5", dt.date(2026, 3, 2): "110", Q1: "120"}), *orders)
    left, stayed = found.events
    assert (left.kind, left.class_fee, left.credit_returned, left.credit_lapsed) == ("REDEMPTION", 800, 800, 200)
    assert (left.shares_issued, left.own_fee) == (0, 0)
    assert (stayed.shares, stayed.credit_returned) == (600, 1500)


def test_the_oldest_shares_of_an_investor_leave_first() -> None:
    orders = order(FEBRUARY, "100"), order(Q1, "100"), order(MAY, "150", "REDEMPTION")
    old, new = lots_of(orders, "p")
    assert (old.held_at(Q2), new.held_at(Q2), old.held_at(MAY)) == (0, 50, 100)
    other = order(MAY, "5", "REDEMPTION", investor_id="J", order_id="J")
    assert [lot.held_at(Q2) for lot in lots_of([*orders, other], "p")] == [0, 50]


def test_shares_redeemed_that_no_order_brought_in_leave_the_lots_unknown() -> None:
    orders = order(FEBRUARY, "100"), order(MAY, "150", "REDEMPTION")
    found = followed(fee_class({FEBRUARY: "112.5", Q1: "120", MAY: "121", Q2: "122"}), *orders)
    assert [event.value.day for event in found.events] == [Q1]
    assert (found.held, found.credit_open, found.reason and found.reason.reason) == (None, None, "MISSING_VALUE")


def test_shares_that_equalise_a_lot_belong_to_it_and_are_no_lot() -> None:
    issued = order(Q1, "21.551", equalises_order_id=f"SUBSCRIPTION-{FEBRUARY}", order_id="EQ")
    (lot,) = lots_of([order(FEBRUARY, "1000"), issued], "p")
    assert (lot.held_at(Q1), lot.held_at(Q2)) == (1000, D("1021.551"))


def test_bought_at_a_period_end_there_is_nothing_to_equalise() -> None:
    of = fee_class({Q1: "120", Q2: "130"})
    (lot,) = lots_of([order(Q1, "10")], "p")
    entered = enter(of, lot)
    assert (entered.kind, entered.entry.price, entered.entry.credit) == ("NONE", 116, 0)


def test_a_series_is_exchanged_once_it_and_the_class_paid_their_fees() -> None:
    # bought at 112.50 it pays 20 % of 7.50 at 120: 118.50 a share; the class is at 116: 1,000 x 118.50 / 116 shares
    found = followed(fee_class({FEBRUARY: "112.5", Q1: "120"}, equalisation="SERIES"), order(FEBRUARY, "1000")).events[
        0
    ]
    assert (found.own_fee, found.shares_issued, found.shares_given_up) == (D(1500), D("1021.551"), D(1000))
    assert found.residual == D(118500) - D("1021.551") * 116


def test_a_series_below_its_own_mark_pays_nothing_and_goes_on() -> None:
    # the class pays 0.80 at 104 and is at 103.20; the series is at 104 of its 112.50, and at 104 x 110 / 103.20 later
    found = followed(
        fee_class({FEBRUARY: "112.5", Q1: "104", Q2: "118"}, equalisation="SERIES"), order(FEBRUARY, "1000")
    )
    first, second = found.events
    assert (first.own_fee, first.shares_given_up) == (0, 0)
    with precise():
        gained = D(104) * 118 / D("103.2") - D("112.5")
    assert abs(second.own_fee - gained * 200) < D("1e-9")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"hurdle_type": "HARD", "hurdle_rate": D("0.05")}, "UNSUPPORTED_CONVENTION"),
        ({"crystallisation": None}, "MISSING_TERMS"),
        ({"performance_fee_rate": None}, "MISSING_TERMS"),
    ],
)
def test_a_lot_whose_terms_are_not_known_says_so(row: Mapping[str, Any], reason: str) -> None:
    of = fee_class({FEBRUARY: "112.5"}, **row)
    with pytest.raises(Unavailable, match=reason):
        enter(of, lots_of([order(FEBRUARY, "10")], "p")[0])


def test_the_period_end_owes_what_the_strike_accrued_and_moves_the_mark() -> None:
    of = fee_class({FEBRUARY: "112.5", Q1: "120", Q2: "110"})
    first, second = (of.crystallised(day) for day in of.period_ends)
    assert (first.fee, first.fee_accrued, first.value.mark_after, first.mark_stated) == (4000, 4000, 116, 116)
    assert (second.fee, second.fee_accrued, second.value.mark_after) == (0, 0, 116)


navs = st.decimals(50, 200, places=2, allow_nan=False, allow_infinity=False)


@given(navs, navs, navs, st.decimals(1, 900, places=3))
def test_credit_is_returned_lapsed_or_open_and_each_bears_the_fee_of_his_own_gain(
    entry: Decimal, first: Decimal, second: Decimal, left: Decimal
) -> None:
    of = fee_class({APRIL: str(entry), MAY: str(first), Q2: str(second)})
    (lot,) = lots_of([order(APRIL, "1000"), order(MAY, str(left), "REDEMPTION")], "p")
    entered = enter(of, lot)
    found = course(of, entered, 3)
    with precise():
        returned = sum((event.credit_returned for event in found.events), D(0))
        lapsed = sum((event.credit_lapsed for event in found.events), D(0))
        assert found.credit_open is not None
        assert abs(entered.entry.credit * 1000 - returned - lapsed - found.credit_open) < D("1e-9")
        gone, stayed = found.events
        assert abs(gone.own_fee - left * D("0.2") * max(first - entry, D(0))) < D("1e-9")
        assert abs(stayed.own_fee - (1000 - left) * D("0.2") * max(second - entry, D(0))) < D("1e-9")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 500)), min_size=1, max_size=12))
def test_lots_hold_together_what_was_bought_less_what_was_redeemed(moves: Sequence[tuple[bool, int]]) -> None:
    orders, held = [], 0
    for number, (is_in, count) in enumerate(moves):
        shares = count if is_in else min(count, held)
        held += shares if is_in else -shares
        day = FEBRUARY + dt.timedelta(days=number)
        orders.append(order(day, str(shares), "SUBSCRIPTION" if is_in else "REDEMPTION"))
    assert sum(lot.held_at(dt.date.max) or 0 for lot in lots_of(orders, "p")) == held
