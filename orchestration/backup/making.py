"""Makes backups of a data set and puts them into every target, whole or not at all. Shipping between them is shipping's.

Source: fund-admin 1.12.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingestion.inbox import scan
from orchestration.audit import COMMAND_LINE, AuditEntry, Outcome, write
from orchestration.backup.building import Builder, HeldHome
from orchestration.backup.errors import BackupError
from orchestration.backup.identity import actor_of, claim, identity_of
from orchestration.backup.packing import UNFINISHED, sync_folder
from orchestration.backup.policy import DataSet
from orchestration.backup.positions import position_of
from orchestration.backup.sealing import BackupKey
from orchestration.backup.shipping import FAULTS, ship_contents, ship_to
from orchestration.backup.targets import (
    INSTANT,
    MANIFEST,
    Manifest,
    newest_position,
    targets_of,
)
from orchestration.backup.totals import control_totals
from orchestration.clock import utc_now
from orchestration.run_lock import hold_warehouse
from orchestration.sealed_log import published_heads
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse


@dataclass(frozen=True)
class Made:
    """A backup in one target; `failure` says why there is none. Seconds are those of writing it."""

    target: Path
    backup_id: str
    data_set: DataSet
    plain_bytes: int = 0
    stored_bytes: int = 0
    seconds: float = 0.0
    is_sealed: bool = False
    failure: str | None = None


def back_up(
    settings: Settings,
    data_set: DataSet = DataSet.WAREHOUSE,
    *,
    source: str = COMMAND_LINE,
    say: Callable[[str], None] = lambda line: None,
) -> list[Made]:
    """A backup of a data set in every target, made while nothing writes; what had not been shipped is shipped first.

    A target that fails leaves the others alone. Each outcome is a row of the audit trail.
    Raises WarehouseBusy, WrongKey; BackupError where there is nothing to back up or the key of the logs would lie open.
    """
    key = BackupKey.configured(settings.backup_key_file)
    if settings.backup_log_key and key is None:
        raise BackupError(
            "WEIR_BACKUP_LOG_KEY: logs.key goes into sealed backups only; set WEIR_BACKUP_KEY, or keep logs.key elsewhere"
        )
    if not settings.warehouse_path.exists():
        raise BackupError(f"{settings.home}: there is no warehouse to back up; `weir run` makes one")
    with hold_warehouse(settings.lock_path, "weir backup", settings.lock_timeout_seconds):
        warehouse = Warehouse(settings.warehouse_path)
        warehouse.create_tables()
        home, outcomes = _shipped_first(settings, warehouse, key)
        backup_id = utc_now().strftime(INSTANT)
        whole: Path | None = None  # the first target that has it: the others copy from there
        made = []
        for target in targets_of(settings):
            say(f"Backing up {data_set} to {target}")
            clock = time.monotonic()
            try:
                if target in outcomes:
                    raise BackupError(outcomes[target])
                manifest = _put(target, home, data_set, backup_id, whole)
            except FAULTS as error:
                made.append(Made(target, backup_id, data_set, failure=str(error)))
                continue
            whole = whole or target / data_set / backup_id
            stored = sum(file.byte_size for file in manifest.files.values())
            took = time.monotonic() - clock
            made.append(Made(target, backup_id, data_set, manifest.plain_bytes, stored, took, key is not None))
        write(warehouse, settings, [_entry(each, settings, source) for each in made])
    return made


def _entry(made: Made, settings: Settings, source: str) -> AuditEntry:
    return AuditEntry(
        "BACKUP",
        str(made.data_set),
        made.backup_id,
        actor=actor_of(settings, source),
        source=source,
        outcome=Outcome.DONE if made.failure is None else Outcome.FAILED,
        reason=f"to {made.target}" + ("" if made.failure is None else f": {made.failure}"),
    )


def _shipped_first(settings: Settings, warehouse: Warehouse, key: BackupKey | None) -> tuple[HeldHome, dict[Path, str]]:
    """Where the home stands, written into its file, and the targets that could not be brought up to there."""
    found = scan(settings.inbox_path, settle_seconds=settings.settle_seconds)
    identity = identity_of(settings)
    failed: dict[Path, str] = {}
    with warehouse.connect() as connection:
        position = position_of(connection, found)
        for target in targets_of(settings):
            try:
                claim(target, identity)
                # What follows on an increment must not begin after it; a target without one begins with this backup.
                if newest_position(target, identity.life, key) is not None:
                    ship_to(target, connection, identity, position, found, key, settings.home)
                else:
                    ship_contents(target, found, key)
            except FAULTS as error:
                failed[target] = str(error)
        totals, heads = control_totals(connection), published_heads(connection)
        connection.execute("checkpoint")
    return HeldHome(settings, warehouse, identity, position, found, totals, heads, key), failed


def _put(target: Path, home: HeldHome, data_set: DataSet, backup_id: str, whole: Path | None) -> Manifest:
    """Write a backup under a temporary name, its manifest last, and give it its own in one step."""
    folder = target / data_set
    folder.mkdir(parents=True, exist_ok=True)
    for unfinished in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(unfinished)
    building = folder / f"{UNFINISHED}{backup_id}"
    if whole is None:
        building.mkdir()
        manifest = Builder(building, home, data_set, backup_id).build()
    else:
        shutil.copytree(whole, building)
        manifest = Manifest.model_validate_json((building / MANIFEST).read_text())
    last = newest_position(target, home.identity.life, home.key)
    manifest = manifest.model_copy(update={"sequence": last[0] if last else 0}).signed(home.key)
    with (building / MANIFEST).open("w") as file:
        file.write(manifest.model_dump_json(indent=2))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(building)
    os.replace(building, folder / backup_id)
    sync_folder(folder)
    return manifest
