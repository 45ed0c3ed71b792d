"""The return of a project between two days: each product's own, weighted by what it was of the project at the start.

Net assets and weights are in projects. Money that comes in or goes out is no return, so returns are per share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.numbers import precise
from calculations.nav.projects import ProjectNav

ReturnReason = Literal["NO_OPENING", "NO_NAV_PER_SHARE", "NON_POSITIVE_NET_ASSETS", "INCOMPLETE_OPENING"]


@dataclass(frozen=True)
class ClassValue:
    """A share class at a strike: net assets in the product's currency, and its shares, None where it has none.

    `distributed_per_share` went ex since the opening, in the product's currency.
    """

    share_class_id: str
    net_assets: Decimal
    shares: Decimal | None
    distributed_per_share: Decimal = Decimal(0)


@dataclass(frozen=True)
class Return:
    """`rate` is a fraction, unrounded; None beside the reason."""

    rate: Decimal | None
    reason: ReturnReason | None = None


def product_return(
    opening: Sequence[ClassValue], closing: Sequence[ClassValue], opening_rate: Decimal, closing_rate: Decimal
) -> Return:
    """The return of a product in the project's currency: of its classes' values per share, by their opening net assets.

    The rates are units of the project's currency for one of the product's, at either day, so that a change of the
    rate is part of the return. A class that opened later has no part in it; one that is gone leaves it unknown.
    """
    if not opening:
        return Return(None, "NO_OPENING")
    after = {each.share_class_id: each for each in closing}
    with precise():
        total = sum((each.net_assets for each in opening), Decimal(0))
        if total <= 0 or any(each.net_assets < 0 for each in opening):
            return Return(None, "NON_POSITIVE_NET_ASSETS")
        growth = Decimal(0)
        for before in opening:
            if before.net_assets == 0:
                continue
            now = after.get(before.share_class_id)
            if now is None or not before.shares or not now.shares or before.shares < 0 or now.shares < 0:
                return Return(None, "NO_NAV_PER_SHARE")
            # weight x value then / value now, with one division: the opening net assets of the class cancel
            grown = before.shares * (now.net_assets / now.shares + now.distributed_per_share)
            growth += grown
        return Return(growth * closing_rate / (total * opening_rate) - 1)


def project_return(opening: ProjectNav, returns: Mapping[str, Return]) -> Return:
    """Opening weight x return over the products that the project opened with. Source: nav 7.

    Unknown where the opening has no weights or a product with a weight has no return; one that joined since has none.
    """
    if any(part.weight is None for part in opening.parts) or not opening.parts:
        negative = opening.reason == "NON_POSITIVE_NET_ASSETS"
        return Return(None, "NON_POSITIVE_NET_ASSETS" if negative else "INCOMPLETE_OPENING")
    total = Decimal(0)
    with precise():
        for part in opening.parts:
            assert part.weight is not None
            if part.weight == 0:
                continue
            own = returns.get(part.product_id, Return(None, "NO_NAV_PER_SHARE"))
            if own.rate is None:
                return Return(None, own.reason)
            total += part.weight * own.rate
    return Return(total)
