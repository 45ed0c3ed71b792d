"""Which trades to make, by either method: step by step, or by programmes that look at all trades at once.

The step-by-step searches themselves are in optimisation and rebalancing, the programmes in successive and polish.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from calculations.clo.columns import Ints
from calculations.clo.trading.baskets import Position, fill_in_order
from calculations.clo.trading.bounds import objective_bound
from calculations.clo.trading.desk import Desk, Run
from calculations.clo.trading.hypothetical import Outcome, outcomes
from calculations.clo.trading.optimisation import OptimisationTerms, optimise_greedily
from calculations.clo.trading.plans import Room
from calculations.clo.trading.polish import polish
from calculations.clo.trading.programme import Lots
from calculations.clo.trading.proposal import Proposal, Search
from calculations.clo.trading.ranking import candidates
from calculations.clo.trading.rebalancing import RebalancingTerms, rebalance_greedily
from calculations.clo.trading.successive import Progress, improve

Method = Literal["greedy", "programme"]


@dataclass(frozen=True)
class ProgrammeTerms:
    """How a programme searches: in `whole` lots of the increment or `any` par, for at most so many `seconds`.

    `hold` are the tests that no proposal may break; None for all of the deal's list that are not exempt.
    """

    lots: Lots = "whole"
    seconds: float = 20.0
    hold: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if self.lots not in ("whole", "any"):
            raise ValueError(f"lots must be whole or any, found {self.lots!r}")
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise ValueError(f"seconds must be a number above zero, found {self.seconds}")


def optimise(
    desk: Desk,
    position: Position,
    terms: OptimisationTerms,
    method: Method = "greedy",
    programme: ProgrammeTerms | None = None,
    seed: int = 0,
) -> Proposal:
    """Trades that spend the cash as far as that betters the pool objective.

    The programme starts from the step-by-step trades and ends no worse; it never proposes trades that break a test it was
    told to hold, and proposes none, with the reason, where it finds no others. Source: clo-compliance 5.5.
    """
    how = programme or ProgrammeTerms()
    desk = holding(desk, how) if method == "programme" else desk
    greedy = optimise_greedily(desk, position, terms, seed)
    if method == "greedy":
        return greedy
    none = np.zeros(0, dtype=np.int64)
    buys, sells = none, none
    if terms.side != "SELL":
        buys = _buys(desk, position, terms)
    if terms.side != "BUY":
        sells = candidates(desk, position, "SELL", terms.sale_filter).places
    room = Room.of(desk, position, buys, sells)
    return _by_programme(desk, position, room, greedy, terms.increment, how, may_stand_still=True)


def rebalance(
    desk: Desk,
    position: Position,
    terms: RebalancingTerms,
    method: Method = "greedy",
    programme: ProgrammeTerms | None = None,
) -> Proposal:
    """Sales and purchases of the par asked for, such that no test is broken.

    The programme sells the par that the step-by-step trades sell (in whole lots, to half an increment), buys no less than
    they do and no more than is asked for, and ends with an objective no lower; as `optimise` in all else.
    Source: clo-compliance 5.6.
    """
    how = programme or ProgrammeTerms()
    desk = holding(desk, how) if method == "programme" else desk
    greedy = rebalance_greedily(desk, position, terms)
    if method == "greedy":
        return greedy
    spread = terms.increment / 2 if how.lots == "whole" else 0.0
    sold = sum(done.par for done in greedy.fills if not done.is_purchase)
    bought = sum(done.par for done in greedy.fills if done.is_purchase)
    room = Room.of(
        desk,
        position,
        _buys(desk, position, terms),
        candidates(desk, position, "SELL", terms.sale_filter).places,
        most_per_name=terms.name_limit * terms.buy_par,
        buy_par=(max(0.0, bought - spread) if not greedy.outcome.blocked_by else 0.0, max(terms.buy_par, bought)),
        sale_par=(max(0.0, sold - spread), sold + spread),
    )
    return _by_programme(desk, position, room, greedy, terms.increment, how, may_stand_still=False)


def holding(desk: Desk, how: ProgrammeTerms) -> Desk:
    """The desk whose objective is blocked by the tests to hold and by no others."""
    if how.hold is None:
        return desk
    listed = {test.number for test in desk.prepared.tests}
    if unknown := sorted(how.hold - listed):
        raise ValueError(f"tests to hold must be in the deal's list, found {', '.join(map(str, unknown))}")
    return replace(desk, objective=replace(desk.objective, exempt=frozenset(listed - how.hold)))


def _buys(desk: Desk, position: Position, terms: OptimisationTerms | RebalancingTerms) -> Ints:
    """Candidates to buy that leave every test that is held stated."""
    places = candidates(desk, position, "BUY", terms.buy_filter, allow_increases=terms.allow_increases).places
    exempt = Run.start(desk, position).weighed.exempt
    measures = desk.prepared.measures
    unknown = [measures[test.number].is_unknown for test in desk.prepared.tests if test.number in measures]
    held = [test.number not in exempt for test in desk.prepared.tests if test.number in measures]
    if not any(held):
        return places
    is_open = np.logical_or.reduce([mask for mask, counts in zip(unknown, held, strict=True) if counts])
    return places[~is_open[places]]


def _by_programme(
    desk: Desk,
    position: Position,
    room: Room,
    greedy: Proposal,
    increment: float,
    how: ProgrammeTerms,
    *,
    may_stand_still: bool,
) -> Proposal:
    begun = time.monotonic()
    run = Run.start(desk, position)
    progress = Progress(None, None, begun + how.seconds)
    start = room.plan_of(greedy.fills, desk)
    known = greedy.outcome.objective_after
    if not greedy.outcome.blocked_by and known is not None:
        progress.offer(start, known)
    standing = run.base_objective.of(0)
    if may_stand_still and run.base_objective.is_feasible[0] and standing is not None:
        progress.offer(room.none(), standing)
    if run.base_objective.of(0) is None:
        progress.reasons.append("the objective of the pool is not stated, so no plan can be weighed")
    else:
        for begin in (start, room.none()):
            improve(run, room, begin, progress, increment, how.lots)
        polish(run, room, progress, increment)
    chosen = _settled(run, room, greedy, progress)
    search = Search(
        greedy=known if not greedy.outcome.blocked_by else None,
        found=None if chosen is None else chosen[1].objective_after,
        bound=None if chosen is None else objective_bound(run, room, increment),
        gap=progress.gap,
        seconds=time.monotonic() - begun,
        nodes=progress.nodes,
        rounds=progress.rounds,
        cuts=progress.cuts,
    )
    if chosen is None:
        (outcome,) = outcomes(run, [(position, ())])
        reasons = dict.fromkeys((*run.notes, *progress.reasons, "no trades keep every test that is held"))
        return Proposal(position, outcome, "programme", (), search, tuple(reasons))
    return Proposal(chosen[0], chosen[1], "programme", (), search, run.notes)


def _settled(run: Run, room: Room, greedy: Proposal, progress: Progress) -> tuple[Position, Outcome] | None:
    """The best of the plan found and the step-by-step trades, as they really fill; None where neither keeps the tests."""
    options = [(greedy.position, greedy.fills)]
    if progress.plan is not None:
        options.insert(0, fill_in_order(room.position, room.orders(progress.plan, run.desk), run.desk.market))
    kept = [
        (place, outcome)
        for (place, _), outcome in zip(options, outcomes(run, options), strict=True)
        if not outcome.blocked_by and outcome.objective_after is not None
    ]
    return max(kept, key=lambda option: option[1].objective_after or 0.0, default=None)
