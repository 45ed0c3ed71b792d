"""How the flow of a well declines: Arps' curves, exact over any stretch. No prices.

Rates are volumes a year, time in years since the rate was `qi`. Source: nav 2 (M-EN).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable


@dataclass(frozen=True)
class Decline:
    """q(t) = qi / (1 + b di t)^(1/b); exponential at b = 0. Raises Unavailable DOMAIN."""

    qi: Decimal
    di: Decimal
    b: Decimal

    def __post_init__(self) -> None:
        if self.qi <= 0 or self.di < 0 or self.b < 0:
            raise Unavailable(
                "DOMAIN", f"a decline needs qi > 0, di >= 0 and b >= 0, found {self.qi}, {self.di} and {self.b}"
            )

    def rate(self, years: Decimal) -> Decimal:
        """The flow at a time >= 0."""
        with precise():
            if self.b == 0:
                return self.qi * (-self.di * years).exp()
            return self.qi * (1 + self.b * self.di * years) ** (-1 / self.b)

    def volume(self, start: Decimal, end: Decimal) -> Decimal:
        """What flows from `start` to `end`: the integral of the rate."""
        with precise():
            return self._since_start(end) - self._since_start(start)

    def years_until(self, limit: Decimal) -> Decimal | None:
        """When the flow falls to `limit`; 0 where it is not above it at all, None where it never does."""
        if limit >= self.qi:
            return Decimal(0)
        if self.di == 0 or limit <= 0:
            return None
        with precise():
            ratio = self.qi / limit
            if self.b == 0:
                return ratio.ln() / self.di
            return (ratio**self.b - 1) / (self.b * self.di)

    def _since_start(self, years: Decimal) -> Decimal:
        if self.di == 0:
            return self.qi * years
        if self.b == 0:
            return (self.qi - self.rate(years)) / self.di
        grown = 1 + self.b * self.di * years
        if self.b == 1:
            return self.qi / self.di * grown.ln()
        return self.qi / ((1 - self.b) * self.di) * (1 - grown ** (1 - 1 / self.b))
