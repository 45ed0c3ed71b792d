"""How the fair value of an investment became the next one, its currency told apart. The net asset value of a fund is `bridge`'s.

Money is int64 minor units, of the investment's own currency (local) and of the fund's. Source: fund-admin 3.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from calculations.daycount import Ints
from calculations.funds.performance.fx_effect import Stretch, converted, fx_effects

# Gains are the local ones at the closing rate; the rest of the gain in the fund's currency is the exchange rate's.
LOCAL_GAIN_AT_CLOSING_RATE = "LOCAL_GAIN_AT_CLOSING_RATE"


@dataclass(frozen=True, eq=False)
class Gains:
    """What an investment gained in periods in its own currency, (rows,): realised, and the change of the unrealised gain."""

    realised: Ints
    unrealised: Ints


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of the gain in the fund's currency, (rows,), which add up to it exactly.

    `unexplained` is what neither gain tells: a stated cost that the transactions do not lead to.
    """

    realised: Ints
    unrealised: Ints
    fx_effect: Ints
    unexplained: Ints


def investment_gains(
    local: Stretch,
    base: Stretch,
    gains: Gains,
    closing_rates: Sequence[Fraction],
    local_decimals: Ints,
    base_decimals: Ints,
) -> Parts:
    """The gain of each period by its parts, under LOCAL_GAIN_AT_CLOSING_RATE; all (rows,).

    `base` has the same periods in the fund's currency, values at the rates of their day and flows at those of theirs;
    `closing_rates` are units of it for one unit of the investment's. The effect of the rate is that on the opening value and
    that on the flows since. Source: fund-admin 3.5.
    """
    effects = fx_effects(local, base, closing_rates, local_decimals.tolist(), base_decimals.tolist())
    realised = converted(gains.realised, closing_rates, local_decimals.tolist(), base_decimals.tolist())
    unrealised = converted(gains.unrealised, closing_rates, local_decimals.tolist(), base_decimals.tolist())
    return Parts(
        realised,
        unrealised,
        effects.on_opening_value + effects.on_flows,
        effects.local_gain - realised - unrealised,
    )


def domestic_gains(base: Stretch, gains: Gains) -> Parts:
    """The same of investments in the fund's currency, whose rate never moves."""
    rest = base.gain - gains.realised - gains.unrealised
    return Parts(gains.realised.copy(), gains.unrealised.copy(), np.zeros_like(rest), rest)
