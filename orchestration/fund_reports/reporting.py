"""The reporting template of every investor of a fund as documents. Its lines, figures and sheets are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path

import duckdb

from orchestration.fund_reports.documents import Break, Document, file_name
from orchestration.fund_reports.figures import FundQuarter, breaks, figures
from orchestration.fund_reports.listings import capital_account, cash_flows
from orchestration.fund_reports.template import Template
from orchestration.fund_reports.workbook import Report, write_report


def reporting_documents(
    connection: duckdb.DuckDBPyConnection, template: Template, quarter: FundQuarter, names: Mapping[str, str]
) -> Iterator[Document]:
    """A document for each investor of the fund's quarter."""
    accounts, flows = capital_account(connection, quarter), cash_flows(connection, quarter)
    captions = {line.code: line.caption for line in template.lines}
    for investor_id in quarter.investors:
        listings = [accounts[investor_id], flows[investor_id]]
        found = figures(template, quarter, investor_id)
        report = Report(quarter, investor_id, names.get(investor_id, investor_id), found, listings)
        name = f"{file_name(quarter.fund_id)}_{file_name(investor_id)}_{quarter.quarter_end}.xlsx"
        yield Document(
            kind="ILPA_REPORTING",
            organization_id=quarter.organization_id,
            fund_id=quarter.fund_id,
            investor_id=investor_id,
            event_id=None,
            period_end=quarter.quarter_end,
            known_at=quarter.known_at,
            path=Path("ilpa") / file_name(quarter.fund_id) / name,
            told=_told(template, report),
            breaks=[
                Break(f"{captions[code]}, {template.holders[holder]}, {template.horizons[horizon]}", amount)
                for code, holder, horizon, amount in breaks(template, found, template.tolerance)
            ],
            write=partial(write_report, template=template, report=report),
        )


def _told(template: Template, report: Report) -> tuple[object, ...]:
    quarter = report.quarter
    return (
        template,
        (quarter.organization_id, quarter.fund_id, quarter.fund_name, quarter.fund_manager, quarter.currency),
        (quarter.quarter_end, quarter.known_at, report.investor_id, report.investor_name),
        sorted((key, Decimal(value).normalize()) for key, value in report.figures.items()),
        [(listing.name, listing.title, listing.headers, listing.rows) for listing in report.listings],
    )
