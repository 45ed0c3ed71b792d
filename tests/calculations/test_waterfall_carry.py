"""What happens to carry once it is earned: escrow, tax advances, clawback, giveback; fund-admin 2.6, D-6 and V7."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from calculations.funds.waterfall.carry_terms import Guarantee
from calculations.funds.waterfall.clawback import (
    assess_interim,
    clawback_due,
    interim_test_dates,
    repay,
    share_among_lps,
    share_among_members,
)
from calculations.funds.waterfall.deals import contribute, value, write_down
from calculations.funds.waterfall.distribution import (
    advance_tax,
    distribute,
    release_escrow,
    tax_advance_due,
)
from calculations.funds.waterfall.giveback import give_back, most_given_back
from calculations.funds.waterfall.liquidation import accrued_carry
from calculations.funds.waterfall.state import State
from tests.calculations.waterfall_cases import EIGHT_SIMPLE, START, YEAR_1, YEAR_2, invested, paid, terms, units

BOTH_TESTS = {"tests": ["EXCESS", "SHORTFALL"]}


def v7(clawback: dict[str, Any], **changes: Any) -> State:
    """Two deals of 500,000; the first returned 2,000,000 and the GP had 300,000 of it; the second is lost."""
    state = invested(terms("AMERICAN_STRICT", clawback=clawback, **changes), one=500_000, two=500_000)
    state, distribution = distribute(state, units(2_000_000), YEAR_1, "one")
    assert paid(distribution.tiers) == [("RETURN_OF_CAPITAL", 500_000, 0), ("SPLIT", 1_200_000, 300_000)]
    return state


def test_v7_a_lost_deal_claws_carry_back() -> None:
    state = write_down(v7(BOTH_TESTS), units(500_000), YEAR_2, "two")
    due = clawback_due(state, YEAR_2, interim=False)
    assert due.due.tolist() == [100_000]
    state, _ = repay(state, due.due, YEAR_2)
    assert state.gp_carry.tolist() == [200_000]  # 20 % of the profit of 1,000,000
    assert clawback_due(state, YEAR_2, interim=False).due.tolist() == [0]


def test_a_clawback_net_of_tax_leaves_the_taxes_on_the_carry() -> None:
    # 70 % of 300,000 went to taxes: no more than 90,000 of the 100,000 comes back
    due = clawback_due(v7(BOTH_TESTS | {"net_of_tax": True, "tax_rate": 0.7}), YEAR_2, interim=False)
    assert (due.gross.tolist(), due.due.tolist()) == ([100_000], [90_000])


def test_the_shortfall_of_the_preferred_return_is_clawed_back_up_to_the_carry() -> None:
    # carry of 120 (20 % of 2,000 - 1,000 - 80 = 920 is 184); then 1,000 more is called and lost: all of it comes back
    state = invested(terms("EUROPEAN", EIGHT_SIMPLE, clawback={"tests": ["SHORTFALL"]}), a=1_000)
    state, _ = distribute(state, units(2_000), YEAR_1, "a")
    assert state.gp_carry.tolist() == [184]
    due = clawback_due(contribute(state, units(1_000), YEAR_1, "b"), YEAR_1, interim=False)
    assert (due.shortfall.tolist(), due.due.tolist()) == ([1_000], [184])


def test_only_the_tests_of_the_terms_count() -> None:
    state = invested(terms("EUROPEAN", EIGHT_SIMPLE, clawback={"tests": ["EXCESS"]}), a=1_000)
    state, _ = distribute(state, units(2_000), YEAR_1, "a")
    state = contribute(state, units(800), YEAR_1, "b")
    # profit 816 + 184 - 800 = 200: 40 of carry, 144 too many; without terms nothing is due
    assert clawback_due(state, YEAR_1, interim=False).due.tolist() == [144]
    state = invested(terms("EUROPEAN", EIGHT_SIMPLE), a=1_000)
    state, _ = distribute(state, units(2_000), YEAR_1, "a")
    assert clawback_due(contribute(state, units(800), YEAR_1, "b"), YEAR_1, interim=False).due.tolist() == [0]


def test_an_interim_test_counts_what_is_unrealised_and_can_be_taken_back() -> None:
    # deal two at 200,000 of its 500,000: profit 1,500,000 - 300,000, 20 % of it 240,000, 60,000 too many;
    # back at cost nothing is too many
    state = value(v7(BOTH_TESTS), units(200_000), YEAR_2, "two")
    state, change = assess_interim(state, YEAR_2)
    assert (change.tolist(), state.clawback_accrued.tolist()) == ([60_000], [60_000])
    state, change = assess_interim(value(state, units(900_000), YEAR_2, "two"), YEAR_2)
    assert (change.tolist(), state.clawback_accrued.tolist()) == ([-60_000], [0])


def test_a_permanent_write_down_lowers_what_an_interim_test_counts() -> None:
    # 200,000 left of deal two, as if it were valued so
    state = write_down(v7(BOTH_TESTS), units(300_000), YEAR_2, "two")
    assert clawback_due(state, YEAR_2, interim=True).due.tolist() == [60_000]


def test_annual_tests_come_at_year_ends_after_the_investment_period() -> None:
    annual = terms(clawback={"interim": "ANNUAL"}).clawback
    ends = [dt.date(2022, 12, 31), dt.date(2023, 12, 31)]
    assert interim_test_dates(annual, dt.date(2021, 12, 31), dt.date(2024, 12, 30)) == ends
    assert interim_test_dates(terms(clawback={"interim": "TRIGGER"}).clawback, START, YEAR_2) == []
    assert interim_test_dates(None, START, YEAR_2) == []


def test_escrow_pays_first() -> None:
    state = v7(BOTH_TESTS, escrow={"share": "0.2"})
    assert state.escrow.tolist() == [60_000]
    state, from_escrow = repay(state, units(100_000), YEAR_2)
    assert (from_escrow.tolist(), state.escrow.tolist()) == ([60_000], [0])


def test_what_is_paid_back_is_the_lps_capital_and_preferred_return() -> None:
    # 1,000 called again, 184 of carry back: 816 of capital left
    state = invested(terms("EUROPEAN", EIGHT_SIMPLE, clawback=BOTH_TESTS), a=1_000)
    state, _ = distribute(state, units(2_000), YEAR_1, "a")
    state, _ = repay(contribute(state, units(1_000), YEAR_1, "b"), units(184), YEAR_1)
    assert (state.unreturned_capital.tolist(), state.gp_carry.tolist()) == ([816], [0])
    with pytest.raises(ValueError, match=r"clawback: expected amounts from 0 to the carry, \[0\], found \[1\]"):
        repay(state, units(1), YEAR_1)


def test_lps_share_a_clawback_by_what_they_were_short() -> None:
    assert share_among_lps(100, units(100, 200, 0)).tolist() == [33, 67, 0]


def test_members_pay_severally_unless_they_guarantee_each_other() -> None:
    shares, able = units(50, 30, 20), units(100, 10, 100)
    assert share_among_members(100, shares).tolist() == [50, 30, 20]
    assert share_among_members(100, shares, Guarantee.SEVERAL, able).tolist() == [50, 10, 20]
    # the missing 20 in the ratio of 50 to 20: 14.3 and 5.7
    assert share_among_members(100, shares, Guarantee.JOINT_AND_SEVERAL, able).tolist() == [64, 10, 26]
    assert share_among_members(300, shares, Guarantee.JOINT_AND_SEVERAL, able).tolist() == [100, 10, 100]


@pytest.mark.parametrize(("fair_value", "held"), [(124_999, 20_000), (125_000, 6_000)])
def test_all_carry_is_held_until_what_is_left_covers_the_capital(fair_value: int, held: int) -> None:
    # 100,000 of profit on b, 20,000 of carry; 100,000 is still invested in a, 125 % of it must be covered
    agreed = terms("AMERICAN_STRICT", escrow={"share": "0.3", "nav_coverage": "1.25"})
    state = value(invested(agreed, a=100_000, b=100_000), units(fair_value), YEAR_1, "a")
    state, distribution = distribute(state, units(200_000), YEAR_1, "b")
    assert (distribution.escrowed.tolist(), distribution.carry_paid.tolist()) == ([held], [20_000 - held])
    assert state.gp_carry.tolist() == [20_000]
    state, released = release_escrow(value(state, units(125_000), YEAR_2, "a"))
    assert (released.tolist(), state.escrow.tolist()) == ([held], [0])


def test_a_tax_advance_is_deducted_from_the_next_carry() -> None:
    # 200 of carry: 150 was advanced; the next 200 are paid in full
    state = invested(terms(tax_advance={"rate": "0.45"}), a=1_000)
    assert tax_advance_due(state, units(400)).tolist() == [180]  # 45 % of 400
    state = advance_tax(state, units(150))
    assert tax_advance_due(state, units(400)).tolist() == [30]
    state, first = distribute(state, units(2_000), YEAR_1, "a")
    assert (first.to_gp.tolist(), first.advance_deducted.tolist(), first.carry_paid.tolist()) == ([200], [150], [50])
    state, second = distribute(state, units(1_000), YEAR_2, "a")
    assert (second.carry_paid.tolist(), state.advances.tolist()) == ([200], [0])


def test_a_giveback_opens_the_capital_tier_again() -> None:
    # the LP had 1,800 of 2,000; 25 % of it, 450, can be asked for, within two years
    state = invested(terms(giveback={"cap_share": "0.25", "years": 2}), a=1_000)
    state, _ = distribute(state, units(2_000), YEAR_1, "a")
    assert most_given_back(state, dt.date(2024, 1, 1)).tolist() == [450]
    assert most_given_back(state, dt.date(2024, 1, 2)).tolist() == [0]
    state = give_back(state, units(400), YEAR_2)
    assert most_given_back(state, YEAR_2).tolist() == [50]
    with pytest.raises(ValueError, match=r"giveback: expected amounts from 0 to \[50\], found \[51\]"):
        give_back(state, units(51), YEAR_2)
    _, distribution = distribute(state, units(500), YEAR_2, "b")
    assert paid(distribution.tiers) == [("RETURN_OF_CAPITAL", 400, 0), ("SPLIT", 80, 20)]


@pytest.mark.parametrize("style", ["AMERICAN_STRICT", "AMERICAN_REALISED"])
def test_a_giveback_is_returned_before_profit_deal_by_deal_too(style: str) -> None:
    state = invested(terms(style, giveback={"cap_share": "0.25", "years": 2}), a=1_000, b=1_000)
    state, _ = distribute(state, units(2_000), YEAR_1, "a")
    _, distribution = distribute(give_back(state, units(400), YEAR_2), units(1_500), YEAR_2, "b")
    # all the 400 where deals share their capital; half of it, by cost, where b bears only its own part
    assert paid(distribution.tiers)[0] == ("RETURN_OF_CAPITAL", 1_400 if style == "AMERICAN_REALISED" else 1_200, 0)


@pytest.mark.parametrize("style", ["EUROPEAN", "AMERICAN_STRICT", "AMERICAN_REALISED", "HYBRID_CAPITAL_THEN_DEAL"])
def test_accrued_carry_is_that_of_a_sale_at_value_and_leaves_the_state_alone(style: str) -> None:
    # two deals of 1,000 at 1,500 and 1,100, no hurdle: 20 % of 600
    state = invested(terms(style), a=1_000, b=1_000)
    values = {"a": units(1_500), "b": units(1_100)}
    assert accrued_carry(state, values, YEAR_1).tolist() == [120]
    assert (state.book.as_of, state.gp_carry.tolist()) == (START, [0])


def test_accrued_carry_is_negative_where_carry_would_have_to_be_returned() -> None:
    # V7: the second deal at nothing
    assert accrued_carry(v7(BOTH_TESTS), {"two": units(0)}, YEAR_2).tolist() == [-100_000]


def test_a_deal_that_is_sold_covers_no_capital_that_is_still_out() -> None:
    """Of two deals of 100,000 valued at 110,000 each, the one kept is less than 1.25 x 100,000: all carry is held."""
    agreed = terms("AMERICAN_STRICT", escrow={"share": "0.3", "nav_coverage": "1.25"})
    state = invested(agreed, kept=100_000, sold=100_000)
    for deal in ("kept", "sold"):
        state = value(state, units(110_000), YEAR_1, deal)
    _, distribution = distribute(state, units(200_000), YEAR_1, "sold")
    assert (distribution.escrowed.tolist(), distribution.carry_paid.tolist()) == ([20_000], [0])


def test_a_deal_that_is_written_off_covers_no_capital_that_is_still_out() -> None:
    agreed = terms("AMERICAN_STRICT", escrow={"share": "0.3", "nav_coverage": "0.5"})
    state = invested(agreed, lost=100_000, sold=100_000)
    state = write_down(value(state, units(110_000), YEAR_1, "lost"), units(100_000), YEAR_1, "lost")
    _, distribution = distribute(state, units(200_000), YEAR_1, "sold")
    assert (distribution.escrowed.tolist(), distribution.carry_paid.tolist()) == ([20_000], [0])
