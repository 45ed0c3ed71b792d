"""Waterfall terms out of the WATERFALL shape of input-contracts 3.1: what is read, what is refused and in which words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from calculations.funds.waterfall.carry_terms import (
    Clawback,
    ClawbackTest,
    Deduction,
    Escrow,
    Giveback,
    Guarantee,
    Interim,
)
from calculations.funds.waterfall.preferred import Convention
from calculations.funds.waterfall.reading import read_terms
from calculations.funds.waterfall.terms import (
    HurdleBase,
    HurdleFloor,
    Level,
    MultipleHurdle,
    Order,
    RateHurdle,
    Start,
)

EIGHT_PERCENT = {"kind": "RATE", "rate": "0.08", "convention": "IRR", "carry_above": 0.2, "catch_up": 1}
QUARTER_MORE = {"kind": "MULTIPLE", "multiple": "1.25", "carry_above": 0.2, "catch_up": 1}


def structure(**changes: Any) -> dict[str, Any]:
    return {
        "style": "EUROPEAN",
        "order": "CAPITAL_FIRST",
        "carry": 0.2,
        "hurdles": [EIGHT_PERCENT],
        "start": "DUE_DATE",
        "hurdle_floor": "ZERO",
    } | changes


def test_a_rate_hurdle_is_read_with_its_carry_and_catch_up() -> None:
    terms = read_terms(structure())
    assert terms.levels == (Level((RateHurdle(Decimal("0.08"), Convention.IRR),), Decimal("0.2"), Decimal(1)),)
    assert (terms.order, terms.hurdle_floor, terms.start) == (Order.CAPITAL_FIRST, HurdleFloor.ZERO, Start.DUE_DATE)


def test_a_number_written_in_json_is_the_decimal_it_shows() -> None:
    # the float nearest to 0.1 is 0.1000000000000000055...
    assert read_terms(structure(carry=0.1, hurdles=[])).carry == Decimal("0.1")


def test_carry_above_a_hurdle_is_the_carry_of_the_terms_unless_it_says_otherwise() -> None:
    hurdle = {"kind": "MULTIPLE", "multiple": 1.5, "base": "COMMITMENT", "catch_up": None}
    (level,) = read_terms(structure(carry="0.15", hurdles=[hurdle])).levels
    assert level == Level((MultipleHurdle(Decimal("1.5"), HurdleBase.COMMITMENT),), Decimal("0.15"), Decimal(0))


def test_the_greater_of_two_hurdles_is_one_level() -> None:
    together = read_terms(structure(hurdles=[EIGHT_PERCENT, QUARTER_MORE], hurdle_test="GREATER_OF"))
    apart = read_terms(structure(hurdles=[EIGHT_PERCENT, QUARTER_MORE]))
    assert [len(level.hurdles) for level in together.levels] == [2]
    assert [len(level.hurdles) for level in apart.levels] == [1, 1]
    assert together.hurdles == apart.hurdles


def test_terms_beside_the_tiers_are_read() -> None:
    terms = read_terms(
        structure(
            escrow={"share": 0.3, "nav_coverage": 1.25},
            clawback={"tests": ["EXCESS"], "interim": "ANNUAL", "net_of_tax": True, "tax_rate": 0.4},
            off_the_top=[{"name": "paydown", "amount": 10}, {"name": "expenses", "share": 0.01}],
            tax_advance={"rate": 0.45},
            giveback={"cap_share": 0.25, "years": 2},
        )
    )
    assert terms.escrow == Escrow(Decimal("0.3"), Decimal("1.25"))
    assert terms.clawback == Clawback((ClawbackTest.EXCESS,), Interim.ANNUAL, Decimal("0.4"), Guarantee.SEVERAL)
    assert terms.off_the_top == (
        Deduction("paydown", Decimal(10), Decimal(0)),
        Deduction("expenses", None, Decimal("0.01")),
    )
    assert (terms.tax_advance, terms.giveback) == (Decimal("0.45"), Giveback(Decimal("0.25"), 2))


def test_a_clawback_gross_of_tax_ignores_the_tax_rate() -> None:
    clawback = read_terms(structure(clawback={"net_of_tax": False, "tax_rate": 0.4})).clawback
    assert clawback == Clawback((ClawbackTest.EXCESS, ClawbackTest.SHORTFALL))


@pytest.mark.parametrize(
    ("style", "expected"), [("AMERICAN_STRICT", "PRO_RATA_COST"), ("AMERICAN_REALISED", "ALL_TO_DATE")]
)
def test_expenses_are_allocated_as_is_usual_for_the_style(style: str, expected: str) -> None:
    assert read_terms(structure(style=style)).expense_allocation == expected
    assert read_terms(structure(style=style, expense_allocation="ALL_TO_DATE")).expense_allocation == "ALL_TO_DATE"


def test_a_rate_may_be_earned_on_the_commitment() -> None:
    (level,) = read_terms(structure(hurdles=[EIGHT_PERCENT | {"base": "COMMITMENT"}])).levels
    assert [hurdle.base for hurdle in level.hurdles] == [HurdleBase.COMMITMENT]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hurdle": 0.08}, "waterfall: expected only the keys style, .*, found 'hurdle'"),
        ({"order": None}, "waterfall: expected the keys style, .*, found no order"),
        ({"style": "EUROPE"}, "style: expected one of EUROPEAN, .*, found 'EUROPE'"),
        ({"order": "CAPITAL"}, "order: expected one of CAPITAL_FIRST, PREFERRED_FIRST, found 'CAPITAL'"),
        ({"carry": 20}, r"carry: expected a number >= 0 and < 1 \(8 % is 0.08\), found 20"),
        ({"carry": True}, "carry: expected a number >= 0 .*, found True"),
        ({"carry": "a fifth"}, "carry: expected a number >= 0 .*, found 'a fifth'"),
        ({"carry": "NaN"}, "carry: expected a number >= 0 .*, found 'NaN'"),
        ({"hurdles": EIGHT_PERCENT}, "hurdles: expected a list, found {"),
        ({"hurdles": ["8 %"]}, r"hurdles\[0\]: expected an object, found '8 %'"),
        ({"hurdles": [EIGHT_PERCENT | {"hard": 1}]}, r"hurdles\[0\]: expected only the keys kind, .*, found 'hard'"),
        (
            {"hurdles": [EIGHT_PERCENT | {"convention": None}]},
            r"hurdles\[0\]: .* rate, convention, found no convention",
        ),
        ({"hurdles": [EIGHT_PERCENT | {"convention": "YEARLY"}]}, r"\[0\].convention: expected one of SIMPLE_365, "),
        ({"hurdles": [EIGHT_PERCENT | {"multiple": 2}]}, r"hurdles\[0\]: expected only the keys .*, found 'multiple'"),
        ({"hurdles": [QUARTER_MORE | {"rate": 0.1}]}, r"hurdles\[0\]: expected only the keys .*, found 'rate'"),
        (
            {"hurdles": [QUARTER_MORE | {"multiple": 0.25}]},
            r"hurdles\[0\].multiple: expected a number >= 1, found 0.25",
        ),
        (
            {"hurdles": [EIGHT_PERCENT | {"catch_up": 1.5}]},
            r"\[0\].catch_up: expected a number >= 0 and <= 1, found 1.5",
        ),
        (
            {"hurdles": [EIGHT_PERCENT | {"carry_above": 0.25}, QUARTER_MORE]},
            "expected a carry_above that never falls from one hurdle to the next, found 0.25, 0.2",
        ),
        (
            {"hurdles": [EIGHT_PERCENT | {"catch_up": 0}, QUARTER_MORE], "hurdle_test": "GREATER_OF"},
            "expected the same carry_above and catch_up on each, found 0.2 / 0, 0.2 / 1",
        ),
        (
            {"off_the_top": [{"name": "expenses", "amount": 1, "share": 0.1}]},
            r"off_the_top\[0\]: expected either amount or share, found name, amount, share",
        ),
        ({"giveback": {"cap_share": 0.25, "years": 1.5}}, "giveback.years: expected a whole number, found 1.5"),
        (
            {"style": "AMERICAN_STRICT", "hurdles": [QUARTER_MORE | {"base": "COMMITMENT"}]},
            "hurdles: expected base CONTRIBUTED with style AMERICAN_STRICT, found COMMITMENT",
        ),
        (
            {"style": "HYBRID_AGGREGATE_HURDLE", "hurdles": [EIGHT_PERCENT | {"base": "COMMITMENT"}]},
            "hurdles: expected base CONTRIBUTED with style HYBRID_AGGREGATE_HURDLE, found COMMITMENT",
        ),
        ({"escrow": {"part": 0.3}}, "escrow: expected only the keys share, nav_coverage, found 'part'"),
        ({"unrealised": "NAV"}, "unrealised: expected one of LOWER_COST_MARKET, COST, found 'NAV'"),
        ({"carry_on_current_income": "no"}, "carry_on_current_income: expected true or false, found 'no'"),
    ],
)
def test_a_wrong_structure_is_refused_by_its_key(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_terms(structure(**changes))
