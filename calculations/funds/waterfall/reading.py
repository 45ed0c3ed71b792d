"""Waterfall terms read from the WATERFALL shape: each is checked, or refused by its key. What they mean is in `terms`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from calculations.funds import shapes
from calculations.funds.waterfall import carry_terms
from calculations.funds.waterfall.preferred import Convention
from calculations.funds.waterfall.terms import (
    ACCOUNT_PER_DEAL,
    DEAL_BY_DEAL,
    ExpenseAllocation,
    HurdleBase,
    HurdleFloor,
    HurdleKind,
    HurdleTest,
    Level,
    MultipleHurdle,
    Order,
    RateHurdle,
    Start,
    Style,
    Unrealised,
    WaterfallTerms,
    is_on_commitment,
)

_REQUIRED = ("style", "order", "carry", "hurdles", "start", "hurdle_floor")
_FLAGS = ("carry_on_current_income", "blocker_taxes_count_as_distributed")
_BESIDE_THE_TIERS: dict[str, Callable[[Any], Any]] = {
    "off_the_top": carry_terms.read_deductions,
    "escrow": carry_terms.read_escrow,
    "clawback": carry_terms.read_clawback,
    "tax_advance": carry_terms.read_tax_advance,
    "giveback": carry_terms.read_giveback,
}
_KNOWN = (*_REQUIRED, "hurdle_test", *_FLAGS, "expense_allocation", "unrealised", *_BESIDE_THE_TIERS)
_HURDLE_KEYS = ("kind", "rate", "multiple", "base", "convention", "carry_above", "catch_up")


def read_terms(structure: Mapping[str, Any]) -> WaterfallTerms:
    """Terms from a WATERFALL structure; rates and shares are fractions, as texts or numbers, null means absent.

    Raises ValueError for unknown, missing or contradictory keys and for values outside their range, each naming the
    key, what was expected and what was found.
    Source: input-contracts 3.1; fund-admin 2.
    """
    given = shapes.keys("waterfall", structure, _KNOWN, _REQUIRED)
    style = shapes.choice("style", given["style"], Style)
    carry = shapes.fraction("carry", given["carry"])
    terms = WaterfallTerms(
        style=style,
        order=shapes.choice("order", given["order"], Order),
        carry=carry,
        levels=_levels(
            given["hurdles"], shapes.choice("hurdle_test", given.get("hurdle_test", "ALL"), HurdleTest), carry
        ),
        hurdle_floor=shapes.choice("hurdle_floor", given["hurdle_floor"], HurdleFloor),
        start=shapes.choice("start", given["start"], Start),
        carry_on_current_income=shapes.flag("carry_on_current_income", given.get("carry_on_current_income", True)),
        blocker_taxes_count_as_distributed=shapes.flag(
            "blocker_taxes_count_as_distributed", given.get("blocker_taxes_count_as_distributed", False)
        ),
        expense_allocation=shapes.choice(
            "expense_allocation", given.get("expense_allocation", _expense_allocation(style)), ExpenseAllocation
        ),
        unrealised=shapes.choice("unrealised", given.get("unrealised", "LOWER_COST_MARKET"), Unrealised),
        **{key: read(given[key]) for key, read in _BESIDE_THE_TIERS.items() if key in given},
    )
    if style in DEAL_BY_DEAL and any(is_on_commitment(hurdle) for hurdle in terms.hurdles):
        raise ValueError(f"hurdles: expected base CONTRIBUTED with style {style.value}, found COMMITMENT")
    return terms


def _expense_allocation(style: Style) -> str:
    """What is usual: a deal with its own carry bears its share of expenses, a set of deals bears all. Source: 2.5."""
    return "PRO_RATA_COST" if style in ACCOUNT_PER_DEAL else "ALL_TO_DATE"


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
    return RateHurdle(
        rate=shapes.fraction(f"{path}.rate", hurdle["rate"]),
        convention=shapes.choice(f"{path}.convention", hurdle["convention"], Convention),
        base=shapes.choice(f"{path}.base", hurdle.get("base", "CONTRIBUTED"), HurdleBase),
    )


def _multiple_hurdle(path: str, hurdle: Mapping[str, Any]) -> MultipleHurdle:
    return MultipleHurdle(
        multiple=shapes.number(f"{path}.multiple", hurdle["multiple"], at_least=1),
        base=shapes.choice(f"{path}.base", hurdle.get("base", "CONTRIBUTED"), HurdleBase),
    )
