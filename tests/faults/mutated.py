"""`python -m tests.faults.mutated --count 200 --seed 1`: spoilt copies of the demo's files through the real path, one line a case and a
table. What a fault is stands in the modules of faults, what counts as good in `judged`."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.faults.cases import QUICK_PARTS, drawn, sound_files, spoilt
from tests.faults.drafts import FAULTS, Draft
from tests.faults.judged import GOOD, HANG, MEMORY, TRACE, UNCLEAR, Verdict, judge, template

PARTS = (*QUICK_PARTS, "ledger")


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the cases asked for and print them; the exit code is 1 where one ended badly."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.mutated", description="Spoilt files on the real path."
    )
    parser.add_argument("--count", type=int, default=200, help="how many cases")
    parser.add_argument("--seed", type=int, default=1, help="what draws them")
    parser.add_argument("--number", type=int, help="only the case of this number, with its whole message")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="only this fault")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many cases at a time")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        work = Path(folder)
        files, empty = sound_files(work / "demo", PARTS), template(work)
        numbers = range(asked.count) if asked.number is None else [asked.number]
        began = time.monotonic()
        verdicts = []
        with multiprocessing.get_context("forkserver").Pool(asked.processes) as pool:
            examined = partial(examine, seed=asked.seed, files=files, empty=empty, work=work, fault=asked.fault)
            for verdict in pool.imap(examined, numbers):
                verdicts.append(verdict)
                print(line_of(verdict, 240 if asked.number is None else None), flush=True)
        print(table_of(verdicts))
        bad = sum(not verdict.is_good for verdict in verdicts)
        seconds = time.monotonic() - began
        print(f"{len(verdicts)} cases from seed {asked.seed}, {bad} ended badly, {seconds:.0f} seconds")
    return 1 if bad else 0


def examine(
    number: int, *, seed: int, files: dict[str, Draft], empty: Path, work: Path, fault: str | None = None
) -> Verdict:
    """Draw one case and judge it."""
    case = drawn(seed, number, files) if fault is None else spoilt(seed, number, FAULTS[fault], files)
    return judge(case, empty, work)


def line_of(verdict: Verdict, width: int | None) -> str:
    message = " ".join(f"{verdict.code} {verdict.message}".split())
    figures = f"{verdict.seconds:6.2f} s {verdict.bytes_at_peak / 1e6:6.0f} MB"
    return f"{verdict.number:4} {verdict.ending:<11} {figures}  {verdict.title}: {message[:width]}"


def table_of(verdicts: Sequence[Verdict]) -> str:
    """Endings by family, with the longest time and the greatest memory of each."""
    columns = (*GOOD, TRACE, HANG, MEMORY, UNCLEAR)
    families = {verdict.title.partition(" / ")[0] for verdict in verdicts}
    lines = [f"{'family':<12}" + "".join(f"{column:>13}" for column in columns) + f"{'max s':>9}{'max MB':>9}"]
    for family in [*sorted(families), "all"]:
        of = [v for v in verdicts if family == "all" or v.title.startswith(f"{family} / ")]
        endings = Counter(verdict.ending for verdict in of)
        greatest = f"{max(v.seconds for v in of):9.2f}{max(v.bytes_at_peak for v in of) / 1e6:9.0f}"
        lines.append(f"{family:<12}" + "".join(f"{endings[column]:>13}" for column in columns) + greatest)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
