"""What of an investment's gain over a period is the work of its currency. Where rates come from does not belong here.

Money is int64 minor units, of the investment's own currency and of the fund's. Source: fund-admin 3.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.daycount import Ints
from calculations.exact.products import exact, half_up


@dataclass(frozen=True, eq=False)
class Stretch:
    """Values and flows of investments over periods in one currency, (rows,): what each was worth at both ends, and what
    was paid into it less what came out."""

    opening: Ints
    net_invested: Ints
    closing: Ints

    @property
    def gain(self) -> Ints:
        return self.closing - self.opening - self.net_invested


@dataclass(frozen=True, eq=False)
class FxEffects:
    """Parts of the gain in the fund's currency, (rows,), which add up to it exactly.

    `local_gain`: the gain in the investment's currency at the closing rate; `on_opening_value`: the opening value times the
    change of the rate; `on_flows`: the flows times the change of the rate since each of them, with what rounding leaves.
    """

    local_gain: Ints
    on_opening_value: Ints
    on_flows: Ints


def fx_effects(
    local: Stretch,
    base: Stretch,
    closing_rates: Sequence[Decimal | Fraction],
    local_decimals: Sequence[int],
    base_decimals: Sequence[int],
) -> FxEffects:
    """The gain of each period split into local gain and the effects of the exchange rate.

    `base` has the same periods in the fund's currency, each flow at the rate of its day; `closing_rates` are units of it for
    one unit of the investment's currency, the minor units of both have `local_decimals` and
    `base_decimals` (rows,). Source: fund-admin 3.5.
    """
    at_closing_rate = converted(local.gain, closing_rates, local_decimals, base_decimals)
    opening_now = converted(local.opening, closing_rates, local_decimals, base_decimals)
    on_opening = opening_now - base.opening
    return FxEffects(at_closing_rate, on_opening, base.gain - at_closing_rate - on_opening)


def converted(
    units: Ints, rates: Sequence[Decimal | Fraction], from_decimals: Sequence[int], to_decimals: Sequence[int]
) -> Ints:
    """Minor units of one currency as those of another, half-up."""
    ratios = [
        Fraction(rate) * Fraction(10) ** (after - before)
        for rate, before, after in zip(rates, from_decimals, to_decimals, strict=True)
    ]
    return half_up(units, exact([ratio.numerator for ratio in ratios]), exact([ratio.denominator for ratio in ratios]))
