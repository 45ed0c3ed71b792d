"""Expected credit losses: which stage a loan is in, and the allowance for it. What it is carried at is loan's.

Source: nav 2 (M-PD): IFRS 9 in three stages, US CECL for the whole life from the first day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.methods.cash_flows import discount_factor
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

# The backstops of IFRS 9: more than 30 days past due, and 90 or more. Source: nav 2 (M-PD)
INCREASED_RISK_DAYS, IMPAIRED_DAYS = 30, 90
PERFORMING, INCREASED_RISK, IMPAIRED = 1, 2, 3


@dataclass(frozen=True)
class YearOfRisk:
    """Probability of a default in one year, what is exposed then, and when it is taken to happen, in years."""

    probability: Decimal
    exposure: Decimal
    years: Decimal


def stage(stated: int | None, days_past_due: int, trigger_days: int = INCREASED_RISK_DAYS) -> int:
    """The worse of what is stated and what the days past due say: a backstop, which no statement gets round.

    Raises Unavailable DOMAIN for a stage that is none of 1, 2 and 3.
    """
    if stated not in (None, PERFORMING, INCREASED_RISK, IMPAIRED):
        raise Unavailable("DOMAIN", f"an impairment stage must be 1, 2 or 3, found {stated}")
    by_days = PERFORMING
    if days_past_due > trigger_days:
        by_days = INCREASED_RISK
    if days_past_due >= IMPAIRED_DAYS:
        by_days = IMPAIRED
    return max(stated or PERFORMING, by_days)


def expected_loss(years: Iterable[YearOfRisk], loss_given_default: Decimal, effective_rate: Decimal) -> Decimal:
    """sum of PD x LGD x exposure x discount factor at the effective rate of a year.

    Raises Unavailable DOMAIN for probabilities and losses outside 0 to 1, and probabilities above 1 together.
    """
    known = list(years)
    with precise():
        together = sum((each.probability for each in known), Decimal(0))
        if not 0 <= loss_given_default <= 1 or any(each.probability < 0 for each in known) or together > 1:
            raise Unavailable(
                "DOMAIN",
                f"loss given default and probabilities must be from 0 to 1, found {loss_given_default} and "
                f"{', '.join(str(each.probability) for each in known)}",
            )
        return sum(
            (
                each.probability * loss_given_default * each.exposure * discount_factor(effective_rate, each.years)
                for each in known
            ),
            Decimal(0),
        )
