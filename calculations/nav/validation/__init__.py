"""The rules that judge a strike: `judge` a `Case`. Only the public names; rules.yaml states the rules, each subject has a module."""

from calculations.nav.validation.case import Case, Finding, Opening, PreviousNav, Published
from calculations.nav.validation.judging import judge, two_approvers_are_needed, validate
from calculations.nav.validation.price_history import PriceHistory
from calculations.nav.validation.quality import QualityScore, quality_score
from calculations.nav.validation.verdicts import RuleResult, blocks

__all__ = [
    "Case",
    "Finding",
    "Opening",
    "PreviousNav",
    "PriceHistory",
    "Published",
    "QualityScore",
    "RuleResult",
    "blocks",
    "judge",
    "quality_score",
    "two_approvers_are_needed",
    "validate",
]
