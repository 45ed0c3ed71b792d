"""The management fee of a quarter of a demo fund, class by class, with what is waived and offset. Other costs do not belong here.

Source: fund-admin F-1 to F-6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ingestion.samples.funds.cents import from_millions, share_out
from ingestion.samples.funds.parameters import FundPlan
from ingestion.samples.funds.story import WaiverPlan

YEAR = 360  # days of a year of twelve months of 30 days


@dataclass(frozen=True)
class FeePart:
    """What one class is charged. Cents; net = gross less waiver, rebate and offset."""

    class_code: str
    basis_amount: int
    gross: int
    waiver: int = 0
    rebate: int = 0
    offset: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.waiver - self.rebate - self.offset


@dataclass
class OffsetBalance:
    """Portfolio fees that have not reduced a management fee yet; what exceeds a fee is carried forward."""

    plan: FundPlan
    open_amount: dict[str, int] = field(default_factory=dict)  # by class
    seen_until: dt.date = dt.date.min

    def receive(self, until: dt.date, by_class: Callable[[dt.date], Mapping[str, int]]) -> None:
        """Take in the fund's share of what portfolio companies paid before `until`, by the commitments of that day."""
        for item in self.plan.portfolio_fees:
            if self.seen_until <= item.date < until:
                amount = half_up(from_millions(item.gross) * Fraction(str(item.fund_share)))
                for code, share in share_out(amount, by_class(item.date)).items():
                    self.open_amount[code] = self.open_amount.get(code, 0) + share
        self.seen_until = until

    def apply(self, parts: tuple[FeePart, ...]) -> tuple[FeePart, ...]:
        """Reduce the fee of each class by what is open for it, at most to zero."""
        applied = {part.class_code: min(self.open_amount.get(part.class_code, 0), part.net) for part in parts}
        for code, amount in applied.items():
            self.open_amount[code] = self.open_amount.get(code, 0) - amount
        return tuple(replace(part, offset=applied[part.class_code]) for part in parts)


def half_up(amount: Fraction) -> int:
    """Whole cents, halves up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def days_from(start: dt.date, end: dt.date) -> int:
    """Days from the first of a month on, of months of 30 days."""
    return (end.year - start.year) * YEAR + (end.month - start.month) * 30 + end.day - start.day


def fee_parts(
    stretches: Iterable[tuple[Mapping[str, int], int]], rate: float, waivers: Iterable[WaiverPlan]
) -> tuple[FeePart, ...]:
    """A quarter's fee at `rate` a year, less the waivers and rebates in force.

    `stretches` are bases (cents by class) and the days that each holds for; the first basis is told as the fee's.
    """
    held = list(stretches)
    told = held[0][0]
    parts = tuple(
        FeePart(
            code,
            told[code],
            half_up(sum(basis.get(code, 0) * days for basis, days in held) * Fraction(str(rate)) / YEAR),
        )
        for code in told
        if any(basis.get(code, 0) for basis, _ in held)
    )
    for item in waivers:
        given_up = _given_up(item, {part.class_code: part.gross for part in parts})
        if item.type == "REBATE":
            parts = tuple(replace(part, rebate=given_up[part.class_code]) for part in parts)
        else:
            parts = tuple(replace(part, waiver=given_up[part.class_code]) for part in parts)
    return parts


def _given_up(item: WaiverPlan, gross: Mapping[str, int]) -> dict[str, int]:
    if item.share is not None:
        return {code: half_up(amount * Fraction(str(item.share))) for code, amount in gross.items()}
    assert item.amount is not None
    return share_out(min(from_millions(item.amount), sum(gross.values())), gross)
