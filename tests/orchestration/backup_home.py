"""A small home with loads, decisions and two backup targets, for tests of backup and recovery; nothing in it is computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from ingestion.inbox import scan
from orchestration.audit import AuditEntry, write
from orchestration.backup.restoring import Restored, restore
from orchestration.backup.sealing import BackupKey
from orchestration.backup.sources import choose
from orchestration.loading import load_inbox
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, own_tables

KEY = "5a" * 32
SECRET_NAME = "Feast of the Unpublished Deal"  # stands in a file of the inbox


class SmallHome:
    """A home of holidays: `take_in` loads one more file of them."""

    def __init__(self, folder: Path, home: Path | None = None) -> None:
        self.folder = folder
        self.settings = Settings(
            home=home or folder / "home", settle_seconds=0, backup_targets=(folder / "first", folder / "second")
        )
        self.settings.inbox_path.mkdir(parents=True, exist_ok=True)
        self.warehouse = Warehouse(self.settings.warehouse_path)

    @property
    def targets(self) -> tuple[Path, ...]:
        return self.settings.backup_targets

    def take_in(self, number: int) -> None:
        self.warehouse.create_tables()
        lines = [f"TEST,2025-01-{number + 1:02},{SECRET_NAME} {number}"]
        (self.settings.inbox_path / f"holidays_{number}.csv").write_text(
            "\n".join(["calendar,holiday_date,name", *lines, ""])
        )
        found = scan(self.settings.inbox_path, settle_seconds=0)
        outcome = load_inbox(self.warehouse, found, settings=self.settings, run_id=f"run-{number}", code="code")
        assert [file.outcome for file in outcome.files] == ["loaded"]
        write(self.warehouse, self.settings, [AuditEntry("LOAD", "feed", f"holidays_{number}")])

    def rows(self, table: str) -> list[tuple]:
        return rows_of(self.warehouse, table)

    def everything(self) -> dict[str, list[tuple]]:
        """Rows of every raw and ops table that is not about what the home has built."""
        return everything_in(self.warehouse)

    def bring_back(
        self, target: Path | None = None, into: Path | None = None, *, at: dt.datetime | None = None, **how
    ) -> Restored:
        source = choose(target or self.targets[0], BackupKey.configured(None), how.pop("backup_id", None), at)
        how.setdefault("log_key", self.settings.log_key)
        return restore(source, self.settings, into=into, **how)


def rows_of(warehouse: Warehouse, table: str) -> list[tuple]:
    return sorted(warehouse.rows(f"select * from {table}"), key=repr)


def everything_in(
    warehouse: Warehouse, *, without: Callable[[str], bool] = lambda table: False
) -> dict[str, list[tuple]]:
    left_out = {"ops.run_context", "ops.relation_builds", "ops.publications", "ops.fund_reports"}
    tables = [t for t in own_tables() if t.startswith(("raw.", "ops.")) and t not in left_out and not without(t)]
    with warehouse.connect() as connection:
        found = {table: connection.execute(f"select * from {table}").fetchall() for table in tables}
    return {table: sorted(rows, key=repr) for table, rows in found.items() if rows}


def is_audit(table: str) -> bool:
    """A restore appends to the trail that it was made."""
    return table in ("ops.audit_trail", "ops.audit_head")
