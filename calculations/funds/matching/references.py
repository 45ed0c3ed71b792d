"""Matches entries with the payments that state their bank reference: whole, split or batched. Entries without one do not belong here.

An entry and a payment of one bank reference are one payment. Source: input-contracts 5.5.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.funds.matching.records import Entry, Payment

ZERO = Decimal(0)
Key = tuple[str, str]  # bank reference and currency


@dataclass(frozen=True, slots=True)
class Share:
    """What an entry pays of a payment; `payment` is None where money moved that no payment of the reference states."""

    entry: Entry
    payment: Payment | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Group:
    """The entries and payments of one bank reference and currency. `difference`: of all entries less all payments."""

    shares: tuple[Share, ...]
    is_whole: bool
    difference: Decimal
    payments: tuple[Payment, ...]


def by_reference(payments: Iterable[Payment]) -> Mapping[Key, Sequence[Payment]]:
    """The payments that move cash and state a bank reference."""
    found: dict[Key, list[Payment]] = defaultdict(list)
    for payment in payments:
        if payment.bank_reference is not None and payment.moves_cash:
            found[payment.bank_reference, payment.currency].append(payment)
    return found


def match_references(entries: Iterable[Entry], payments: Mapping[Key, Sequence[Payment]]) -> list[Group]:
    """One group per reference that an entry shares with a payment in its direction.

    Credits go to receipts and debits to payments made: amounts that agree first, since both are taken by size, then by day. A
    reference whose entries all move the other way is no match.
    """
    sharing: dict[Key, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.bank_reference is not None and (entry.bank_reference, entry.currency) in payments:
            sharing[entry.bank_reference, entry.currency].append(entry)
    groups = []
    for key, of_key in sorted(sharing.items()):
        owed = payments[key]
        if len(of_key) == len(owed) == 1 and of_key[0].amount == owed[0].cash:  # nearly all of them
            groups.append(Group((Share(of_key[0], owed[0], of_key[0].amount),), True, ZERO, tuple(owed)))
            continue
        shares: list[Share] = []
        is_whole = True
        for sign in (1, -1):
            moved = [entry for entry in of_key if entry.amount * sign > 0]
            stated = [payment for payment in owed if payment.cash * sign > 0]
            shares += _allocate(moved, stated, sign)
            is_whole &= _total(e.amount for e in moved) == _total(p.cash for p in stated)
        if any(share.payment is not None for share in shares):
            difference = _total(entry.amount for entry in of_key) - _total(payment.cash for payment in owed)
            groups.append(Group(tuple(shares), is_whole, difference, tuple(owed)))
    return groups


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _allocate(entries: Sequence[Entry], payments: Sequence[Payment], sign: int) -> Iterator[Share]:
    """Fill the payments with the entries one after the other; what is left of an entry stands without a payment."""

    def order(amount: Decimal, day: dt.date, code: str) -> tuple[Decimal, dt.date, str]:
        return -abs(amount), day, code

    waiting = sorted(payments, key=lambda p: order(p.amount, p.value_date, p.payment_id))
    left = [abs(payment.cash) for payment in waiting]
    place = 0
    for entry in sorted(entries, key=lambda e: order(e.amount, e.value_date, f"{e.account_id}:{e.entry_id}")):
        rest = abs(entry.amount)
        while rest and place < len(waiting):
            part = min(rest, left[place])
            yield Share(entry, waiting[place], sign * part)
            rest -= part
            left[place] -= part
            place += not left[place]
        if rest:
            yield Share(entry, None, ZERO)
