"""The files of one backup, written into a folder while nothing writes to the home. Where the folder goes is making's."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import duckdb

from ingestion.inbox import Scan
from orchestration.backup.errors import BackupError
from orchestration.backup.identity import FILE as IDENTITY
from orchestration.backup.identity import Identity
from orchestration.backup.packing import BUFFER, ending, packed, tar_of
from orchestration.backup.policy import DataSet, backup_policy
from orchestration.backup.positions import Position, followed_tables, listed
from orchestration.backup.sealing import ALGORITHM, BackupKey
from orchestration.backup.targets import BackupFile, Manifest, backup_purpose, instant_of
from orchestration.fingerprints import code_fingerprint
from orchestration.settings import WAREHOUSE, Settings
from orchestration.warehouse import Warehouse

TOTALS, LISTING, TABLES = "totals.json", "listing.json", "tables.tar"
PUBLICATION, HOME_FILES, LOG_KEY = "publication.tar", "home.tar", "logs.key"


@dataclass(frozen=True)
class HeldHome:
    """The home while its lock is held and nothing writes."""

    settings: Settings
    warehouse: Warehouse
    identity: Identity
    position: Position
    found: Scan
    totals: Mapping[str, Any]
    heads: Mapping[str, Any]
    key: BackupKey | None


class Builder:
    """Writes the files of one backup into a folder."""

    def __init__(self, folder: Path, home: HeldHome, data_set: DataSet, backup_id: str) -> None:
        self.folder = folder
        self.home = home
        self.data_set = data_set
        self.backup_id = backup_id
        self.files: dict[str, BackupFile] = {}
        self.plain_bytes = 0

    def build(self) -> Manifest:
        home = self.home
        with self._file(TOTALS) as stream:
            stream.write(_as_json(home.totals))
        with self._file(LISTING) as stream:
            stream.write(_as_json([file.model_dump() for file in listed(home.found)]))
        holds_log_key = False
        if self.data_set is DataSet.WAREHOUSE:
            self._warehouse()
            holds_log_key = self._log_key()
        elif self.data_set is not DataSet.FILES:
            tables = backup_policy().data_sets[self.data_set].tables
            self._tables(tables or tuple(t for t in followed_tables() if t.startswith("ops.")))
        return Manifest(
            backup_id=self.backup_id,
            data_set=self.data_set,
            made_at=instant_of(self.backup_id),
            home_id=home.identity.home_id,
            life=home.identity.life,
            ancestors=home.identity.ancestors,
            sequence=0,
            position=home.position,
            plain_bytes=self.plain_bytes,
            algorithm=ALGORITHM if home.key else None,
            key_id=home.key.key_id if home.key else None,
            holds_log_key=holds_log_key,
            code_version=version("weir"),
            code_fingerprint=code_fingerprint(),
            audit_heads=home.heads,
            files=self.files,
        )

    @contextmanager
    def _file(self, name: str) -> Iterator[IO[bytes]]:
        """A stream to a file of the backup, which the manifest lists once it is whole."""
        name += ending(self.home.key)
        purpose = backup_purpose(self.data_set, self.backup_id, name)
        with packed(self.folder / name, self.home.key, purpose) as (stream, stored):
            yield stream
        self.files[name] = BackupFile(sha256=stored.sha256, byte_size=stored.byte_size)

    def _warehouse(self) -> None:
        settings = self.home.settings
        path = settings.warehouse_path
        # Closed for the copy: what a connection keeps in memory is not in the file, and reading an open database's file
        # would free its lock when the copy is closed.
        with self.home.warehouse.lent():
            before = path.stat()
            with self._file(WAREHOUSE) as stream, path.open("rb") as file:
                shutil.copyfileobj(file, stream, BUFFER)
            after = path.stat()
            log = path.with_name(f"{path.name}.wal")
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or log.exists():
                raise BackupError(
                    f"{path}: another program wrote to it while it was copied; close it and back up again. BI tools read "
                    f"the published copy."
                )
        self.plain_bytes += before.st_size
        if settings.published_link.exists():
            published = settings.published_link.resolve()
            with self._file(PUBLICATION) as stream, tar_of(stream) as tar:
                tar.add(published, published.name)
            self.plain_bytes += sum(
                p.stat().st_size for p in published.rglob("*") if p.is_file() and not p.is_symlink()
            )
        with self._file(HOME_FILES) as stream, tar_of(stream) as tar:
            for own in home_files(settings):
                tar.add(own, own.name)

    def _log_key(self) -> bool:
        settings = self.home.settings
        if not settings.backup_log_key or not settings.log_key.exists():
            return False
        with self._file(LOG_KEY) as stream:
            stream.write(settings.log_key.read_bytes())
        return True

    def _tables(self, tables: tuple[str, ...]) -> None:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=self.home.settings.home) as scratch:
            with self.home.warehouse.connect() as connection:
                for table in tables:
                    _copy_out(connection, table, Path(scratch))
            with self._file(TABLES) as stream, tar_of(stream) as tar:
                for path in sorted(Path(scratch).iterdir()):
                    tar.add(path, path.name)
                    self.plain_bytes += path.stat().st_size


def _copy_out(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    connection.execute(f"copy {table} to '{folder / table}.parquet' (format parquet, compression zstd)")


def home_files(settings: Settings) -> list[Path]:
    """The home's own small files: its policies and its log of alerts, and neither keys, locks nor databases."""
    left_out = (WAREHOUSE, settings.log_key.name, settings.lock_path.name, IDENTITY)
    files = (path for path in settings.home.iterdir() if path.is_file() and not path.is_symlink())
    return sorted(
        path
        for path in files
        if path.name not in left_out
        and not path.name.startswith((".", f"{WAREHOUSE}.", "warehouse."))
        and path != settings.backup_key_file
    )


def _as_json(content: Any) -> bytes:
    return json.dumps(content, indent=1).encode()
