"""Private equity: what companies are worth, what of it is held, and the carry on it. Source: nav 2 (M-PE)."""

from calculations.nav.methods.private_equity.product import value

__all__ = ["value"]
