"""What trips readers of Sage exports, and what wrong files of them yield.

Source: fund-admin 5 (rows Sage Intacct journal CSV, GL detail, Sage 50), 1.10 (G-2); input-contracts 1.4.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.ledger.sage50 import terms

from .ledger_files import SIDECAR, holds, read_ledger, reasons, refusal, rows, signed

HEADER = "JOURNAL,DATE,REVERSEDATE,DESCRIPTION,REFERENCE_NO,LINE_NO,ACCT_NO,LOCATION_ID,MEMO,DEBIT,CREDIT\n"
WORDS = "Symbol,Posting date,Reversal date,Text,Reference,Number of line,Account,Location,Memo,Debit,Credit\n"
ENTRY = "GJ,03/31/2024,04/01/2024,Accrual,JE-1,1,0100,N,first,100.00,\n,,,,,2,2050,N,,,100.00\n"


# --- journal of Intacct ---


def test_header_values_are_filled_down_to_the_lines_of_an_entry(tmp_path: Path) -> None:
    first, second = rows(read_ledger(tmp_path, HEADER + ENTRY))
    for row in (first, second):
        assert (row["posting_date"], row["reversal_date"]) == (dt.date(2024, 3, 31), dt.date(2024, 4, 1))
        assert (row["document_number"], row["journal_id"]) == ("JE-1", "GJ:2024-03-31:JE-1")
    assert (first["memo"], second["memo"]) == ("first", "Accrual")


def test_the_row_of_descriptions_of_a_template_is_no_line(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, HEADER + WORDS + ENTRY)
    (count,) = (count for count in extract.row_counts if count.block == "lines")
    assert (count.rows_staged, count.rows_comment, count.rows_quarantined) == (2, 1, 0)


def test_header_values_repeated_on_every_line_are_one_entry(tmp_path: Path) -> None:
    repeated = ENTRY.replace(",,,,,2", "GJ,03/31/2024,04/01/2024,Accrual,JE-1,2")
    assert {row["journal_id"] for row in rows(read_ledger(tmp_path, HEADER + repeated))} == {"GJ:2024-03-31:JE-1"}


def test_an_entry_balances_at_each_location(tmp_path: Path) -> None:
    assert holds(read_ledger(tmp_path, HEADER + ENTRY)) == []
    (message,) = holds(read_ledger(tmp_path, HEADER + ENTRY.replace("2050,N", "2050,S")))
    assert "location N: 100.00 and 0, difference 100.00" in message
    assert "location S: 0 and 100.00, difference -100.00" in message


def test_days_that_fit_both_orders_refuse_the_file_until_one_is_declared(tmp_path: Path) -> None:
    content = HEADER + ENTRY.replace("03/31/2024", "03/04/2024")
    assert "`date_order: MDY or DMY`" in refusal(tmp_path, content).message
    declared = read_ledger(tmp_path, content, sidecar=f"{SIDECAR}date_order: DMY\n")
    assert {row["posting_date"] for row in rows(declared)} == {dt.date(2024, 4, 3)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("100.00,\n", '"1,00.00",\n', [(2, "BAD_TYPE")]),
        ("100.00,\n", "$100.00,\n", [(2, "BAD_TYPE")]),
        ("100.00,\n", "100.00,100.00\n", [(2, "EXCLUSIVE_FIELDS")]),
        ("100.00,\n", ",\n", [(2, "EXCLUSIVE_FIELDS")]),
        ("0100", "", [(2, "MISSING_VALUE")]),
        ("GJ,", ",", [(2, "MISSING_VALUE"), (3, "PARENT_QUARANTINED")]),
        ("03/31/2024", "03/32/2024", [(2, "BAD_DATE"), (3, "PARENT_QUARANTINED")]),
        (",,,,,2", ",,,,,1", [(2, "DUPLICATE_KEY"), (3, "DUPLICATE_KEY")]),
        ("GJ,03/31/2024,04/01/2024,Accrual,JE-1", ",,,,", [(2, "MISSING_VALUE"), (3, "MISSING_VALUE")]),
    ],
)
def test_a_row_that_cannot_be_read_is_quarantined_and_holds_the_ledger(
    tmp_path: Path, old: str, new: str, expected: list[tuple[int, str]]
) -> None:
    content = HEADER + ENTRY.replace(old, new, 1) + ENTRY.replace("JE-1", "JE-2").replace("03/31", "05/31")
    extract = read_ledger(tmp_path, content)
    assert reasons(extract) == expected
    assert f"found {len(expected)} quarantined" in holds(extract)[-1]


def test_a_zero_beside_an_amount_counts_as_empty_and_a_negative_debit_as_a_credit(tmp_path: Path) -> None:
    entry = ENTRY.replace("100.00,\n", "-100.00,0.00\n", 1).replace(",,100.00", ",0,-100.00")
    assert [signed(row) for row in rows(read_ledger(tmp_path, HEADER + entry))] == [-100, 100]


def test_a_draft_is_kept_and_does_not_count(tmp_path: Path) -> None:
    content = HEADER.replace("CREDIT", "CREDIT,STATE") + "GJ,03/31/2024,,x,JE-1,1,0100,N,,100.00,,Draft\n"
    extract = read_ledger(tmp_path, content)
    assert [row["status"] for row in rows(extract)] == ["DRAFT"]
    assert holds(extract) == []


# --- GL detail of Intacct ---

DETAIL = (
    "recordno,accountno,amount,batchkey,creditamount,debitamount,entry_date,entry_state,tr_type,trx_amount,currency,basecurr\n"
    "r1,0100,100.00,9,0,100.00,2024-03-31,P,1,90.00,EUR,USD\n"
    "r2,2050,-100.00,9,100.00,0,2024-03-31,P,-1,-80.00,EUR,USD\n"
)


def test_base_amounts_balance_and_transaction_amounts_are_kept_beside_them(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, DETAIL)
    assert [(signed(row), row["currency"]) for row in rows(extract)] == [(100, "USD"), (-100, "USD")]
    assert [(row["transaction_amount"], row["transaction_currency"]) for row in rows(extract)] == [
        (90, "EUR"),
        (-80, "EUR"),
    ]
    assert holds(extract) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("P,1,90", "P,-1,90", "RULE_VIOLATION"),
        ("100.00,9,0,100.00", "100.00,9,100.00,0", "RULE_VIOLATION"),
        ("100.00,9,0,100.00", "100.00,9,0,90.00", "RULE_VIOLATION"),
        ("P,1,90", "X,1,90", "BAD_ENUM"),
        ("P,1,90", "P,0,90", "BAD_ENUM"),
        ("2024-03-31,P,1", "03/31/2024,P,1", "BAD_DATE"),
        ("EUR,USD\nr2", "EUR,XYZ\nr2", "CURRENCY_UNKNOWN"),
        ("r1,0100,100.00", "r1,0100,", "MISSING_VALUE"),
    ],
)
def test_a_line_whose_statements_disagree_is_quarantined(tmp_path: Path, old: str, new: str, code: str) -> None:
    extract = read_ledger(tmp_path, DETAIL.replace(old, new, 1))
    assert reasons(extract) == [(2, code)]
    assert "difference -100.00" in holds(extract)[0]


# --- Sage 50 ---


def leg_of(code: str, tmp_path: Path) -> dict[str, Decimal]:
    extract = read_ledger(tmp_path, f"{code},1250,4000,1,310324,R1,text,200.00,T1,40.00\n")
    return {row["account_code"]: signed(row) for row in rows(extract)}


# Signs of double entry: an invoice to a customer credits income and tax and debits debtors with both; its credit note and
# the money back are the reverse, a receipt debits the bank; the other side of purchases mirrors it.
EXPECTED = {
    "SI": {"4000": -200, "2200": -40, "1100": 240},
    "SC": {"4000": 200, "2200": 40, "1100": -240},
    "PI": {"4000": 200, "2201": 40, "2100": -240},
    "PC": {"4000": -200, "2201": -40, "2100": 240},
    "BP": {"4000": 200, "2201": 40, "1250": -240},
    "BR": {"4000": -200, "2200": -40, "1250": 240},
    "CP": {"4000": 200, "2201": 40, "1250": -240},
    "CR": {"4000": -200, "2200": -40, "1250": 240},
    "VP": {"4000": 200, "2201": 40, "1250": -240},
    "VR": {"4000": -200, "2200": -40, "1250": 240},
}
MONEY = {  # 4000 stands for the bank here
    "SR": {"4000": 200, "1100": -200},
    "SA": {"4000": 200, "1100": -200},
    "SP": {"4000": -200, "1100": 200},
    "PP": {"4000": -200, "2100": 200},
    "PA": {"4000": -200, "2100": 200},
    "PR": {"4000": 200, "2100": -200},
}


@pytest.mark.parametrize("code", EXPECTED)
def test_a_type_books_net_tax_and_gross_on_their_sides(tmp_path: Path, code: str) -> None:
    assert leg_of(code, tmp_path) == EXPECTED[code]


@pytest.mark.parametrize("code", MONEY)
def test_money_moves_between_the_bank_and_a_control_account(tmp_path: Path, code: str) -> None:
    extract = read_ledger(tmp_path, f"{code},ABC,4000,1,310324,R1,text,200.00,T9,0.00\n")
    assert {row["account_code"]: signed(row) for row in rows(extract)} == MONEY[code]


def test_every_type_of_the_layout_is_covered() -> None:
    assert set(terms().types) == {*EXPECTED, *MONEY, "JD", "JC"}


def test_control_accounts_that_the_file_does_not_state_are_noted(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, "SI,ABC,4000,1,310324,R1,text,200.00,T1,40.00\n")
    noted = [f.message for f in extract.findings if f.code == "DEFAULT_APPLIED"]
    assert ["1100" in noted[0], "2200" in noted[1], len(noted)] == [True, True, 2]


def test_a_journal_of_one_side_is_loaded_and_holds_its_month(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, 'JD,,0100,0,310324,J1,"one, side",100.00,T9,0.00\n')
    assert [(row["account_code"], signed(row)) for row in rows(extract)] == [("0100", 100)]
    assert "100.00 and 0, difference 100.00" in holds(extract)[0]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("JD,,100,0,310324,J1,x,100.00,T9,0.00\n", "BAD_TYPE"),  # 0100 before a spreadsheet
        ("JD,,0100,0,10324,J1,x,100.00,T9,0.00\n", "BAD_DATE"),
        ("JD,,0100,0,310324,J1,x,-100.00,T9,0.00\n", "OUT_OF_RANGE"),
        ("JD,,0100,0,310324,J1,x,100.00,T1,20.00\n", "RULE_VIOLATION"),
        ("XX,,0100,0,310324,J1,x,100.00,T9,0.00\n", "BAD_ENUM"),
        ("BP,,7500,0,310324,J1,x,100.00,T9,0.00\n", "MISSING_VALUE"),
        ("JD,,0100,0,310324,J1,x\n", "BAD_TYPE"),
        ("JD,,0100,0,310324,J1,x,,T9,0.00\n", "MISSING_VALUE"),
    ],
)
def test_a_row_of_the_audit_trail_that_cannot_be_read_is_quarantined(tmp_path: Path, row: str, code: str) -> None:
    sound = "JD,,0100,0,310324,J1,x,100.00,T9,0.00\nJC,,2050,0,310324,J1,x,100.00,T9,0.00\n"
    extract = read_ledger(tmp_path, sound + row)
    assert reasons(extract) == [(3, code)]
    assert "found 1 quarantined" in holds(extract)[0]
