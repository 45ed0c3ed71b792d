"""Shares and what corporate actions do to them between list and price. Source: nav 2 (M-EQ), E-7.

Figures that no example states are reckoned beside each test.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav import Strike
from calculations.nav.corporate_actions import CorporateAction, carried, factor, halted_since
from tests.calculations.nav.evidence import closing, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY

D = Decimal
MON, FRI, THU = (DAY - dt.timedelta(days=days) for days in (1, 4, 5))  # DAY is a Tuesday


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(17), dt.UTC)


def share(instrument_id: str, **more: Any) -> dict[str, Any]:
    return {"instrument_id": instrument_id, "instrument_type": "EQUITY", "currency": "USD"} | more


def held(quantity: str = "1000", instrument_id: str = "OLD", listed: dt.date = FRI, **more: Any) -> dict[str, Any]:
    row = {"instrument_id": instrument_id, "leg": "SHORT" if D(quantity) < 0 else "LONG", "holding_type": "EQUITY"}
    return row | {"as_of_date": listed, "quantity": D(quantity), "currency": "USD"} | more


def action(action_type: str, ex_date: dt.date = MON, **more: Any) -> dict[str, Any]:
    row = {"action_id": "CA", "instrument_id": "OLD", "action_type": action_type, "ex_date": ex_date}
    return row | {name: D(each) if name.startswith("ratio") else each for name, each in more.items()}


def valued(actions: list[dict[str, Any]], **more: Any) -> Strike:
    """1,000 shares OLD listed on Friday, priced 50 on Tuesday; NEW is priced 20."""
    terms: dict[str, Any] = {
        "holdings": [held()],
        "instruments": [share("OLD"), share("NEW")],
        "prices": [closing("OLD", "50"), closing("NEW", "20")],
    }
    return struck(evidence("equity", more.pop("product", {}), actions=actions, **(terms | more)))


def reasons(result: Strike) -> set[str]:
    return {failure.reason for failure in result.failures}


def test_e7_a_share_and_its_dividend() -> None:
    result = struck(example("equity", "example-e-07"))
    assert result.status == "STRUCK"
    assert {line.kind: line.base_amount for line in result.lines} == {
        "POSITION": D("1956902.3955"),
        "RECEIVABLE": D("24451.4205"),
    }
    assert result.net_assets == D("1981353.816")


@pytest.mark.parametrize(
    ("kind", "ratio_from", "ratio_to", "worth"),
    [
        # 1,000 x 3 x 50; 1,000 / 4 x 50; 1,000 x (1 + 5/100) x 50
        ("SPLIT", "1", "3", "150000"),
        ("SPLIT", "2", "3", "75000"),
        ("REVERSE_SPLIT", "4", "1", "12500"),
        ("STOCK_DIVIDEND", "100", "5", "52500"),
    ],
)
def test_a_position_listed_before_a_split_has_the_new_units(
    kind: str, ratio_from: str, ratio_to: str, worth: str
) -> None:
    split = action(kind, ratio_from=ratio_from, ratio_to=ratio_to)
    assert valued([split]).net_assets == D(worth)
    # a list of the ex-date or later has them already, and an action still to come moves nothing
    assert valued([split], holdings=[held(listed=MON)]).net_assets == D(50000)
    assert valued([split | {"ex_date": DAY + dt.timedelta(days=1)}]).net_assets == D(50000)


def test_a_price_of_before_the_split_is_one_of_old_units() -> None:
    split = action("SPLIT", DAY, ratio_from="1", ratio_to="2")
    yesterday = [closing("OLD", "100", as_of=at(MON))]
    # the last good price is Monday's, of unsplit shares: 1,000 x 100, whichever units the list has
    assert valued([split], prices=yesterday).net_assets == D(100000)
    assert valued([split], prices=yesterday, holdings=[held("2000", listed=DAY)]).net_assets == D(100000)


def test_two_lots_and_a_short_are_carried_alike() -> None:
    split = action("SPLIT", ratio_from="1", ratio_to="2")
    lots = [held("600", lot_id="a"), held("400", lot_id="b"), held("-100")]
    result = valued([split], holdings=lots)
    assert {line.line_id: line.quantity for line in result.lines} == {
        "position//OLD/LONG": D(2000),
        "position//OLD/SHORT": D(-200),
    }
    assert result.net_assets == D(90000)


def test_a_spin_off_adds_the_new_shares_once() -> None:
    spin = action("SPIN_OFF", ratio_from="5", ratio_to="1", new_instrument_id="NEW")
    # 1,000 x 50 + 200 x 20
    assert valued([spin]).net_assets == D(54000)
    # Friday's close still has the new company inside
    of_friday = [closing("OLD", "54", as_of=at(MON)), closing("NEW", "20")]
    assert valued([spin | {"ex_date": DAY}], prices=of_friday).net_assets == D(54000)
    both = [held(listed=DAY), held("200", "NEW", listed=DAY)]
    assert reasons(valued([spin | {"ex_date": DAY}], prices=of_friday, holdings=both)) == {"CORP_ACTION"}
    assert valued([spin], holdings=[held(), held("50", "NEW")]).net_assets == D(55000)


def test_a_merger_gives_shares_money_or_both() -> None:
    shares = action("MERGER", ratio_from="4", ratio_to="3", new_instrument_id="NEW")
    # 1,000 x 3/4 x 20 = 15,000; 1,000 x 12.50 = 12,500
    assert valued([shares]).net_assets == D(15000)
    both = shares | {"amount_per_unit": D("12.50"), "currency": "USD"}
    assert valued([both]).net_assets == D(27500)
    money = action("MERGER", amount_per_unit=D("48"), currency="EUR")
    assert valued([money], holdings=[held(), held("10", "NEW")]).net_assets == D(48000) * D("1.0842") + 200
    # of the old share no price is needed any more
    assert valued([shares], prices=[closing("NEW", "20")]).net_assets == D(15000)


def test_a_new_identifier_is_the_same_share_and_splits_on() -> None:
    renamed = action("IDENTIFIER_CHANGE", new_instrument_id="NEW")
    split = action("SPLIT", DAY, action_id="CB", instrument_id="NEW", ratio_from="1", ratio_to="10")
    assert valued([renamed]).net_assets == D(20000)
    assert valued([split, renamed]).net_assets == D(200000)


def test_rights_are_priced_as_what_they_are() -> None:
    rights = action("RIGHTS", ratio_from="1", ratio_to="1", new_instrument_id="NEW")
    assert valued([rights]).net_assets == D(70000)
    assert reasons(valued([rights | {"new_instrument_id": None}])) == {"CORP_ACTION"}
    assert reasons(valued([rights], prices=[closing("OLD", "50")])) == {"MISSING_PRICE"}


def test_a_return_of_capital_is_receivable_until_it_is_paid() -> None:
    returned = action("RETURN_OF_CAPITAL", amount_per_unit=D("1.50"), currency="USD", pay_date=DAY)
    assert valued([returned]).net_assets == D(50000)
    assert valued([returned | {"pay_date": DAY + dt.timedelta(days=1)}]).net_assets == D(51500)
    assert reasons(valued([returned | {"amount_per_unit": None}])) == {"MISSING_TERMS"}


def test_a_dividend_is_owed_on_the_units_of_its_ex_date() -> None:
    split = action("SPLIT", MON, ratio_from="1", ratio_to="2")
    dividend = action("CASH_DIVIDEND", DAY, action_id="DIV", amount_per_unit=D("0.25"), currency="USD")
    # listed before the split, ex after it: 2,000 x 0.25 beside 2,000 x 50
    assert valued([split, dividend]).net_assets == D(100500)
    before = dividend | {"ex_date": FRI}
    assert valued([split, before], holdings=[held(listed=THU)]).net_assets == D(100250)
    # of the first list of all, which is younger than the ex-date, the units are reckoned back: 2,000 / 2 x 0.25
    assert valued([split, before], holdings=[held("2000", listed=DAY)]).net_assets == D(100250)


def test_while_trading_is_suspended_only_the_last_price_or_the_committee_counts() -> None:
    halt = action("SUSPENSION", DAY, effective_date=DAY)
    quotes = [closing("OLD", "50", as_of=at(MON)), closing("OLD", "31")]
    result = valued([halt], prices=quotes, holdings=[held(fair_value_level="1")])
    assert (result.net_assets, result.fair_value_level) == (D(50000), 1)
    committee = [*quotes, closing("OLD", "28", price_type="FAIR_VALUE", source="INTERNAL")]
    # of the day itself, so before Monday's close
    result = valued([halt], prices=committee, holdings=[held(fair_value_level="1")])
    assert (result.net_assets, result.fair_value_level) == (D(28000), 3)
    long = halt | {"ex_date": THU, "effective_date": THU}
    assert reasons(valued([long], prices=[*quotes, closing("OLD", "50", as_of=at(THU))])) == {"MISSING_PRICE"}
    last = [*quotes, closing("OLD", "55", as_of=at(THU - dt.timedelta(days=1)))]
    assert reasons(valued([long], prices=last)) == {"STALE_PRICE"}
    resumed = action("RESUMPTION", DAY, action_id="CB")
    assert valued([long, resumed], prices=quotes).net_assets == D(31000)


def test_a_delisted_share_has_no_market_price_any_more() -> None:
    quotes = [closing("OLD", "50", as_of=at(THU)), closing("OLD", "31")]
    for product, actions in (
        ({"instrument_id": "OLD", "delisting_date": FRI}, []),
        ({}, [action("DELISTING", FRI)]),
    ):
        assert reasons(valued(actions, product=product, prices=quotes)) == {"STALE_PRICE"}
    later = {"instrument_id": "OLD", "delisting_date": DAY + dt.timedelta(days=1)}
    assert valued([], product=later, prices=quotes).net_assets == D(31000)


def test_a_bond_held_by_a_fund_trades_flat_in_default_and_is_gone_once_called() -> None:
    bond = share("OLD", instrument_type="BOND", quote_basis="PER_100", coupon_rate=D("0.06"), coupon_frequency="2")
    bond |= {"day_count": "30E_360", "maturity_date": dt.date(2031, 1, 10), "coupon_kind": "FIXED"}
    terms: dict[str, Any] = {"instruments": [bond], "prices": [closing("OLD", "99", price_type="CLEAN")]}
    # 60 days of 6 % on 1,000 of face are 10
    assert valued([], **terms).net_assets == D(1000)
    assert valued([action("DEFAULT")], **terms).net_assets == D(990)
    assert reasons(valued([action("CALL")], **terms)) == {"CORP_ACTION"}
    # called in part, and listed since: the list has what is left
    assert valued([action("CALL")], holdings=[held("400", listed=DAY)], **terms).net_assets == D(400)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (action("SPLIT", ratio_from="1"), "MISSING_TERMS"),
        (action("SPLIT", ratio_from="2", ratio_to="1"), "DOMAIN"),
        (action("REVERSE_SPLIT", ratio_from="1", ratio_to="2"), "DOMAIN"),
        (action("STOCK_DIVIDEND", ratio_from="0", ratio_to="1"), "DOMAIN"),
        (action("MERGER", ratio_from="1", ratio_to="1"), "CORP_ACTION"),
        (action("MERGER", amount_per_unit=D(1)), "MISSING_TERMS"),
        (action("IDENTIFIER_CHANGE"), "CORP_ACTION"),
        (action("IDENTIFIER_CHANGE", new_instrument_id="OLD"), "CORP_ACTION"),
        (action("SPIN_OFF", ratio_from="1", ratio_to="1", new_instrument_id="NOWHERE"), "CORP_ACTION"),
    ],
)
def test_an_action_that_cannot_be_carried_out_fails_the_strike(bad: dict[str, Any], reason: str) -> None:
    result = valued([bad])
    assert result.status == "FAILED"
    assert reasons(result) == {reason}
    assert result.net_assets is None


def test_a_negative_quantity_that_is_no_short_fails_the_strike() -> None:
    assert reasons(valued([], holdings=[held("-5") | {"leg": "LONG"}])) == {"DOMAIN"}
    split = action("SPLIT", ratio_from="1", ratio_to="2")
    assert reasons(valued([split], holdings=[held("-5") | {"leg": "LONG"}])) == {"DOMAIN"}


def split_of(ratio_from: int, ratio_to: int, day: dt.date) -> CorporateAction:
    kind = "SPLIT" if ratio_to > ratio_from else "REVERSE_SPLIT"
    return CorporateAction("s", "OLD", kind, day, D(ratio_from), D(ratio_to))


RATIO = st.tuples(st.integers(1, 50), st.integers(1, 50)).filter(lambda pair: pair[0] != pair[1])


@given(st.lists(st.tuples(RATIO, st.integers(0, 30)), max_size=5), st.integers(0, 30), st.integers(0, 30))
def test_units_there_and_back_are_the_same_units(
    splits: list[tuple[tuple[int, int], int]], first: int, second: int
) -> None:
    actions = [split_of(*ratio, FRI + dt.timedelta(days=days)) for ratio, days in splits]
    one, two = FRI + dt.timedelta(days=first), FRI + dt.timedelta(days=second)
    assert factor(actions, one, two) * factor(actions, two, one) == 1
    between = FRI + dt.timedelta(days=(first + second) // 2)
    assert factor(actions, one, between) * factor(actions, between, two) == factor(actions, one, two)


@given(st.lists(st.tuples(RATIO, st.integers(1, 9)), max_size=4), st.integers(1, 10**6))
def test_a_holding_is_carried_by_the_same_factor(splits: list[tuple[tuple[int, int], int]], units: int) -> None:
    actions = sorted(
        (split_of(*ratio, FRI + dt.timedelta(days=days)) for ratio, days in splits), key=lambda each: each.date
    )
    until = FRI + dt.timedelta(days=9)
    (found,), paid = carried("OLD", D(units), {"OLD": actions}, FRI, until)
    expected = units * factor(actions, FRI, until)
    assert not paid
    assert abs(Fraction(found.quantity) - expected) <= expected / 10**45


def test_a_second_suspension_does_not_begin_anew() -> None:
    events = [
        CorporateAction(kind, "OLD", kind, day)
        for kind, day in (("SUSPENSION", THU), ("SUSPENSION", FRI), ("RESUMPTION", MON), ("DELISTING", DAY))
    ]
    assert [halted_since(events, day) for day in (THU, FRI, MON, DAY)] == [THU, THU, None, DAY]
