"""Opens Dagster's SQLite files for a run so that no event waits for the disk. What stands in them is Dagster's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, cast

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool


@contextmanager
def history_kept_open() -> Iterator[None]:
    """Within the block every SQLite file that SQLAlchemy opens stays open once, and is written without forced syncs.

    Dagster opens a file anew for each of the thousands of events of a run. As the only connection it would carry the
    write-ahead log over into the file at each close, and wait for the disk each time: a third of a run's time. A process that
    dies loses nothing all the same; a machine that dies may lose the newest events, and never the file.
    """
    kept: dict[str, sqlite3.Connection] = {}
    lock = Lock()

    def opened(connection: object, _: object) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        ((mode,),) = connection.execute("pragma journal_mode").fetchall()
        # Without a write-ahead log, writing in place without syncs could damage the file.
        if mode != "wal":
            return
        connection.execute("pragma synchronous = normal")
        path = next(file for _, name, file in connection.execute("pragma database_list") if name == "main")
        with lock:
            if path not in kept:
                # Dagster's threads open files; this one closes them.
                kept[path] = sqlite3.connect(path, check_same_thread=False)
                # A connection takes part in the log from its first read on.
                kept[path].execute("select count(*) from sqlite_master").fetchall()

    event.listen(Engine, "connect", opened)
    try:
        with _one_engine_a_file():
            yield
    finally:
        event.remove(Engine, "connect", opened)
        for connection in kept.values():
            connection.close()


@contextmanager
def _one_engine_a_file() -> Iterator[None]:
    """Let Dagster's event log have one engine for all it asks of a file, and the engine its connections.

    It makes one for each event, and each opens the file and compiles its statements anew: more than half of the processor
    time of a run's history. Dagster has no setting for it. This can go when SqliteEventLogStorage (1.13: in `_connect`)
    keeps its engines, and gives them a pool.
    """
    make, made, lock = sqlite_event_log.create_engine, dict[str, Engine](), Lock()

    def kept(url: str, **options: Any) -> Engine:
        key = f"{url} {options}"
        with lock:
            if key not in made:
                made[key] = make(url, **(options | {"poolclass": QueuePool}))
            return made[key]

    sqlite_event_log.create_engine = cast(Any, kept)
    try:
        yield
    finally:
        sqlite_event_log.create_engine = make
        for engine in made.values():
            engine.dispose()
