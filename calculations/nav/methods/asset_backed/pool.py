"""What a pool of loans pays month by month under prepayment, default, severity and lag, and what that is worth today.

Exact arithmetic on stated terms; where the terms and the assumptions come from, and who is paid first, is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.period_rates import exact_period_rate

ZERO = Decimal(0)
MONTHS = 12


@dataclass(frozen=True)
class PoolTerms:
    """`coupon_rate` is the weighted average coupon, a fraction a year; `months` the remaining term of level payments.

    A pool that `is_defaulted` pays nothing but its recovery.
    """

    balance: Decimal
    coupon_rate: Decimal
    months: int
    is_defaulted: bool = False


@dataclass(frozen=True)
class PoolAssumptions:
    """CPR, CDR, severity and servicing as fractions a year (severity: of what defaults); the lag in months."""

    cpr: Decimal
    cdr: Decimal
    severity: Decimal
    recovery_lag: int
    servicing_rate: Decimal

    def __post_init__(self) -> None:
        for name in ("cpr", "cdr", "severity", "servicing_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise Unavailable("DOMAIN", f"{name} must be a fraction from 0 to 1, found {getattr(self, name)}")
        if self.recovery_lag < 0:
            raise Unavailable("DOMAIN", f"recovery_lag must be >= 0 months, found {self.recovery_lag}")

    @property
    def smm(self) -> Decimal:
        """Single monthly mortality: the month's part of the CPR."""
        with precise():
            return exact_period_rate(self.cpr)

    @property
    def mdr(self) -> Decimal:
        """Monthly default rate: the month's part of the CDR."""
        with precise():
            return exact_period_rate(self.cdr)


@dataclass(frozen=True)
class PoolMonth:
    """Amounts of one month, unrounded: opening - default - scheduled - prepayment = closing."""

    opening: Decimal
    default: Decimal
    interest: Decimal
    scheduled: Decimal
    prepayment: Decimal
    recovery: Decimal
    servicing: Decimal

    @property
    def closing(self) -> Decimal:
        with precise():
            return self.opening - self.default - self.scheduled - self.prepayment

    @property
    def cash(self) -> Decimal:
        with precise():
            return self.interest + self.scheduled + self.prepayment + self.recovery - self.servicing

    def __add__(self, other: PoolMonth) -> PoolMonth:
        with precise():
            return PoolMonth(*(mine + its for mine, its in zip(_amounts(self), _amounts(other), strict=True)))


NOTHING = PoolMonth(*(ZERO,) * 7)


def pool_months(terms: PoolTerms, assumed: PoolAssumptions) -> tuple[PoolMonth, ...]:
    """The months from the next one to the last recovery: scheduled + prepayment + default = balance today, exactly.

    Defaults leave first and bear no interest; the level payment is that of what still performs over the remaining
    term; prepayment is of what is left after it; a default is recovered `recovery_lag` months later, less severity.
    What has defaulted already is recovered after the lag, at the earliest next month. Raises Unavailable BAD_SCHEDULE
    for a balance without a remaining month, DOMAIN for a negative balance or coupon. Source: nav 2 (M-ABS).
    """
    _require_domain(terms)
    lag = assumed.recovery_lag
    with precise():
        if terms.is_defaulted:
            recovered = terms.balance * (1 - assumed.severity)
            last = PoolMonth(ZERO, ZERO, ZERO, ZERO, ZERO, recovered, ZERO)
            return (*(NOTHING for _ in range(max(lag, 1) - 1)), last)
        smm, mdr, coupon = assumed.smm, assumed.mdr, terms.coupon_rate / MONTHS
        balance, defaults, months = terms.balance, [], []
        for month in range(terms.months + lag):
            left = terms.months - month
            default = balance * mdr if left > 0 else ZERO
            performing = balance - default
            defaults.append(default)
            interest = performing * coupon
            scheduled = _principal_of_level_payment(performing, coupon, left)
            prepayment = (performing - scheduled) * smm
            recovered = defaults[month - lag] * (1 - assumed.severity) if month >= lag else ZERO
            servicing = balance * assumed.servicing_rate / MONTHS
            months.append(PoolMonth(balance, default, interest, scheduled, prepayment, recovered, servicing))
            balance = performing - scheduled - prepayment
        return tuple(months)


def added(pools: Iterable[Sequence[PoolMonth]]) -> tuple[PoolMonth, ...]:
    """Several pools as one: month by month, to the last month of the longest."""
    total: tuple[PoolMonth, ...] = ()
    for months in pools:
        total = tuple(one + other for one, other in zip_longest(total, months, fillvalue=NOTHING))
    return total


def present_value(cash: Iterable[Decimal], annual_rate: Decimal) -> Decimal:
    """Cash at the end of each month from the next one, discounted at a nominal annual rate compounded monthly.

    Raises Unavailable DOMAIN for a rate that leaves nothing to divide by. Source: nav 2 (M-ABS).
    """
    with precise():
        growth = 1 + annual_rate / MONTHS
        if growth <= 0:
            raise Unavailable("DOMAIN", f"discount rate must be above -12, found {annual_rate}")
        value, factor = ZERO, Decimal(1)
        for amount in cash:
            factor *= growth
            value += amount / factor
        return value


def average_life(months: Sequence[PoolMonth]) -> Decimal | None:
    """Years until principal is repaid, weighted by what is repaid; None where nothing is."""
    with precise():
        repaid = [month.scheduled + month.prepayment for month in months]
        total = sum(repaid, ZERO)
        if total == 0:
            return None
        return sum((at * amount for at, amount in enumerate(repaid, 1)), ZERO) / total / MONTHS


def _principal_of_level_payment(performing: Decimal, coupon: Decimal, left: int) -> Decimal:
    """Principal inside the level payment; the last one repays all, so that no rounding is left over."""
    if left <= 1:
        return performing
    if coupon == 0:
        return performing / left
    return performing * coupon / ((1 + coupon) ** left - 1)


def _require_domain(terms: PoolTerms) -> None:
    if terms.balance < 0 or terms.coupon_rate < 0:
        found = f"{terms.balance} at {terms.coupon_rate}"
        raise Unavailable("DOMAIN", f"balance and coupon of a pool must be >= 0, found {found}")
    if terms.balance > 0 and terms.months < 1 and not terms.is_defaulted:
        raise Unavailable(
            "BAD_SCHEDULE", f"{terms.balance} must have months left to be repaid in, found {terms.months}"
        )


def _amounts(month: PoolMonth) -> tuple[Decimal, ...]:
    return (
        month.opening,
        month.default,
        month.interest,
        month.scheduled,
        month.prepayment,
        month.recovery,
        month.servicing,
    )
