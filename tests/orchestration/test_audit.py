"""The audit trail: what it keeps, and that whatever did not come by its write path is found and located."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.audit import AuditEntry, Outcome, audit_policy, breaches, record, write
from orchestration.sealed_log import AUDIT_TRAIL, LostKey, writing
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, own_tables

LOG, HEAD = AUDIT_TRAIL.table, AUDIT_TRAIL.head
ENTRIES = 60
TEXTS = [
    *(
        "organization_id",
        "actor",
        "role",
        "source",
        "action",
        "outcome",
        "entity_type",
        "entity_id",
        "changes",
        "reason",
    ),
    *("correlation_id", "classification", "retention_class", "previous_hash", "entry_hash"),
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    warehouse = Warehouse(settings.warehouse_path)
    warehouse.create_tables()
    actions = sorted(audit_policy().actions)
    for number in range(ENTRIES // 3):
        entries = [
            AuditEntry(
                actions[(number + n) % len(actions)],
                "commitment",
                f"C{number:03}-{n}",
                actor=("ops@cedar.example", "weir")[n % 2],
                organization_id=(None, "cedar")[n % 2],
                outcome=(Outcome.DONE, Outcome.REFUSED)[n % 2],
                changes={"amount": (str(number), str(number + n))},
                reason=(None, "as asked")[n % 2],
                correlation_id=f"run-{number}",
            )
            for n in range(3)
        ]
        write(warehouse, settings, entries)
    return settings


@pytest.fixture
def scratch(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose changes are undone."""
    with Warehouse(settings.warehouse_path).connect() as connection:
        connection.begin()
        yield connection
        connection.rollback()


def found(connection: duckdb.DuckDBPyConnection, settings: Settings, published: Any = None) -> list[tuple[int, str]]:
    rows, heads = AUDIT_TRAIL.rows(connection), AUDIT_TRAIL.head_rows(connection)
    return [tuple(each) for each in AUDIT_TRAIL.breaches(rows, heads, settings.log_key, published)]


def test_what_was_written_by_the_write_path_is_whole(settings: Settings) -> None:
    assert breaches(Warehouse(settings.warehouse_path), settings) == ([], ENTRIES)
    rows = Warehouse(settings.warehouse_path).records(f"select * from {LOG} order by entry_number limit 2")
    assert [row["entry_number"] for row in rows] == [1, 2]
    assert json.loads(rows[1]["changes"]) == {"amount": ["0", "1"]}
    assert rows[1]["classification"] == audit_policy().actions[rows[1]["action"]].classification


# Each kind of edit returns the numbers of which at least one must be named; for a change of one row it is that row.
def _edit_a_text(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    number, column = source.randint(1, ENTRIES), source.choice(TEXTS)
    connection.execute(f"update {LOG} set {column} = coalesce({column}, '') || 'x' where entry_number = ?", [number])
    return {number}


def _clear_a_value(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    column = source.choice([c for c in own_tables()[LOG] if c not in ("role", "entry_number")])
    filled = connection.execute(f"select entry_number from {LOG} where {column} is not null").fetchall()
    (number,) = source.choice(filled)
    connection.execute(f"update {LOG} set {column} = null where entry_number = ?", [number])
    return {number}


def _move_an_instant(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    number, column = source.randint(1, ENTRIES), source.choice(["recorded_at", "occurred_at"])
    connection.execute(
        f"update {LOG} set {column} = {column} - to_microseconds(?) where entry_number = ?",
        [source.randint(1, 10**12), number],
    )
    return {number}


def _remove(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    number = source.randint(1, ENTRIES)
    connection.execute(f"delete from {LOG} where entry_number = ?", [number])
    return {number}


def _remove_and_close_the_gap(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    number = source.randint(1, ENTRIES - 1)
    connection.execute(f"delete from {LOG} where entry_number = ?", [number])
    connection.execute(f"update {LOG} set entry_number = entry_number - 1 where entry_number > ?", [number])
    return {number}


def _cut_off_the_end(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    last = source.randint(1, ENTRIES - 1)
    connection.execute(f"delete from {LOG} where entry_number > ?", [last])
    connection.execute(
        f"update {HEAD} set entry_count = ?, entry_hash = (select entry_hash from {LOG} where entry_number = ?)",
        [last, last],
    )
    return {last}


def _swap(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    one, other = source.sample(range(1, ENTRIES + 1), 2)
    connection.execute(
        f"update {LOG} set entry_number = case entry_number when ? then ? else ? end where entry_number in (?, ?)",
        [one, other, one, one, other],
    )
    return {one, other}


def _insert_a_copy(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    number = source.randint(1, ENTRIES)
    connection.execute(f"insert into {LOG} select * from {LOG} where entry_number = ?", [number])
    return {number}


def _insert_a_forgery(connection: duckdb.DuckDBPyConnection, source: random.Random) -> set[int]:
    like, number = source.randint(1, ENTRIES), source.randint(1, ENTRIES + 1)
    connection.execute(
        f"insert into {LOG} select * replace (?::bigint as entry_number, 'nobody' as actor, repeat('ab', 32) as entry_hash) "
        f"from {LOG} where entry_number = ?",
        [number, like],
    )
    return {number}


EDITS: tuple[Callable[[duckdb.DuckDBPyConnection, random.Random], set[int]], ...] = (
    *(_edit_a_text, _clear_a_value, _move_an_instant, _remove, _remove_and_close_the_gap, _cut_off_the_end, _swap),
    *(_insert_a_copy, _insert_a_forgery),
)


def test_every_one_of_1000_random_edits_is_found_and_located(settings: Settings) -> None:
    missed = []
    with Warehouse(settings.warehouse_path).connect() as connection:
        for seed in range(1000):
            source = random.Random(seed)
            edit = EDITS[seed % len(EDITS)]
            connection.begin()
            at = edit(connection, source)
            named = {number for number, _ in found(connection, settings)}
            connection.rollback()
            if not at <= named:
                missed.append((seed, edit.__name__, at, named))
    assert missed == []


@pytest.mark.parametrize(
    ("sql", "said"),
    {
        "edited": (f"update {LOG} set reason = 'x' where entry_number = 7", [(7, "entry 7 is not as it was written")]),
        "removed": (
            f"delete from {LOG} where entry_number = 7",
            [(7, "entry 7 is missing"), (59, "the log ends otherwise than its head says: 59 rows found")],
        ),
        "moved": (
            f"update {LOG} set entry_number = 15 - entry_number where entry_number in (7, 8)",
            [
                (7, "entry 7 is not as it was written: it was written as entry 8"),
                (8, "entry 8 is not as it was written: it was written as entry 7"),
            ],
        ),
    }.values(),
    ids=["edited", "removed", "moved"],
)
def test_the_row_and_what_happened_to_it_are_named(
    scratch: duckdb.DuckDBPyConnection, settings: Settings, sql: str, said: list[tuple[int, str]]
) -> None:
    scratch.execute(sql)
    assert found(scratch, settings) == said


def test_an_older_trail_with_its_own_head_is_not_the_one_that_was_published(settings: Settings, tmp_path: Path) -> None:
    home = Settings(home=tmp_path)
    warehouse = Warehouse(home.warehouse_path)
    warehouse.create_tables()
    write(warehouse, home, [AuditEntry("RUN", "run", "1")])
    with warehouse.connect() as connection:
        rows, heads = AUDIT_TRAIL.rows(connection), AUDIT_TRAIL.head_rows(connection)
    write(warehouse, home, [AuditEntry("RUN", "run", "2")])
    with warehouse.connect() as connection:
        published = AUDIT_TRAIL.published_head(connection)
    told = AUDIT_TRAIL.breaches(rows, heads, home.log_key, published)
    assert told == [(2, "entry 2 is not the one of the publication in place")]


def test_a_change_that_is_undone_leaves_no_row(settings: Settings) -> None:
    warehouse = Warehouse(settings.warehouse_path)

    def undone() -> None:
        with writing(warehouse) as connection:
            record(connection, settings, [AuditEntry("RUN", "run", "undone")])
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        undone()
    assert breaches(warehouse, settings) == ([], ENTRIES)


def test_an_action_without_a_policy_is_not_written(settings: Settings) -> None:
    with pytest.raises(KeyError, match="WAVE"):
        write(Warehouse(settings.warehouse_path), settings, [AuditEntry("WAVE", "run", "1")])


def test_a_lost_key_is_not_replaced(settings: Settings, tmp_path: Path) -> None:
    key = settings.log_key.read_text()
    settings.log_key.unlink()
    try:
        with pytest.raises(LostKey, match=r"ops.audit_trail is sealed with logs.key, which is missing: restore it"):
            write(Warehouse(settings.warehouse_path), settings, [AuditEntry("RUN", "run", "1")])
        assert breaches(Warehouse(settings.warehouse_path), settings)[0] == [
            (0, "the key of the log is missing: logs.key")
        ]
    finally:
        settings.log_key.write_text(key)
