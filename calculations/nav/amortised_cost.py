"""Amortised cost: the effective interest rate and what it carries a holding at, straight line and constant yield.

For loans too: `effective_rate` and `carried_forward` take any level periods. Allowances for losses are not here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from calculations.nav.accrued_interest import accrued_per_100, interest_period, is_ex_dividend
from calculations.nav.bonds.period_flows import PeriodFlows, periodic_rate, present_value
from calculations.nav.bonds.pricing import coupon_dates, periods_left, remaining_flows
from calculations.nav.numbers import precise, times
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms

METHODS = ("EFFECTIVE_INTEREST", "CONSTANT_YIELD", "STRAIGHT_LINE")


@dataclass(frozen=True)
class Purchase:
    """How a holding was bought. `price` per 100 of face, CLEAN or DIRTY; `transaction_costs` in money are part of cost.

    None is a term that is not known; what needs it says so.
    """

    face: Decimal
    date: dt.date | None
    price: Decimal | None
    price_type: str = "CLEAN"
    transaction_costs: Decimal = Decimal(0)


@dataclass(frozen=True)
class AmortisedCost:
    """In money. `carrying_amount` has the accrued coupon inside; `accrued_interest` is that part.

    `effective_annual_rate` compounds once a year; None on a straight line, which has no rate.
    """

    carrying_amount: Decimal
    accrued_interest: Decimal
    effective_annual_rate: Decimal | None

    @property
    def carrying_amount_clean(self) -> Decimal:
        """The carrying amount without accrued coupon: it starts at the cost and ends at the redemption."""
        with precise():
            return self.carrying_amount - self.accrued_interest


def effective_rate(cost: Decimal, payments: Sequence[Decimal]) -> Decimal:
    """The effective interest rate per period: cost = sum of payment_k / (1 + rate)^k, k from 1, to some 45 digits.

    `cost` is what was paid with directly attributable costs, or lent net of discount and fees; `payments` (n,) fall at
    the ends of level periods, the last with the redemption. Raises Unavailable DOMAIN as `periodic_rate`.
    Source: nav 2 (M-BOND, M-PD); E-5, E-12.
    """
    return periodic_rate(PeriodFlows(tuple(payments)), cost)


def carried_forward(cost: Decimal, rate: Decimal, payments: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The carrying amount after each payment, (n,): carry x (1 + rate) - payment, unrounded.

    Without the redemption in the last payment the last carrying amount is the redemption. A missed payment is zero.
    Source: nav 2, M-BOND; E-5.
    """
    carried: list[Decimal] = []
    with precise():
        carry = cost
        for payment in payments:
            carry = carry * (1 + rate) - payment
            carried.append(carry)
    return tuple(carried)


def amortised_cost(terms: BondTerms, purchase: Purchase, date: dt.date, method: str | None) -> AmortisedCost:
    """What a bond or bill bought once is carried at on `date`, after that day's coupon and before the redemption.

    EFFECTIVE_INTEREST and CONSTANT_YIELD are one method: the carry grows by (1 + EIR)^(periods) and falls by each
    coupon, periods counted as in `yield_to_maturity`; without coupons by (redemption / cost)^(days / days to maturity).
    STRAIGHT_LINE spreads redemption less clean cost over actual days, with the accrued coupon beside it. At maturity
    each gives the redemption.

    Raises Unavailable MISSING_TERMS without price, date or method; UNIT_MISMATCH for a price neither CLEAN nor DIRTY;
    UNSUPPORTED_CONVENTION for another method; BAD_SCHEDULE where purchase, date and maturity are out of order; DOMAIN
    for a face or cost that is not positive; and as `yield_to_maturity`. Source: nav 2, M-BOND; E-5, E-6.
    """
    if method is None:
        raise Unavailable("MISSING_TERMS", "amortised cost needs an amortisation method, found none")
    if method not in METHODS:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"amortisation method must be one of {', '.join(METHODS)}; found {method}"
        )
    bought, cost, accrued_paid = _cost(terms, purchase)
    if not bought <= date <= terms.maturity_date:
        raise Unavailable(
            "BAD_SCHEDULE",
            f"amortised cost runs from the purchase on {bought} to maturity on {terms.maturity_date}, found {date}",
        )
    with precise():
        redemption = purchase.face * terms.redemption_price / 100
        accrued = purchase.face * accrued_per_100(_as_bought(terms, bought, date), date) / 100
        days, elapsed = (terms.maturity_date - bought).days, (date - bought).days
        if method == "STRAIGHT_LINE":
            clean_cost = cost - accrued_paid
            return AmortisedCost(
                clean_cost + times(redemption - clean_cost, Fraction(elapsed, days)) + accrued, accrued, None
            )
        if not terms.coupon_rate:
            annual = periodic_rate(PeriodFlows((redemption,), Fraction(days, 365)), cost)
            left = PeriodFlows((redemption,), Fraction(days - elapsed, 365))
            return AmortisedCost(present_value(left, annual), Decimal(0), annual)
        flows = remaining_flows(terms, bought)
        flows = replace(flows, amounts=tuple(amount * purchase.face / 100 for amount in flows.amounts))
        rate = periodic_rate(flows, cost)
        annual = (1 + rate) ** terms.coupon_frequency - 1
        if date == terms.maturity_date:
            return AmortisedCost(redemption, Decimal(0), annual)
        # What is still to come at the effective rate is what the roll-forward from cost leaves, without its rounding.
        left = PeriodFlows(flows.amounts[-len(coupon_dates(terms, date)) :], periods_left(terms, date))
        return AmortisedCost(present_value(left, rate), accrued, annual)


def _cost(terms: BondTerms, purchase: Purchase) -> tuple[dt.date, Decimal, Decimal]:
    """Purchase date, cost with the interest bought and the transaction costs, and the interest bought."""
    if purchase.date is None or purchase.price is None:
        missing = "date" if purchase.date is None else "price"
        raise Unavailable("MISSING_TERMS", f"amortised cost needs a purchase {missing}, found none")
    if purchase.price_type not in ("CLEAN", "DIRTY"):
        raise Unavailable("UNIT_MISMATCH", f"a purchase price must be CLEAN or DIRTY, found {purchase.price_type}")
    if purchase.date >= terms.maturity_date:
        raise Unavailable(
            "BAD_SCHEDULE", f"a purchase must lie before maturity {terms.maturity_date}, found {purchase.date}"
        )
    if purchase.face <= 0:
        raise Unavailable("DOMAIN", f"the face carried at amortised cost must be above 0, found {purchase.face}")
    with precise():
        accrued = purchase.face * accrued_per_100(terms, purchase.date) / 100
        paid = purchase.face * purchase.price / 100 + purchase.transaction_costs
        cost = paid + accrued if purchase.price_type == "CLEAN" else paid
    if cost <= 0:
        raise Unavailable("DOMAIN", f"amortised cost needs a cost above 0, found {cost}")
    return purchase.date, cost, accrued


def _as_bought(terms: BondTerms, bought: dt.date, date: dt.date) -> BondTerms:
    """The terms by which the holder accrues: only who bought ex-dividend goes without the coupon then due."""
    is_bought_ex = bool(terms.coupon_rate) and is_ex_dividend(terms, bought)
    if is_bought_ex and interest_period(terms, bought) == interest_period(terms, date):
        return terms
    return replace(terms, ex_dividend_days=0)
