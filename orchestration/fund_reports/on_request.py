"""Writes one report that was asked for, from a publication. What a publication holds of itself is building's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.errors import Refused, WrongRequest
from orchestration.fund_reports.captions import Templates
from orchestration.fund_reports.documents import Document
from orchestration.fund_reports.figures import FundQuarter, fund_quarters
from orchestration.fund_reports.listings import investor_names
from orchestration.fund_reports.notifying import notice_documents, notifying_funds
from orchestration.fund_reports.performing import performance_documents
from orchestration.fund_reports.reporting import reporting_documents


class NothingToReport(WrongRequest):
    """A report was asked for that the publication holds no figures of; the message says what there is."""


class DoesNotReconcile(Refused):
    """A report was asked for whose cells that must be zero are not; the message names fund, cells and amounts."""


def write_reporting(
    publication: duckdb.DuckDBPyConnection,
    templates: Templates,
    fund_id: str,
    investor_id: str,
    quarter: dt.date | None,
    out: Path,
) -> Path:
    """The reporting template of one investor. Raises NothingToReport, DoesNotReconcile."""
    made = [
        document
        for of_fund in _quarters(publication, fund_id, quarter)
        for document in reporting_documents(
            publication, templates.reporting, of_fund, investor_names(publication, of_fund.organization_id)
        )
    ]
    there = ", ".join(str(document.investor_id) for document in made) or "no investor of the fund"
    chosen = [document for document in made if document.investor_id == investor_id]
    at = quarter or "its newest quarter"
    return _write(chosen, f"fund {fund_id}, {at}: expected investor {investor_id}, found {there}", out)


def write_performance_of(
    publication: duckdb.DuckDBPyConnection, templates: Templates, fund_id: str, quarter: dt.date | None, out: Path
) -> Path:
    """The performance template of one fund. Raises NothingToReport, DoesNotReconcile."""
    made = [
        document
        for of_fund in _quarters(publication, fund_id, quarter)
        for document in performance_documents(publication, templates.performance, of_fund)
    ]
    at = quarter or "its newest quarter"
    return _write(made, f"fund {fund_id}, {at}: expected figures of its performance, found none", out)


def write_notice(
    publication: duckdb.DuckDBPyConnection,
    templates: Templates,
    fund_id: str,
    event_id: str,
    investor_id: str | None,
    out: Path,
) -> Path:
    """The notices of one call or distribution, or one partner's sheet of them. Raises NothingToReport, DoesNotReconcile."""
    made = [
        document
        for fund in notifying_funds(publication, fund_id)
        for document in notice_documents(
            publication,
            templates.notices,
            fund,
            investor_names(publication, fund.organization_id),
            event_id=event_id,
            only=investor_id,
        )
    ]
    asked = event_id if investor_id is None else f"{event_id} to {investor_id}"
    return _write(made, f"fund {fund_id}: expected a call or distribution {asked}, found none", out)


def _quarters(publication: duckdb.DuckDBPyConnection, fund_id: str, quarter: dt.date | None) -> list[FundQuarter]:
    return [of_fund for of_fund in fund_quarters(publication, quarter) if of_fund.fund_id == fund_id]


def _write(made: Sequence[Document], otherwise: str, out: Path) -> Path:
    if not made:
        raise NothingToReport(otherwise)
    if made[0].reason is not None:
        raise DoesNotReconcile(f"not written, as it does not reconcile: {made[0].reason}")
    path = out / made[0].path.name if out.is_dir() else out
    made[0].write(path)
    return path
