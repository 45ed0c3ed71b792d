"""Imports and extracts of Oracle become the canonical journal; what is no posting of money is kept apart.

Source: fund-admin 5 (rows of Oracle, measured file), 1.10 (G-2).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract
from ingestion.ledger.oracle_values import month_numbers
from ingestion.samples.ledgers.documents import documents
from ingestion.samples.ledgers.oracle import LEDGER, gl_interface, journals

from .erp_files import assert_every_line_is_accounted_for, holds, read_bytes, refusal, rows, saved

BOOKED = documents(7)
LEGS = [(document, leg) for document in BOOKED for leg in document.legs]
BALANCES = "oracle_fbdi_glinterface_balances.csv"


def in_journal(extract: Extract) -> list[dict[str, Any]]:
    return [r for r in rows(extract) if r["left_out_reason"] is None]


def signed(row: Mapping[str, Any]) -> Decimal:
    return Decimal((row["debit"] or 0) - (row["credit"] or 0))


# --- GL_INTERFACE ---


def interface(*lines: Mapping[int, str]) -> bytes:
    """Lines of an import by place, 10.00 EUR on the debit side unless said otherwise."""
    usual = {1: "NEW", 3: "2024/01/31", 6: "EUR", 8: "A", 9: "01", 10: "000", 39: "10.00", 46: "J1", 92: "L", 95: "END"}
    return "".join(
        ",".join((usual | dict(line)).get(place, "") for place in range(1, 96)) + "\n" for line in lines
    ).encode()


CREDIT = {39: "", 40: "10.00"}


def test_an_import_is_the_documents_in_both_currencies(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, gl_interface(BOOKED), "currency: EUR\n")
    found = [
        (r["document_number"], signed(r), r["transaction_amount"], r["transaction_currency"])
        for r in in_journal(extract)
    ]
    assert found == [(d.number, leg.company_amount, leg.amount, d.currency) for d, leg in LEGS]
    assert {(r["entity"], r["currency"]) for r in in_journal(extract)} == {(LEDGER, "EUR")}
    assert holds(extract) == []
    assert_every_line_is_accounted_for(extract, len(LEGS) + 3)


def test_budget_encumbrance_and_statistics_are_kept_apart_and_hold_nobody(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, gl_interface(BOOKED))
    assert [r["left_out_reason"] for r in rows(extract)][-3:] == ["BUDGET", "ENCUMBRANCE", "STATISTICAL"]
    assert holds(extract) == []


def test_a_red_correction_counts_on_the_other_side_and_keeps_its_sign(tmp_path: Path) -> None:
    entries = rows(read_bytes(tmp_path, interface({39: "-10.00"}, {39: "", 40: "-10.00"})))
    assert [(r["debit"], r["credit"], r["stated_amount"]) for r in entries] == [
        (None, Decimal(10), Decimal(-10)),
        (Decimal(10), None, Decimal(-10)),
    ]


def test_an_account_is_its_segments_joined_with_their_zeros(tmp_path: Path) -> None:
    (debit, credit) = rows(read_bytes(tmp_path, interface({11: "00100", 13: "0"}, CREDIT)))
    assert (debit["account_code"], credit["account_code"]) == ("01.000.00100..0", "01.000")


def test_entered_amounts_balance_within_a_currency_and_accounted_ones_in_total(tmp_path: Path) -> None:
    euros, dollars = {6: "EUR", 41: "10.00"}, {6: "USD", 39: "", 40: "10.00", 42: "10.00"}
    assert holds(read_bytes(tmp_path, interface(euros, dollars))) == [("L", "+10.00 EUR entered, -10.00 USD entered")]
    accounted = interface({41: "10.00"}, {**CREDIT, 42: "9.75"})
    assert holds(read_bytes(tmp_path, accounted, "currency: GBP\n")) == [("L", "+0.25 GBP booked")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({95: ""}, "line 1: a line must have 95 cells, the last one END, found 95, the last one ''"),
        ({3: "2024/02/30"}, "line 1: accounting date must be a day"),
        ({6: "EURO"}, "line 1: currency must be a code of three letters, or STAT, found 'EURO'"),
        ({8: "X"}, "line 1: actual flag must be A (actual), B (budget) or E (encumbrance), found 'X'"),
        ({39: "ten"}, "line 1: entered debit must be an amount"),
        ({39: ""}, "line 1: entered debit must be filled, or entered credit, found nothing"),
        ({40: "1.00"}, "line 1: entered credit must be empty where entered debit holds an amount, found '1.00'"),
        ({9: "", 10: ""}, "line 1: segment 1 must be filled, or another segment"),
        (
            {6: "STAT", 41: "5"},
            "line 1: accounted debit must be empty, and accounted credit too, for statistical units",
        ),
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_file(tmp_path: Path, wrong: dict[int, str], said: str) -> None:
    data = interface(wrong, CREDIT) if 95 not in wrong else interface(CREDIT, wrong)
    assert said.replace("line 1", "line 2" if 95 in wrong else "line 1") in refusal(tmp_path, data, "CONTROL_TOTAL")


def test_a_line_that_names_no_ledger_is_refused(tmp_path: Path) -> None:
    data = interface({92: ""}, {**CREDIT, 92: ""})
    assert "`entity: <name>` in the sidecar" in refusal(tmp_path, data, "MISSING_VALUE")


def test_the_measured_totals_of_the_saved_balances_come_out(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, saved(BALANCES))
    entries = rows(extract)
    assert len(entries) == 645
    entered: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    accounted = [Decimal(0), Decimal(0)]
    for r in entries:
        # A correction stands in the column of the other side, with its sign.
        column = int((r["credit"] is not None) != (r["stated_amount"] < 0))
        currency = r["transaction_currency"] or r["currency"]
        entered[currency][column] += r["stated_amount"]
        if r["transaction_amount"] is not None:
            amount = abs(signed(r))
            accounted[column] += -amount if r["stated_amount"] < 0 else amount
    # All from fund-admin 5, measured on the saved file.
    assert len(entered.keys() - {"STAT"}) == 13
    assert accounted == [Decimal("58600521671.03")] * 2
    assert [sum(column) for column in zip(*entered.values(), strict=True)] == [
        Decimal("63245705378.72"),
        Decimal("63253367618.72"),
    ]
    assert entered["STAT"] == [Decimal(1_850_040), Decimal(9_512_280)]
    assert all(debit == credit for currency, (debit, credit) in entered.items() if currency != "STAT")
    assert {r["left_out_reason"] for r in entries if r["currency"] == "STAT"} == {"STATISTICAL"}
    assert_every_line_is_accounted_for(extract, 645)


def test_the_four_negative_amounts_of_the_saved_balances_are_two_lines_in_two_currencies(tmp_path: Path) -> None:
    negative = [r for r in rows(read_bytes(tmp_path, saved(BALANCES))) if r["stated_amount"] < 0]
    assert sorted((r["debit"], r["transaction_amount"]) for r in negative) == [
        (Decimal("1.39"), Decimal("1.39")),
        (Decimal("5.99"), Decimal("5.99")),
    ]


def test_the_saved_balances_hold_each_of_their_two_ledgers_by_what_the_other_one_has(tmp_path: Path) -> None:
    data = saved(BALANCES)
    by_ledger: dict[str, Decimal] = defaultdict(Decimal)
    for cells in csv.reader(io.StringIO(data.decode())):
        by_ledger[cells[91]] += Decimal(cells[40] or 0) - Decimal(cells[41] or 0)
    assert sum(by_ledger.values()) == 0
    # The file balances over both ledgers only; a journal must balance in its own ledger (G-2).
    found = holds(read_bytes(tmp_path, data))
    assert found == [(ledger, f"{total:+,} booked, {total:+,} USD entered") for ledger, total in by_ledger.items()]


def test_the_saved_journal_balances_without_accounted_amounts(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, saved("oracle_fbdi_glinterface_journal.csv"))
    assert [(signed(r), r["currency"], r["account_code"]) for r in rows(extract)] == [
        (Decimal(100), "INR", "20100.00000.10011102.00000.00000"),
        (Decimal(-100), "INR", "20100.00000.10011106.00000.00000"),
    ]
    assert holds(extract) == []


# --- GL_JE_HEADERS and GL_JE_LINES ---


def test_an_extract_of_journals_is_the_documents(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, journals(BOOKED), "currency: EUR\n")
    posted = [r for r in rows(extract) if r["status"] == "POSTED"]
    found = [
        (r["journal_id"], r["posting_date"], r["account_code"], signed(r), r["transaction_amount"]) for r in posted
    ]
    assert found == [(d.number, d.posting_date, f"01.000.{g.account}", g.company_amount, g.amount) for d, g in LEGS]
    assert holds(extract) == []
    assert_every_line_is_accounted_for(extract, len(LEGS) + len(BOOKED[-1].legs))


def test_a_journal_that_is_not_posted_is_a_draft(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, journals(BOOKED))
    assert {r["journal_id"] for r in rows(extract) if r["status"] == "DRAFT"} == {"999"}
    (report,) = rows(extract, "gl_reports")
    assert report["debit_total"] == sum(g.company_amount for _, g in LEGS if g.company_amount > 0)


def test_names_of_periods_are_kept_and_not_read_as_days(tmp_path: Path) -> None:
    periods = {r["fiscal_period"] for r in rows(read_bytes(tmp_path, journals(BOOKED)))}
    assert "ADJ-24" in periods
    assert all(period is not None for period in periods)


LINES = "je_header_id,je_line_num,ledger_id,effective_date,code_combination_id,entered_dr,entered_cr,accounted_dr,accounted_cr\n"
HEADERS = "je_header_id,ledger_id,ledger_name,period_name,currency_code,actual_flag,status,name,je_category\n"


def test_headers_and_lines_in_two_files_are_two_tables(tmp_path: Path) -> None:
    lines = rows(
        read_bytes(
            tmp_path, (LINES + "7,1,1,31-Dec-08,5001,,10.00,,8.00\n7,2,1,2008-12-31,5002,10.00,,8.00,\n").encode()
        ),
        "gl_oracle_lines",
    )
    assert [(r["entered_amount"], r["accounted_amount"], r["posting_date"].isoformat()) for r in lines] == [
        (Decimal(-10), Decimal(-8), "2008-12-31"),
        (Decimal(10), Decimal(8), "2008-12-31"),
    ]
    headers = (
        HEADERS
        + "7,1,L,Dez-08,USD,A,P,Call,Capital\n8,1,L,Dez-08,STAT,A,U,Units,Other\n9,1,L,Dez-08,USD,B,P,Plan,Other\n"
    )
    found = rows(read_bytes(tmp_path, headers.encode()), "gl_oracle_headers")
    assert [(h["entity"], h["fiscal_period"], h["status"], h["left_out_reason"]) for h in found] == [
        ("L", "Dez-08", "POSTED", None),
        ("L", "Dez-08", "DRAFT", "STATISTICAL"),
        ("L", "Dez-08", "POSTED", "BUDGET"),
    ]


def test_lines_alone_prove_their_accounted_amounts(tmp_path: Path) -> None:
    data = LINES + "7,1,1,2008-12-31,5001,,10.00,,8.00\n7,2,1,2008-12-31,5002,10.00,,8.01,\n"
    assert holds(read_bytes(tmp_path, data.encode())) == [("1", "+0.01 booked")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31-DEC-08", "2008-12-31"),
        ("31-dez-2008", "2008-12-31"),
        ("31-déc.-08", "2008-12-31"),
        ("01-JAN-49", "2049-01-01"),
        ("01-JAN-50", "1950-01-01"),
        ("2008-12-31T00:00:00", "2008-12-31"),
    ],
)
def test_days_are_read_in_every_listed_language(tmp_path: Path, text: str, day: str) -> None:
    data = LINES + f"7,1,1,{text},5001,,1.00,,1.00\n7,2,1,{text},5002,1.00,,1.00,\n"
    lines = rows(read_bytes(tmp_path, data.encode()), "gl_oracle_lines")
    assert {r["posting_date"].isoformat() for r in lines} == {day}


@pytest.mark.parametrize("text", ["31-XYZ-08", "31/12/2008", "31-FEB-08", "2008-13-01", "20081231"])
def test_other_days_refuse_the_file(tmp_path: Path, text: str) -> None:
    data = LINES + f"7,1,1,{text},5001,,1.00,,1.00\n"
    assert "line 2: effective_date must be a day as" in refusal(tmp_path, data.encode(), "CONTROL_TOTAL")


def test_a_month_has_one_number_in_all_languages_that_share_its_name() -> None:
    assert month_numbers()["mar"] == 3
    assert set(month_numbers().values()) == set(range(1, 13))
