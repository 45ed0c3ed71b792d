"""What a property is worth by what it earns: NOI, direct capitalisation, discounted cash flows. From figures only.

Amounts of a year in one currency, rates as fractions. Source: nav 2 (M-RE).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from calculations.nav.methods.cash_flows import Flow, discount_factor, last_year_of, present_value
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

ZERO = Decimal(0)


def net_operating_income(gross: Decimal, vacancy: Decimal, other: Decimal, opex: Decimal) -> Decimal:
    """gross rent x (1 - vacancy) + other income - operating expenses: before debt service, capex and tax."""
    if not 0 <= vacancy <= 1:
        raise Unavailable("DOMAIN", f"vacancy must be from 0 to 1, found {vacancy}")
    with precise():
        return gross * (1 - vacancy) + other - opex


def direct_cap(noi: Decimal, cap_rate: Decimal) -> Decimal:
    """NOI / cap rate. Raises Unavailable DOMAIN for a cap rate that is not above zero."""
    if cap_rate <= 0:
        raise Unavailable("DOMAIN", f"a cap rate must be above zero, found {cap_rate}")
    with precise():
        return noi / cap_rate


def discounted_property(
    noi: Sequence[Flow], capex: Sequence[Flow], rate: Decimal, exit_cap_rate: Decimal, exit_cost_rate: Decimal
) -> Decimal:
    """NOI less capex until the sale, and the sale: the NOI of the last year of the forecast, that of the buyer,
    capitalised, less its cost. All discounted from the ends of their periods.

    `noi` and `capex` are of the same periods. Raises Unavailable BAD_SCHEDULE for a forecast that does not go on for
    a year after the first period, DOMAIN for a cap rate not above zero and a cost outside 0 to 1.
    """
    held, _ = last_year_of(noi)
    if not held:
        raise Unavailable("BAD_SCHEDULE", "a property's forecast must go on for a year after its sale, found one year")
    if not 0 <= exit_cost_rate <= 1:
        raise Unavailable("DOMAIN", f"the cost of a sale must be from 0 to 1, found {exit_cost_rate}")
    with precise():
        sold = held[-1].years
        buyers = sum((flow.amount for flow in noi if flow.years > sold), ZERO)
        price = direct_cap(buyers, exit_cap_rate) * (1 - exit_cost_rate)
        spent = present_value([flow for flow in capex if flow.years <= sold], rate)
        return present_value(held, rate) - spent + price * discount_factor(rate, sold)


def blended(values: Mapping[str, Decimal], weights: Mapping[str, Decimal]) -> Decimal:
    """sum(weight x value) over the methods. Raises Unavailable DOMAIN for weights that are not 1 together or negative,
    MISSING_EVIDENCE for a method that has a weight and no value.
    """
    with precise():
        if sum(weights.values(), ZERO) != 1 or any(weight < 0 for weight in weights.values()):
            found = ", ".join(f"{name} {weight}" for name, weight in weights.items())
            raise Unavailable("DOMAIN", f"blend weights must not be negative and be 1 together, found {found}")
        missing = [name for name, weight in weights.items() if weight and name not in values]
        if missing:
            raise Unavailable("MISSING_EVIDENCE", f"a weight needs a valuation, found none for {', '.join(missing)}")
        return sum((weight * values[name] for name, weight in weights.items() if weight), ZERO)
