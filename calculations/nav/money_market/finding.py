"""What a measure finds in a book for one rule, before it is held against the limit. Finding it does not belong here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.money_market.terms import Holding

Relief = Literal["BASKET", "EXCEPTION"]


@dataclass(frozen=True)
class Finding:
    """`actual` in the rule's unit; None where the book holds nothing that the rule is about, which `detail` then says.

    `offenders` are the holdings whose purchase on the day would break an acquisition test that the actual does not
    meet, by the subject (issuer, guarantor, lot) that they stand for. `relief` says why an actual beyond the limit is
    no breach: BASKET within the rule's basket, EXCEPTION for three business days. `limit` replaces the rule's where a
    rule has a second limit and that one is the closer.
    """

    actual: Decimal | None
    detail: str = ""
    offenders: Mapping[str, Sequence[Holding]] | None = None
    relief: Relief | None = None
    limit: Decimal | None = None


def by_lot(holdings: Iterable[Holding]) -> Mapping[str, Sequence[Holding]]:
    """Offenders that stand for themselves."""
    return {holding.holding_id: [holding] for holding in holdings}
