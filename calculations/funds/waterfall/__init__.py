"""The waterfall of a fund: terms, hurdle balances, tiers, carry and its return. Reading tables and money movements are not here."""

from calculations.funds.waterfall.reading import read_terms
from calculations.funds.waterfall.scalar import (
    TierPayment,
    WaterfallState,
    accrue,
    adopt_terms,
    contribute,
    distribute,
    open_state,
)
from calculations.funds.waterfall.terms import WaterfallTerms
from calculations.funds.waterfall.tiers import TierName

__all__ = [
    "TierName",
    "TierPayment",
    "WaterfallState",
    "WaterfallTerms",
    "accrue",
    "adopt_terms",
    "contribute",
    "distribute",
    "open_state",
    "read_terms",
]
