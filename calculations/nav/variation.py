"""What futures are worth and cost to carry: variation since entry, the theoretical forward, the return of a roll. No rows.

A contract is never worth quantity x price: its value has been settled in money every day.
"""

from __future__ import annotations

from decimal import Decimal

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable


def variation(quantity: Decimal, contract_size: Decimal, settlement: Decimal, prior: Decimal) -> Decimal:
    """Signed quantity x size x (settlement - prior), unrounded, in the currency of the prices. Source: nav 2 (M-COM)."""
    with precise():
        return quantity * contract_size * (settlement - prior)


def theoretical_forward(
    spot: Decimal, rate: Decimal, storage: Decimal, convenience: Decimal, years: Decimal
) -> Decimal:
    """Spot x exp((rate + storage - convenience) x years), all three compounding continuously.

    Raises Unavailable DOMAIN for a spot that is not above zero and for negative time. Source: nav 2 (M-COM).
    """
    if spot <= 0 or years < 0:
        raise Unavailable("DOMAIN", f"a forward needs a spot above 0 and time from 0 up, found {spot} and {years}")
    with precise():
        return spot * ((rate + storage - convenience) * years).exp()


def roll_return(sold_near: Decimal, bought_far: Decimal) -> Decimal:
    """Near price over far price less 1: the yield of the curve, which is no profit. Raises Unavailable DOMAIN."""
    if bought_far <= 0:
        raise Unavailable("DOMAIN", f"a roll return needs a far price above 0, found {bought_far}")
    with precise():
        return sold_near / bought_far - 1
