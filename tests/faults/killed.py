"""`python -m tests.faults.killed --count 200 --seed 1`: processes killed (SIGKILL) at seeded moments, the home looked at after each
kill, and the same work done again. Prints the table of kills; the exit code is 1 where a rule was broken.

A case is a piece of work of one of the FAMILIES in a home of its own process. After the kill nothing may stand there by halves; after
the work was done again, everything stands there once. Two homes are used side by side.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

from orchestration import audit
from orchestration.backup.errors import BackupError
from orchestration.backup.policy import DataSet
from orchestration.backup.targets import Backup, backups_in, targets_of, verify
from orchestration.controls import CONTROLS
from orchestration.events.checking import misnumbered
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.end_to_end.fund_story import FIRST

SHARES = {"loads": 0.35, "approvals": 0.25, "publications": 0.2, "backups": 0.1, "runs": 0.1}
PRELOADED = ["orchestration.graph", "orchestration.running", "great_expectations", "orchestration.alerts"]
HOMES = 2
LONGEST = 900.0  # seconds after which work that is not done counts as hanging
FILES_AT_ONCE = 3

Work = Callable[[Settings, int], None]


def _settings(home: Path) -> Settings:
    return Settings(home=home, settle_seconds=0)


# The work itself; each runs in a process of its own, forked from one that has imported everything.
def load(settings: Settings, number: int) -> None:
    """Take in the files of a case."""
    from ingestion.inbox import scan
    from orchestration.loading import load_inbox
    from orchestration.run_lock import hold_warehouse

    with hold_warehouse(settings.lock_path, "load", LONGEST):
        found = scan(settings.inbox_path, settle_seconds=0)
        load_inbox(Warehouse(settings.warehouse_path), found, settings=settings, run_id=f"case-{number}", code="kills")


def approve(settings: Settings, number: int) -> None:
    """Ask for an action, which is taken or refused, and is a row either way."""
    from calculations.approvals.log import Asked
    from calculations.approvals.policy import Action, SubjectType
    from orchestration.approving import COMMAND_LINE, act
    from orchestration.run_lock import hold_warehouse

    asked = Asked(Action.REQUEST, SubjectType.CAPITAL_CALL, "F1-CALL2", "alder.accountant", reason=f"case {number}")
    with hold_warehouse(settings.lock_path, "approve", LONGEST):
        act(Warehouse(settings.warehouse_path), settings, asked, COMMAND_LINE, f"case-{number}")


def publish_again(settings: Settings, number: int) -> None:
    """Publish the marts as they stand."""
    from orchestration.assets.published import published_marts
    from orchestration.fingerprints import code_fingerprint, settings_fingerprint
    from orchestration.home import manifest_path
    from orchestration.publish import publish
    from orchestration.run_lock import hold_warehouse

    with hold_warehouse(settings.lock_path, "publish", LONGEST):
        publish(
            Warehouse(settings.warehouse_path),
            settings,
            published_marts(manifest_path(settings)),
            run_id=f"case-{number}",
            fingerprints=(code_fingerprint(), settings_fingerprint(settings)),
            reports={},
        )


def back_up(settings: Settings, number: int) -> None:
    """Make a backup of the warehouse, which ships first what came since."""
    from orchestration.backup.making import back_up as make_backup

    failed = [made.failure for made in make_backup(settings) if made.failure is not None]
    if failed:
        raise RuntimeError("; ".join(failed))


def run_all(settings: Settings, number: int) -> None:
    """A whole run on what was delivered since."""
    from orchestration.running import run

    report = run(settings)
    if report.failure is not None:
        raise RuntimeError(report.failure)


WORK: Mapping[str, Work] = {
    "loads": load,
    "approvals": approve,
    "publications": publish_again,
    "backups": back_up,
    "runs": run_all,
}


def _do(family: str, home: str, number: int, started: Event) -> None:
    os.setsid()
    started.set()
    WORK[family](_settings(Path(home)), number)


@dataclass
class Case:
    """One kill and what came of it."""

    number: int
    family: str
    killed_after: float = 0.0
    was_done: bool = False  # the work ended before the kill came
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Killer:
    """Kills work in one home, again and again."""

    def __init__(self, server: ForkServerContext, settings: Settings, seed: int) -> None:
        self.server, self.settings = server, settings
        self.points = random.Random(seed)
        self.lengths: dict[str, float] = {}
        self.delivered = 0

    def start(self, family: str, number: int) -> BaseProcess:
        started = self.server.Event()
        process = self.server.Process(target=_do, args=(family, str(self.settings.home), number, started))
        process.start()
        if not started.wait(LONGEST):
            raise TimeoutError(f"{family}: the process did not start")
        return process

    def complete(self, family: str, number: int) -> str | None:
        """Do the work to its end; what was wrong, if anything."""
        clock = time.monotonic()
        process = self.start(family, number)
        process.join(LONGEST)
        if process.exitcode is None:
            os.killpg(process.pid or 0, signal.SIGKILL)
            return f"the next {family} did not end within {LONGEST:.0f} s"
        if process.exitcode != 0:
            return f"the next {family} ended with exit code {process.exitcode}"
        self.lengths.setdefault(family, time.monotonic() - clock)
        return None

    def deliver(self) -> None:
        for part in range(FILES_AT_ONCE):
            self.delivered += 1
            lines = [
                f"K{part},{2030 + self.delivered // 300}-01-{day:02d},Day {self.delivered}" for day in range(1, 28)
            ]
            text = "\n".join(["calendar,holiday_date,name", *lines, ""])
            (self.settings.inbox_path / f"holidays_{part}.csv").write_text(text)

    def case(self, number: int, family: str) -> Case:
        clock = time.monotonic()
        case = Case(number, family)
        before = state_of(self.settings)
        if family in ("loads", "runs"):
            self.deliver()
        process = self.start(family, number)
        case.killed_after = self.points.random() * 1.1 * self.lengths[family]
        process.join(case.killed_after)
        case.was_done = process.exitcode is not None
        with suppress(ProcessLookupError):
            # A killed terminal takes children along; a killed process leaves them as orphans.
            (os.killpg if self.points.random() < 0.5 else os.kill)(process.pid or 0, signal.SIGKILL)
        process.join()
        case.broken += [f"after the kill: {what}" for what in unsound(self.settings)]
        case.broken += filter(None, [self.complete(family, number)])
        after = state_of(self.settings)
        case.broken += [f"after the next: {what}" for what in unsound(self.settings)]
        case.broken += expected(family, before, after, self.settings)
        case.seconds = time.monotonic() - clock
        return case


@dataclass(frozen=True)
class State:
    loads: Counter[str]  # sha256 -> loads
    actions: int
    publication: str
    backups: int


def state_of(settings: Settings) -> State:
    warehouse = Warehouse(settings.warehouse_path)
    loads = Counter(dict(warehouse.rows("select file_sha256, count(*) from raw.loads group by 1")))
    ((actions,),) = warehouse.rows("select count(*) from ops.approvals")
    return State(loads, actions, settings.published_link.resolve().name, len(_backups(settings)))


def _backups(settings: Settings) -> list[Backup]:
    return [backup for target in targets_of(settings) for backup in backups_in(target, DataSet.WAREHOUSE, None)]


def expected(family: str, before: State, after: State, settings: Settings) -> Iterator[str]:
    """What the work, done once or killed and done again, must have come to."""
    if family in ("loads", "runs"):
        for path in sorted(settings.inbox_path.glob("holidays_*.csv")):
            loads = after.loads[hashlib.sha256(path.read_bytes()).hexdigest()]
            if loads != 1:
                yield f"{path.name}: expected one load, found {loads}"
    if family == "approvals" and after.actions - before.actions not in (1, 2):
        yield f"expected one action, or two where the first one was done, found {after.actions - before.actions}"
    if family == "backups" and after.backups - before.backups not in (1, 2):
        yield f"expected one backup, or two where the first one was whole, found {after.backups - before.backups}"
    if family in ("publications", "runs") and after.publication <= before.publication:
        yield f"expected a newer publication than {before.publication}, found {after.publication}"


def unsound(settings: Settings) -> Iterator[str]:
    """Everything that stands there by halves, lost or doubled."""
    yield from _publication(settings)
    warehouse = Warehouse(settings.warehouse_path)
    for control in CONTROLS:
        if control.relation.startswith("raw.") and (rows := warehouse.rows(control.sql)):
            yield f"{control.name}: {rows[:2]}"
    for what, sql in ROWS.items():
        if rows := warehouse.rows(sql):
            yield f"{what}: {rows[:2]}"
    for backup in _backups(settings)[-2:]:
        try:
            verify(backup)
        except BackupError as error:
            yield str(error)
    found, _ = audit.breaches(warehouse, settings)
    yield from (breach.what for breach in found)
    yield from misnumbered(warehouse)[0]


# Each returns the rows that are lost or doubled.
ROWS = {
    "content loaded twice": "select file_sha256, organization_id, kind, feed_name, count(*) from raw.loads where status = 'loaded' "
    "and load_id not in (select load_id from ops.withdrawals) group by all having count(*) > 1",
    "a load without its look at the file": "select load_id from raw.loads anti join ops.inbox_files using (load_id)",
    "looks at files that the audit trail lacks or doubles": "select i.n, a.n from (select count(*) as n from ops.inbox_files) as i, "
    "(select count(*) as n from ops.audit_trail where action = 'LOAD') as a where i.n <> a.n",
    "rows of a load that is not recorded": "select _load_id from raw.row_counts where _load_id not in (select load_id from raw.loads)",
    "actions in approvals that the audit trail lacks or doubles": "select a.n, t.n from (select count(*) as n from ops.approvals) as a, "
    "(select count(*) as n from ops.audit_trail where action = 'APPROVAL') as t where a.n <> t.n",
    "numbers of actions in approvals": "select count(*), max(entry_number) from ops.approvals "
    "having count(*) <> coalesce(max(entry_number), 0) or count(*) <> count(distinct entry_number)",
    "a publication recorded twice": "select publication_id from ops.publications group by 1 having count(*) > 1",
}


def _publication(settings: Settings) -> Iterator[str]:
    """The publication in place is whole, file by file."""
    publication = settings.published_link.resolve()
    manifest = json.loads((publication / "manifest.json").read_text())
    for name, checksum in manifest["files"].items():
        if hashlib.sha256((publication / name).read_bytes()).hexdigest() != checksum:
            yield f"publication {publication.name}: {name} is not the file that its manifest names"
    with duckdb.connect(str(settings.published_link / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("select count(*) from marts.dim_date").fetchall()


def prepared(folder: Path, server: ForkServerContext, seed: int) -> list[Killer]:
    """Homes that have published a small fund, with the length of each kind of work measured in the first."""
    settings = _settings(folder / "home_0")
    settings.inbox_path.mkdir(parents=True)
    FIRST.write(settings.inbox_path / "alder" / "funds.xlsx", {"as_of": "2024-09-30"})
    first = Killer(server, settings, seed)
    first.deliver()
    if wrong := first.complete("runs", 0):
        raise RuntimeError(wrong)
    first.lengths.clear()
    for family in WORK:
        if family in ("loads", "runs"):
            first.deliver()
        if wrong := first.complete(family, 0):
            raise RuntimeError(wrong)
    killers = [first]
    for number in range(1, HOMES):
        copy = folder / f"home_{number}"
        shutil.copytree(settings.home, copy, symlinks=True)
        killer = Killer(server, _settings(copy), seed + number)
        killer.lengths, killer.delivered = dict(first.lengths), first.delivered
        killers.append(killer)
    return killers


def drawn(count: int, seed: int) -> list[list[tuple[int, str]]]:
    """(number, family) of the cases of each home: every home has its share of each family, in a seeded order."""
    families = [family for family, share in SHARES.items() for _ in range(round(share * count))]
    cases = list(enumerate((families + ["loads"] * count)[:count], start=1))
    parts = [cases[home::HOMES] for home in range(HOMES)]
    for home, part in enumerate(parts):
        random.Random(seed + home).shuffle(part)
    return parts


def killed(folder: Path, count: int, seed: int, say: Callable[[str], None]) -> list[Case]:
    """Kill `count` times and say what came of each."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(PRELOADED)
    killers = prepared(folder, server, seed)
    say(f"ready: {', '.join(f'{family} {length:.1f} s' for family, length in killers[0].lengths.items())}")
    parts = drawn(count, seed)

    def part(home: int) -> list[Case]:
        done = []
        for number, family in parts[home]:
            done.append(tell(killers[home].case(number, family)))
            while done[-1].was_done:  # ended before its moment: no kill, so another one is drawn
                done.append(tell(killers[home].case(number, family)))
        return done

    def tell(case: Case) -> Case:
        ended = "had ended" if case.was_done else f"killed after {case.killed_after:.2f} s"
        told = "; ".join(case.broken) or "whole, and the next one completed"
        say(f"{case.number:>4} {case.family:<13}{ended:<22}{case.seconds:6.1f} s  {told}")
        return case

    with ThreadPoolExecutor(HOMES) as beside:
        return [case for cases_done in beside.map(part, range(HOMES)) for case in cases_done]


def table_of(cases: Sequence[Case]) -> str:
    lines = [f"{'family':<14}{'kills':>6}{'had ended':>11}{'broken':>8}{'seconds':>9}"]
    for family in (*SHARES, "all"):
        of = [case for case in cases if family in ("all", case.family)]
        ended, broken = sum(case.was_done for case in of), sum(bool(case.broken) for case in of)
        lines.append(f"{family:<14}{len(of) - ended:>6}{ended:>11}{broken:>8}{sum(case.seconds for case in of):>9.0f}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.killed", description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    clock = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        cases = killed(Path(folder), asked.count, asked.seed, lambda line: print(line, flush=True))
    print(table_of(cases))
    broken = sum(bool(case.broken) for case in cases)
    kills = sum(not case.was_done for case in cases)
    print(f"{kills} kills, {broken} broken, {time.monotonic() - clock:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
