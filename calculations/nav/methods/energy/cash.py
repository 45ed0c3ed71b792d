"""The cash of a plant or well, year by year, and its present value. Where the figures come from is product's.

Source: nav 2 (M-EN).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.methods.cash_flows import Flow, present_value
from calculations.nav.methods.forecast import ForecastYear, grown
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

Timing = Literal["MID_YEAR", "YEAR_END"]
ZERO = Decimal(0)


@dataclass(frozen=True)
class YearOfCash:
    """`volume` sold at `price` each, and `certificate` for each; `opex` and the volume are those of what is left of the
    year. `rate` is what its cash is discounted at.
    """

    year: ForecastYear
    volume: Decimal
    price: Decimal
    opex: Decimal
    rate: Decimal
    certificate: Decimal = ZERO
    tax_rate: Decimal = ZERO

    @property
    def before_tax(self) -> Decimal:
        """Revenue less operating costs."""
        with precise():
            return self.volume * (self.price + self.certificate) - self.opex

    @property
    def cash(self) -> Decimal:
        """After tax on what is earned; a loss is neither taxed nor carried forward."""
        with precise():
            return self.before_tax - self.tax_rate * max(ZERO, self.before_tax)


def output(megawatts: Decimal, hours: Decimal, capacity_factor: Decimal, degradation: Decimal, number: int) -> Decimal:
    """MWh of the whole year `number`: capacity x hours x capacity factor, less degradation from the second year on.

    Raises Unavailable DOMAIN for a capacity not above zero and for shares outside 0 to 1.
    """
    if megawatts <= 0:
        raise Unavailable("DOMAIN", f"capacity must be above zero megawatts, found {megawatts}")
    if not 0 <= capacity_factor <= 1 or not 0 <= degradation < 1:
        raise Unavailable(
            "DOMAIN", f"capacity factor and degradation must be from 0 to 1, found {capacity_factor} and {degradation}"
        )
    with precise():
        return grown(megawatts * hours * capacity_factor, -degradation, number - 1)


def worth(years: Iterable[YearOfCash], timing: str, *, at: Decimal | None = None) -> Decimal:
    """Present value of the cash after tax, each year at its own rate; with `at`, of that before tax at this one rate.

    Raises Unavailable UNSUPPORTED_CONVENTION for a timing that is neither MID_YEAR nor YEAR_END.
    """
    if timing not in ("MID_YEAR", "YEAR_END"):
        raise Unavailable("UNSUPPORTED_CONVENTION", f"discount timing must be MID_YEAR or YEAR_END, found {timing!r}")
    total = ZERO
    with precise():
        for each in years:
            amount, rate = (each.cash, each.rate) if at is None else (each.before_tax, at)
            flow = Flow(each.year.end, amount, each.year.start)
            total += present_value([flow], rate, mid_period=timing == "MID_YEAR")
    return total
