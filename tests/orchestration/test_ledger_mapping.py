"""Over which stretches net assets of a ledger are rolled forward. The roll-forward itself is proved with the calculations."""

from __future__ import annotations

import datetime as dt

from calculations.calendars import end_of_month
from orchestration.assets.ledger_mapping import MappedMonth, Month, periods

YEAR_END = dt.date(2023, 12, 31)


def months(*numbers: int) -> list[MappedMonth]:
    starts = [dt.date(2024, number, 1) for number in numbers]
    return [MappedMonth(Month(start, end_of_month(start).item(), ()), ()) for start in starts]


def spans(found: list[MappedMonth], *stated: dt.date) -> list[tuple[int, int]]:
    return [(each[0].month.start.month, each[-1].month.end.month) for each in periods(found, stated)]


def test_periods_go_from_one_stated_end_to_the_next_whatever_their_length() -> None:
    found = months(1, 2, 3, 4)
    assert spans(found, YEAR_END, dt.date(2024, 3, 31), dt.date(2024, 4, 30)) == [(1, 3), (4, 4)]


def test_a_period_with_a_month_that_is_not_mapped_has_no_roll_forward() -> None:
    stated = YEAR_END, dt.date(2024, 3, 31), dt.date(2024, 6, 30)
    assert spans(months(1, 3, 4, 5, 6), *stated) == [(4, 6)]  # February is missing
    assert spans(months(2, 3, 4, 5), *stated) == []  # no whole quarter


def test_quarters_are_taken_where_nothing_is_stated() -> None:
    assert spans(months(1, 2, 3, 4, 5, 6)) == [(1, 3), (4, 6)]
    assert spans(months(2, 3, 4, 5, 6)) == [(4, 6)]
    assert spans([]) == []
