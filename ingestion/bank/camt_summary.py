"""Proves the summary of transactions of a camt.053 statement against its entries. Opening and closing balances do not belong here.

Amounts are those of the entries as printed, before a reversal turns its sign. Source: input-contracts 5.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ingestion.bank.stated import control_total
from ingestion.xml_nodes import Node


@dataclass(frozen=True)
class EntryFigures:
    """What a summary counts of an entry; `amount` is None where it is no number."""

    amount: Decimal | None
    is_credit: bool
    is_booked: bool
    line: int


_PARTS: Sequence[tuple[str, str, Callable[[EntryFigures], bool]]] = (
    ("TtlNtries", "entries", lambda entry: True),
    ("TtlCdtNtries", "credits", lambda entry: entry.is_credit),
    ("TtlDbtNtries", "debits", lambda entry: not entry.is_credit),
)


def check_summary(statement: Node, entries: Sequence[EntryFigures], name: str) -> None:
    """Raise FileRejected CONTROL_TOTAL unless every count and sum of `TxsSummry` is borne out.

    Banks count pending entries or leave them out, so that a figure holds when it is that of all or of the booked ones.
    """
    summary = statement.first("TxsSummry")
    if summary is None:
        return
    for tag, noun, is_meant in _PARTS:
        part = summary.first(tag)
        if part is None:
            continue
        meant = [entry for entry in entries if is_meant(entry)]
        _check(part, part.value("NbOfNtries"), f"the number of {noun}", meant, _count, name)
        _check(part, part.value("Sum"), f"the sum of {noun}", meant, _sum, name)
        if tag == "TtlNtries":
            net, indicator = _net(part)
            is_debit = indicator == "DBIT"
            _check(part, f"-{net}" if net and is_debit else net, "the net of entries", meant, _net_of, name)


def _net(part: Node) -> tuple[str, str]:
    """The net amount and its direction: beside each other until version 5, under one element after it."""
    return (
        part.value("TtlNetNtry/Amt", "TtlNetNtryAmt"),
        part.value("TtlNetNtry/CdtDbtInd", "CdtDbtInd"),
    )


def _count(entries: Iterable[EntryFigures]) -> Decimal:
    return Decimal(sum(1 for _ in entries))


def _sum(entries: Iterable[EntryFigures]) -> Decimal:
    return sum((entry.amount or Decimal(0) for entry in entries), Decimal(0))


def _net_of(entries: Iterable[EntryFigures]) -> Decimal:
    amounts = ((entry.amount or Decimal(0), entry.is_credit) for entry in entries)
    return sum((amount if is_credit else -amount for amount, is_credit in amounts), Decimal(0))


def _check(
    part: Node,
    stated: str,
    what: str,
    entries: Sequence[EntryFigures],
    measure: Callable[[Iterable[EntryFigures]], Decimal],
    name: str,
) -> None:
    if not stated:
        return
    place = f"{name}, line {part.line}"
    try:
        expected = Decimal(stated)
    except InvalidOperation as error:
        raise control_total(place, what, repr(stated), "no number there") from error
    of_all, of_booked = measure(entries), measure(entry for entry in entries if entry.is_booked)
    if expected not in (of_all, of_booked):
        found = f"{of_all:,f}" if of_all == of_booked else f"{of_all:,f}, or {of_booked:,f} without pending entries"
        raise control_total(place, what, expected, found)
