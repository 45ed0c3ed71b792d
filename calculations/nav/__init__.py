"""Net asset value: `strike` and what it takes and returns. Only the public names; each has its own module."""

from calculations.nav.results import ClassNav, Failure, NavLine, Reason, Strike
from calculations.nav.strike import strike
from calculations.nav.terms import (
    Accrual,
    BondTerms,
    Policy,
    Position,
    Price,
    ProductTerms,
    Rate,
    ShareClass,
    Source,
)
from calculations.nav.validation import RuleResult, validate
from calculations.nav.valuation_point import AgeLimit, ValuationPoint

__all__ = [
    "Accrual",
    "AgeLimit",
    "BondTerms",
    "ClassNav",
    "Failure",
    "NavLine",
    "Policy",
    "Position",
    "Price",
    "ProductTerms",
    "Rate",
    "Reason",
    "RuleResult",
    "ShareClass",
    "Source",
    "Strike",
    "ValuationPoint",
    "strike",
    "validate",
]
