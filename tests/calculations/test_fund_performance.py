"""Figures of a fund as a whole: what counts, what is converted, what is unknown and why. Source: fund-admin 3.1, 3.2."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import pyxirr

from calculations.funds.performance import (
    CAPITAL_ACCOUNTS,
    NO_TRANSACTIONS,
    Amount,
    Flow,
    FundRecord,
    Holding,
    fund_performance,
    performance_days,
)
from calculations.fx import Quotes

D = Decimal
CALLED, PAID, VALUED = dt.date(2020, 1, 15), dt.date(2021, 6, 30), dt.date(2022, 12, 31)
NO_RATES = Quotes.of([])
RECORD = FundRecord(
    currency="USD",
    commitments=(Amount(CALLED, D(200), "USD"), Amount(PAID, D(-40), "USD")),
    flows=(Flow(CALLED, D(100), D(0), "USD"), Flow(PAID, D(0), D(30), "USD")),
    holdings=(Holding("X", CALLED, None, (Amount(PAID, D(80), "USD"), Amount(VALUED, D(110), "USD"))),),
    invested=(Amount(CALLED, D(90), "USD"),),
    realised=(Amount(PAID, D(27), "USD"),),
)


def test_multiples_and_return_follow_from_flows_and_value() -> None:
    """C 100, D 30, V 110, K 160: DPI 0.3, RVPI 1.1, TVPI 1.4, PIC 0.625; MOIC (27 + 110) / 90."""
    found = fund_performance(RECORD, VALUED, NO_RATES)
    assert [r.value for r in (found.dpi, found.rvpi, found.tvpi, found.pic)] == [
        D("0.3"),
        D("1.1"),
        D("1.4"),
        D("0.625"),
    ]
    assert found.moic.value == round(D(137) / D(90), 18)
    assert found.total_value.value == 140
    # pyxirr solves the same equation on its own; the flows change sign once
    assert found.irr.rate == pytest.approx(pyxirr.xirr([CALLED, PAID, VALUED], [-100, 30, 110]), abs=1e-8)


def test_a_day_counts_what_was_due_by_then() -> None:
    found = fund_performance(RECORD, PAID, NO_RATES)
    assert (found.nav.value, found.distributed.value, found.committed.value) == (80, 30, 160)
    assert performance_days(RECORD) == (PAID, VALUED)


def test_an_investment_that_was_sold_has_no_value_left() -> None:
    sold = replace(RECORD, holdings=(replace(RECORD.holdings[0], exit_day=VALUED),))
    assert fund_performance(sold, VALUED, NO_RATES).nav.value == 0


def test_without_a_valuation_of_what_is_held_the_value_is_unknown_and_says_so() -> None:
    more = (*RECORD.holdings, Holding("Y", PAID, None, ()))
    found = fund_performance(replace(RECORD, holdings=more), VALUED, NO_RATES)
    assert (found.nav.value, found.nav.reason) == (None, "NO_VALUATION: Y")
    assert (found.irr.rate, found.irr.reason) == (None, "NO_VALUATION: Y")
    assert (found.rvpi.reason, found.tvpi.reason, found.dpi.value) == ("NO_VALUATION: Y", "NO_VALUATION: Y", D("0.3"))


def test_a_fund_without_valuations_is_measured_by_its_capital_accounts() -> None:
    """Source: input-contracts 3, Capital Accounts."""
    record = replace(RECORD, holdings=(Holding("X", CALLED, None, ()),), stated_navs=(Amount(VALUED, D(95), "USD"),))
    found = fund_performance(record, VALUED, NO_RATES)
    assert performance_days(record) == (VALUED,)
    assert (found.nav.value, found.nav_basis) == (95, CAPITAL_ACCOUNTS)


def test_flows_are_converted_at_their_day_and_values_at_the_day_of_the_value() -> None:
    """10 EUR called at 1.20 are 12 USD; 80 EUR of an older valuation are worth 80 x 1.10 = 88 USD on the day."""
    rates = Quotes.of([("EUR", "USD", CALLED, D("1.20")), ("EUR", "USD", VALUED, D("1.10"))])
    record = replace(
        RECORD,
        flows=(*RECORD.flows, Flow(CALLED, D(10), D(0), "EUR")),
        holdings=(Holding("X", CALLED, None, (Amount(PAID, D(80), "EUR"),)),),
    )
    found = fund_performance(record, VALUED, rates)
    assert (found.called.value, found.nav.value) == (112, 88)


def test_an_amount_that_cannot_be_converted_leaves_its_sums_unknown() -> None:
    record = replace(RECORD, flows=(*RECORD.flows, Flow(CALLED, D(10), D(0), "EUR")))
    found = fund_performance(record, VALUED, NO_RATES)
    why = f"FX_MISSING: EUR on {CALLED}"
    assert (found.called.value, found.called.reason, found.irr.reason, found.dpi.reason) == (None, why, why, why)
    assert found.distributed.value == 30


def test_moic_needs_the_transactions_of_the_investments() -> None:
    found = fund_performance(replace(RECORD, invested=None, realised=None), VALUED, NO_RATES)
    assert (found.moic.value, found.moic.reason) == (None, NO_TRANSACTIONS)
