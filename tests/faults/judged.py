"""Takes one case in on the real path, in a process of its own with bounds on time and memory, and judges how it ended."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache
from multiprocessing.pool import Pool
from pathlib import Path

from ingestion.inbox import SIDECAR_SUFFIX, scan
from ingestion.reasons import reasons
from orchestration.loading import FileOutcome, load_inbox
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.faults.cases import Case

ORGANIZATION = "fault-house"
# Of its processor, so that a busy machine makes no hang; of the clock, for what waits instead of working.
SECONDS, SECONDS_BY_CLOCK, BYTES = 60, 900, 4 * 1024**3
SUCCESS, QUARANTINE, REJECTION = "success", "quarantine", "rejection"
TRACE, HANG, MEMORY, UNCLEAR = "STACK TRACE", "HANG", "OVER 4 GB", "UNCLEAR"
GOOD = (SUCCESS, QUARANTINE, REJECTION)
MESSAGE = 1_300  # characters that somebody reads
NOT_A_REASON = "READER_DEFECT"  # the file stops nobody, but the reader is wrong
_SAYS_EXPECTED = re.compile(r"\bexpected\b|\bmust\b|\bat most\b", re.I)


@dataclass(frozen=True)
class Verdict:
    """How a case ended. `seconds` of the processor and `bytes_at_peak` of resident memory are those of its process."""

    number: int
    title: str
    ending: str
    code: str = ""
    message: str = ""
    seconds: float = 0.0
    bytes_at_peak: int = 0

    @property
    def is_good(self) -> bool:
        return self.ending in GOOD


def template(folder: Path) -> Path:
    """An empty warehouse to copy, so that each case does not make the tables again."""
    path = folder / "empty.duckdb"
    Warehouse(path).create_tables()
    return path


def deliver(case: Case, folder: Path) -> Path:
    """Put the file of a case, and its sidecar, into a folder; they have lain there for an hour."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / case.draft.name
    path.write_bytes(case.draft.data)
    paths = [path]
    if case.draft.sidecar is not None:
        paths.append(folder / (case.draft.name + SIDECAR_SUFFIX))
        paths[-1].write_bytes(case.draft.sidecar)
    moment = time.time() - 3600
    for item in paths:
        os.utime(item, (moment, moment))
    return path


@cache
def _judges() -> Pool:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context.Pool(1)


def judge_apart(case: Case, empty: Path, work: Path) -> Verdict:
    """`judge` in a process that has no threads but its own: a fork of one that has may wait for ever for a lock of theirs."""
    return _judges().apply(judge, (case, empty, work))


def judge(case: Case, empty: Path, work: Path) -> Verdict:
    """The verdict on one case, which leaves nothing behind but it. It forks: see `judge_apart`."""
    home = work / f"case-{case.number}"
    deliver(case, home / "inbox" / ORGANIZATION)
    shutil.copyfile(empty, home / "warehouse.duckdb")
    try:
        return replace(_in_a_process(lambda: take_in(home), home), number=case.number, title=case.title)
    finally:
        shutil.rmtree(home)


def _in_a_process(work: Callable[[], FileOutcome], folder: Path) -> Verdict:
    """Run `work` in a child that is killed after its SECONDS and refused memory beyond BYTES."""
    told, said = folder / "verdict.json", folder / "said.txt"
    child = os.fork()
    if child == 0:
        _bounded(work, told, said)
    _, status, usage = os.wait4(child, 0)
    seconds, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
    printed = said.read_text(errors="replace")
    ended = Verdict(
        0, "", TRACE, message=printed.strip().rpartition("\n")[2][-300:], seconds=seconds, bytes_at_peak=peak
    )
    if os.WIFSIGNALED(status):
        signalled = os.WTERMSIG(status)
        if signalled in (signal.SIGALRM, signal.SIGXCPU):
            return replace(ended, ending=HANG, message=f"killed after {seconds:.0f} s of processor time")
        return replace(ended, message=f"ended by signal {signalled}; {ended.message}")
    if "MemoryError" in printed or "bad_alloc" in printed or "malloc of size" in printed or peak > BYTES:
        return replace(ended, ending=MEMORY)
    if os.WEXITSTATUS(status) or "Traceback" in printed or "panicked" in printed:
        return ended
    outcome = FileOutcome(**json.loads(told.read_text()))
    return judged_by(outcome, ended)


def _bounded(work: Callable[[], FileOutcome], told: Path, said: Path) -> None:
    """The child: it never returns."""
    code = 1
    try:
        with said.open("wb") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS_BY_CLOCK)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        told.write_text(json.dumps(asdict(work())))
        code = 0
    except BaseException:  # noqa: BLE001  a child of a fork must not run on into its parent's code
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def take_in(home: Path) -> FileOutcome:
    """What became of the one file in the inbox of `home`."""
    found = scan(home / "inbox", settle_seconds=0, now=dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    warehouse = Warehouse(home / "warehouse.duckdb")
    outcomes = load_inbox(
        warehouse, found, settings=Settings(home=warehouse.path.parent), run_id="run", code="code"
    ).files
    ((longest,),) = warehouse.rows(
        "select coalesce(max(length(message)), 0) from (select message from raw.rejected_rows union all select message from raw.findings)"
    )
    if longest > MESSAGE:
        raise AssertionError(f"expected messages of at most {MESSAGE:,} characters, found {longest:,}")
    if len(outcomes) != 1:
        raise AssertionError(f"expected one outcome, found {len(outcomes)}")
    return outcomes[0]


def judged_by(outcome: FileOutcome, ended: Verdict) -> Verdict:
    """What the outcome makes of a case whose process ended by itself."""
    code = outcome.reason_code or ""
    if outcome.outcome in ("loaded", "held"):
        ending = QUARANTINE if outcome.rows_quarantined or outcome.outcome == "held" else SUCCESS
        message = f"{outcome.kind}: {outcome.rows_staged} staged, {outcome.rows_quarantined} quarantined"
        return replace(ended, ending=ending, code=code, message=message)
    wrong = unclear(outcome)
    message = f"{wrong}: {outcome.message}" if wrong else outcome.message or ""
    return replace(ended, ending=UNCLEAR if wrong else REJECTION, code=code, message=message)


def unclear(outcome: FileOutcome) -> str:
    """What the message of a refusal lacks, or ''."""
    message, name = outcome.message or "", outcome.file_name
    if outcome.outcome not in ("rejected", "waiting", "duplicate"):
        return f"the outcome is {outcome.outcome}"
    if outcome.reason_code not in reasons() or outcome.reason_code == NOT_A_REASON:
        return f"the code is {outcome.reason_code}"
    lacking = [
        what
        for what, says in {
            "its file": name in message,
            "what was expected": _SAYS_EXPECTED.search(message),
            "what was found": "found" in message,
            "its code": f"({outcome.reason_code})" in message,
            "an advice": outcome.advice,
            "a length to be read": len(message) <= MESSAGE,
        }.items()
        if not says
    ]
    return f"the message lacks {', '.join(lacking)}" if lacking else ""
