"""Prices of options on one underlying that moves lognormally, in Decimal; only simulated paths are floats. No rows, no notes."""
