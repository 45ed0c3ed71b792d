"""Stress tests: NAV and liquidity after a shock of prices and a run of redemptions together. Choosing levels is in stress.yaml.

Source: nav 4.1 (Stress tests).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.assumptions import Assumptions
from calculations.nav.money_market.book import Book, known, market_value
from calculations.nav.money_market.concentration import claims_by_issuer
from calculations.nav.money_market.maturities import wal_days, wam_days
from calculations.nav.money_market.terms import Holding, MoneyMarketFund
from calculations.nav.numbers import precise
from calculations.nav.results import Reason, Unavailable

FILE = Path(__file__).with_name("stress.yaml")
YEAR_DAYS = 365
REDEEMED = "STRESS_REDEMPTION_SHARE"
ASSUMED = ("STRESS_RATE_SHIFT", "STRESS_SPREAD_SHIFT", "STRESS_DEFAULT", REDEEMED)
Share = Annotated[Decimal, Field(ge=0, lt=1)]


class Scenario(Terms):
    """RATES and SPREADS: `shift` of yields; LARGEST_ISSUER: the fraction of its value that is lost.

    Where the assumption that it is `assumed_as` is stated of a fund, what that says takes the place of the scenario.
    """

    name: str
    kind: Literal["RATES", "SPREADS", "LARGEST_ISSUER"]
    shift: Annotated[Decimal, Field(ge=0, le=1)]
    assumed_as: Literal["STRESS_RATE_SHIFT", "STRESS_SPREAD_SHIFT", "STRESS_DEFAULT"] | None = None


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


def stress_as_assumed(
    fund: MoneyMarketFund,
    holdings: Iterable[Holding],
    day: dt.date,
    holidays: Collection[dt.date],
    assumptions: Assumptions,
) -> tuple[StressResult, ...]:
    """`stress` by what is assumed of the fund; where that cannot be used, nothing of the house's policy can be said."""
    try:
        return stress(fund, holdings, day, holidays, stress_policy(assumptions))
    except Unavailable as unknown:
        house = read_policy(FILE, StressPolicy)
        pairs = product(house.scenarios, house.redemption_shares)
        return tuple(_unknown(scenario, redeemed, unknown) for scenario, redeemed in pairs)


def stress_policy(assumptions: Assumptions) -> StressPolicy:
    """The policy of the house with what is assumed of a fund in place of the house's own; several by tenor.

    Raises Unavailable UNIT_MISMATCH, DUPLICATE_INPUT for an assumption that is none, DOMAIN for one out of its range.
    """
    house = read_policy(FILE, StressPolicy)
    stated = {name: _assumed(assumptions, name) for name in ASSUMED}
    scenarios: dict[str, Scenario] = {}
    for each in house.scenarios:
        shifts = stated.get(each.assumed_as or "", ())
        for found in [_stated_scenario(each, shift) for shift in shifts] or [each]:
            scenarios[found.name] = found
    redeemed = stated[REDEEMED] or house.redemption_shares
    try:
        return StressPolicy.model_validate(
            {
                **house.model_dump(),
                "scenarios": [each.model_dump() for each in scenarios.values()],
                "redemption_shares": redeemed,
            }
        )
    except ValidationError as invalid:
        raise Unavailable("DOMAIN", f"stress: {invalid.errors()[0]['msg']}") from None


def _assumed(assumptions: Assumptions, name: str) -> tuple[Decimal, ...]:
    """The levels stated, rising; none where nobody states one."""
    try:
        return tuple(sorted(set(assumptions.by_tenor(name).values())))
    except Unavailable as unknown:
        if unknown.reason == "MISSING_ASSUMPTION":
            return ()
        raise


def _stated_scenario(of: Scenario, shift: Decimal) -> Scenario:
    level = format(shift.normalize(), "f")
    return of.model_copy(update={"name": f"{(of.assumed_as or '').lower()} {level}", "shift": shift})


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
    return tuple(result for scenario in chosen.scenarios for result in _stressed(book, scenario, chosen))


def _stressed(book: Book, scenario: Scenario, policy: StressPolicy) -> Iterator[StressResult]:
    try:
        left = Left.of(_shocked(book, scenario))
    except Unavailable as unknown:
        yield from (_unknown(scenario, redeemed, unknown) for redeemed in policy.redemption_shares)
        return
    for redeemed in policy.redemption_shares:
        try:
            yield _outcome(left, scenario, redeemed, policy)
        except Unavailable as unknown:
            yield _unknown(scenario, redeemed, unknown)


def _unknown(scenario: Scenario, redeemed: Decimal, unknown: Unavailable) -> StressResult:
    return StressResult(scenario.name, redeemed, None, None, None, False, unknown.reason, unknown.detail)


@dataclass(frozen=True)
class Left:
    """What a shock leaves of a fund before anybody redeems; `price` is what redeemers are paid for a share."""

    nav: Decimal
    par: Decimal
    price: Decimal
    shares: Decimal
    total: Decimal
    daily: Decimal
    weekly: Decimal

    @classmethod
    def of(cls, book: Book) -> Left:
        nav = book.nav_per_share(market_value)
        par = book.stable_price() if book.fund.is_stable else Decimal(1)
        return cls(
            nav=nav,
            par=par,
            price=par if book.fund.is_stable else nav,
            shares=known(book.fund.shares_outstanding, "shares outstanding"),
            total=book.total_assets(),
            daily=book.daily_liquid(),
            weekly=book.weekly_liquid(),
        )


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


def _outcome(found: Left, scenario: Scenario, redeemed: Decimal, policy: StressPolicy) -> StressResult:
    with precise():
        paid = found.shares * redeemed * found.price
        left = (found.nav * found.shares - paid) / (found.shares * (1 - redeemed))
        assets = found.total - paid
        if assets <= 0:
            raise Unavailable("DOMAIN", f"redemptions of {paid:f} take all assets of {found.total:f}")
        daily_left = max(found.daily * found.total - paid, Decimal(0)) / assets
        weekly_left = max(found.weekly * found.total - paid, Decimal(0)) / assets
        passed = weekly_left >= policy.minimum_weekly_liquid and left >= policy.minimum_nav * found.par
    return StressResult(scenario.name, redeemed, left, daily_left, weekly_left, passed)
