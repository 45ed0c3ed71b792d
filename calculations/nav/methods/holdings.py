"""Products that are worth what they hold: positions are valued by the strike itself. Source: nav 2 (M-FUND, M-EQ, M-QNT).

Two kinds of position need more than a price: one that a corporate action has moved since it was listed, and a futures
contract, which enters at its variation. Both have modules of their own.
"""

from __future__ import annotations

from calculations.nav.methods.entitlements import entitlements
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.futures import derivative_lines, is_settled_daily
from calculations.nav.results import Unavailable, Valuation

METHOD = "HOLDINGS/2"


def value(evidence: Evidence) -> Valuation:
    """All positions and accruals as they are stated, for the strike to price, but for those that no price values.

    Raises Unavailable UNSUPPORTED_CONVENTION where shares are to be carried at amortised cost.
    """
    basis = evidence.product["measurement_basis"] or "FAIR_VALUE"
    if evidence.stated.product_type in ("equity", "commodity", "quant") and basis == "AMORTISED_COST":
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"{evidence.product_id}: measured at fair value, found basis {basis}"
        )
    moved = entitlements(evidence)
    return Valuation(
        method=METHOD,
        measurement_basis=basis,
        lines=(*moved.lines, *derivative_lines(evidence, [p for p in moved.positions if is_settled_daily(p)])),
        positions=tuple(each for each in moved.positions if not is_settled_daily(each)),
        accruals=moved.accruals,
        assumptions=evidence.assumptions.used,
    )
