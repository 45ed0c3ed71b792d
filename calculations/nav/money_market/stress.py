"""Stress tests: NAV and liquidity after a shock of prices and a run of redemptions together. Choosing levels is in stress.yaml.

Source: nav 4.1 (Stress tests).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.money_market.book import Book, known, market_value
from calculations.nav.money_market.concentration import claims_by_issuer
from calculations.nav.money_market.maturities import wal_days, wam_days
from calculations.nav.money_market.terms import Holding, MoneyMarketFund
from calculations.nav.numbers import precise
from calculations.nav.results import Reason, Unavailable

FILE = Path(__file__).with_name("stress.yaml")
YEAR_DAYS = 365
Share = Annotated[Decimal, Field(ge=0, lt=1)]


class Scenario(Terms):
    """RATES and SPREADS: `shift` of yields; LARGEST_ISSUER: the fraction of its value that is lost."""

    name: str
    kind: Literal["RATES", "SPREADS", "LARGEST_ISSUER"]
    shift: Annotated[Decimal, Field(ge=0, le=1)]


class StressPolicy(Terms):
    redemption_shares: tuple[Share, ...] = Field(min_length=1)
    minimum_weekly_liquid: Share
    minimum_nav: Annotated[Decimal, Field(gt=0)]
    scenarios: tuple[Scenario, ...] = Field(min_length=1)


@dataclass(frozen=True)
class StressResult:
    """What is left after a scenario with a level of redemptions, or the reason why it cannot be said.

    `nav_per_share` at stressed market values; `daily_liquid` and `weekly_liquid` are fractions of the assets left.
    `passed` only where both minima of the policy are kept; never where they are not known.
    """

    scenario: str
    redemption_share: Decimal
    nav_per_share: Decimal | None
    daily_liquid: Decimal | None
    weekly_liquid: Decimal | None
    passed: bool
    reason: Reason | None = None
    detail: str = ""


def stress(
    fund: MoneyMarketFund,
    holdings: Iterable[Holding],
    day: dt.date,
    holidays: Collection[dt.date] = (),
    policy: StressPolicy | None = None,
) -> tuple[StressResult, ...]:
    """Every scenario of the policy with every level of redemptions, in its order.

    Prices fall to first order by the shift of yields over the time to the next reset (rates) or to principal (spreads,
    government securities and government repo apart). Redeemers leave at the stable price, at the stressed NAV where it
    floats, and are paid from daily liquid assets first, then weekly ones, then the rest at stressed values.
    """
    chosen = policy or read_policy(FILE, StressPolicy)
    book = Book.of(fund, holdings, day, holidays)
    return tuple(
        _stressed(book, scenario, redeemed, chosen)
        for scenario in chosen.scenarios
        for redeemed in chosen.redemption_shares
    )


def _stressed(book: Book, scenario: Scenario, redeemed: Decimal, policy: StressPolicy) -> StressResult:
    try:
        return _outcome(_shocked(book, scenario), scenario, redeemed, policy)
    except Unavailable as unknown:
        return StressResult(scenario.name, redeemed, None, None, None, False, unknown.reason, unknown.detail)


def _shocked(book: Book, scenario: Scenario) -> Book:
    loss = _loss(book, scenario)

    def fallen(holding: Holding) -> Holding:
        value = market_value(holding)
        if value <= 0 or not holding.has_life:
            return holding
        with precise():
            return replace(holding, market_value=value * max(1 - loss(holding), Decimal(0)))

    return replace(book, holdings=tuple(fallen(holding) for holding in book.holdings))


def _loss(book: Book, scenario: Scenario) -> Callable[[Holding], Decimal]:
    regime = book.fund.regime
    if scenario.kind == "LARGEST_ISSUER":
        lots = _largest_issuer(book)
        return lambda holding: scenario.shift if holding in lots else Decimal(0)

    def by_yield(holding: Holding) -> Decimal:
        if scenario.kind == "RATES":
            days = wam_days(holding, book.day, regime)
        elif holding.is_government_security(regime) or holding.repo_collateral == "GOVERNMENT":
            days = 0
        else:
            days = wal_days(holding, book.day, regime)
        with precise():
            return scenario.shift * days / YEAR_DAYS

    return by_yield


def _largest_issuer(book: Book) -> frozenset[Holding]:
    """Lots of the largest issuer, the first by name of equals; none where all that is held is government's."""
    groups = claims_by_issuer(book)
    if not groups:
        return frozenset()
    return frozenset(groups[max(sorted(groups), key=lambda name: book.share(groups[name]))])


def _outcome(book: Book, scenario: Scenario, redeemed: Decimal, policy: StressPolicy) -> StressResult:
    nav = book.nav_per_share(market_value)
    par = book.stable_price() if book.fund.is_stable else Decimal(1)
    price = par if book.fund.is_stable else nav
    total, daily, weekly = book.total_assets(), book.daily_liquid(), book.weekly_liquid()
    shares = known(book.fund.shares_outstanding, "shares outstanding")
    with precise():
        paid = shares * redeemed * price
        left = (nav * shares - paid) / (shares * (1 - redeemed))
        assets = total - paid
        if assets <= 0:
            raise Unavailable("DOMAIN", f"redemptions of {paid:f} take all assets of {total:f}")
        daily_left = max(daily * total - paid, Decimal(0)) / assets
        weekly_left = max(weekly * total - paid, Decimal(0)) / assets
        passed = weekly_left >= policy.minimum_weekly_liquid and left >= policy.minimum_nav * par
    return StressResult(scenario.name, redeemed, left, daily_left, weekly_left, passed)
