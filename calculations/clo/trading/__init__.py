"""Trading for a CLO: asset filters, trades, the pool objective, rankings, hypothetical runs, rebalancing and optimisation.

What the tests of a deal are and how a pool stands in them is in compliance; reading tables does not belong here either.
"""

from calculations.clo.trading.attributes import TradeAttributes
from calculations.clo.trading.baskets import Fill, Market, Order, Position, fill, fill_in_order
from calculations.clo.trading.changes import TestChange
from calculations.clo.trading.desk import Desk, Run
from calculations.clo.trading.filter_parser import FilterRow, parse_filter, parse_filter_rows
from calculations.clo.trading.filters import Filter, FilterError, Selection, mask, select
from calculations.clo.trading.hypothetical import Outcome, hypothetical_run
from calculations.clo.trading.objective import Objective, PoolObjective, pool_objective
from calculations.clo.trading.optimisation import OptimisationTerms
from calculations.clo.trading.panel import ControlPanel, PanelTrade, deal_key, price_per_hundred
from calculations.clo.trading.proposal import Proposal, Search, Step
from calculations.clo.trading.propose import ProgrammeTerms, optimise, rebalance
from calculations.clo.trading.ranking import (
    Candidates,
    Ranking,
    candidates,
    rank_by_objective,
    rank_by_score,
    ranking_columns,
)
from calculations.clo.trading.rebalancing import RebalancingTerms
from calculations.clo.trading.requests import Answer, Ranked, Request, RequestError, TradeSet, answer

__all__ = [
    "Answer",
    "Candidates",
    "ControlPanel",
    "Desk",
    "Fill",
    "Filter",
    "FilterError",
    "FilterRow",
    "Market",
    "Objective",
    "OptimisationTerms",
    "Order",
    "Outcome",
    "PanelTrade",
    "PoolObjective",
    "Position",
    "ProgrammeTerms",
    "Proposal",
    "Ranked",
    "Ranking",
    "RebalancingTerms",
    "Request",
    "RequestError",
    "Run",
    "Search",
    "Selection",
    "Step",
    "TestChange",
    "TradeAttributes",
    "TradeSet",
    "answer",
    "candidates",
    "deal_key",
    "fill",
    "fill_in_order",
    "hypothetical_run",
    "mask",
    "optimise",
    "parse_filter",
    "parse_filter_rows",
    "pool_objective",
    "price_per_hundred",
    "rank_by_objective",
    "rank_by_score",
    "ranking_columns",
    "rebalance",
    "select",
]
