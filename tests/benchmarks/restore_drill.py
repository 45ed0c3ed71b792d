"""A warehouse of some gigabytes is backed up, its process killed in the middle of loading, and the home brought back: how long that
takes, and what is lost. `python -m tests.benchmarks.restore_drill --gigabytes 5`

Not a test; printed as a table.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ingestion.inbox import scan
from orchestration.audit import AuditEntry, write
from orchestration.backup.errors import WrongKey
from orchestration.backup.making import back_up
from orchestration.backup.restoring import restore
from orchestration.backup.sealing import KEY_VARIABLE, BackupKey
from orchestration.backup.shipping import ship
from orchestration.backup.sources import choose
from orchestration.backup.totals import control_totals, differences
from orchestration.loading import load_inbox
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

CONSOLE = Console(highlight=False)
CELLS_A_STEP = 4_000_000
LOADS_BEFORE_THE_KILL = 6
ROWS_A_LOAD = 300
# What a load of holidays and its row of the trail are written to.
OF_LOADS = (
    *("raw.loads.", "raw.source_files.", "raw.holidays.", "raw.row_counts.", "raw.field_locations.", "raw.findings."),
    *("ops.inbox_files.", "ops.audit_trail."),
)


@dataclass(frozen=True)
class Measured:
    """Seconds, bytes and what was found of one way of backing up."""

    is_sealed: bool
    warehouse_bytes: int
    stored_bytes: int
    backup_seconds: float
    recovery_seconds: float
    recovery_point_seconds: float
    loads_done: int
    loads_lost: int
    files_lost: int
    tables_differing: int  # for another reason than a lost load and the row that tells of the restore
    is_wrong_key_refused: bool | None


def fill(warehouse: Warehouse, gigabytes: float) -> None:
    """Cells whose values do not compress, until the file is as large as asked."""
    warehouse.create_tables()
    step = 0
    while not warehouse.path.exists() or warehouse.path.stat().st_size < gigabytes * 1e9:
        with warehouse.connect() as connection:
            connection.execute(
                f"""
                insert into raw.cells (_load_id, _file_sha256, _sheet, _row, _column, cell_type, number_value, text_value,
                    _loaded_at, organization_id)
                select 'L{step:08}', 'filled', 'Cells', (i // 20)::integer, (i % 20)::integer, 'number', random(),
                    uuid()::varchar, timestamp '2025-01-01' + interval (i) second, 'default'
                from range({CELLS_A_STEP}) as r (i)
                """
            )
            connection.execute("checkpoint")
        step += 1


def load(settings: Settings, number: int) -> None:
    """One file of the day is taken in and shipped."""
    lines = [
        f"DAY-{number},{2000 + number}-{row % 12 + 1:02}-{row % 25 + 1:02},day {row}" for row in range(ROWS_A_LOAD)
    ]
    path = settings.inbox_path / f"holidays_{number}.csv"
    path.write_text("\n".join(["calendar,holiday_date,name", *lines, ""]))
    found = scan(settings.inbox_path, settle_seconds=0)
    warehouse = Warehouse(settings.warehouse_path)
    load_inbox(warehouse, found, settings=settings, run_id=f"run-{number}", code="code")
    write(warehouse, settings, [AuditEntry("LOAD", "feed", path.name)])


def load_all_day(settings: Settings, said: Connection) -> None:
    """Take in and ship file after file, saying when each is loaded and shipped, until killed."""
    number = 0
    while True:
        number += 1
        load(settings, number)
        said.send(("loaded", number, time.time()))
        ship(settings)
        said.send(("shipped", number, time.time()))


def killed_in_the_middle(settings: Settings) -> tuple[int, float]:
    """Loads done, and seconds from the first change that was not shipped to the kill."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=load_all_day, args=(settings, there))
    process.start()
    times: dict[tuple[str, int], float] = {}
    # The next load is in the warehouse and on its way to the target when the process is killed.
    while ("loaded", LOADS_BEFORE_THE_KILL + 1) not in times:
        what, number, at = here.recv()
        times[what, number] = at
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    killed_at = time.time()
    return LOADS_BEFORE_THE_KILL + 1, killed_at - times["loaded", LOADS_BEFORE_THE_KILL + 1]


@contextmanager
def key_of(secret: str | None) -> Iterator[None]:
    os.environ.pop(KEY_VARIABLE, None)
    if secret is not None:
        os.environ[KEY_VARIABLE] = secret
    try:
        yield
    finally:
        os.environ.pop(KEY_VARIABLE, None)


def measure(filled: Path, folder: Path, *, is_sealed: bool) -> Measured:
    home, target = folder / "home", folder / "target"
    settings = Settings(home=home, settle_seconds=0, backup_targets=(target,))
    settings.inbox_path.mkdir(parents=True)
    shutil.copyfile(filled, settings.warehouse_path)
    warehouse = Warehouse(settings.warehouse_path)
    with key_of("c4" * 32 if is_sealed else None):
        (made,) = back_up(settings)
        assert made.failure is None, made.failure
        done, unshipped_seconds = killed_in_the_middle(settings)
        # What the disk of the lost machine would tell; nobody asks it in earnest.
        with warehouse.connect() as connection:
            loads = {load_id for (load_id,) in connection.execute("select load_id from raw.loads").fetchall()}
            before = control_totals(connection)
        files = {path.name for path in settings.inbox_path.iterdir()}
        refused: bool | None = None
        if is_sealed:
            refused = is_refused(settings, target, folder / "never")
        clock = time.monotonic()
        restored = restore(choose(target, BackupKey.configured(None)), settings, into=folder / "back")
        took = time.monotonic() - clock
        with Warehouse(folder / "back" / "warehouse.duckdb").connect() as connection:
            found = {load_id for (load_id,) in connection.execute("select load_id from raw.loads").fetchall()}
            after = control_totals(connection)
        came_back = {path.name for path in (folder / "back" / "inbox").iterdir()}
        lost = len(loads - found)
        assert restored.breaches == []
        return Measured(
            is_sealed,
            made.plain_bytes,
            made.stored_bytes,
            made.seconds,
            took,
            unshipped_seconds if lost else 0.0,
            done,
            lost,
            len(files - came_back),
            sum(not line.startswith(OF_LOADS) for line in differences(before, after)),
            refused,
        )


def is_refused(settings: Settings, target: Path, into: Path) -> bool:
    """Whether another key brings back nothing and leaves nothing."""
    try:
        restore(choose(target, BackupKey(bytes(32))), settings, into=into)
    except WrongKey:
        return not into.exists()
    return False


def printed(measured: list[Measured]) -> Table:
    table = Table(title="Recovery of a home whose process was killed while it loaded", title_justify="left")
    for column in ("what", *("sealed" if each.is_sealed else "not sealed" for each in measured)):
        table.add_column(column)
    lines: dict[str, Callable[[Measured], str]] = {
        "warehouse, GB": lambda each: f"{each.warehouse_bytes / 1e9:.2f}",
        "stored, GB": lambda each: f"{each.stored_bytes / 1e9:.2f}",
        "backup, seconds": lambda each: f"{each.backup_seconds:.1f}",
        "backup, MB a second": lambda each: f"{each.warehouse_bytes / 1e6 / each.backup_seconds:.0f}",
        "recovery time, seconds": lambda each: f"{each.recovery_seconds:.1f}",
        "recovery, MB a second": lambda each: f"{each.warehouse_bytes / 1e6 / each.recovery_seconds:.0f}",
        "recovery point, seconds": lambda each: f"{each.recovery_point_seconds:.1f}",
        "loads done / lost": lambda each: f"{each.loads_done} / {each.loads_lost}",
        "files lost": lambda each: str(each.files_lost),
        "control totals that differ": lambda each: str(each.tables_differing),
        "a wrong key is refused": lambda each: {None: "", True: "yes", False: "NO"}[each.is_wrong_key_refused],
    }
    for what, said in lines.items():
        table.add_row(what, *(said(each) for each in measured))
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--folder", type=Path, help="Where to work (default: a temporary folder); emptied in the end.")
    given = parser.parse_args()
    measured = []
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        filled = Path(folder) / "filled.duckdb"
        CONSOLE.print(f"Filling a warehouse of {given.gigabytes:g} GB")
        fill(Warehouse(filled), given.gigabytes)
        for is_sealed in (False, True):
            CONSOLE.print(f"Backing up {'sealed' if is_sealed else 'unsealed'}, killing and recovering")
            work = Path(folder) / ("sealed" if is_sealed else "plain")
            measured.append(measure(filled, work, is_sealed=is_sealed))
            shutil.rmtree(work)
    CONSOLE.print(printed(measured))
    wrong = [each for each in measured if each.tables_differing or each.is_wrong_key_refused is False]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
