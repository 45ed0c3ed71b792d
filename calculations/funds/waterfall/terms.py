"""Waterfall terms: what an agreement says. Reading them from JSON is in `reading`; no balances and no payments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from calculations.funds.waterfall.carry_terms import Clawback, Deduction, Escrow, Giveback
from calculations.funds.waterfall.preferred import Convention


class Style(StrEnum):
    EUROPEAN = "EUROPEAN"
    AMERICAN_STRICT = "AMERICAN_STRICT"
    AMERICAN_REALISED = "AMERICAN_REALISED"
    HYBRID_CAPITAL_THEN_DEAL = "HYBRID_CAPITAL_THEN_DEAL"
    HYBRID_AGGREGATE_HURDLE = "HYBRID_AGGREGATE_HURDLE"


class Order(StrEnum):
    CAPITAL_FIRST = "CAPITAL_FIRST"
    PREFERRED_FIRST = "PREFERRED_FIRST"


class HurdleFloor(StrEnum):
    """ZERO: a met hurdle stays at zero. NEGATIVE: it turns into a credit that earns and shields later calls."""

    ZERO = "ZERO"
    NEGATIVE = "NEGATIVE"


class HurdleTest(StrEnum):
    """ALL: each hurdle is a step of its own, in the order given. GREATER_OF: they are one step, met when all are."""

    ALL = "ALL"
    GREATER_OF = "GREATER_OF"


class HurdleKind(StrEnum):
    RATE = "RATE"
    MULTIPLE = "MULTIPLE"


class HurdleBase(StrEnum):
    CONTRIBUTED = "CONTRIBUTED"
    COMMITMENT = "COMMITMENT"


class Start(StrEnum):
    """The date from which a contribution earns; whoever records contributions passes the date this names."""

    DUE_DATE = "DUE_DATE"
    PAID_DATE = "PAID_DATE"
    LINE_DRAW_DATE = "LINE_DRAW_DATE"


class ExpenseAllocation(StrEnum):
    ALL_TO_DATE = "ALL_TO_DATE"
    PRO_RATA_COST = "PRO_RATA_COST"


class Unrealised(StrEnum):
    LOWER_COST_MARKET = "LOWER_COST_MARKET"
    COST = "COST"


DEAL_BY_DEAL = frozenset(set(Style) - {Style.EUROPEAN})
# Each deal of its own: a set of capital, profit and carry that no other deal shares.
ACCOUNT_PER_DEAL = frozenset({Style.AMERICAN_STRICT, Style.HYBRID_CAPITAL_THEN_DEAL})
# Capital counts once it is realised or written down.
REALISED_SET = frozenset({Style.AMERICAN_REALISED, Style.HYBRID_AGGREGATE_HURDLE})


@dataclass(frozen=True)
class RateHurdle:
    """The LP has its contributions and `rate` a year, a fraction, on what `base` names less the capital returned.

    On the COMMITMENT all of it earns from the first contribution on, drawn or not, and with it what is contributed
    beyond it.
    """

    rate: Decimal
    convention: Convention
    base: HurdleBase = HurdleBase.CONTRIBUTED


@dataclass(frozen=True)
class MultipleHurdle:
    """The LP has received `multiple` times what `base` names."""

    multiple: Decimal
    base: HurdleBase


Hurdle = RateHurdle | MultipleHurdle


@dataclass(frozen=True)
class Level:
    """A step reached once the LP has met all of `hurdles`: from there the GP catches up at `catch_up`, then has `carry`.

    Both are the GP's share of each amount; `catch_up` at or below `carry` means there is no catch-up tier.
    """

    hurdles: tuple[Hurdle, ...]
    carry: Decimal
    catch_up: Decimal


@dataclass(frozen=True)
class WaterfallTerms:
    """Terms between one LP and the GP. `levels` go from the lowest to the highest; none means carry on all profit.

    `start` says which date of a contribution to pass to the waterfall; nothing here reads it. Absent terms mean
    unrealised deals at lower of cost or market, no escrow, no clawback, no tax advance, no giveback.
    """

    style: Style
    order: Order
    carry: Decimal
    levels: tuple[Level, ...]
    hurdle_floor: HurdleFloor
    start: Start
    carry_on_current_income: bool = True
    blocker_taxes_count_as_distributed: bool = False
    expense_allocation: ExpenseAllocation = ExpenseAllocation.ALL_TO_DATE
    unrealised: Unrealised = Unrealised.LOWER_COST_MARKET
    off_the_top: tuple[Deduction, ...] = ()
    escrow: Escrow | None = None
    clawback: Clawback | None = None
    tax_advance: Decimal | None = None
    giveback: Giveback | None = None

    @property
    def highest_carry(self) -> Decimal:
        """The share of all profit that carry may reach."""
        return self.levels[-1].carry if self.levels else self.carry

    @property
    def hurdles(self) -> tuple[Hurdle, ...]:
        return tuple(hurdle for level in self.levels for hurdle in level.hurdles)


def without_carry(terms: WaterfallTerms) -> WaterfallTerms:
    """The terms of partners who pay no carry, such as the GP on its own commitment: all of it is theirs.

    Source: fund-admin D-1, 2.7.
    """
    return replace(
        terms,
        style=Style.EUROPEAN,
        carry=Decimal(0),
        levels=(),
        escrow=None,
        clawback=None,
        tax_advance=None,
    )


def is_on_commitment(hurdle: Hurdle) -> bool:
    return hurdle.base == HurdleBase.COMMITMENT
