"""Quantitative strategies: worth what they hold, less fees on what that comes to; the chain of returns is a check beside it.

Source: nav 2 (M-QNT). Fees of products with several share classes are reckoned per class, elsewhere.
"""

from __future__ import annotations

from dataclasses import replace

from calculations.nav.methods import holdings
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.quant.chain import chained
from calculations.nav.methods.quant.fees import fee_lines, is_claim
from calculations.nav.results import Valuation

METHOD = "QUANT/1"


def value(evidence: Evidence) -> Valuation:
    """Positions as a fund has them; fees on the NAV after returns and above the high-water mark follow from their sum."""
    held = holdings.value(evidence)
    own = [each for each in held.accruals if is_claim(each)] if len(evidence.stated.classes) < 2 else []
    return replace(
        held,
        method=METHOD,
        accruals=tuple(each for each in held.accruals if each not in own),
        claims=(lambda before: fee_lines(evidence, own, before)) if own else None,
        measures=tuple(chained(evidence, own)),
        assumptions=evidence.assumptions.used,
    )
