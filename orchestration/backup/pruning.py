"""Deletes backups that no rung of their ladder keeps, increments that are past their time, and contents that nothing lists any more.

Which backups stay is policy's. Source: fund-admin 1.12.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from orchestration.audit import COMMAND_LINE, AuditEntry, write
from orchestration.backup.identity import actor_of
from orchestration.backup.policy import DataSet, backup_policy, kept
from orchestration.backup.sealing import BackupKey
from orchestration.backup.sources import read_member
from orchestration.backup.targets import CONTENTS, SHIPPED, Backup, Increment, backups_in, increments_in, targets_of
from orchestration.clock import utc_now
from orchestration.run_lock import hold_warehouse
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse


@dataclass(frozen=True)
class Pruned:
    """What goes from a target, or would."""

    target: Path
    backups: tuple[Path, ...]
    increments: tuple[Path, ...]
    contents: tuple[Path, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        return (*self.backups, *self.increments, *self.contents)


def prune(
    settings: Settings, *, dry_run: bool = False, now: dt.datetime | None = None, source: str = COMMAND_LINE
) -> list[Pruned]:
    """Delete in every target what need not stay; a dry run only says what. Each deletion is a row of the audit trail.

    Raises WarehouseBusy, WrongKey, BrokenBackup.
    """
    key = BackupKey.configured(settings.backup_key_file)
    instant = now or utc_now()
    with hold_warehouse(settings.lock_path, "weir prune", settings.lock_timeout_seconds):
        found = [_superfluous(target, key, instant) for target in targets_of(settings) if target.is_dir()]
        if dry_run:
            return found
        entries = []
        for pruned in found:
            for path in pruned.paths:
                _delete(path)
            if pruned.paths:
                reason = (
                    f"from {pruned.target} by the ladder: {len(pruned.backups)} backups, {len(pruned.increments)} increments, "
                    f"{len(pruned.contents)} contents"
                )
                entries.append(
                    AuditEntry(
                        "BACKUP",
                        "pruning",
                        pruned.target.name,
                        source=source,
                        reason=reason,
                        actor=actor_of(settings, source),
                    )
                )
        if settings.warehouse_path.exists():
            write(Warehouse(settings.warehouse_path), settings, entries)
    return found


def _delete(path: Path) -> None:
    if not path.is_dir():
        path.unlink()
        return
    # Hidden first: a deletion that is cut off leaves no backup that looks whole.
    hidden = path.with_name(f".building-{path.name}")
    path.rename(hidden)
    shutil.rmtree(hidden)


def _superfluous(target: Path, key: BackupKey | None, now: dt.datetime) -> Pruned:
    policy = backup_policy()
    going: list[Path] = []
    staying: dict[DataSet, list[Backup]] = {}
    for data_set, ladder in policy.data_sets.items():
        backups = backups_in(target, data_set, key)
        stays = kept((backup.manifest.made_at for backup in backups), ladder, now)
        staying[data_set] = [backup for backup in backups if backup.manifest.made_at in stays]
        going += [backup.folder for backup in backups if backup.manifest.made_at not in stays]
    increments = increments_in(target)
    old = _past(increments, staying[DataSet.WAREHOUSE], now - dt.timedelta(days=policy.increment_days))
    left = [increment for increment in increments if increment not in old]
    return Pruned(
        target,
        tuple(going),
        tuple(increment.path for increment in old),
        tuple(_unlisted(target, [b for each in staying.values() for b in each], left, key)),
    )


def _past(increments: list[Increment], backups: list[Backup], limit: dt.datetime) -> list[Increment]:
    """Increments from before `limit` whose rows a backup that stays holds too."""
    held: dict[str, int] = {}
    for backup in backups:
        life = backup.manifest.life
        held[life] = max(held.get(life, 0), backup.manifest.sequence)
    return [each for each in increments if each.taken_at < limit and each.sequence <= held.get(each.life, 0)]


def _unlisted(target: Path, backups: list[Backup], increments: list[Increment], key: BackupKey | None) -> list[Path]:
    listed: set[str | None] = set()
    for backup in backups:
        for file in json.loads(read_member(backup, "listing.json", key)):
            listed |= {file["sha256"], file["sidecar_sha256"]}
    for increment in increments:
        for entry in increment.entry(key).inbox:
            listed |= {entry.sha256, entry.sidecar_sha256}
    contents = sorted((target / SHIPPED / CONTENTS).glob("*/[0-9a-f]*"))
    return [path for path in contents if path.name.split(".")[0] not in listed]
