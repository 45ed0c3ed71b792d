"""Which method of nav 2 values which product. Each family of methods has a module of its own; so has what they read.

A method takes the evidence of a product and returns a Valuation; what it cannot value it says, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from calculations.nav.methods import (
    asset_backed,
    bonds,
    collectibles,
    commodities,
    digital_fund,
    energy,
    holdings,
    infrastructure,
    private_debt,
    private_equity,
    quant,
    real_estate,
    stablecoin,
    structured,
)
from calculations.nav.methods.class_claims import with_class_claims
from calculations.nav.methods.evidence import Evidence
from calculations.nav.results import Failure, Strike, Unavailable, Valuation
from calculations.nav.strike import strike

Method = Callable[[Evidence], Valuation]

# By the canonical code of the product type. Source: nav 1.2 and 2.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "fund": holdings.value,
        "equity": holdings.value,
        "bond": bonds.value,
        "commodity": commodities.value,
        "structured": structured.value,
        "quant": quant.value,
        "private_equity": private_equity.value,
        "private_debt": private_debt.value,
        "real_estate": real_estate.value,
        "energy": energy.value,
        "infrastructure": infrastructure.value,
        "collectible": collectibles.value,
        "asset_backed": asset_backed.value,
        "digital_fund": digital_fund.value,
        "stablecoin": stablecoin.value,
    }
)


def value(evidence: Evidence) -> Valuation:
    """The product's components by the method of its type; where the method gives up, a Valuation that says why."""
    product_type = evidence.stated.product_type
    method = METHODS.get(product_type)
    if method is None:
        known = ", ".join(sorted(METHODS))
        detail = f"product type must be one of {known}; found {product_type!r}"
        return _failed(evidence, Unavailable("UNKNOWN_SUBTYPE", detail))
    try:
        return with_class_claims(evidence, method(evidence))
    except Unavailable as unknown:
        return _failed(evidence, unknown)


def strike_product(evidence: Evidence) -> Strike:
    """The product valued by the method of its type and struck. Raises as `strike`."""
    valuation, inputs = value(evidence), evidence.inputs
    return strike(
        inputs.product,
        inputs.point,
        valuation.positions,
        inputs.prices,
        inputs.rates,
        evidence.policy,
        valuation.accruals,
        inputs.classes,
        valuation,
        inputs.dealt,
    )


def _failed(evidence: Evidence, unknown: Unavailable) -> Valuation:
    failure = Failure(unknown.reason, "product", evidence.product_id, unknown.detail)
    return Valuation(
        method=f"{evidence.stated.product_type.upper()}/1",
        measurement_basis=evidence.product["measurement_basis"] or "FAIR_VALUE",
        positions=evidence.inputs.positions,
        accruals=evidence.inputs.accruals,
        assumptions=evidence.assumptions.used,
        failures=(failure,),
    )
