"""The General Ledger report of QuickBooks Online becomes the canonical journal, and each total it states is proved.

Source: fund-admin 5 (layout, natural signs), 1.10 (G-2 debits equal credits); input-contracts 1.4 (CONTROL_TOTAL).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.extract import Extract, FileRejected
from ingestion.feeds import Feed
from ingestion.inbox import scan
from ingestion.ledger.accounts import account_types, find_sides, split_label, type_of
from ingestion.ledger.quickbooks_preamble import read_period
from ingestion.ledger.quickbooks_report import read_general_ledger_report
from ingestion.ledger.quickbooks_rows import read_amount
from ingestion.read import FeedDefaults, read_file

from .quickbooks_builder import HEADER, capital_call, entry, heading, opening, report, section, total


def read(data: bytes) -> Extract:
    return read_general_ledger_report(data.decode("utf-8-sig").replace("\r\n", "\n"), "gl.csv")


def rows(extract: Extract, table: str = "gl_entries") -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return records


def balances(extract: Extract) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    return {
        row["account_code"]: (row["opening_balance"], row["activity"], row["closing_balance"])
        for row in rows(extract, "gl_report_balances")
    }


def refusal(data: bytes) -> str:
    with pytest.raises(FileRejected) as caught:
        read(data)
    assert caught.value.code == "CONTROL_TOTAL"
    assert caught.value.message.endswith("(CONTROL_TOTAL)")
    return caught.value.message


def from_inbox(tmp_path: Path, data: bytes) -> tuple[Feed, Extract]:
    (tmp_path / "gl.csv").write_bytes(data)
    (file,) = scan(tmp_path, settle_seconds=0, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).files
    return read_file(file, loaded_at=dt.datetime(2026, 3, 2), defaults=FeedDefaults())


# --- the journal ---


def test_a_line_is_a_debit_or_a_credit_by_the_type_of_its_account() -> None:
    cash, capital = rows(read(report(*capital_call())))
    assert (cash["account_code"], cash["account_type"], cash["debit"], cash["credit"]) == ("1000", "ASSET", 1000, None)
    assert (capital["account_type"], capital["debit"], capital["credit"]) == ("EQUITY", None, 1000)
    assert (cash["stated_amount"], capital["stated_amount"]) == (1000, 1000)


def test_a_line_keeps_what_the_report_says_of_it() -> None:
    cash, _ = rows(read(report(*capital_call())))
    assert (cash["gl_system"], cash["entity"]) == ("QUICKBOOKS", "Alder Fund III LP")
    assert (cash["journal_id"], cash["line_id"]) == ("JOURNAL_ENTRY:2024-01-15:7", "1")
    assert (cash["posting_date"], cash["account_name"]) == (dt.date(2024, 1, 15), "Cash")
    assert (cash["memo"], cash["counterparty"], cash["document_number"]) == ("call 1", "Investor A", "7")
    assert (cash["split_account"], cash["transaction_type"], cash["_row"]) == ("-Split-", "Journal Entry", 8)
    assert cash["currency"] is None  # the report states none


def test_contra_amounts_and_decreases_stand_on_the_other_side() -> None:
    paid = [
        section("1000 Cash", entry("02/01/2024", "9", "-80.00"), amount="(80.00)"),
        section("6000 Audit fees", entry("02/01/2024", "9", "100.00"), amount="$100.00"),
        section("4000 Fee income", entry("02/01/2024", "9", "20.00"), amount="20.00"),
    ]
    found = [(row["account_type"], row["debit"], row["credit"]) for row in rows(read(report(*paid)))]
    assert found == [("ASSET", None, 80), ("EXPENSE", 100, None), ("REVENUE", None, 20)]


def test_balances_are_positive_on_the_debit_side() -> None:
    assert balances(read(report(*capital_call()))) == {"1000": (500, 1000, 1500), "3000": (0, -1000, -1000)}


def test_the_report_states_its_entity_its_period_and_its_control_totals() -> None:
    (row,) = rows(read(report(*capital_call())), "gl_reports")
    assert (row["period_start"], row["period_end"]) == (dt.date(2024, 1, 1), dt.date(2024, 3, 31))
    assert (row["accounting_basis"], row["report_name"]) == ("ACCRUAL", "General Ledger")
    assert (row["account_count"], row["entry_count"], row["debit_total"], row["credit_total"]) == (2, 2, 1000, 1000)


def test_every_line_of_the_report_is_accounted_for() -> None:
    counts = {count.table_name: count for count in read(report(*capital_call())).row_counts}
    entries = counts["gl_entries"]
    assert (entries.rows_in_range, entries.rows_staged, entries.rows_comment, entries.rows_blank) == (10, 2, 7, 1)
    for count in counts.values():
        gone = count.rows_staged + count.rows_quarantined + count.rows_comment + count.rows_blank
        assert count.rows_in_range == gone


@pytest.mark.parametrize("under", ["Date", "Memo/Description"])
def test_the_beginning_balance_is_found_under_date_or_memo(under: str) -> None:
    cash = [heading("1000 Cash"), opening("$(12.50)", under=under), total("1000 Cash", "0.00")]
    assert balances(read(report(cash)))["1000"] == (Decimal("-12.50"), 0, Decimal("-12.50"))


def test_a_posting_whose_memo_speaks_of_a_beginning_balance_is_a_posting() -> None:
    cash = section("1000 Cash", entry("01/15/2024", "7", "1.00", memo="Beginning Balance"), amount="1.00")
    assert balances(read(report(cash, section("3000 C", entry("01/15/2024", "7", "1.00"), amount="1.00")))) == {
        "1000": (0, 1, 1),
        "3000": (0, -1, -1),
    }


def test_an_account_without_a_number_is_known_by_its_full_name() -> None:
    nested = [
        heading("Cash"),
        *section("Operating", entry("01/02/2024", "1", "5.00"), amount="5.00"),
        total("Cash", "5.00", words=" with sub-accounts"),
        *section("Partners' Capital", entry("01/02/2024", "1", "5.00"), amount="5.00"),
    ]
    assert list(balances(read(report(nested)))) == ["Cash", "Cash:Operating", "Partners' Capital"]


def test_a_sub_account_has_the_type_of_what_it_stands_under_and_totals_include_it() -> None:
    own_total_first = [
        heading("1000 Cash"),
        entry("01/02/2024", "1", "2.00"),
        total("1000 Cash", "2.00"),
        *section("Reserve", entry("01/02/2024", "1", "3.00"), amount="3.00"),
        total("1000 Cash", "5.00", words=" with sub-accounts"),
    ]
    own_total_last = [
        heading("1000 Cash"),
        entry("01/02/2024", "1", "2.00"),
        *section("Reserve", entry("01/02/2024", "1", "3.00"), amount="3.00"),
        total("1000 Cash", "5.00"),
    ]
    capital = section("3000 Capital", entry("01/02/2024", "1", "5.00"), amount="5.00")
    for cash in (own_total_first, own_total_last):
        found = rows(read(report(cash, capital)))
        assert [row["account_type"] for row in found] == ["ASSET", "ASSET", "EQUITY"]
        assert [row["debit"] for row in found] == [2, 3, None]


def test_an_account_of_no_known_type_takes_the_side_on_which_its_journal_balances() -> None:
    unknown = [
        section("1000 Cash", entry("01/02/2024", "1", "-40.00"), amount="-40.00"),
        section("Portfolio monitoring", entry("01/02/2024", "1", "40.00"), amount="40.00"),
    ]
    assert [(row["account_type"], row["debit"]) for row in rows(read(report(*unknown)))] == [
        ("ASSET", None),
        (None, 40),
    ]


# --- control totals ---


def altered(**changes: Any) -> bytes:
    """The capital call with one thing changed, by name of what is changed."""
    cash, capital = capital_call()
    cash[1] = changes.get("opening", cash[1])
    cash[2] = changes.get("line", cash[2])
    cash[3] = changes.get("total", cash[3])
    return report(cash, capital)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (altered(total=total("1000 Cash", "1,001.00")), ("line 9:", "'1000 Cash'", "lines 6 to 8", "1,001.00")),
        (altered(total=total("1000 Cash", "", "1,499.00")), ("closing balance", "'1000 Cash'", "1,500.00", "1,499.00")),
        (altered(total=total("1000 Cash", "")), ("line 9:", "'1000 Cash'", "found nothing")),
        (
            altered(line=entry("01/15/2024", "7", "1000", balance="1,400.00")),
            ("line 8:", "'1000 Cash'", "1,500.00", "1,400.00"),
        ),
        (altered(line=entry("01/15/2024", "8", "1000")), ("'JOURNAL_ENTRY:2024-01-15:8'", "line 8 '1000 Cash'")),
        (altered(line=entry("15/01/2024", "7", "1000")), ("line 8:", "'1000 Cash'", "MM/DD/YYYY", "'15/01/2024'")),
        (altered(line=entry("04/01/2024", "7", "1000")), ("line 8:", "'1000 Cash'", "2024-03-31", "2024-04-01")),
        (altered(line=entry("01/15/2024", "7", "1,00.0")), ("line 8:", "'1000 Cash'", "'1,00.0'")),
        (altered(line=entry("01/15/2024", "7", "")), ("line 8:", "amount of account '1000 Cash'", "''")),
        (altered(total=total("1010 Cash", "1,000.00")), ("line 9:", "'1000 Cash'", "'1010 Cash'")),
        (altered(opening=opening("soon")), ("line 7:", "balance of account '1000 Cash'", "'soon'")),
        (report(*capital_call(), last=()), ("TOTAL", "found none")),
        (report(capital_call()[0][:3], last=()), ("TOTAL", "'1000 Cash'", "lines 6 to 8")),
        (report(capital_call()[0][:3]), ("'1000 Cash'", "closed by its total")),
        (report(*capital_call(), last=[["TOTAL", *[""] * 6, "7.00", ""]]), ("amount of TOTAL", "'7.00'")),
        (report(*capital_call(), last=[["TOTAL"], entry("01/15/2024", "7", "1.00")]), ("below TOTAL",)),
        (report([entry("01/15/2024", "7", "1.00")]), ("line 6:", "below the heading of its account")),
        (report(*capital_call(), capital_call()[1]), ('"3000 Partners\' Capital"', "lines 10 and 13")),
        (report([heading("1000 Cash"), [*entry("01/15/2024", "7", "1.00"), "x"]]), ("line 7:", "9 cells", "10")),
        (report(section("Suspense", entry("01/15/2024", "7", "1.00"), amount="1.00")), ("'Suspense'", "lines 6 to 7")),
    ],
)
def test_a_ledger_whose_totals_cannot_be_proved_is_refused_naming_account_and_lines(
    data: bytes, named: tuple[str, ...]
) -> None:
    message = refusal(data)
    for part in named:
        assert part in message, message


def test_a_balanced_report_with_an_unbalanced_journal_is_refused() -> None:
    """Totals over all journals agree, 10.00 both sides; journal 1 has a debit only and journal 2 a credit only."""
    swapped = [
        section("1000 Cash", entry("01/02/2024", "1", "10.00"), amount="10.00"),
        section("3000 Capital", entry("01/02/2024", "2", "10.00"), amount="10.00"),
    ]
    assert "journal 'JOURNAL_ENTRY:2024-01-02:1'" in refusal(report(*swapped))


def test_a_report_of_no_company_is_refused() -> None:
    with pytest.raises(FileRejected) as caught:
        read(report(*capital_call(), preamble=["General Ledger"]))
    assert caught.value.code == "MISSING_VALUE"


@given(
    amounts=st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=2), min_size=1, max_size=12),
    first=st.decimals(min_value=-(10**12), max_value=10**12, places=2),
)
def test_debits_equal_credits_and_balances_move_by_the_lines(amounts: list[Decimal], first: Decimal) -> None:
    lines = [entry("01/02/2024", str(n), f"{amount:,}") for n, amount in enumerate(amounts)]
    activity = sum(amounts, Decimal(0))
    cash = [heading("1000 Cash"), opening(f"{first:,}"), *lines, total("1000 Cash", f"{activity:,}")]
    extract = read(report(cash, section("3000 Capital", *lines, amount=f"{activity:,}")))
    entries = rows(extract)
    assert sum(row["debit"] or 0 for row in entries) == sum(row["credit"] or 0 for row in entries)
    assert all((row["debit"] is None) != (row["credit"] is None) for row in entries)
    assert all((row["debit"] or 0) >= 0 and (row["credit"] or 0) >= 0 for row in entries)
    assert balances(extract) == {"1000": (first, activity, first + activity), "3000": (0, -activity, -activity)}


# --- the file ---


def test_a_report_is_recognised_by_its_header_and_dated_by_its_greatest_posting_date(tmp_path: Path) -> None:
    feed, extract = from_inbox(tmp_path, report(*capital_call()))
    assert (feed.kind, feed.mode, feed.as_of) == ("ledger_quickbooks", "full", dt.date(2024, 1, 15))
    assert len(rows(extract)) == 2


def test_columns_may_stand_in_any_order_and_others_are_noted_and_not_read() -> None:
    cash, capital = capital_call()
    moved = [[*row, *[""] * (len(HEADER) - len(row))] for row in (*cash, *capital)]
    turned = [[row[0], *reversed(row[1:]), "Fund III"] for row in moved]
    extract = read(report(turned, header=["", *reversed(HEADER[1:]), "Class"]))
    assert rows(extract)[0]["debit"] == 1000
    assert [(finding.code, finding.column) for finding in extract.findings] == [("EXTRA_COLUMN", "J")]


def test_a_report_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    data = report(*capital_call()).decode("utf-8-sig").replace("call 1", "café").encode("cp1252")
    with pytest.raises(FileRejected) as caught:
        from_inbox(tmp_path, data)
    assert caught.value.code == "BAD_ENCODING"


# --- parts ---


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.00", "1"),
        ("-1.00", "-1"),
        ("(1.00)", "-1"),
        ("$(1.00)", "-1"),
        ("($1.00)", "-1"),
        ("-$1,234.50", "-1234.50"),
        ("$1,234,567.89", "1234567.89"),
        (".5", "0.5"),
        ("12345.6789", "12345.6789"),
    ],
)
def test_amounts_are_read_in_every_published_form(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "1,00", "(1.00", "1.00)", "--1", "-(1.00)", "1.23456", "1e3", "NaN", "1.00-", "$$1"]
)
def test_other_texts_are_no_amounts(text: str) -> None:
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("January 1 - March 31, 2024", (2024, 1, 1), (2024, 3, 31)),
        ("January 1-31, 2024", (2024, 1, 1), (2024, 1, 31)),
        ("January - March, 2024", (2024, 1, 1), (2024, 3, 31)),
        ("December 15, 2023 - January 14, 2024", (2023, 12, 15), (2024, 1, 14)),
        ("February 2024", (2024, 2, 1), (2024, 2, 29)),
        ("01/01/2024 - 03/31/2024", (2024, 1, 1), (2024, 3, 31)),
        ("Oct 1 - Dec 31, 2024", (2024, 10, 1), (2024, 12, 31)),
    ],
)
def test_a_period_is_read_from_its_words(text: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert read_period(text) == (dt.date(*first), dt.date(*last))


@pytest.mark.parametrize(
    "text", ["All Dates", "", "2024", "March 31 - January 1, 2024", "February 30, 2024", "Q1 2024"]
)
def test_words_that_name_no_days_give_no_period(text: str) -> None:
    assert read_period(text) == (None, None)


@pytest.mark.parametrize(
    ("label", "code", "name"),
    [
        ("1010 Operating", "1010", "Operating"),
        ("1010 · Operating", "1010", "Operating"),
        ("1010-20 Operating", "1010-20", "Operating"),
        ("401k Payable", None, "401k Payable"),
        ("Cash", None, "Cash"),
    ],
)
def test_number_and_name_of_an_account_are_told_apart(label: str, code: str | None, name: str) -> None:
    assert split_label(label) == (code, name)


def test_the_nearest_account_that_tells_a_type_decides_and_others_tell_none() -> None:
    assert type_of(["1000 Cash", "Reserve"]) == "ASSET"
    assert type_of(["Suspense"]) is None
    assert type_of(["7000 Other"]) is None
    assert type_of(["3000 Cash"]) == "EQUITY"  # the number before the name
    assert type_of(["7000 Cash"]) == "ASSET"


def test_no_number_and_no_name_tells_two_types() -> None:
    terms = account_types().values()
    digits = [digit for term in terms for digit in term.first_digits]
    names = [name.casefold() for term in terms for name in term.names]
    assert len(set(digits)) == len(digits)
    assert len(set(names)) == len(names)


def test_sides_follow_from_journals_one_account_after_the_other() -> None:
    ten = Decimal(10)
    journals = [[("b", ten), ("c", ten)], [("a", ten), ("b", ten)], [("d", ten), ("e", ten)]]
    types = {"a": "ASSET", "b": None, "c": None, "d": None, "e": None}
    assert find_sides(types, journals) == {"a": 1, "b": -1, "c": 1}
