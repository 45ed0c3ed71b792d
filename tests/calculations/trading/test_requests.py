"""Requests of trades and the control panel: what is asked, what the panel says, and the answer as the parts of it give it.

Figures are those of the worked example of clo-compliance 7 (rebalancing).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from calculations.clo.trading import (
    ControlPanel,
    FilterError,
    Order,
    Position,
    Request,
    RequestError,
    Run,
    answer,
    deal_key,
    price_per_hundred,
)
from tests.calculations.trading.desks import worked_desk

AMOUNTS = {"sale_par": 4e6, "buy_par": 4e6, "increment": 2e6}


def panel(**changes: Any) -> ControlPanel:
    parameters = {
        "deal_to_run": "Mag 17",
        "loan_par_increment": 750_000.0,
        "sale_par_amount": 15e6,
        "purchase_par_amount": 75e6,
    }
    condition = {
        "side": "sale",
        "source_row": 23,
        "logical_operator": None,
        "open_parenthesis": "(",
        "field": "WAL",
        "comparison_operator": "<",
        "value_text": "6",
        "close_parenthesis": ")",
    }
    trade = {"deal_name": "MAG17", "asset_id": "A", "side": "sale", "par_amount": 1e6, "price": 0.985}
    rows = [
        {"name": name, "value_number": None, "value_boolean": None, "value_text": None, **_value(value)}
        for name, value in (parameters | changes.get("parameters", {})).items()
    ]
    weights = [{"test_number": 32, "weight": 0.6}, {"test_number": 36, "weight": None}]
    return ControlPanel.from_rows(rows, [condition | changes.get("filter", {})], weights, [trade])


def _value(value: Any) -> dict[str, Any]:
    kind = {bool: "boolean", float: "number", str: "text"}[type(value)]
    return {f"value_{kind}": value}


def test_a_deal_has_one_name_however_it_is_spelt() -> None:
    assert {deal_key(name) for name in ("Mag 17", "MAG17", " mag  17 ")} == {"MAG17"}
    assert panel().runs("MAG17")
    assert not panel().runs("MAG6", "Mag 6")
    assert panel(parameters={"deal_to_run": "All"}).runs("MAG6")


@pytest.mark.parametrize(
    ("typed", "meant"), [(0.985, 98.5), (1.0, 100.0), (98.5, 98.5), (1.01, 1.01), (0.0, 0.0), (None, None)]
)
def test_a_price_up_to_one_is_a_fraction(typed: float | None, meant: float | None) -> None:
    """Source: clo-compliance 5.1."""
    assert price_per_hundred(typed) == pytest.approx(meant)


def test_the_panel_states_amounts_weights_trades_and_filters() -> None:
    found = panel()
    assert (found.increment, found.sale_par, found.buy_par) == (750_000.0, 15e6, 75e6)
    assert found.is_pool_mode
    assert found.allow_increases
    assert found.weights == ((32, 0.6), (36, 0.0))
    assert found.orders("MAG17") == (Order("A", "sale", 1e6, 98.5),)
    assert found.orders("MAG6") == ()
    assert str(found.filter("sale")) == "WAL < 6.0"
    assert found.filter("buy") is None


def test_a_filter_of_the_panel_that_cannot_be_read_names_its_row() -> None:
    with pytest.raises(FilterError, match="sale filter, row 23"):
        panel(filter={"field": "Grade"}).filter("sale")


def test_trades_asked_for_leave_the_pool_as_it_is_and_weigh_each_step() -> None:
    """Selling 2m of B at 98 and buying 2m of D at 96: the cash is 40,000 after both."""
    desk, position = worked_desk()
    orders = (Order("B", "SELL", 2e6), Order("D", "BUY", 2e6))
    found = answer(desk, position, Request("hypothetical", orders=orders))
    (done,) = found.sets
    assert done.outcome.after.cash == pytest.approx(40_000)
    assert position.cash == 0.0
    alone = found.run.weigh(np.array([10e6, 4e6, 4e6, 0.0, 0.0]), 1.96e6).of(0)
    assert done.objective_after.tolist() == [pytest.approx(alone), pytest.approx(done.outcome.objective_after)]


def test_each_candidate_is_ranked_with_the_objective_after_one_increment() -> None:
    desk, start = worked_desk()
    position = Position(start.par, 5e6)
    found = answer(desk, position, Request("rank", increment=1e6))
    ranked = found.rankings["BUY"]
    run = Run.start(desk, position)
    for place, objective in zip(ranked.ranking.places.tolist(), ranked.objective_after.tolist(), strict=True):
        par = position.par.copy()
        par[place] += 1e6
        price = desk.universe.market_value[place] / 100
        assert objective == pytest.approx(run.weigh(par, 5e6 - 1e6 * price).of(0))


def test_what_a_request_lacks_is_named() -> None:
    desk, position = worked_desk()
    for request, lack in (
        (Request("hypothetical"), "no trades are stated"),
        (Request("rank"), "increment is not stated"),
        (Request("rebalance", sale_par=1e6, increment=1e6), "buy par is not stated"),
    ):
        with pytest.raises(RequestError, match=lack):
            answer(desk, position, request)
    with pytest.raises(ValueError, match="what must be one of hypothetical, rank"):
        Request("sell everything")  # type: ignore[arg-type]


def test_a_programme_is_not_told_to_hold_what_the_deal_does_not_list() -> None:
    desk, position = worked_desk()
    with pytest.raises(ValueError, match="tests to hold must be in the deal's list, found 99"):
        answer(desk, position, Request("rebalance", "programme", hold=frozenset({99}), **AMOUNTS))


def test_a_proposal_is_weighed_after_every_trade() -> None:
    desk, position = worked_desk()
    found = answer(desk, position, Request("rebalance", **AMOUNTS))
    (done,) = found.sets
    assert found.proposal is not None
    accepted = [step.objective for step in found.proposal.steps if not step.remark]
    assert done.objective_after.tolist() == pytest.approx(accepted)
