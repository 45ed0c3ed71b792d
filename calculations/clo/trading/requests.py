"""What somebody asks of a deal's trades, and the answer: hypothetical trades, rankings, or trades that are proposed.

Who asks, and where a request is written, does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.trading.baskets import Fill, Order, Position, Side, fill
from calculations.clo.trading.desk import Desk, Run
from calculations.clo.trading.filters import Filter
from calculations.clo.trading.hypothetical import Mode, Outcome, hypothetical_run
from calculations.clo.trading.optimisation import OptimisationTerms
from calculations.clo.trading.proposal import Proposal
from calculations.clo.trading.propose import Method, ProgrammeTerms, holding, optimise, rebalance
from calculations.clo.trading.ranking import Ranking, candidates, rank_by_objective, rank_by_score
from calculations.clo.trading.rebalancing import RebalancingTerms

SIDES: tuple[Side, ...] = ("BUY", "SELL")
What = Literal["hypothetical", "rank", "rebalance", "optimise"]


class RequestError(ValueError):
    """A request that cannot be answered; the message says what it lacks."""


@dataclass(frozen=True)
class Request:
    """One thing asked of one deal. Par is in the deal's currency; None is not stated.

    `orders` and `mode` are of a hypothetical run; `increment` is the par of one trade; `hold` are the tests that a
    programme must keep, None for all that are listed.
    """

    what: What
    method: Method = "greedy"
    mode: Mode = "POOL"
    orders: tuple[Order, ...] = ()
    sale_par: float | None = None
    buy_par: float | None = None
    increment: float | None = None
    allow_increases: bool = True
    buy_filter: Filter | None = None
    sale_filter: Filter | None = None
    hold: frozenset[int] | None = None
    seconds: float = 20.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, allowed in (("what", What), ("method", Method), ("mode", Mode)):
            if (value := getattr(self, name)) not in get_args(allowed):
                raise ValueError(f"{name} must be one of {', '.join(get_args(allowed))}, found {value!r}")

    def amount(self, name: Literal["sale_par", "buy_par", "increment"]) -> float:
        """An amount that the answer takes. Raises RequestError where it is not stated."""
        value: float | None = getattr(self, name)
        if value is None:
            raise RequestError(f"{name.replace('_', ' ')} is not stated")
        return value


@dataclass(frozen=True, eq=False)
class TradeSet:
    """Trades that stand or fall together, what they do, and the pool objective after each of them, (fills,); nan unstated."""

    outcome: Outcome
    objective_after: Floats


@dataclass(frozen=True, eq=False)
class Ranked:
    """A ranking by score, and for each candidate in that order the objective after one increment of it alone, nan unstated."""

    ranking: Ranking
    objective_after: Floats
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer to a request: sets of trades, rankings by side, and the proposal that the set is of, where one was asked for.

    `run` is the pool that everything starts from.
    """

    run: Run
    sets: tuple[TradeSet, ...] = ()
    rankings: Mapping[Side, Ranked] = field(default_factory=dict)
    proposal: Proposal | None = None


def answer(desk: Desk, position: Position, request: Request) -> Answer:
    """What a request comes to for the deal of a desk. The position given is left as it is.

    Raises RequestError where the request lacks something, ValueError where an amount of it makes no sense.
    Source: clo-compliance 5.3 to 5.6.
    """
    programme = ProgrammeTerms(seconds=request.seconds, hold=request.hold)
    if request.method == "programme":
        desk = holding(desk, programme)
    match request.what:
        case "hypothetical":
            if not request.orders:
                raise RequestError("no trades are stated")
            outcomes = hypothetical_run(desk, position, request.orders, request.mode)
            run = Run.start(desk, position)
            return Answer(run, tuple(trade_set(run, outcome) for outcome in outcomes))
        case "rank":
            run = Run.start(desk, position)
            return Answer(run, rankings={side: ranked(run, side, request) for side in SIDES})
        case "rebalance":
            terms = RebalancingTerms(
                request.amount("sale_par"),
                request.amount("buy_par"),
                request.amount("increment"),
                request.allow_increases,
                request.sale_filter,
                request.buy_filter,
            )
            proposal = rebalance(desk, position, terms, request.method, programme)
        case "optimise":
            spending = OptimisationTerms(
                request.amount("increment"),
                allow_increases=request.allow_increases,
                sale_filter=request.sale_filter,
                buy_filter=request.buy_filter,
            )
            proposal = optimise(desk, position, spending, request.method, programme, request.seed)
    run = Run.start(desk, position)
    return Answer(run, (trade_set(run, proposal.outcome),), proposal=proposal)


def ranked(run: Run, side: Side, request: Request) -> Ranked:
    """Candidates of one side by score, each with the true pool objective after one increment. Source: clo-compliance 5.3."""
    desk, position = run.desk, run.position
    wanted = request.buy_filter if side == "BUY" else request.sale_filter
    places = candidates(desk, position, side, wanted, allow_increases=request.allow_increases).places
    ranking = rank_by_score(run, run.base, side, places)
    alone = rank_by_objective(run, position, side, ranking.places, request.amount("increment"))
    objective = np.full(desk.universe.size, np.nan)
    objective[alone.places] = alone.score
    return Ranked(ranking, objective[ranking.places], tuple(dict.fromkeys((*ranking.notes, *alone.notes))))


def trade_set(run: Run, outcome: Outcome) -> TradeSet:
    """An outcome with the objective after each of its trades, in the order in which they were made."""
    return TradeSet(outcome, objectives_on_the_way(run, outcome.fills))


def objectives_on_the_way(run: Run, fills: tuple[Fill, ...]) -> Floats:
    """The pool objective after each of some trades done one after the other; all pools are weighed at once."""
    position, par, cash = run.position, [], []
    for done in fills:
        position, _ = fill(position, done.order, run.desk.market)
        par.append(position.par)
        cash.append(position.cash)
    if not fills:
        return np.zeros(0)
    return run.weigh(np.stack(par), np.array(cash)).value
