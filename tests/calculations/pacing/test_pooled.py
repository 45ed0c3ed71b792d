"""The return of funds together. Expected values from compounding by hand. Source: fund-admin 3.1, 3.2."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from calculations.funds.pacing.pooled import Member, pooled_return

START, END = dt.date(2020, 12, 31), dt.date(2021, 12, 31)  # 365 days


def test_a_pool_returns_what_its_flows_and_values_return_together() -> None:
    """100 grows to 130 in one fund and 300 to 310 in the other: 440 for 400 after a year, 10 %, where the mean is 16.7 %."""
    members = [Member(Decimal(100), Decimal(0), Decimal(130)), Member(Decimal(300), Decimal(0), Decimal(310))]
    found = pooled_return(members, [START, START], [Decimal(-100), Decimal(-300)], END)
    assert found.irr.rate == pytest.approx(0.10, abs=1e-12)
    assert (found.tvpi.value, found.dpi.value) == (Decimal("1.1"), Decimal(0))
    assert (found.called.value, found.nav.value) == (Decimal(400), Decimal(440))


def test_a_value_that_is_unknown_leaves_the_pool_without_a_return_and_says_whose() -> None:
    members = [
        Member(Decimal(100), Decimal(20), Decimal(130)),
        Member(Decimal(300), Decimal(60), None, "NO_VALUATION: F2"),
    ]
    found = pooled_return(members, [START, START], [Decimal(-100), Decimal(-300)], END)
    assert (found.irr.rate, found.tvpi.value, found.nav.value) == (None, None, None)
    assert {found.irr.reason, found.tvpi.reason, found.nav.reason} == {"NO_VALUATION: F2"}
    assert found.dpi.value == Decimal("0.2")  # 80 / 400 needs no value


def test_an_amount_that_is_unknown_leaves_nothing_that_rests_on_it() -> None:
    members = [
        Member(Decimal(100), Decimal(20), Decimal(130)),
        Member(None, None, None, "FX_MISSING: JPY on 2020-01-02"),
    ]
    found = pooled_return(members, [START], [Decimal(-100)], END)
    assert [part.value for part in (found.called, found.distributed, found.nav)] == [None] * 3
    assert found.dpi.reason == found.irr.reason == "FX_MISSING: JPY on 2020-01-02"
