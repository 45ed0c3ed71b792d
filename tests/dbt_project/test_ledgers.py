"""Ledger files of several systems as the marts show them: whole, in parts, held. What each layout reads is tested beside its reader.

Source: fund-admin 1.10 (G-2), 5; input-contracts 2.3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.runner import run_suite
from expectations.suites.ledgers import LEDGERS
from ingestion.content import open_content
from ingestion.extract import Extract
from ingestion.inbox import scan
from ingestion.kinds import recognise
from ingestion.ledger import read_ledger
from ingestion.samples.ledgers.books import book_journals
from ingestion.samples.ledgers.layouts import layout_files
from orchestration.assets.verdicts import LEDGER_ENTITY, find_breaches
from orchestration.holds import EntityLoad, entity_statuses
from orchestration.warehouse import Warehouse

from .conftest import Built
from .project import create_warehouse, insert, run_dbt

pytestmark = pytest.mark.slow

SEED = 11
PARTS = ("quickbooks_headers.csv", "quickbooks_lines.csv", "quickbooks_accounts.csv")
UNBALANCED = "id,txn_date,line_num,posting_type,amount,account\n{rows}"
FIRST = "1,2024-01-10,1,Debit,5,1000 Cash\n1,2024-01-10,2,Credit,5,3000 Capital\n"
SECOND = "2,2024-02-10,1,Debit,7,1000 Cash\n2,2024-02-10,2,Credit,7,3000 Capital\n"
# Restated later: January grows by one, February loses a cent on one side.
LATER = (FIRST + SECOND).replace(",5,", ",6,").replace("Credit,7,", "Credit,6.99,")


def _extract(folder: Path, name: str, content: bytes, entity: str) -> Extract:
    (folder / name).write_bytes(content)
    (file,) = (
        f
        for f in scan(folder, settle_seconds=0, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).files
        if f.name == name
    )
    opened = open_content(file)
    extract = read_ledger(opened, recognise(opened, None).kind.name, {"entity": entity, "currency": "USD"})
    assert extract is not None
    return extract


def _records(extract: Extract, load_id: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for table, rows in extract.tables.items():
        yield f"raw.{table}", [{**row, "_load_id": load_id, "organization_id": "hazel"} for row in rows.to_pylist()]


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("ledgers")
    warehouse = folder / "warehouse.duckdb"
    create_warehouse(warehouse)
    insert(warehouse, "ops.run_context", [{"run_id": "r", "known_at": "2026-01-01 00:00:00", "is_as_known_at": False}])
    files = layout_files(SEED)
    delivered = [(name, files[name], "Parts") for name in PARTS]
    delivered += [
        (name, files[name], "Detail") for name in files if name.startswith("intacct_") and "journal" not in name
    ]
    delivered += [("iif.iif", files["quickbooks_desktop.iif"], "Blocks")]
    orphan = files["quickbooks_lines.csv"] + b"0,999,777,10.00,Debit,,\r\n1,999,777,10.00,Credit,,\r\n"
    delivered[1] = (PARTS[1], orphan, "Parts")
    delivered += [
        ("first.csv", UNBALANCED.format(rows=FIRST + SECOND).encode(), "Held"),
        ("later.csv", UNBALANCED.format(rows=LATER).encode(), "Held"),
    ]
    for number, (name, content, entity) in enumerate(delivered, 1):
        load_id = f"load{number:02d}"
        known_at = f"2025-01-{number:02d} 00:00:00"
        load = {"load_id": load_id, "organization_id": "hazel", "known_at": known_at, "loaded_at": known_at}
        stated = {"kind": "ledger", "feed_name": entity, "file_name": name, "status": "loaded", "as_of": "2025-01-01"}
        insert(warehouse, "raw.loads", [{**load, **stated, "mode": "full"}])
        for relation, rows in _records(_extract(folder, name, content, entity), load_id):
            insert(warehouse, relation, rows)
    target = folder / "target"
    result = run_dbt(
        *("build", "--exclude-resource-types", "test", "unit_test"),
        *("--select", "+fact_gl_entries", "+fact_trial_balance", "int_gl__part_findings", "int_gl__document_findings"),
        "int_gl__entity_states",
        warehouse=warehouse,
        target=target,
    )
    assert result.returncode == 0, result.stdout[-3000:]
    return Built(warehouse, target)


def posted(ledgers: Built, entity: str) -> list[tuple[dt.date, str, Decimal]]:
    return sorted(
        ledgers.rows(
            "select posting_date, account_code, coalesce(debit, 0) - coalesce(credit, 0) from marts.fact_gl_entries "
            f"where entity = '{entity}'"
        )
    )


def books() -> list[tuple[dt.date, str, Decimal]]:
    return sorted(
        (journal.day, account.code, Decimal(cents) / 100)
        for journal in book_journals(SEED)
        if not journal.is_deleted
        for account, cents in journal.legs
    )


@pytest.mark.parametrize("entity", ["Parts", "Detail", "Blocks"])
def test_the_mart_shows_the_books_whether_they_came_whole_or_in_parts(ledgers: Built, entity: str) -> None:
    assert posted(ledgers, entity) == books()


def test_a_line_in_parts_has_the_name_and_type_that_the_list_of_accounts_gives(ledgers: Built) -> None:
    found = ledgers.rows(
        "select distinct account_name, account_type, currency, system from marts.fact_gl_entries "
        "where entity = 'Parts' and account_code = '0100'"
    )
    assert found == [("Cash", "ASSET", "USD", "QUICKBOOKS")]


def test_lines_without_a_header_are_named_and_not_dated_by_guess(ledgers: Built) -> None:
    found = ledgers.rows(
        "select entity, finding_code, part_id, line_count from intermediate.int_gl__part_findings order by all"
    )
    assert found == [("Parts", "ACCOUNT_NOT_LISTED", "777", 2), ("Parts", "LINES_WITHOUT_HEADER", "999", 2)]


def test_a_missing_part_and_a_held_month_are_told_by_name(ledgers: Built) -> None:
    told = {}
    for suite in (suite for suite in LEDGERS if suite.stage == "staging"):
        with duckdb.connect(str(ledgers.warehouse), read_only=True) as connection:
            (result,) = run_suite(suite, connection.execute(suite.sql).df())
        told[suite.name] = {(str(keys["entity"]), result.status) for keys in result.failing_keys}
    assert told == {
        "ledger_parts_match": {("Parts", "failed")},
        "ledger_documents_are_whole": set(),
        "ledger_months_are_whole": {("Held", "failed")},
    }


def test_a_month_that_does_not_balance_keeps_the_file_before_and_the_other_months_move_on(ledgers: Built) -> None:
    assert ledgers.rows("select period_start, journal_count, imbalance from intermediate.int_gl__held_periods") == [
        (dt.date(2024, 2, 1), 1, Decimal("0.01"))
    ]
    assert posted(ledgers, "Held") == [
        (dt.date(2024, 1, 10), "1000", 6),
        (dt.date(2024, 1, 10), "3000", -6),
        (dt.date(2024, 2, 10), "1000", 7),
        (dt.date(2024, 2, 10), "3000", -7),
    ]


def test_a_held_month_of_a_ledger_is_an_entity_held_at_the_file_before_and_the_other_months_are_current(
    ledgers: Built,
) -> None:
    """Source: input-contracts 2.3 (ledger entity x period)."""
    warehouse = Warehouse(ledgers.warehouse)
    breaches, _ = find_breaches(warehouse, LEDGER_ENTITY, set())
    statuses = entity_statuses([EntityLoad(*row) for row in warehouse.rows(LEDGER_ENTITY.loads)], breaches)
    of_held = {s.entity_id: s for s in statuses if "/Held/" in s.entity_id}
    ((first,), (later,)) = ledgers.rows("select known_at from raw.loads where feed_name = 'Held' order by 1")
    january, february = of_held["QUICKBOOKS/Held/2024-01"], of_held["QUICKBOOKS/Held/2024-02"]
    assert (january.status, january.last_good_known_at) == ("current", later)
    assert (february.status, february.last_good_known_at, february.held_since) == ("held", first, later)
    assert (february.rule_code, february.message) == (
        "CONTROL_TOTAL",
        "journals that do not balance: 1, debits less credits as booked: 0.0100",
    )
    assert {s.status for s in statuses if "/Held/" not in s.entity_id} == {"current"}
