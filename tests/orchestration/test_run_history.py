"""Dagster's run history: written without waiting for the disk, and still whole for whoever opens it next."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from orchestration.run_history import history_kept_open

NORMAL, FULL = 1, 2  # SQLite's numbers


@pytest.fixture
def history(tmp_path: Path) -> Engine:
    """A file as Dagster keeps it: with a write-ahead log, opened anew each time."""
    with sqlite3.connect(tmp_path / "history.db") as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table events (id integer)")
    connection.close()
    return create_engine(f"sqlite:///{tmp_path / 'history.db'}", poolclass=NullPool)


def write(history: Engine, number: int) -> None:
    with history.begin() as connection:
        connection.execute(text("insert into events values (:id)"), {"id": number})


def synchronous(history: Engine) -> int:
    with history.connect() as connection:
        return int(connection.execute(text("pragma synchronous")).scalar_one())


def test_events_are_not_carried_over_into_the_file_one_by_one(history: Engine, tmp_path: Path) -> None:
    log = tmp_path / "history.db-wal"
    write(history, 1)
    assert not log.exists()  # closing the last connection carries the log over and removes it
    with history_kept_open():
        for number in range(2, 5):
            write(history, number)
            assert log.stat().st_size > 0
        assert synchronous(history) == NORMAL
    assert not log.exists()
    assert synchronous(history) == FULL


def test_every_event_is_there_afterwards_and_for_others_meanwhile(history: Engine, tmp_path: Path) -> None:
    with history_kept_open():
        write(history, 1)
        other = sqlite3.connect(tmp_path / "history.db")
        assert other.execute("select id from events").fetchall() == [(1,)]
        other.close()
        write(history, 2)
    with history.connect() as connection:
        assert connection.execute(text("select id from events order by id")).fetchall() == [(1,), (2,)]


def test_a_file_without_a_log_keeps_its_syncs(tmp_path: Path) -> None:
    plain = create_engine(f"sqlite:///{tmp_path / 'plain.db'}", poolclass=NullPool)
    with history_kept_open():
        assert synchronous(plain) == FULL


def test_what_dagster_asks_of_a_file_is_compiled_once(tmp_path: Path) -> None:
    """An engine keeps the statements that it has compiled; one for each event compiles them for each event."""
    log = SqliteEventLogStorage(str(tmp_path))

    def engine() -> Engine:
        with log.index_connection() as connection:
            return connection.engine

    with history_kept_open():
        within = engine()
        assert engine() is within
    assert engine() is not within
