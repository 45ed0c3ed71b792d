"""Takes the parts of a backup out as files to look at: tables as Parquet, files of the inbox under their names. A home is brought
back by restoring.

Source: fund-admin 1.12.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from orchestration.backup.building import LISTING, TABLES
from orchestration.backup.errors import BackupError, HomeInUse
from orchestration.backup.packing import ending, tar_in, unpacked
from orchestration.backup.policy import DataSet
from orchestration.backup.positions import ListedFile
from orchestration.backup.sealing import BackupKey
from orchestration.backup.sources import newest_first, read_member
from orchestration.backup.targets import Backup, reachable, unpack_content, verify

LISTED = TypeAdapter(tuple[ListedFile, ...])


@dataclass
class TakenOut:
    """What was written below `folder`; `lost` names files whose content the target no longer has, erased on request or pruned."""

    folder: Path
    backup: Backup
    written: list[Path] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def take_out(
    target: Path,
    key: BackupKey | None,
    data_set: DataSet,
    folder: Path,
    backup_id: str | None = None,
    at: dt.datetime | None = None,
) -> TakenOut:
    """Write what the newest backup of a data set holds, the one of this name, or the newest made up to `at` (UTC, without a zone).

    Raises BackupError where there is none, HomeInUse where `folder` holds anything, BrokenBackup, WrongKey.
    """
    reachable(target)
    if folder.exists() and any(folder.iterdir()):
        raise HomeInUse(f"{folder}: it holds files; name a new folder")
    backup = next(newest_first(target / data_set, key, at, backup_id), None)
    if backup is None:
        raise BackupError(f"{target}: there is no such backup of {data_set}; `weir backups` lists those there are")
    verify(backup)
    folder.mkdir(parents=True, exist_ok=True)
    done = TakenOut(folder, backup)
    if data_set is DataSet.FILES:
        _files(target, key, done)
    else:
        _tables(key, done)
    return done


def _tables(key: BackupKey | None, done: TakenOut) -> None:
    backup = done.backup
    name = TABLES + ending(key if backup.manifest.key_id is not None else None)
    with (
        unpacked(backup.path(name), key, backup.manifest.purpose(name)) as stream,
        tar_in(stream, backup.path(name)) as tar,
    ):
        tar.extractall(done.folder, filter="data")
    done.written = sorted(done.folder.iterdir())


def _files(target: Path, key: BackupKey | None, done: TakenOut) -> None:
    for file in LISTED.validate_json(read_member(done.backup, LISTING, key)):
        for name, sha256 in file.contents():
            path = done.folder / name
            if unpack_content(target, sha256, key, path):
                done.written.append(path)
            else:
                done.lost.append(name)
