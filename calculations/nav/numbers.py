"""How a strike reckons: Decimal at 50 digits, amounts kept at 12 decimals, half up. No prices, no lines.

Work inside `precise()`; a float that meets a Decimal there raises, because a stored amount must never have been one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, FloatOperation, InvalidOperation, localcontext
from fractions import Fraction

STORED_UNIT = Decimal("1e-12")
_STORED = Context(prec=80, traps=[InvalidOperation])  # wide enough for any amount, so that only the unit rounds
_PRECISE = Context(prec=50, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, FloatOperation])


def precise() -> AbstractContextManager[Context]:
    """The decimal context of every strike. Source: input-contracts 2.1, nav 0.6."""
    return localcontext(_PRECISE)


def stored(amount: Decimal) -> Decimal:
    """An unrounded amount as it is kept: 12 decimals, halves away from zero. Source: input-contracts 2.1."""
    return amount.quantize(STORED_UNIT, ROUND_HALF_UP, _STORED)


def times(amount: Decimal, fraction: Fraction) -> Decimal:
    """`amount` x `fraction` with one division, the last step, so that no rounded quotient is multiplied."""
    with precise():
        return amount * fraction.numerator / fraction.denominator
