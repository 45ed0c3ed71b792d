"""Approvals of strikes in the warehouse: the write path, every class of attempt to get around it, two at once.

Rules: nav 6; the transition function itself is tested in tests/calculations/nav.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calculations.approvals.policy import FILE
from calculations.nav.approval_log import Step
from orchestration.alerting import refused_steps
from orchestration.nav_approval_rows import LOG, log_rows
from orchestration.nav_approving import (
    COMMAND_LINE,
    UnknownStrike,
    take_automatic_steps,
)
from orchestration.run_lock import hold_warehouse
from orchestration.settings import Settings
from tests.orchestration.nav_approvals import (
    CONTROLLER,
    DIRECTOR,
    FAR,
    PARTNER,
    approved,
    found,
    opened,
    take,
)
from tests.orchestration.nav_tables import DAY, HOUSE, KNOWN_AT, PRODUCT, NavTables


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def tables(settings: Settings) -> NavTables:
    return NavTables(settings.warehouse_path)


def test_every_strike_becomes_a_draft_and_one_without_warnings_is_validated(
    tables: NavTables, settings: Settings
) -> None:
    tables.strike()
    tables.strike(product_id="warned", failed=(("FX_TRIANGLE", "warning"),))
    take_automatic_steps(tables.warehouse, settings, "run-1")
    assert tables.warehouse.rows(f"select product_id, step, actor, is_automatic from {LOG} order by event_number") == [
        (PRODUCT, "DRAFT", "system", True),
        (PRODUCT, "VALIDATE", "system", True),
        ("warned", "DRAFT", "system", True),
    ]
    assert take_automatic_steps(tables.warehouse, settings, "run-2") == (), "each once"
    assert found(tables, settings) == []


def test_a_product_of_any_organisation_is_drafted(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings, organization_id="default")
    assert [step for step, *_ in tables.log()] == ["DRAFT", "VALIDATE"]


def test_an_event_says_who_when_what_why_and_of_which_content(tables: NavTables, settings: Settings) -> None:
    strike_id = tables.strike()
    take_automatic_steps(tables.warehouse, settings, "run-1")
    (event,) = take(settings, "APPROVE", " CEDAR.Finance-Director", comment="agreed with the custodian")
    with tables.warehouse.connect() as connection:
        row = log_rows(connection)[-1]
    stated = {name: row[name] for name in ("actor", "stated_actor", "step", "comment", "strike_id", "source", "run_id")}
    assert stated == {
        "actor": DIRECTOR,
        "stated_actor": " CEDAR.Finance-Director",
        "step": "APPROVE",
        "comment": "agreed with the custodian",
        "strike_id": strike_id,
        "source": COMMAND_LINE,
        "run_id": "run-2",
    }
    assert (row["content_hash"], row["move"]) == (event.content_hash, Decimal("0.01"))
    assert abs(row["recorded_at"] - dt.datetime.now(dt.UTC).replace(tzinfo=None)) < dt.timedelta(minutes=5)


# Every class of attempt to get around four eyes: (strike, steps before, attempt, reason).
ATTEMPTS: dict[str, tuple[dict[str, Any], list[tuple[str, str]], dict[str, Any], str]] = {
    "same person": (FAR, [("APPROVE", DIRECTOR)], {"actor": DIRECTOR}, "SAME_ACTOR"),
    "another case": (FAR, [("APPROVE", DIRECTOR)], {"actor": DIRECTOR.upper()}, "SAME_ACTOR"),
    "another spacing": (FAR, [("APPROVE", DIRECTOR)], {"actor": " cedar.finance- director"}, "SAME_ACTOR"),
    "an alias": (FAR, [("APPROVE", DIRECTOR)], {"actor": "cfo@cedar-assets.example"}, "SAME_ACTOR"),
    "without permission": ({}, [], {"actor": CONTROLLER}, "NO_PERMISSION"),
    "unknown": ({}, [], {"actor": "nobody"}, "NO_PERMISSION"),
    "as the system": ({}, [], {"actor": "system", "step": Step.PUBLISH}, "NO_PERMISSION"),
    "another tenant": ({}, [], {"actor": "alder.partner-one"}, "WRONG_TENANT"),
    "stale content": ({}, [], {"actor": DIRECTOR, "content_hash": "0" * 64}, "STALE_HASH"),
    "before validation": ({"failed": (("FX_TRIANGLE", "warning"),)}, [], {"actor": DIRECTOR}, "ILLEGAL_TRANSITION"),
    "after rejection": ({}, [("REJECT", PARTNER)], {"actor": DIRECTOR}, "ILLEGAL_TRANSITION"),
    "replayed": ({}, [("APPROVE", DIRECTOR)], {"actor": DIRECTOR}, "ILLEGAL_TRANSITION"),
    "publication before approval": ({}, [], {"actor": PARTNER, "step": Step.PUBLISH}, "ILLEGAL_TRANSITION"),
    "failed rule": (
        {"failed": (("PRICE_MISSING", "critical"),)},
        [],
        {"actor": CONTROLLER, "step": Step.VALIDATE},
        "RULE_VIOLATION",
    ),
    "warning without comment": (
        {"failed": (("FX_TRIANGLE", "warning"),)},
        [],
        {"actor": CONTROLLER, "step": Step.VALIDATE},
        "MISSING_VALUE",
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_is_refused_recorded_alerted_and_changes_nothing(
    tables: NavTables, settings: Settings, attempt: str
) -> None:
    strike, before, tried, why = ATTEMPTS[attempt]
    opened(tables, settings, **strike)
    for step, actor in before:
        take(settings, step, actor, comment="seen")
    status = tables.log()[-1][2]
    (event,) = take(settings, **{"step": "APPROVE", **tried})
    assert event.refusal == why
    assert tables.log()[-1][2:] == (status, why)
    (alert,) = refused_steps(tables.warehouse)
    assert why in alert.title
    assert f"{PRODUCT} of {DAY}" in alert.title
    assert found(tables, settings) == []


def test_an_approval_of_a_superseded_version_is_refused(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    tables.strike(version=2, nav=Decimal("10.11"))
    (event,) = take(settings, "APPROVE", DIRECTOR, version=1)
    assert event.refusal == "SUPERSEDED"
    take_automatic_steps(tables.warehouse, settings, "run-2")
    (event,) = take(settings, "APPROVE", DIRECTOR)
    assert (event.version, event.to_status) == (2, "APPROVED")


def test_who_started_the_run_does_not_approve_what_it_struck(tables: NavTables, settings: Settings) -> None:
    tables.strike()
    take_automatic_steps(tables.warehouse, settings, "run-1", requested_by="CFO@cedar-assets.example")
    assert take(settings, "APPROVE", DIRECTOR)[0].refusal == "SAME_ACTOR"
    assert take(settings, "APPROVE", PARTNER)[0].to_status == "APPROVED"


def test_a_house_may_publish_what_is_approved_at_once_and_its_own_policy_is_read(
    tables: NavTables, settings: Settings
) -> None:
    text = FILE.read_text().replace("automatic_steps: [VALIDATE]", "automatic_steps: [VALIDATE, PUBLISH]")
    (settings.home / "approvals.yaml").write_text(text)
    here = Settings(home=settings.home)
    assert here.approval_policy == settings.home / "approvals.yaml"
    approved(tables, here)
    (event,) = take_automatic_steps(tables.warehouse, here, "run-3")
    assert (event.to_status, event.actor) == ("PUBLISHED", "system")


def test_a_product_of_two_organisations_is_named_with_its_own(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    opened(tables, settings, organization_id="alder-capital")
    with pytest.raises(UnknownStrike, match="alder-capital, cedar-assets"):
        take(settings, "APPROVE", DIRECTOR)
    assert take(settings, "APPROVE", DIRECTOR, organization_id="alder-capital")[0].refusal == "WRONG_TENANT"
    assert take(settings, "APPROVE", DIRECTOR, organization_id=HOUSE)[0].to_status == "APPROVED"


# Two approvals at the same instant: of one version that needs one, and of one person where two are needed.
@pytest.mark.parametrize(
    ("strike", "actors", "outcome"),
    [
        ({}, (DIRECTOR, PARTNER), ["APPROVED", "ILLEGAL_TRANSITION"]),
        (FAR, (DIRECTOR, "CFO@cedar-assets.example"), ["SAME_ACTOR", "VALIDATED"]),
        (FAR, (DIRECTOR, PARTNER), ["APPROVED", "VALIDATED"]),
    ],
)
def test_two_threads_that_approve_at_once_count_as_they_came(
    tables: NavTables, settings: Settings, strike: dict[str, Any], actors: tuple[str, str], outcome: list[str]
) -> None:
    opened(tables, settings, **strike)
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def approve(actor: str) -> None:
        start.wait()
        (event,) = take(settings, "APPROVE", actor)
        outcomes.append(event.refusal or event.to_status)

    with tables.warehouse.kept_open():
        threads = [threading.Thread(target=approve, args=(actor,)) for actor in actors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(outcomes) == outcome
    assert found(tables, settings) == []


def _approve_in_a_process(home: Path, actor: str, ready: Any, start: Any, outcomes: Any) -> None:
    settings = Settings(home=home)
    ready.release()
    start.wait()
    with hold_warehouse(settings.lock_path, "test", 300):
        (event,) = take(settings, "APPROVE", actor)
    outcomes.put(event.refusal or event.to_status)


@pytest.mark.slow
def test_two_processes_that_approve_at_once_count_as_they_came(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings, **FAR)
    context = multiprocessing.get_context("spawn")
    ready, start, outcomes = context.Semaphore(0), context.Event(), context.Queue()
    actors = (DIRECTOR, "CFO@cedar-assets.example")
    processes = [
        context.Process(target=_approve_in_a_process, args=(settings.home, actor, ready, start, outcomes))
        for actor in actors
    ]
    for process in processes:
        process.start()
    for _ in processes:
        assert ready.acquire(timeout=300)
    start.set()
    assert sorted(outcomes.get(timeout=300) for _ in processes) == ["SAME_ACTOR", "VALIDATED"]
    for process in processes:
        process.join()
    assert found(tables, settings) == []


def test_a_strike_that_comes_back_is_judged_by_its_own_verdicts(tables: NavTables, settings: Settings) -> None:
    """Version 3 is of the inputs of version 1, known later: its verdicts are those of its own knowledge."""
    tables.strike()
    tables.strike(version=2)
    tables.strike(version=3, failed=(("PRICE_MISSING", "critical"),))
    with tables.warehouse.transaction() as connection:
        for table in ("nav_runs", "nav_validations"):
            connection.execute(
                f"update ops.{table} set strike_id = ?, known_at = ? where strike_id = ?",
                [f"{PRODUCT}-{DAY}-1", KNOWN_AT + dt.timedelta(days=1), f"{PRODUCT}-{DAY}-3"],
            )
    take_automatic_steps(tables.warehouse, settings, "run-1")
    assert tables.log() == [("DRAFT", 3, "DRAFT", None)]
