"""The contract of a loan as its rows state it, on the day of a strike. Formulas are in loan; losses are not here.

Source: nav 2 (M-PD), input-contracts 4.1 and 4.4 (LOAN).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.nav.day_fractions import year_fraction
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.methods.private_debt.loan import (
    Carried,
    Payment,
    balances,
    bullet,
    carried,
    carried_with_resets,
    level,
    payment_dates,
)
from calculations.nav.numbers import precise, times
from calculations.nav.results import Unavailable
from calculations.nav.valuation_point import AgeLimit

ZERO = Decimal(0)
INDEX_LIMIT = AgeLimit(5, "DAYS")  # input-contracts 2.1
PLANS: Mapping[str, Callable[[Decimal, Decimal, Decimal, int], Sequence[Payment]]] = {"BULLET": bullet, "LEVEL": level}


@dataclass(frozen=True)
class Contract:
    """A loan on a day. `over` payments lie behind it; `left` are the others, with their `dates`, at today's rate.

    `coupon` and `kept` are fractions a year, of the current period; `since` is its first day.
    """

    carried: Carried
    coupon: Decimal
    kept: Decimal
    frequency: int
    since: dt.date
    dates: Sequence[dt.date]
    left: Sequence[Payment]

    @property
    def annual_rate(self) -> Decimal:
        """The effective rate, compounded over a year."""
        with precise():
            return (1 + self.carried.rate) ** self.frequency - 1

    def balance_at(self, day: dt.date) -> Decimal:
        """What is owed after the payments that fall on `day` or before."""
        after = sum(date <= day for date in self.dates)
        return balances(self.carried.balance, self.left)[after]


def read_contract(evidence: Evidence) -> Contract:
    """The loan on the day. Raises Unavailable BAD_SCHEDULE before origination and from maturity on, MISSING_TERMS and
    UNSUPPORTED_CONVENTION for terms that are missing or no convention, and the reason why a floating rate is not known.
    """
    origination, maturity = evidence.required("origination_date"), evidence.required("maturity_date")
    if not origination <= evidence.day < maturity:
        raise Unavailable(
            "BAD_SCHEDULE", f"{evidence.product_id}: runs from {origination} to {maturity}, valued on {evidence.day}"
        )
    frequency = int(evidence.required("payment_frequency"))
    scheduled = evidence.product["amortisation"] == "SCHEDULE"
    dates = payment_dates(origination, maturity, frequency)
    if scheduled:
        dates = _scheduled_dates(evidence, dates)
    over = sum(date <= evidence.day for date in dates)
    principal: Decimal = evidence.required("principal")
    kept: Decimal = evidence.product["pik_rate"] or ZERO
    with precise():
        cost = principal * (1 - (evidence.product["original_discount_rate"] or ZERO))
        cost -= evidence.product["fees_deferred"] or ZERO

        def plan(balance: Decimal, rate: Decimal, count: int) -> Sequence[Payment]:
            amortisation = evidence.required("amortisation")
            if amortisation not in PLANS:
                raise Unavailable(
                    "UNSUPPORTED_CONVENTION",
                    f"{evidence.product_id}: this loan must be BULLET or LEVEL, found {amortisation}",
                )
            return PLANS[amortisation](balance, rate / frequency, kept / frequency, count)

        starts = (origination, *dates[:-1])
        if evidence.product["coupon_kind"] == "FLOATING":
            rates = [_floating(evidence, start) for start in starts[: over + 1]]
            coupon = rates[-1]
            found = carried_with_resets(cost, principal, rates, len(dates), plan, _received(evidence, dates[:over]))
            left = plan(found.balance, coupon, len(dates) - over)
        else:
            coupon = evidence.required("coupon_rate")
            payments = _scheduled(evidence, dates) if scheduled else plan(principal, coupon, len(dates))
            found = carried(cost, principal, payments, _received(evidence, dates[:over]))
            left = payments[over:]
    return Contract(found, coupon, kept, frequency, starts[over], dates[over:], left)


def accrued(evidence: Evidence, contract: Contract, rate: Decimal) -> Decimal:
    """Interest on the balance at `rate` a year since the last payment, by the day count of the loan."""
    convention = evidence.required("day_count")
    if convention == "ACT_ACT_ICMA":
        elapsed, whole = evidence.day - contract.since, contract.dates[0] - contract.since
        years = Fraction(elapsed.days, whole.days * contract.frequency)
    else:
        years = year_fraction(contract.since, evidence.day, convention)
    with precise():
        return times(contract.carried.balance * rate, years)


def days_past_due(evidence: Evidence) -> int:
    """Since the first payment that was missed and is not made good by the day."""
    missed = [row["event_date"] for row in _loan_rows(evidence) if _is_missed(row, evidence.day)]
    return max(((evidence.day - day).days for day in missed), default=0)


def _is_missed(row: Row, day: dt.date) -> bool:
    is_paid = row["paid_date"] is not None and row["paid_date"] <= day
    return bool(row["status"] == "MISSED" and row["event_date"] <= day and not is_paid)


def _loan_rows(evidence: Evidence) -> Sequence[Row]:
    return rows_of(evidence.stated.schedules, kind="LOAN")


def _floating(evidence: Evidence, day: dt.date) -> Decimal:
    """Index, not below the floor, and spread, as it was reset on a day; the rate of an index is a fraction."""
    index_id = evidence.required("index_id")
    quote = evidence.price(index_id, instrument_type="INDEX", day=day, limit=INDEX_LIMIT)
    if quote.price >= 1:
        raise Unavailable(
            "UNIT_MISMATCH", f"{index_id}: a rate must be a fraction a year, found {quote.price} on {day}"
        )
    floor, spread = evidence.product["floor_rate"], evidence.required("spread_rate")
    with precise():
        index: Decimal = quote.price if floor is None else max(quote.price, floor)
        return index + spread


def _scheduled_dates(evidence: Evidence, level: Sequence[dt.date]) -> tuple[dt.date, ...]:
    """The days of the schedule: one in each month in which a level period ends, the last at maturity."""
    stated = tuple(sorted(row["event_date"] for row in _loan_rows(evidence)))
    months, wanted = ([(day.year, day.month) for day in days] for days in (stated, level))
    if months != wanted or stated[-1] != level[-1]:
        wrong = ", ".join(f"{year}-{month:02d}" for year, month in sorted(set(months) ^ set(wanted))[:3])
        raise Unavailable(
            "BAD_SCHEDULE",
            f"{evidence.product_id}: LOAN must have a row for each payment up to {level[-1]}, "
            f"amiss in {wrong or 'the last'}",
        )
    return stated


def _scheduled(evidence: Evidence, dates: Sequence[dt.date]) -> tuple[Payment, ...]:
    rows = {row["event_date"]: row for row in _loan_rows(evidence)}
    return tuple(
        Payment(
            interest=evidence.required("amount", row),
            principal=evidence.required("amount_2", row),
            kept=row["amount_4"] or ZERO,
            fee=row["amount_3"] or ZERO,
        )
        for row in (rows[day] for day in dates)
    )


def _received(evidence: Evidence, dates: Sequence[dt.date]) -> list[Decimal | None]:
    """What each payment that is over brought where it was missed or paid otherwise; None: as contracted."""
    rows = {row["event_date"]: row for row in _loan_rows(evidence)}
    stated = [rows.get(day) for day in dates]
    return [None if row is None else ZERO if _is_missed(row, evidence.day) else row["paid_amount"] for row in stated]
