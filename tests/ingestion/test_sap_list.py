"""Lists of line items of SAP become the canonical journal, and each subtotal they state is proved. Source: fund-admin 5, row FBL3N."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.extract import FileRejected
from ingestion.ledger.sap_list_forms import find_decimal_mark, read_list_amount, read_list_day
from ingestion.samples.ledgers.documents import documents
from ingestion.samples.ledgers.sap import fbl3n

from .erp_files import assert_every_line_is_accounted_for, holds, read_bytes, refusal, rows

BOOKED = documents(7)
LEGS = [(document, leg) for document in BOOKED for leg in document.legs]
ACCOUNTS = {leg.account for _, leg in LEGS}
HEADER = "G/L Account\tDocument Number\tPosting Date\tPosting Key\tAmount in local currency\tLocal Currency\n"
DEBIT = "0000113100\t100\t31.01.2024\t40\t1.250,50\tEUR\n"
CREDIT = "0000310000\t100\t31.01.2024\t50\t1.250,50-\tEUR\n"
TOTAL = "**\t\t\t\t0,00\tEUR\n"


def listed(*lines: str, preamble: str = "Company Code\t1000\n") -> bytes:
    return (preamble + HEADER + "".join(lines)).encode()


@pytest.mark.parametrize("has_bars", [False, True])
def test_items_are_the_documents_in_the_companys_currency(tmp_path: Path, has_bars: bool) -> None:
    extract = read_bytes(tmp_path, fbl3n(BOOKED, has_bars=has_bars))
    found = sorted((r["journal_id"], r["account_code"], (r["debit"] or 0) - (r["credit"] or 0)) for r in rows(extract))
    assert found == sorted((d.journal_id, leg.account, leg.company_amount) for d, leg in LEGS)
    assert {(r["entity"], r["currency"]) for r in rows(extract)} == {("1000", "EUR")}
    assert holds(extract) == []
    # Each account has a subtotal and all have a total; between bars two rules stand below the header.
    assert_every_line_is_accounted_for(extract, len(LEGS) + len(ACCOUNTS) + 1 + 2 * has_bars)


def test_subtotals_prove_the_items_and_are_none(tmp_path: Path) -> None:
    lines = (DEBIT, "*\t\t\t\t1.250,50\tEUR\n", CREDIT, "*\t\t\t\t1.250,50-\tEUR\n", TOTAL)
    assert len(rows(read_bytes(tmp_path, listed(*lines)))) == 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            (DEBIT, "*\t\t\t\t1.250,00\tEUR\n", CREDIT, "*\t\t\t\t1.250,50-\tEUR\n", TOTAL),
            "line 4: Amount in local currency must be 1,250.50 EUR, the sum of the items above *, found '1.250,00'",
        ),
        ((DEBIT, TOTAL), "line 4: Amount in local currency must be 1,250.50 EUR, the sum of the items above **"),
        (
            (DEBIT, "*\t\t\t\t1.250,50\tEUR\n", CREDIT),
            "line 5: a subtotal * of -1,250.50 EUR must follow the last items, found the end",
        ),
        (
            (DEBIT.replace("1.250,50", "1.250,50-"), CREDIT),
            "must be a debit, as posting key 40 says, found '1.250,50-'",
        ),
        ((DEBIT.replace("31.01.2024", "31.02.2024"), CREDIT), "line 3: Posting Date must be a day such as 31.12.2024"),
        ((DEBIT.replace("1.250,50", "12.50,50"), CREDIT), "line 3: Amount in local currency must be an amount such as"),
        ((DEBIT.replace("1.250,50", "1,250.50"), CREDIT), "amounts must have one decimal mark throughout"),
        (
            (DEBIT.rstrip("\n") + "\tmore\n", CREDIT),
            "line 3: a row must have at most 6 cells, as the header has, found 7",
        ),
        ((DEBIT.replace("100\t", "\t"), CREDIT), "line 3: Document Number must be filled"),
    ],
)
def test_a_list_that_does_not_bear_itself_out_is_refused_naming_the_line(
    tmp_path: Path, lines: tuple[str, ...], said: str
) -> None:
    assert said in refusal(tmp_path, listed(*lines), "CONTROL_TOTAL")


def test_a_subtotal_is_of_one_currency(tmp_path: Path) -> None:
    other = [text.replace("EUR", "USD").replace("1.250,50", "7,25") for text in (DEBIT, CREDIT)]
    totals = ("**\t\t\t\t0,00\tEUR\n", "**\t\t\t\t0,00\tUSD\n")
    assert len(rows(read_bytes(tmp_path, listed(DEBIT, *other, CREDIT, *totals)))) == 4


def test_a_list_of_one_account_is_loaded_and_holds_its_company(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, listed(DEBIT))
    assert holds(extract) == [("1000", "+1,250.50 EUR booked")]
    assert_every_line_is_accounted_for(extract, 1)


def test_headings_of_further_pages_are_no_items(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, listed(DEBIT, HEADER, "\n", CREDIT))
    assert len(rows(extract)) == 2
    assert_every_line_is_accounted_for(extract, 4)


def test_a_list_without_a_company_is_refused_unless_one_is_declared(tmp_path: Path) -> None:
    data = listed(DEBIT, CREDIT, preamble="")
    assert "`entity: <name>` in the sidecar" in refusal(tmp_path, data, "MISSING_VALUE")
    assert {r["entity"] for r in rows(read_bytes(tmp_path, data, "entity: Alder Fund III LP\n"))} == {
        "Alder Fund III LP"
    }


def test_an_unclear_decimal_mark_is_refused_unless_it_is_declared(tmp_path: Path) -> None:
    unclear = [text.replace("1.250,50", "1.250") for text in (DEBIT, CREDIT)]
    message = refusal(tmp_path, listed(*unclear), "MISSING_VALUE")
    assert "found only such as '1.250'" in message
    assert "`decimal_mark: comma` or `decimal_mark: point` in the sidecar gl.csv.feed.yaml" in message
    debits = {
        mark: [
            r["debit"] for r in rows(read_bytes(tmp_path, listed(*unclear), f"decimal_mark: {mark}\n")) if r["debit"]
        ]
        for mark in ("comma", "point")
    }
    assert debits == {"comma": [Decimal(1250)], "point": [Decimal("1.25")]}


def test_a_decimal_mark_that_the_amounts_contradict_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, listed(DEBIT, CREDIT), "CONTROL_TOTAL", "decimal_mark: point\n")
    assert "amounts must have the decimal point that is declared, found '1.250,50'" in message


# --- forms of a profile ---


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1.234", "5,00-"], ","),
        (["1,234", "5.0"], "."),
        (["1.234.567"], ","),
        (["1,234,567-"], "."),
        (["1 234,567"], ","),
        (["100", "20-"], "."),
        (["1234,567"], ","),
    ],
)
def test_the_amounts_of_the_whole_file_tell_the_decimal_mark(texts: list[str], mark: str) -> None:
    assert find_decimal_mark(texts, "gl.txt", None) == mark


def test_amounts_that_tell_nothing_are_refused() -> None:
    with pytest.raises(FileRejected) as caught:
        find_decimal_mark(["1.234", "12,345"], "gl.txt", None)
    assert caught.value.code == "MISSING_VALUE"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234.567,89", "1234567.89"),
        ("1.234,56-", "-1234.56"),
        ("-1.234,56", "-1234.56"),
        ("1 234,5", "1234.5"),
        ("0,00", "0"),
        ("1234", "1234"),
    ],
)
def test_amounts_are_read_with_a_comma_and_either_minus(text: str, amount: str) -> None:
    assert read_list_amount(text, ",") == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "-1,00-", "12.34,5", "1.234 567,00", "1,23456", "EUR 1,00", "1,", "(1,00)"]
)
def test_other_texts_are_no_amounts(text: str) -> None:
    assert read_list_amount(text, ",") is None


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from([",", "."]))
def test_an_amount_comes_back_from_its_list_form(amount: Decimal, mark: str) -> None:
    text = f"{abs(amount):,.2f}" + ("-" if amount < 0 else "")
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert read_list_amount(text, "," if mark == "," else ".") == amount
    assert find_decimal_mark([text], "gl.txt", None) == mark


@pytest.mark.parametrize("text", ["31.01.2024", "01/31/2024", "01-31-2024", "2024.01.31", "2024/01/31", "2024-01-31"])
def test_each_form_of_a_day_has_separators_of_its_own(text: str) -> None:
    day = read_list_day(text)
    assert day is not None
    assert day.isoformat() == "2024-01-31"


@pytest.mark.parametrize("text", ["31/01/2024", "30.02.2024", "31.1.2024", "01.01.0024", "20240131"])
def test_other_texts_are_no_days(text: str) -> None:
    assert read_list_day(text) is None
