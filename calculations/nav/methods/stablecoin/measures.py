"""Figures that explain a coin: ratio, redemption NAV and market price apart, each vault's health, target and rebase.

A figure that cannot be had is None with its reason and holds nothing up. Source: nav 2 (M-STB).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.stablecoin.pegs import Claim, Rebase, rebased
from calculations.nav.methods.stablecoin.reserves import METAL, Reserve, total
from calculations.nav.methods.stablecoin.vaults import Vault
from calculations.nav.methods.tokens import market_price
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, Unavailable


def coin_measures(
    evidence: Evidence, found: Sequence[Reserve], claim: Claim, net_reserves: Decimal | None
) -> tuple[Measure, ...]:
    """All measures of a coin. `net_reserves` is what all lines but the issuer's surplus come to, in the peg's
    currency.
    """
    subtype = evidence.product["subtype"]
    if subtype == "COMMODITY":
        measures = [*_of_metal(evidence, found, claim, net_reserves), *_market(evidence, None)]
    else:
        measures = [*_backing(evidence, found, claim, net_reserves), *_market(evidence, claim.peg)]
    for each in found:
        if each.vault is not None:
            measures += _of_vault(evidence, each, each.vault)
    if subtype == "REBASING":
        share = _measure("REBASE_SHARE", "FRACTION", lambda: _rebase_share(evidence, claim))
        measures.append(share)
        if share.value is not None:
            measures.append(Measure("SUPPLY_AFTER_REBASE", rebased(claim.supply, share.value), "COUNT"))
    return tuple(measures)


def _measure(
    name: str, unit: str, figure: Callable[[], Decimal], subject_id: str = "", currency: str | None = None
) -> Measure:
    try:
        return Measure(name, figure(), unit, subject_id, currency)
    except Unavailable as gap:
        return Measure(name, None, unit, subject_id, currency, gap.reason, gap.detail)


def _known(found: Sequence[Reserve], net_reserves: Decimal | None) -> Decimal:
    if net_reserves is None:
        unknown = next((each.line.reason for each in found if each.line.reason is not None), None)
        raise Unavailable(unknown or "MISSING_VALUE", "what the reserves come to is not known")
    return net_reserves


def _of_metal(
    evidence: Evidence, found: Sequence[Reserve], claim: Claim, net_reserves: Decimal | None
) -> Iterator[Measure]:
    """A coin of metal is covered by units, not by money, and is worth what it comes to."""

    def nav() -> Decimal:
        with precise():
            return _known(found, net_reserves) / claim.supply

    yield _measure("RESERVE_RATIO", "FRACTION", lambda: _units_ratio(evidence, found, claim))
    yield _measure("REDEMPTION_NAV", "PRICE", nav, currency=evidence.product["peg_currency"])


def _backing(
    evidence: Evidence, found: Sequence[Reserve], claim: Claim, net_reserves: Decimal | None
) -> Iterator[Measure]:
    currency = evidence.product["peg_currency"]

    def ratio() -> Decimal:
        return claim.ratio(_known(found, net_reserves))

    def gross() -> Decimal:
        amount = total(found, "gross")
        if amount is None:
            raise Unavailable("MISSING_VALUE", "what the reserves are worth is not known")
        with precise():
            return amount / claim.amount

    yield _measure("RESERVE_RATIO", "FRACTION", ratio)
    yield _measure("GROSS_RESERVE_RATIO", "FRACTION", gross)
    nav, surplus = claim.redemption_nav, claim.surplus
    yield _measure("REDEMPTION_NAV", "PRICE", lambda: nav(_known(found, net_reserves)), currency=currency)
    yield _measure("ISSUER_SURPLUS", "MONEY", lambda: surplus(_known(found, net_reserves)), currency=currency)
    target: Decimal | None = evidence.product["target_backing_ratio"]
    if target is not None:
        goal = target
        yield Measure("TARGET_BACKING_RATIO", goal, "FRACTION")
        yield _measure("BACKING_OVER_TARGET", "FRACTION", lambda: _over(ratio(), goal))


def _over(ratio: Decimal, target: Decimal) -> Decimal:
    with precise():
        return ratio - target


def _market(evidence: Evidence, peg: Decimal | None) -> Iterator[Measure]:
    """What the coin trades at, and how far that is from its peg, where it has one in money."""
    currency = evidence.product["peg_currency"]
    market = _measure("MARKET_PRICE", "PRICE", lambda: market_price(evidence, currency), currency=currency)
    yield market
    if market.value is not None and peg is not None:
        with precise():
            yield Measure("PEG_DEVIATION", market.value / peg - 1, "FRACTION")


def _of_vault(evidence: Evidence, reserve: Reserve, vault: Vault) -> Iterator[Measure]:
    row, subject = reserve.row, str(reserve.row["reserve_id"])

    def ratio_of(field: str) -> Decimal:
        own: Decimal | None = row[field] if row[field] is not None else evidence.product[field]
        if own is None:
            raise Unavailable("MISSING_TERMS", f"{subject}: {field} of the vault or its product, found none")
        return own

    def fee() -> Decimal:
        with precise():
            return vault.debt - row["debt_principal"]

    for name, unit, figure in (
        ("VAULT_STABILITY_FEE", "MONEY", fee),
        ("VAULT_DEBT", "MONEY", lambda: vault.debt),
        ("VAULT_COLLATERAL_RATIO", "MULTIPLE", lambda: vault.collateral_ratio),
        ("VAULT_HEALTH", "MULTIPLE", lambda: vault.health(ratio_of("minimum_collateral_ratio"))),
        ("VAULT_LIQUIDATION_PRICE", "PRICE", lambda: vault.liquidation_price(ratio_of("liquidation_ratio"))),
        ("VAULT_LIQUIDATION_MOVE", "FRACTION", lambda: vault.liquidation_move(ratio_of("liquidation_ratio"))),
    ):
        currency = row["currency"] if unit in ("MONEY", "PRICE") else None
        yield _measure(name, unit, figure, subject, currency)


def _units_ratio(evidence: Evidence, found: Sequence[Reserve], claim: Claim) -> Decimal:
    """Units of the commodity held over those that the tokens stand for: below 1 there are too few."""
    wanted = evidence.required("units_per_token")
    units = total([each for each in found if each.row["kind"] in METAL], "units")
    if not units:
        raise Unavailable(
            "MISSING_EVIDENCE", f"{evidence.product_id}: units of the commodity must be stated, found none"
        )
    if wanted <= 0:
        raise Unavailable("DOMAIN", f"units_per_token must be above zero, found {wanted}")
    with precise():
        return units / (claim.supply * wanted)


def _rebase_share(evidence: Evidence, claim: Claim) -> Decimal:
    """Market price against the target: the assumption TARGET_PRICE, else the peg."""
    terms = Rebase(
        positive_limit=evidence.required("positive_rebase_limit"),
        negative_limit=evidence.required("negative_rebase_limit"),
        deadband=evidence.required("deadband_rate"),
        lag=evidence.required("rebase_lag"),
    )
    assumed = evidence.assumptions.find("TARGET_PRICE", "PRICE")
    target = claim.peg if assumed is None or assumed.value is None else assumed.value
    return terms.share(market_price(evidence, evidence.product["peg_currency"]), target)
