"""The performance template of a fund as a document. Its figures, captions and sheets are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb

from orchestration.fund_reports.documents import Document, file_name
from orchestration.fund_reports.figures import FundQuarter
from orchestration.fund_reports.performance import breaks, performance
from orchestration.fund_reports.performance_template import PerformanceTemplate
from orchestration.fund_reports.performance_workbook import write_performance


def performance_documents(
    connection: duckdb.DuckDBPyConnection, template: PerformanceTemplate, quarter: FundQuarter
) -> Iterator[Document]:
    """The document of the fund's quarter; none where no performance of that day is known."""
    told = performance(connection, quarter)
    if told is None:
        return
    yield Document(
        kind="ILPA_PERFORMANCE",
        organization_id=quarter.organization_id,
        fund_id=quarter.fund_id,
        investor_id=None,
        event_id=None,
        period_end=quarter.quarter_end,
        known_at=told.known_at,
        path=Path("performance") / f"{file_name(quarter.fund_id)}_{quarter.quarter_end}.xlsx",
        told=(
            template,
            (quarter.organization_id, quarter.fund_id, quarter.fund_name, quarter.fund_manager, quarter.currency),
            (quarter.quarter_end, told.known_at, told.paid_in, told.distributed, told.nav),
            sorted(told.metrics.items()),
            sorted(told.said.items()),
            (told.flows, told.investment_flows, told.portfolio),
        ),
        breaks=breaks(template, told),
        write=partial(write_performance, template=template, told=told),
    )
