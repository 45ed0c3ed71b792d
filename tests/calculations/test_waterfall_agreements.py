"""Which statement of a waterfall rules, and what is a finding. Source: input-contracts 3; fund-admin 1.2."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.waterfall.agreements import Code, Sheet, SideLetter, StatedTerms, agree, with_side_letters
from calculations.funds.waterfall.in_force import Partner, terms_in_force
from calculations.funds.waterfall.participation import spread
from tests.calculations.waterfall_cases import EIGHT_SIMPLE, START, YEAR_1, YEAR_2, units

STRUCTURE = {
    "style": "EUROPEAN",
    "order": "CAPITAL_FIRST",
    "carry": "0.2",
    "hurdles": [EIGHT_SIMPLE],
    "start": "DUE_DATE",
    "hurdle_floor": "ZERO",
}


def stated(
    sheet: Sheet = Sheet.FUND_TERMS,
    *,
    carry: str = "0.2",
    since: dt.date = START,
    until: dt.date | None = None,
    code: str = "T-1",
    **more: Any,
) -> StatedTerms:
    return StatedTerms(sheet, code, STRUCTURE | {"carry": carry}, since, until, **more)


def carry_on(date: dt.date, *statements: StatedTerms, class_code: str | None = None) -> Decimal:
    agreed, _ = agree(statements)
    return terms_in_force(agreed, [Partner("lp", class_code)], date)[0].carry


def test_fund_terms_rule_over_a_configuration_and_the_difference_is_a_finding() -> None:
    statements = stated(carry="0.2"), stated(Sheet.WATERFALL_CONFIGS, carry="0.15", code="C-1")
    assert carry_on(YEAR_1, *statements) == Decimal("0.2")
    (finding,) = agree(statements)[1]
    assert (finding.code, finding.subject, finding.blocks) == (Code.TERMS_DIFFER, "C-1", False)


def test_a_configuration_rules_on_days_for_which_fund_terms_state_nothing() -> None:
    statements = stated(carry="0.2", until=YEAR_1), stated(Sheet.WATERFALL_CONFIGS, carry="0.2", code="C-1")
    assert agree(statements)[1] == []
    later = stated(Sheet.WATERFALL_CONFIGS, carry="0.15", since=YEAR_1, code="C-2")
    assert carry_on(YEAR_2, stated(carry="0.2", until=YEAR_1), later) == Decimal("0.15")


def test_terms_of_a_class_go_before_those_of_the_fund_whichever_sheet_states_them() -> None:
    of_class = stated(Sheet.INVESTOR_CLASSES, carry="0.1", code="B", class_code="B")
    assert carry_on(YEAR_1, stated(), of_class, class_code="B") == Decimal("0.1")
    assert carry_on(YEAR_1, stated(), of_class, class_code="A") == Decimal("0.2")


def test_a_preferred_return_without_convention_is_a_finding_and_never_assumed() -> None:
    bare = {"kind": "RATE", "rate": "0.08"}
    agreed, (finding,) = agree([StatedTerms(Sheet.FUND_TERMS, "T-1", STRUCTURE | {"hurdles": [bare]}, START)])
    assert agreed == []
    assert (finding.code, finding.blocks) == (Code.MISSING_CONVENTION, True)
    assert "convention" in finding.message


def test_two_terms_of_one_scope_on_one_day_are_a_finding() -> None:
    (finding,) = agree([stated(until=YEAR_2), stated(since=YEAR_1, code="T-2")])[1]
    assert (finding.code, finding.subject, finding.blocks) == (Code.OVERLAPPING_TERMS, "T-2", True)
    assert agree([stated(until=YEAR_1), stated(since=YEAR_1, code="T-2")])[1] == []


def test_a_fund_without_any_statement_has_a_finding() -> None:
    assert [finding.code for finding in agree([])[1]] == [Code.NO_TERMS]


def test_a_side_letter_changes_the_terms_that_the_partner_would_have_while_it_is_in_force() -> None:
    agreed, _ = agree([stated()])
    letter = SideLetter("SL-1", "lp", YEAR_1, YEAR_2, carry=Decimal("0.1"), hurdle_rate=Decimal("0.06"))
    partners = [Partner("c-1", investor_id="lp"), Partner("c-2", investor_id="other")]
    changed, partners, findings = with_side_letters(agreed, partners, [letter])
    carries = [[terms.carry for terms in terms_in_force(changed, partners, day)] for day in (START, YEAR_1, YEAR_2)]
    assert carries == [[Decimal("0.2")] * 2, [Decimal("0.1"), Decimal("0.2")], [Decimal("0.2")] * 2]
    assert findings == []


@pytest.mark.parametrize("amount", [100, -100, 101])
def test_money_of_a_call_is_spread_over_what_it_bought_but_for_the_excused(amount: int) -> None:
    # cost 3 : 1, the second partner excused from the first investment, the third from both
    weights = np.array([[3, 0, 0], [1, 1, 0]], dtype=np.int64)
    parts = spread(units(amount, amount, amount), weights)
    assert parts[:, 1].tolist() == [0, amount]
    assert parts[:, 2].tolist() == [0, 0]
    assert parts[0, 0] == round(amount * 0.75)


@given(
    amounts=st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=5),
    rows=st.lists(st.integers(0, 10**9), min_size=1, max_size=6),
)
def test_what_is_spread_adds_up_for_every_partner(amounts: list[int], rows: list[int]) -> None:
    weights = np.array(rows, dtype=np.int64)[:, None] * np.ones((1, len(amounts)), dtype=np.int64)
    parts = spread(units(*amounts), weights)
    assert parts.sum(axis=0).tolist() == (amounts if sum(rows) else [0] * len(amounts))
