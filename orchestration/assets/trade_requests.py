"""Asking for trades at the launchpad: what may be said, how the control panel completes it, and where it is kept.

What a request comes to is in clo_trades.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

import dagster as dg
from pydantic import Field

from calculations.clo.trading import ControlPanel, FilterError
from orchestration.assets.clo_trades import PANEL, REQUESTS, panel_of
from orchestration.clock import utc_now
from orchestration.warehouse import Warehouse, append_rows

IN_FORCE = "intermediate.int_clo__deal_loads_in_force"
EXAMPLE = """To ask for trades, open the launchpad of job `propose_trades`, which also publishes. What is left out is as the
control panel of the deal's workbook says, or as the deal sheet does for weights:

    ops:
      {op}:
        config:
          what: rebalance            # optimise, rank, hypothetical
          method: programme          # greedy
          deals: [MAG17]             # empty: those that the control panel runs
          sale_par: 10000000
          buy_par: 10000000
          increment: 500000
          buy_filter: Moody's Rating <= B2 and WAL < 6
          weights: {{"32": 0.6, "36": 0.4}}
          hold: [1, 2, 36]           # empty: all that are listed
          trades: [{{asset_id: L000123, side: BUY, par: 1000000, price: 99.5}}]   # of what: hypothetical
"""


class What(Enum):
    nothing = "nothing"
    hypothetical = "hypothetical"
    rank = "rank"
    rebalance = "rebalance"
    optimise = "optimise"


class Method(Enum):
    greedy = "greedy"
    programme = "programme"


class TypedTrade(dg.Config):
    """A trade as a person types it."""

    asset_id: str
    side: str = Field(description="BUY or SELL.")
    par: float
    price: float | None = Field(default=None, description="Per 100 of par; without it the market value counts.")


class TradeRequest(dg.Config):
    """What the launchpad asks; without `what` only panels and baskets are calculated."""

    what: What = Field(default=What.nothing, description="hypothetical, rank, rebalance or optimise.")
    method: Method = Field(default=Method.greedy, description="Step by step, or by a mixed-integer programme.")
    deals: list[str] = Field(default=[], description="Ids of deals; empty: those that the control panel runs.")
    organization: str = Field(default="", description="Whose deals, where two have one of that name.")
    sale_par: float | None = Field(default=None, description="Par to sell, in the deal's currency.")
    buy_par: float | None = Field(default=None, description="Par to buy.")
    increment: float | None = Field(default=None, description="Par of one trade.")
    allow_increases: bool | None = Field(default=None, description="Whether loans that the deal holds may be bought.")
    buy_filter: str | None = Field(default=None, description="Which assets may be bought; an empty text: all.")
    sale_filter: str | None = Field(default=None, description="Which assets may be sold; an empty text: all.")
    weights: dict[str, float] = Field(default={}, description="Objective weight by test number; empty: as stated.")
    hold: list[int] = Field(default=[], description="Tests that a programme must hold; empty: all that are listed.")
    seconds: float = Field(default=20.0, description="How long a programme may search, for each deal.")
    seed: int = Field(default=0, description="Of the step-by-step search of an optimisation.")
    trades: list[TypedTrade] = Field(default=[], description="Trades of a hypothetical run; empty: the panel's.")
    pool_mode: bool = Field(default=True, description="All trades in order; false: each alone.")
    asked_by: str = Field(default="launchpad", description="Who asks.")


def keep_request(warehouse: Warehouse, asked: TradeRequest, organization_id: str, run_id: str) -> list[str]:
    """Append what is asked, complete, a row for each deal, and return the ids; a deal that is not known is a row with its reason.

    It is asked of the pools that the deals show. `organization_id` is whose a deal is that nobody knows.
    """
    if asked.what is What.nothing:
        return []
    shown = _shown(warehouse, asked.organization)
    panels = {load_id: panel_of(warehouse, load_id) for load_id in {row["load_id"] for row in shown}}
    run_by_panel = [row["deal_id"] for row in shown if panels[row["load_id"]].runs(row["deal_id"])]
    names = dict.fromkeys(asked.deals or run_by_panel)
    now = utc_now()
    rows = []
    for name in names:
        found = [row for row in shown if row["deal_id"] == name]
        for row in (*found,) or (None,):
            terms, refusal = _completed(asked, row, None if row is None else panels[row["load_id"]])
            stated: Mapping[str, Any] = row or {
                "organization_id": asked.organization or organization_id,
                "deal_id": name,
                "load_id": None,
                "as_of": now.date(),
                "known_at": now,
            }
            if row is None:
                refusal = (
                    f"no deal {name} is shown; these are: {', '.join(sorted(r['deal_id'] for r in shown)) or 'none'}"
                )
            rows.append(_row(stated, terms, refusal, asked.asked_by, now, run_id))
    with warehouse.transaction() as connection:
        append_rows(connection, REQUESTS, rows)
    return [row["request_id"] for row in rows]


def _shown(warehouse: Warehouse, organization: str) -> list[dict[str, Any]]:
    """Deals with the pool that each shows now, as the last run left them."""
    schema, name = IN_FORCE.split(".")
    known = "select count(*) from information_schema.tables where table_schema = ? and table_name = ?"
    if warehouse.rows(known, [schema, name]) == [(0,)]:
        return []
    return warehouse.records(
        f"select organization_id, deal_id, load_id, as_of, known_at from {IN_FORCE} "
        "where is_current and ? in ('', organization_id) order by organization_id, deal_id",
        [organization],
    )


def _completed(
    asked: TradeRequest, row: Mapping[str, Any] | None, panel: ControlPanel | None
) -> tuple[dict[str, Any], str | None]:
    """The request with what the panel of the deal's workbook says where it is silent, and why it cannot be answered, if so."""
    terms: dict[str, Any] = {
        "what": asked.what.value,
        "method": asked.method.value if asked.what in (What.rebalance, What.optimise) else "greedy",
        "mode": "POOL" if asked.pool_mode else "INDIVIDUAL",
        **{name: getattr(asked, name) for name in ("sale_par", "buy_par", "increment", "allow_increases")},
        **{name: getattr(asked, name) for name in ("buy_filter", "sale_filter", "weights", "hold", "seconds", "seed")},
        "trades": [dict(trade) for trade in asked.trades],
    }
    if row is None or panel is None:
        return terms, None
    refusal = None
    for name in ("sale_par", "buy_par", "increment", "allow_increases"):
        if terms[name] is None:
            terms[name] = getattr(panel, name)
    if asked.what is not What.hypothetical:
        for side in ("buy", "sale"):
            if terms[f"{side}_filter"] is None:
                try:
                    wanted = panel.filter(side)
                except FilterError as error:
                    refusal = f"{PANEL}: {error}"
                else:
                    terms[f"{side}_filter"] = None if wanted is None else str(wanted)
    if not terms["weights"] and panel.runs(row["deal_id"]) and not panel.is_for_all_deals:
        terms["weights"] = {str(number): weight for number, weight in panel.weights}
    if asked.what is What.hypothetical and not asked.trades:
        terms["trades"] = [vars(order) for order in panel.orders(row["deal_id"])]
    return terms, refusal


def _row(
    stated: Mapping[str, Any], terms: Mapping[str, Any], refusal: str | None, by: str, now: dt.datetime, run_id: str
) -> dict[str, Any]:
    names = ("organization_id", "deal_id", "load_id", "as_of", "known_at")
    return {
        **{name: stated[name] for name in names},
        "request_id": f"{now:%Y%m%dT%H%M%S%f}/{stated['organization_id']}",
        "terms": json.dumps(terms),
        "refusal": refusal,
        "asked_by": by,
        "asked_at": now,
        "run_id": run_id,
    }
