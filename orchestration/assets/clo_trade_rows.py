"""Rows of the calc tables of trades: runs, tests before and after, orders and rankings. What was asked and what it comes to is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from calculations.clo.trading import Answer, Desk, Fill, Position, Request, TradeAttributes, TradeSet, ranking_columns
from calculations.clo.trading.requests import Ranked

RUNS, RESULTS, ORDERS, RANKINGS = TABLES = (
    "calc.clo_trade_runs",
    "calc.clo_trade_results",
    "calc.clo_trade_orders",
    "calc.clo_trade_rankings",
)
DONE, NO_TRADES, REFUSED = "done", "no_trades", "refused"
_ATTRIBUTES = (
    *("par", "spread", "spread_with_floor", "rating_factor", "wal", "recovery", "market_value", "trade_price"),
)

Row = dict[str, Any]
Rows = dict[str, list[Row]]


@dataclass(frozen=True)
class Label:
    """What is said of a run whether or not it can be done: whose it is, where it was asked for, and what was asked.

    `keys` are organization_id, load_id, deal_id, as_of_date and known_at of the pool, or what is known of them.
    """

    keys: Mapping[str, Any]
    source_id: str
    source: str
    source_name: str
    request: str
    method: str = "greedy"
    mode: str | None = None
    is_known_deal: bool = True
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def run_id(self) -> str:
        return f"{self.source_id}/{self.keys['deal_id']}/{self.request}"

    @property
    def run_keys(self) -> Row:
        return {**self.keys, "source_id": self.source_id, "trade_run_id": self.run_id}


def asked_of(request: Request, weights: Sequence[tuple[int, float]]) -> Row:
    """What a request says of amounts, filters, weights and tests to hold, as columns of a run."""
    return {
        "increment": request.increment,
        "par_to_sell": request.sale_par,
        "par_to_buy": request.buy_par,
        "buy_filter": None if request.buy_filter is None else str(request.buy_filter),
        "sale_filter": None if request.sale_filter is None else str(request.sale_filter),
        "weights": ", ".join(f"{number}: {weight:g}" for number, weight in weights) or None,
        "held_tests": None if request.hold is None else ", ".join(map(str, sorted(request.hold))),
    }


def no_rows() -> Rows:
    return {table: [] for table in TABLES}


def refused(label: Label, reason: str) -> Rows:
    """A run that cannot be done is a row with its reason."""
    return no_rows() | {RUNS: [_run(label, 1, REFUSED, reason)]}


def answered(label: Label, answer: Answer, position: Position) -> Rows:
    """The rows of an answer: a run for each set of trades, one where it has none."""
    found = no_rows()
    for number, done in enumerate(answer.sets, start=1):
        found[RUNS].append(_run_of_set(label, number, answer, done))
        found[RESULTS] += _results(label, number, done)
        found[ORDERS] += _orders(label, number, answer, done)
    if not answer.sets:
        notes = (
            *answer.run.notes,
            *(f"{side}: {note}" for side, found in answer.rankings.items() for note in found.notes),
        )
        before = answer.run.base_objective.of(0)
        found[RUNS].append(
            _run(label, 1, DONE, None, notes) | {"objective_before": before, "cash_before": position.cash}
        )
    for side, ranked in answer.rankings.items():
        found[RANKINGS] += _ranking(label, side, ranked, answer.run.desk, position)
    return found


def _run(label: Label, number: int, status: str, reason: str | None, notes: Sequence[str] = ()) -> Row:
    blank = dict.fromkeys(
        (
            *("increment", "par_to_sell", "par_to_buy", "buy_filter", "sale_filter", "weights", "held_tests"),
            *("objective_before", "objective_after", "objective_difference", "objective_greedy", "objective_programme"),
            *("objective_bound", "gap_to_bound", "solver_gap", "search_seconds", "blocked_by"),
            *(f"{name}_{when}" for name in _FIGURES for when in ("before", "after")),
            *(f"{side}_{name}" for side in ("purchase", "sale") for name in _ATTRIBUTES),
        )
    )
    return {
        **label.run_keys,
        **blank,
        **label.asked,
        "source": label.source,
        "source_name": label.source_name,
        "request": label.request,
        "method": label.method,
        "mode": label.mode,
        "is_known_deal": label.is_known_deal,
        "trade_set": number,
        "status": status,
        "reason": reason,
        "notes": "; ".join(dict.fromkeys(notes)) or None,
    }


_FIGURES = {
    "cash": "cash",
    "held_par": "held_par",
    "cpa": "collateral_principal_amount",
    "asset_count": "asset_count",
}


def _run_of_set(label: Label, number: int, answer: Answer, done: TradeSet) -> Row:
    outcome, proposal = done.outcome, answer.proposal
    search = None if proposal is None else proposal.search
    notes = (*outcome.notes, *(() if proposal is None else proposal.notes), *_unknown(outcome.purchases, outcome.sales))
    is_empty = proposal is not None and not outcome.fills
    reason = (
        ("; ".join(dict.fromkeys(proposal.notes)) or "no trade betters the pool") if is_empty and proposal else None
    )
    found = _run(label, number, NO_TRADES if is_empty else DONE, reason, notes)
    found |= {
        "objective_before": outcome.objective_before,
        "objective_after": outcome.objective_after,
        "objective_difference": outcome.objective_difference,
        "blocked_by": ", ".join(map(str, outcome.blocked_by)) or None,
        "objective_greedy": outcome.objective_after if label.method == "greedy" and proposal else None,
    }
    if search is not None:
        found |= {
            "objective_greedy": search.greedy,
            "objective_programme": search.found,
            "objective_bound": search.bound,
            "gap_to_bound": search.gap_to_bound,
            "solver_gap": search.gap,
            "search_seconds": search.seconds,
        }
    for when, figures in (("before", outcome.before), ("after", outcome.after)):
        found |= {f"{name}_{when}": getattr(figures, source) for name, source in _FIGURES.items()}
    for side, attributes in (("purchase", outcome.purchases), ("sale", outcome.sales)):
        found |= {f"{side}_{name}": getattr(attributes, name) for name in _ATTRIBUTES}
    return found


def _unknown(purchases: TradeAttributes, sales: TradeAttributes) -> tuple[str, ...]:
    return (*(f"purchases, {text}" for text in purchases.unknown), *(f"sales, {text}" for text in sales.unknown))


def _results(label: Label, number: int, done: TradeSet) -> list[Row]:
    return [
        {
            **label.run_keys,
            "trade_set": number,
            "sequence": place,
            "test_number": test.number,
            **{
                name: getattr(test, source)
                for name, source in (
                    ("threshold", "threshold"),
                    ("result_before", "result"),
                    ("passed_before", "passed"),
                    ("threshold_after", "threshold_after"),
                    ("result_after", "result_after"),
                    ("passed_after", "passed_after"),
                    ("difference", "difference"),
                )
            },
            "comment": test.comment or None,
        }
        for place, test in enumerate(done.outcome.tests, start=1)
    ]


def _orders(label: Label, number: int, answer: Answer, done: TradeSet) -> list[Row]:
    """The trades of a set in order; of a greedy search also those that were tried and not made, where they were tried."""
    after = iter(_numbers(done.objective_after))
    steps = () if answer.proposal is None else answer.proposal.steps
    lines = [(step.fill, step.remark) for step in steps] or [(made, "") for made in done.outcome.fills]
    return [
        {
            **label.run_keys,
            "trade_set": number,
            "trade_number": place,
            "origin": "tried" if remark else "asked" if answer.proposal is None else "proposed",
            **_order(made, remark),
            "objective_after": None if remark else next(after),
        }
        for place, (made, remark) in enumerate(lines, start=1)
    ]


def _order(made: Fill, remark: str) -> Row:
    order = asdict(made.order)
    return {
        "asset_id": order["asset_id"].strip(),
        "side": "BUY" if made.is_purchase else order["side"].strip().upper().replace("SALE", "SELL"),
        "par_asked": None if np.isnan(order["par"]) else order["par"],
        "price_asked": order["price"],
        "par_done": 0.0 if remark else made.par,
        "price": made.price,
        "cash_change": 0.0 if remark else made.cash_change,
        "outcome": remark or made.outcome,
    }


_RANKED = (
    *("score", "is_feasible", "par", "asset_id", "market_value", "moodys_rating", "sp_rating", "coupon"),
    *("coupon_spread", "libor_floor", "wal", "moodys_recovery_rate", "moodys_rating_warf", "moodys_dp_rating"),
    *("sp_industry", "moodys_industry", "country", "is_cov_lite", "maturity", "facility_size", "credit_opinion"),
)


def _ranking(label: Label, side: str, ranked: Ranked, desk: Desk, position: Position) -> list[Row]:
    columns = ranking_columns(ranked.ranking, desk, position)
    lists = {name: _plain(columns[name]) for name in _RANKED if name != "is_feasible"}
    after = _numbers(ranked.objective_after)
    return [
        {
            **label.run_keys,
            "side": side,
            "rank": place + 1,
            "objective_after": after[place],
            **{name: values[place] for name, values in lists.items()},
        }
        for place in range(len(after))
    ]


def _plain(values: Any) -> list[Any]:
    """An array as values of a table: nothing for what is unknown."""
    if values.dtype.kind == "f":
        return _numbers(values)
    return [None if value == "" else value for value in values.tolist()]


def _numbers(values: Any) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
