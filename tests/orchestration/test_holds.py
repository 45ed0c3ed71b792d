"""Rules of holding: input-contracts 2.3 and 2.4."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from orchestration.holds import Breach, EntityLoad, entity_statuses

MARCH, JUNE = dt.date(2016, 3, 31), dt.date(2016, 6, 30)
DAY = [dt.datetime(2016, 7, day) for day in range(1, 10)]
BAD = Breach("NO_COLLATERAL", "the deal holds nothing")


def load(number: int, as_of: dt.date = MARCH, known_at: dt.datetime | None = None) -> EntityLoad:
    return EntityLoad("birch", "MAG17", f"load-{number}", as_of, known_at or DAY[number])


def status_of(loads: list[EntityLoad], *bad: int):
    (status,) = entity_statuses(loads, {("birch", "MAG17", f"load-{number}"): BAD for number in bad})
    return status


def test_a_deal_whose_loads_are_all_good_is_current() -> None:
    status = status_of([load(1), load(2, JUNE)])
    assert (status.status, status.held_since, status.last_good_known_at) == ("current", None, DAY[2])


def test_a_bad_newest_load_holds_the_deal_at_the_instant_before_it() -> None:
    status = status_of([load(1), load(2, JUNE)], 2)
    assert (status.status, status.held_since, status.last_good_known_at) == ("held", DAY[2], DAY[1])
    assert status.rule_code == "NO_COLLATERAL"


def test_a_bad_first_load_means_never_published() -> None:
    status = status_of([load(1)], 1)
    assert (status.status, status.held_since, status.last_good_known_at) == ("never_published", DAY[1], None)


def test_a_correction_of_the_same_date_releases_the_deal() -> None:
    status = status_of([load(1), load(2, JUNE), load(3, JUNE)], 2)
    assert (status.status, status.last_good_known_at) == ("current", DAY[3])


def test_a_later_date_does_not_release_a_deal_whose_earlier_date_is_still_bad() -> None:
    status = status_of([load(1), load(2, JUNE), load(3, dt.date(2016, 9, 30))], 2)
    assert (status.status, status.held_since, status.last_good_known_at) == ("held", DAY[2], DAY[1])


def test_a_bad_correction_of_an_old_date_holds_the_deal_too() -> None:
    status = status_of([load(1), load(2, JUNE), load(3, MARCH)], 3)
    assert (status.status, status.held_since, status.last_good_known_at) == ("held", DAY[3], DAY[2])


def test_loads_of_one_instant_are_judged_together() -> None:
    status = status_of([load(1, MARCH, DAY[1]), load(2, MARCH, DAY[1])], 1)
    assert status.status == "current"


def test_entities_do_not_hold_each_other() -> None:
    other = EntityLoad("birch", "MAG16", "load-1", MARCH, DAY[1])
    statuses = entity_statuses([load(1), other], {("birch", "MAG17", "load-1"): BAD})
    assert [(s.entity_id, s.status) for s in statuses] == [("MAG16", "current"), ("MAG17", "never_published")]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.booleans()), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_loads_are_listed_changes_nothing(described, random) -> None:
    loads = [load(n, dt.date(2016, 1 + a, 1), DAY[k]) for n, (a, k, _) in enumerate(described)]
    bad = [n for n, (_, _, is_bad) in enumerate(described) if is_bad]
    shuffled = loads[:]
    random.shuffle(shuffled)
    assert status_of(loads, *bad) == status_of(shuffled, *bad)
