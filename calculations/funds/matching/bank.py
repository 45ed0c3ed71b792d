"""Matches booked entries of bank statements with payments and notices, and says why where it cannot. Nothing is created or booked here.

The surest first: reversals with what they reverse, then equal bank references, then investor, amount, currency and value
date. What fits more than one way is left open. Source: input-contracts 5.5.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import nsmallest

from calculations.funds.matching.dated import DatedIndex
from calculations.funds.matching.records import (
    EFFECTIVE,
    Entry,
    Match,
    Notice,
    Payment,
    Rule,
    Status,
    Target,
)
from calculations.funds.matching.references import Group, by_reference, match_references
from calculations.funds.matching.reversals import Pairs, pair_reversals

ZERO = Decimal(0)
MAX_CANDIDATES = 10  # shown of an entry, the nearest in time first


@dataclass(frozen=True)
class _Expected:
    """Cash that is to come or go: a payment no entry names, or what is left of a notice."""

    target: Target
    investor_id: str | None
    cash: Decimal
    currency: str
    date: dt.date


def match(
    entries: Sequence[Entry], payments: Sequence[Payment], notices: Sequence[Notice], as_of: dt.date
) -> list[Match]:
    """Match every entry; the rows are ordered by account, entry and target and do not depend on the order given.

    `notices` are those still open; what effective payments have settled of one is taken off, and a notice that a payment in
    another currency touches is left out. Raises ValueError where two entries have one key. Source: input-contracts 5.5.
    """
    repeated = [key for key, count in Counter(entry.key for entry in entries).items() if count > 1]
    if repeated:
        raise ValueError(f"entries: expected one row per account and entry, found several of {min(repeated)[1]!r}")
    referring = by_reference(payments)
    pairs = pair_reversals(entries)
    rows, rest = _reversals(entries, pairs, referring, as_of)
    groups = match_references(rest, referring)
    claimed: set[str] = set()
    matched: set[tuple[str, str]] = set()
    for group in groups:
        rows += _rows_of(group, as_of)
        claimed |= {payment.payment_id for payment in group.payments}
        matched |= {share.entry.key for share in group.shares}
    # An entry that was taken back settles nothing by guess, only by a payment that names it.
    reversed_by = {original.key: code for code, original in pairs.original.items()}
    by_key = {entry.key: entry for entry in entries}
    rest = [entry for entry in rest if entry.key not in matched]
    for entry in rest:
        if entry.key in reversed_by:
            rows.append(_settled(entry, by_key[reversed_by[entry.key]].target, Rule.REVERSAL))
    left = [entry for entry in rest if entry.key not in reversed_by]
    rows += _match_facts(left, _expected(payments, notices, claimed), as_of)
    return sorted(rows, key=_order)


def _order(row: Match) -> tuple[str, str, bool, str, str]:
    target = row.target
    return row.account_id, row.entry_id, target is None, target.type if target else "", target.id if target else ""


def _reversals(
    entries: Sequence[Entry], pairs: Pairs, referring: Mapping[tuple[str, str], Sequence[Payment]], as_of: dt.date
) -> tuple[list[Match], list[Entry]]:
    """Rows of the reversals that no payment of their own states, and the entries left to match."""
    rows: list[Match] = []
    rest: list[Entry] = []
    for entry in entries:
        own = referring.get((entry.bank_reference or "", entry.currency), ()) if entry.is_reversal else ()
        if not entry.is_reversal or any(payment.cash * entry.amount > 0 for payment in own):
            rest.append(entry)
        elif entry.key in pairs.original:
            rows.append(_settled(entry, pairs.original[entry.key].target, Rule.REVERSAL))
        elif entry.key in pairs.candidates:
            found = [(candidate.value_date, candidate.target) for candidate in pairs.candidates[entry.key]]
            rows.append(_open(entry, Status.AMBIGUOUS, Rule.REVERSAL, found, as_of))
        else:
            rest.append(entry)
    return rows, rest


def _settled(entry: Entry, target: Target, rule: Rule) -> Match:
    return Match(*entry.key, Status.MATCHED, rule, target, entry.amount, ZERO, (), None)


def _open(entry: Entry, status: Status, rule: Rule, found: Iterable[tuple[dt.date, Target]], as_of: dt.date) -> Match:
    days = {target: abs((day - entry.value_date).days) for day, target in found}
    nearest = nsmallest(MAX_CANDIDATES, days, key=lambda target: (days[target], target.type, target.id))
    return Match(*entry.key, status, rule, None, ZERO, ZERO, tuple(nearest), (as_of - entry.value_date).days)


def _rows_of(group: Group, as_of: dt.date) -> list[Match]:
    rows = []
    for share in group.shares:
        status = Status.MATCHED if group.is_whole else Status.PARTIAL
        age = None if group.is_whole else (as_of - share.entry.value_date).days
        target = None if share.payment is None else share.payment.target
        candidates = () if target is not None else tuple(sorted(p.target for p in group.payments))[:MAX_CANDIDATES]
        rows.append(
            Match(
                *share.entry.key,
                status,
                Rule.BANK_REFERENCE,
                target,
                share.amount,
                group.difference,
                candidates,
                age,
            )
        )
    return rows


def _expected(payments: Sequence[Payment], notices: Sequence[Notice], claimed: set[str]) -> list[_Expected]:
    """Payments that no entry claims by reference, and what is left of notices."""
    found = [
        _Expected(payment.target, payment.investor_id, payment.cash, payment.currency, payment.value_date)
        for payment in payments
        if payment.moves_cash and payment.payment_id not in claimed
    ]
    settled: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for payment in payments:
        if payment.notice_id is not None and payment.status in EFFECTIVE:
            settled[payment.notice_id][payment.currency] += payment.cash
    for notice in notices:
        of_notice = settled.get(notice.notice_id, {})
        left = notice.cash - of_notice.get(notice.currency, ZERO)
        if left * notice.cash > 0 and set(of_notice) <= {notice.currency}:
            found.append(_Expected(notice.target, notice.investor_id, left, notice.currency, notice.date))
    return found


def _match_facts(entries: Sequence[Entry], expected: Sequence[_Expected], as_of: dt.date) -> list[Match]:
    """By investor, amount, currency and value date, where one entry and one target fit each other alone.

    Without an investor the entry fits whatever has its amount; even if that is one, who paid is not proven.
    """
    exact = DatedIndex(((e.investor_id, e.cash, e.currency), e.date, e) for e in expected if e.investor_id is not None)
    fitting = {
        entry.key: exact.around((entry.investor_id, entry.amount, entry.currency), entry.value_date)
        for entry in entries
        if entry.investor_id is not None
    }
    claims = Counter(one.target for found in fitting.values() for one in found)
    settled = {
        key: found[0].target for key, found in fitting.items() if len(found) == 1 and claims[found[0].target] == 1
    }
    taken = set(settled.values())
    left = [one for one in expected if one.target not in taken]
    by_amount = DatedIndex(((one.cash, one.currency), one.date, one) for one in left)
    by_investor = DatedIndex(
        ((one.investor_id, one.currency, one.cash > 0), one.date, one) for one in left if one.investor_id is not None
    )
    rows = []
    for entry in entries:
        if entry.key in settled:
            rows.append(_settled(entry, settled[entry.key], Rule.INVESTOR_AMOUNT_DATE))
            continue
        status, rule = Status.AMBIGUOUS, Rule.INVESTOR_AMOUNT_DATE
        found = fitting.get(entry.key, [])
        if not found:
            found = by_amount.around((entry.amount, entry.currency), entry.value_date)
            if entry.investor_id is not None or len(found) < 2:
                status, rule = Status.UNMATCHED, Rule.NONE
                like = by_investor.around((entry.investor_id, entry.currency, entry.amount > 0), entry.value_date)
                found = [*found, *like]
        rows.append(_open(entry, status, rule, [(one.date, one.target) for one in found], as_of))
    return rows
