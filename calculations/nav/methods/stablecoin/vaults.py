"""Vaults of a coin backed by tokens: debt with its stability fee, how well it is covered, where it is liquidated. No
reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

DAYS_A_YEAR = 365
COMPOUNDING = ("ANNUAL_EFFECTIVE", "DAILY", "SIMPLE")


def debt_with_fee(principal: Decimal, rate: Decimal, compounding: str, days: int, years: Fraction) -> Decimal:
    """What a vault owes after `days`, or the `years` that they are by the product's convention.

    ANNUAL_EFFECTIVE (1 + rate)^years, DAILY (1 + rate/365)^days, SIMPLE 1 + rate x years, times the principal. Raises
    Unavailable BAD_SCHEDULE for a fee from a later day, DOMAIN, UNSUPPORTED_CONVENTION. Source: nav 2 (M-STB).
    """
    if days < 0:
        raise Unavailable("BAD_SCHEDULE", f"a stability fee must not accrue from a later day, found {-days} days ahead")
    if principal < 0 or rate < 0:
        raise Unavailable("DOMAIN", f"debt and stability fee must be >= 0, found {principal} at {rate}")
    with precise():
        elapsed = Decimal(years.numerator) / Decimal(years.denominator)
        if compounding == "ANNUAL_EFFECTIVE":
            return principal * (1 + rate) ** elapsed
        if compounding == "DAILY":
            return principal * (1 + rate / DAYS_A_YEAR) ** days
        if compounding == "SIMPLE":
            return principal * (1 + rate * elapsed)
    raise Unavailable(
        "UNSUPPORTED_CONVENTION", f"fee_compounding must be one of {', '.join(COMPOUNDING)}; found {compounding!r}"
    )


@dataclass(frozen=True)
class Vault:
    """Collateral of `quantity` units worth `collateral` in all, and the `debt` with its fee, in one currency."""

    quantity: Decimal
    collateral: Decimal
    debt: Decimal
    haircut: Decimal

    @property
    def covered(self) -> Decimal:
        """What the vault is worth to the holders of the coin: collateral after its haircut, and never more than it
        owes.
        """
        with precise():
            return min(self.collateral * (1 - self.haircut), self.debt)

    @property
    def collateral_ratio(self) -> Decimal:
        """Collateral over debt, a multiple, without haircut. Raises Unavailable DOMAIN for a vault without debt."""
        if self.debt <= 0:
            raise Unavailable("DOMAIN", "a vault without debt has no collateral ratio")
        with precise():
            return self.collateral / self.debt

    def health(self, minimum_ratio: Decimal) -> Decimal:
        """Collateral ratio over the least allowed; below 1 the vault is short. Raises Unavailable DOMAIN."""
        if minimum_ratio <= 0:
            raise Unavailable("DOMAIN", f"minimum collateral ratio must be above zero, found {minimum_ratio}")
        with precise():
            return self.collateral_ratio / minimum_ratio

    def liquidation_price(self, liquidation_ratio: Decimal) -> Decimal:
        """Price of a unit of collateral at which the vault is liquidated. Raises Unavailable DOMAIN without
        collateral.
        """
        if self.quantity <= 0:
            raise Unavailable("DOMAIN", "a vault without collateral has no liquidation price")
        with precise():
            return self.debt * liquidation_ratio / self.quantity

    def liquidation_move(self, liquidation_ratio: Decimal) -> Decimal:
        """How far the price is from there, a fraction of today's; negative is a fall. Raises Unavailable DOMAIN."""
        if self.collateral <= 0:
            raise Unavailable("DOMAIN", "collateral without value has no price to fall from")
        with precise():
            return self.liquidation_price(liquidation_ratio) / (self.collateral / self.quantity) - 1
