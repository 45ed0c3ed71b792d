"""Benchmarks: ratios of one run and stages of a run, printed as a table and written to bench.json. Never a test."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import psutil
from python_calamine import CalamineWorkbook
from rich.console import Console
from rich.table import Table

from ingestion.clo_workbook import read_clo_workbook
from ingestion.samples import write_demo, write_scaled_clo_workbook
from ingestion.workbook import open_workbook
from orchestration.warehouse import Warehouse, append, whole

REPEATS = 9
CONSOLE = Console()


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def bare_read(path: Path) -> None:
    workbook = CalamineWorkbook.from_path(path)
    for name in workbook.sheet_names:
        workbook.get_sheet_by_name(name).to_python()


def read_and_store_cells(path: Path, connection: duckdb.DuckDBPyConnection) -> int:
    workbook = open_workbook(path, path.name)
    cells = workbook.cells().rename_columns(["_sheet", "_row", "_column", "cell_type", "number_value", "text_value"])
    provenance = {
        "_load_id": f"{time.time_ns()}-benchmark",
        "_file_sha256": "0" * 64,
        "_loaded_at": dt.datetime.now(dt.UTC).replace(tzinfo=None),
        "organization_id": "benchmark",
    }
    with whole(connection):
        return append(connection, "raw.cells", cells, provenance)


def cells_against_calamine(folder: Path) -> dict[str, float]:
    """Parsing a ten-deal workbook and committing it to raw.cells, against a bare python-calamine read of the same file.

    The connection is open before and after, as it is while an inbox is taken in.
    """
    path = folder / "ten_deals.xlsx"
    write_scaled_clo_workbook(path)
    warehouse = Warehouse(folder / "cells.duckdb")
    warehouse.create_tables()
    with warehouse.loading() as connection:
        stored = read_and_store_cells(path, connection)
        bare_read(path)
        pairs = [
            (seconds(lambda: read_and_store_cells(path, connection)), seconds(lambda: bare_read(path)))
            for _ in range(REPEATS)
        ]
    typed = [seconds(lambda: read_clo_workbook(open_workbook(path, path.name))) for _ in range(3)]
    return {
        "cells": stored,
        "calamine_seconds": statistics.median(b for _, b in pairs),
        "cells_seconds": statistics.median(a for a, _ in pairs),
        "ratio": statistics.median(a / b for a, b in pairs),
        "whole_reader_seconds": statistics.median(typed),
    }


def memory_of(process: psutil.Process) -> float:
    """Megabytes that a process and its children hold now, shared pages counted once."""
    held = 0.0
    with suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                held += one.memory_full_info().pss / 1024**2
    return held


def weir_run(home: Path) -> dict[str, Any]:
    """One `weir run` as a process of its own: its seconds, its stages, its peak memory with its children."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [Path(sys.executable).parent / "weir", "run", "--home", str(home)],
        env=os.environ | {"WEIR_SETTLE_SECONDS": "0", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    peak, output = 0.0, None
    while output is None:
        peak = max(peak, memory_of(psutil.Process(process.pid)))
        with suppress(subprocess.TimeoutExpired):
            output = process.communicate(timeout=0.2)[0]
    took = time.perf_counter() - started
    if process.returncode != 0:
        raise RuntimeError(f"weir run failed:\n{output}")
    stages = {name: float(value) for name, value in re.findall(r"^\W*(\w[\w ]*?)\W+(\d+\.\d)\W*$", output, re.M)}
    return {"seconds": took, "peak_megabytes": peak, "stages": stages}


def demo_runs(folder: Path) -> dict[str, Any]:
    """`weir run` on the demo: first, with nothing new, and with one workbook changed."""
    home = folder / "home"
    write_demo(home / "inbox")
    runs = {"first": weir_run(home)}
    runs["nothing new"] = weir_run(home)
    changed = next((home / "inbox").glob("*/clo_workbook_*.xlsx"))
    workbook = openpyxl.load_workbook(changed)
    sheet = workbook["All Assets"]
    headers = {cell.value: cell.column for row in sheet.iter_rows(max_row=5) for cell in row}
    sheet.cell(20, headers["Market Value"]).value = 97.125
    workbook.save(changed)
    runs["one workbook changed"] = weir_run(home)
    return runs


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cells = cells_against_calamine(folder)
        runs = demo_runs(folder)
    table = Table(title="Reading a ten-deal workbook", title_justify="left")
    for column in ("what", "seconds", "ratio"):
        table.add_column(column)
    table.add_row("bare python-calamine read", f"{cells['calamine_seconds']:.2f}", "1.00")
    table.add_row(
        f"parse and write {int(cells['cells']):,} cells", f"{cells['cells_seconds']:.2f}", f"{cells['ratio']:.2f}"
    )
    table.add_row("the whole reader, typed tables too", f"{cells['whole_reader_seconds']:.2f}", "")
    CONSOLE.print(table)
    table = Table(title="weir run on the demo", title_justify="left")
    for column in ("run", "seconds", "peak MB", "stages"):
        table.add_column(column)
    for run, measured in runs.items():
        stages = ", ".join(f"{stage} {took:.1f}" for stage, took in measured["stages"].items())
        table.add_row(run, f"{measured['seconds']:.1f}", f"{measured['peak_megabytes']:.0f}", stages)
    CONSOLE.print(table)
    Path("bench.json").write_text(json.dumps({"cells": cells, "runs": runs}, indent=2))


if __name__ == "__main__":
    main()
