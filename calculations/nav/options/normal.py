"""The normal distribution in Decimal, to the digits of a strike. A library gives it only for floats."""

from __future__ import annotations

from decimal import Decimal

from calculations.nav.numbers import precise

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
# beyond this the tail is below the last of 50 digits
_FAR = Decimal(15)


def normal_density(x: Decimal) -> Decimal:
    """exp(-x^2 / 2) / sqrt(2 pi)."""
    with precise():
        return (-x * x / 2).exp() / (2 * PI).sqrt()


def normal_distribution(x: Decimal) -> Decimal:
    """The probability below `x`: 1/2 + density x (x + x^3/3 + x^5/(3 x 5) + ...), whose terms have one sign.

    Good to some 48 decimals. Source: G. Marsaglia, Evaluating the Normal Distribution, J. Stat. Softw. 11 (2004).
    """
    if abs(x) > _FAR:
        return Decimal(1) if x > 0 else Decimal(0)
    with precise():
        term = total = x
        square, odd = x * x, 1
        while total + term != total:
            odd += 2
            term = term * square / odd
            total += term
        return Decimal("0.5") + normal_density(x) * total
