"""Bond products at market and at amortised cost. Source: nav 2 (M-BOND), E-3 to E-6 and the bond of E-24.

Figures that no example states are reckoned beside each test.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav import Strike
from tests.calculations.nav.evidence import assumed, closing, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, rounded

D = Decimal


def measure(result: Strike, name: str) -> Decimal:
    (found,) = [each for each in result.measures if each.name == name]
    assert found.value is not None
    return found.value


def test_e3_a_treasury_at_market() -> None:
    result = struck(example("bond", "example-e-03"))
    assert result.status == "STRUCK"
    assert rounded(measure(result, "accrued_per_100"), 18) == D("1.350138121546961326")
    assert rounded(measure(result, "dirty_price"), 18) == D("100.115763121546961326")
    assert result.net_assets == D("1001157.631215469613")
    assert rounded(measure(result, "yield_to_maturity") * 100, 15) == D("4.518630720098422")
    assert result.fair_value_level == 2


@pytest.mark.parametrize(
    ("product_id", "accrued"),
    [
        ("icma", "56353.591160220994"),
        ("act360", "56666.666666666667"),
        ("act365", "55890.410958904110"),
        ("30us", "56666.666666666667"),
        ("30e", "56250"),
    ],
)
def test_e4_day_counts(product_id: str, accrued: str) -> None:
    result = struck(example("bond", f"example-e-04-{product_id}", day=dt.date(2026, 5, 31)))
    (line,) = result.lines
    assert line.accrued_amount == D(accrued)
    assert result.net_assets == D(2_500_000) + D(accrued)


def test_e5_effective_interest_of_every_year() -> None:
    carried = {}
    for year in range(2026, 2031):
        result = struck(example("bond", "example-e-05", day=dt.date(year, 3, 10)))
        carried[year] = result.net_assets
        assert result.measurement_basis == "AMORTISED_COST"
        assert rounded(measure(result, "effective_annual_rate"), 19) == D("0.0505165081491540113")
    assert carried == {
        2026: D("1033587.684983269326"),
        2027: D("1025800.925694591880"),
        2028: D("1017620.806516852459"),
        2029: D("1009027.456282009713"),
        2030: D("1000000"),
    }
    # income of the first year: what the carry grew by before the coupon
    assert D("1033587.684983269326") + 60_000 - 1_041_000 == D("52587.684983269326")


def test_e6_a_bill_in_a_straight_line_and_at_constant_yield() -> None:
    assert struck(example("bond", "example-e-06-straight")).net_assets == D("992580")
    assert struck(example("bond", "example-e-06-yield")).net_assets == D("992560.667429948319")


def test_e24_the_bond_of_the_project_is_counted_once() -> None:
    result = struck(example("bond", "example-e-24-bond"))
    assert (result.total_assets, result.total_liabilities) == (D(9_800_000), D(150_000))
    assert result.net_assets == D(9_650_000)


BOND = {
    "instrument_id": "B",
    "instrument_type": "BOND",
    "currency": "USD",
    "quote_basis": "PER_100",
    "coupon_rate": D("0.06"),
    "coupon_kind": "FIXED",
    "coupon_frequency": "2",
    "day_count": "30E_360",
    "issue_date": dt.date(2024, 1, 10),
    "maturity_date": dt.date(2031, 1, 10),
}
HTM: dict[str, Any] = {
    "measurement_basis": "AMORTISED_COST",
    "accounting_treatment": "HTM",
    "purchase_price": D(98),
    "purchase_date": dt.date(2026, 1, 10),
    "amortisation_method": "EFFECTIVE_INTEREST",
}


def bond(
    *, product: dict[str, Any] | None = None, instrument: dict[str, Any] | None = None, price: Any = None, **more: Any
) -> Strike:
    """A face of 1,000,000 at a clean 99; 60 days of 6 % have accrued, which is 1 per 100."""
    row = {"instrument_id": "B", "face_held": D(1_000_000)} | (product or {})
    terms: dict[str, Any] = {
        "instruments": [BOND | (instrument or {})],
        "prices": [closing("B", "99", price_type="CLEAN")] if price is None else price,
    }
    return struck(evidence("bond", row, **(terms | more)))


def test_a_clean_and_a_dirty_price_of_one_bond_are_one_value() -> None:
    clean, dirty = bond(), bond(price=[closing("B", "100", price_type="DIRTY")])
    assert clean.net_assets == dirty.net_assets == D(1_000_000)
    assert measure(clean, "dirty_price") == measure(dirty, "dirty_price") == 100
    assert measure(clean, "yield_to_maturity") == measure(dirty, "yield_to_maturity")


def test_a_bond_in_default_trades_flat() -> None:
    default = {"action_type": "DEFAULT", "action_id": "D", "instrument_id": "B", "ex_date": DAY}
    assert bond(actions=[default]).net_assets == D(990_000)
    assert bond(instrument={"status": "DEFAULTED"}).net_assets == D(990_000)
    assert bond(actions=[default | {"ex_date": DAY + dt.timedelta(days=1)}]).net_assets == D(1_000_000)
    assert [each.name for each in bond(actions=[default]).measures] == ["clean_price", "accrued_per_100", "dirty_price"]


def test_the_list_of_positions_counts_before_the_face_on_the_product() -> None:
    listed = {"instrument_id": "B", "leg": "LONG", "as_of_date": DAY, "holding_type": "CORPORATE_DEBT"}
    listed |= {"currency": "USD"}
    lots = [listed | {"quantity": D(300_000), "lot_id": "1"}, listed | {"quantity": D(400_000), "lot_id": "2"}]
    cash = {"instrument_id": "CASH-USD", "leg": "LONG", "as_of_date": DAY, "holding_type": "CASH", "quantity": D(7)}
    result = bond(holdings=[*lots, cash | {"currency": "USD"}])
    assert result.net_assets == D(700_007)
    # sold since: the last list no longer names it, whatever face the product's sheet still has
    before = [each | {"as_of_date": DAY - dt.timedelta(days=1)} for each in lots]
    assert bond(holdings=[*before, cash | {"currency": "USD"}]).net_assets == D(7)
    assert bond(holdings=[cash | {"currency": "USD"}]).net_assets == D(1_000_007)


def test_a_bond_in_another_currency_is_converted() -> None:
    price = [closing("B", "99", price_type="CLEAN", currency="EUR")]
    assert bond(instrument={"currency": "EUR"}, price=price).net_assets == D(1_084_200)
    at_cost = bond(product=HTM, instrument={"currency": "EUR"})
    assert at_cost.net_assets == rounded((at_cost.lines[0].amount or D(0)) * D("1.0842"))


def test_an_allowance_lowers_the_carry_and_is_no_debt() -> None:
    known = [
        assumed("PD_12M", "0.02"),
        assumed("LGD", "0.4"),
        assumed("ECL_DISCOUNT_YEARS", "0.5", "YEARS"),
    ]
    plain, result = bond(product=HTM), bond(product=HTM, assumptions=known)
    carry, rate = plain.net_assets, measure(plain, "effective_annual_rate")
    assert carry is not None
    expected = carry - carry * D("0.008") / (1 + rate).sqrt()
    assert result.total_liabilities == 0
    assert rounded(result.net_assets, 9) == rounded(expected, 9)
    lacking = bond(product=HTM, assumptions=known[:1])
    assert lacking.reason == "MISSING_ASSUMPTION"
    straight = bond(product=HTM | {"amortisation_method": "STRAIGHT_LINE"}, assumptions=known)
    assert straight.reason == "UNSUPPORTED_CONVENTION"


def test_transaction_costs_are_part_of_the_cost() -> None:
    dearer = bond(product=HTM | {"purchase_price": D(97), "transaction_costs": D(10_000)})
    assert dearer.net_assets == bond(product=HTM).net_assets


CALL = {"action_type": "CALL", "action_id": "C", "instrument_id": "B", "ex_date": DAY}
SINK = {"kind": "SINK", "sequence": D(1), "event_date": dt.date(2028, 1, 10), "amount": D(1), "currency": "USD"}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"instrument": {"maturity_date": dt.date(2026, 3, 9)}}, "BAD_SCHEDULE"),
        ({"instrument": {"issue_date": dt.date(2026, 3, 11)}}, "BAD_SCHEDULE"),
        ({"instrument": {"coupon_kind": "ZERO", "maturity_date": dt.date(2026, 3, 9)}}, "BAD_SCHEDULE"),
        ({"instrument": {"day_count": "ACT_364"}}, "UNSUPPORTED_CONVENTION"),
        ({"instrument": {"day_count": None}}, "MISSING_TERMS"),
        ({"instrument": {"coupon_frequency": None}}, "MISSING_TERMS"),
        ({"instrument": {"coupon_frequency": "0"}}, "UNSUPPORTED_CONVENTION"),
        ({"instrument": {"coupon_rate": None}}, "MISSING_TERMS"),
        ({"instrument": {"maturity_date": None}}, "MISSING_TERMS"),
        ({"instrument": {"quote_basis": "PER_UNIT"}}, "UNIT_MISMATCH"),
        ({"product": {"coupon_rate": D("0.05")}}, "DUPLICATE_INPUT"),
        ({"product": {"face_held": None}}, "MISSING_TERMS"),
        ({"product": {"instrument_id": None, **{k: BOND[k] for k in list(BOND)[4:]}}}, "MISSING_PRICE"),
        ({"product": {"measurement_basis": "REPORTED_NAV"}}, "UNSUPPORTED_CONVENTION"),
        ({"price": []}, "MISSING_PRICE"),
        ({"price": [closing("B", "99")]}, "UNIT_MISMATCH"),
        ({"price": [closing("B", "0", price_type="CLEAN")]}, "NON_POSITIVE_PRICE"),
        (
            {"price": [closing("B", "99", price_type="CLEAN", as_of=dt.datetime(2026, 3, 4, 17, tzinfo=dt.UTC))]},
            "STALE_PRICE",
        ),
        ({"actions": [CALL]}, "CORP_ACTION"),
        ({"product": HTM | {"purchase_price": None}}, "MISSING_TERMS"),
        ({"product": HTM | {"purchase_date": None}}, "MISSING_TERMS"),
        ({"product": HTM | {"amortisation_method": None}}, "MISSING_TERMS"),
        ({"product": HTM | {"purchase_date": dt.date(2026, 3, 11)}}, "BAD_SCHEDULE"),
        ({"product": HTM | {"accounting_treatment": "TRADING"}}, "UNSUPPORTED_CONVENTION"),
        ({"product": HTM | {"purchase_price": D(0)}}, "DOMAIN"),
        ({"product": HTM, "schedules": [SINK]}, "UNSUPPORTED_CONVENTION"),
    ],
)
def test_a_bond_that_cannot_be_valued_fails_the_strike(more: dict[str, Any], reason: str) -> None:
    result = bond(**more)
    assert (result.status, result.reason, result.net_assets) == ("FAILED", reason, None)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_face_in_two_parts_is_worth_its_parts(one: int, two: int) -> None:
    parts = [bond(product={"face_held": D(face)}).net_assets for face in (one, two)]
    whole = bond(product={"face_held": D(one + two)}).net_assets
    assert parts[0] is not None
    assert whole is not None
    assert abs(whole - parts[0] - (parts[1] or 0)) <= D("1e-12")


@given(st.integers(90, 110), st.integers(0, 58))
def test_a_carry_lies_between_what_was_paid_and_what_is_repaid(price: int, months: int) -> None:
    day = dt.date(2026 + (1 + months) // 12, (1 + months) % 12 + 1, 10)
    result = bond(product=HTM | {"purchase_price": D(price)}, day=day)
    clean = measure(result, "carrying_amount_clean") / 10_000
    low, high = sorted((price, 100))
    assert low - 1 <= clean <= high + 1
