"""Stablecoins: reserves and vaults against the claim of their holders, whatever the coin is backed by. Source: nav 2
(M-STB).

Reserve ratio, redemption NAV and market price are three measures, never one; the NAV of the strike is the redemption
NAV.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.stablecoin.haircuts import Haircuts
from calculations.nav.methods.stablecoin.measures import coin_measures
from calculations.nav.methods.stablecoin.pegs import Claim
from calculations.nav.methods.stablecoin.reserves import METHOD, Reserve, reserves
from calculations.nav.methods.tokens import provisional, register_breaks, supply_measures, token_supply
from calculations.nav.numbers import precise, stored
from calculations.nav.results import NavLine, Unavailable, Valuation

SUBTYPES = ("FIAT", "CRYPTO", "COMMODITY", "ALGORITHMIC", "FRACTIONAL", "REBASING")
ISSUER_SURPLUS = "ISSUER_SURPLUS"


def value(evidence: Evidence) -> Valuation:
    """Reserves after haircut, less liabilities, less what belongs to the issuer, over the tokens in circulation.

    The NAV is peg x min(1, ratio); a coin of metal is worth its metal and has no surplus. A CRYPTO coin's reserves
    are its vaults, each up to its debt, and its ratio is measured on their debt where that is more than the claim.
    Raises Unavailable UNKNOWN_SUBTYPE, MISSING_TERMS, DOMAIN (peg), NO_SHARES, MISSING_HOLDINGS, MISSING_EVIDENCE
    (vault coin without a vault), MISSING_FX, STALE_FX; a reserve that cannot be valued is a line with its reason.
    """
    subtype = evidence.product["subtype"]
    if subtype not in SUBTYPES:
        known = ", ".join(SUBTYPES)
        raise Unavailable(
            "UNKNOWN_SUBTYPE", f"{evidence.product_id}: subtype must be one of {known}; found {subtype!r}"
        )
    supply, _ = token_supply(evidence)
    haircuts = Haircuts(evidence)
    found, owed = reserves(evidence, haircuts)
    claim = _claim(evidence, found, supply.circulating)
    in_base = _rate(evidence)
    valuation = Valuation(
        method=METHOD,
        measurement_basis=evidence.product["measurement_basis"] or "FAIR_VALUE",
        lines=tuple(each.line for each in found),
        positions=evidence.inputs.positions,
        accruals=(*evidence.inputs.accruals, *owed),
        shares_outstanding=supply.circulating,
        failures=register_breaks(evidence, supply),
    )
    net = provisional(evidence, valuation).net_assets
    with precise():
        net_reserves = None if net is None else net / in_base
    measures = coin_measures(evidence, found, claim, net_reserves)
    return replace(
        valuation,
        claims=None if subtype == "COMMODITY" else _surplus(evidence, claim, in_base),
        measures=(*supply_measures(supply), *measures),
        assumptions=(*evidence.assumptions.used, *haircuts.used),
    )


def _claim(evidence: Evidence, found: tuple[Reserve, ...], supply: Decimal) -> Claim:
    vaults = [each for each in found if each.row["kind"] == "VAULT"]
    if evidence.product["subtype"] == "CRYPTO" and not vaults:
        raise Unavailable(
            "MISSING_EVIDENCE", f"{evidence.product_id}: a coin lent out of vaults must state one, found none"
        )
    with precise():
        debt = sum((each.vault.debt for each in vaults if each.vault is not None), Decimal(0))
    return Claim(supply, evidence.required("peg_value"), debt)


def _rate(evidence: Evidence) -> Decimal:
    """Units of the product's currency for one of the peg's."""
    rate = evidence.rate(evidence.required("peg_currency"))
    if rate.reason is not None or rate.rate is None:
        raise Unavailable(rate.reason or "MISSING_FX", rate.detail or evidence.product_id)
    return rate.rate


def _surplus(evidence: Evidence, claim: Claim, in_base: Decimal) -> Callable[[Decimal], tuple[NavLine, ...]]:
    """What the issuer may take, as a liability of the strike, given what all other lines come to."""

    def lines(net: Decimal) -> tuple[NavLine, ...]:
        with precise():
            surplus = claim.surplus(net / in_base) * in_base
        if stored(surplus) == 0:
            return ()
        return (evidence.line("claim/issuer", surplus.copy_negate(), kind=ISSUER_SURPLUS, method=METHOD),)

    return lines
