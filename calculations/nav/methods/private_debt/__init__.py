"""Private debt: loans at amortised cost less expected losses, or at fair value by their yield. Source: nav 2 (M-PD)."""

from calculations.nav.methods.private_debt.product import value

__all__ = ["value"]
