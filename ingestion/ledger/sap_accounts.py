"""Reads the general part of SAP's chart of accounts, SKA1. Balances and postings of the accounts do not belong here.

Source: fund-admin 5; G-2, an account must allow posting.
"""

from __future__ import annotations

from typing import Any

from ingestion.extract import Extract
from ingestion.ledger.canonical import raw_table
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.sap_values import GL_SYSTEM, SAP, code
from ingestion.ledger.table_rows import TableRow, find_columns, read_table, refuse_repetitions

COLUMNS = ("ktopl", "saknr")


def is_chart_of_accounts(text: str) -> bool:
    """Whether the text has the columns of SKA1."""
    return find_columns(text, (*COLUMNS, "xbilk")) is not None


def read_chart_of_accounts(source: LedgerSource) -> Extract:
    """One record of `gl_sap_accounts` for each account of each chart, its number with the zeros in front.

    Raises FileRejected CONTROL_TOTAL naming line and column where a cell is missing or an account stands twice.
    """
    table = read_table(source.text, COLUMNS, source.name)
    records = [_account(row) for row in table.rows]
    refuse_repetitions(table.rows, records, ("chart_of_accounts", "account_code"))
    name = "gl_sap_accounts"
    return Extract(SAP, None, {name: raw_table(name, records)}, row_counts=(table.row_count(name),))


def _account(row: TableRow) -> dict[str, Any]:
    return {
        "gl_system": GL_SYSTEM,
        "chart_of_accounts": row.needed("ktopl").upper(),
        "account_code": row.needed("saknr"),
        "account_group": code(row, "ktoks"),
        "is_balance_sheet": row.flag("xbilk"),
        "is_blocked": row.flag("xspeb"),
        "is_deleted": row.flag("xloev"),
        "_sheet": "",
        "_row": row.line,
    }


LAYOUT = LedgerLayout("SKA1 of SAP", SAP, is_chart_of_accounts, read_chart_of_accounts, ("utf-16", "cp1252"))
