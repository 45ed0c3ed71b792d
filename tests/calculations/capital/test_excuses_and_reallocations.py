"""Excuses in force and calls moved between partners. Expected values are read off the rows beside each test."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from calculations.funds.capital.excuses import Excuse, share_excused
from calculations.funds.capital.reallocations import ReallocationLeg, reallocated

D = Decimal
DAY = dt.date(2024, 6, 30)


def excuse(name: str, share: str, commitment: str | None = None, day: dt.date = DAY) -> Excuse:
    return Excuse(name, "deal", "investor", commitment, D(share), day)


def share(*excuses: Excuse, commitment: str = "c-1", day: dt.date = DAY) -> Decimal:
    return share_excused(excuses, "deal", "investor", commitment, day)


def test_an_excuse_of_the_commitment_governs_one_of_its_investor() -> None:
    both = (excuse("1", "1"), excuse("2", "0.25", "c-1", dt.date(2024, 1, 1)))
    assert share(*both) == D("0.25")
    assert share(*both, commitment="c-2") == D(1)
    assert share_excused(both, "other deal", "investor", "c-1", DAY) == 0


def test_an_excuse_counts_from_its_day_and_the_latest_governs() -> None:
    assert share(excuse("1", "1"), day=dt.date(2024, 6, 29)) == 0
    assert share(excuse("1", "1", day=dt.date(2024, 1, 1)), excuse("2", "0")) == 0


def test_excuses_that_contradict_each_other_or_exceed_the_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one excuse from 2024-06-30, found 1, 2"):
        share(excuse("1", "1"), excuse("2", "0.5"))
    with pytest.raises(ValueError, match=r"excuse 1: expected a share from 0 to 1, found 1\.5"):
        share(excuse("1", "1.5"))


NOTICES = {"n-1": ("a", D("100.00")), "n-2": ("b", D("50.00"))}


def leg(line: int, notice: str, commitment: str, amount: str) -> ReallocationLeg:
    return ReallocationLeg("r", line, notice, commitment, D(amount), DAY)


def test_a_reallocation_moves_a_call_and_changes_no_total() -> None:
    found = reallocated(
        NOTICES, [leg(1, "n-1", "a", "-40.00"), leg(2, "n-1", "c", "40.00"), leg(3, "n-2", "b", "0.00")]
    )
    assert found == {("n-1", "a"): D("60.00"), ("n-1", "c"): D("40.00"), ("n-2", "b"): D("50.00")}
    assert sum(found.values()) == sum(amount for _, amount in NOTICES.values())


@pytest.mark.parametrize(
    ("legs", "message"),
    [
        ([leg(1, "n-1", "a", "-40.00")], r"reallocation r: expected legs that sum to zero, found -40\.00"),
        ([leg(1, "n-9", "a", "0.00")], "reallocation r, line 1: expected a notice that is given, found 'n-9'"),
        (
            [leg(1, "n-2", "b", "-60.00"), leg(2, "n-2", "c", "60.00")],
            r"notice n-2: expected b to be called for 0 or more, found -10\.00",
        ),
    ],
)
def test_reallocations_that_do_not_add_up_are_refused(legs: list[ReallocationLeg], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reallocated(NOTICES, legs)
