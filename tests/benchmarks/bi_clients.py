"""Times BI clients while publications are swapped in: `python -m tests.benchmarks.bi_clients`. Prints tables, writes bench_bi.json.

Never a test. The home's volumes are bi_questions', its making bi_home's, what one process of clients does bi_load's.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from orchestration.settings import PROJECT, Settings
from tests.benchmarks.bi_home import make_home, publish_again, publish_whole, settings_of
from tests.benchmarks.bi_load import Load
from tests.benchmarks.bi_questions import Volumes
from tests.benchmarks.timing import seconds

CONSOLE = Console(width=130)
TARGET_MILLISECONDS = 1_000
SWAP_EVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Scenario:
    """How clients are spread over processes, and what is published meanwhile."""

    name: str
    processes: int
    clients: int  # in each process, on one opened database
    threads: int | None
    publishes: Callable[[Settings], object] | None


@dataclass(frozen=True)
class Figures:
    """What a scenario came to: milliseconds by query, and over all clients."""

    scenario: str
    queries: dict[str, dict[str, float]]
    answers_a_second: float
    publications: int
    openings: int
    opening_p95: float
    errors: list[str]


def scenarios(clients: int) -> list[Scenario]:
    return [
        Scenario("one client alone, one thread", 1, 1, 1, None),
        Scenario(f"{clients} processes, one thread each", clients, 1, 1, publish_again),
        Scenario(f"{clients} processes, DuckDB's default threads", clients, 1, None, publish_again),
        Scenario(f"one process, {clients} connections, one thread each", 1, clients, 1, publish_again),
        Scenario(f"one process, {clients} connections, a whole publication made beside", 1, clients, 1, publish_whole),
    ]


def measured(scenario: Scenario, settings: Settings, volumes: Volumes, lasting: float) -> Figures:
    """Run one scenario: all clients begin together, once every one has opened the publication."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.bi_load", json.dumps(asdict(load))],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for load in (
            Load(str(settings.published_link), volumes, seed, scenario.clients, scenario.threads, lasting)
            for seed in range(scenario.processes)
        )
    ]
    try:
        for process in processes:
            if _line(process) != "ready\n":
                raise RuntimeError(f"a client of '{scenario.name}' did not start: what it printed stands above")
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        published = _publish_meanwhile(scenario, settings, lasting)
        found = [json.loads(_line(process)) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    return summary(scenario, found, published, lasting)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _publish_meanwhile(scenario: Scenario, settings: Settings, lasting: float) -> int:
    """Publish until the clients' time is over; returns how often the link moved by then."""
    until, published = time.monotonic() + lasting, 0
    while scenario.publishes is not None and time.monotonic() < until:
        started = time.monotonic()
        scenario.publishes(settings)
        published += time.monotonic() < until
        time.sleep(max(min(started + SWAP_EVERY_SECONDS, until) - time.monotonic(), 0))
    return published


def summary(scenario: Scenario, found: list[dict[str, Any]], published: int, lasting: float) -> Figures:
    lines: dict[str, dict[str, float]] = {}
    total = 0
    for name in found[0]["seconds"]:
        took = np.concatenate([np.asarray(one["seconds"][name]) for one in found]) * 1_000
        rows = sum(one["rows"][name] for one in found)
        if took.size:
            p50, p95, p99 = np.percentile(took, [50, 95, 99])
            lines[name] = {
                "answers": int(took.size),
                "p50": float(p50),
                "p95": float(p95),
                "p99": float(p99),
                "rows": rows / took.size,
            }
        total += took.size
    opening = np.concatenate([np.asarray(one["opening"]) for one in found]) * 1_000
    errors = [error for one in found for error in one["errors"]]
    errors += [f"{name}: no answer had a row" for name, line in lines.items() if not line["rows"]]
    return Figures(
        scenario.name, lines, total / lasting, published, int(opening.size), float(np.percentile(opening, 95)), errors
    )


def table_of(figures: Figures) -> Table:
    table = Table(
        title=f"{figures.scenario}: {figures.answers_a_second:.0f} answers a second, {figures.publications} publications, "
        f"{figures.openings} openings (p95 {figures.opening_p95:.0f} ms), {len(figures.errors)} errors",
        title_justify="left",
    )
    for column in ("query", "answers", "rows each", "p50 ms", "p95 ms", "p99 ms", "target p95 ms"):
        table.add_column(column)
    for name, line in figures.queries.items():
        shown = [f"{line[column]:,.0f}" for column in ("answers", "rows", "p50", "p95", "p99")]
        table.add_row(name, *shown, f"under {TARGET_MILLISECONDS:,}")
    return table


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--clients", type=int, default=50)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--scale", type=float, default=1.0, help="share of the declared volumes")
    asked.add_argument("--home", type=Path, default=None, help="kept, and used again as it is; else made and removed")
    options = asked.parse_args()
    volumes = Volumes() if options.scale == 1 else Volumes().scaled(options.scale)
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(options.home or Path(folder) / "home")
        making = 0.0 if settings.home.exists() else seconds(lambda: make_home(settings, volumes))
        publishing = seconds(lambda: publish_whole(settings))
        size = (settings.published_link / "warehouse.duckdb").stat().st_size
        CONSOLE.print(
            f"The home was made in {making:.0f} s and published in {publishing:.0f} s: {size / 2**20:,.0f} MB."
        )
        found = []
        for scenario in scenarios(options.clients):
            found.append(measured(scenario, settings, volumes, options.seconds))
            CONSOLE.print(table_of(found[-1]))
            for error in sorted(set(found[-1].errors))[:10]:
                CONSOLE.print(error, markup=False)
    written = {"volumes": asdict(volumes), "made_seconds": making, "published_seconds": publishing, "bytes": size}
    Path("bench_bi.json").write_text(json.dumps(written | {"scenarios": [asdict(one) for one in found]}, indent=2))
    if any(one.errors for one in found):
        raise SystemExit("clients had errors: a reader must never fail while publications are swapped in")


if __name__ == "__main__":
    main()
