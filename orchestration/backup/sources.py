"""Chooses what a home is brought back from: a backup and the increments that follow on it. Bringing it back is restoring's."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.backup.errors import BackupError, BrokenBackup, WrongKey
from orchestration.backup.packing import ending, unpacked
from orchestration.backup.policy import DataSet
from orchestration.backup.positions import ListedFile, Position
from orchestration.backup.sealing import BackupKey
from orchestration.backup.targets import (
    Backup,
    Entry,
    Increment,
    backup_in,
    increments_in,
    instant_of,
    reachable,
    verify,
    verify_increment,
)


@dataclass(frozen=True)
class Source:
    """A backup, the increments to replay on it in their order, and the instant that both bring back."""

    target: Path
    backup: Backup | None
    increments: tuple[Increment, ...]
    entries: tuple[Entry, ...]
    key: BackupKey | None

    @property
    def instant(self) -> dt.datetime:
        if self.entries:
            return self.entries[-1].taken_at
        assert self.backup is not None
        return self.backup.manifest.made_at

    @property
    def position(self) -> Position:
        """Where the tables stand that are brought back."""
        position: Position = self._origin.position
        return position

    @property
    def home_id(self) -> str:
        return str(self._origin.home_id)

    @property
    def lives(self) -> tuple[str, ...]:
        """The life that is brought back, after those it descends from."""
        return (*self._origin.ancestors, self._origin.life)

    @property
    def _origin(self) -> Any:
        return self.entries[-1] if self.entries else self.backup.manifest if self.backup else None

    @property
    def needs_log_key(self) -> bool:
        heads = bool(self.backup and self.backup.manifest.audit_heads)
        return heads or any(
            {"ops.audit_trail", "ops.nav_approval_events"} & {*e.appended, *e.replaced} for e in self.entries
        )

    def inbox(self) -> tuple[ListedFile, ...]:
        """The files of the inbox as they were listed last."""
        if self.entries:
            return self.entries[-1].inbox
        assert self.backup is not None
        listing = json.loads(read_member(self.backup, "listing.json", self.key))
        return tuple(ListedFile.model_validate(file) for file in listing)

    def verify(self) -> int:
        """Compare every file with its checksum; returns how many. Raises BrokenBackup naming the first that differs."""
        for increment in self.increments:
            verify_increment(increment)
        return len(self.increments) + (verify(self.backup) if self.backup is not None else 0)


def read_member(backup: Backup, name: str, key: BackupKey | None) -> bytes:
    """A small file of a backup."""
    stored = name + ending(key if backup.manifest.key_id is not None else None)
    with unpacked(backup.path(stored), key, backup.manifest.purpose(stored)) as stream:
        return stream.read()


def choose(target: Path, key: BackupKey | None, backup_id: str | None = None, at: dt.datetime | None = None) -> Source:
    """The newest that a target can bring back; with `at` (UTC, without a zone) the last state that it has up to then; with
    `backup_id` that backup, and what follows on it only up to `at`.

    Raises BackupError where the target has nothing so old or of that name, BrokenBackup, WrongKey.
    """
    reachable(target)
    backups = list(newest_first(target / DataSet.WAREHOUSE, key, at if backup_id is None else None, backup_id))
    increments = [each for each in increments_in(target) if at is None or each.taken_at <= at]
    if backup_id is not None:
        if not backups:
            raise BackupError(f"{target}: there is no backup {backup_id}; `weir backups` lists those there are")
        base = backups[0]
        following = _following(increments, base, base.manifest.life) if at is not None else []
        return _checked(target, base, following, key)
    last = max(increments, key=lambda increment: increment.taken_at, default=None)
    if not backups and last is None:
        when = "" if at is None else f" of {at:%Y-%m-%dT%H:%M:%SZ} or before"
        raise BackupError(f"{target}: there is no backup{when}; `weir backup` makes one")
    life = backups[0].manifest.life if backups else ""
    if last is not None and (not backups or last.taken_at > backups[0].manifest.made_at):
        life = last.life
    of_life = next((backup for backup in backups if backup.manifest.life == life), None)
    return _checked(target, of_life, _following(increments, of_life, life), key)


def newest_first(folder: Path, key: BackupKey | None, at: dt.datetime | None, only: str | None) -> Iterator[Backup]:
    """Backups below a data set's folder, the newest made first; `at`: those made up to then, `only`: the one of this name."""
    names = [p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")] if folder.is_dir() else []
    for name in sorted(names, reverse=True):
        if (only is None or name == only) and (at is None or instant_of(name) <= at):
            yield backup_in(folder / name, key)


def _following(increments: Sequence[Increment], base: Backup | None, life: str) -> list[Increment]:
    after = base.manifest.sequence if base is not None else 0
    return [each for each in increments if each.life == life and each.sequence > after]


def _checked(target: Path, base: Backup | None, following: Sequence[Increment], key: BackupKey | None) -> Source:
    """Raises BrokenBackup where an increment is missing between others."""
    first = (base.manifest.sequence if base is not None else 0) + 1
    for expected, increment in enumerate(following, start=first):
        if increment.sequence != expected:
            raise BrokenBackup(
                f"{increment.path.parent}: increment {expected:08d} is missing, {increment.path.name} cannot be replayed "
                f"without it. `--at` an instant before it, or `--backup` a later one, can be restored."
            )
    return Source(target, base, tuple(following), tuple(increment.entry(key) for increment in following), key)


def choose_newest(
    targets: Sequence[Path], key: BackupKey | None, backup_id: str | None = None, at: dt.datetime | None = None
) -> Source:
    """What the target with the newest state can bring back; one that is away or has nothing is passed over while another has.

    Raises what choosing from the first of them raised where none has anything.
    """
    found: list[Source] = []
    faults: list[BackupError] = []
    for target in targets:
        try:
            found.append(choose(target, key, backup_id, at))
        except (WrongKey, BrokenBackup):
            raise
        except BackupError as error:
            faults.append(error)
    if not found:
        raise faults[0]
    return max(found, key=lambda source: source.instant)
