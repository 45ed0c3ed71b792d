"""Brings a home back from a target: whole, or as it stood at an instant, beside the home or in its place.

A home is built completely and checked beside its place, then moved in. Choosing what to restore is sources'.
Source: fund-admin 1.12; input-contracts 2.4, 2.6.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.audit import COMMAND_LINE, AuditEntry, write
from orchestration.backup.building import HOME_FILES, LOG_KEY, PUBLICATION, TOTALS
from orchestration.backup.errors import BackupError, BrokenBackup, HomeInUse
from orchestration.backup.identity import Identity, actor_of, keep_identity, write_json
from orchestration.backup.packing import BUFFER, ending, tar_in, unpacked
from orchestration.backup.positions import differing_tables
from orchestration.backup.replaying import apply_tombstones, expunged, replay
from orchestration.backup.sealing import BackupKey
from orchestration.backup.sources import Source, read_member
from orchestration.backup.targets import INSTANT, Backup, unpack_content
from orchestration.backup.totals import control_totals, differences
from orchestration.clock import utc_now
from orchestration.home import RESTORE_MARKER
from orchestration.run_lock import hold_warehouse
from orchestration.sealed_log import LOGS, published_head
from orchestration.settings import WAREHOUSE, Settings
from orchestration.warehouse import Warehouse

REPLACED = "replaced"


@dataclass
class Restored:
    """What was brought back. `breaches` of the sealed logs were there when the backup was made, or since it was shipped."""

    home: Path
    source: Source
    files_verified: int = 0
    loads_replayed: int = 0
    inbox_files: int = 0
    lost_contents: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    warehouse_bytes: int = 0
    seconds: float = 0.0


def restore(
    source: Source,
    settings: Settings,
    *,
    into: Path | None = None,
    force: bool = False,
    log_key: Path | None = None,
    primary: str | None = None,
    audit_source: str = COMMAND_LINE,
    say: Callable[[str], None] = lambda line: None,
) -> Restored:
    """Bring back what `source` holds in the home of `settings`, or in another one at `into`.

    What the home held before is moved below its `replaced/`, where `force` allows it. `log_key`: the key that seals the logs,
    where neither the home nor the backup holds it. Nothing is left behind where it fails.
    Raises HomeInUse, BrokenBackup naming the file, WrongKey, BackupError, WarehouseBusy.
    """
    clock = time.monotonic()
    home = (into or settings.home).absolute()
    if is_occupied(home) and not force:
        raise HomeInUse(f"{home}: it holds data; restore --into another home, or --force to move what it holds aside")
    result = Restored(home, source)
    say("Verifying checksums")
    result.files_verified = source.verify()
    building = home.parent / f".restoring-{home.name}-{os.getpid()}"
    home.parent.mkdir(parents=True, exist_ok=True)
    for leftover in home.parent.glob(f".restoring-{home.name}-*"):
        shutil.rmtree(leftover)
    try:
        building.mkdir()
        _keep_log_key(source, building, log_key or settings.log_key)
        _build(source, building, result, say)
        life = Identity(home_id=source.home_id, life=source.lives[-1], ancestors=source.lives[:-1], primary=primary)
        keep_identity(building, life.reborn() if home == settings.home else life.forked())
        _check_and_record(source, building, home, settings, result, audit_source)
        say(f"Moving it into {home}")
        _move_in(building, home, settings.lock_timeout_seconds, force=force)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    say("Putting the files of the inbox back")
    inbox = settings.inbox_path if home == settings.home else home / "inbox"
    _put_inbox_back(source, home, inbox, result)
    result.seconds = time.monotonic() - clock
    return result


def is_occupied(home: Path) -> bool:
    """Whether a restore would replace anything; a home half moved in by a restore that was killed holds nothing of its own."""
    if (home / RESTORE_MARKER).exists():
        return False
    publications = home / "publications"
    return (home / WAREHOUSE).exists() or (publications.is_dir() and any(publications.iterdir()))


def _keep_log_key(source: Source, building: Path, given: Path) -> None:
    backup, kept = source.backup, building / LOG_KEY
    if given.is_file():
        content = given.read_bytes()
    elif backup is not None and backup.manifest.holds_log_key:
        content = read_member(backup, LOG_KEY, source.key)
    elif source.needs_log_key:
        raise BackupError(
            "the logs of this home are sealed with logs.key, which the backup does not hold: give the copy that was kept apart "
            "with --log-key"
        )
    else:
        return
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _build(source: Source, building: Path, result: Restored, say: Callable[[str], None]) -> None:
    """The home in a folder of its own, its totals compared with those of the backup."""
    warehouse = Warehouse(building / WAREHOUSE)
    if source.backup is not None:
        say(f"Unpacking backup {source.backup.manifest.backup_id}")
        _unpack(source.backup, source.key, building)
        with warehouse.connect() as connection:
            expected = json.loads(read_member(source.backup, TOTALS, source.key))
            differing = differences(expected, control_totals(connection))
        if differing:
            raise BrokenBackup(f"{source.backup.folder}: control totals differ: {'; '.join(differing[:5])}")
    warehouse.create_tables()
    if source.increments:
        say(f"Replaying {len(source.increments)} increments")
    with warehouse.connect() as connection:
        for increment, entry in zip(source.increments, source.entries, strict=True):
            replay(connection, increment, entry, source.key, building)
            result.loads_replayed += len(entry.loads)
        if source.increments:
            apply_tombstones(connection)
        differing = differing_tables(connection, source.position)
    if differing:
        raise BrokenBackup(f"{source.target}: tables differ from what was backed up: {'; '.join(differing[:5])}")
    result.warehouse_bytes = warehouse.path.stat().st_size


def _unpack(backup: Backup, key: BackupKey | None, building: Path) -> None:
    suffix = ending(key if backup.manifest.key_id is not None else None)

    def purpose_of(name: str) -> tuple[Path, BackupKey | None, str]:
        return backup.path(name + suffix), key, backup.manifest.purpose(name + suffix)

    with unpacked(*purpose_of(WAREHOUSE)) as stream, (building / WAREHOUSE).open("wb") as file:
        shutil.copyfileobj(stream, file, BUFFER)
    with unpacked(*purpose_of(HOME_FILES)) as stream, tar_in(stream, backup.path(HOME_FILES + suffix)) as tar:
        tar.extractall(building, filter="data")
    if PUBLICATION + suffix in backup.manifest.files:
        publications = building / "publications"
        publications.mkdir()
        with unpacked(*purpose_of(PUBLICATION)) as stream, tar_in(stream, backup.path(PUBLICATION + suffix)) as tar:
            tar.extractall(publications, filter="tar")
        (name,) = (path.name for path in publications.iterdir())
        (building / "published").symlink_to(Path("publications") / name)


def _check_and_record(
    source: Source, building: Path, home: Path, settings: Settings, result: Restored, audit_source: str
) -> None:
    """Look through the sealed logs, then append that they were restored."""
    built = Settings(**{**settings.model_dump(exclude={"approval_policy"}), "home": building, "inbox": None})
    warehouse = Warehouse(built.warehouse_path)
    with warehouse.connect() as connection:
        for log in LOGS:
            found = log.breaches(
                log.rows(connection), log.head_rows(connection), built.log_key, published_head(built, log)
            )
            result.breaches += [f"{log.table}: {breach.what}" for breach in found]
    backup_id = source.backup.manifest.backup_id if source.backup is not None else "increments"
    entry = AuditEntry(
        "RESTORE",
        "warehouse",
        backup_id,
        actor=actor_of(settings, audit_source),
        source=audit_source,
        reason=f"from {source.target} into {home}, as of {source.instant:%Y-%m-%dT%H:%M:%SZ}, "
        f"{len(source.increments)} increments replayed",
    )
    write(warehouse, built, [entry])


def _move_in(building: Path, home: Path, timeout_seconds: float, *, force: bool) -> None:
    """Move every part into the home under its lock; a marker stands there until the last one has arrived."""
    home.mkdir(parents=True, exist_ok=True)
    with hold_warehouse(home / "warehouse.lock", "weir restore", timeout_seconds):
        if is_occupied(home) and not force:
            raise HomeInUse(f"{home}: it was filled while the backup was read")
        write_json(home / RESTORE_MARKER, {"began_at": utc_now()})
        aside = home / REPLACED / utc_now().strftime(INSTANT)
        arriving = sorted(path.name for path in building.iterdir())
        for name in {*arriving, WAREHOUSE, f"{WAREHOUSE}.wal", "publications", "published"}:
            if (home / name).exists() or (home / name).is_symlink():
                aside.mkdir(parents=True, exist_ok=True)
                os.replace(home / name, aside / name)
        for name in arriving:
            os.replace(building / name, home / name)
        (home / RESTORE_MARKER).unlink()


def _put_inbox_back(source: Source, home: Path, inbox: Path, result: Restored) -> None:
    """Write every listed file that the inbox has not; what lies there under its name stays."""
    with Warehouse(home / WAREHOUSE).connect() as connection:
        erased = expunged(connection)
    for file in source.inbox():
        for name, sha256 in file.contents():
            path = inbox / name
            if file.sha256 in erased or path.exists():
                continue
            if unpack_content(source.target, sha256, source.key, path):
                result.inbox_files += 1
            else:
                result.lost_contents.append(name)
