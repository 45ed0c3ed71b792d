"""Tokenised funds: units of an underlying fund, cash and platform fees over the tokens in circulation. Source: nav 2
(M-DTF).

Positions, cash and fees are left to the strike; here are the supply, how fresh the underlying is, parity and vault
shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.tokens import (
    Supply,
    assets_for_shares,
    market_price,
    provisional,
    register_breaks,
    supply_measures,
    token_supply,
)
from calculations.nav.numbers import precise
from calculations.nav.premiums import premium_rate
from calculations.nav.results import Measure, NavLine, Strike, Unavailable, Valuation
from calculations.nav.terms import Position
from calculations.nav.valuation_point import AgeLimit

METHOD = "DTF/1"


def value(evidence: Evidence) -> Valuation:
    """What is held, over the circulating supply of all chains.

    A token is no fresher than its underlying: `max_staleness_days` limits the age of the underlying's price and of
    the supply, and the level is that of the position. Raises Unavailable MISSING_TERMS, MISSING_HOLDINGS (the
    underlying is not held), NO_SHARES, STALE_VALUATION (the supply), DOMAIN.
    """
    underlying = evidence.required("underlying_instrument_id")
    if not any(position.instrument_id == underlying for position in evidence.inputs.positions):
        raise Unavailable("MISSING_HOLDINGS", f"{evidence.product_id}: units of {underlying} must be held, found none")
    supply, rows = token_supply(evidence)
    _require_fresh(evidence, rows)
    valuation = Valuation(
        method=METHOD,
        measurement_basis=evidence.product["measurement_basis"] or "FAIR_VALUE",
        positions=tuple(_limited(evidence, each, underlying) for each in evidence.inputs.positions),
        accruals=evidence.inputs.accruals,
        shares_outstanding=supply.circulating,
        assumptions=evidence.assumptions.used,
        failures=register_breaks(evidence, supply),
    )
    before = provisional(evidence, valuation)
    measures = (
        *supply_measures(supply),
        *_underlying_age(evidence, before, underlying),
        *_on_nav(evidence, supply, before),
        *_vault_measures(rows),
    )
    return replace(valuation, measures=measures)


def nav_per_token(net_assets: Decimal, circulating: Decimal) -> Decimal:
    """Net assets over tokens in circulation, unrounded. Raises Unavailable NO_SHARES where none circulates."""
    if circulating <= 0:
        raise Unavailable("NO_SHARES", f"tokens in circulation must be above zero, found {circulating}")
    with precise():
        return net_assets / circulating


def after_pending_burn(net_assets: Decimal, circulating: Decimal, pending: Decimal) -> tuple[Decimal, Decimal]:
    """Net assets and circulation once `pending` tokens were redeemed at NAV; the NAV per token stays what it was."""
    with precise():
        paid = pending * nav_per_token(net_assets, circulating)
        return net_assets - paid, circulating - pending


def _require_fresh(evidence: Evidence, rows: Sequence[Row]) -> None:
    limit = evidence.product["max_staleness_days"]
    for row in rows:
        age = (evidence.day - evidence.day_of(row["as_of"])).days
        if limit is not None and age > limit:
            raise Unavailable(
                "STALE_VALUATION",
                f"{evidence.product_id}: supply on {row['chain']} must be of the last {limit} days, found one of {age}",
            )


def _limited(evidence: Evidence, position: Position, underlying: str) -> Position:
    limit = evidence.product["max_staleness_days"]
    if position.instrument_id != underlying or limit is None:
        return position
    return replace(position, price_age_limit=AgeLimit(int(limit), "DAYS"))


def _underlying_age(evidence: Evidence, before: Strike, underlying: str) -> Iterator[Measure]:
    """Days since the underlying's NAV was struck: those that the token inherits."""
    line: NavLine = next(line for line in before.lines if line.instrument_id == underlying)
    if line.price_as_of is not None:
        age = Decimal((evidence.day - evidence.day_of(line.price_as_of)).days)
        yield Measure("UNDERLYING_AGE", age, "DAYS", underlying)


def _on_nav(evidence: Evidence, supply: Supply, before: Strike) -> Iterator[Measure]:
    """Market price, parity with NAV, and the value that the tokens waiting to be burnt will take out."""
    currency = evidence.currency
    try:
        if before.net_assets is None:
            raise Unavailable(before.reason or "MISSING_VALUE", "net assets are not known")
        nav = nav_per_token(before.net_assets, supply.circulating)
        with precise():
            yield Measure("PENDING_BURN_VALUE", supply.pending_burn * nav, "MONEY", currency=currency)
    except Unavailable as gap:
        yield Measure("TOKEN_PARITY", None, "FRACTION", reason=gap.reason, detail=gap.detail)
        return
    try:
        price = market_price(evidence, currency)
        yield Measure("MARKET_PRICE", price, "PRICE", currency=currency)
        yield Measure("TOKEN_PARITY", premium_rate(price, nav), "FRACTION")
    except Unavailable as gap:
        yield Measure("TOKEN_PARITY", None, "FRACTION", reason=gap.reason, detail=gap.detail)


def _vault_measures(rows: Sequence[Row]) -> Iterator[Measure]:
    """Base units of the asset that a vault redeems one whole share for, on each chain that has a vault."""
    for row in rows:
        assets = row["vault_assets_units"]
        if assets is not None:
            one, offset = 10 ** int(row["token_decimals"]), row["decimals_offset"]
            units = assets_for_shares(
                one, int(assets), int(row["total_supply_units"]), None if offset is None else int(offset)
            )
            yield Measure("VAULT_ASSETS_PER_SHARE_UNITS", Decimal(units), "COUNT", str(row["chain"]))
