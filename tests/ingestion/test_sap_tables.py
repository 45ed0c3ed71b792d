"""Tables of SAP become documents or the canonical journal, each amount in units of its currency.

Source: fund-admin 5 (rows BKPF/BSEG, ACDOCA and FAGLFLEXA), 1.10 (G-2).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.ledger.table_rows import read_number
from ingestion.samples.ledgers.documents import Document, documents
from ingestion.samples.ledgers.sap import acdoca, bkpf, bseg

from .erp_files import assert_every_line_is_accounted_for, holds, read_bytes, refusal, rows, saved

BOOKED = documents(7)
LEGS = [(document, leg) for document in BOOKED for leg in document.legs]
UNIVERSAL = "RLDNR,RBUKRS,GJAHR,BELNR,DOCLN,RACCT,BUDAT,POPER,DRCRK,WSL,RWCUR,HSL,RHCUR\n"


def line(**cells: str) -> str:
    """A line of UNIVERSAL: 10 USD on the debit side, 8 EUR, unless said otherwise."""
    usual = {
        "RLDNR": "0L",
        "RBUKRS": "1000",
        "GJAHR": "2024",
        "BELNR": "0100000001",
        "DOCLN": "000001",
        "RACCT": "0000113100",
        "BUDAT": "20240131",
        "POPER": "001",
        "DRCRK": "S",
        "WSL": "10.00",
        "RWCUR": "USD",
        "HSL": "8.00",
        "RHCUR": "EUR",
    }
    return ",".join((usual | cells).values()) + "\n"


def universal(*lines: str) -> bytes:
    return (UNIVERSAL + "".join(lines)).encode()


def credit(**cells: str) -> str:
    return line(**{"DOCLN": "000002", "DRCRK": "H", "WSL": "-10.00", "HSL": "-8.00", **cells})


# --- line items of several ledgers ---


def test_line_items_are_the_documents_in_both_currencies(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, acdoca(BOOKED))
    found = [
        (r["journal_id"], r["account_code"], (r["debit"] or 0) - (r["credit"] or 0), r["transaction_amount"])
        for r in rows(extract)
        if r["ledger"] == "0L"
    ]
    assert found == [(d.journal_id, leg.account, leg.company_amount, leg.amount) for d, leg in LEGS]
    assert {r["currency"] for r in rows(extract)} == {"EUR"}
    assert {r["transaction_currency"] for r in rows(extract)} == {"EUR", "JPY", "KWD", "USD"}
    assert holds(extract) == []
    assert_every_line_is_accounted_for(extract, 2 * len(LEGS))


def test_lines_of_other_ledgers_are_kept_apart_from_the_journal(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, acdoca(BOOKED))
    assert {(r["ledger"], r["left_out_reason"]) for r in rows(extract)} == {("0L", None), ("2L", "OTHER_LEDGER")}
    (report,) = rows(extract, "gl_reports")
    assert report["debit_total"] == sum(leg.company_amount for _, leg in LEGS if leg.company_amount > 0)


def test_another_ledger_is_the_journal_where_it_is_declared(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, acdoca(BOOKED), "ledger: 2l\n")
    assert {(r["ledger"], r["left_out_reason"]) for r in rows(extract)} == {("2L", None), ("0L", "OTHER_LEDGER")}


def test_a_file_without_the_leading_ledger_is_refused_saying_how_to_declare_one(tmp_path: Path) -> None:
    message = refusal(tmp_path, acdoca(BOOKED, ("2L", "3L")), "MISSING_VALUE")
    assert "found 2L, 3L only" in message
    assert "`ledger: <rldnr>` in the sidecar gl.csv.feed.yaml" in message


def test_adjusting_periods_and_reversals_are_kept(tmp_path: Path) -> None:
    entries = [r for r in rows(read_bytes(tmp_path, acdoca(BOOKED))) if r["ledger"] == "0L"]
    assert {"013", "016"} <= {r["fiscal_period"] for r in entries}
    assert {r["journal_id"] for r in entries if r["status"] == "REVERSED"} == {BOOKED[0].journal_id}


@pytest.mark.parametrize(
    ("currency", "stored", "amount"),
    [("JPY", "10.00", "1000"), ("KWD", "1234.56", "123.456"), ("USD", "10.00", "10"), ("ITL", "10.00", "1000")],
)
def test_amounts_are_stored_with_two_decimals_whatever_their_currency_has(
    tmp_path: Path, currency: str, stored: str, amount: str
) -> None:
    extract = read_bytes(
        tmp_path, universal(line(RWCUR=currency, WSL=stored), credit(RWCUR=currency, WSL=f"{stored}-"))
    )
    assert [r["transaction_amount"] for r in rows(extract)] == [Decimal(amount), -Decimal(amount)]


def test_lower_case_codes_and_lost_zeros_are_the_same_document(tmp_path: Path) -> None:
    data = universal(line(RLDNR="0l", RWCUR="usd", DRCRK="s"), credit(BELNR="100000001", DRCRK="h"))
    assert [(r["journal_id"], r["transaction_currency"]) for r in rows(read_bytes(tmp_path, data))] == [
        ("2024:0100000001", "USD")
    ] * 2


def test_zeros_in_front_of_an_account_are_kept(tmp_path: Path) -> None:
    data = universal(line(RACCT="0000113100"), credit(RACCT="113100"))
    assert [r["account_code"] for r in rows(read_bytes(tmp_path, data))] == ["0000113100", "113100"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"DRCRK": "H"}, "line 2: wsl must be a credit of 0 or less, as drcrk 'H' says, found '10.00'"),
        ({"DRCRK": "X"}, "line 2: drcrk must be S (debit) or H (credit), found 'X'"),
        ({"HSL": "8.00-"}, "line 2: hsl must be a debit of 0 or more, as drcrk 'S' says, found '8.00-'"),
        ({"WSL": "ten"}, "line 2: wsl must be an amount"),
        ({"WSL": ""}, "line 2: wsl must be filled, found nothing"),
        ({"BUDAT": "00000000"}, "line 2: budat must be a day as YYYYMMDD, found '00000000'"),
        ({"BUDAT": "20240230"}, "line 2: budat must be a day as YYYYMMDD, found '20240230'"),
        ({"POPER": "017"}, "line 2: poper must be a posting period of 000 to 016, found '017'"),
        ({"GJAHR": "24"}, "line 2: gjahr must be a fiscal year of four digits, found '24'"),
        ({"RWCUR": "QQQ"}, "line 2: rwcur must be a currency whose decimals are known, found 'QQQ'"),
        ({"RACCT": ""}, "line 2: racct must be filled, found nothing"),
        ({"DOCLN": "000002"}, "line '000002' of journal '2024:0100000001' of '1000' must stand once"),
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_file_naming_line_and_column(
    tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    assert said in refusal(tmp_path, universal(line(**wrong), credit()), "CONTROL_TOTAL")


def test_an_unbalanced_document_holds_its_company_and_every_line_is_loaded(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, universal(line(), credit(WSL="-9.00", HSL="-7.25")))
    # 8.00 - 7.25 and 10.00 - 9.00
    assert holds(extract) == [("1000", "+0.75 EUR booked, +1.00 USD entered")]
    assert "ledger entity '1000', period 2024-01" in extract.findings[0].message
    assert "journal '2024:0100000001' 8.00 against 7.25 EUR booked" in extract.findings[0].message
    assert_every_line_is_accounted_for(extract, 2)


def test_lines_whose_source_deleted_them_are_counted_and_not_loaded(tmp_path: Path) -> None:
    header, first, second = (UNIVERSAL + line() + credit()).splitlines()
    data = f"{header},_fivetran_deleted\n{first},false\n{second},false\n{second},true\n".encode()
    extract = read_bytes(tmp_path, data)
    assert len(rows(extract)) == 2
    assert_every_line_is_accounted_for(extract, 3)


def test_without_the_companys_currency_the_transactions_is_kept_and_said(tmp_path: Path) -> None:
    data = saved("sap_faglflexa.csv")
    extract = read_bytes(tmp_path, data)
    # Measured on the file: three credits, 2,949.00 + 655.50 + 1,595.28.
    assert holds(extract) == [("3000", "-5,199.78 USD booked")]
    assert [r["credit"] for r in rows(extract)] == [Decimal("2949.00"), Decimal("655.50"), Decimal("1595.28")]
    assert any("`currency: <code>`" in f.message for f in extract.findings)
    assert_every_line_is_accounted_for(extract, 3)


def test_the_companys_currency_may_be_declared(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, saved("sap_faglflexa.csv"), "currency: USD\n")
    assert holds(extract) == [("3000", "-5,199.78 USD booked, -5,199.78 USD entered")]


def test_a_row_without_its_key_refuses_the_file(tmp_path: Path) -> None:
    assert "line 2: rldnr must be filled, found nothing" in refusal(tmp_path, saved("sap_acdoca.csv"), "CONTROL_TOTAL")


# --- documents in two tables ---


def test_headers_keep_currencies_periods_and_the_kind_of_quotation(tmp_path: Path) -> None:
    headers = rows(read_bytes(tmp_path, bkpf(BOOKED)), "gl_sap_headers")
    assert [(h["document_number"], h["posting_date"], h["transaction_currency"]) for h in headers] == [
        (d.number, d.posting_date, d.currency) for d in BOOKED
    ]
    assert headers[0]["document_date"] is None  # 00000000
    assert {h["fiscal_period"] for h in headers} >= {"013", "016"}
    quoted = {(h["transaction_currency"], h["exchange_rate"], h["is_indirect_quotation"]) for h in headers}
    assert quoted == {
        ("EUR", None, None),
        ("JPY", Decimal("160"), True),
        ("KWD", Decimal("0.125"), True),
        ("USD", Decimal("1.25"), True),
    }


def test_items_keep_their_stored_amounts_and_their_side(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, bseg(BOOKED))
    items = rows(extract, "gl_sap_items")
    assert [(i["document_number"], i["side"], i["account_code"], i["stored_company_amount"]) for i in items] == [
        (d.number, "debit" if leg.company_amount > 0 else "credit", leg.account, abs(leg.company_amount))
        for d, leg in LEGS
    ]
    assert holds(extract) == []
    assert_every_line_is_accounted_for(extract, len(LEGS))


BSEG = "BUKRS,BELNR,GJAHR,BUZEI,BSCHL,SHKZG,HKONT,DMBTR,WRBTR\n"


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("1000,1,2024,1,40,H,0000113100,5.00,5.00", "line 2: shkzg must be S, as posting key 40 says, found 'H'"),
        ("1000,1,2024,1,50,S,0000113100,5.00,5.00", "line 2: shkzg must be H, as posting key 50 says, found 'S'"),
        ("1000,1,2024,1,40,S,0000113100,-5.00,5.00", "line 2: dmbtr must be an amount of 0 or more"),
        ("1000,1,2024,1,40,S,0000113100,5.00,", "line 2: wrbtr must be an amount of 0 or more"),
        ("1000,1,2024,1,40,S,,5.00,5.00", "line 2: hkont must be filled"),
    ],
)
def test_an_item_that_contradicts_itself_refuses_the_file(tmp_path: Path, item: str, said: str) -> None:
    assert said in refusal(tmp_path, (BSEG + item + "\n").encode(), "CONTROL_TOTAL")


def test_a_posting_key_of_the_companys_own_contradicts_nothing(tmp_path: Path) -> None:
    data = BSEG + "1000,1,2024,1,Z1,S,0000113100,5.00,5.00\n1000,1,2024,2,Z2,H,0000113100,5.00,5.00\n"
    assert [i["side"] for i in rows(read_bytes(tmp_path, data.encode()), "gl_sap_items")] == ["debit", "credit"]


def test_an_item_that_stands_twice_refuses_the_file(tmp_path: Path) -> None:
    item = "1000,1,2024,1,40,S,0000113100,5.00,5.00\n"
    assert "found it in lines 2 and 3" in refusal(tmp_path, (BSEG + item + item).encode(), "CONTROL_TOTAL")


def test_saved_items_without_their_debits_hold_their_company(tmp_path: Path) -> None:
    extract = read_bytes(tmp_path, saved("sap_bseg.csv"))
    # Measured on the file: three credits, 297.00 + 1,001.00 + 13.00.
    assert holds(extract) == [("3000", "-1,311.00 entered, -1,311.00 booked")]
    assert_every_line_is_accounted_for(extract, 3)


def test_saved_headers_and_accounts_are_read(tmp_path: Path) -> None:
    headers = rows(read_bytes(tmp_path, saved("sap_bkpf.csv")), "gl_sap_headers")
    # KURSF is 0: no rate; KURS2 is -1.24000: an indirect quotation.
    assert {(h["exchange_rate"], h["second_exchange_rate"], h["is_second_indirect_quotation"]) for h in headers} == {
        (None, Decimal("1.24"), True)
    }
    assert [h["posting_date"] for h in headers] == [dt.date(2006, 4, d) for d in (25, 26, 26)]
    accounts = rows(read_bytes(tmp_path, saved("sap_ska1.csv")), "gl_sap_accounts")
    assert [a["account_code"] for a in accounts] == ["0000111000", "0000112000", "0000113000"]


# --- values ---


@pytest.mark.parametrize(
    ("text", "value"), [("1234.50-", "-1234.50"), ("-1234.50", "-1234.50"), (".5", "0.5"), ("12", "12")]
)
def test_a_minus_stands_before_or_behind(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["-1-", "1,5", "1.", "1e3", "", "NaN", "--1"])
def test_other_texts_are_no_numbers(text: str) -> None:
    assert read_number(text) is None


def test_sample_documents_balance_in_both_currencies() -> None:
    def totals(document: Document) -> tuple[Decimal, Decimal]:
        return sum((g.amount for g in document.legs), Decimal(0)), sum(
            (g.company_amount for g in document.legs), Decimal(0)
        )

    assert {totals(document) for document in BOOKED} == {(Decimal(0), Decimal(0))}
