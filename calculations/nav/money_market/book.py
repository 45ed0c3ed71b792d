"""A fund's holdings on a day added up: assets, averages, liquid shares, NAV per share. Limits and verdicts do not belong here.

Every figure is an exact Decimal at 50 digits and raises Unavailable where something that it needs is not known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from calculations.nav.money_market.maturities import wal_days, wam_days
from calculations.nav.money_market.regulation import Definitions, regulation
from calculations.nav.money_market.terms import Holding, MoneyMarketFund
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

BPS = Decimal(10_000)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Book:
    """A fund, its holdings in the order of their ids, and its business days. Raises ValueError for floats."""

    fund: MoneyMarketFund
    holdings: tuple[Holding, ...]
    day: dt.date
    holidays: frozenset[dt.date] = frozenset()

    def __post_init__(self) -> None:
        for holding in self.holdings:
            for name in ("market_value", "amortised_cost", "liquidity_cost_bps"):
                if isinstance(getattr(holding, name), float):
                    raise ValueError(f"{holding.holding_id}: {name} must be a Decimal, found a float")

    @classmethod
    def of(
        cls, fund: MoneyMarketFund, holdings: Iterable[Holding], day: dt.date, holidays: Iterable[dt.date] = ()
    ) -> Book:
        """A book from holdings in any order."""
        return cls(fund, tuple(sorted(holdings, key=lambda each: each.holding_id)), day, frozenset(holidays))

    @property
    def terms(self) -> Definitions:
        """What the fund's regulation calls short, daily and weekly."""
        return regulation(self.fund.regime).definitions

    def owned(self) -> tuple[Holding, ...]:
        """Holdings of positive value: what is owed is no asset."""
        return self._owned

    def total_assets(self) -> Decimal:
        """Market value of all that is owned. Raises MISSING_HOLDINGS where nothing is."""
        return self._total_assets

    @cached_property
    def _owned(self) -> tuple[Holding, ...]:
        return tuple(holding for holding in self.holdings if market_value(holding) > 0)

    @cached_property
    def _total_assets(self) -> Decimal:
        with precise():
            total = sum_of(self.owned(), market_value) + known(self.fund.other_assets, "assets that no holding lists")
        if total <= 0:
            raise Unavailable("MISSING_HOLDINGS", f"{self.fund.product_id}: expected assets above zero, found {total}")
        return total

    def share(self, holdings: Iterable[Holding]) -> Decimal:
        """Market value of some holdings as a fraction of total assets."""
        with precise():
            return sum_of(holdings, market_value) / self.total_assets()

    def net_assets(self, value: Callable[[Holding], Decimal]) -> Decimal:
        """Holdings at `value` with the other assets, less liabilities. Raises MISSING_HOLDINGS where there are none."""
        if not self.holdings:
            raise Unavailable("MISSING_HOLDINGS", f"{self.fund.product_id}: expected a holding, found none")
        with precise():
            other = known(self.fund.other_assets, "assets that no holding lists")
            return sum_of(self.holdings, value) + other - known(self.fund.liabilities, "liabilities")

    def nav_per_share(self, value: Callable[[Holding], Decimal]) -> Decimal:
        """Net assets a share, not rounded. Raises NO_SHARES where there are none."""
        shares = self.fund.shares_outstanding
        if shares is None or shares <= 0:
            raise Unavailable("NO_SHARES", f"{self.fund.product_id}: expected shares above zero, found {shares}")
        with precise():
            return self.net_assets(value) / shares

    def deviation_bps(self) -> Decimal:
        """The NAV per share at market values against the stable price, signed. Source: nav 4.1, Shadow."""
        with precise():
            return (self.nav_per_share(market_value) / self.stable_price() - 1) * BPS

    def stable_price(self) -> Decimal:
        """The price at which a stable fund deals. Raises MISSING_VALUE, DOMAIN unless it is above zero."""
        stable = known(self.fund.stable_nav, "stable price")
        if stable <= 0:
            raise Unavailable("DOMAIN", f"{self.fund.product_id}: stable price must be > 0, found {stable}")
        return stable

    def weighted_average(self, days: Callable[[Holding], int]) -> Decimal:
        """Days weighted by market value over all that has a life; cash and receivables are left out. Source: nav 4.1."""
        living = [holding for holding in self.owned() if holding.has_life]
        with precise():
            weight = sum_of(living, market_value)
            if not living:
                raise Unavailable("MISSING_HOLDINGS", f"{self.fund.product_id}: expected a security, found none")
            return sum_of(living, lambda holding: days(holding) * market_value(holding)) / weight

    def wam(self) -> Decimal:
        """Weighted average maturity in calendar days."""
        return self.weighted_average(lambda holding: wam_days(holding, self.day, self.fund.regime))

    def wal(self) -> Decimal:
        """Weighted average life in calendar days."""
        return self.weighted_average(lambda holding: wal_days(holding, self.day, self.fund.regime))

    def daily_liquid(self) -> Decimal:
        """Daily liquid assets as a fraction of total assets. Source: nav 4.1, 4.2."""
        return self.share(holding for holding in self.owned() if self.is_daily_liquid(holding))

    def weekly_liquid(self) -> Decimal:
        """Weekly liquid assets as a fraction of total assets, EU sub-limits applied. Source: nav 4.1, 4.2."""
        liquid = self.share(holding for holding in self.owned() if self.is_weekly_liquid(holding))
        added = self.share(holding for holding in self.owned() if self.may_add_to_weekly(holding))
        most = self.terms.weekly_sub_limits.get(self.fund.fund_type, ZERO)
        with precise():
            return liquid + min(added, most)

    def is_daily_liquid(self, holding: Holding) -> bool:
        """Cash, Treasuries (rule 2a-7 alone), and what is paid or payable on demand within one business day."""
        is_treasury = self.fund.regime == "US_2A7" and holding.is_treasury()
        return is_treasury or self._is_paid_within(holding, self.terms.daily_business_days)

    def is_weekly_liquid(self, holding: Holding) -> bool:
        """The same within five business days; under rule 2a-7 also agency discount notes with 60 days left or fewer."""
        if self.fund.regime == "US_2A7" and (holding.is_treasury() or self._is_short_note(holding)):
            return True
        return self._is_paid_within(holding, self.terms.weekly_business_days)

    def may_add_to_weekly(self, holding: Holding) -> bool:
        """Whether EU rules let it into weekly liquid assets up to a sub-limit though it does not mature within the week."""
        if self.fund.regime == "US_2A7" or not holding.is_highly_liquid or self.is_weekly_liquid(holding):
            return False
        if self.fund.fund_type in ("VNAV_SHORT", "VNAV_STANDARD"):
            return holding.is_security or holding.is_fund_units
        is_public = holding.is_government_security(self.fund.regime)
        return is_public and wal_days(holding, self.day, self.fund.regime) <= self.terms.weekly_public_debt_days

    def _is_short_note(self, holding: Holding) -> bool:
        is_note = holding.is_agency_discount_note()
        return is_note and wal_days(holding, self.day, "US_2A7") <= self.terms.weekly_discount_note_days

    def _is_paid_within(self, holding: Holding, business_days: int) -> bool:
        if holding.is_cash:
            return True
        if holding.is_fund_units and self.fund.regime == "EU_MMFR":
            return False  # they enter weekly liquid assets by the sub-limit alone
        paid_on = self.day + dt.timedelta(days=wal_days(holding, self.day, self.fund.regime))
        return paid_on <= self.business_day(business_days)

    def business_day(self, count: int) -> dt.date:
        """The `count`th business day after the valuation date, before it where `count` is negative."""
        step = dt.timedelta(days=1 if count > 0 else -1)
        found, left = self.day, abs(count)
        while left:
            found += step
            left -= found.weekday() < 5 and found not in self.holidays
        return found


def market_value(holding: Holding) -> Decimal:
    """Raises MISSING_VALUE where the holding has none."""
    return known(holding.market_value, f"market value of {holding.holding_id}")


def amortised_value(holding: Holding) -> Decimal:
    """Amortised cost; cash and receivables are worth what they are. Raises MISSING_VALUE."""
    if holding.amortised_cost is None and not holding.has_life:
        return market_value(holding)
    return known(holding.amortised_cost, f"amortised cost of {holding.holding_id}")


def known(value: Decimal | None, name: str) -> Decimal:
    """The value. Raises MISSING_VALUE where there is none."""
    if value is None:
        raise Unavailable("MISSING_VALUE", f"expected the {name}, found none")
    return value


def sum_of(holdings: Iterable[Holding], value: Callable[[Holding], Decimal]) -> Decimal:
    """Values added up; zero for none. To be called within `precise()`."""
    return sum((value(holding) for holding in holdings), ZERO)
