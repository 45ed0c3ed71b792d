"""Asset-backed products by subtype: pools of loans and their tranches, and receivables. Source: nav 2 (M-ABS,
M-REC).
"""

from __future__ import annotations

from calculations.nav.methods.asset_backed import loan_pool, receivables
from calculations.nav.methods.evidence import Evidence
from calculations.nav.results import Unavailable, Valuation

_BY_SUBTYPE = {
    "LOAN_POOL": loan_pool.value,
    "INVOICE": receivables.value,
    "CLIMATE_RECEIVABLE": receivables.value,
}


def value(evidence: Evidence) -> Valuation:
    """The pool's items by the method of the subtype. Raises Unavailable UNKNOWN_SUBTYPE, and what the method raises."""
    subtype = evidence.product["subtype"]
    method = _BY_SUBTYPE.get(subtype)
    if method is None:
        known = ", ".join(_BY_SUBTYPE)
        raise Unavailable(
            "UNKNOWN_SUBTYPE", f"{evidence.product_id}: subtype must be one of {known}; found {subtype!r}"
        )
    return method(evidence)
