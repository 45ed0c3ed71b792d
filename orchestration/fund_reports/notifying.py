"""The notices of a fund's calls and distributions as documents. Their lines, figures and sheets are elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from orchestration.fund_reports.documents import Document, ReportKind, file_name
from orchestration.fund_reports.notice_template import NoticeKind, NoticeTemplates
from orchestration.fund_reports.notice_workbook import Notified, write_notices
from orchestration.fund_reports.notices import breaks, notice_runs

_REPORT_KIND: Mapping[NoticeKind, ReportKind] = {
    "CAPITAL_CALL": "CAPITAL_CALL_NOTICE",
    "DISTRIBUTION": "DISTRIBUTION_NOTICE",
}


@dataclass(frozen=True)
class NotifyingFund:
    """A fund as its notices name it."""

    organization_id: str
    fund_id: str
    fund_name: str
    fund_manager: str


def notifying_funds(connection: duckdb.DuckDBPyConnection, fund_id: str | None = None) -> list[NotifyingFund]:
    """Every fund that has called or distributed, or the one of that id."""
    rows = connection.execute(
        """
        select organization_id, fund_id, fund_name, coalesce(fund_manager, '') from marts.dim_fund
        where is_current and ($1 is null or fund_id = $1)
            and (organization_id, fund_id) in (select (organization_id, fund_id) from marts.fact_cash_flows)
        order by 1, 2
        """,
        [fund_id],
    ).fetchall()
    return [NotifyingFund(*row) for row in rows]


def notice_documents(
    connection: duckdb.DuckDBPyConnection,
    templates: NoticeTemplates,
    fund: NotifyingFund,
    names: Mapping[str, str],
    *,
    since: dt.date | None = None,
    event_id: str | None = None,
    only: str | None = None,
) -> Iterator[Document]:
    """A document for each call and distribution notified on `since` or later, or for the one event asked for.

    With `only` an investor's id, its sheet alone, and only of events in which it takes part.
    """
    for run in notice_runs(connection, fund.organization_id, fund.fund_id, since=since, event_id=event_id):
        if only is not None and only not in run.investors:
            continue
        notified = Notified(run, fund.fund_name, fund.fund_manager, names)
        name = file_name(run.event_id) if only is None else f"{file_name(run.event_id)}_{file_name(only)}"
        yield Document(
            kind=_REPORT_KIND[run.kind],
            organization_id=fund.organization_id,
            fund_id=fund.fund_id,
            investor_id=only,
            event_id=run.event_id,
            period_end=run.notice_date,
            known_at=run.known_at,
            path=Path("notices") / file_name(fund.fund_id) / f"{name}.xlsx",
            told=(
                templates.version,
                templates.notices[run.kind],
                (templates.columns, templates.header, templates.money_format, templates.check_format),
                fund,
                run,
                [(investor_id, notified.name(investor_id)) for investor_id in run.investors],
            ),
            breaks=breaks(templates.notices[run.kind], run),
            write=partial(write_notices, templates=templates, notified=notified, only=only),
        )
