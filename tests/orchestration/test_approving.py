"""Approvals in the warehouse: one write path for the command line, the launchpad and feeds, an append-only log, content that binds.

Rules: input-contracts 5.8; nav 6; fund-admin 1.9 (thresholds). Who may do what is calculations/approvals/approvals.yaml.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from calculations.approvals.policy import FILE, SubjectType
from orchestration.alerting import refused_steps
from orchestration.approval_subjects import subjects
from orchestration.approving import take_stated
from orchestration.assets.approved import build_approval_assets, refresh_subjects
from orchestration.cli import app
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from tests.orchestration.fund_tables import HOUSE, FundTables

FEED = f"{HOUSE}/approvals/main"
ACCOUNTANT, CONTROLLER, DIRECTOR = "alder.accountant", "alder.controller", "alder.finance-director"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def tables(settings: Settings) -> FundTables:
    found = FundTables(settings.warehouse_path)
    found.call("C1", 750_000)
    return found


def approve(settings: Settings, *arguments: str, **environment: str) -> Result:
    result = CliRunner().invoke(app, ["approve", *arguments, "--home", str(settings.home)], env=environment)
    assert "Traceback" not in result.output
    return result


def log(tables: FundTables) -> list[tuple[str, str, str | None]]:
    return tables.warehouse.rows("select action, to_state, refusal from ops.approvals order by entry_number")


def standing(tables: FundTables, settings: Settings, subject_id: str = "C1") -> tuple[str, bool, bool]:
    refresh_subjects(tables.warehouse, settings)
    ((state, approved, needed),) = tables.warehouse.rows(
        "select state, is_approved, needs_approval from calc.approval_subjects where subject_id = ?", [subject_id]
    )
    return state, approved, needed


def outstanding(tables: FundTables) -> tuple[str | None, int, int, dt.datetime | None]:
    (found,) = tables.warehouse.rows(
        "select next_action, tier, missing_approvals, requested_at from calc.approval_subjects where subject_id = 'C1'"
    )
    return found


def test_what_waits_tells_its_next_action_its_tier_and_since_when(tables: FundTables, settings: Settings) -> None:
    """750,000 USD is of the second tier, which is validated before one approves."""
    standing(tables, settings)
    assert outstanding(tables) == ("REQUEST", 2, 1, None)
    approve(settings, "request", "CAPITAL_CALL", "C1", "--actor", ACCOUNTANT)
    standing(tables, settings)
    ((requested_at,),) = tables.warehouse.rows("select occurred_at from ops.approvals")
    assert outstanding(tables) == ("VALIDATE", 2, 1, requested_at)


def test_a_call_is_requested_validated_and_approved_at_the_command_line(tables: FundTables, settings: Settings) -> None:
    """750,000 USD is of the second tier: one validates, one approves, and neither asked."""
    assert standing(tables, settings)[0] == "NONE"
    for action, actor in (("request", ACCOUNTANT), ("validate", CONTROLLER), ("approve", DIRECTOR)):
        assert approve(settings, action, "capital_call", "C1", "--actor", actor).exit_code == 0
    assert log(tables) == [
        ("REQUEST", "REQUESTED", None),
        ("VALIDATE", "VALIDATED", None),
        ("APPROVE", "APPROVED", None),
    ]
    assert standing(tables, settings) == ("APPROVED", True, False)
    assert outstanding(tables) == (None, 2, 0, None)
    listed = approve(settings, "list", "CAPITAL_CALL", "C1")
    assert all(word in listed.output for word in ("REQUEST", "VALIDATE", "APPROVE"))


def test_a_refused_action_is_recorded_alerted_and_ends_with_exit_code_1(tables: FundTables, settings: Settings) -> None:
    assert approve(settings, "request", "CAPITAL_CALL", "C1", "--actor", CONTROLLER).exit_code == 0
    result = approve(settings, "validate", "CAPITAL_CALL", "C1", "--actor", CONTROLLER)
    assert result.exit_code == 1
    assert "SAME_ACTOR" in result.output
    assert log(tables)[-1] == ("VALIDATE", "REQUESTED", "SAME_ACTOR")
    (alert,) = [json.loads(line) for line in settings.alerts_log.read_text().splitlines()]
    assert "SAME_ACTOR" in alert["title"]
    assert "C1" in alert["title"]


def test_what_nobody_knows_cannot_be_approved(tables: FundTables, settings: Settings) -> None:
    result = approve(settings, "request", "CAPITAL_CALL", "C9", "--actor", ACCOUNTANT)
    assert result.exit_code == 2
    assert "CAPITAL_CALL C9" in " ".join(result.output.split())
    assert log(tables) == []


def test_a_home_without_a_warehouse_says_how_to_make_one(tmp_path: Path) -> None:
    result = approve(Settings(home=tmp_path), "list")
    assert result.exit_code == 2
    assert "`weir run` makes one" in " ".join(result.output.split())


def test_an_approval_ends_with_the_content_that_it_was_of(tables: FundTables, settings: Settings) -> None:
    for action, actor in (("request", ACCOUNTANT), ("validate", CONTROLLER), ("approve", DIRECTOR)):
        approve(settings, action, "CAPITAL_CALL", "C1", "--actor", actor)
    with tables.warehouse.transaction() as connection:
        connection.execute("update intermediate.int_fund__capital_calls set total_call_amount = 760000")
    production = Settings(home=settings.home, environment="production")
    assert standing(tables, production) == ("APPROVED", False, True)


@pytest.mark.parametrize("change", ["call_amount = 749999.99", "commitment_id = 'K2'"])
def test_the_notices_of_a_call_are_part_of_its_content_and_its_status_is_not(
    tables: FundTables, settings: Settings, change: str
) -> None:
    tables.fund(
        "capital_call_notices",
        notice_id="N1",
        call_id="C1",
        commitment_id="K1",
        call_amount=Decimal(750_000),
        notice_status="PENDING",
    )

    def hash_now() -> str:
        (subject,) = subjects(tables.warehouse, SubjectType.CAPITAL_CALL)
        return subject.content_hash

    before = hash_now()
    with tables.warehouse.transaction() as connection:
        connection.execute("update intermediate.int_fund__capital_calls set call_status = 'SETTLED'")
    assert hash_now() == before
    with tables.warehouse.transaction() as connection:
        connection.execute(f"update intermediate.int_fund__capital_call_notices set {change}")
    assert hash_now() != before


# Source: fund-admin 1.9, approval threshold: from 1,000,000; 500,000 in production; 100,000 in staging.
@pytest.mark.parametrize(
    ("environment", "amount", "needed"),
    [
        ("development", 999_999, False),
        ("development", 1_000_000, True),
        ("production", 499_999, False),
        ("production", 500_000, True),
        ("staging", 100_000, True),
    ],
)
def test_a_call_needs_an_approval_from_the_threshold_of_the_environment_on(
    tables: FundTables, settings: Settings, environment: str, amount: int, needed: bool
) -> None:
    tables.call("C2", amount)
    tables.call("C3", amount, call_status="DRAFT")
    here = Settings(home=settings.home, environment=environment)
    assert standing(tables, here, "C2")[2] is needed
    assert standing(tables, here, "C3")[2] is False, "what has not taken effect needs none yet"


def stated(tables: FundTables, number: int, action: str, actor: str, content_hash: str) -> None:
    tables.add(
        "intermediate.int_approval__stated",
        organization_id=HOUSE,
        feed_id=FEED,
        approval_id=f"A{number}",
        subject_type="CAPITAL_CALL",
        subject_id="C1",
        content_hash=content_hash,
        action=action,
        amount=Decimal(1),  # less than the call's: it must not lead to a lower tier
        currency="USD",
        actor=actor,
        occurred_at=dt.datetime(2025, 3, 1, 9, number),
        load_id="l1",
        known_at=dt.datetime(2025, 3, 2),
        source_row=number,
    )


def test_a_feed_states_approvals_only_where_the_policy_lists_it(
    tables: FundTables, settings: Settings, tmp_path: Path
) -> None:
    (call,) = subjects(tables.warehouse, SubjectType.CAPITAL_CALL)
    stated(tables, 1, "REQUEST", ACCOUNTANT, call.content_hash)
    take_stated(tables.warehouse, settings, "r1")
    assert log(tables) == [("REQUEST", "NONE", "NO_PERMISSION")]
    policy = tmp_path / "policy.yaml"
    policy.write_text(FILE.read_text().replace("approval_feeds: []", f"approval_feeds: [{FEED}]"))
    own = Settings(home=settings.home, approval_policy=policy)
    stated(tables, 2, "REQUEST", ACCOUNTANT, call.content_hash)
    stated(tables, 3, "APPROVE", DIRECTOR, call.content_hash)
    stated(tables, 4, "VALIDATE", CONTROLLER, "0" * 64)
    take_stated(tables.warehouse, own, "r2")
    assert log(tables)[1:] == [
        ("REQUEST", "REQUESTED", None),
        ("APPROVE", "REQUESTED", "ILLEGAL_TRANSITION"),  # of the call's own tier, which somebody validates first
        ("VALIDATE", "REQUESTED", "STALE_HASH"),
    ]
    assert take_stated(tables.warehouse, own, "r3") == [], "each row is decided once"
    told = refused_steps(tables.warehouse)
    assert [alert.title.partition(":")[0] for alert in told] == [
        "Approval refused (NO_PERMISSION)",  # of the run before
        "Approval refused (ILLEGAL_TRANSITION)",
        "Approval refused (STALE_HASH)",
    ]


def launch(settings: Settings, raise_on_error: bool = True, **config: str) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [build_approval_assets(settings)],
        resources={"weir": WarehouseResource.of(settings)},
        run_config={"ops": {"approvals": {"config": config}}},
        raise_on_error=raise_on_error,
    )


def test_the_launchpad_takes_the_same_way(tables: FundTables, settings: Settings) -> None:
    launch(settings, action="REQUEST", subject_type="CAPITAL_CALL", subject_id="C1", actor=ACCOUNTANT)
    launch(settings, action="VALIDATE", subject_type="CAPITAL_CALL", subject_id="C1", actor=ACCOUNTANT)
    assert log(tables) == [("REQUEST", "REQUESTED", None), ("VALIDATE", "REQUESTED", "NO_PERMISSION")]
    assert tables.warehouse.rows("select distinct source from ops.approvals") == [("LAUNCHPAD",)]
    assert tables.warehouse.rows("select state from calc.approval_subjects where subject_id = 'C1'") == [("REQUESTED",)]


def test_the_launchpad_says_what_it_does_not_know(tables: FundTables, settings: Settings) -> None:
    result = launch(settings, False, action="REQUEST", subject_type="TRANSFER", subject_id="T9", actor=ACCOUNTANT)
    assert not result.success
    (failure,) = [e for e in result.all_events if e.event_type_value == "STEP_FAILURE"]
    assert "TRANSFER T9" in str(failure.step_failure_data.error.message)


def test_a_transfer_of_a_fraction_has_that_part_of_the_commitment_as_its_amount(tables: FundTables) -> None:
    """A quarter of 8,000,000 is 2,000,000."""
    tables.fund("commitments", commitment_id="K1", fund_id="F1", investor_id="I1", commitment_amount=Decimal(8_000_000))
    tables.fund(
        "transfers",
        transfer_id="T1",
        commitment_id="K1",
        transfer_type="PARTIAL",
        fraction=Decimal("0.25"),
        status="APPROVED",
    )
    (transfer,) = subjects(tables.warehouse, SubjectType.TRANSFER, "T1")
    assert (transfer.amount, transfer.currency, transfer.is_effective) == (Decimal(2_000_000), "USD", True)
