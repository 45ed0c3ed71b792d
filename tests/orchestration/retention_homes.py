"""A home with four loads, small enough to see every row: two old workbooks of a fund, the newest one, and prices that no rule covers.

What retention makes of them belongs in the tests.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from calculations.approvals.log import Asked
from calculations.approvals.policy import Action, SubjectType
from orchestration.approving import COMMAND_LINE, act
from orchestration.controls import CONTROLS
from orchestration.retention.deletion_plans import DeletionPlan, Reason
from orchestration.retention.erasing import dry_run
from orchestration.retention.terms import row_tables
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows

HOUSE = "alder-capital"  # of the approval policy that Weir ships, with its people
ASKS, APPROVES = "alder.accountant", "alder.partner-one"
CONTENTS = {name: f"what {name} says".encode() for name in ("OLD", "LATER", "NEWEST", "PRICES")}
SHA = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENTS.items()}
DAYS = {
    "OLD": dt.date(2010, 3, 31),
    "LATER": dt.date(2011, 3, 31),
    "NEWEST": dt.date(2026, 9, 30),
    "PRICES": dt.date(2010, 3, 31),
}
CELLS = 4  # of a workbook, on two sheets


def make_home(path: Path) -> tuple[Warehouse, Settings]:
    settings = Settings(home=path, settle_seconds=0)
    warehouse = Warehouse(settings.warehouse_path)
    settings.inbox_path.mkdir(parents=True)
    warehouse.create_tables()
    with warehouse.transaction() as connection:
        for name, day in DAYS.items():
            (settings.inbox_path / f"{name}.xlsx").write_bytes(CONTENTS[name])
            loaded_at = dt.datetime.combine(day, dt.time(9))
            kind = "price_feed" if name == "PRICES" else "fund_workbook"
            append_rows(
                connection, "raw.source_files", [{"file_sha256": SHA[name], "byte_size": 9, "status": "present"}]
            )
            load = {
                "load_id": name,
                "file_sha256": SHA[name],
                "organization_id": HOUSE,
                "kind": kind,
                "feed_name": "main",
                "file_name": f"{name}.xlsx",
                "as_of": day,
                "mode": "delta" if name == "PRICES" else "full",
                "loaded_at": loaded_at,
                "known_at": loaded_at,
                "known_at_basis": "loaded",
                "status": "loaded",
                "cells_in_file": None if name == "PRICES" else CELLS,
            }
            append_rows(connection, "raw.loads", [load])
            for relation, rows in (_prices() if name == "PRICES" else _workbook(name)).items():
                shared = {
                    "_load_id": name,
                    "_file_sha256": SHA[name],
                    "organization_id": HOUSE,
                    "_loaded_at": loaded_at,
                }
                append_rows(connection, relation, [shared | row for row in rows])
    return warehouse, settings


def copy_home(made: Path, path: Path) -> tuple[Warehouse, Settings]:
    settings = Settings(home=shutil.copytree(made, path), settle_seconds=0)
    return Warehouse(settings.warehouse_path), settings


def _prices() -> dict[str, list[dict[str, Any]]]:
    return {"raw.prices": [{"_row": 2, "instrument_id": "X1"}]}


def _workbook(name: str) -> dict[str, list[dict[str, Any]]]:
    cells = [("Funds", 2, 1, "F1"), ("Funds", 2, 2, None), ("Capital Calls", 2, 1, "C1"), ("Capital Calls", 3, 1, "C2")]
    return {
        "raw.cells": [
            {"_sheet": sheet, "_row": row, "_column": column, "text_value": text, "number_value": 1.5}
            for sheet, row, column, text in cells
        ],
        "raw.fund_funds": [{"_sheet": "Funds", "_row": 2, "fund_id": "F1"}],
        "raw.fund_capital_calls": [{"_sheet": "Capital Calls", "_row": 2, "call_id": "C1", "fund_id": "F1"}],
        "raw.rejected_rows": [
            {"_sheet": "Capital Calls", "_row": 3, "table_name": "fund_capital_calls", "payload": '{"call_id": "C2"}'}
        ],
        "raw.row_counts": [
            {
                "_sheet": sheet,
                "table_name": table,
                "rows_in_range": 1 + refused,
                "rows_staged": 1,
                "rows_quarantined": refused,
                "rows_comment": 0,
                "rows_blank": 0,
            }
            for sheet, table, refused in (("Funds", "fund_funds", 0), ("Capital Calls", "fund_capital_calls", 1))
        ],
    }


def everything(warehouse: Warehouse) -> Mapping[str, list[tuple]]:
    """Every row of every load, by table, as readers of raw see it."""
    with warehouse.connect() as connection:
        return {
            relation: sorted(connection.execute(f"select * from {relation}").fetchall(), key=repr)
            for relation in row_tables()
        }


def breaches(warehouse: Warehouse) -> list[tuple]:
    """What the zero-loss controls of raw find."""
    with warehouse.connect() as connection:
        return [
            breach
            for control in CONTROLS
            if control.relation.startswith("raw.")
            for breach in connection.execute(control.sql).fetchall()
        ]


def approve(
    warehouse: Warehouse, settings: Settings, kind: SubjectType, subject_id: str, approver: str = APPROVES
) -> bool:
    """Ask for an approval and give it; whether it was taken."""
    taken = [
        act(warehouse, settings, Asked(action, kind, subject_id, actor, "as agreed"), COMMAND_LINE, "test").is_accepted
        for action, actor in ((Action.REQUEST, ASKS), (Action.APPROVE, approver))
    ]
    return all(taken)


def approved_plan(
    warehouse: Warehouse,
    settings: Settings,
    name: str,
    reason: Reason = Reason.RETENTION,
    policy: str = "financial_transactions",
) -> DeletionPlan:
    plan = dry_run(warehouse, settings, SHA[name], reason, policy)
    assert approve(warehouse, settings, SubjectType.RETENTION_DELETE, SHA[name])
    return plan
