"""A deal's dates by period. Rules are those of clo-liabilities-waterfall 1.2 and clo-collateral-engine 4.1."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from calculations.calendars import BusinessCalendar, Convention
from calculations.clo.deal_dates import DealDateTerms, deal_dates
from calculations.clo.presets import preset

WEEKENDS = BusinessCalendar()
TERMS = DealDateTerms(
    closing=dt.date(2023, 11, 15),
    first_payment=dt.date(2024, 4, 1),
    stated_maturity=dt.date(2026, 4, 22),
    payment_day=22,
    determination_lag=8,
    index_lag=2,
)


def dates(*texts: str) -> list[dt.date]:
    return [dt.date.fromisoformat(text) for text in texts]


def test_before_the_first_payment_period_1_begins_at_closing() -> None:
    found = deal_dates(TERMS, dt.date(2024, 2, 1), WEEKENDS)
    assert found.nominal.tolist()[:2] == dates("2024-04-22", "2024-07-22")
    assert found.count == 9
    assert found.accrual_begin.tolist()[0] == TERMS.closing
    assert found.collection_begin.tolist()[:2] == dates("2023-11-15", "2024-04-10")
    assert found.collection_end.tolist()[:2] == dates("2024-04-10", "2024-07-10")
    assert found.interest_determination.tolist()[:2] == dates("2023-11-15", "2024-04-18")


def test_later_period_1_begins_where_the_period_before_the_analysis_date_ended() -> None:
    found = deal_dates(TERMS, dt.date(2024, 6, 1), WEEKENDS)
    assert found.nominal.tolist()[0] == dt.date(2024, 7, 22)
    assert found.accrual_begin.tolist()[0] == dt.date(2024, 4, 22)
    assert found.collection_begin.tolist()[0] == dt.date(2024, 4, 10)
    assert found.interest_determination.tolist()[0] == dt.date(2024, 4, 18)
    assert found.grid.tolist()[:2] == dates("2024-04-22", "2024-07-22")


def test_a_payment_date_on_the_analysis_date_is_past() -> None:
    assert deal_dates(TERMS, dt.date(2024, 4, 22), WEEKENDS).nominal.tolist()[0] == dt.date(2024, 7, 22)


def test_a_payment_date_on_a_saturday_is_moved_and_the_nominal_one_kept() -> None:
    found = deal_dates(TERMS, dt.date(2025, 1, 22), WEEKENDS)
    assert (found.nominal.tolist()[0], found.payment.tolist()[0]) == tuple(dates("2025-04-22", "2025-04-22"))
    moved = deal_dates(replace(TERMS, payment_day=20), dt.date(2024, 7, 20), WEEKENDS)
    # 20 Oct 2024 is a Sunday
    assert (moved.nominal.tolist()[0], moved.payment.tolist()[0]) == tuple(dates("2024-10-20", "2024-10-21"))
    blank = replace(TERMS, payment_day=20, convention=Convention.UNADJUSTED)
    assert deal_dates(blank, dt.date(2024, 7, 20), WEEKENDS).payment.tolist()[0] == dt.date(2024, 10, 20)
    old = deal_dates(blank, dt.date(2024, 7, 20), WEEKENDS, preset(["COL-03"]))
    assert old.payment.tolist()[0] == dt.date(2024, 10, 21)


def test_payment_day_31_is_the_last_day_of_every_month() -> None:
    monthly = replace(TERMS, payment_day=31, months_between=1, convention=Convention.UNADJUSTED)
    found = deal_dates(monthly, dt.date(2024, 4, 2), WEEKENDS)
    assert found.nominal.tolist()[:3] == dates("2024-04-30", "2024-05-31", "2024-06-30")


def test_each_period_begins_where_the_one_before_it_ends() -> None:
    found = deal_dates(TERMS, dt.date(2024, 6, 1), WEEKENDS)
    assert found.accrual_begin[1:].tolist() == found.payment[:-1].tolist()
    assert found.collection_begin[1:].tolist() == found.collection_end[:-1].tolist()


def test_no_period_left_is_an_error() -> None:
    with pytest.raises(ValueError, match="found the last one on 2026-04-22"):
        deal_dates(TERMS, dt.date(2026, 4, 22), WEEKENDS)
