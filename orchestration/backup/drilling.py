"""Drills: the newest backup of every target is restored elsewhere and checked, with the time it took and what would have been lost.

Source: fund-admin 1.12 (recovery point and time).
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ingestion.inbox import scan
from orchestration.alerts import Alert, Kind
from orchestration.audit import COMMAND_LINE, AuditEntry, Outcome, record
from orchestration.backup.identity import actor_of, identity_of
from orchestration.backup.policy import RecoveryTargets, backup_policy
from orchestration.backup.positions import position_of
from orchestration.backup.restoring import Restored, restore
from orchestration.backup.sealing import BackupKey
from orchestration.backup.shipping import FAULTS
from orchestration.backup.sources import choose
from orchestration.backup.targets import INSTANT, newest_position, targets_of
from orchestration.clock import utc_now
from orchestration.run_lock import hold_warehouse
from orchestration.sealed_log import writing
from orchestration.settings import Settings
from orchestration.telling import raise_alerts
from orchestration.warehouse import Warehouse, append_rows


@dataclass(frozen=True)
class Drilled:
    """One target's drill. Seconds of the recovery point and time; None with the failure as the reason."""

    target: Path
    started_at: dt.datetime
    backup_id: str | None = None
    instant: dt.datetime | None = None
    increments: int | None = None
    files_verified: int | None = None
    warehouse_bytes: int | None = None
    breaches: tuple[str, ...] = ()
    recovery_point_seconds: float | None = None
    recovery_time_seconds: float | None = None
    failure: str | None = None

    def shortcomings(self, targets: RecoveryTargets) -> list[str]:
        """What people must be told, in words."""
        if self.failure is not None:
            return [self.failure]
        said = [f"the logs are not as they were written: {breach}" for breach in self.breaches]
        for what, seconds, minutes in (
            ("recovery point", self.recovery_point_seconds, targets.recovery_point_minutes),
            ("recovery time", self.recovery_time_seconds, targets.recovery_time_minutes),
        ):
            if seconds is not None and seconds > minutes * 60:
                said.append(f"{what} of {seconds / 60:.1f} minutes, at most {minutes:g} are allowed")
        return said


def drill(settings: Settings, run_id: str = "weir drill", source: str = COMMAND_LINE) -> list[Drilled]:
    """Restore the newest of every target into a temporary home, check it, record it in ops.backup_drills and alert on faults.

    Raises WarehouseBusy, WrongKey where the configured key is malformed.
    """
    key = BackupKey.configured(settings.backup_key_file)
    points = _recovery_points(settings, key)
    drilled = [_drill(target, settings, key, points[target], source) for target in targets_of(settings)]
    _record(settings, drilled, run_id, source)
    limits = backup_policy().targets
    alerts = [
        Alert(
            "critical",
            f"Backup drill failed: {each.target}",
            "; ".join(said),
            Kind.DRILL_FAILED,
            entity=str(each.target),
            rule=f"{utc_now():%Y-%m-%dT%H:%M:%S.%f}",
            is_news=True,
        )
        for each in drilled
        if (said := each.shortcomings(limits))
    ]
    raise_alerts(settings, run_id, alerts)
    return drilled


def _recovery_points(settings: Settings, key: BackupKey | None) -> dict[Path, float | str]:
    """Seconds since which changes would be lost if the home were lost now, by target; or why that cannot be told."""
    points: dict[Path, float | str] = {}
    with hold_warehouse(settings.lock_path, "weir drill", settings.lock_timeout_seconds):
        found = scan(settings.inbox_path, settle_seconds=settings.settle_seconds)
        life = identity_of(settings).life
        warehouse = Warehouse(settings.warehouse_path)
        warehouse.create_tables()
        with warehouse.connect() as connection:
            now = position_of(connection, found)
        for target in targets_of(settings):
            try:
                last = newest_position(target, life, key)
            except FAULTS as error:
                points[target] = str(error)
                continue
            if last is None:
                points[target] = f"{target}: it holds nothing of this home as it is now; `weir backup` makes a backup"
            else:
                points[target] = 0.0 if last[1] == now else (utc_now() - last[2]).total_seconds()
    return points


def _drill(target: Path, settings: Settings, key: BackupKey | None, point: float | str, source: str) -> Drilled:
    started_at = utc_now()
    if isinstance(point, str):
        return Drilled(target, started_at, failure=point)
    try:
        with tempfile.TemporaryDirectory(prefix=".drill-", dir=settings.home) as folder:
            found = choose(target, key)
            restored = restore(found, settings, into=Path(folder) / "home", audit_source=source)
            return _passed(restored, started_at, point)
    except FAULTS as error:
        return Drilled(target, started_at, failure=str(error))


def _passed(restored: Restored, started_at: dt.datetime, point: float) -> Drilled:
    backup = restored.source.backup
    return Drilled(
        restored.source.target,
        started_at,
        backup.manifest.backup_id if backup is not None else None,
        restored.source.instant,
        len(restored.source.increments),
        restored.files_verified,
        restored.warehouse_bytes,
        tuple(restored.breaches) + tuple(f"{name}: its content was not shipped" for name in restored.lost_contents),
        point,
        restored.seconds,
    )


def _record(settings: Settings, drilled: list[Drilled], run_id: str, source: str) -> None:
    limits = backup_policy().targets
    rows, entries = [], []
    for each in drilled:
        said = each.shortcomings(limits)
        rows.append(
            {
                "drill_id": f"{each.started_at.strftime(INSTANT)}/{each.target.name}",
                "target": str(each.target),
                "backup_id": each.backup_id,
                "restored_to": each.instant,
                "increments": each.increments,
                "files_verified": each.files_verified,
                "warehouse_bytes": each.warehouse_bytes,
                "log_breaches": len(each.breaches) if each.failure is None else None,
                "recovery_point_seconds": each.recovery_point_seconds,
                "recovery_time_seconds": each.recovery_time_seconds,
                "passed": not said,
                "message": "; ".join(said) or None,
                "started_at": each.started_at,
                "run_id": run_id,
            }
        )
        entries.append(
            AuditEntry(
                "RESTORE",
                "drill",
                each.backup_id or each.target.name,
                actor=actor_of(settings, source),
                source=source,
                outcome=Outcome.FAILED if said else Outcome.DONE,
                reason=f"from {each.target}" + (f": {'; '.join(said)}" if said else ""),
            )
        )
    with hold_warehouse(settings.lock_path, "weir drill", settings.lock_timeout_seconds):
        warehouse = Warehouse(settings.warehouse_path)
        with writing(warehouse) as connection:
            append_rows(connection, "ops.backup_drills", rows)
            record(connection, settings, entries)
