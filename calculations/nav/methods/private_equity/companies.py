"""Enterprise value of a company and the equity in it, from figures. Who owns the equity is capital_structure's.

Amounts in the currency of the valuation, rates as fractions. Source: nav 2 (M-PE).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.methods.cash_flows import Flow, discount_factor, last_year_of, present_value
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

Timing = Literal["YEAR_END", "MID_YEAR"]
ZERO = Decimal(0)


@dataclass(frozen=True)
class GordonGrowth:
    """A terminal value that grows for ever; `timing` says where it is discounted from: the end of the last year, n, or
    its middle, n - 0.5, where its flows stand.
    """

    growth: Decimal
    timing: Timing


@dataclass(frozen=True)
class ExitMultiple:
    """A terminal value at the end of the forecast: `metric`, that of the last year, x `multiple`."""

    metric: Decimal
    multiple: Decimal


def multiple_value(metric: Decimal, multiple: Decimal, discount: Decimal = ZERO) -> Decimal:
    """Enterprise value = metric x multiple x (1 - discount).

    Raises Unavailable DOMAIN for a metric below zero, a multiple not above zero, a discount outside 0 to 1.
    """
    if metric < 0:
        raise Unavailable("DOMAIN", f"a multiple cannot value a metric below zero, found {metric}")
    if multiple <= 0:
        raise Unavailable("DOMAIN", f"a multiple must be above zero, found {multiple}")
    if not 0 <= discount <= 1:
        raise Unavailable("DOMAIN", f"a discount must be from 0 to 1, found {discount}")
    with precise():
        return metric * multiple * (1 - discount)


def discounted_value(flows: Sequence[Flow], wacc: Decimal, terminal: GordonGrowth | ExitMultiple) -> Decimal:
    """Enterprise value of free cash flows, each discounted from the middle of its period, and of what comes after them.

    The growing value rests on the flows of the last year; for yearly flows that is the last one. Raises Unavailable
    DOMAIN where the growth is not below `wacc`, BAD_SCHEDULE where the flows do not span a year.
    """
    _, last_year = last_year_of(flows)
    end = last_year[-1].years
    with precise():
        if isinstance(terminal, ExitMultiple):
            later = multiple_value(terminal.metric, terminal.multiple) * discount_factor(wacc, end)
        else:
            if terminal.growth >= wacc:
                raise Unavailable(
                    "DOMAIN", f"terminal growth must be below the discount rate {wacc}, found {terminal.growth}"
                )
            last = sum((flow.amount for flow in last_year), ZERO)
            from_when = end if terminal.timing == "YEAR_END" else (last_year[0].start + end) / 2
            later = last * (1 + terminal.growth) / (wacc - terminal.growth) * discount_factor(wacc, from_when)
        return present_value(flows, wacc, mid_period=True) + later


def equity_value(enterprise: Decimal, net_debt: Decimal) -> Decimal:
    """What is left to the owners: never less than nothing, because they do not answer for the debt."""
    with precise():
        return max(ZERO, enterprise - net_debt)
