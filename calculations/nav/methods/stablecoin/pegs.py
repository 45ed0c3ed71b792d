"""What a coin's holders are owed and get: ratio, redemption NAV, the issuer's surplus, rebasing. No reading, no
valuing of reserves.

The coin is a liability at its peg: it is worth the peg where that is covered, less where not, and never more.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class Claim:
    """`supply` tokens at `peg` each; `owed` is what the ratio is measured on: at least the claim itself, in its
    currency.

    For a coin lent out of vaults, `owed` is the debt where that is more. Raises Unavailable NO_SHARES, DOMAIN.
    """

    supply: Decimal
    peg: Decimal
    debt: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.supply <= 0:
            raise Unavailable("NO_SHARES", f"tokens in circulation must be above zero, found {self.supply}")
        if self.peg <= 0:
            raise Unavailable("DOMAIN", f"peg_value must be above zero, found {self.peg}")

    @property
    def amount(self) -> Decimal:
        with precise():
            return self.supply * self.peg

    @property
    def owed(self) -> Decimal:
        return max(self.amount, self.debt)

    def ratio(self, net_reserves: Decimal) -> Decimal:
        """Reserves less other liabilities, over what is owed. Source: nav 2 (M-STB)."""
        with precise():
            return net_reserves / self.owed

    def redemption_nav(self, net_reserves: Decimal) -> Decimal:
        """peg x min(1, ratio), a token."""
        with precise():
            return self.peg * min(ONE, self.ratio(net_reserves))

    def surplus(self, net_reserves: Decimal) -> Decimal:
        """What is not the holders': reserves over the claim, and a vault coin's fees that its debt is short of."""
        with precise():
            return net_reserves - self.amount * min(ONE, self.ratio(net_reserves))


@dataclass(frozen=True)
class Rebase:
    """Terms of an elastic supply, fractions; `lag` spreads the deviation over so many rebases."""

    positive_limit: Decimal
    negative_limit: Decimal
    deadband: Decimal
    lag: Decimal

    def __post_init__(self) -> None:
        if self.lag <= 0 or min(self.positive_limit, self.negative_limit, self.deadband) < 0 or self.negative_limit > 1:
            raise Unavailable("DOMAIN", f"rebase terms must be >= 0, lag above zero, no fall beyond 1, found {self}")

    def share(self, price: Decimal, target: Decimal) -> Decimal:
        """The part by which the supply grows (shrinks where negative); zero within the deadband. Source: nav 2
        (M-STB).
        """
        if target <= 0:
            raise Unavailable("DOMAIN", f"target price must be above zero, found {target}")
        with precise():
            deviation = (price - target) / target
            if abs(deviation) <= self.deadband:
                return ZERO
            return max(-self.negative_limit, min(self.positive_limit, deviation / self.lag))


def rebased(supply: Decimal, share: Decimal) -> Decimal:
    """The supply after a rebase; every holder's part of it, and the value of all, stay what they were."""
    with precise():
        return supply * (1 + share)
