"""Invoices and climate receivables: what is expected to be collected, after dilution and credit loss, discounted to
today.

Loss rates are a provision matrix: assumptions by bucket, under the simplified approach of IFRS 9.
Source: nav 2 (M-REC).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.asset_backed.tape import held, tape
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, NavLine, Unavailable, Valuation

METHOD = "REC/1"
UNOBSERVABLE = 3
DAYS_A_YEAR = 360
ZERO = Decimal(0)


@dataclass(frozen=True)
class Receivable:
    """`dilution` is the part that credit notes will take, `loss_rate` what is lost of the rest; `days` until
    collected.
    """

    amount: Decimal
    dilution: Decimal
    loss_rate: Decimal
    discount_rate: Decimal
    days: int

    def __post_init__(self) -> None:
        for name in ("dilution", "loss_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise Unavailable("DOMAIN", f"{name} must be a fraction from 0 to 1, found {getattr(self, name)}")
        if self.amount < 0:
            raise Unavailable("DOMAIN", f"the amount of a receivable must be >= 0, found {self.amount}")
        if self.days < 0:
            raise Unavailable(
                "BAD_SCHEDULE", f"collection must not be expected in the past, found {-self.days} days ago"
            )

    @property
    def diluted(self) -> Decimal:
        """Expected credit notes."""
        with precise():
            return self.amount * self.dilution

    @property
    def expected_loss(self) -> Decimal:
        """Expected credit loss, undiscounted."""
        with precise():
            return (self.amount - self.diluted) * self.loss_rate

    @property
    def value(self) -> Decimal:
        """amount x (1 - dilution) x (1 - loss rate) / (1 + discount rate x days / 360), unrounded. Raises DOMAIN."""
        with precise():
            growth = 1 + self.discount_rate * self.days / DAYS_A_YEAR
            if growth <= 0:
                raise Unavailable("DOMAIN", f"discount rate {self.discount_rate} over {self.days} days leaves no value")
            return self.amount * (1 - self.dilution) * (1 - self.loss_rate) / growth


def value(evidence: Evidence) -> Valuation:
    """A line for each invoice of the tape. Raises Unavailable as `tape` does, and MISSING_ASSUMPTION DISCOUNT_RATE.

    The dilution of an invoice is its own, else the product's; its days run to the day it is expected to be collected,
    else to the later of due date and today plus the product's collection period.
    """
    rows = tape(evidence, ("INVOICE",))
    discount_rate = evidence.assumptions.value("DISCOUNT_RATE")
    lines: list[NavLine] = []
    known: list[tuple[Row, Receivable]] = []
    for row in rows:
        line_id = f"receivable/{row['pool_item_id']}"
        more = {
            "method": METHOD,
            "quantity": row["balance"],
            "fair_value_level": UNOBSERVABLE,
            "currency": row["currency"],
        }
        try:
            receivable = _receivable(evidence, row, discount_rate)
            lines.append(evidence.line(line_id, held(row, receivable.value), rate=receivable.loss_rate, **more))
            known.append((row, receivable))
        except Unavailable as gap:
            lines.append(evidence.unknown_line(line_id, gap, **more))
    return Valuation(
        method=METHOD,
        measurement_basis=evidence.product["measurement_basis"] or "FAIR_VALUE",
        lines=tuple(lines),
        positions=evidence.inputs.positions,
        accruals=evidence.inputs.accruals,
        measures=_measures(known),
        assumptions=evidence.assumptions.used,
    )


def _receivable(evidence: Evidence, row: Row, discount_rate: Decimal) -> Receivable:
    dilution = row["dilution_rate"]
    return Receivable(
        amount=evidence.required("balance", row),
        dilution=evidence.assumptions.value("DILUTION") if dilution is None else dilution,
        loss_rate=evidence.assumptions.value("LOSS_RATE", tenor=evidence.required("loss_bucket", row)),
        discount_rate=discount_rate,
        days=(_collected_on(evidence, row) - evidence.day).days,
    )


def _collected_on(evidence: Evidence, row: Row) -> dt.date:
    expected: dt.date | None = row["expected_collection_date"]
    if expected is not None:
        return expected
    period, due = evidence.product["collection_period_days"], row["due_date"]
    if period is None or due is None:
        raise Unavailable(
            "MISSING_TERMS",
            f"{row['pool_item_id']}: expected_collection_date must be given, or due_date and the product's "
            "collection_period_days; found neither",
        )
    start: dt.date = max(due, evidence.day)
    return start + dt.timedelta(days=period)


def _measures(known: Sequence[tuple[Row, Receivable]]) -> tuple[Measure, ...]:
    """Gross amount and expected loss of each bucket, and the average days, by currency; of all that is valued."""
    measures: list[Measure] = []
    with precise():
        for currency in sorted({row["currency"] for row, _ in known}):
            of_currency = [(row, each) for row, each in known if row["currency"] == currency]
            for bucket in sorted({row["loss_bucket"] for row, _ in of_currency}):
                in_bucket = [each for row, each in of_currency if row["loss_bucket"] == bucket]
                gross = sum((each.amount for each in in_bucket), ZERO)
                loss = sum((each.expected_loss for each in in_bucket), ZERO)
                subject = f"{currency} {bucket}"
                measures.append(Measure("RECEIVABLES_GROSS", gross, "MONEY", subject, currency))
                measures.append(Measure("EXPECTED_CREDIT_LOSS", loss, "MONEY", subject, currency))
            total = sum((each.amount for _, each in of_currency), ZERO)
            diluted = sum((each.diluted for _, each in of_currency), ZERO)
            measures.append(Measure("EXPECTED_DILUTION", diluted, "MONEY", currency, currency))
            if total > 0:
                days = sum((each.amount * each.days for _, each in of_currency), ZERO) / total
                measures.append(Measure("EXPECTED_DAYS", days, "DAYS", currency))
    return tuple(measures)
