"""Lays the demo's bank accounts out as camt.053, BAI2 and CSV. What is booked does not belong here.

Source: input-contracts 5.5.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ingestion.samples.banks.booked import AccountBook, Booked
from ingestion.samples.banks.terms import BankTerms, StatementPlan

CAMT_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
CSV_HEADER = (
    *("account_id", "entry_id", "booked_date", "value_date", "amount", "currency", "reference", "bank_reference"),
    *("counterparty", "remittance", "is_reversal"),
)
CREDIT_TYPE, DEBIT_TYPE = "195", "495"  # incoming and outgoing money transfer
RECORD_LENGTH = 80  # characters of text on a line before it goes on in an 88


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def csv_text(terms: BankTerms, plan: StatementPlan, accounts: Sequence[AccountBook]) -> str:
    """All accounts one after the other, each between its opening and its closing balance."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_HEADER)
    for book in accounts:
        nothing = ("", "", "", "", "")
        writer.writerow((book.number, "OPENING", plan.first, plan.first, _money(book.opening), book.currency, *nothing))
        for number, entry in enumerate(book.entries, start=1):
            writer.writerow(
                (
                    *(book.number, f"{entry.day:%Y%m%d}-{number:03d}", entry.day, entry.day, _money(entry.amount)),
                    *(book.currency, entry.reference, entry.bank_reference, entry.party, entry.text),
                    "TRUE" if entry.is_reversal else "",
                )
            )
        writer.writerow((book.number, "CLOSING", plan.last, plan.last, _money(book.closing), book.currency, *nothing))
    return out.getvalue()


def bai2_text(terms: BankTerms, plan: StatementPlan, accounts: Sequence[AccountBook]) -> str:
    """One group per day on which any account moved; texts are in upper case, as banks send them."""
    sent = f"{plan.sent_on:%y%m%d}"
    organization = terms.organization.upper().replace("-", "")
    lines = [f"01,{terms.bank},{organization},{sent},0600,1,,,2/"]
    balances = {book.number: book.opening for book in accounts}
    total, groups = 0, 0
    for day in sorted({entry.day for book in accounts for entry in book.entries}):
        group = [f"02,{organization},{terms.bank},1,{day:%y%m%d},,USD,2/"]
        of_group, moved = 0, 0
        for book in accounts:
            entries = [entry for entry in book.entries if entry.day == day]
            if not entries:
                continue
            opening = balances[book.number]
            closing = balances[book.number] = opening + sum(entry.amount for entry in entries)
            records = [f"03,{book.number},{book.currency},010,{opening},,,015,{closing},,/"]
            for entry in entries:
                records += _bai2_entry(entry)
            control = opening + closing + sum(abs(entry.amount) for entry in entries)
            group += [*records, f"49,{control},{len(records) + 1}/"]
            of_group, moved = of_group + control, moved + 1
        group.append(f"98,{of_group},{moved},{len(group) + 1}/")
        lines += group
        total, groups = total + of_group, groups + 1
    lines.append(f"99,{total},{groups},{len(lines) + 1}/")
    return "\n".join(lines) + "\n"


def _bai2_entry(entry: Booked) -> Iterator[str]:
    kind = CREDIT_TYPE if entry.amount > 0 else DEBIT_TYPE
    text = f"{entry.text}, {entry.party}".upper() if entry.party else entry.text.upper()
    first = f"16,{kind},{abs(entry.amount)},Z,{entry.bank_reference},{entry.reference},"
    if len(first) + len(text) <= RECORD_LENGTH:
        yield f"{first}{text}/"
    else:
        yield f"{first}/"
        yield f"88,{text}/"


def camt_text(terms: BankTerms, plan: StatementPlan, accounts: Sequence[AccountBook]) -> str:
    """One statement per account; what is paid with one distribution is one batch."""
    document = Element("Document", {"xmlns": CAMT_NAMESPACE})
    message = SubElement(document, "BkToCstmrStmt")
    header = SubElement(message, "GrpHdr")
    _put(header, "MsgId", f"{terms.bank}-{plan.last:%Y%m%d}")
    _put(header, "CreDtTm", f"{plan.sent_on}T06:00:00Z")
    for book in accounts:
        statement = SubElement(message, "Stmt")
        _put(statement, "Id", f"{book.fund_id}-{plan.last:%Y%m%d}")
        _put(statement, "CreDtTm", f"{plan.sent_on}T06:00:00Z")
        _put(statement, "Acct/Id/IBAN", book.number)
        _balance(statement, "OPBD", book.opening, book.currency, f"{plan.first}")
        _balance(statement, "CLBD", book.closing, book.currency, f"{plan.last}")
        batches = [
            list(found) for _, found in groupby(book.entries, key=lambda entry: (entry.day, entry.batch or entry))
        ]
        printed = sum(sum(abs(entry.amount) for entry in batch) for batch in batches)
        total = SubElement(SubElement(statement, "TxsSummry"), "TtlNtries")
        _put(total, "NbOfNtries", str(len(batches)))
        _put(total, "Sum", _money(printed))
        for number, batch in enumerate(batches, start=1):
            _entry(statement, batch, number, book.currency)
    indent(document)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(document, encoding="unicode")}\n'


def _entry(statement: Element, batch: Sequence[Booked], number: int, currency: str) -> None:
    first, amount = batch[0], sum(entry.amount for entry in batch)
    # A reversal is shown in the direction of what it reverses and turned by its mark.
    is_credit = (amount > 0) != first.is_reversal
    entry = SubElement(statement, "Ntry")
    _put(entry, "NtryRef", f"{first.day:%Y%m%d}-{number:03d}")
    _put(entry, "Amt", _money(abs(amount))).set("Ccy", currency)
    _put(entry, "CdtDbtInd", "CRDT" if is_credit else "DBIT")
    if first.is_reversal:
        _put(entry, "RvslInd", "true")
    _put(entry, "Sts/Cd", "BOOK")
    _put(entry, "BookgDt/Dt", f"{first.day}")
    _put(entry, "ValDt/Dt", f"{first.day}")
    if len(batch) == 1 and first.bank_reference:
        _put(entry, "AcctSvcrRef", first.bank_reference)
    details = SubElement(entry, "NtryDtls")
    for booked in batch:
        transaction = SubElement(details, "TxDtls")
        _put(transaction, "Refs/AcctSvcrRef", booked.bank_reference)
        _put(transaction, "Refs/EndToEndId", booked.reference or "NOTPROVIDED")
        _put(transaction, "Amt", _money(abs(booked.amount))).set("Ccy", currency)
        _put(transaction, "CdtDbtInd", "CRDT" if is_credit else "DBIT")
        if booked.party:
            _put(transaction, f"RltdPties/{'Dbtr' if is_credit else 'Cdtr'}/Pty/Nm", booked.party)
        _put(transaction, "RmtInf/Ustrd", booked.text)


def _balance(statement: Element, code: str, cents: int, currency: str, day: str) -> None:
    balance = SubElement(statement, "Bal")
    _put(balance, "Tp/CdOrPrtry/Cd", code)
    _put(balance, "Amt", _money(abs(cents))).set("Ccy", currency)
    _put(balance, "CdtDbtInd", "DBIT" if cents < 0 else "CRDT")
    _put(balance, "Dt/Dt", day)


def _put(parent: Element, path: str, text: str) -> Element:
    """The element at `path` below `parent`, made where it is missing, with `text`."""
    node = parent
    *above, last = path.split("/")
    for name in above:
        found = node.find(name)
        node = SubElement(node, name) if found is None else found
    node = SubElement(node, last)
    node.text = text
    return node
