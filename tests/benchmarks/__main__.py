"""Benchmarks, printed as tables and written to bench.json. Never a test; what is measured stands in the modules beside."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.capital import capital_activity
from tests.benchmarks.clo import Timed, clo_engine
from tests.benchmarks.compliance import compliance_batches
from tests.benchmarks.houses import house_of_funds
from tests.benchmarks.migration import migration_engine
from tests.benchmarks.navs import nav_backfill
from tests.benchmarks.performance import fund_performance
from tests.benchmarks.reading import FundReading, Reading, clo_workbook, fund_workbook
from tests.benchmarks.runs import Run, demo_runs
from tests.benchmarks.timing import Spread

CONSOLE = Console()
FUND_TARGET = "at most 6"


def _add(table: Table, what: str, reading: Reading, target: str = "") -> None:
    table.add_row("bare python-calamine read", str(reading.bare_seconds), "1.00", "")
    table.add_row(what, str(reading.seconds), str(reading.ratio), target)


def reading_table(clo: Reading, typed: Spread, fund: FundReading) -> Table:
    table = Table(title="Reading workbooks: median (least to greatest)", title_justify="left")
    for column in ("what", "seconds", "ratio", "target"):
        table.add_column(column)
    _add(table, f"CLO, ten deals: parse and write {clo.cells:,} cells", clo)
    table.add_row("CLO, ten deals: the whole reader, typed tables too", str(typed), "", "")
    _add(
        table,
        f"fund: {fund.reading.cells:,} cells taken in, {fund.rows_staged:,} rows and {fund.rows_quarantined:,} quarantined",
        fund.reading,
        FUND_TARGET,
    )
    return table


def runs_table(runs: list[Run]) -> Table:
    table = Table(title="weir run on the demo", title_justify="left")
    for column in ("run", "seconds", "target", "processor seconds", "peak MB", "stages"):
        table.add_column(column)
    for run in runs:
        table.add_row(
            run.name,
            f"{run.seconds:.1f}",
            "" if run.target_seconds is None else f"under {run.target_seconds:.0f}",
            f"{run.processor_seconds:.1f}",
            f"{run.peak_megabytes:.0f}",
            ", ".join(f"{stage} {took:.1f}" for stage, took in run.stages.items()),
        )
    return table


def timed_table(title: str, lines: list[Timed]) -> Table:
    table = Table(title=f"{title}: median (least to greatest)", title_justify="left")
    for column in ("what", "seconds", "target", "measured"):
        table.add_column(column)
    for line in lines:
        table.add_row(line.name, str(line.seconds), line.target, line.note)
    return table


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = clo_engine(folder)
        CONSOLE.print(timed_table("CLO engine", engine))
        compliance = compliance_batches()
        CONSOLE.print(timed_table("Compliance", compliance))
        migration = migration_engine()
        CONSOLE.print(timed_table("Rating migration", migration))
        capital = capital_activity()
        CONSOLE.print(timed_table("Capital activity", capital))
        performance = fund_performance()
        CONSOLE.print(timed_table("Fund performance", performance))
        house = house_of_funds()
        CONSOLE.print(timed_table("A house of funds", house))
        navs = nav_backfill()
        CONSOLE.print(timed_table("NAV backfill", navs))
        fund = fund_workbook(folder)
        clo, typed = clo_workbook(folder)
        CONSOLE.print(reading_table(clo, typed, fund))
        writing, runs = demo_runs(folder)
    CONSOLE.print(f"The demo was written in {writing:.1f} seconds.")
    CONSOLE.print(runs_table(runs))
    measured = {
        "clo_engine": [asdict(line) for line in engine],
        "clo_compliance": [asdict(line) for line in compliance],
        "clo_migration": [asdict(line) for line in migration],
        "capital_activity": [asdict(line) for line in capital],
        "fund_performance": [asdict(line) for line in performance],
        "house_of_funds": [asdict(line) for line in house],
        "clo_workbook": asdict(clo) | {"whole_reader_seconds": asdict(typed)},
        "nav_backfill": [asdict(line) for line in navs],
        "fund_workbook": asdict(fund),
        "demo_written_seconds": writing,
        "runs": [asdict(run) for run in runs],
    }
    Path("bench.json").write_text(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
