"""What a concession pays its owners, and what a regulated asset base grows to. From figures only.

Amounts in one currency, rates as fractions. Source: nav 2 (M-INF).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.numbers import precise

ZERO = Decimal(0)


@dataclass(frozen=True)
class Period:
    """A period of a concession that ends `years` after the strike."""

    years: Decimal
    revenue: Decimal
    opex: Decimal
    debt_service: Decimal
    capex: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """Cash available for debt service (CFADS)."""
        with precise():
            return self.revenue - self.opex - self.capex

    @property
    def dscr(self) -> Decimal | None:
        """Debt service cover ratio; None where no debt is served."""
        if self.debt_service <= 0:
            return None
        with precise():
            return self.available / self.debt_service


@dataclass(frozen=True)
class Distribution:
    """What a period pays its owners, negative where they must put in; `locked_up` is what it keeps back in all."""

    period: Period
    amount: Decimal
    locked_up: Decimal


def distributions(periods: Iterable[Period], lockup: Decimal | None) -> tuple[Distribution, ...]:
    """Cash after debt service, kept back while the cover is below `lockup` (None: no lock-up is agreed).

    What is kept back pays later shortfalls first and is paid out with the first cover that is high enough, at the
    latest at the end. A shortfall beyond it is the owners' to pay.
    """
    kept = ZERO
    paid: list[Distribution] = []
    ordered = sorted(periods, key=lambda period: period.years)
    with precise():
        for at, period in enumerate(ordered):
            kept += period.available - period.debt_service
            is_locked = lockup is not None and period.dscr is not None and period.dscr < lockup
            if kept > 0 and is_locked and at + 1 < len(ordered):
                paid.append(Distribution(period, ZERO, kept))
            else:
                paid.append(Distribution(period, kept, ZERO))
                kept = ZERO
    return tuple(paid)


@dataclass(frozen=True)
class BaseYear:
    """A period of a regulated asset base: indexation of what it opens with, what is added and what is written off."""

    cpi: Decimal
    capex: Decimal
    depreciation: Decimal


def asset_base(opening: Decimal, periods: Sequence[BaseYear]) -> Decimal:
    """RAB = RAB before x (1 + CPI) + capex - depreciation, period by period."""
    base = opening
    with precise():
        for period in periods:
            base = base * (1 + period.cpi) + period.capex - period.depreciation
    return base
