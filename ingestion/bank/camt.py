"""Takes ISO 20022 camt.053 documents of any version apart into statements and entries. Types and balances do not belong here.

A batch becomes one row per transaction where its transactions add up to it. Source: input-contracts 5.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from ingestion.bank.camt_summary import EntryFigures, check_summary
from ingestion.bank.stated import StatedEntry, StatedStatement, signed
from ingestion.xml_nodes import Node, hand_over

NOT_PROVIDED = "NOTPROVIDED"  # what ISO 20022 has a bank write where the payer gave no reference
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)

_SERIAL = re.compile(r"\d{1,6}")
_FLIPPED = {"CRDT": "DBIT", "DBIT": "CRDT"}


def read_camt(data: bytes, name: str) -> list[StatedStatement]:
    """The statements of a document. Raises FileRejected: CONTROL_TOTAL where a summary of transactions is not borne out,
    BAD_XML, BAD_ENCODING, TOO_LARGE.

    An entry's id is the entry's reference, else the bank's, else its place in the statement; with a dot and a number for
    each transaction of a batch. A reference that only counts (up to six digits) begins anew in each statement, so that it is
    put behind the statement's own id.
    """
    statements: list[StatedStatement] = []
    entries: list[Node] = []

    def take(node: Node) -> None:
        if node.name == "Ntry":
            entries.append(node)
            return
        statements.append(_statement(node, entries, name))
        entries.clear()

    hand_over(data, ("Ntry", "Stmt"), take, name)
    return statements


def _statement(node: Node, entries: Sequence[Node], name: str) -> StatedStatement:
    check_summary(node, [_figures(entry) for entry in entries], name)
    account = (node.value("Acct/Id/IBAN", "Acct/Id/Othr/Id")).replace(" ", "")
    statement_id = node.value("Id")
    opening, closing = _balance(node, OPENING), _balance(node, CLOSING)
    currency = next(
        (balance.attributes.get("Ccy", "") for balance in _amounts(opening, closing)),
        next((amount.attributes.get("Ccy", "") for entry in entries for amount in entry.all("Amt")), ""),
    )
    values = {
        "account_id": account,
        "statement_id": statement_id,
        "bank_format": "CAMT_053",
        "statement_date": _statement_date(node, closing),
        "currency": node.value("Acct/Ccy") or currency,
        "opening_balance": _signed_balance(opening),
        "closing_balance": _signed_balance(closing),
    }
    shared = {"account_id": account, "statement_id": statement_id}
    rows = [row for number, entry in enumerate(entries, start=1) for row in _rows(entry, shared, number)]
    return StatedStatement(node.line, values, tuple(rows))


def _amounts(*balances: Node | None) -> list[Node]:
    return [amount for balance in balances if balance is not None for amount in balance.all("Amt")]


def _balance(node: Node, codes: Sequence[str]) -> Node | None:
    """The balance with the first of `codes` that is there."""
    by_code = {balance.value("Tp/CdOrPrtry/Cd"): balance for balance in reversed(list(node.all("Bal")))}
    return next((by_code[code] for code in codes if code in by_code), None)


def _signed_balance(balance: Node | None) -> str:
    return "" if balance is None else signed(balance.value("Amt"), balance.value("CdtDbtInd"))


def _statement_date(node: Node, closing: Node | None) -> str:
    of_balance = "" if closing is None else _day(closing, "Dt")
    return of_balance or node.value("FrToDt/ToDtTm")[:10] or node.value("CreDtTm")[:10]


def _day(node: Node, path: str) -> str:
    """A day stated as one or as an instant, whose local day is the day of the bank's books."""
    return node.value(f"{path}/Dt") or node.value(f"{path}/DtTm")[:10]


def _figures(entry: Node) -> EntryFigures:
    return EntryFigures(
        _decimal(entry.value("Amt")), entry.value("CdtDbtInd") == "CRDT", _status(entry) == "BOOK", entry.line
    )


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _status(entry: Node) -> str:
    # A plain code until version 7, a choice of code and proprietary text from 8 on.
    return entry.value("Sts/Cd", "Sts")


def _entry_id(entry: Node, statement_id: str, number: int) -> str:
    stated = entry.value("NtryRef", "AcctSvcrRef")
    if not stated or _SERIAL.fullmatch(stated):
        return f"{statement_id}/{stated or number}"
    return stated


def _rows(entry: Node, shared: Mapping[str, str], number: int) -> list[StatedEntry]:
    indicator = entry.value("CdtDbtInd")
    is_reversal = entry.value("RvslInd").lower() in ("true", "1")
    direction = _FLIPPED.get(indicator, indicator) if is_reversal else indicator
    amount = entry.first("Amt")
    booked = _day(entry, "BookgDt")
    values = {
        **shared,
        "entry_id": _entry_id(entry, shared["statement_id"], number),
        "entry_status": _status(entry),
        "booked_date": booked,
        "value_date": _day(entry, "ValDt") or booked,
        "amount": signed(entry.value("Amt"), direction),
        "currency": "" if amount is None else amount.attributes.get("Ccy", ""),
        "bank_reference": entry.value("AcctSvcrRef"),
        "remittance": entry.value("AddtlNtryInf"),
        "is_reversal": str(is_reversal).upper(),
    }
    transactions = list(entry.all("NtryDtls/TxDtls"))
    if len(transactions) == 1:
        return [StatedEntry(entry.line, values | _stated_by(transactions[0], indicator))]
    parts = _parts(entry, transactions, values["currency"])
    if parts is None:
        return [StatedEntry(entry.line, values)]
    rows = []
    for place, (transaction, part) in enumerate(zip(transactions, parts, strict=True), start=1):
        # The entry's own direction, with which the parts have to agree in sum, turns with a reversal as one.
        text = f"{part if direction == 'CRDT' else -part:f}"
        own = {"entry_id": f"{values['entry_id']}.{place}", "amount": text, **_stated_by(transaction, indicator)}
        rows.append(StatedEntry(transaction.line, values | own))
    return rows


def _parts(entry: Node, transactions: Sequence[Node], currency: str) -> list[Decimal] | None:
    """Amounts of the transactions, positive in the direction of the entry; None unless they add up to it."""
    parts: list[Decimal] = []
    for transaction in transactions:
        amount = transaction.first("Amt", "AmtDtls/TxAmt/Amt")
        value = None if amount is None else _decimal(amount.text)
        if amount is None or value is None or amount.attributes.get("Ccy") != currency:
            return None
        is_against = transaction.value("CdtDbtInd") not in ("", entry.value("CdtDbtInd"))
        parts.append(-value if is_against else value)
    return parts if parts and sum(parts) == _decimal(entry.value("Amt")) else None


def _stated_by(transaction: Node, indicator: str) -> dict[str, str]:
    """What a transaction says beyond its entry. The other party pays what is a credit here, and receives a debit."""
    party = "Dbtr" if indicator == "CRDT" else "Cdtr"
    lines = [line.text for line in transaction.all("RmtInf/Ustrd")]
    structured = [line.text for line in transaction.all("RmtInf/Strd/CdtrRefInf/Ref")]
    reference = transaction.value("Refs/EndToEndId")
    found = {
        "reference": "" if reference == NOT_PROVIDED else reference,
        "bank_reference": transaction.value("Refs/AcctSvcrRef"),
        "counterparty": transaction.value(f"RltdPties/{party}/Nm", f"RltdPties/{party}/Pty/Nm"),
        "counterparty_account": transaction.value(
            f"RltdPties/{party}Acct/Id/IBAN", f"RltdPties/{party}Acct/Id/Othr/Id"
        ).replace(" ", ""),
        "remittance": " ".join(lines or structured) or transaction.value("AddtlTxInf"),
    }
    return {name: text for name, text in found.items() if text}
