"""Delimited bank statements: signs, balances, restricted cells and what is wrong with a line. Source: input-contracts 2.8, 5.5."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract, FileRejected
from tests.ingestion.feed_files import breaches, read_feed

HEADER = "account_id,entry_id,booked_date,value_date,amount,debit,credit,currency,reference,bank_reference,counterparty,remittance"
SIDES = "account_id,entry_id,booked_date,value_date,debit,credit,currency"


def statement(*lines: str, header: str = HEADER) -> str:
    return "\n".join((header, *lines)) + "\n"


def read(tmp_path: Path, *lines: str, header: str = HEADER) -> Extract:
    return read_feed(tmp_path, statement(*lines, header=header), {})[1]


def records(extract: Extract, table: str = "bank_entries") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return found


OPENING = "A-1,OPENING,2025-01-01,2025-01-01,100.00,,,USD,,,,"
CLOSING = "A-1,CLOSING,2025-01-31,2025-01-31,130.00,,,USD,,,,"
CREDIT = "A-1,E1,2025-01-10,2025-01-11,50.00,,,USD,CALL 4,BR1,Elm Trust,call of capital"
DEBIT = "A-1,E2,2025-01-12,2025-01-12,,20.00,0.00,USD,,BR2,,"


def test_credits_are_positive_and_debits_negative_whichever_way_a_line_states_them(tmp_path: Path) -> None:
    feed, extract = read_feed(tmp_path, statement(OPENING, CREDIT, DEBIT, CLOSING), {})
    assert (feed.kind, feed.mode, extract.rejected) == ("bank_statement", "delta", ())
    found = {row["entry_id"]: row for row in records(extract)}
    assert {code: row["amount"] for code, row in found.items()} == {"E1": Decimal(50), "E2": Decimal(-20)}
    assert (found["E1"]["booked_date"], found["E1"]["value_date"]) == (dt.date(2025, 1, 10), dt.date(2025, 1, 11))
    assert (found["E1"]["bank_reference"], found["E1"]["entry_status"]) == ("BR1", "BOOKED")
    assert {row["statement_id"] for row in found.values()} == {"2025-01-31"}


def test_a_statement_carries_the_balances_that_its_entries_bear_out(tmp_path: Path) -> None:
    extract = read(tmp_path, OPENING, CREDIT, DEBIT, CLOSING)
    (row,) = records(extract, "bank_statements")
    assert (row["opening_balance"], row["closing_balance"]) == (Decimal(100), Decimal(130))
    assert (row["entry_count"], row["entries_total"], row["statement_date"]) == (2, Decimal(30), dt.date(2025, 1, 31))
    assert extract.as_of == dt.date(2025, 1, 31)
    counts = {count.table_name: count for count in extract.row_counts}["bank_entries"]
    assert (counts.rows_in_range, counts.rows_staged, counts.rows_comment, counts.rows_blank) == (4, 2, 2, 0)


def test_a_file_whose_entries_do_not_lead_from_opening_to_closing_is_refused_with_the_figures(tmp_path: Path) -> None:
    with pytest.raises(FileRejected) as caught:
        read(tmp_path, OPENING, CREDIT, CLOSING)
    assert caught.value.code == "CONTROL_TOTAL"
    for part in ("f.dat, line 2", "130.0000", "150.0000", "100.0000", "50.0000", "1 booked"):
        assert part in caught.value.message
    assert "account ending 1 " in caught.value.message  # of a short number at most half is shown


def test_accounts_of_one_file_are_proven_each_by_itself(tmp_path: Path) -> None:
    second = [line.replace("A-1", "A-2") for line in (OPENING, CREDIT, CLOSING)]
    with pytest.raises(FileRejected, match="account ending 2"):
        read(tmp_path, OPENING, CREDIT, DEBIT, CLOSING, *second)


def test_two_balances_of_one_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRejected, match="CONTROL_TOTAL"):
        read(tmp_path, OPENING, OPENING.replace("100.00", "110.00"), CREDIT, DEBIT, CLOSING)


def test_without_balances_the_entries_are_read_as_they_are(tmp_path: Path) -> None:
    extract = read(tmp_path, CREDIT, DEBIT)
    (row,) = records(extract, "bank_statements")
    assert (row["opening_balance"], row["closing_balance"], row["entry_count"]) == (None, None, 2)
    assert row["statement_date"] == dt.date(2025, 1, 12)


def test_debit_and_credit_columns_alone_are_enough(tmp_path: Path) -> None:
    lines = ("A-1,E1,2025-01-10,2025-01-10,,50.00,USD", "A-1,E2,2025-01-12,2025-01-12,20.00,,USD")
    assert [row["amount"] for row in records(read(tmp_path, *lines, header=SIDES))] == [Decimal(50), Decimal(-20)]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("A-1,E1,2025-01-10,2025-01-11,50.00,50.00,,USD,,,,", None, "EXCLUSIVE_FIELDS"),
        ("A-1,E1,2025-01-10,2025-01-11,,50.00,10.00,USD,,,,", None, "EXCLUSIVE_FIELDS"),
        ("A-1,E1,2025-01-10,2025-01-11,,,,USD,,,,", "E", "MISSING_VALUE"),
        ("A-1,E1,2025-01-10,2025-01-11,,-5.00,,USD,,,,", "F", "OUT_OF_RANGE"),
        ("A-1,E1,2025-01-10,2025-01-11,5.005,,,USD,,,,", "E", "PRECISION_EXCEEDED"),
        ("A-1,E1,2025-01-10,2025-01-11,5.5,,,JPY,,,,", "E", "PRECISION_EXCEEDED"),
        ("A-1,E1,10/01/2025,2025-01-11,5.00,,,USD,,,,", "C", "BAD_DATE"),
        ("A-1,E1,2025-01-10,2025-01-11,5.00,,,XYZ,,,,", "H", "CURRENCY_UNKNOWN"),
        ("A-1,,2025-01-10,2025-01-11,5.00,,,USD,,,,", "B", "MISSING_VALUE"),
    ],
)
def test_a_wrong_line_is_quarantined_alone(tmp_path: Path, line: str, column: str | None, code: str) -> None:
    extract = read(tmp_path, line, "A-1,E9,2025-01-12,2025-01-12,1.00,,,USD,,,,")
    assert breaches(extract) == [(2, column, code)]
    assert [row["entry_id"] for row in records(extract)] == ["E9"]


def test_accounts_parties_and_remittance_texts_are_masked_in_what_is_quarantined(tmp_path: Path) -> None:
    extract = read(tmp_path, CREDIT.replace("50.00", "fifty"), CREDIT, CREDIT.replace("50.00", "60.00"))
    told = " ".join(f"{row.message} {dict(row.payload)}" for row in extract.rejected)
    assert {row.reason_code for row in extract.rejected} >= {"BAD_TYPE", "DUPLICATE_KEY"}
    assert [secret for secret in ("A-1", "Elm Trust", "call of capital") if secret in told] == []


def test_an_entry_is_taken_back_by_its_key(tmp_path: Path) -> None:
    extract = read(tmp_path, "A-1,E1,,,,,,,,,,,delete", header=f"{HEADER},row_action")
    (row,) = records(extract)
    assert (row["entry_id"], row["row_action"], extract.rejected) == ("E1", "delete", ())
