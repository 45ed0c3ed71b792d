"""Assumed rates of interest as rates that compound continuously, as the formulas of options and forwards take them."""

from __future__ import annotations

from decimal import Decimal

from calculations.nav.numbers import precise
from calculations.nav.results import Assumption, Unavailable

_TIMES_A_YEAR = {"ANNUAL": 1, "SEMI_ANNUAL": 2, "MONTHLY": 12}


def continuous(assumed: Assumption, years: Decimal) -> Decimal:
    """The rate that grows one unit to the same amount in `years`; SIMPLE depends on them.

    Raises Unavailable MISSING_ASSUMPTION without a number, UNSUPPORTED_CONVENTION where the compounding is not said,
    DOMAIN for a rate that takes all or more. Source: input-contracts 4.2 (Assumptions).
    """
    rate, named = assumed.value, f"assumption {assumed.name} of {assumed.scope_id}"
    if rate is None:
        raise Unavailable("MISSING_ASSUMPTION", f"{named} must be a number, found {assumed.text!r}")
    if assumed.compounding == "CONTINUOUS":
        return rate
    with precise():
        if assumed.compounding in _TIMES_A_YEAR:
            periods = _TIMES_A_YEAR[assumed.compounding]
            growth, exponent = 1 + rate / periods, Decimal(periods)
        elif assumed.compounding == "SIMPLE":
            if years <= 0:
                return rate
            growth, exponent = 1 + rate * years, 1 / years
        else:
            names = ", ".join(("CONTINUOUS", *_TIMES_A_YEAR, "SIMPLE"))
            raise Unavailable(
                "UNSUPPORTED_CONVENTION", f"{named}: compounding must be one of {names}; found {assumed.compounding}"
            )
        if growth <= 0:
            raise Unavailable("DOMAIN", f"{named}: a rate must leave something, found {rate}")
        return growth.ln() * exponent
