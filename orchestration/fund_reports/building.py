"""Makes the reports to investors of a publication and records what was made or held. Contents and requests are elsewhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.clock import utc_now
from orchestration.fund_reports.captions import Templates
from orchestration.fund_reports.documents import DOES_NOT_RECONCILE, Document
from orchestration.fund_reports.figures import FundQuarter, fund_quarters
from orchestration.fund_reports.listings import investor_names
from orchestration.fund_reports.notifying import NotifyingFund, notice_documents
from orchestration.fund_reports.performing import performance_documents
from orchestration.fund_reports.reporting import reporting_documents
from orchestration.warehouse import append_rows

REPORTS = "ops.fund_reports"
OPERATOR = "_operator"


@dataclass(frozen=True)
class Held:
    """A report that is not published, as cells that must be zero are not."""

    organization_id: str
    fund_id: str
    reason: str


def documents(connection: duckdb.DuckDBPyConnection, templates: Templates) -> Iterator[Document]:
    """What a publication holds of every fund: its investors' newest quarter, its performance, the quarter's notices."""
    for of_fund in fund_quarters(connection):
        names = investor_names(connection, of_fund.organization_id)
        yield from reporting_documents(connection, templates.reporting, of_fund, names)
        yield from performance_documents(connection, templates.performance, of_fund)
        fund = NotifyingFund(of_fund.organization_id, of_fund.fund_id, of_fund.fund_name, of_fund.fund_manager)
        since = first_day_of_quarter(of_fund)
        yield from notice_documents(connection, templates.notices, fund, names, since=since)


def first_day_of_quarter(quarter: FundQuarter) -> dt.date:
    """The first day of the three months that end with the quarter."""
    return quarter.quarter_end.replace(month=quarter.quarter_end.month - 2, day=1)


def write_fund_reports(
    connection: duckdb.DuckDBPyConnection,
    building: Path,
    publication_id: str,
    *,
    former: Path,
    templates: Templates,
) -> list[Held]:
    """Every report that reconciles, in the folder of its organisation and the house's own; returns those held.

    A report whose inputs are those of the `former` publication is taken from there. Rows of ops.fund_reports that no
    publication came of are forgotten.
    """
    connection.execute(
        f"delete from {REPORTS} where publication_id not in (select publication_id from ops.publications)"
    )
    known = dict(
        connection.execute(
            f"select inputs_sha256, max_by(path, generated_at) from {REPORTS} "
            "where publication_id = ? and file_sha256 is not null group by all",
            [former.resolve().name],
        ).fetchall()
    )
    rows, held = [], []
    for document in documents(connection, templates):
        reports = Path("reports")
        row = _row(document, publication_id)
        if document.reason is None:
            house = building / OPERATOR / reports / document.organization_id / document.path
            before = former / OPERATOR / reports / document.organization_id / known.get(document.inputs_sha256, "")
            row["is_reused"] = document.inputs_sha256 in known and before.is_file()
            _place(document, house, before if row["is_reused"] else None)
            own = building / document.organization_id / reports / document.path
            own.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(house, own)
            row["file_sha256"] = hashlib.sha256(house.read_bytes()).hexdigest()
        else:
            held.append(Held(document.organization_id, document.fund_id, document.reason))
        rows.append(row)
    append_rows(connection, REPORTS, rows)
    return held


def _place(document: Document, path: Path, before: Path | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if before is None:
        document.write(path)
    else:
        shutil.copyfile(before, path)


def _row(document: Document, publication_id: str) -> dict[str, Any]:
    is_held: Mapping[str, str | None] = (
        {"status": "PUBLISHED", "reason_code": None, "reason": None}
        if document.reason is None
        else {"status": "HELD", "reason_code": DOES_NOT_RECONCILE, "reason": document.reason}
    )
    return {
        "publication_id": publication_id,
        "organization_id": document.organization_id,
        "report_kind": document.kind,
        "fund_id": document.fund_id,
        "investor_id": document.investor_id,
        "event_id": document.event_id,
        "period_end": document.period_end,
        **is_held,
        "path": str(document.path),
        "file_sha256": None,
        "inputs_sha256": document.inputs_sha256,
        "is_reused": False,
        "generated_at": utc_now(),
        "known_at": document.known_at,
    }
