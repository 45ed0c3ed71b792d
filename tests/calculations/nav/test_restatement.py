"""Restating NAVs: every wrong one gets a new version once one of them is material, and nothing else does."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.restatement import NavVersion, PricedOrder, current_versions, restate
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import DAY, D

ONE = dt.timedelta(days=1)
DAYS = [DAY + n * ONE for n in range(4)]
PUBLISHED = [NavVersion(day, 1, D("100")) for day in DAYS]


def struck(navs: dict[dt.date, str], version: int = 2) -> dict[dt.date, NavVersion]:
    return {day: NavVersion(day, version, D(nav)) for day, nav in navs.items()}


def all_days(nav: str) -> dict[dt.date, NavVersion]:
    return struck(dict.fromkeys(DAYS, nav))


def test_every_wrong_nav_is_restated_once_one_is_material() -> None:
    # bond fund: 0.2 % on the second day is below the threshold, 1 % on the third is not
    correct = struck({DAYS[1]: "99.8", DAYS[2]: "99"}, version=4) | {DAYS[3]: PUBLISHED[3]}
    orders = [PricedOrder(f"o{n}", day) for n, day in enumerate(DAYS)]
    found = restate(PUBLISHED, correct, "BOND", orders=orders)
    assert (found.treatment, found.first_bad_date) == ("RESTATE", DAYS[1])
    assert [(c.valuation_date, c.version, c.corrects_version) for c in found.corrections] == [
        (DAYS[1], 4, 1),
        (DAYS[2], 4, 1),
    ]
    assert [c.error.is_material for c in found.corrections] == [False, True]
    assert found.order_ids == ("o1", "o2")


def test_below_the_threshold_what_was_published_stays() -> None:
    found = restate(PUBLISHED, all_days("99.8"), "BOND")
    assert (found.treatment, found.first_bad_date, found.corrections, len(found.errors)) == ("PROSPECTIVE", DAY, (), 4)


def test_nothing_wrong_is_nothing_to_do() -> None:
    assert restate(PUBLISHED, all_days("100"), "BOND").treatment == "NONE"


def test_an_unknown_threshold_leaves_the_treatment_unknown() -> None:
    found = restate(PUBLISHED, all_days("99"), "INSTITUTIONAL")
    assert (found.treatment, found.corrections, found.errors[DAY].reason) == (None, (), "MISSING_TERMS")


def test_a_version_already_corrected_is_judged_by_its_last_one() -> None:
    versions = [*PUBLISHED, NavVersion(DAYS[0], 2, D("99"))]
    correct = all_days("100") | struck({DAYS[0]: "98"}, version=3)
    found = restate(versions, correct, "BOND")
    assert [(c.version, c.corrects_version, c.error.published) for c in found.corrections] == [(3, 2, D("99"))]


def test_a_day_left_out_is_refused() -> None:
    with pytest.raises(Unavailable, match=f"none for {DAYS[2]}, {DAYS[3]}"):
        restate(PUBLISHED, struck({DAYS[1]: "99"}), "BOND")


def test_a_version_that_stands_twice_is_refused() -> None:
    with pytest.raises(Unavailable) as refused:
        current_versions([*PUBLISHED, PUBLISHED[0]])
    assert refused.value.reason == "DUPLICATE_INPUT"


@given(st.lists(st.decimals("50", "150", places=2, allow_nan=False), min_size=4, max_size=4))
def test_restating_twice_changes_nothing_more(navs: list[Decimal]) -> None:
    correct = {day: NavVersion(day, 2, nav) for day, nav in zip(DAYS, navs, strict=True)}
    first = restate(PUBLISHED, correct, "EQUITY")
    restated = [NavVersion(c.valuation_date, c.version, c.error.correct) for c in first.corrections]
    again = restate([*PUBLISHED, *restated], correct, "EQUITY")
    assert again.corrections == ()
    assert again.treatment == ("NONE" if first.treatment == "RESTATE" else first.treatment)
    if first.treatment == "RESTATE":
        current = {each.valuation_date: each.nav_per_share for each in current_versions([*PUBLISHED, *restated])}
        assert current == dict(zip(DAYS, navs, strict=True))
