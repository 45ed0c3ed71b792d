"""Decimal amounts of the demo: rounding to cents and to shares. Where they come from does not belong here."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT, MILLISHARE = Decimal("0.01"), Decimal("0.001")
ZERO = Decimal(0)


def decimal(number: float, places: int) -> Decimal:
    """A simulated number as the decimal that a source would print."""
    return Decimal(f"{number:.{places}f}")


def cents(amount: Decimal) -> Decimal:
    """`amount` on the nearest cent, halves up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def rounded(amount: Decimal, places: int) -> Decimal:
    """`amount` on so many decimals, halves up."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def rounded_down(amount: Decimal, places: int = 3) -> Decimal:
    """`amount` on so many decimals, as shares issued and income rates are."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)
