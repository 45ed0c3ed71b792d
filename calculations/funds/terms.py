"""Waterfall terms: what an agreement says, read from the WATERFALL shape and checked. No balances and no payments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from calculations.funds import shapes
from calculations.funds.preferred import Convention


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


COMPUTED_STYLES = (Style.EUROPEAN,)

_REQUIRED = ("style", "order", "carry", "hurdles", "start", "hurdle_floor")
_FLAGS = ("carry_on_current_income", "blocker_taxes_count_as_distributed")
# Deal-by-deal only: checked, then left, since no European tier depends on them.
_DEAL_BY_DEAL = {"expense_allocation": ExpenseAllocation, "unrealised": Unrealised}
# What happens to carry once it is paid or credited; the tiers do not depend on it.
_AFTER_THE_TIERS = {
    "escrow": ("share", "nav_coverage"),
    "clawback": ("tests", "interim", "net_of_tax", "tax_rate", "guarantee"),
    "tax_advance": ("rate",),
    "giveback": ("cap_share", "years"),
}
_KNOWN = (*_REQUIRED, "hurdle_test", *_FLAGS, *_DEAL_BY_DEAL, "off_the_top", *_AFTER_THE_TIERS)
_HURDLE_KEYS = ("kind", "rate", "multiple", "base", "convention", "carry_above", "catch_up")


class UnsupportedTerms(ValueError):
    """Terms of the right shape that no calculation here covers yet."""


@dataclass(frozen=True)
class RateHurdle:
    """The LP has its contributions and `rate` a year on them, `rate` a fraction."""

    rate: Decimal
    convention: Convention


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

    `start`, `carry_on_current_income` and `blocker_taxes_count_as_distributed` say which dates and amounts to pass
    to the waterfall; the tiers themselves do not read them.
    """

    style: Style
    order: Order
    carry: Decimal
    levels: tuple[Level, ...]
    hurdle_floor: HurdleFloor
    start: Start
    carry_on_current_income: bool = True
    blocker_taxes_count_as_distributed: bool = False

    @property
    def hurdles(self) -> tuple[Hurdle, ...]:
        return tuple(hurdle for level in self.levels for hurdle in level.hurdles)


def read_terms(structure: Mapping[str, Any]) -> WaterfallTerms:
    """Terms from a WATERFALL structure; rates and shares are fractions, as texts or numbers, null means absent.

    Raises ValueError for unknown, missing or contradictory keys and for values outside their range, each naming the
    key, what was expected and what was found; UnsupportedTerms for terms that are well formed but not computed.
    Source: input-contracts 3.1; fund-admin 2.
    """
    given = shapes.keys("waterfall", structure, _KNOWN, _REQUIRED)
    style = shapes.choice("style", given["style"], Style)
    if style not in COMPUTED_STYLES:
        raise UnsupportedTerms(f"style: the styles computed are {', '.join(COMPUTED_STYLES)}, found {style.value!r}")
    _check_what_the_tiers_do_not_read(given)
    carry = shapes.fraction("carry", given["carry"])
    return WaterfallTerms(
        style=style,
        order=shapes.choice("order", given["order"], Order),
        carry=carry,
        levels=_levels(
            given["hurdles"], shapes.choice("hurdle_test", given.get("hurdle_test", "ALL"), HurdleTest), carry
        ),
        hurdle_floor=shapes.choice("hurdle_floor", given["hurdle_floor"], HurdleFloor),
        start=shapes.choice("start", given["start"], Start),
        **{key: shapes.flag(key, given[key]) for key in _FLAGS if key in given},
    )


def _levels(given: Any, test: HurdleTest, carry: Decimal) -> tuple[Level, ...]:
    levels = tuple(_level(f"hurdles[{i}]", item, carry) for i, item in enumerate(shapes.items("hurdles", given)))
    if test == HurdleTest.GREATER_OF and levels:
        if len({(level.carry, level.catch_up) for level in levels}) > 1:
            shares = [f"{level.carry} / {level.catch_up}" for level in levels]
            raise ValueError(
                "hurdles: with hurdle_test GREATER_OF they are one step, expected the same carry_above and catch_up on "
                f"each, found {', '.join(shares)}"
            )
        return (Level(tuple(level.hurdles[0] for level in levels), levels[0].carry, levels[0].catch_up),)
    carries = [level.carry for level in levels]
    if carries != sorted(carries):
        raise ValueError(
            "hurdles: expected a carry_above that never falls from one hurdle to the next, found "
            + ", ".join(str(share) for share in carries)
        )
    return levels


def _level(path: str, given: Any, carry: Decimal) -> Level:
    hurdle = shapes.keys(path, given, _HURDLE_KEYS, ("kind",))
    kind = shapes.choice(f"{path}.kind", hurdle["kind"], HurdleKind)
    own, other = (
        (("rate", "convention"), ("multiple",)) if kind == HurdleKind.RATE else (("multiple",), ("rate", "convention"))
    )
    shapes.keys(path, hurdle, tuple(key for key in _HURDLE_KEYS if key not in other), own)
    return Level(
        hurdles=(_rate_hurdle(path, hurdle) if kind == HurdleKind.RATE else _multiple_hurdle(path, hurdle),),
        carry=shapes.fraction(f"{path}.carry_above", hurdle["carry_above"]) if "carry_above" in hurdle else carry,
        catch_up=shapes.number(f"{path}.catch_up", hurdle.get("catch_up", 0), at_least=0, at_most=1),
    )


def _rate_hurdle(path: str, hurdle: Mapping[str, Any]) -> RateHurdle:
    base = shapes.choice(f"{path}.base", hurdle.get("base", "CONTRIBUTED"), HurdleBase)
    if base != HurdleBase.CONTRIBUTED:
        raise UnsupportedTerms(f"{path}.base: a RATE hurdle is computed on CONTRIBUTED, found {base.value!r}")
    return RateHurdle(
        rate=shapes.fraction(f"{path}.rate", hurdle["rate"]),
        convention=shapes.choice(f"{path}.convention", hurdle["convention"], Convention),
    )


def _multiple_hurdle(path: str, hurdle: Mapping[str, Any]) -> MultipleHurdle:
    return MultipleHurdle(
        multiple=shapes.number(f"{path}.multiple", hurdle["multiple"], at_least=1),
        base=shapes.choice(f"{path}.base", hurdle.get("base", "CONTRIBUTED"), HurdleBase),
    )


def _check_what_the_tiers_do_not_read(given: Mapping[str, Any]) -> None:
    for key, allowed in _DEAL_BY_DEAL.items():
        if key in given:
            shapes.choice(key, given[key], allowed)
    for key, inner in _AFTER_THE_TIERS.items():
        if key in given:
            shapes.keys(key, given[key], inner, ())
    if shapes.items("off_the_top", given.get("off_the_top", [])):
        raise UnsupportedTerms(
            f"off_the_top: the European waterfall takes nothing before its tiers, found {given['off_the_top']!r}"
        )
