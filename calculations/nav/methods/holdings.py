"""Products that are worth what they hold: every position is valued by the strike itself. Source: nav 2 (M-FUND, M-EQ)."""

from __future__ import annotations

from calculations.nav.methods.evidence import Evidence
from calculations.nav.results import Valuation

METHOD = "HOLDINGS/1"


def value(evidence: Evidence) -> Valuation:
    """All positions and accruals as they are stated, for the strike to price."""
    return Valuation(
        method=METHOD,
        measurement_basis=evidence.product["measurement_basis"] or "FAIR_VALUE",
        positions=evidence.inputs.positions,
        accruals=evidence.inputs.accruals,
    )
