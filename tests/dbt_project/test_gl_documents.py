"""Ledger files of SAP and Oracle reach the journal in force whole, in both currencies, whatever files they came in. How a file is read is tested elsewhere.

Source: fund-admin 5, 1.10 (G-2); input-contracts 2.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.extract import Extract
from ingestion.ledger.layout import LedgerSource
from ingestion.ledger.oracle_interface import read_interface
from ingestion.ledger.sap_documents import read_document_headers, read_document_items
from ingestion.ledger.sap_universal import read_universal_journal
from ingestion.samples.ledgers.documents import documents
from ingestion.samples.ledgers.oracle import gl_interface
from ingestion.samples.ledgers.sap import acdoca, bkpf, bseg
from orchestration.settings import WAREHOUSE

from .project import create_warehouse, insert, run_dbt

pytestmark = pytest.mark.slow

BOOKED = documents(7)
LEGS = sorted((d.posting_date, leg.company_amount, leg.amount) for d in BOOKED for leg in d.legs)
KNOWN_AT = "2026-01-10 00:00:00"
TORN_KNOWN_AT = "2026-01-11 00:00:00"


def source(data: bytes, encoding: str = "utf-8") -> LedgerSource:
    return LedgerSource("gl.csv", data.decode(encoding), currency="EUR")


def without_last_line(data: bytes) -> bytes:
    return data[: data.rstrip(b"\n").rfind(b"\n") + 1]


# (organisation, load, when it is known, what it holds); the last two lack a line of what came whole the day before.
LOADS: list[tuple[str, str, str, Callable[[], Extract]]] = [
    ("universal", "u", KNOWN_AT, lambda: read_universal_journal(source(acdoca(BOOKED), "utf-16"))),
    ("documents", "h", KNOWN_AT, lambda: read_document_headers(source(bkpf(BOOKED)))),
    ("documents", "i", KNOWN_AT, lambda: read_document_items(source(bseg(BOOKED)))),
    ("imports", "o", KNOWN_AT, lambda: read_interface(source(gl_interface(BOOKED)))),
    ("torn", "first_h", KNOWN_AT, lambda: read_document_headers(source(bkpf(BOOKED)))),
    ("torn", "first_i", KNOWN_AT, lambda: read_document_items(source(bseg(BOOKED)))),
    ("torn", "second_i", TORN_KNOWN_AT, lambda: read_document_items(source(without_last_line(bseg(BOOKED))))),
    ("lacking", "only_h", KNOWN_AT, lambda: read_document_headers(source(bkpf(BOOKED)))),
    ("lacking", "only_i", KNOWN_AT, lambda: read_document_items(source(without_last_line(bseg(BOOKED))))),
]


def load(warehouse: Path, organization: str, load_id: str, known_at: str, extract: Extract) -> None:
    bookkeeping = {
        "load_id": load_id,
        "file_sha256": load_id,
        "organization_id": organization,
        "organization_name": organization,
        "kind": extract.kind,
        "feed_name": load_id,
        "file_name": load_id,
        "as_of": "2024-12-31",
        "mode": "full",
        "loaded_at": known_at,
        "known_at": known_at,
        "known_at_basis": "loaded",
        "status": "loaded",
    }
    insert(warehouse, "raw.loads", [bookkeeping])
    stamp: Mapping[str, Any] = {"organization_id": organization, "_load_id": load_id}
    for name, table in extract.tables.items():
        insert(warehouse, f"raw.{name}", [{**record, **stamp} for record in table.to_pylist()])


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gl")
    path = folder / WAREHOUSE
    create_warehouse(path)
    insert(path, "ops.run_context", [{"known_at": "2026-12-31 00:00:00"}])
    for organization, load_id, known_at, read in LOADS:
        load(path, organization, load_id, known_at, read())
    built = run_dbt(
        *("build", "--exclude-resource-type", "unit_test", "--select"),
        *("+int_gl__entries", "+int_gl__document_findings"),
        warehouse=path,
        target=folder / "target",
    )
    assert built.returncode == 0, built.stdout[-4000:]
    return path


def rows(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("organization", ["universal", "documents", "imports", "torn"])
def test_the_journal_in_force_is_the_documents_in_both_currencies(warehouse: Path, organization: str) -> None:
    found = rows(
        warehouse,
        "select posting_date, coalesce(debit, -credit), transaction_amount, currency from intermediate.int_gl__entries "
        f"where organization_id = '{organization}' order by 1, 2, 3",
    )
    assert [(day, amount, entered) for day, amount, entered, _ in found] == LEGS
    assert {currency for *_, currency in found} == {"EUR"}


def test_accounts_match_with_and_without_their_zeros(warehouse: Path) -> None:
    found = rows(
        warehouse,
        "select distinct account_code, account_number from intermediate.int_gl__entries where gl_system = 'SAP'",
    )
    assert set(found) == {(leg.account, leg.account.lstrip("0")) for d in BOOKED for leg in d.legs}


def test_an_unbalanced_document_that_never_came_whole_holds_its_month_with_the_exact_imbalance(warehouse: Path) -> None:
    last = BOOKED[-1]
    missing = last.legs[-1]
    held = rows(
        warehouse,
        "select entity, period_start, imbalance from intermediate.int_gl__held_periods where organization_id = 'lacking'",
    )
    assert held == [("1000", last.posting_date.replace(day=1), -missing.company_amount)]
    measures = rows(
        warehouse,
        "select measure, currency, imbalance from intermediate.int_gl__imbalances where organization_id = 'lacking' order by 1",
    )
    assert measures == [("booked", "EUR", -missing.company_amount), ("entered", last.currency, -missing.amount)]
    months = rows(
        warehouse,
        "select count(*) from intermediate.int_gl__entries where organization_id = 'lacking' "
        f"and date_trunc('month', posting_date) = date '{last.posting_date.replace(day=1)}'",
    )
    assert months == [(0,)]
    # Whole documents of other months stay.
    in_other_months = [d for d in BOOKED if d.posting_date.replace(day=1) != last.posting_date.replace(day=1)]
    total = rows(warehouse, "select sum(debit) from intermediate.int_gl__entries where organization_id = 'lacking'")
    assert total == [
        (sum((g.company_amount for d in in_other_months for g in d.legs if g.company_amount > 0), Decimal(0)),)
    ]


def test_no_document_with_both_parts_is_a_finding(warehouse: Path) -> None:
    assert rows(warehouse, "select * from intermediate.int_gl__document_findings") == []
