"""Rows of an investor's capital account and cash flows, from the marts: its own and nobody else's. Sheets do not belong here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from orchestration.fund_reports.figures import FundQuarter
from orchestration.fund_reports.workbook import Listing

_ACCOUNT = """
    select investor_id, period_end, beginning_nav_stated, contributions_stated, distributions_stated,
        management_fee_stated, expenses_stated, income_stated, realized_gain_stated, unrealized_gain_stated,
        accrued_carry_stated, nav_stated, unfunded_stated
    from marts.fact_capital_accounts
    where organization_id = $organization_id and fund_id = $fund_id and period_end <= $quarter
    order by investor_id, period_end
"""
_ACCOUNT_HEADERS = (
    "Period end", "Beginning NAV", "Contributions", "Distributions", "Management fee", "Expenses", "Income",
    "Realised gain", "Unrealised gain", "Carried interest", "Ending NAV", "Unfunded commitment",
)  # fmt: skip
_FLOWS = """
    select f.investor_id, f.event_date, f.event_id, t.granular_type, t.gross_up_type, f.amount
    from marts.fact_ilpa_transactions as f
    inner join marts.dim_ilpa_transaction_type as t using (transaction_type)
    where f.organization_id = $organization_id and f.fund_id = $fund_id and f.event_date <= $quarter
    order by f.investor_id, f.event_date, f.notice_id, f.transaction_type
"""
_FLOW_HEADERS = ("Date", "Event", "Transaction type", "Type when grossed up", "Amount to investor")


def investor_names(connection: duckdb.DuckDBPyConnection, organization_id: str) -> Mapping[str, str]:
    """Names of investors as known now."""
    return dict(
        connection.execute(
            "select investor_id, investor_name from marts.dim_investor where organization_id = ? and is_current",
            [organization_id],
        ).fetchall()
    )


def capital_account(connection: duckdb.DuckDBPyConnection, quarter: FundQuarter) -> Mapping[str, Listing]:
    """The account of each partner, period by period to the end of the quarter."""
    found = _by_investor(connection, _ACCOUNT, quarter)
    return _Listings(found, "Capital account", "Capital account statement", _ACCOUNT_HEADERS, (2, 3, 4, 5, 6, 7, 8, 9))


def cash_flows(connection: duckdb.DuckDBPyConnection, quarter: FundQuarter) -> Mapping[str, Listing]:
    """The cash flows of each partner with their transaction types. Source: fund-admin 4.2."""
    found = _by_investor(connection, _FLOWS, quarter)
    return _Listings(found, "Cash flows", "Cash flows of the investor", _FLOW_HEADERS, (4,))


class _Listings(dict[str, Listing]):
    """Listings by partner; a partner without rows has an empty one."""

    def __init__(
        self,
        rows: Mapping[str, Sequence[Sequence[Any]]],
        name: str,
        title: str,
        headers: Sequence[str],
        total: Sequence[int],
    ) -> None:
        super().__init__({partner: Listing(name, title, headers, listed, total) for partner, listed in rows.items()})
        self.empty = Listing(name, title, headers, (), total)

    def __missing__(self, partner: str) -> Listing:
        return self.empty


def _by_investor(
    connection: duckdb.DuckDBPyConnection, sql: str, quarter: FundQuarter
) -> Mapping[str, list[tuple[Any, ...]]]:
    asked = {"organization_id": quarter.organization_id, "fund_id": quarter.fund_id, "quarter": quarter.quarter_end}
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for investor_id, *row in connection.execute(sql, asked).fetchall():
        found[investor_id].append(tuple(row))
    return found
