"""Taking in large workbooks, as ratios to a bare calamine read of the same file in the same run. Runs of the whole graph do not belong here."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from python_calamine import CalamineWorkbook

from ingestion.clo_workbook import read_clo_workbook
from ingestion.inbox import Scan, scan
from ingestion.samples import write_scaled_clo_workbook, write_scaled_fund_workbook
from ingestion.workbook import open_workbook
from orchestration.loading import InboxOutcome, load_inbox
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append, whole
from tests.benchmarks.timing import Spread, seconds, spread

CLO_REPEATS, TYPED_REPEATS, FUND_REPEATS = 9, 3, 5


@dataclass(frozen=True)
class Reading:
    """One file taken in repeatedly: `cells` in it, seconds of a bare read and of the work, and the ratio of each pair."""

    cells: int
    bare_seconds: Spread
    seconds: Spread
    ratio: Spread


def bare_read(path: Path) -> None:
    """Every sheet as Python lists, which is the least that any reader of the file does."""
    workbook = CalamineWorkbook.from_path(path)
    for name in workbook.sheet_names:
        workbook.get_sheet_by_name(name).to_python()


def _reading(cells: int, pairs: list[tuple[float, float]]) -> Reading:
    return Reading(cells, spread(b for _, b in pairs), spread(a for a, _ in pairs), spread(a / b for a, b in pairs))


def read_and_store_cells(path: Path, connection: duckdb.DuckDBPyConnection) -> int:
    """Parse a workbook and commit its cells; returns their number."""
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


def clo_workbook(folder: Path) -> tuple[Reading, Spread]:
    """A ten-deal workbook parsed and committed to raw.cells, and the seconds of its whole reader, typed tables included.

    The connection is open before and after, as it is while an inbox is taken in.
    """
    path = write_scaled_clo_workbook(folder / "ten_deals.xlsx")
    warehouse = Warehouse(folder / "cells.duckdb")
    warehouse.create_tables()
    with warehouse.loading() as connection:
        stored = read_and_store_cells(path, connection)
        bare_read(path)
        pairs = [
            (seconds(lambda: read_and_store_cells(path, connection)), seconds(lambda: bare_read(path)))
            for _ in range(CLO_REPEATS)
        ]
    typed = spread(seconds(lambda: read_clo_workbook(open_workbook(path, path.name))) for _ in range(TYPED_REPEATS))
    return _reading(stored, pairs), typed


@dataclass(frozen=True)
class FundReading:
    """A fund workbook taken in, and where its rows went."""

    reading: Reading
    rows_staged: int
    rows_quarantined: int


def fund_workbook(folder: Path) -> FundReading:
    """A fund workbook of a million cells taken in whole: read by its contract, bad rows quarantined, all of it written.

    Every repeat fills a warehouse of its own, or the file would be one that is known already; the work includes opening it,
    and closing it with its checkpoint.
    """
    inbox = folder / "fund_inbox"
    inbox.mkdir()
    path = write_scaled_fund_workbook(inbox / "fund_workbook.xlsx")
    found = scan(inbox, settle_seconds=0)
    # The first time imports, and reads contracts, that a later file no longer pays for.
    outcome = _take_in(_empty_warehouse(folder, "first"), found)
    bare_read(path)
    pairs = [(_seconds_to_take_in(folder, found), seconds(lambda: bare_read(path))) for _ in range(FUND_REPEATS)]
    (file,) = outcome.files
    ((cells,),) = Warehouse(folder / "first.duckdb").rows("select cells_in_file from raw.loads")
    return FundReading(_reading(cells, pairs), file.rows_staged, file.rows_quarantined)


def _empty_warehouse(folder: Path, name: str) -> Warehouse:
    warehouse = Warehouse(folder / f"{name}.duckdb")
    warehouse.create_tables()
    return warehouse


def _seconds_to_take_in(folder: Path, found: Scan) -> float:
    warehouse = _empty_warehouse(folder, "again")
    took = seconds(lambda: _take_in(warehouse, found))
    warehouse.path.unlink()
    return took


def _take_in(warehouse: Warehouse, found: Scan) -> InboxOutcome:
    return load_inbox(
        warehouse, found, settings=Settings(home=warehouse.path.parent), run_id="benchmark", code="benchmark"
    )
