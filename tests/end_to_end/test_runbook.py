"""Every command of the runbook, in its order, in a home that was published: exit codes and what is printed are as the page says.

A block is fenced as `console`; `$ ` begins a command, `# exit N` after it names an exit code other than 0, what follows is printed in
that order, `...` stands for anything. A comment `test: NAME` calls a preparation of this module.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingestion.inbox import scan
from orchestration.alerts import Kind
from orchestration.fingerprints import code_fingerprint
from orchestration.loading import load_inbox
from orchestration.quality import Verdict, record
from orchestration.settings import PROJECT
from tests.end_to_end.bad_files import drop
from tests.end_to_end.conftest import Home
from tests.end_to_end.test_inbox_rules import HELD_IDS, IDS
from tests.ingestion.clo_workbook_builder import ASSETS, minimal_book

RUNBOOK = PROJECT / "orchestration" / "RUNBOOK.md"
STEP = re.compile(r"<!-- test: (?P<preparation>.+?) -->|```console\n(?P<block>.*?)```", re.DOTALL)
HOLD = """
import sys
from pathlib import Path
from orchestration.run_lock import hold_warehouse
with hold_warehouse(Path(sys.argv[1]), "run 4711", 0):
    print("held", flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Command:
    """A line after `$ `, its exit code, and what it prints."""

    line: str
    exit_code: int
    printed: tuple[str, ...]


@dataclass
class Stage:
    """The home of the page and what its preparations started."""

    home: Home
    holders: list[subprocess.Popen[str]] = field(default_factory=list)


def commands(block: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, *printed = part.rstrip("\n").split("\n")
        code = re.search(r" # exit (\d+)$", line)
        yield Command(line.split(" # exit ")[0], int(code[1]) if code else 0, tuple(printed))


def steps(page: str) -> list[str | Command]:
    """Names of preparations and commands, in order."""
    found: list[str | Command] = []
    for step in STEP.finditer(page):
        found += [step["preparation"]] if step["preparation"] else list(commands(step["block"]))
    return found


def drop_letter(stage: Stage) -> None:
    (stage.home.inbox / "letter.csv").write_text("Dear all")


def hold_lock(stage: Stage) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(stage.home.settings.lock_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    stage.holders.append(process)


def free_lock(stage: Stage) -> None:
    for process in stage.holders:
        process.kill()
        process.wait()


def damage(stage: Stage) -> None:
    stage.home.settings.warehouse_path.write_bytes(b"not a database" * 10_000)


def _judge(stage: Stage, status: str) -> None:
    verdict = Verdict("raw", "raw.loads", "totals_agree", "critical", "run", status, "2 of 3 against the rule")
    record(stage.home.warehouse, "by hand", [verdict])


def block(stage: Stage) -> None:
    (stage.home.inbox / "holidays.csv").write_text("calendar,holiday_date,name\nUS,2026-07-04,Independence Day\n")
    _judge(stage, "failed")


def unblock(stage: Stage) -> None:
    _judge(stage, "passed")


def hold_feed(stage: Stage) -> None:
    """Thirty assets, then ten of them a month later: read as a run reads them, and not published."""
    for name, ids, as_of in (("a.xlsx", IDS, "2024-01-31"), ("b.xlsx", IDS[:10], "2024-02-29")):
        book = minimal_book((17,), ids=HELD_IDS)
        for row, asset_id in enumerate(ids, start=2):
            book.put(ASSETS, f"A{row}", [[asset_id]])
            book.put(ASSETS, f"H{row}", [[dt.date(2021, 9, 17)]])
            book.put(ASSETS, f"AM{row}", [["USD"]])
        content = book.write(stage.home.settings.home / "book.xlsx").read_bytes()
        drop(stage.home.inbox, name, content, f"as_of: {as_of}\n")
        found = scan(stage.home.inbox, settle_seconds=0)
        load_inbox(stage.home.warehouse, found, settings=stage.home.settings, run_id="by hand", code=code_fingerprint())


PREPARATIONS: dict[str, Callable[[Stage], None]] = {
    "a letter is dropped into the inbox": drop_letter,
    "another program holds the lock": hold_lock,
    "the lock is free again": free_lock,
    "the warehouse is damaged": damage,
    "a file comes and a check of run scope fails": block,
    "the cause is gone": unblock,
    "a file that leaves most of its feed out is held": hold_feed,
}


def shell(home: Home, folder: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a line as a person at a terminal does whose `weir` is this one."""
    weir = folder / "bin" / "weir"
    weir.parent.mkdir()
    weir.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orchestration.cli "$@"\n')
    weir.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{weir.parent}:{os.environ['PATH']}",
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        "WEIR_HOME": str(home.settings.home),
        "WEIR_SETTLE_SECONDS": "0",
        "BACKUP": str(folder / "backup"),
        "KEYS": str(folder / "keys"),
        "WEIR_BACKUP_TARGETS": json.dumps([str(folder / "backup")]),
    }

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=1800
        )

    return run


def missing(printed: str, expected: tuple[str, ...]) -> str | None:
    """The first expected line that does not follow on those before it; blanks count as one, for lines are wrapped."""
    text, at = " ".join(printed.split()), 0
    for line in expected:
        pattern = ".*?".join(re.escape(" ".join(part.split())) for part in line.split("..."))
        found = re.compile(pattern).search(text, at)
        if found is None:
            return line
        at = found.end()
    return None


def test_the_page_names_every_alert_and_every_preparation() -> None:
    page = RUNBOOK.read_text()
    assert [kind for kind in Kind if not re.search(rf"^\|.*\b{kind}\b.*\|", page, re.MULTILINE)] == []
    assert [step for step in steps(page) if isinstance(step, str)] == list(PREPARATIONS)
    assert "```sh" not in page, "commands that no test runs"


def test_printed_lines_are_looked_for_in_order() -> None:
    assert missing("one\n  two three", ("one", "t...ee")) is None
    assert missing("one\ntwo", ("two", "one")) == "one"
    assert list(commands("$ a\nb\n$ c # exit 2\n")) == [Command("a", 0, ("b",)), Command("c", 2, ())]


@pytest.mark.slow
def test_every_command_of_the_runbook_does_what_the_page_says(new_home: Callable[[str], Home], tmp_path: Path) -> None:
    stage = Stage(new_home("runbook"))
    run = shell(stage.home, tmp_path)
    try:
        for step in steps(RUNBOOK.read_text()):
            if isinstance(step, str):
                PREPARATIONS[step](stage)
                continue
            done = run(step.line)
            said = f"$ {step.line}\n{done.stdout}{done.stderr}"
            assert done.returncode == step.exit_code, said
            assert "Traceback" not in said, said
            assert missing(done.stdout + done.stderr, step.printed) is None, said
    finally:
        free_lock(stage)
