"""Carried interest if everything were sold at its value today: capital and preferred return, catch-up, split.

Who holds what, and what the net assets are, does not belong here. Source: nav 2 (M-PE).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.methods.cash_flows import years_between
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

ZERO = Decimal(0)
DAYS_A_YEAR = 365  # of the conventions IRR and DAILY. Source: fund-admin 2.2


@dataclass(frozen=True)
class CapitalFlow:
    """Paid in by the partners (positive) or paid out to them (negative), on a day."""

    date: dt.date
    amount: Decimal


@dataclass(frozen=True)
class CarryTerms:
    """Fractions. `catch_up` is the GP's share of the profit after the preferred return until it has its carry of all
    profit; None: there is no catch-up. `convention` is how the preferred return compounds, `year_fraction` how
    YEAR_FRACTION measures time.
    """

    carry: Decimal
    hurdle: Decimal
    catch_up: Decimal | None
    convention: str
    year_fraction: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.carry < 1:
            raise Unavailable("DOMAIN", f"carried interest must be from 0 to below 1, found {self.carry}")
        if self.hurdle < 0:
            raise Unavailable("DOMAIN", f"hurdle rate must not be below zero, found {self.hurdle}")
        if self.catch_up and not self.carry < self.catch_up <= 1:
            raise Unavailable(
                "DOMAIN", f"a catch-up must be above the carry of {self.carry} and at most 1, found {self.catch_up}"
            )


@dataclass(frozen=True)
class Liquidation:
    """How net assets would be shared out: `to_partners` and `carry` are the whole of them."""

    preferred_balance: Decimal
    profit: Decimal
    to_partners: Decimal
    carry: Decimal


def preferred_balance(flows: Iterable[CapitalFlow], terms: CarryTerms, day: dt.date) -> Decimal:
    """Capital and compounded preferred return still due to the partners on `day`, not below zero.

    A distribution beyond what was due earns nothing back from later capital. Raises Unavailable
    UNSUPPORTED_CONVENTION for a convention in which the order of payment, that no product states, would decide.
    """
    balance = ZERO
    with precise():
        for flow in sorted(flows, key=lambda flow: flow.date):
            # each flow is taken at what it has grown to by `day`, so that the day counts of stretches need not add up
            balance = max(ZERO, balance + flow.amount * _growth(terms, flow.date, day))
    return balance


def liquidate(net_assets: Decimal, flows: Iterable[CapitalFlow], terms: CarryTerms, day: dt.date) -> Liquidation:
    """The waterfall of `net_assets`, before carry, on `day`, after what has been paid in and out by then.

    Without profit beyond the preferred return there is no carry. Carry paid earlier is not known here: net assets are
    shared as if there was none.
    """
    moved = list(flows)
    due = preferred_balance(moved, terms, day)
    with precise():
        contributed = sum((flow.amount for flow in moved if flow.amount > 0), ZERO)
        distributed = -sum((flow.amount for flow in moved if flow.amount < 0), ZERO)
        profit = net_assets + distributed - contributed
        first = min(net_assets, due)
        left = net_assets - first
        carry = ZERO
        if left > 0:
            to_partners_before = max(ZERO, first + distributed - contributed)
            caught_up = ZERO
            if terms.catch_up:
                # catch_up * x = carry * (profit before + x): the GP has its part of all profit after x
                caught_up = min(left, terms.carry * to_partners_before / (terms.catch_up - terms.carry))
                carry = terms.catch_up * caught_up
            carry += terms.carry * (left - caught_up)
        return Liquidation(due, profit, net_assets - carry, carry)


def _growth(terms: CarryTerms, start: dt.date, end: dt.date) -> Decimal:
    if terms.convention == "YEAR_FRACTION":
        return (1 + terms.hurdle) ** years_between(start, end, terms.year_fraction)
    days = Decimal((end - start).days)
    if terms.convention == "IRR":
        return (1 + terms.hurdle) ** (days / DAYS_A_YEAR)
    if terms.convention == "DAILY":
        return (1 + terms.hurdle / DAYS_A_YEAR) ** days
    raise Unavailable(
        "UNSUPPORTED_CONVENTION",
        f"the preferred return on net assets must be by YEAR_FRACTION, IRR or DAILY, found {terms.convention!r}",
    )
