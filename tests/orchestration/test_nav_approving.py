"""Approvals of strikes in the warehouse: the write path, its sealed log, and what is written by any other way.

Rules: nav 6; the transition function itself is tested in tests/calculations/nav.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import stat
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from calculations.approvals.chain import seal
from calculations.approvals.policy import FILE
from calculations.nav.approval_log import NavEvent, Step
from orchestration.alerting import refused_steps
from orchestration.assets.nav_approved import NAME, REQUESTED_BY, build_nav_approval_assets
from orchestration.assets.ops import build_ops_assets
from orchestration.cli import app
from orchestration.jobs import NAV_JOBS
from orchestration.nav_approval_check import NAME as CHECK
from orchestration.nav_approval_check import breaches, build_nav_approval_check
from orchestration.nav_approval_rows import HEAD, LOG, log_rows
from orchestration.nav_approving import (
    COMMAND_LINE,
    NavAsked,
    RestatementAsked,
    UnknownStrike,
    act,
    restate,
    take_automatic_steps,
)
from orchestration.planning import NAV_APPROVALS
from orchestration.resources import WarehouseResource
from orchestration.run_lock import hold_warehouse
from orchestration.sealed_log import STRIKE_APPROVALS, LostKey
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.orchestration.nav_tables import DAY, HOUSE, KNOWN_AT, PRODUCT, NavTables

ACCOUNTANT, CONTROLLER, DIRECTOR, PARTNER = (
    f"cedar.{role}" for role in ("accountant", "controller", "finance-director", "partner")
)
FAR = {"nav": Decimal("10.60")}  # 6 % above 10.00


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def tables(settings: Settings) -> NavTables:
    return NavTables(settings.warehouse_path)


def take(settings: Settings, step: str, actor: str, **other: Any) -> tuple[NavEvent, ...]:
    asked = NavAsked(**{"step": Step(step), "product_id": PRODUCT, "valuation_date": DAY, "actor": actor, **other})
    return act(Warehouse(settings.warehouse_path), settings, asked, COMMAND_LINE, "run-2")


def opened(tables: NavTables, settings: Settings, **strike: Any) -> None:
    """A strike that waits for its approval."""
    tables.strike(**strike)
    take_automatic_steps(tables.warehouse, settings, "run-1")


def approved(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    take(settings, "APPROVE", DIRECTOR)


def found(tables: NavTables, settings: Settings) -> list[str]:
    return breaches(tables.warehouse, settings)[0]


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


def test_rows_of_a_strike_that_change_end_its_approval(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    with tables.warehouse.transaction() as connection:
        connection.execute("update ops.nav_components set price = price + 0.000000000001 where line = 2")
    (event,) = take(settings, "APPROVE", DIRECTOR)
    assert event.refusal == "STALE_HASH"
    assert "its rows changed" in found(tables, settings)[0]


@pytest.mark.parametrize(
    "change",
    [
        "update ops.nav_runs set net_assets = net_assets + 1",
        "update ops.nav_strikes set nav_per_share = 11",
        "update ops.nav_validations set outcome = 'PASSED'",
        "delete from ops.nav_components where line = 2",
        "insert into ops.nav_strikes from ops.nav_strikes",
        "delete from ops.nav_runs",
    ],
)
def test_a_strike_written_to_after_its_approval_is_caught(tables: NavTables, settings: Settings, change: str) -> None:
    opened(tables, settings, previous=None)
    take(settings, "APPROVE", DIRECTOR)
    assert found(tables, settings) == []
    with tables.warehouse.transaction() as connection:
        connection.execute(change)
    assert found(tables, settings) != []


def test_a_column_that_strikes_gain_leaves_approvals_as_they_were(
    tables: NavTables, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration import nav_subjects

    approved(tables, settings)
    grown = {name: dict(columns) for name, columns in nav_subjects.own_tables().items()}
    grown["ops.nav_components"]["a_later_column"] = "varchar"
    monkeypatch.setattr(nav_subjects, "own_tables", lambda: grown)
    with tables.warehouse.transaction() as connection:
        connection.execute("alter table ops.nav_components add column a_later_column varchar")
    assert found(tables, settings) == []
    with tables.warehouse.transaction() as connection:
        connection.execute("update ops.nav_components set a_later_column = 'x'")
    assert found(tables, settings) != []


# A direct write by SQL, after two approvals were refused and one was taken.
DIRECT = {
    "update of the actor": f"update {LOG} set actor = '{PARTNER}' where step = 'APPROVE'",
    "update of a comment": f"update {LOG} set comment = 'x' where event_number = 1",
    "update of a refusal": f"update {LOG} set refusal = null, to_status = 'APPROVED' where event_number = 3",
    "delete in the middle": f"delete from {LOG} where event_number = 3",
    "delete at the end": f"delete from {LOG} where event_number = 4",
    "delete of all": f"delete from {LOG}",
    "delete of the head": f"delete from {HEAD}",
    "shortened with its head": (
        f"delete from {LOG} where event_number = 4; "
        f"update {HEAD} set event_count = 3, event_hash = (select event_hash from {LOG} where event_number = 3)"
    ),
    "insert of a copy": f"insert into {LOG} select * replace (5 as event_number) from {LOG} where event_number = 4",
    "insert of the same again": f"insert into {LOG} from {LOG}",
    "insert of an approval": (
        f"insert into {LOG} select * replace (5 as event_number, 'PUBLISH' as step, 'APPROVED' as from_status, "
        f"'PUBLISHED' as to_status, '{PARTNER}' as actor, event_hash as previous_hash, repeat('0', 64) as event_hash) "
        f"from {LOG} where event_number = 4"
    ),
    "a step that is none": f"update {LOG} set step = 'WAVE_THROUGH' where event_number = 4",
    "an instant taken away": f"update {LOG} set recorded_at = null where event_number = 4",
}


@pytest.mark.parametrize("change", DIRECT)
def test_a_direct_write_to_the_log_is_caught(tables: NavTables, settings: Settings, change: str) -> None:
    opened(tables, settings)
    take(settings, "APPROVE", CONTROLLER)
    take(settings, "APPROVE", DIRECTOR)
    assert len(tables.log()) == 4
    assert found(tables, settings) == []
    with tables.warehouse.transaction() as connection:
        for statement in DIRECT[change].split("; "):
            connection.execute(statement)
    assert found(tables, settings) != []


def test_a_forged_event_with_a_right_chain_needs_the_key(tables: NavTables, settings: Settings) -> None:
    """Whoever writes to the table and knows how rows are sealed still lacks the key of the home."""
    opened(tables, settings)
    with tables.warehouse.connect() as connection:
        last = log_rows(connection)[-1]
    forged = last | {
        "event_number": 3,
        "step": "APPROVE",
        "from_status": "VALIDATED",
        "to_status": "APPROVED",
        "actor": DIRECTOR,
        "stated_actor": DIRECTOR,
        "is_automatic": False,
        "approvals": 1,
        "message": "APPROVE taken",
        "previous_hash": last["event_hash"],
    }
    forged["event_hash"] = seal(b"a guess", last["event_hash"], LOG, 3, STRIKE_APPROVALS.sealed_fields(forged))
    with tables.warehouse.transaction() as connection:
        names = ", ".join(f'"{name}"' for name in forged)
        marks = ", ".join("?" for _ in forged)
        connection.execute(f"insert into {LOG} ({names}) values ({marks})", list(forged.values()))
        connection.execute(f"update {HEAD} set event_count = 3, event_hash = ?", [forged["event_hash"]])
    assert found(tables, settings) == [
        "event 3 is not as it was written",
        "the log ends otherwise than its head says: 3 rows found",
    ], "its transition is one that the rules allow: the seal alone tells"


def test_an_older_log_put_back_with_its_head_is_not_what_was_published(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    with tables.warehouse.transaction() as connection:
        for relation in (LOG, HEAD):
            connection.execute(f"create table ops.old_{relation.partition('.')[2]} as from {relation}")
    take(settings, "REJECT", DIRECTOR, comment="a price is wrong")
    ((count, last),) = tables.warehouse.rows(f"select event_count, event_hash from {HEAD}")
    settings.published_link.mkdir()
    published = {"audit_heads": {LOG: {"events": count, "event_hash": last}}}
    (settings.published_link / "manifest.json").write_text(json.dumps(published))
    assert found(tables, settings) == []
    with tables.warehouse.transaction() as connection:
        for relation in (LOG, HEAD):
            connection.execute(f"delete from {relation}")
            connection.execute(f"insert into {relation} from ops.old_{relation.partition('.')[2]}")
    assert found(tables, settings) == ["event 3 is not the one of the publication in place"]


def test_the_key_is_its_owners_alone_and_is_not_replaced(tables: NavTables, settings: Settings) -> None:
    approved(tables, settings)
    assert stat.S_IMODE(settings.log_key.stat().st_mode) == 0o600
    settings.log_key.unlink()
    with pytest.raises(LostKey, match="restore it"):
        take(settings, "PUBLISH", PARTNER)
    assert found(tables, settings) == ["the key of the log is missing: logs.key"]


def test_a_home_of_the_past_looks_at_the_order_of_events_alone(tables: NavTables, settings: Settings) -> None:
    approved(tables, settings)
    settings.log_key.unlink()
    with tables.warehouse.transaction() as connection:
        connection.execute(f"delete from {LOG} where event_number = 3")
    past = Settings(home=settings.home, as_known_at=dt.datetime(2026, 3, 31))
    assert found(tables, past) == []
    with tables.warehouse.transaction() as connection:
        connection.execute(f"delete from {LOG} where event_number = 1")
    assert found(tables, past) != []


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


def test_a_restatement_is_of_every_published_day_from_the_first_bad_one_and_waits_for_new_strikes(
    tables: NavTables, settings: Settings
) -> None:
    days = [DAY + dt.timedelta(days=n) for n in range(4)]
    for day in days:
        opened(tables, settings, day=day)
    for day in days[:3]:  # the last one is not published
        take(settings, "APPROVE", DIRECTOR, valuation_date=day)
        take(settings, "PUBLISH", PARTNER, valuation_date=day)
    asked = RestatementAsked(PRODUCT, days[1], "a coupon was missed", ACCOUNTANT)
    events = restate(tables.warehouse, settings, asked, COMMAND_LINE, "run-2")
    assert [event.day.valuation_date for event in events] == days[1:3]
    assert len({event.restatement.restatement_id for event in events if event.restatement}) == 1
    tables.strike(version=2, day=days[2], nav=Decimal("10.08"))
    drafted, _ = take_automatic_steps(tables.warehouse, settings, "run-3")
    assert (drafted.day.valuation_date, drafted.requested_by, drafted.restates_version) == (days[2], ACCOUNTANT, 1)


def test_a_refused_restatement_is_recorded_once(tables: NavTables, settings: Settings) -> None:
    for day in (DAY, DAY + dt.timedelta(days=1)):
        opened(tables, settings, day=day)
        take(settings, "APPROVE", DIRECTOR, valuation_date=day)
        take(settings, "PUBLISH", PARTNER, valuation_date=day)
    asked = RestatementAsked(PRODUCT, DAY, "a coupon was missed", DIRECTOR)
    (event,) = restate(tables.warehouse, settings, asked, COMMAND_LINE, "run-2")
    assert (event.refusal, tables.log()[-1][3]) == ("NO_PERMISSION", "NO_PERMISSION")
    with pytest.raises(UnknownStrike, match="found none"):
        restate(tables.warehouse, settings, RestatementAsked("other", DAY, "x", ACCOUNTANT), COMMAND_LINE, "run-2")


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


def launched(settings: Settings, job: str, tags: dict[str, str] | None = None, **config: Any) -> Any:
    definitions = dg.Definitions(
        assets=[build_nav_approval_assets(settings), *build_ops_assets(settings)],
        asset_checks=[build_nav_approval_check(settings)],
        jobs=NAV_JOBS,
        resources={"weir": WarehouseResource.of(settings)},
    )
    resolved = definitions.resolve_job_def(job)
    return resolved.execute_in_process(
        run_config={"ops": {NAME: {"config": config}}} if config else None, raise_on_error=False, tags=tags
    )


def test_the_jobs_take_each_step_and_the_check_passes(tables: NavTables, settings: Settings) -> None:
    tables.strike()
    of_day = {"product_id": PRODUCT, "day": str(DAY)}
    assert launched(settings, "nav_approve", step="APPROVE", actor=DIRECTOR, **of_day).success
    result = launched(settings, "nav_publish", step="PUBLISH", actor=PARTNER, **of_day)
    assert [(e.check_name, e.passed) for e in result.get_asset_check_evaluations()] == [(CHECK, True)]
    tables.strike(version=2, failed=(("FX_TRIANGLE", "warning"),))
    launched(settings, "nav_restate", step="RESTATE", actor=ACCOUNTANT, comment="wrong rate", **of_day)
    launched(settings, "nav_validate", step="VALIDATE", actor=CONTROLLER, **of_day)  # refused: no comment
    launched(settings, "nav_validate", step="VALIDATE", actor=CONTROLLER, comment="late vendor", **of_day)
    result = launched(settings, "nav_reject", step="REJECT", actor=DIRECTOR, comment="wrong again", **of_day)
    assert tables.log() == [
        ("DRAFT", 1, "DRAFT", None),
        ("VALIDATE", 1, "VALIDATED", None),
        ("APPROVE", 1, "APPROVED", None),
        ("PUBLISH", 1, "PUBLISHED", None),
        ("RESTATE", 1, "PUBLISHED", None),
        ("DRAFT", 2, "DRAFT", None),
        ("VALIDATE", 2, "DRAFT", "MISSING_VALUE"),
        ("VALIDATE", 2, "VALIDATED", None),
        ("REJECT", 2, "REJECTED", None),
    ]
    assert tables.warehouse.rows(f"select distinct source from {LOG} order by 1") == [("LAUNCHPAD",), ("SYSTEM",)]
    assert result.success


def test_the_launchpad_says_what_it_does_not_know_and_whom_a_run_is_for(tables: NavTables, settings: Settings) -> None:
    tables.strike()
    tagged = {REQUESTED_BY: DIRECTOR}
    result = launched(settings, "nav_approve", tagged, step="APPROVE", actor=DIRECTOR, product_id="other", day=str(DAY))
    assert not result.success
    (failure,) = [e for e in result.all_events if e.event_type_value == "STEP_FAILURE"]
    assert f"found none of other of {DAY}" in str(failure.step_failure_data.error.message)
    assert not launched(settings, "nav_approve").success, "a day is needed"
    launched(settings, "nav_approve", step="APPROVE", actor=DIRECTOR, product_id=PRODUCT, day=str(DAY))
    assert tables.log()[-1][3] == "SAME_ACTOR"


def test_a_direct_write_fails_the_blocking_check_of_the_run_and_its_verdict_is_of_run_scope(
    tables: NavTables, settings: Settings
) -> None:
    approved(tables, settings)
    with tables.warehouse.transaction() as connection:
        connection.execute(f"update {LOG} set to_status = 'PUBLISHED' where step = 'APPROVE'")
    result = launched(settings, "nav_publish", step="NOTHING")
    (evaluation,) = result.get_asset_check_evaluations()
    assert (evaluation.passed, evaluation.blocking) == (False, True)
    assert tables.warehouse.rows("select asset, check_name, severity, scope, status from ops.quality_results") == [
        (LOG, CHECK, "critical", "run", "failed")
    ]
    assert NAV_APPROVALS == LOG


def weir(settings: Settings, *arguments: str) -> Result:
    result = CliRunner().invoke(app, ["nav", *arguments, "--home", str(settings.home)])
    assert "Traceback" not in result.output
    return result


def test_the_command_line_takes_the_same_way(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings, failed=(("FX_TRIANGLE", "warning"),))
    of_day = (PRODUCT, str(DAY))
    assert weir(settings, "validate", *of_day, "--actor", CONTROLLER, "--comment", "late vendor").exit_code == 0
    assert weir(settings, "approve", *of_day, "--actor", DIRECTOR).exit_code == 0
    assert weir(settings, "publish", *of_day, "--actor", PARTNER).exit_code == 0
    tables.strike(version=2, nav=Decimal("10.05"))
    restated = weir(settings, "restate", *of_day, "--actor", ACCOUNTANT, "--cause", "a coupon was missed")
    assert restated.exit_code == 0
    assert "version 2: NONE -> DRAFT" in restated.output
    assert weir(settings, "reject", *of_day, "--actor", DIRECTOR, "--reason", "still wrong").exit_code == 0
    shown = weir(settings, "status", PRODUCT, "--day", str(DAY), "--actor", ACCOUNTANT)
    assert f"{PRODUCT} {DAY} version 1: PUBLISHED, 1 approved" in shown.output
    assert f"{PRODUCT} {DAY} version 2: REJECTED" in shown.output
    assert "VALIDATE by cedar.controller, 'late vendor': VALIDATED" in shown.output


def test_a_refusal_at_the_command_line_ends_with_exit_code_1_and_alerts(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    result = weir(settings, "approve", PRODUCT, str(DAY), "--actor", CONTROLLER)
    assert result.exit_code == 1
    assert "NO_PERMISSION" in result.output
    (alert,) = [json.loads(line) for line in settings.alerts_log.read_text().splitlines()]
    assert "NAV approval refused (NO_PERMISSION)" in alert["title"]
    assert weir(settings, "reject", PRODUCT, str(DAY), "--actor", DIRECTOR).exit_code == 1
    assert tables.log()[-1][3] == "MISSING_VALUE"


def test_the_command_line_says_what_it_does_not_know(tables: NavTables, settings: Settings, tmp_path: Path) -> None:
    opened(tables, settings)
    for arguments in (
        ("approve", "other", str(DAY)),
        ("approve", PRODUCT, str(DAY), "--version", "7"),
        ("restate", PRODUCT, str(DAY), "--cause", "x"),
        ("approve", PRODUCT, "10/03/2026"),
        ("status", "other"),
    ):
        assert weir(settings, *arguments, "--actor", DIRECTOR).exit_code == 2
    assert weir(settings, "status", PRODUCT, "--actor", "alder.accountant").exit_code == 2, "another house's"
    assert weir(settings, "status", PRODUCT, "--actor", "nobody").exit_code == 1
    assert weir(Settings(home=tmp_path / "new"), "approve", PRODUCT, str(DAY), "--actor", DIRECTOR).exit_code == 2
    assert len(tables.log()) == 2


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
