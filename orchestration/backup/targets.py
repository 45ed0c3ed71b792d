"""What lies in a target: backups with their manifests, increments in their order, contents by hash. Writing them is done elsewhere.

    <target>/target.json                                   whose it is
    <target>/<data set>/<backup id>/manifest.json ...      a backup, whole or not there
    <target>/shipped/<life>/<sequence>-<instant>-<sha256>  an increment
    <target>/shipped/contents/<first two>/<sha256>         a file of the inbox

Source: fund-admin 1.12.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestration.backup.errors import BackupError, BrokenBackup, WrongKey
from orchestration.backup.packing import BUFFER, UNFINISHED, ending, sha256_of, tar_in, unpacked
from orchestration.backup.policy import DataSet
from orchestration.backup.positions import ListedFile, Position
from orchestration.backup.sealing import BackupKey
from orchestration.settings import Settings

INSTANT = "%Y%m%dT%H%M%S%fZ"
MANIFEST = "manifest.json"
ENTRY = "entry.json"
SHIPPED, CONTENTS = "shipped", "contents"


class BackupFile(BaseModel):
    """A file of a backup as it lies in the target."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    byte_size: int


class Manifest(BaseModel):
    """What a backup is and holds. What it says is signed with the key where there is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backup_id: str
    data_set: DataSet
    made_at: dt.datetime
    home_id: str
    life: str
    ancestors: tuple[str, ...]
    sequence: int  # of the last increment that it holds
    position: Position
    plain_bytes: int
    algorithm: str | None
    key_id: str | None
    holds_log_key: bool = False
    code_version: str
    code_fingerprint: str
    audit_heads: Mapping[str, Any]
    files: Mapping[str, BackupFile]
    signature: str = ""

    def signed(self, key: BackupKey | None) -> Manifest:
        return self.model_copy(update={"signature": self._signature(key)})

    def _signature(self, key: BackupKey | None) -> str:
        said = json.dumps(self.model_dump(mode="json", exclude={"signature"}), sort_keys=True).encode()
        return hashlib.sha256(said).hexdigest() if key is None else key.sign(said)

    def is_as_signed(self, key: BackupKey | None) -> bool:
        return self.signature == self._signature(key)

    def purpose(self, name: str) -> str:
        """What a file of the backup is sealed for."""
        return backup_purpose(self.data_set, self.backup_id, name)


class Entry(BaseModel):
    """What an increment says of itself: the life and place it belongs to, where the home stood, and what came."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home_id: str
    life: str
    ancestors: tuple[str, ...]
    sequence: int
    taken_at: dt.datetime
    position: Position
    appended: tuple[str, ...]  # tables whose rows come on top
    replaced: tuple[str, ...]  # tables whose rows stand instead of those before
    loads: tuple[Mapping[str, Any], ...]
    inbox: tuple[ListedFile, ...]
    code_version: str


@dataclass(frozen=True)
class Backup:
    folder: Path
    manifest: Manifest

    def path(self, name: str) -> Path:
        return self.folder / name


@dataclass(frozen=True)
class Increment:
    path: Path
    life: str
    sequence: int
    taken_at: dt.datetime
    sha256: str

    @property
    def purpose(self) -> str:
        return increment_purpose(self.life, self.sequence)

    def entry(self, key: BackupKey | None) -> Entry:
        """Raises WrongKey, BrokenBackup."""
        with unpacked(self.path, key, self.purpose) as stream, tar_in(stream, self.path) as tar:
            for member in tar:
                content = tar.extractfile(member)
                if member.name == ENTRY and content is not None:
                    return Entry.model_validate_json(content.read())
        raise BrokenBackup(f"{self.path}: it does not say what it holds")


def targets_of(settings: Settings) -> tuple[Path, ...]:
    """The folders that backups go to, the primary first."""
    return settings.backup_targets or (settings.home / "backups",)


def backup_purpose(data_set: DataSet, backup_id: str, name: str) -> str:
    return f"{data_set}/{backup_id}/{name}"


def increment_purpose(life: str, sequence: int) -> str:
    return f"{SHIPPED}/{life}/{sequence}"


def content_purpose(sha256: str) -> str:
    return f"{CONTENTS}/{sha256}"


def content_path(target: Path, sha256: str, key: BackupKey | None) -> Path:
    return target / SHIPPED / CONTENTS / sha256[:2] / f"{sha256}{ending(key)}"


def unpack_content(target: Path, sha256: str, key: BackupKey | None, path: Path) -> bool:
    """Write a file of the inbox to `path`; False where the target no longer has its content. Raises BrokenBackup, WrongKey."""
    packed_path = content_path(target, sha256, key)
    if not packed_path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.restoring")
    with unpacked(packed_path, key, content_purpose(sha256)) as stream, temporary.open("wb") as out:
        shutil.copyfileobj(stream, out, BUFFER)
    if sha256_of(temporary) != sha256:
        temporary.unlink()
        raise BrokenBackup(f"{packed_path}: its content is not the one of its name")
    os.replace(temporary, path)
    return True


def instant_of(backup_id: str) -> dt.datetime:
    return dt.datetime.strptime(backup_id, INSTANT)


def backups_in(target: Path, data_set: DataSet, key: BackupKey | None) -> list[Backup]:
    """Whole backups of a data set, oldest first. Raises BrokenBackup where a manifest is missing, damaged or changed."""
    folder = target / data_set
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    return [backup_in(folder / name, key) for name in names]


def backup_in(folder: Path, key: BackupKey | None) -> Backup:
    """Raises BrokenBackup, WrongKey."""
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_text())
    except FileNotFoundError:
        raise BrokenBackup(f"{path}: the file is missing") from None
    except (ValidationError, UnicodeDecodeError) as error:
        raise BrokenBackup(f"{path}: it is not a manifest ({str(error).splitlines()[0]})") from None
    if manifest.key_id is not None:
        # Reading the list of backups needs no key; trusting what one says does.
        if key is None:
            raise WrongKey(f"{path}: the backup is sealed; give the key in WEIR_BACKUP_KEY or WEIR_BACKUP_KEY_FILE")
        if key.key_id != manifest.key_id:
            raise WrongKey(
                f"{path}: sealed with key {manifest.key_id}, the key given is {key.key_id}: give the right one"
            )
    if not manifest.is_as_signed(key if manifest.key_id is not None else None):
        raise BrokenBackup(f"{path}: it is not as it was written")
    return Backup(folder, manifest)


def verify(backup: Backup) -> int:
    """Compare every file of a backup with its checksum; returns how many. Raises BrokenBackup naming the first that differs."""
    for name, file in backup.manifest.files.items():
        path = backup.path(name)
        if not path.is_file():
            raise BrokenBackup(f"{path}: the file is missing")
        if path.stat().st_size != file.byte_size:
            raise BrokenBackup(f"{path}: expected {file.byte_size:,} bytes, found {path.stat().st_size:,}")
        if sha256_of(path) != file.sha256:
            raise BrokenBackup(f"{path}: its checksum is not the one of the manifest; the file was damaged or changed")
    return len(backup.manifest.files)


def increments_in(target: Path) -> list[Increment]:
    """Every whole increment of every life, by life and place."""
    found = []
    for path in (target / SHIPPED).glob("*/*-*-*"):
        if path.parent.name == CONTENTS or path.name.startswith((".", UNFINISHED)):
            continue
        try:
            sequence, taken_at, sha256 = path.name.split(".")[0].split("-")
            found.append(Increment(path, path.parent.name, int(sequence), instant_of(taken_at), sha256))
        except ValueError:
            raise BrokenBackup(f"{path}: it is not named as an increment is") from None
    return sorted(found, key=lambda increment: (increment.life, increment.sequence))


def verify_increment(increment: Increment) -> None:
    """Raises BrokenBackup naming it where it is not as it was shipped."""
    if sha256_of(increment.path) != increment.sha256:
        raise BrokenBackup(
            f"{increment.path}: its checksum is not the one of its name; the file was damaged or changed"
        )


def newest_position(target: Path, life: str, key: BackupKey | None) -> tuple[int, Position, dt.datetime] | None:
    """How far the target follows a life: the last sequence, where the home stood, and when. None: not at all."""
    increments = [each for each in increments_in(target) if each.life == life]
    backups = [b.manifest for b in backups_in(target, DataSet.WAREHOUSE, key) if b.manifest.life == life]
    last = max(backups, key=lambda manifest: (manifest.sequence, manifest.made_at), default=None)
    if increments and (last is None or increments[-1].sequence > last.sequence):
        entry = increments[-1].entry(key)
        return entry.sequence, entry.position, entry.taken_at
    return None if last is None else (last.sequence, last.position, last.made_at)


def reachable(target: Path) -> None:
    """Raises BackupError where the target cannot be read."""
    if not target.is_dir():
        raise BackupError(f"{target}: there is no such folder; is the target mounted?")
