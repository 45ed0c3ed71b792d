"""Flows one period apart: their worth at a rate, the rate that gives a worth, and how the worth answers to the rate.

The one solver of bond yields and of effective interest rates. Where the amounts and periods come from is not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

# Newton's error is squared by the step after this one, which puts it below the 50 digits that are kept.
_LAST_STEP = Decimal("1e-30")
_MOST_STEPS = 200


@dataclass(frozen=True)
class PeriodFlows:
    """`amounts` (n,) paid one period apart, the first after `first_wait` periods; rates are per period."""

    amounts: tuple[Decimal, ...]
    first_wait: Fraction = Fraction(1)


@dataclass(frozen=True)
class Moments:
    """The worth of flows at a rate, and the mean and mean square of the periods to them, weighted by worth."""

    worth: Decimal
    mean: Decimal
    mean_square: Decimal


def present_value(flows: PeriodFlows, rate: Decimal) -> Decimal:
    """Sum of amount_k / (1 + rate)^(first_wait + k), k from 0. Raises Unavailable DOMAIN for -100 % or less."""
    with precise():
        growth = 1 + _above_total_loss(rate)
        total, _, _ = _sums(flows.amounts, 1 / growth)
        return total * growth ** -_decimal(flows.first_wait)


def moments(flows: PeriodFlows, rate: Decimal) -> Moments:
    """What durations and convexity are made of. Raises Unavailable DOMAIN as `present_value`, and without any worth."""
    worth = present_value(flows, rate)
    with precise():
        if worth <= 0:
            raise Unavailable("DOMAIN", f"a duration needs flows that are worth more than 0, found {worth}")
        wait = _decimal(flows.first_wait)
        total, first, second = _sums(flows.amounts, 1 / (1 + rate))
        mean, square = first / total, second / total
        return Moments(worth, wait + mean, wait * wait + 2 * wait * mean + square)


def periodic_rate(flows: PeriodFlows, worth: Decimal) -> Decimal:
    """The rate per period at which the flows are worth `worth`, to some 45 digits; there is only one.

    Flows may not be negative: with x = ln(1 + rate), the logarithm of their worth then falls and is convex in x, and
    Newton's steps come to the root from any start. Raises Unavailable DOMAIN for a worth that is not positive, for
    negative flows or none, and where the worth does not fall as the rate rises (everything is paid at once).
    Source: nav 2 (M-BOND, M-PD).
    """
    if worth <= 0 or not any(flows.amounts) or min(flows.amounts) < 0:
        raise Unavailable(
            "DOMAIN",
            f"a yield or effective rate needs a worth above 0 and flows that are not negative with one above 0; "
            f"found worth {worth} and flows {[str(amount) for amount in flows.amounts[:10]]}",
        )
    with precise():
        wait, target = _decimal(flows.first_wait), worth.ln()
        x = Decimal(0)
        for _ in range(_MOST_STEPS):
            total, first, _ = _sums(flows.amounts, (-x).exp())
            mean = wait + first / total
            if mean <= 0:
                raise Unavailable("DOMAIN", f"a rate needs time to the flows, found {mean} periods on average")
            step = (total.ln() - wait * x - target) / mean
            x += step
            if abs(step) < _LAST_STEP:
                return x.exp() - 1
    raise Unavailable("DOMAIN", f"no rate found at which the flows are worth {worth}")


def _sums(amounts: tuple[Decimal, ...], factor: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Sums of amount_k factor^k times 1, k and k^2."""
    total, first, second = Decimal(0), Decimal(0), Decimal(0)
    for amount in reversed(amounts):  # Horner, each sum shifted by one period: (k + 1)^2 = k^2 + 2k + 1
        total, first, second = (
            total * factor + amount,
            (first + total) * factor,
            (second + 2 * first + total) * factor,
        )
    return total, first, second


def _above_total_loss(rate: Decimal) -> Decimal:
    if rate <= -1:
        raise Unavailable("DOMAIN", f"a rate must be above -100 % a period, found {rate}")
    return rate


def _decimal(fraction: Fraction) -> Decimal:
    return Decimal(fraction.numerator) / fraction.denominator
