"""Whether journals balance, and the hold of an entity and period in which one does not. Reading journals does not belong here.

A journal is complete or its period is not published; no line is dropped or added to make it balance. Source: fund-admin 1.10,
G-2; input-contracts 1.4, CONTROL_TOTAL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingestion.extract import Finding, Scope, Severity
from ingestion.ledger.canonical import POSTED, SHOWN_ROWS, JournalLine
from ingestion.reasons import advice_for

LEDGER_ENTITY = "ledger_entity"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Posting:
    """What a line says of the balance of its journal. `period` is its month, YYYY-MM, or '' while its day is not known."""

    row: int
    journal_id: str
    amount: Decimal
    status: str
    period: str = ""
    currency: str | None = None
    segment: str | None = None

    @classmethod
    def of(cls, line: JournalLine) -> Posting:
        month, segment = f"{line.posting_date:%Y-%m}", line.balancing_segment
        return cls(line.row, line.journal_id, line.amount, line.status, month, line.currency, segment)


@dataclass(frozen=True)
class Imbalance:
    """A journal whose sides differ within one currency and balancing segment, as `Posting` names them.

    `deleted` is what lines that the ledger has deleted since would add to the difference.
    """

    journal_id: str
    period: str
    currency: str | None
    segment: str | None
    debits: Decimal
    credits: Decimal
    rows: tuple[int, ...]
    deleted: Decimal

    @property
    def difference(self) -> Decimal:
        """Debits less credits."""
        return self.debits - self.credits

    def __str__(self) -> str:
        within = "".join(
            f", {name} {value}" for name, value in (("", self.currency), ("location", self.segment)) if value
        )
        lines = ", ".join(map(str, self.rows[:SHOWN_ROWS])) + (" and more" if len(self.rows) > SHOWN_ROWS else "")
        deleted = f" ({self.difference + self.deleted:,} with its deleted lines)" if self.deleted else ""
        return (
            f"journal {self.journal_id!r}{within.replace(',  ', ', ')}: {self.debits:,} and {self.credits:,}, "
            f"difference {self.difference:,}{deleted}, in lines {lines}"
        )


def imbalances(lines: Sequence[Posting]) -> list[Imbalance]:
    """Journals with a difference, by period and journal, among the lines that are posted."""
    journals: dict[tuple[str, str, str, str], list[Posting]] = defaultdict(list)
    for line in lines:
        journals[line.period, line.journal_id, line.currency or "", line.segment or ""].append(line)
    found = []
    for (period, journal_id, currency, segment), journal in sorted(journals.items()):
        posted = [line for line in journal if line.status in POSTED]
        debits = sum((line.amount for line in posted if line.amount > 0), ZERO)
        credits = -sum((line.amount for line in posted if line.amount < 0), ZERO)
        if debits != credits:
            deleted = sum((line.amount for line in journal if line.status == "DELETED"), ZERO)
            rows = tuple(line.row for line in posted)
            found.append(
                Imbalance(journal_id, period, currency or None, segment or None, debits, credits, rows, deleted)
            )
    return found


def hold_findings(file: str, entity: str, lines: Sequence[Posting], quarantined: int) -> tuple[Finding, ...]:
    """One critical finding for each period of `entity` with a journal that does not balance, and one where rows are lacking.

    Each holds the entity at its last good version of the period, and of all periods of the file where rows are lacking:
    whether a journal that balances without them is whole, nothing tells.
    """
    by_period: dict[str, list[Imbalance]] = defaultdict(list)
    for imbalance in imbalances(lines):
        by_period[imbalance.period].append(imbalance)
    findings = []
    for period, found in by_period.items():
        total = sum((imbalance.difference for imbalance in found), ZERO)
        named = "; ".join(map(str, found[:SHOWN_ROWS]))
        more = f"; and {len(found) - SHOWN_ROWS} more journals" if len(found) > SHOWN_ROWS else ""
        findings.append(
            _hold(
                entity,
                f"{file}: ledger {entity!r}, {f'period {period}' if period else 'period of the journal'}: every journal must have debits equal to credits, found "
                f"{len(found)} with a difference of {total:,} in all: {named}{more}; all lines are loaded, the period is held",
                f"{total:,}",
            )
        )
    if quarantined:
        findings.append(
            _hold(
                entity,
                f"{file}: ledger {entity!r}: every row must be readable for its periods to be whole, found {quarantined} "
                f"quarantined; the periods of the file are held",
                str(quarantined),
            )
        )
    return tuple(findings)


def _hold(entity: str, message: str, found: str) -> Finding:
    return Finding(
        code="CONTROL_TOTAL",
        severity=Severity.CRITICAL,
        scope=Scope.ENTITY,
        message=f"{message} (CONTROL_TOTAL)",
        found=found,
        advice=advice_for("CONTROL_TOTAL"),
        entity_type=LEDGER_ENTITY,
        entity_id=entity,
    )
