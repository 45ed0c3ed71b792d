"""A cap on the expenses of a class: what the adviser owes for the excess, and the true-up when an invoice comes.

Accruing the expenses themselves is in accruals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.nav.numbers import precise, stored, times
from calculations.nav.results import Unavailable
from calculations.nav.terms import Accrual


@dataclass(frozen=True)
class ExpensePeriod:
    """A stretch of a financial year between two strikes: expenses accrued in it, net assets they are measured by and
    its length in years.
    """

    expenses: Decimal
    net_assets: Decimal
    years: Fraction


@dataclass(frozen=True)
class CappedExpenses:
    """`accrued` = `borne` by the class + `receivable` from its adviser, in the currency of the expenses, stored."""

    accrued: Decimal
    allowed: Decimal
    borne: Decimal
    receivable: Decimal


def capped_expenses(periods: Iterable[ExpensePeriod], cap_rate: Decimal) -> CappedExpenses:
    """Expenses of a financial year to date against `cap_rate` a year of the net assets of each period.

    Cumulative, so that a period above the cap is made good by one below it and the adviser owes the excess of the
    year, not of single days. Raises Unavailable DOMAIN (cap outside 0..1, negative net assets or time), BAD_SCHEDULE
    where the periods are longer than a leap year on 360 days. Source: nav 3 (Accruals).
    """
    if not 0 <= cap_rate <= 1:
        raise Unavailable("DOMAIN", f"expense_cap_rate must be a fraction, found {cap_rate}")
    accrued = allowed = Decimal(0)
    length = Fraction(0)
    with precise():
        for period in periods:
            if period.net_assets < 0 or period.years < 0:
                found = f"{period.net_assets} over {period.years} years"
                raise Unavailable("DOMAIN", f"net assets and time of a period must be >= 0, found {found}")
            accrued += period.expenses
            allowed += times(period.net_assets * cap_rate, period.years)
            length += period.years
        if length > Fraction(366, 360):
            raise Unavailable("BAD_SCHEDULE", f"a cap is measured within one financial year, found {float(length)}")
        accrued, allowed = stored(accrued), stored(allowed)
        receivable = max(Decimal(0), accrued - allowed)
        return CappedExpenses(accrued, allowed, accrued - receivable, receivable)


def adviser_receivable(capped: CappedExpenses, share_class_id: str, currency: str) -> Accrual | None:
    """The receivable of a strike; None where the cap is not reached."""
    if capped.receivable == 0:
        return None
    return Accrual(
        accrual_id=f"expense-cap/{share_class_id}",
        kind="ADVISER_RECEIVABLE",
        side="ASSET",
        method="STATED",
        currency=currency,
        share_class_id=share_class_id,
        amount=capped.receivable,
    )


def true_up(accrued: Decimal, invoiced: Decimal) -> Decimal:
    """What the strike that learns of an invoice books beside the accrual: above zero, a further expense. Stored."""
    with precise():
        return stored(invoiced - accrued)
