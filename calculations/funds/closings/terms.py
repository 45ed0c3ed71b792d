"""Closing terms: what an agreement says of later closings, read from the CLOSING shape. No commitments, no amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from calculations.funds import shapes
from calculations.funds.fees.day_counts import DayCount


class EarlierDeals(StrEnum):
    """How a newcomer enters deals that have been realised or revalued."""

    COST = "COST"
    FAIR_VALUE = "FAIR_VALUE"
    EXCLUDED = "EXCLUDED"


class EarlierDistributions(StrEnum):
    """NET: a newcomer has its share of earlier distributions, deducted from what it owes. EXCLUDED: it has none."""

    NET = "NET"
    EXCLUDED = "EXCLUDED"


@dataclass(frozen=True)
class InterestTerms:
    """Late-closing interest at `rate`, a fraction a year, or at `rate` above the benchmark `index_id`.

    Where it compounds, it does so on each anniversary of the day from which it runs.
    """

    rate: Decimal
    index_id: str | None = None
    compounds: bool = False
    day_count: DayCount = DayCount.ACT_365F


@dataclass(frozen=True)
class ClosingTerms:
    """`interest` is None where the agreement states none."""

    interest: InterestTerms | None = None
    earlier_deals: EarlierDeals = EarlierDeals.COST
    earlier_distributions: EarlierDistributions = EarlierDistributions.NET


def read_closing_terms(structure: Mapping[str, Any]) -> ClosingTerms:
    """Terms from a CLOSING structure; rates are fractions, as texts or numbers, null means absent.

    Raises ValueError for unknown, missing or contradictory keys and values outside their range, each naming the key,
    what was expected and what was found. Source: input-contracts 3.1; fund-admin 1.6.
    """
    given = shapes.keys("closing", structure, ("interest", "earlier_deals", "earlier_distributions"), ())
    return ClosingTerms(
        interest=_interest(given["interest"]) if "interest" in given else None,
        earlier_deals=shapes.choice("earlier_deals", given.get("earlier_deals", "COST"), EarlierDeals),
        earlier_distributions=shapes.choice(
            "earlier_distributions", given.get("earlier_distributions", "NET"), EarlierDistributions
        ),
    )


def interest_of_closing(
    agreed: ClosingTerms,
    rate: Decimal | None,
    index_id: str | None,
    spread: Decimal | None,
    compounds: bool,
    day_count: DayCount,
) -> InterestTerms | None:
    """The interest of one closing: as its own row states it, else as the agreement does, else none.

    The columns are those of the row, fractions a year; a row that names neither a rate nor a benchmark states nothing.
    Raises ValueError for a row with both. Source: input-contracts 3, Closings.
    """
    if rate is not None and (index_id is not None or spread is not None):
        raise ValueError(
            "closing: expected an equalization_interest_rate or a benchmark_index_id and benchmark_spread_rate, found "
            f"{rate}, {index_id} and {spread}"
        )
    if rate is not None:
        return InterestTerms(rate, None, compounds, day_count)
    if index_id is not None:
        return InterestTerms(Decimal(0) if spread is None else spread, index_id, compounds, day_count)
    return agreed.interest


def _interest(given: Any) -> InterestTerms:
    interest = shapes.keys("interest", given, ("rate", "index_id", "spread", "compounds", "day_count"), ())
    is_fixed = "rate" in interest
    if is_fixed == ("index_id" in interest) or (is_fixed and "spread" in interest):
        raise ValueError(
            f"interest: expected a rate, or an index_id and a spread, found {', '.join(interest) or 'none'}"
        )
    return InterestTerms(
        rate=shapes.fraction("interest.rate", interest["rate"])
        if is_fixed
        else shapes.fraction("interest.spread", interest.get("spread", 0)),
        index_id=None if is_fixed else str(interest["index_id"]),
        compounds=shapes.flag("interest.compounds", interest.get("compounds", False)),
        day_count=shapes.choice("interest.day_count", interest.get("day_count", "ACT_365F"), DayCount),
    )
