"""Steps in approvals of strikes as people ask for them: jobs at the launchpad, commands at the command line.

Rules: nav 6.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from orchestration.assets.nav_approved import NAME, REQUESTED_BY, build_nav_approval_assets
from orchestration.assets.ops import build_ops_assets
from orchestration.cli import app
from orchestration.jobs import NAV_JOBS
from orchestration.nav_approval_check import NAME as CHECK
from orchestration.nav_approval_check import build_nav_approval_check
from orchestration.nav_approval_rows import LOG
from orchestration.planning import NAV_APPROVALS
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from tests.orchestration.nav_approvals import (
    ACCOUNTANT,
    CONTROLLER,
    DIRECTOR,
    PARTNER,
    approved,
    opened,
)
from tests.orchestration.nav_tables import DAY, PRODUCT, NavTables


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def tables(settings: Settings) -> NavTables:
    return NavTables(settings.warehouse_path)


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
    tables.strike(version=2, nav=Decimal("10.05"), failed=(("FX_TRIANGLE", "warning"),))
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
    # 10.10 / 10.05 - 1
    assert f"{PRODUCT} version 1: 10.1 USD, correct 10.05 by version 2 (+0.497512%)" in restated.output
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
