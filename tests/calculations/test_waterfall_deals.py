"""Deal-by-deal and hybrid waterfalls on cases small enough to check by hand; fund-admin 2.5 and V7."""

from __future__ import annotations

from typing import Any

import pytest

from calculations.funds.waterfall.deals import contribute, value, write_down
from calculations.funds.waterfall.distribution import Distribution, Proceeds, distribute
from calculations.funds.waterfall.state import State
from tests.calculations.waterfall_cases import EIGHT_SIMPLE, START, YEAR_1, YEAR_2, invested, paid, terms, units


def sell(state: State, amount: int, investment: str, cost: int | None = None) -> tuple[State, Distribution]:
    return distribute(state, units(amount), YEAR_1, investment, cost_relieved=None if cost is None else units(cost))


@pytest.mark.parametrize(
    ("style", "changes", "expected"),
    [
        # all contributed, 210, before any profit; the other 90 at 80/20
        ("EUROPEAN", {}, [("RETURN_OF_CAPITAL", 210, 0), ("SPLIT", 72, 18)]),
        # cost of the deal and half the expenses: 105; 195 at 80/20
        ("AMERICAN_STRICT", {}, [("RETURN_OF_CAPITAL", 105, 0), ("SPLIT", 156, 39)]),
        # cost of realised deals and all expenses: 110; 190 at 80/20
        ("AMERICAN_REALISED", {}, [("RETURN_OF_CAPITAL", 110, 0), ("SPLIT", 152, 38)]),
        (
            "AMERICAN_REALISED",
            {"expense_allocation": "PRO_RATA_COST"},
            [("RETURN_OF_CAPITAL", 105, 0), ("SPLIT", 156, 39)],
        ),
        ("AMERICAN_STRICT", {"expense_allocation": "ALL_TO_DATE"}, [("RETURN_OF_CAPITAL", 110, 0), ("SPLIT", 152, 38)]),
        ("HYBRID_CAPITAL_THEN_DEAL", {}, [("RETURN_OF_CAPITAL", 210, 0), ("SPLIT", 72, 18)]),
        ("HYBRID_AGGREGATE_HURDLE", {}, [("RETURN_OF_CAPITAL", 110, 0), ("SPLIT", 152, 38)]),
    ],
)
def test_the_style_says_which_capital_comes_first(style: str, changes: dict[str, Any], expected: object) -> None:
    # 100 in each of two deals and 10 of expenses; one deal is sold for 300
    state = invested(terms(style, **changes), a=100, b=100, expenses=10)
    _, distribution = sell(state, 300, "b")
    assert paid(distribution.tiers) == expected


@pytest.mark.parametrize(
    ("style", "preferred"),
    [
        ("AMERICAN_STRICT", 800),  # 8 % on the 10,000 of the deal sold
        ("AMERICAN_REALISED", 800),
        ("HYBRID_CAPITAL_THEN_DEAL", 800),
        ("HYBRID_AGGREGATE_HURDLE", 1600),  # on all that was contributed
        ("EUROPEAN", 1600),
    ],
)
def test_preferred_return_accrues_on_the_set_of_capital_of_the_style(style: str, preferred: int) -> None:
    state = invested(terms(style, EIGHT_SIMPLE), a=10_000, b=10_000)
    _, distribution = sell(state, 30_000, "b")
    assert ("PREFERRED_RETURN", preferred, 0) in paid(distribution.tiers)


def test_part_of_a_deal_sold_returns_its_part_of_the_cost() -> None:
    # 40 of the 100 is sold for 70: 30 at 80/20; the other 60 for 50: all of it capital
    state, first = sell(invested(terms("AMERICAN_REALISED"), a=100), 70, "a", cost=40)
    assert paid(first.tiers) == [("RETURN_OF_CAPITAL", 40, 0), ("SPLIT", 24, 6)]
    state, second = sell(state, 50, "a")
    assert paid(second.tiers) == [("RETURN_OF_CAPITAL", 50, 0)]
    assert state.unreturned_capital.tolist() == [10]


@pytest.mark.parametrize(("unrealised", "capital"), [("LOWER_COST_MARKET", 140), ("COST", 100)])
def test_an_unrealised_deal_below_cost_is_made_up_for_at_lower_of_cost_or_market(unrealised: str, capital: int) -> None:
    state = invested(terms("AMERICAN_REALISED", unrealised=unrealised), a=100, b=100)
    state, distribution = sell(value(state, units(60), YEAR_1, "a"), 300, "b")
    assert paid(distribution.tiers)[0] == ("RETURN_OF_CAPITAL", capital, 0)


def test_a_write_down_taken_back_reverses_what_was_made_up_for_it() -> None:
    # deal a written off: 200 of capital before 100 at 80/20. Taken back, the 100 that was returned for it counts for
    # what is realised next: all 80 of c (cost 50), and half the cost of a. In the end 20 % of 200 + 30 + 0 of profit
    state = write_down(invested(terms("AMERICAN_REALISED"), a=100, b=100), units(100), YEAR_1, "a")
    state, b = sell(state, 300, "b")
    assert paid(b.tiers) == [("RETURN_OF_CAPITAL", 200, 0), ("SPLIT", 80, 20)]
    state = contribute(write_down(state, units(-100), YEAR_1, "a"), units(50), YEAR_1, "c")
    state, c = sell(state, 80, "c")
    assert paid(c.tiers) == [("SPLIT", 64, 16)]
    state, a = sell(state, 100, "a")
    assert paid(a.tiers) == [("RETURN_OF_CAPITAL", 50, 0), ("SPLIT", 40, 10)]
    assert state.gp_carry.tolist() == [46]


def test_a_write_down_taken_back_before_it_is_made_up_for_leaves_no_trace() -> None:
    agreed = terms("AMERICAN_REALISED", EIGHT_SIMPLE)
    state = invested(agreed, a=100, b=100)
    back = write_down(write_down(state, units(60), START, "a"), units(-60), START, "a")
    assert paid(sell(back, 300, "b")[1].tiers) == paid(sell(state, 300, "b")[1].tiers)


def test_what_was_written_down_is_not_realised_twice() -> None:
    # written down by 40, made up for out of b; a is then sold for 60: the 60 not yet counted is its capital
    state = write_down(invested(terms("AMERICAN_REALISED"), a=100, b=100), units(40), YEAR_1, "a")
    state, b = sell(state, 300, "b")
    assert paid(b.tiers)[0] == ("RETURN_OF_CAPITAL", 140, 0)
    _, a = sell(state, 60, "a")
    assert paid(a.tiers) == [("RETURN_OF_CAPITAL", 60, 0)]


def test_after_all_capital_is_back_a_hybrid_goes_on_deal_by_deal() -> None:
    # b returns all 200; a is profit from its first unit: 20 % of 100 and of 150
    state, _ = sell(invested(terms("HYBRID_CAPITAL_THEN_DEAL"), a=100, b=100), 300, "b")
    state, a = sell(state, 150, "a")
    assert paid(a.tiers) == [("SPLIT", 120, 30)]
    assert state.gp_carry.tolist() == [50]


def test_a_catch_up_is_on_the_profit_of_the_deal_alone() -> None:
    # each deal: 8 % of 10,000 = 800, catch-up 25 % of it = 200, 1,000 left at 80/20; no matter what the other paid
    hurdle = EIGHT_SIMPLE | {"catch_up": 1}
    state = invested(terms("AMERICAN_STRICT", hurdle), a=10_000, b=10_000)
    expected = [
        ("RETURN_OF_CAPITAL", 10_000, 0),
        ("PREFERRED_RETURN", 800, 0),
        ("CATCH_UP", 0, 200),
        ("SPLIT", 800, 200),
    ]
    for deal in ("a", "b"):
        state, distribution = sell(state, 12_000, deal)
        assert paid(distribution.tiers) == expected


def test_a_recapitalisation_pays_carry_only_after_all_that_was_invested_in_the_deal() -> None:
    state = invested(terms("AMERICAN_REALISED"), a=100)
    state, first = distribute(state, units(80), YEAR_1, "a", Proceeds.RECAPITALISATION)
    assert paid(first.tiers) == [("RETURN_OF_CAPITAL", 80, 0)]
    _, second = distribute(state, units(50), YEAR_2, "a", Proceeds.RECAPITALISATION)
    assert paid(second.tiers) == [("RETURN_OF_CAPITAL", 20, 0), ("SPLIT", 24, 6)]


def test_current_income_bears_carry_only_where_the_terms_say_so() -> None:
    # income realises no cost; 10 of it is profit
    with_carry = invested(terms("AMERICAN_REALISED"), a=100)
    _, distribution = distribute(with_carry, units(10), YEAR_1, "a", Proceeds.INCOME)
    assert paid(distribution.tiers) == [("SPLIT", 8, 2)]
    without = invested(terms("AMERICAN_REALISED", carry_on_current_income=False), a=100)
    state, distribution = distribute(without, units(10), YEAR_1, "a", Proceeds.INCOME)
    assert paid(distribution.tiers) == [("CURRENT_INCOME", 10, 0)]
    _, distribution = sell(state, 150, "a")  # the GP does not catch up on it
    assert paid(distribution.tiers) == [("RETURN_OF_CAPITAL", 100, 0), ("SPLIT", 40, 10)]


def test_current_income_counts_towards_the_preferred_return() -> None:
    # 8 of preferred return after a year, 5 of it had as income
    state = invested(terms("EUROPEAN", EIGHT_SIMPLE, carry_on_current_income=False), a=100)
    state, _ = distribute(state, units(5), YEAR_1, "a", Proceeds.INCOME)
    _, distribution = distribute(state, units(120), YEAR_1, "a")
    assert paid(distribution.tiers)[1] == ("PREFERRED_RETURN", 3, 0)


def test_deductions_come_before_the_tiers() -> None:
    # 50.00 and then 10 % of the 1,000.00: 850.00 is left, 500.00 of it capital
    off_the_top = [{"name": "required paydown", "amount": 50}, {"name": "expenses", "share": "0.1"}]
    state = invested(terms("EUROPEAN", off_the_top=off_the_top), a=50_000)
    _, distribution = distribute(state, units(100_000), YEAR_1, "a")
    assert [(tier.label, tier.amount_other.tolist()) for tier in distribution.tiers[:2]] == [
        ("required paydown", [5_000]),
        ("expenses", [10_000]),
    ]
    assert paid(distribution.tiers) == [("RETURN_OF_CAPITAL", 50_000, 0), ("SPLIT", 28_000, 7_000)]


def test_a_partner_without_part_in_a_deal_has_nothing_of_its_expenses_either() -> None:
    # excused from b: no cost, no proceeds; the sale of b moves none of its expenses
    state = invested(terms("AMERICAN_REALISED", expense_allocation="PRO_RATA_COST"), a=100, expenses=10)
    state = contribute(state, units(0), START, "b")
    state, distribution = sell(state, 0, "b")
    assert paid(distribution.tiers) == []
    _, distribution = sell(state, 120, "a")
    assert paid(distribution.tiers) == [("RETURN_OF_CAPITAL", 110, 0), ("SPLIT", 8, 2)]
