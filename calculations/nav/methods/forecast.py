"""The years of a forecast as a strike inside one of them sees them, and assumed amounts of money. No cash flows.

A forecast starts on the day of the assumption that says how long it runs; what is over by the strike is left out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from calculations.months import add_months, as_date
from calculations.nav.methods.cash_flows import years_between
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

MONTHS = 12


@dataclass(frozen=True)
class ForecastYear:
    """Year `number` of a forecast, 1 the first: what is left of it, from `start` to `end` in years after the strike."""

    number: int
    start: Decimal
    end: Decimal

    @property
    def share(self) -> Decimal:
        """How much of a whole year is left."""
        with precise():
            return self.end - self.start


@dataclass(frozen=True)
class Horizon:
    """A forecast from `base` over `life` years, to `last_day` where that is known; `elapsed` of them are over.

    Years are those of the calendar, from `base` to its anniversaries; only a part of one is measured by a convention.
    """

    base: dt.date
    life: Decimal
    elapsed: Decimal
    last_day: dt.date | None = None

    def years(self) -> tuple[ForecastYear, ...]:
        """The years that are not over; the last one is shorter where the life is no whole number."""
        found = []
        number = 1
        with precise():
            while number - 1 < self.life:
                start, end = max(Decimal(number - 1), self.elapsed), min(Decimal(number), self.life)
                if start < end:
                    found.append(ForecastYear(number, start - self.elapsed, end - self.elapsed))
                number += 1
        return tuple(found)

    def first_day(self, number: int) -> dt.date:
        """The day on which year `number` starts."""
        return as_date(add_months(self.base, MONTHS * (number - 1)))

    def last_day_of(self, number: int) -> dt.date:
        """The day on which year `number` ends, which for the last one may be earlier than its anniversary."""
        anniversary = self.first_day(number + 1)
        return anniversary if self.last_day is None else min(anniversary, self.last_day)


def whole_years(start: dt.date, end: dt.date) -> int:
    """Anniversaries of `start` up to `end`; none where `end` is earlier."""
    years = max(0, end.year - start.year)
    return years if not years or as_date(add_months(start, MONTHS * years)) <= end else years - 1


def calendar_years(start: dt.date, end: dt.date, convention: str | None) -> Decimal:
    """Whole years of the calendar, and what is left of one by the convention."""
    whole = whole_years(start, end)
    with precise():
        return whole + years_between(as_date(add_months(start, MONTHS * whole)), end, convention)


def horizon(evidence: Evidence, last_day: dt.date | None) -> Horizon:
    """Over LIFE_YEARS from the day they were assumed, else from the strike to `last_day`.

    Raises Unavailable MISSING_ASSUMPTION where neither is stated, DOMAIN for a life not above zero.
    """
    convention = evidence.product["year_fraction"]
    life = evidence.assumptions.find("LIFE_YEARS", "COUNT")
    if life is None and last_day is not None:
        # from the strike on there is nothing after the last day
        last_day = max(evidence.day, last_day)
        return Horizon(evidence.day, calendar_years(evidence.day, last_day, convention), Decimal(0), last_day)
    years = evidence.assumptions.value("LIFE_YEARS", "COUNT")
    if years <= 0:
        raise Unavailable("DOMAIN", f"{evidence.product_id}: LIFE_YEARS must be above zero, found {years}")
    assert life is not None
    return Horizon(life.as_of, years, calendar_years(life.as_of, evidence.day, convention))


def grown(amount: Decimal, rate: Decimal, years: int) -> Decimal:
    """`amount` after so many years at `rate`. Raises Unavailable DOMAIN for a rate of -1 or less."""
    if rate <= -1:
        raise Unavailable("DOMAIN", f"an escalation must be above -1, found {rate}")
    with precise():
        return amount * (1 + rate) ** years


def money_assumed(evidence: Evidence, name: str, unit: str = "MONEY", tenor: str = "") -> Decimal:
    """An assumed amount or price in the product's currency. Raises Unavailable UNIT_MISMATCH for another one."""
    amount = money_if_assumed(evidence, name, unit, tenor)
    return evidence.assumptions.value(name, unit, tenor=tenor) if amount is None else amount


def money_if_assumed(evidence: Evidence, name: str, unit: str = "MONEY", tenor: str = "") -> Decimal | None:
    """As `money_assumed`, and None where nobody assumes it."""
    stated = evidence.assumptions.find(name, unit, tenor=tenor)
    if stated is not None and stated.currency != evidence.currency:
        raise Unavailable(
            "UNIT_MISMATCH",
            f"assumption {name} must be in {evidence.currency}, found {stated.currency or 'no currency'}",
        )
    return None if stated is None else stated.value
