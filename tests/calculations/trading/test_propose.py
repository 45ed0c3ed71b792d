"""Proposals of trades by either method. Rules: clo-compliance 5.5, 5.6; every small optimum is found again by trying all."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calculations.clo.compliance import DealInputs, DealTest
from calculations.clo.trading.baskets import Position
from calculations.clo.trading.bounds import objective_bound
from calculations.clo.trading.desk import Desk, Run
from calculations.clo.trading.filter_parser import parse_filter
from calculations.clo.trading.optimisation import OptimisationTerms
from calculations.clo.trading.plans import Room
from calculations.clo.trading.propose import ProgrammeTerms, optimise, rebalance
from calculations.clo.trading.rebalancing import RebalancingTerms
from tests.calculations.compliance.mag17 import DEAL, INPUTS, holdings
from tests.calculations.trading.desks import desk_of, universe_of, worked_desk

Columns = Mapping[str, list[Any]]
QUICK = ProgrammeTerms(seconds=5.0)
ANY = ProgrammeTerms(lots="any", seconds=5.0)
SPEND = OptimisationTerms(increment=1e6)


def spending_desk() -> tuple[Desk, Position]:
    """Four loans to choose from: the higher a spread, the worse its rating; no name above a quarter of the pool."""
    universe = universe_of(
        {"coupon_spread": 0.03, "moodys_rating_warf": "Ba3", "market_value": 100.0},
        {"coupon_spread": 0.04, "moodys_rating_warf": "B1", "market_value": 99.0},
        {"coupon_spread": 0.05, "moodys_rating_warf": "B2", "market_value": 98.0},
        {"coupon_spread": 0.07, "moodys_rating_warf": "B3", "market_value": 95.0},
    )
    tests = (
        DealTest(46, "Min", 0.035),
        DealTest(54, "Max", None, overwrite=2400.0),
        DealTest(4, "Max", 0.40),
        DealTest(35, "Max", 6.0),
    )
    inputs = DealInputs(current_libor=0.005)
    return desk_of(universe, tests, {46: 0.7, 54: 0.3}, inputs), Position(np.array([6e6, 4e6, 2e6, 0.0]), 8e6)


def best_by_trying(desk: Desk, position: Position, lot: float) -> float:
    """The highest objective over every choice of whole lots that the cash pays for."""
    run = Run.start(desk, position)
    price = desk.universe.market_value / 100
    choices = np.array(list(itertools.product(range(10), repeat=position.par.size))) * lot
    cash = position.cash - choices @ price
    choices, cash = choices[cash >= 0], cash[cash >= 0]
    return float(run.weigh(position.par + choices, cash).value.max())


def test_the_programme_finds_the_best_of_all_choices_of_whole_lots() -> None:
    desk, position = spending_desk()
    found = optimise(desk, position, SPEND, "programme", QUICK)
    assert found.search is not None
    assert found.outcome.objective_after == pytest.approx(best_by_trying(desk, position, 1e6), rel=1e-9)
    assert found.search.bound is not None
    assert found.search.bound >= (found.search.found or 0.0)
    assert found.search.gap_to_bound == pytest.approx(found.search.bound / (found.search.found or 1.0) - 1)


def test_in_any_par_the_programme_does_no_worse_than_in_whole_lots() -> None:
    desk, position = spending_desk()
    whole, free = (optimise(desk, position, SPEND, "programme", how) for how in (QUICK, ANY))
    assert (free.outcome.objective_after or 0.0) >= (whole.outcome.objective_after or 0.0) - 1e-6


def test_the_programme_never_ends_below_the_greedy_trades() -> None:
    desk, position = spending_desk()
    greedy = optimise(desk, position, SPEND)
    found = optimise(desk, position, SPEND, "programme", QUICK)
    assert (found.outcome.objective_after or 0.0) >= (greedy.outcome.objective_after or 0.0)
    assert found.search is not None
    assert found.search.greedy == greedy.outcome.objective_after


def test_tests_that_are_not_to_be_held_may_break_and_the_others_not() -> None:
    desk, position = spending_desk()
    free = optimise(desk, position, SPEND, "programme", replace(QUICK, hold=frozenset({4, 35})))
    after = {change.number: change.passed_after for change in free.outcome.tests}
    assert (after[4], after[35]) == (True, True)
    held = optimise(desk, position, SPEND, "programme", QUICK)
    assert (free.outcome.objective_after or 0.0) > (held.outcome.objective_after or 0.0)
    with pytest.raises(ValueError, match="found 99"):
        optimise(desk, position, SPEND, "programme", replace(QUICK, hold=frozenset({4, 99})))


def test_where_no_trades_keep_the_tests_none_are_proposed_and_the_reason_is_given() -> None:
    # The only loan that may be sold carries the spread: without it test 46 fails whatever is bought
    desk, position = spending_desk()
    tight = desk_of(desk.universe, (DealTest(46, "Min", 0.0365),), {46: 1.0}, desk.inputs)
    terms = RebalancingTerms(2e6, 1e6, 1e6, True, parse_filter("WAS = 5%"), parse_filter("WAS = 3%"), name_limit=1.0)
    found = rebalance(tight, position, terms, "programme", QUICK)
    assert found.fills == ()
    assert found.position is position
    assert "no trades keep every test that is held" in found.notes
    assert any(note.startswith("the programme has no solution") for note in found.notes)


def test_without_an_objective_nothing_is_proposed_and_the_reason_is_given() -> None:
    universe = universe_of({"wal": None}, {})
    desk = desk_of(universe, (DealTest(35, "Max", 6.0),), {35: 1.0}, DealInputs())
    for method in ("greedy", "programme"):
        found = optimise(desk, Position(np.array([1e6, 1e6]), 1e6), SPEND, method)  # type: ignore[arg-type]
        assert found.fills == ()
        assert any("objective of the pool is not stated" in note for note in found.notes)


def test_the_programme_betters_the_rebalancing_example() -> None:
    # The greedy trades of clo-compliance 7 end at 111.008458; the same sales and no fewer purchases do better
    desk, position = worked_desk()
    terms = RebalancingTerms(sale_par=2e6, buy_par=20e6, increment=1e6)
    greedy = rebalance(desk, position, terms)
    found = rebalance(desk, position, terms, "programme", ANY)
    assert (found.outcome.objective_after or 0.0) > 111.01
    assert sum(done.par for done in found.fills if not done.is_purchase) == pytest.approx(2e6, abs=1.0)
    bought, target = (sum(done.par for done in item.fills if done.is_purchase) for item in (found, greedy))
    assert bought >= target - 1.0
    assert not ({d.order.asset_id for d in found.fills if d.is_purchase} & _sold(found.fills))


def _sold(fills: Any) -> set[str]:
    return {done.order.asset_id for done in fills if not done.is_purchase}


def test_greedy_spending_takes_the_best_candidate_each_time_and_stops_where_none_betters() -> None:
    desk, position = spending_desk()
    found = optimise(desk, position, SPEND)
    objectives = [found.outcome.objective_before, *(step.objective for step in found.steps)]
    assert objectives == sorted(objectives)
    run = Run.start(desk, position)
    price = desk.universe.market_value / 100
    each = [run.weigh(position.par + 1e6 * np.eye(4)[i], position.cash - 1e6 * price[i]).of(0) or 0 for i in range(4)]
    assert found.fills[0].order.asset_id == f"A{int(np.argmax(each))}"


def test_a_seed_repeats_its_trades() -> None:
    desk, position = spending_desk()
    terms = replace(SPEND, side="ALL", sample=2)
    first, again = (optimise(desk, position, terms, seed=7) for _ in range(2))
    assert first.fills == again.fills
    seeds = {tuple(d.order.asset_id for d in optimise(desk, position, terms, seed=seed).fills) for seed in range(8)}
    assert len(seeds) > 1


def test_selling_betters_the_objective_too() -> None:
    desk, position = spending_desk()
    sales_alone = desk_of(desk.universe, desk.prepared.tests, {54: 1.0}, desk.inputs)
    found = optimise(sales_alone, position, replace(SPEND, side="SELL"))
    assert found.fills
    assert not any(done.is_purchase for done in found.fills)
    assert (found.outcome.objective_after or 0.0) > (found.outcome.objective_before or 0.0)


def test_without_cash_nothing_is_bought() -> None:
    desk, position = spending_desk()
    for cash in (0.0, -1e6):
        for method in ("greedy", "programme"):
            found = optimise(desk, replace(position, cash=cash), SPEND, method, QUICK)  # type: ignore[arg-type]
            assert found.fills == ()
            assert found.position.cash == cash


@pytest.mark.parametrize("changes", [{"increment": 0.0}, {"sample": 0}, {"side": "HOLD"}])
def test_terms_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        replace(SPEND, **changes)


# --- what always holds ---------------------------------------------------------------------------------------------

spreads = st.sampled_from((0.02, 0.03, 0.04, 0.06))
loans = st.lists(
    st.fixed_dictionaries(
        {
            "issuer_id": st.sampled_from(("I", "J", "K")),
            "coupon_spread": spreads,
            "moodys_rating_warf": st.sampled_from(("Ba3", "B2", "Caa1")),
            "moodys_rating": st.sampled_from(("Ba3", "B2", "Caa1")),
            "market_value": st.sampled_from((80.0, 95.0, 100.0)),
            "wal": st.sampled_from((3.0, 5.0, 8.0)),
            "country": st.sampled_from(("USA", "Canada")),
            "moodys_industry": st.sampled_from(("Media", "Retail")),
            "unfunded_amount": st.sampled_from((0.0, 3e5)),
        }
    ),
    min_size=3,
    max_size=5,
)
pars = st.lists(st.sampled_from((0.0, 1e6, 3.5e6)), min_size=5, max_size=5)
LISTED = (
    DealTest(33, "Min", 0.40),
    DealTest(32, "Min", None),
    DealTest(36, "Max", None),
    DealTest(35, "Max", 5.5),
    DealTest(4, "Max", 0.45),
    DealTest(7, "Max", 0.20),
    DealTest(12, "Max", 0.05),
    DealTest(14, "Max", 0.3),
    DealTest(37, "Min", 1.0),
    DealTest(38, "Min", 0.9),
)
LIMITS = DealInputs(
    current_libor=0.005, was=0.04, warf_threshold=2740, warf_factor=67, jr_oc_denominator=8e6, cash=None
)
slow = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def random_desk(lines: list[dict[str, Any]], par: list[float]) -> tuple[Desk, Position]:
    universe = universe_of(*lines)
    held = np.array(par[: len(lines)])
    held[0] = max(held[0], 2e6)
    return desk_of(universe, LISTED, {32: 0.4, 36: 0.3, 35: 0.2, 37: 0.1}, LIMITS), Position(held, 4e6)


@slow
@given(loans, pars, st.sampled_from(("whole", "any")), st.sampled_from(("BUY", "ALL")))
def test_spending_never_breaks_a_test_nor_ends_below_the_greedy_trades(
    lines: list[dict[str, Any]], par: list[float], lots: Any, side: Any
) -> None:
    desk, position = random_desk(lines, par)
    terms = OptimisationTerms(increment=5e5, side=side)
    greedy = optimise(desk, position, terms)
    found = optimise(desk, position, terms, "programme", ProgrammeTerms(lots, 2.0))
    _check(desk, position, found)
    if not greedy.outcome.blocked_by and found.fills:
        assert (found.outcome.objective_after or 0.0) >= (greedy.outcome.objective_after or 0.0)


@slow
@given(loans, pars, st.sampled_from(("whole", "any")))
def test_rebalancing_never_breaks_a_test_nor_ends_below_the_greedy_trades(
    lines: list[dict[str, Any]], par: list[float], lots: Any
) -> None:
    desk, position = random_desk(lines, par)
    terms = RebalancingTerms(sale_par=1e6, buy_par=4e6, increment=5e5, name_limit=0.5)
    greedy = rebalance(desk, position, terms)
    found = rebalance(desk, position, terms, "programme", ProgrammeTerms(lots, 2.0))
    _check(desk, position, found)
    if not greedy.outcome.blocked_by:
        assert (found.outcome.objective_after or 0.0) >= (greedy.outcome.objective_after or 0.0)
    # step by step, a purchase is only ever made into a pool that no test blocks
    if any(done.is_purchase for done in greedy.fills):
        assert greedy.outcome.blocked_by == ()


def _check(desk: Desk, position: Position, found: Any) -> None:
    run = Run.start(desk, position)
    after = run.evaluate(found.position.par, found.position.cash)
    if found.fills:
        decided = run.base.is_decided[0]
        assert after.passed[0][decided].all()
        assert found.position.cash >= -0.01
    moved = sum(done.cash_change for done in found.fills)
    assert found.position.cash == pytest.approx(position.cash + moved, abs=1e-3)
    assert (found.position.par >= 0).all()


@slow
@given(loans, pars, st.integers(0, 2**32 - 1))
def test_no_trades_at_all_exceed_the_bound(lines: list[dict[str, Any]], par: list[float], seed: int) -> None:
    desk, position = random_desk(lines, par)
    desk = desk_of(desk.universe, LISTED, {32: 0.4, 36: 0.4, 35: 0.2}, LIMITS)
    run = Run.start(desk, position)
    places = np.arange(desk.universe.size)
    room = Room.of(desk, position, places, np.flatnonzero(position.par > 0))
    bound = objective_bound(run, room, 5e5)
    generator = np.random.default_rng(seed)
    bought = generator.uniform(0, 2e6, (300, places.size)) * (generator.random((300, places.size)) < 0.5)
    sold = generator.uniform(0, 1, (300, places.size)) * room.most_sold * (generator.random((300, places.size)) < 0.4)
    fits = room.fits(bought, sold)
    value = run.weigh(room.par(bought, sold)[fits], room.cash(bought, sold)[fits]).value
    assert bound is not None
    assert value.max(initial=0.0) <= bound * (1 + 1e-6)


# --- a real deal ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("how", [ProgrammeTerms(), ProgrammeTerms("any")])
def test_the_programme_betters_the_greedy_trades_of_a_real_deal(mag17_columns: Columns, how: ProgrammeTerms) -> None:
    held = holdings(mag17_columns)
    desk = desk_of(held.universe, DEAL, {32: 0.6, 36: 0.2, 37: 0.1, 35: 0.1}, INPUTS)
    position = Position(held.par, float(INPUTS.cash or 0.0))
    found = optimise(desk, position, OptimisationTerms(750_000.0), "programme", how)
    assert found.search is not None
    assert (found.search.found or 0.0) > (found.search.greedy or 0.0) + 0.1
    _check(desk, position, found)
