"""Quantitative strategies: worth what they hold, less fees on what that comes to; the chain of returns is a check beside it.

Source: nav 2 (M-QNT). Fees on what a class comes to are in class_claims.
"""

from __future__ import annotations

from dataclasses import replace

from calculations.nav.class_fees import claims_of
from calculations.nav.methods import holdings
from calculations.nav.methods.class_claims import class_ids_of
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.quant.chain import chained
from calculations.nav.results import Valuation

METHOD = "QUANT/1"


def value(evidence: Evidence) -> Valuation:
    """Positions as a fund has them, and the chain of returns with the fees that the strike takes of them beside it."""
    held = holdings.value(evidence)
    (first, *others) = class_ids_of(evidence)
    own = [] if others else claims_of(held.accruals, first, 1)
    return replace(held, method=METHOD, measures=tuple(chained(evidence, own)), assumptions=evidence.assumptions.used)
