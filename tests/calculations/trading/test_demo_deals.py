"""On every deal of the demo, a programme keeps the tests that it holds and ends no worse than the step-by-step trades.

The weights are those of the deal sheets: the rows of clo-compliance 2.4, completed by the demo's own data to sum to 1.
"""

from __future__ import annotations

import numpy as np
import pytest

from calculations.clo.trading import Desk, Position, ProgrammeTerms, Proposal, RebalancingTerms, rebalance
from tests.calculations.trading.demo_deals import DemoDeal, demo_deals

pytestmark = pytest.mark.slow

SECONDS = 1.0  # a longer search finds more; what is shown here holds of any
Pair = tuple[DemoDeal, Proposal, Proposal]


@pytest.fixture(scope="module")
def proposals(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """Each deal with what both methods propose for the amounts and filters of the control panel."""
    found = []
    for deal in demo_deals(tmp_path_factory.mktemp("demo")):
        panel = deal.panel
        assert panel.sale_par
        assert panel.buy_par
        assert panel.increment
        terms = RebalancingTerms(
            panel.sale_par,
            panel.buy_par,
            panel.increment,
            panel.allow_increases,
            panel.filter("sale"),
            panel.filter("buy"),
        )
        greedy = rebalance(deal.desk, deal.position, terms)
        programme = rebalance(deal.desk, deal.position, terms, "programme", ProgrammeTerms(seconds=SECONDS))
        found.append((deal, greedy, programme))
    return found


def broken(desk: Desk, position: Position, proposal: Proposal) -> list[int]:
    """Listed tests that fail after the trades and are worse than before them, on par and cash added up from the fills."""
    par, cash = position.par.copy(), position.cash
    for done in proposal.fills:
        place = desk.universe.asset_id.tolist().index(done.order.asset_id)
        par[place] += done.par if done.is_purchase else -done.par
        cash += done.cash_change
    before = desk.prepared.evaluate(position.par, position.cash)
    # A holding of a dollar or less is gone (clo-compliance 5.1).
    after = desk.prepared.evaluate(np.where(par <= 1.0, 0.0, par), cash, previous=before.result[0])
    fails = after.is_decided[0] & ~after.passed[0]
    return [test.number for test, is_broken in zip(after.tests, fails, strict=True) if is_broken]


def test_there_are_ten_deals_with_weights_that_sum_to_one(proposals: list[Pair]) -> None:
    weights = {deal.deal_id: sum(deal.desk.objective.by_test().values()) for deal, _, _ in proposals}
    assert weights == pytest.approx(dict.fromkeys(weights, 1.0))
    assert len(weights) == 10


def test_a_programme_breaks_no_test_that_it_holds(proposals: list[Pair]) -> None:
    assert {d.deal_id: numbers for d, _, p in proposals if (numbers := broken(d.desk, d.position, p))} == {}
    assert all(p.fills for _, _, p in proposals)


def test_a_programme_ends_no_worse_than_the_greedy_trades(proposals: list[Pair]) -> None:
    objectives = {d.deal_id: (g.outcome.objective_after or 0, p.outcome.objective_after or 0) for d, g, p in proposals}
    assert {deal: pair for deal, pair in objectives.items() if pair[1] < pair[0] - 1e-9} == {}


def test_no_objective_is_above_its_bound(proposals: list[Pair]) -> None:
    for _, _, programme in proposals:
        search, found = programme.search, programme.outcome.objective_after
        assert search is not None
        assert found is not None
        assert search.bound is None or found <= search.bound + 1e-9
