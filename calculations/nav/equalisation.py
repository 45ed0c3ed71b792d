"""Equalisation: what makes each investor bear the performance fee and get the income of his own time in the fund.

The fee itself is in performance_fees. Amounts per share are unrounded; whoever books them multiplies and stores.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from calculations.money import minor_unit
from calculations.nav.numbers import precise, stored
from calculations.nav.performance_fees import PerformanceTerms, performance_fee
from calculations.nav.results import Unavailable


@dataclass(frozen=True)
class Subscription:
    """How a subscriber enters, per share: pays `price`, of which `credit` is held for him.

    CREDIT: above the mark he pays the gross NAV, `nav` + `credit`. CONTINGENT: below it he pays the NAV and owes a
    fee on the way back to the mark. NONE: exactly at the mark.
    """

    kind: Literal["CREDIT", "CONTINGENT", "NONE"]
    price: Decimal
    nav: Decimal
    credit: Decimal
    gross: Decimal
    mark: Decimal


@dataclass(frozen=True)
class RolledUp:
    """A series exchanged for shares of the lead series; what no share was issued for is `residual`, in money."""

    shares: Decimal
    residual: Decimal


@dataclass(frozen=True)
class FirstDistribution:
    """The first distribution of a lot: `capital` is the income he bought, given back; the rest is `income`."""

    amount: Decimal
    capital: Decimal
    income: Decimal


def subscribe(gross: Decimal, mark: Decimal, rate: Decimal) -> Subscription:
    """The terms at which a subscriber enters at a gross NAV per share, with a fee of `rate` above the `mark`.

    Raises Unavailable DOMAIN as `performance_fee` does. Source: nav 3 (Performance-fee equalisation).
    """
    accrued = performance_fee(PerformanceTerms(rate), gross, mark)
    with precise():
        nav = gross - accrued
    if gross == mark:
        return Subscription("NONE", gross, nav, Decimal(0), gross, mark)
    return Subscription("CREDIT" if gross > mark else "CONTINGENT", gross, nav, accrued, gross, mark)


def credit_returned(lot: Subscription, gross: Decimal, rate: Decimal) -> Decimal:
    """What is left of the credit when the period ends at `gross` per share: it stands behind the fee, so it falls with it
    and never grows.
    """
    return min(lot.credit, performance_fee(PerformanceTerms(rate), gross, lot.mark))


def contingent_redemption(lot: Subscription, gross: Decimal, rate: Decimal) -> Decimal:
    """The fee per share that a subscriber below the mark owes when the period ends at `gross`, taken in shares.

    On the way from his entry to the mark, no further: above it the NAV of the class bears it. Source: nav 3.
    """
    if lot.kind != "CONTINGENT":
        return Decimal(0)
    return performance_fee(PerformanceTerms(rate), min(gross, lot.mark), lot.gross)


def shares_for(amount: Decimal, nav: Decimal, share_dp: int) -> RolledUp:
    """Shares that an amount of money buys at `nav`, rounded down, and the money left.

    A credit returned buys them, a contingent redemption gives them up. Raises Unavailable DOMAIN (nav not above
    zero, a negative amount). Source: nav 3 (Rounding: shares are rounded down on issue).
    """
    if nav <= 0 or amount < 0:
        raise Unavailable("DOMAIN", f"expected a NAV above zero and an amount >= 0, found {nav} and {amount}")
    with precise():
        shares = (amount / nav).quantize(minor_unit(share_dp), rounding=ROUND_DOWN)
        return RolledUp(shares, stored(amount - shares * nav))


def roll_up_series(shares: Decimal, series_nav: Decimal, lead_nav: Decimal, share_dp: int) -> RolledUp:
    """The other way to equalise: each subscription is a series with its own mark, exchanged when its fee crystallised.

    The investor holds as much as before: shares of the lead series, rounded down, and the residual in money.
    """
    with precise():
        return shares_for(shares * series_nav, lead_nav, share_dp)


def income_bought(shares: Decimal, accrued_income_per_share: Decimal) -> Decimal:
    """The income inside a subscription price, stored: capital of the new investor. Source: nav 3 (Income equalisation)."""
    with precise():
        return stored(shares * accrued_income_per_share)


def first_distribution(
    shares: Decimal, rate_per_share: Decimal, accrued_income_per_share: Decimal
) -> FirstDistribution:
    """Every share is paid the same; the subscriber's part of it up to what he bought is capital returned, stored."""
    if rate_per_share < 0 or accrued_income_per_share < 0:
        found = f"{rate_per_share} and {accrued_income_per_share}"
        raise Unavailable("DOMAIN", f"rate and accrued income per share must be >= 0, found {found}")
    with precise():
        amount = stored(shares * rate_per_share)
        capital = min(amount, income_bought(shares, accrued_income_per_share))
        return FirstDistribution(amount, capital, amount - capital)
