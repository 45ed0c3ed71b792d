"""camt.053 documents of several versions: signs, reversals, batches, references and control totals. Source: input-contracts 5.5."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract, FileRejected
from tests.ingestion.feed_files import breaches, read_feed

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{:02d}"


def balance(code: str, amount: str, direction: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>2025-03-31</Dt></Dt></Bal>"
    )


def entry(
    amount: str, direction: str = "CRDT", *, ref: str = "", more: str = "", status: str = "BOOK", details: str = ""
) -> str:
    reference = f"<NtryRef>{ref}</NtryRef>" if ref else ""
    return (
        f"<Ntry>{reference}<Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{more}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>2025-03-10</Dt></BookgDt><ValDt><DtTm>2025-03-11T08:00:00+01:00</DtTm></ValDt>"
        f"<AcctSvcrRef>SVC{ref}</AcctSvcrRef>{details}</Ntry>"
    )


def document(*parts: str, version: int = 2, statement_id: str = "S1") -> str:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<Document xmlns='{NAMESPACE.format(version)}'><BkToCstmrStmt><Stmt>"
        f"<Id>{statement_id}</Id><CreDtTm>2025-04-01T06:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>DE89 3704 0044 0532 0130 00</IBAN></Id></Acct>{''.join(parts)}</Stmt></BkToCstmrStmt></Document>"
    )


def read(tmp_path: Path, *parts: str, version: int = 2) -> Extract:
    return read_feed(tmp_path, document(*parts, version=version), {})[1]


def records(extract: Extract, table: str = "bank_entries") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return found


@pytest.mark.parametrize(("version", "status"), [(2, "BOOK"), (8, "<Cd>BOOK</Cd>"), (13, "<Cd>BOOK</Cd>")])
def test_any_version_is_read(tmp_path: Path, version: int, status: str) -> None:
    parts = (balance("OPBD", "10.00"), entry("5.00", ref="R1", status=status), balance("CLBD", "15.00"))
    (row,) = records(read(tmp_path, *parts, version=version))
    assert (row["account_id"], row["entry_id"], row["amount"]) == ("DE89370400440532013000", "R1", Decimal(5))
    assert (row["booked_date"], row["value_date"]) == (dt.date(2025, 3, 10), dt.date(2025, 3, 11))
    assert (row["entry_status"], row["bank_reference"], row["is_reversal"]) == ("BOOKED", "SVCR1", False)


def test_a_statement_has_its_balances_and_is_of_the_day_of_the_closing_one(tmp_path: Path) -> None:
    extract = read(tmp_path, balance("PRCD", "7.00", "DBIT"), entry("5.00", ref="R1"), balance("CLBD", "2.00", "DBIT"))
    (row,) = records(extract, "bank_statements")
    assert (row["opening_balance"], row["closing_balance"], row["currency"]) == (Decimal(-7), Decimal(-2), "EUR")
    assert (row["statement_date"], extract.as_of) == (dt.date(2025, 3, 31), dt.date(2025, 3, 31))


def test_pending_entries_are_kept_and_count_in_no_balance(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        *(balance("OPBD", "10.00"), entry("5.00", ref="R1"), entry("9.00", ref="R2", status="PDNG")),
        balance("CLBD", "15.00"),
    )
    assert [row["entry_status"] for row in records(extract)] == ["BOOKED", "PENDING"]
    (row,) = records(extract, "bank_statements")
    assert (row["entry_count"], row["pending_count"], row["entries_total"]) == (1, 1, Decimal(5))


def test_a_reversal_turns_the_sign_of_its_direction(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        *(balance("OPBD", "10.00"), entry("5.00", ref="R1")),
        *(entry("5.00", ref="R2", more="<RvslInd>true</RvslInd>"), balance("CLBD", "10.00")),
    )
    assert [(row["amount"], row["is_reversal"]) for row in records(extract)] == [
        (Decimal(5), False),
        (Decimal(-5), True),
    ]
    assert records(extract, "bank_statements")[0]["reversals"] == "FLIPPED"


def test_balances_that_only_a_reversal_as_stated_bears_out_decide_its_sign(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        *(balance("OPBD", "10.00"), entry("5.00", ref="R1")),
        *(entry("5.00", "DBIT", ref="R2", more="<RvslInd>true</RvslInd>"), balance("CLBD", "10.00")),
    )
    assert [row["amount"] for row in records(extract)] == [Decimal(5), Decimal(-5)]
    assert records(extract, "bank_statements")[0]["reversals"] == "AS_STATED"


def details(*amounts: str, currency: str = "EUR") -> str:
    inner = "".join(
        f"<TxDtls><Refs><EndToEndId>E2E{n}</EndToEndId></Refs><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Nm>Payer {n}</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>call</Ustrd><Ustrd>no {n}</Ustrd></RmtInf></TxDtls>"
        for n, amount in enumerate(amounts, start=1)
    )
    return f"<NtryDtls>{inner}</NtryDtls>"


def test_a_batch_becomes_its_transactions_where_they_add_up_to_it(tmp_path: Path) -> None:
    extract = read(tmp_path, entry("12.00", ref="B7", details=details("5.00", "7.00")))
    found = [(row["entry_id"], row["amount"], row["reference"], row["counterparty"]) for row in records(extract)]
    assert found == [("B7.1", Decimal(5), "E2E1", "Payer 1"), ("B7.2", Decimal(7), "E2E2", "Payer 2")]
    assert {row["bank_reference"] for row in records(extract)} == {"SVCB7"}
    assert records(extract)[1]["remittance"] == "call no 2"


@pytest.mark.parametrize("parts", [details("5.00", "6.00"), details("5.00", "7.00", currency="USD")])
def test_a_batch_stays_one_entry_where_its_transactions_do_not_add_up_in_its_currency(
    tmp_path: Path, parts: str
) -> None:
    (row,) = records(read(tmp_path, entry("12.00", ref="B7", details=parts)))
    assert (row["entry_id"], row["amount"], row["reference"]) == ("B7", Decimal(12), None)


def test_one_transaction_lends_its_entry_party_and_references(tmp_path: Path) -> None:
    (row,) = records(read(tmp_path, entry("12.00", ref="B7", details=details("12.00"))))
    assert (row["entry_id"], row["reference"], row["counterparty"]) == ("B7", "E2E1", "Payer 1")
    assert row["counterparty_account"] == "NL91ABNA0417164300"


def test_a_reference_that_was_not_provided_is_none(tmp_path: Path) -> None:
    parts = "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls></NtryDtls>"
    assert records(read(tmp_path, entry("12.00", ref="B7", details=parts)))[0]["reference"] is None


def test_references_that_only_count_do_not_meet_across_statements(tmp_path: Path) -> None:
    assert [row["entry_id"] for row in records(read(tmp_path, entry("1.00", ref="1"), entry("2.00", ref="2")))] == [
        "S1/1",
        "S1/2",
    ]


def summary(count: int, total: str, net: str, direction: str = "CRDT") -> str:
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries><Sum>{total}</Sum><TtlNetNtry><Amt>{net}</Amt>"
        f"<CdtDbtInd>{direction}</CdtDbtInd></TtlNetNtry></TtlNtries></TxsSummry>"
    )


ENTRIES = (entry("5.00", ref="R1"), entry("8.00", "DBIT", ref="R2"))


def test_a_summary_that_is_borne_out_is_accepted(tmp_path: Path) -> None:
    assert len(records(read(tmp_path, summary(2, "13.00", "3.00", "DBIT"), *ENTRIES))) == 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (summary(3, "13.00", "3.00", "DBIT"), "number of entries must be 3, as the file states, found 2"),
        (summary(2, "12.00", "3.00", "DBIT"), "sum of entries must be 12.00, as the file states, found 13.00"),
        (summary(2, "13.00", "3.00"), "net of entries must be 3.00, as the file states, found -3.00"),
    ],
)
def test_a_summary_that_is_not_borne_out_refuses_the_file(tmp_path: Path, wrong: str, told: str) -> None:
    with pytest.raises(FileRejected) as caught:
        read(tmp_path, wrong, *ENTRIES)
    assert caught.value.code == "CONTROL_TOTAL"
    assert told in caught.value.message


def test_balances_that_do_not_meet_refuse_the_file_and_name_no_account_in_full(tmp_path: Path) -> None:
    with pytest.raises(FileRejected) as caught:
        read(tmp_path, balance("OPBD", "10.00"), *ENTRIES, balance("CLBD", "8.00"))
    assert caught.value.code == "CONTROL_TOTAL"
    assert "account ending 3000" in caught.value.message
    assert "DE89" not in caught.value.message
    for figure in ("8.0000", "7.0000", "10.0000", "-3.0000"):
        assert figure in caught.value.message


def test_an_entry_without_a_direction_is_quarantined(tmp_path: Path) -> None:
    extract = read(tmp_path, entry("5.00", "", ref="R1"), entry("6.00", ref="R2"))
    assert [code for _, _, code in breaches(extract)] == ["BAD_TYPE"]
    assert [row["entry_id"] for row in records(extract)] == ["R2"]
