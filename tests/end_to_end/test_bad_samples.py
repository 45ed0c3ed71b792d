"""Every sample of a wrong file ends as written down by hand: its outcome, its codes, and the cell that its message names.

Source: input-contracts 1.1, 1.4, 2.3, 6; the outcomes are those of ingestion/samples/bad/expected.json.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.inbox import SIDECAR_SUFFIX, scan
from ingestion.reasons import Reason, reasons
from ingestion.samples.bad_expected import EXPECTED, Breach, Case, Delivery, expected_outcomes
from ingestion.samples.bad_files import BAD, recipes, write_bad_file, write_bad_files
from orchestration.loading import FileOutcome, load_inbox
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

CASES = expected_outcomes().cases
LONG_AGO = dt.timedelta(hours=1)  # beyond the patience with files that do not close
OUTCOME_OF_LEVEL = {"file": "rejected", "duplicate": "duplicate", "held": "held", "waiting": "waiting"}


@dataclass(frozen=True)
class Home:
    """A warehouse and an empty inbox."""

    inbox: Path
    warehouse: Warehouse

    def drop(self, delivery: Delivery, built: Path) -> None:
        source = BAD / delivery.file
        if not source.exists():
            case = delivery.file.partition("/")[0].partition(".")[0]
            (source, *_) = write_bad_file(built / delivery.file, recipes()[case][delivery.file])
        target = self.inbox / delivery.delivered_as
        target.parent.mkdir(parents=True, exist_ok=True)
        moment = (dt.datetime.now(dt.UTC) - (dt.timedelta() if delivery.is_being_written else LONG_AGO)).timestamp()
        for suffix in ("", SIDECAR_SUFFIX):
            part = source.with_name(source.name + suffix)
            if part.exists():
                copied = shutil.copyfile(part, target.with_name(target.name + suffix))
                os.utime(copied, (moment, moment))

    def take_in(self) -> tuple[FileOutcome, ...]:
        return load_inbox(
            self.warehouse,
            scan(self.inbox, settle_seconds=0),
            settings=Settings(home=self.warehouse.path.parent),
            run_id="run",
            code="code",
        ).files

    def deliver(self, delivery: Delivery, built: Path) -> FileOutcome:
        if delivery.erased_before:
            self.warehouse.rows("update raw.source_files set status = 'expunged'")
        self.drop(delivery, built)
        (outcome,) = self.take_in()
        return outcome

    def breaches(self, load_id: str | None) -> list[tuple[Breach, str]]:
        """What was found wrong with a load, and the message of each.

        That a quarantined row holds its fund repeats the row's own breach and is told by `holds`.
        """
        rows = self.warehouse.rows(
            "with rejected as (select * from raw.rejected_rows where _load_id = $1), "
            "found as (select * from raw.findings where _load_id = $1) "
            "select reason_code, nullif(_sheet, ''), _row, _column, message from rejected union all "
            "select code, nullif(_sheet, ''), _row, _column, message from found where not (scope = 'entity' and exists "
            "(select 1 from rejected r where r._sheet = found._sheet and r._row = found._row and r.reason_code = found.code))",
            [load_id],
        )
        return [(Breach(code=c, sheet=s, row=r, column=col), message) for c, s, r, col, message in rows]

    def holds(self, load_id: str | None) -> set[str]:
        rows = self.warehouse.rows(
            "select distinct entity_id from raw.findings where _load_id = ? and scope = 'entity' and severity = 'critical'",
            [load_id],
        )
        return {entity for (entity,) in rows}

    def written(self) -> list[tuple[str, int]]:
        """Rows of every table, as estimated by the database, which counts appended rows exactly."""
        return self.warehouse.rows("select table_name, estimated_size from duckdb_tables() order by 1")


@pytest.fixture(scope="module")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    Warehouse(path).create_tables()
    return path


@pytest.fixture
def home(tmp_path: Path, empty_warehouse: Path) -> Home:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copyfile(empty_warehouse, tmp_path / "warehouse.duckdb")
    return Home(inbox, Warehouse(tmp_path / "warehouse.duckdb"))


def compared(outcome: FileOutcome, found: list[tuple[Breach, str]], delivery: Delivery) -> set[Breach]:
    """The breaches found, without what every tiny file of the kind yields unless the delivery is about just that."""
    usual = set(expected_outcomes().usual.get(outcome.kind or "", ())) - {breach.code for breach in delivery.breaches}
    return {breach for breach, _ in found if breach.code not in usual}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_file_ends_as_the_contract_says(case: Case, home: Home, tmp_path: Path) -> None:
    for delivery in case.deliveries:
        outcome = home.deliver(delivery, tmp_path)
        assert (outcome.outcome, outcome.reason_code) == (delivery.status, delivery.code), outcome.message
        if delivery.code is not None:
            assert outcome.message is not None
            assert outcome.message.startswith(delivery.delivered_as)
            assert outcome.message.endswith(f"({delivery.code})")
            assert [part for part in delivery.says if part not in outcome.message] == []
            assert outcome.advice
        if delivery.status == "duplicate":
            continue  # its load is the earlier one
        found = home.breaches(outcome.load_id)
        assert compared(outcome, found, delivery) == set(delivery.breaches)
        assert home.holds(outcome.load_id) == set(delivery.holds)
        for breach, message in found:
            assert message.startswith(delivery.delivered_as)
            assert message.endswith(f"({breach.code})")
            assert named_place(breach, is_json=delivery.file.endswith(".json")) in message
    before = home.written()
    waiting = [delivery.delivered_as for delivery in case.deliveries if delivery.status == "waiting"]
    assert [file.file_name for file in home.take_in()] == waiting
    assert home.written() == before


def named_place(breach: Breach, *, is_json: bool) -> str:
    """How a message names the place of a breach. Source: input-contracts 1.4, message form."""
    if breach.sheet is None:
        return f"{'object' if is_json else 'line'} {breach.row}" if breach.row else ""
    if breach.row and breach.column:
        return f"'{breach.sheet}'!{breach.column}{breach.row}"
    return f"'{breach.sheet}'"


@pytest.mark.parametrize("reason", reasons().values(), ids=lambda reason: reason.code)
def test_every_reason_code_has_a_sample_or_a_reason_why_not(reason: Reason) -> None:
    shown_by = [case.name for case in CASES if reason.code in case.codes]
    assert bool(shown_by) != (reason.code in expected_outcomes().without_case), shown_by


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_sample_shows_the_code_that_it_is_named_after_and_no_code_outside_the_list(case: Case) -> None:
    if case.code in reasons():
        assert case.code in case.codes
    else:
        assert {delivery.status for delivery in case.deliveries} == {"loaded"}
    assert case.codes <= reasons().keys()
    for delivery in case.deliveries:
        if delivery.code is not None:
            levels = {OUTCOME_OF_LEVEL.get(level) for level in reasons()[delivery.code].levels}
            assert delivery.status in levels or delivery.code in ("MISSING_COLUMN", "OLD_FILE_RESENT")


def test_every_recipe_has_an_outcome_and_the_files_kept_are_those_the_builder_writes(tmp_path: Path) -> None:
    assert {case.name: [d.file for d in case.deliveries] for case in CASES} == {
        name: list(files) for name, files in recipes().items()
    }
    assert {case.name for case in CASES if case.built_in_tests} == {
        name for name, files in recipes().items() if any(recipe.is_built_in_tests for recipe in files.values())
    }
    write_bad_files(tmp_path)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(BAD): path.read_bytes() for path in BAD.rglob("*") if path.is_file() and path != EXPECTED}
    assert kept.keys() == written.keys()
    assert [str(path) for path, content in kept.items() if written[path] != content] == []
    assert max(map(len, kept.values())) < 20_000


def test_the_list_of_outcomes_is_strict_json_without_repeated_cases() -> None:
    names = [case["name"] for case in json.loads(EXPECTED.read_text(encoding="utf-8"))["cases"]]
    assert len(names) == len(set(names))
