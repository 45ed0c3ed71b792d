"""`weir run` on the whole demo, a process of its own each time: seconds, stages, memory. Parts of a run do not belong here."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import psutil

from ingestion.samples import write_demo
from orchestration.assets.models import LINEAGE_CACHE
from orchestration.settings import PROJECT
from tests.benchmarks.timing import seconds

STAGE = re.compile(r"^\W*(\w[\w ]*?)\W+(\d+\.\d)\W*$", re.MULTILINE)
SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Run:
    """One `weir run`: wall seconds, those of all processors in it and its children, memory at its peak, seconds by stage."""

    name: str
    target_seconds: float | None
    seconds: float
    processor_seconds: float
    peak_megabytes: float
    stages: dict[str, float]


def demo_runs(folder: Path) -> tuple[float, list[Run]]:
    """Seconds to write the demo, then `weir run` on it: first, with nothing new, and with one workbook changed."""
    home = folder / "home"
    writing = seconds(lambda: write_demo(home / "inbox"))
    # Whoever has run this code before has the lineage of its models.
    first = "first" if LINEAGE_CACHE.exists() else "first, column lineage to be read"
    runs = [
        weir_run(home, first, 150),
        weir_run(home, "nothing new", 15),
    ]
    _change_fund_workbook(home / "inbox")
    runs.append(weir_run(home, "one fund workbook changed", 60))
    _change_clo_workbook(home / "inbox")
    runs.append(weir_run(home, "one CLO workbook changed", None))
    return writing, runs


def weir_run(home: Path, name: str, target_seconds: float | None) -> Run:
    """Run Weir on a home. Raises RuntimeError with what was printed when it fails."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "run", "--home", str(home)],
        cwd=PROJECT,
        env=os.environ | {"WEIR_SETTLE_SECONDS": "0", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    peak, output = 0.0, None
    while output is None:
        peak = max(peak, memory_of(psutil.Process(process.pid)))
        with suppress(subprocess.TimeoutExpired):
            output = process.communicate(timeout=SAMPLE_SECONDS)[0]
    took, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        raise RuntimeError(f"weir run failed:\n{output}")
    return Run(
        name=name,
        target_seconds=target_seconds,
        seconds=took,
        processor_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        peak_megabytes=peak,
        stages={stage: float(value) for stage, value in STAGE.findall(output)},
    )


def memory_of(process: psutil.Process) -> float:
    """Megabytes that a process and its children hold now, shared pages counted once."""
    held = 0.0
    with suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                held += one.memory_full_info().pss / 1024**2
    return held


def _change_fund_workbook(inbox: Path) -> None:
    """Another fair value of the newest day of one fund's investment."""
    (path,) = inbox.glob("cedar-assets/fund_workbook_*.xlsx")
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Valuations"]
    headers = [cell.value for cell in sheet[1]]
    cell = sheet.cell(sheet.max_row, headers.index("fair_value") + 1)
    assert isinstance(cell.value, int | float)
    cell.value += 1_000
    workbook.save(path)


def _change_clo_workbook(inbox: Path) -> None:
    """Another market value of one loan."""
    path = next(inbox.glob("*/clo_workbook_*.xlsx"))
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["All Assets"]
    header = next(row for row in sheet.iter_rows(max_row=5, values_only=True) if "Market Value" in row)
    sheet.cell(20, header.index("Market Value") + 1).value = 97.125
    workbook.save(path)
