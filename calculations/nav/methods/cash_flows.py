"""Cash flows in time and what they are worth: the one discounting of the methods. What flows, at which rate, is theirs.

Reckoned in Decimal; time is in years from the day of a valuation, by the product's own convention.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.day_fractions import year_fraction
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

YEAR = Decimal(1)
# A year from one day to the same day of the next is 365 or 366 days, not exactly 1, by most conventions.
_TOLERANCE = Decimal("0.02")
DEFAULT_CONVENTION = "ACT_365F"  # of a product that states none. Source: input-contracts 4.1


@dataclass(frozen=True)
class Flow:
    """`amount` that is paid `years` after the valuation, earned since `start`."""

    years: Decimal
    amount: Decimal
    start: Decimal = Decimal(0)

    @property
    def middle(self) -> Decimal:
        """The middle of the stretch that earns it."""
        with precise():
            return (self.start + self.years) / 2


def years_between(start: dt.date, end: dt.date, convention: str | None) -> Decimal:
    """Years from `start` to `end`. Raises Unavailable BAD_SCHEDULE, UNSUPPORTED_CONVENTION."""
    years = year_fraction(start, end, convention or DEFAULT_CONVENTION)
    with precise():
        return Decimal(years.numerator) / years.denominator


def dated_flows(
    start: dt.date, flows: Iterable[tuple[dt.date | None, dt.date, Decimal]], convention: str | None
) -> tuple[Flow, ...]:
    """Flows after `start` in the order of their days, from (first day of the period, day of payment, amount).

    A period that does not say when it starts does so at the end of the one before. Raises Unavailable BAD_SCHEDULE for
    a day given twice and a period that starts after it has ended.
    """
    found: list[Flow] = []
    last = start
    for since, day, amount in sorted(flows, key=lambda flow: flow[1]):
        if day <= start:
            continue
        if found and day == last:
            raise Unavailable("BAD_SCHEDULE", f"a schedule must have one flow a day, found two on {day}")
        began = years_between(start, max(start, since or last), convention)
        paid = years_between(start, day, convention)
        if began > paid:
            raise Unavailable("BAD_SCHEDULE", f"a period must not start after its payment, found {since} and {day}")
        found.append(Flow(paid, amount, began))
        last = day
    return tuple(found)


def discount_factor(rate: Decimal, years: Decimal) -> Decimal:
    """What one unit after `years` is worth now, `rate` compounding yearly. Raises Unavailable DOMAIN at -1 or less."""
    if rate <= -1:
        raise Unavailable("DOMAIN", f"a discount rate must be above -1, found {rate}")
    with precise():
        return (1 + rate) ** -years


def present_value(flows: Iterable[Flow], rate: Decimal, *, mid_period: bool = False) -> Decimal:
    """The worth of `flows` at one yearly `rate`, each discounted from its end or, `mid_period`, from its middle."""
    with precise():
        return sum(
            (flow.amount * discount_factor(rate, flow.middle if mid_period else flow.years) for flow in flows),
            Decimal(0),
        )


def last_year_of(flows: Sequence[Flow]) -> tuple[Sequence[Flow], Sequence[Flow]]:
    """The flows before the last year, and those of the last year. Raises Unavailable BAD_SCHEDULE if they span less."""
    if not flows or flows[-1].years - flows[0].start < YEAR - _TOLERANCE:
        raise Unavailable("BAD_SCHEDULE", f"a forecast must span a year at least, found {len(flows)} flows")
    with precise():
        begin = flows[-1].years - YEAR
    return (
        [flow for flow in flows if flow.middle < begin],
        [flow for flow in flows if flow.middle >= begin],
    )
