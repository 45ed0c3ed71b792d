"""Energy: power plants and wells by the cash that they are forecast to make. Source: nav 2 (M-EN)."""

from calculations.nav.methods.energy.product import value

__all__ = ["value"]
