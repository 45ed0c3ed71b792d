"""Reads document headers (BKPF) and items (BSEG) of SAP, each as its own table, and proves what each proves alone. Joining them does not belong here.

Amounts of items stay as they are stored, because their currencies stand in the header. Source: fund-admin 5, row BKPF/BSEG.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Any

from ingestion.extract import Extract
from ingestion.ledger.canonical import EXACT_DIGITS, raw_table
from ingestion.ledger.imbalances import COMPANY, TRANSACTION, Posting, find_imbalances, unbalanced_findings
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.sap_values import (
    GL_SYSTEM,
    OTHER_LEDGER,
    SAP,
    code,
    document_number,
    fiscal_period,
    fiscal_year,
    needed_day,
    posting_key_sides,
    side,
    stored_currency_decimals,
    stored_day,
)
from ingestion.ledger.table_rows import TableRow, find_columns, read_table, refuse_repetitions

HEADERS = ("bukrs", "belnr", "gjahr", "blart", "budat", "waers")
ITEMS = ("bukrs", "belnr", "gjahr", "buzei", "shkzg", "hkont", "dmbtr", "wrbtr")
# Kinds of documents (BSTAT) that are templates, samples, noted or parked, and the one that only other ledgers have.
_NOT_POSTED, _OF_OTHER_LEDGERS = frozenset("DMSVWZ"), "L"
Records = list[dict[str, Any]]


def is_document_headers(text: str) -> bool:
    """Whether the text has the columns of BKPF."""
    return find_columns(text, HEADERS) is not None


def is_document_items(text: str) -> bool:
    """Whether the text has the columns of BSEG."""
    return find_columns(text, ITEMS) is not None


def read_document_headers(source: LedgerSource) -> Extract:
    """One record of `gl_sap_headers` for each document. As of the greatest posting date.

    Raises FileRejected CONTROL_TOTAL naming line and column where a cell cannot be read or a document stands twice.
    """
    table = read_table(source.text, HEADERS, source.name)
    records = [_header(row, source.currency) for row in table.rows]
    refuse_repetitions(table.rows, records, ("entity", "fiscal_year", "document_number"))
    as_of = max((record["posting_date"] for record in records), default=None)
    name = "gl_sap_headers"
    return Extract(SAP, as_of, {name: raw_table(name, records)}, row_counts=(table.row_count(name),))


def read_document_items(source: LedgerSource) -> Extract:
    """One record of `gl_sap_items` for each item, with its amounts as stored.

    Raises FileRejected CONTROL_TOTAL naming line and column where a cell cannot be read, an amount has a sign, posting key
    and side contradict each other or an item stands twice. Documents that do not balance hold their company and year.
    """
    table = read_table(source.text, ITEMS, source.name)
    with localcontext(prec=EXACT_DIGITS):
        records = [_item(row) for row in table.rows]
        refuse_repetitions(table.rows, records, ("entity", "fiscal_year", "document_number", "line_number"))
        imbalances = find_imbalances(_postings(records))
    name = "gl_sap_items"
    return Extract(
        kind=SAP,
        as_of=None,  # posting dates stand in the headers
        tables={name: raw_table(name, records)},
        findings=unbalanced_findings(source.name, imbalances),
        row_counts=(table.row_count(name),),
    )


def _key(row: TableRow) -> dict[str, Any]:
    return {
        "gl_system": GL_SYSTEM,
        "entity": row.needed("bukrs"),
        "fiscal_year": fiscal_year(row, "gjahr"),
        "document_number": document_number(row, "belnr"),
        "_sheet": "",
        "_row": row.line,
    }


def _header(row: TableRow, declared_currency: str | None) -> dict[str, Any]:
    rate, second_rate = _rate(row, "kursf"), _rate(row, "kurs2")
    kind, is_reversed = code(row, "bstat"), bool((row.text("stblg") or "").strip("0"))
    return {
        **_key(row),
        "document_type": code(row, "blart"),
        "document_date": stored_day(row, "bldat"),
        "posting_date": needed_day(row, "budat"),
        "fiscal_period": fiscal_period(row, "monat"),
        "transaction_currency": _currency(row, "waers", row.needed("waers")),
        "company_currency": _currency(row, "hwaer", row.text("hwaer") or declared_currency),
        **_quotation("exchange_rate", "is_indirect_quotation", rate),
        "second_currency": code(row, "hwae2"),
        **_quotation("second_exchange_rate", "is_second_indirect_quotation", second_rate),
        "reversal_document_number": document_number(row, "stblg") if is_reversed else None,
        "reference": row.text("xblnr"),
        "memo": row.text("bktxt"),
        "status": "DRAFT" if kind in _NOT_POSTED else "REVERSED" if is_reversed else "POSTED",
        "left_out_reason": OTHER_LEDGER if kind == _OF_OTHER_LEDGERS else None,
    }


def _currency(row: TableRow, column: str, text: str | None) -> str | None:
    """A currency whose decimals are known, since items are stored without them; None for None."""
    if text is not None and text.upper() not in stored_currency_decimals():
        raise row.refusal(column, "a currency whose decimals are known", text)
    return text and text.upper()


def _rate(row: TableRow, column: str) -> Decimal | None:
    return row.number(column) or None  # 0 where no rate was needed


def _quotation(rate_name: str, indirect_name: str, rate: Decimal | None) -> dict[str, Any]:
    """A rate without its sign. A negative one is an indirect quotation: units of the foreign currency for one of ours."""
    return {rate_name: None if rate is None else abs(rate), indirect_name: None if rate is None else rate < 0}


def _item(row: TableRow) -> dict[str, Any]:
    sign, posting_key = side(row, "shkzg"), row.text("bschl")
    expected = posting_key_sides().get((posting_key or "").zfill(2))
    if expected is not None and (expected == "S") != (sign > 0):
        raise row.refusal("shkzg", f"{expected}, as posting key {posting_key} says", row.text("shkzg"))
    return {
        **_key(row),
        "line_number": row.needed("buzei").zfill(3),
        "posting_key": posting_key,
        "side": "debit" if sign > 0 else "credit",
        "account_code": row.needed("hkont"),
        "stored_company_amount": _unsigned(row, "dmbtr"),
        "stored_transaction_amount": _unsigned(row, "wrbtr"),
        "assignment": row.text("zuonr"),
        "memo": row.text("sgtxt"),
        "cost_center": row.text("kostl"),
        "profit_center": row.text("prctr"),
        "counterparty": row.text("kunnr") or row.text("lifnr"),
    }


def _unsigned(row: TableRow, column: str) -> Decimal:
    amount = row.amount(column)
    if amount is None or amount < 0:
        raise row.refusal(column, "an amount of 0 or more, whose side shkzg says", row.text(column))
    return amount


def _postings(records: Records) -> Iterable[Posting]:
    for record in records:
        sign = 1 if record["side"] == "debit" else -1
        year = record["fiscal_year"]
        place = (record["entity"], f"{year}", f"{year}:{record['document_number']}")
        yield Posting(*place, TRANSACTION, None, sign * record["stored_transaction_amount"])
        yield Posting(*place, COMPANY, None, sign * record["stored_company_amount"])


ENCODINGS = ("utf-16", "cp1252")
LAYOUTS = (
    LedgerLayout("BKPF of SAP", SAP, is_document_headers, read_document_headers, ENCODINGS),
    LedgerLayout("BSEG of SAP", SAP, is_document_items, read_document_items, ENCODINGS),
)
