"""European calls, puts and digitals by Black, Scholes and Merton. Barriers are beside this module.

Values are for one unit of the underlying (a digital: for one unit of money), discounted at the risk-free rate; the
credit of who owes the option is for who holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.numbers import precise
from calculations.nav.options.normal import normal_distribution
from calculations.nav.results import Unavailable


@dataclass(frozen=True)
class Lognormal:
    """`rate` and `dividend` compound continuously a year, as `volatility` is a year's; `years` to the payoff.

    Raises Unavailable DOMAIN where spot, volatility or time are not above zero. Source: nav 2 (M-STR).
    """

    spot: Decimal
    rate: Decimal
    dividend: Decimal
    volatility: Decimal
    years: Decimal

    def __post_init__(self) -> None:
        for name in ("spot", "volatility", "years"):
            if getattr(self, name) <= 0:
                raise Unavailable("DOMAIN", f"{name} must be above 0 for an option, found {getattr(self, name)}")

    @property
    def deviation(self) -> Decimal:
        """Volatility x sqrt(years)."""
        with precise():
            return self.volatility * self.years.sqrt()

    @property
    def discount(self) -> Decimal:
        with precise():
            return (-self.rate * self.years).exp()

    @property
    def carried_spot(self) -> Decimal:
        """Spot without the dividends until the payoff."""
        with precise():
            return self.spot * (-self.dividend * self.years).exp()


def d1_d2(model: Lognormal, level: Decimal) -> tuple[Decimal, Decimal]:
    """d1 and d2 against a level, which must be above zero; the chance to end above it is N(d2)."""
    if level <= 0:
        raise Unavailable("DOMAIN", f"the strike or barrier of an option must be above 0, found {level}")
    with precise():
        drift = (model.rate - model.dividend + model.volatility**2 / 2) * model.years
        d1 = ((model.spot / level).ln() + drift) / model.deviation
        return d1, d1 - model.deviation


def call_above(model: Lognormal, strike: Decimal, level: Decimal) -> Decimal:
    """What pays spot less strike wherever the spot ends above `level`: a call where that is the strike."""
    d1, d2 = d1_d2(model, level)
    with precise():
        return model.carried_spot * normal_distribution(d1) - strike * model.discount * normal_distribution(d2)


def put_below(model: Lognormal, strike: Decimal, level: Decimal) -> Decimal:
    """What pays strike less spot wherever the spot ends below `level`: a put where that is the strike."""
    d1, d2 = d1_d2(model, level)
    with precise():
        return strike * model.discount * normal_distribution(-d2) - model.carried_spot * normal_distribution(-d1)


def call(model: Lognormal, strike: Decimal) -> Decimal:
    """Source: nav 2 (M-STR); E-9."""
    return call_above(model, strike, strike)


def put(model: Lognormal, strike: Decimal) -> Decimal:
    return put_below(model, strike, strike)


def digital(model: Lognormal, level: Decimal) -> Decimal:
    """One unit of money where the spot ends at or above `level`."""
    with precise():
        return model.discount * normal_distribution(d1_d2(model, level)[1])
