"""Which journals of an export do not balance, by how much, and whom that holds. Refusing or repairing them does not belong here.

A journal balances in the currency that it is entered in and in that of the company. Source: fund-admin 1.10, G-2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.extract import Finding, Scope, Severity
from ingestion.ledger.canonical import JournalLine
from ingestion.reasons import advice_for

UNBALANCED = "CONTROL_TOTAL"
LEDGER_ENTITY = "ledger_entity"
SHOWN_JOURNALS = 10  # in a message
TRANSACTION, COMPANY = "entered", "booked"


@dataclass(frozen=True)
class Posting:
    """One amount to be balanced, positive for a debit. `period` is what would be held: a month, or a fiscal year."""

    entity: str
    period: str
    journal_id: str
    measure: str
    currency: str | None
    amount: Decimal


@dataclass
class Imbalance:
    """Debits and credits of one journal in one currency that are not equal."""

    entity: str
    period: str
    journal_id: str
    measure: str
    currency: str | None
    debit: Decimal = field(default=Decimal(0))
    credit: Decimal = field(default=Decimal(0))

    @property
    def difference(self) -> Decimal:
        return self.debit - self.credit


def postings_of(entity: str, lines: Iterable[JournalLine]) -> Iterable[Posting]:
    """What of `lines` must balance: amounts of the books and, where they are entered in another currency, as entered."""
    for line in lines:
        if not line.is_posted:
            continue
        place = (entity, f"{line.posting_date:%Y-%m}", line.journal_id)
        yield Posting(*place, COMPANY, line.currency, line.amount)
        if line.transaction_amount is not None:
            yield Posting(*place, TRANSACTION, line.transaction_currency, line.transaction_amount)


def find_imbalances(postings: Iterable[Posting]) -> list[Imbalance]:
    """Journals whose debits differ from their credits, by currency, in the order in which they are met."""
    totals: dict[tuple[str, str, str, str | None], Imbalance] = {}
    for posting in postings:
        key = (posting.entity, posting.journal_id, posting.measure, posting.currency)
        total = totals.get(key)
        if total is None:
            total = totals[key] = Imbalance(
                posting.entity, posting.period, posting.journal_id, posting.measure, posting.currency
            )
        if posting.amount > 0:
            total.debit += posting.amount
        else:
            total.credit -= posting.amount
    return [total for total in totals.values() if total.difference]


def unbalanced_findings(file: str, imbalances: Sequence[Imbalance]) -> tuple[Finding, ...]:
    """One critical finding for each entity and period, with its exact imbalance by currency and the first journals."""
    held: dict[tuple[str, str], list[Imbalance]] = defaultdict(list)
    for imbalance in imbalances:
        held[imbalance.entity, imbalance.period].append(imbalance)
    return tuple(
        Finding(
            code=UNBALANCED,
            severity=Severity.CRITICAL,
            scope=Scope.ENTITY,
            message=f"{file}: debits of ledger entity {entity!r}, period {period}, must equal credits in every journal and "
            f"currency, found {_totals(of_period)} in {_journals(of_period)} ({UNBALANCED})",
            expected="debits equal to credits",
            found=_totals(of_period),
            advice=advice_for(UNBALANCED),
            entity_type=LEDGER_ENTITY,
            entity_id=entity,
        )
        for (entity, period), of_period in held.items()
    )


def _totals(imbalances: Sequence[Imbalance]) -> str:
    sums: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for imbalance in imbalances:
        sums[imbalance.measure, imbalance.currency] += imbalance.difference
    return ", ".join(f"{_money(f'{total:+,f}', currency)} {measure}" for (measure, currency), total in sums.items())


def _journals(imbalances: Sequence[Imbalance]) -> str:
    shown = "; ".join(
        f"journal {i.journal_id!r} {i.debit:,f} against {_money(f'{i.credit:,f}', i.currency)} {i.measure}"
        for i in imbalances[:SHOWN_JOURNALS]
    )
    more = len(imbalances) - SHOWN_JOURNALS
    return f"{shown} and {more} more" if more > 0 else shown


def _money(amount: str, currency: str | None) -> str:
    return amount if currency is None else f"{amount} {currency}"
