"""Append-only logs whose rows are sealed one over the other with the key of the house: appending to them, and finding what was
written to them by another way. What a log says does not belong here.

A row is sealed with its number and the seal of the row before. A head beside the log says how long it is and how it ends,
sealed too, so that it cannot be shortened; each publication carries the heads of its day, so that an older log put back with
its own head shows. Source: nav 6; input-contracts 2.3 (audit chain); fund-admin 1.10 (G-6).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import duckdb

from calculations.approvals.chain import FIRST, seal
from orchestration.calculation_cache import as_table
from orchestration.errors import Refused
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append, append_rows

_ONE_AT_A_TIME = Lock()  # DuckDB refuses the second of two transactions that move one head


class LostKey(Refused):
    """A log is there, and the key that seals it is not; the message says what to do."""


class Breach(NamedTuple):
    """Something that the write path did not do: the row it stands at, and what is wrong there."""

    number: int
    what: str


@dataclass(frozen=True)
class SealedLog:
    """A log and its head, two tables of ops whose columns `<noun>_number`, `<noun>_hash`, `<noun>_count` are named after a row."""

    table: str
    head: str
    noun: str

    @property
    def _number(self) -> str:
        return f"{self.noun}_number"

    @property
    def _hash(self) -> str:
        return f"{self.noun}_hash"

    def key_of(self, connection: duckdb.DuckDBPyConnection, path: Path) -> bytes:
        """The key in the file at `path`, made with the first row of the first log. Raises LostKey."""
        if path.exists():
            return path.read_bytes().strip()
        for log in LOGS:
            if connection.execute(f"select count(*) from {log.table}").fetchall() != [(0,)]:
                raise LostKey(f"{log.table} is sealed with {path.name}, which is missing: restore it")
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made readable for its owner alone from the start, and never over another one.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        return path.read_bytes().strip()

    def append(self, connection: duckdb.DuckDBPyConnection, key: bytes, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows within the caller's `writing` transaction, each sealed over the one before, and move the head."""
        if not rows:
            return
        heads = self.head_rows(connection)
        number, previous = heads[0][:2] if heads else (0, FIRST)
        sealed = []
        for row in rows:
            number += 1
            numbered = {**row, self._number: number}
            seal_of_row = seal(key, previous, self.table, number, self.sealed_fields(numbered))
            sealed.append({**numbered, "previous_hash": previous, self._hash: seal_of_row})
            previous = seal_of_row
        append(connection, self.table, as_table(self.table, sealed))
        connection.execute(f"delete from {self.head}")
        ends = {f"{self.noun}_count": number, self._hash: previous, "head_hash": self.head_seal(key, number, previous)}
        append_rows(connection, self.head, [ends])

    def rows(self, connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
        """Every row of the log by its number."""
        found = connection.execute(f"select * from {self.table} order by {self._number}, {self._hash}")
        rows: list[dict[str, Any]] = found.to_arrow_table().to_pylist()
        return rows

    def head_rows(self, connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
        """(length, end, seal of both), one row; none before the first row of the log."""
        return connection.execute(f"select {self.noun}_count, {self._hash}, head_hash from {self.head}").fetchall()

    def published_head(self, connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
        """The head as the manifest of a publication carries it."""
        heads = self.head_rows(connection)
        return {f"{self.noun}s": heads[0][0], self._hash: heads[0][1]} if heads else None

    def sealed_fields(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What of a row is sealed: all that it says. A column that the table gains later leaves the rows of before as they were."""
        said = {name: _zoned(value) for name, value in row.items() if value is not None}
        return {name: value for name, value in said.items() if name not in ("previous_hash", self._hash)}

    def head_seal(self, key: bytes, count: int, last: str) -> str:
        """Seal of the length and the end of the log."""
        return seal(key, last, self.head, count, {})

    def in_order(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[Breach]:
        """What the numbers and the links of the rows tell without the key: in a home of the past, where there is none."""
        previous = FIRST
        for number, row in enumerate(rows, start=1):
            if row[self._number] != number:
                yield Breach(number, f"expected {self.noun} {number}, found {row[self._number]}")
                return
            if row["previous_hash"] != previous:
                yield Breach(number, f"{self.noun} {number} does not follow on the {self.noun} before")
            previous = row[self._hash]

    def breaches(
        self,
        rows: Sequence[Mapping[str, Any]],
        heads: Sequence[tuple[int, str, str]],
        key_file: Path,
        published: Mapping[str, Any] | None = None,
    ) -> list[Breach]:
        """Every row that was edited, removed, moved or inserted, and a log shortened or put back, by number.

        `published`: the head that the manifest of the publication carries.
        """
        if not rows and not heads and published is None:
            return []
        if not key_file.exists():
            return [Breach(0, f"the key of the log is missing: {key_file.name}")]
        key = key_file.read_bytes().strip()
        found = list(self._of_rows(rows, key, heads[0][0] if heads else 0))
        last = rows[-1][self._hash] if rows else FIRST
        if list(heads) != [(len(rows), last, self.head_seal(key, len(rows), last or ""))]:
            found.append(Breach(len(rows), f"the log ends otherwise than its head says: {len(rows)} rows found"))
        if published is not None:
            number = published[f"{self.noun}s"]
            if [row[self._hash] for row in rows if row[self._number] == number] != [published[self._hash]]:
                what = f"{self.noun} {number} is not the one of the publication in place"
                found.append(Breach(number, what))
        return found

    def _of_rows(self, rows: Sequence[Mapping[str, Any]], key: bytes, length: int) -> Iterator[Breach]:
        """Where a number is missing, doubled, or not the row that was written with it."""
        standing: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
        numbers: dict[str, int] = {}
        for row in rows:
            standing[row[self._number] or 0].append(row)
            numbers[row[self._hash]] = row[self._number] or 0
        genuine_before: set[str] | None = {
            FIRST
        }  # seals that the next row may follow on; None: nothing is known of them
        for number in sorted({*range(1, max([length, *standing], default=0) + 1), *standing}):
            here = standing.get(number, [])
            genuine = [row for row in here if self._is_as_written(row, key, number)]
            if number < 1:
                yield from (Breach(0, f"a row stands there as {self.noun} {row[self._number]}") for row in here)
                continue
            if not here:
                yield Breach(number, f"{self.noun} {number} is missing")
            elif not genuine:
                place = self._own_place(here[0], key, numbers)
                moved = "" if place is None else f": it was written as {self.noun} {place}"
                yield Breach(number, f"{self.noun} {number} is not as it was written{moved}")
            elif len(here) > 1:
                yield Breach(number, f"{self.noun} {number} stands there {len(here)} times, written once")
            elif genuine_before is not None and genuine[0]["previous_hash"] not in genuine_before:
                yield Breach(number, f"{self.noun} {number} does not follow on the {self.noun} before")
            genuine_before = {row[self._hash] for row in genuine} or None

    def _is_as_written(self, row: Mapping[str, Any], key: bytes, number: int) -> bool:
        fields = self.sealed_fields({**row, self._number: number})
        return bool(row[self._hash] == seal(key, row["previous_hash"] or "", self.table, number, fields))

    def _own_place(self, row: Mapping[str, Any], key: bytes, numbers: Mapping[str, int]) -> int | None:
        """The number that a moved row was written with: the one after the row that it follows on, which may have moved too."""
        before = 0 if row["previous_hash"] == FIRST else numbers.get(row["previous_hash"])
        places = [] if before is None else [before + 1, before, before + 2]
        return next((place for place in places if self._is_as_written(row, key, place)), None)


AUDIT_TRAIL = SealedLog("ops.audit_trail", "ops.audit_head", "entry")
STRIKE_APPROVALS = SealedLog("ops.nav_approval_events", "ops.nav_approval_head", "event")
LOGS = (AUDIT_TRAIL, STRIKE_APPROVALS)


@contextmanager
def writing(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction that may append to sealed logs; of two in one process, the second waits."""
    with _ONE_AT_A_TIME, warehouse.transaction() as connection:
        yield connection


def published_heads(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """The head of every log that has rows, by its table, as the manifest of a publication carries them."""
    heads = {log.table: log.published_head(connection) for log in LOGS}
    return {table: head for table, head in heads.items() if head is not None}


def published_head(settings: Settings, log: SealedLog) -> dict[str, Any] | None:
    """What the manifest of the publication in place says of a log; None before its first row was published."""
    manifest = settings.published_link / "manifest.json"
    if not manifest.exists():
        return None
    head: dict[str, Any] | None = (json.loads(manifest.read_text()).get("audit_heads") or {}).get(log.table)
    return head


def _zoned(value: Any) -> Any:
    return value.replace(tzinfo=dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo is None else value
