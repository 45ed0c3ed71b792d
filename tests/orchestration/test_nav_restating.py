"""Restating published strikes through the write path: what is wrong is found, shown, refused or recorded, and replaced.

Rules: nav 3 (Errors, Restatement) and 6.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from calculations.nav.approval_log import NavEvent
from orchestration.nav_approval_rows import LOG
from orchestration.nav_approving import (
    COMMAND_LINE,
    RestatementAsked,
    UnknownStrike,
    restate,
    take_automatic_steps,
)
from orchestration.nav_published import published_navs
from orchestration.nav_wrong import wrong_navs
from orchestration.settings import Settings
from orchestration.warehouse import append_rows
from tests.orchestration.nav_approvals import (
    ACCOUNTANT,
    DIRECTOR,
    PARTNER,
    approved,
    found,
    opened,
    take,
)
from tests.orchestration.nav_tables import DAY, HOUSE, PRODUCT, NavTables


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def tables(settings: Settings) -> NavTables:
    return NavTables(settings.warehouse_path)


def test_a_restatement_links_what_it_replaces_and_supersedes_it_when_published(
    tables: NavTables, settings: Settings
) -> None:
    approved(tables, settings)
    take(settings, "PUBLISH", PARTNER)
    tables.strike(version=2, nav=Decimal("10.08"))
    assert take_automatic_steps(tables.warehouse, settings, "run-2") == (), "not before somebody says why"
    asked = RestatementAsked(PRODUCT, DAY, "a coupon was missed", ACCOUNTANT)
    events = restate(tables.warehouse, settings, asked, COMMAND_LINE, "run-2")
    assert [(e.step, e.version) for e in events] == [("RESTATE", 1), ("DRAFT", 2), ("VALIDATE", 2)]
    take(settings, "APPROVE", DIRECTOR)
    take(settings, "PUBLISH", PARTNER)
    assert tables.warehouse.rows(
        f"select version, step, to_status, requested_by, cause, first_bad_date, restates_version from {LOG} "
        "where event_number > 4 order by event_number"
    ) == [
        (1, "RESTATE", "PUBLISHED", None, "a coupon was missed", DAY, None),
        (2, "DRAFT", "DRAFT", ACCOUNTANT, None, None, 1),
        (2, "VALIDATE", "VALIDATED", None, None, None, 1),
        (2, "APPROVE", "APPROVED", None, None, None, 1),
        (2, "PUBLISH", "PUBLISHED", None, None, None, 1),
        (1, "SUPERSEDE", "SUPERSEDED", None, None, None, None),
    ]
    assert found(tables, settings) == []


def published(tables: NavTables, settings: Settings, *days: dt.date) -> None:
    """A NAV of 10.10 on each of the days."""
    for day in days:
        opened(tables, settings, day=day)
        take(settings, "APPROVE", DIRECTOR, valuation_date=day)
        take(settings, "PUBLISH", PARTNER, valuation_date=day)


def asked(
    tables: NavTables, settings: Settings, since: dt.date, actor: str = ACCOUNTANT, product_id: str = PRODUCT
) -> tuple[NavEvent, ...]:
    wanted = RestatementAsked(product_id, since, "a coupon was missed", actor)
    return restate(tables.warehouse, settings, wanted, COMMAND_LINE, "run-2")


DAYS = [DAY + dt.timedelta(days=n) for n in range(4)]


def test_a_restatement_is_of_every_published_day_from_the_first_bad_one_and_waits_for_new_strikes(
    tables: NavTables, settings: Settings
) -> None:
    published(tables, settings, *DAYS[:3])
    opened(tables, settings, day=DAYS[3])  # not published
    tables.strike(version=2, day=DAYS[1], nav=Decimal("10.08"))
    events = asked(tables, settings, DAYS[1])
    stated = [event for event in events if event.restatement]
    assert [event.day.valuation_date for event in stated] == DAYS[1:3]
    assert len({event.restatement.restatement_id for event in stated if event.restatement}) == 1
    tables.strike(version=2, day=DAYS[2], nav=Decimal("10.08"))
    drafted, _ = take_automatic_steps(tables.warehouse, settings, "run-3")
    assert (drafted.day.valuation_date, drafted.requested_by, drafted.restates_version) == (DAYS[2], ACCOUNTANT, 1)
    assert found(tables, settings) == []


def test_a_refused_restatement_is_recorded_once(tables: NavTables, settings: Settings) -> None:
    published(tables, settings, *DAYS[:2])
    (event,) = asked(tables, settings, DAY, actor=DIRECTOR)
    assert (event.refusal, tables.log()[-1][3]) == ("NO_PERMISSION", "NO_PERMISSION")
    with pytest.raises(UnknownStrike, match="found none"):
        asked(tables, settings, DAY, product_id="other")


@pytest.mark.parametrize("second", [None, Decimal("10.10")], ids=["not struck again", "struck again alike"])
def test_where_no_published_nav_is_wrong_nothing_is_restated(
    tables: NavTables, settings: Settings, second: Decimal | None
) -> None:
    published(tables, settings, *DAYS[:2])
    if second is not None:
        tables.strike(version=2, day=DAYS[0], nav=second)
    (event,) = asked(tables, settings, DAYS[0])
    assert (event.refusal, event.correction) == ("RULE_VIOLATION", None)
    assert "no published NAV of bond-fund is wrong" in event.message
    assert tables.log()[-1] == ("RESTATE", 1, "PUBLISHED", "RULE_VIOLATION")
    assert found(tables, settings) == []


def test_a_restatement_that_begins_after_the_first_wrong_nav_is_refused_with_the_day_found(
    tables: NavTables, settings: Settings
) -> None:
    published(tables, settings, *DAYS[:3])
    for day in DAYS[:2]:
        tables.strike(version=2, day=day, nav=Decimal("10.08"))
    (event,) = asked(tables, settings, DAYS[1])
    assert event.refusal == "RULE_VIOLATION"
    assert (
        event.message
        == f"published NAVs of {PRODUCT} are wrong from {DAYS[0]} on, found {DAYS[1]} as the first bad date"
    )
    assert asked(tables, settings, DAYS[0])[0].is_accepted
    tables.strike(version=2, day=DAYS[2], nav=Decimal("10.08"))
    take_automatic_steps(tables.warehouse, settings, "run-3")
    assert found(tables, settings) == []


def test_a_wrong_nav_of_which_nobody_has_said_so_begins_a_restatement_of_its_own(
    tables: NavTables, settings: Settings
) -> None:
    published(tables, settings, DAYS[0])
    tables.strike(version=2, day=DAYS[0], nav=Decimal("10.08"))
    asked(tables, settings, DAYS[0])
    published(tables, settings, DAYS[2])
    tables.strike(version=2, day=DAYS[2], nav=Decimal("10.08"))
    event, *_ = asked(tables, settings, DAYS[2])
    assert (event.day.valuation_date, event.is_accepted) == (DAYS[2], True)


def test_each_event_says_what_is_to_correct_of_its_day_and_what_was_judged_of_it(
    tables: NavTables, settings: Settings
) -> None:
    published(tables, settings, *DAYS[:2])
    for day in DAYS[:2]:
        tables.strike(version=2, day=day, nav=Decimal("10.00"))
    judged = {
        "organization_id": HOUSE, "product_id": PRODUCT, "share_class_id": PRODUCT, "valuation_date": DAYS[1],
        "publisher": "WEIR", "published_version": 1, "correct_version": 2, "threshold_rate": Decimal("0.005"),
        "treatment": "RESTATE", "order_count": 2, "subscription_loser": "SUBSCRIBERS",
        "subscription_loss_amount": Decimal(1420),
    }  # fmt: skip
    with tables.warehouse.transaction() as connection:
        append_rows(connection, "calc.nav_restatements", [judged])
    first, second, *_ = asked(tables, settings, DAYS[0])
    # 10.10 / 10.00 - 1
    told = f"{PRODUCT} version 1: 10.1 USD, correct 10 by version 2 (+1.000000%)"
    assert first.correction == f"{told}, not judged yet: the next run does"
    assert second.correction == f"{told}, threshold 0.50%, treatment RESTATE, 2 orders, SUBSCRIBERS lost 1420 USD"
    kept = tables.warehouse.rows(f"select correction from {LOG} where step = 'RESTATE' order by event_number")
    assert kept == [(first.correction,), (second.correction,)]


def test_once_the_restated_version_is_published_nothing_is_wrong_any_more(
    tables: NavTables, settings: Settings
) -> None:
    published(tables, settings, DAY)
    tables.strike(version=2, nav=Decimal("10.08"))
    asked(tables, settings, DAY)
    take(settings, "APPROVE", DIRECTOR)
    take(settings, "PUBLISH", PARTNER)
    with tables.warehouse.connect() as connection:
        navs = published_navs(connection)[HOUSE, PRODUCT]
        assert wrong_navs(connection, HOUSE, PRODUCT).since is None
    assert [(n.published.version, n.correct and n.correct.version, n.is_replaced) for n in navs] == [
        (1, 2, True),
        (2, 2, False),
    ]


def test_a_rejected_strike_corrects_nothing(tables: NavTables, settings: Settings) -> None:
    published(tables, settings, DAY)
    tables.strike(version=2, nav=Decimal("10.08"))
    asked(tables, settings, DAY)
    take(settings, "REJECT", DIRECTOR, comment="a price is wrong")
    with tables.warehouse.connect() as connection:
        assert wrong_navs(connection, HOUSE, PRODUCT).since is None
