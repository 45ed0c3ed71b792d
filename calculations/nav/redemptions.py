"""Redemptions of a product: the price paid, and two rates of what was redeemed, each under a name of its own.

A rate that has no net assets or shares to be measured by is None with its reason, never zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

RedemptionReason = Literal["NO_NAV", "NO_VALUE", "NO_SHARES", "NON_POSITIVE_NET_ASSETS"]

# Orders that take shares out of the product for its money. A switch stays inside it, a transfer keeps the shares.
REDEEMS = ("REDEMPTION", "BURN")


@dataclass(frozen=True)
class RedemptionDay:
    """A day on which the product has a NAV or was redeemed; net assets and values in its currency.

    `net_assets` and `opening_shares` (before the orders of the day) are None where the day has no NAV, the value or
    shares redeemed where an order does not state them.
    """

    day: dt.date
    net_assets: Decimal | None
    opening_shares: Decimal | None
    value_redeemed: Decimal | None = Decimal(0)
    shares_redeemed: Decimal | None = Decimal(0)


@dataclass(frozen=True)
class Window:
    """Calendar days from `start` to `end`, both included."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Unavailable("BAD_SCHEDULE", f"a window must not end before it starts, {self.start} to {self.end}")

    @classmethod
    def of_days(cls, end: dt.date, count: int) -> Window:
        """The `count` calendar days up to `end`: 1 is daily, 7 and 30 the windows reported."""
        if count < 1:
            raise Unavailable("BAD_SCHEDULE", f"a window has at least one day, found {count}")
        return cls(end - dt.timedelta(days=count - 1), end)


@dataclass(frozen=True)
class Measure:
    """`value` unrounded, or None beside the reason."""

    value: Decimal | None
    reason: RedemptionReason | None = None


@dataclass(frozen=True)
class ValidatedNav:
    """A NAV per share that was validated, and its day."""

    valuation_date: dt.date
    nav_per_share: Decimal


def redemption_price(navs: Iterable[ValidatedNav], day: dt.date) -> Measure:
    """The latest validated NAV per share on or before `day`. Source: nav 7, meaning (a)."""
    known = [nav for nav in navs if nav.valuation_date <= day]
    if not known:
        return Measure(None, "NO_NAV")
    return Measure(max(known, key=lambda nav: nav.valuation_date).nav_per_share)


def redemption_rate_value(days: Iterable[RedemptionDay], window: Window) -> Measure:
    """Value redeemed in the window over the mean of its daily net assets, a fraction. Source: nav 7, meaning (b)."""
    inside = _inside(days, window)
    net_assets = [day.net_assets for day in inside if day.net_assets is not None]
    values = [day.value_redeemed for day in inside if day.value_redeemed is not None]
    if not inside or len(net_assets) < len(inside):
        return Measure(None, "NO_NAV")
    if len(values) < len(inside):
        return Measure(None, "NO_VALUE")
    with precise():
        total = sum(net_assets, Decimal(0))
        if total <= 0:
            return Measure(None, "NON_POSITIVE_NET_ASSETS")
        # one division: value / (total / days)
        return Measure(sum(values, Decimal(0)) * len(inside) / total)


def redemption_rate_shares(days: Iterable[RedemptionDay], window: Window) -> Measure:
    """Shares redeemed in the window over the shares its first day opened with, a fraction. Source: nav 7, meaning (c)."""
    inside = _inside(days, window)
    if not inside or any(day.net_assets is None for day in inside):
        return Measure(None, "NO_NAV")
    opening = inside[0].opening_shares
    shares = [day.shares_redeemed for day in inside if day.shares_redeemed is not None]
    if opening is None or opening <= 0 or len(shares) < len(inside):
        return Measure(None, "NO_SHARES")
    with precise():
        return Measure(sum(shares, Decimal(0)) / opening)


def _inside(days: Iterable[RedemptionDay], window: Window) -> Sequence[RedemptionDay]:
    """The days of the window in their order. Raises Unavailable DUPLICATE_INPUT for a day given twice."""
    inside = sorted((day for day in days if window.start <= day.day <= window.end), key=lambda each: each.day)
    if len({each.day for each in inside}) < len(inside):
        raise Unavailable("DUPLICATE_INPUT", f"each day must be given once, found {[str(each.day) for each in inside]}")
    return inside
