"""Which method of nav 2 values which product. Each family of methods has a module of its own; so has what they read.

A method takes the evidence of a product and returns a Valuation; what it cannot value it says, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from calculations.nav.methods import (
    collectibles,
    energy,
    holdings,
    infrastructure,
    private_debt,
    private_equity,
    real_estate,
)
from calculations.nav.methods.evidence import Evidence
from calculations.nav.results import Failure, Unavailable, Valuation

Method = Callable[[Evidence], Valuation]

# By the canonical code of the product type. Source: nav 1.2 and 2.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "fund": holdings.value,
        "equity": holdings.value,
        "bond": holdings.value,
        "commodity": holdings.value,
        "private_equity": private_equity.value,
        "private_debt": private_debt.value,
        "real_estate": real_estate.value,
        "collectible": collectibles.value,
        "energy": energy.value,
        "infrastructure": infrastructure.value,
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
        return method(evidence)
    except Unavailable as unknown:
        return _failed(evidence, unknown)


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
