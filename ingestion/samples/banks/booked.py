"""What the demo's bank booked on each fund's account: the payments that moved money, and what no payment explains. File formats do not belong here.

Amounts are cents, positive for a credit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.samples.banks.terms import BankTerms, StatementPlan
from ingestion.samples.funds.ledger import Ledger
from ingestion.samples.funds.payments import Payment
from ingestion.samples.funds.state import State

NO_CASH = ("FAILED",)
IN_KIND = "IN_KIND"


@dataclass(frozen=True)
class Booked:
    """One entry. `batch` is the distribution that it is paid with, '' for what is paid alone."""

    day: dt.date
    amount: int
    reference: str
    bank_reference: str
    party: str
    text: str
    is_reversal: bool = False
    batch: str = ""


@dataclass(frozen=True)
class AccountBook:
    """An account over a period: `opening` in cents, entries by day and reference."""

    fund_id: str
    number: str
    currency: str
    opening: int
    entries: tuple[Booked, ...]

    @property
    def closing(self) -> int:
        return self.opening + sum(entry.amount for entry in self.entries)


def books(known: State, terms: BankTerms, plan: StatementPlan) -> list[AccountBook]:
    """The accounts of a statement, in the order of its funds."""
    ledgers = {ledger.plan.fund_id: ledger for ledger in known.ledgers}
    found = []
    for fund in plan.funds:
        account = terms.accounts[fund]
        entries = sorted(
            (entry for entry in _entries(known, terms, ledgers[fund]) if plan.first <= entry.day <= plan.last),
            key=lambda entry: (entry.day, entry.bank_reference, entry.text),
        )
        opening = int(account.opened * 100)
        found.append(AccountBook(fund, account.number, ledgers[fund].plan.currency, opening, tuple(entries)))
    return found


def _entries(known: State, terms: BankTerms, ledger: Ledger) -> Iterator[Booked]:
    owners = {item.commitment_id: known.parties[item.investor_id].name for item in ledger.register.commitments}
    for call in ledger.calls:
        for notice in call.notices:
            for paid in known.payments(notice.notice_id):
                yield from _booked(terms, paid, owners[notice.commitment_id], f"Capital call {call.number}", "")
    for paid_out in ledger.distributions:
        for out in paid_out.notices:
            for paid in known.payments(out.notice_id):
                what = f"Distribution {paid_out.number}"
                yield from _booked(terms, paid, owners[out.commitment_id], what, paid_out.distribution_id)
    for item in terms.unexplained:
        if item.fund == ledger.plan.fund_id:
            yield Booked(item.date, int(item.amount * 100), "", item.reference, item.party, item.text)


def _booked(terms: BankTerms, paid: Payment, party: str, text: str, batch: str) -> Iterator[Booked]:
    """The entry of a payment; one that failed, went in kind or has not arrived leaves none."""
    if paid.status in NO_CASH or paid.method == IN_KIND or paid.payment_id == terms.not_arrived:
        return
    amount = paid.amount if paid.direction == "RECEIVED" else -paid.amount
    reference = "" if paid.payment_id in (*terms.without_reference, terms.nameless) else f"REF-{paid.payment_id}"
    if paid.payment_id == terms.nameless:
        party, text = "", "Incoming transfer"
    yield Booked(
        day=paid.date,
        amount=amount,
        reference=paid.notice_id if reference else "",
        bank_reference=reference,
        party=party,
        text=text,
        is_reversal=paid.reverses is not None,
        batch=batch,
    )
