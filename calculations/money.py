"""Exact money: rounding to a minor unit, and sharing out a total so that the parts are the whole. No rates, no dates.

Everything here is `Decimal` or `int`; a float raises, because a stored amount must never have been one.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation

from calculations.exact.minor_units import integer_weights, whole_units
from calculations.exact.products import exact
from calculations.exact.sharing import allocate_total

# Wide enough that every product below is exact; Inexact is trapped, so a silent rounding cannot happen.
_EXACT = Context(prec=400, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, DivisionByZero, Inexact])
_ROUNDING = Context(
    prec=400, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, DivisionByZero]
)


def minor_unit(currency_decimals: int) -> Decimal:
    """The smallest amount of a currency with that many decimals: 2 gives 0.01, 0 gives 1. Source: fund-admin M-3."""
    if currency_decimals < 0:
        raise ValueError(f"currency decimals must be >= 0, found {currency_decimals}")
    return Decimal(1).scaleb(-currency_decimals)


def round_half_up(amount: Decimal, unit: Decimal) -> Decimal:
    """`amount` rounded to a multiple of `unit`, halves away from zero. Source: fund-admin M-3."""
    _require_decimal("amount", amount)
    _require_unit(unit)
    units = _ROUNDING.divide(amount, unit).quantize(Decimal(1), context=_ROUNDING)
    return _EXACT.multiply(units, unit)


def allocate(
    total: Decimal, weights: Sequence[Decimal], minor_unit: Decimal, ids: Sequence[str] | None = None
) -> tuple[Decimal, ...]:
    """Share `total` in proportion to `weights`, in whole minor units that add up to `total` exactly.

    Each share is floored to the minor unit; the units still missing go one each to the largest remainders, ties to
    the smaller id (to the earlier position where no ids are given). A negative total is shared as the mirror image
    of the positive one. Returns one amount per weight, in the order given.

    Raises ValueError where the total is no whole number of minor units, where a weight is negative, where the
    weights are empty or sum to zero, or where ids are repeated or not as many as the weights; TypeError for floats.
    Source: fund-admin M-3.
    """
    _require_decimal("total", total)
    _require_unit(minor_unit)
    units = whole_units(total, minor_unit)
    shares = integer_weights(weights)
    if sum(shares) == 0:
        raise ValueError(
            f"weights must sum to more than zero to share out {total}, found {len(weights)} weights, sum 0"
        )
    order = _in_order(ids, len(shares))
    parts = allocate_total(units, exact([shares[place] for place in order]))
    by_place = dict(zip(order, parts.tolist(), strict=True))
    return tuple(_EXACT.multiply(Decimal(by_place[place]), minor_unit) for place in range(len(shares)))


def _in_order(ids: Sequence[str] | None, expected: int) -> Sequence[int]:
    """The places of the weights in the order of their ids."""
    if ids is None:
        return range(expected)
    if len(ids) != expected or len(set(ids)) != expected:
        raise ValueError(f"expected {expected} distinct ids, one per weight, found {len(ids)}: {list(ids)[:10]}")
    return sorted(range(expected), key=ids.__getitem__)


def _require_decimal(name: str, value: Decimal) -> None:
    if not isinstance(value, Decimal):
        raise TypeError(f"{name} must be a Decimal, found {type(value).__name__} {value!r}")
    if not value.is_finite():
        raise ValueError(f"{name} must be a finite number, found {value}")


def _require_unit(unit: Decimal) -> None:
    _require_decimal("minor unit", unit)
    if unit <= 0:
        raise ValueError(f"minor unit must be above zero, found {unit}")
