"""BI clients without think time: a process of one client, or of many that share one opened database. Prints what they saw as JSON.

Started by bi_clients, once for each process: `python -m tests.benchmarks.bi_load '<settings as JSON>'`. Prints `ready`, waits for a
line, asks until its time is over. What is asked belongs to bi_questions.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import duckdb

from tests.benchmarks.bi_questions import Volumes, parameters, queries


@dataclass(frozen=True)
class Load:
    """What one process does: `clients` beside each other on one opened database, for some seconds."""

    link: str  # <home>/published
    volumes: Volumes
    seed: int
    clients: int
    threads: int | None  # of the opened database; None is DuckDB's own default
    seconds: float


@dataclass
class Seen:
    """What clients saw: seconds of each answer by query (opening a new publication included), rows, openings, errors."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in queries()})
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(queries(), 0))
    opening_seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Source:
    """The publication that the link points to, opened once for all who ask; the old one closes with its last reader."""

    def __init__(self, load: Load, seen: Seen) -> None:
        self.link, self.threads, self.seen = Path(load.link), load.threads, seen
        self.lock = threading.Lock()
        self.folder: Path | None = None
        self.opened: duckdb.DuckDBPyConnection | None = None

    def current(self) -> tuple[Path, duckdb.DuckDBPyConnection]:
        """The publication's folder and its opened database, another one whenever the link has moved."""
        with self.lock:
            folder = self.link.resolve()
            if self.opened is None or folder != self.folder:
                started = time.perf_counter()
                config: dict[str, str | bool | int | float | list[str]] = (
                    {} if self.threads is None else {"threads": self.threads}
                )
                self.opened = duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True, config=config)
                self.folder = folder
                self.seen.opening_seconds.append(time.perf_counter() - started)
            return folder, self.opened


def ask(load: Load, number: int, source: Source, seen: Seen, until: float) -> None:
    """One client: queries at random, one after another, on a connection of its own that follows the link."""
    random, names = Random(load.seed * 1_000 + number), list(queries())
    mine: tuple[Path, duckdb.DuckDBPyConnection] | None = None
    while time.monotonic() < until:
        name = random.choice(names)
        asked = parameters(name, load.volumes, random)
        started = time.perf_counter()
        try:
            folder, opened = source.current()
            if mine is None or folder != mine[0]:
                mine = folder, opened.cursor()
            answer = mine[1].execute(queries()[name], asked).to_arrow_table()
        except Exception as error:  # noqa: BLE001  every failure of a reader is what is looked for
            seen.errors.append(f"{name}: {error!r}")
            continue
        seen.seconds[name].append(time.perf_counter() - started)
        seen.rows[name] += answer.num_rows


def main() -> None:
    given = json.loads(sys.argv[1])
    load = Load(**given | {"volumes": Volumes(**given["volumes"])})
    seen = Seen()
    source = Source(load, seen)
    _, opened = source.current()
    # DuckDB imports pyarrow and pandas with the first list it is given, which takes longer than any answer.
    opened.execute("select $given", {"given": [1]}).to_arrow_table()
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + load.seconds
    # What a client saw is its own while it asks; a source's openings are noted under its lock.
    each = [seen] + [Seen() for _ in range(load.clients - 1)]
    clients = [threading.Thread(target=ask, args=(load, n, source, own, until)) for n, own in enumerate(each)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    for own in each[1:]:
        for name in queries():
            seen.seconds[name] += own.seconds[name]
            seen.rows[name] += own.rows[name]
        seen.errors += own.errors
    print(
        json.dumps({"seconds": seen.seconds, "rows": seen.rows, "opening": seen.opening_seconds, "errors": seen.errors})
    )


if __name__ == "__main__":
    main()
