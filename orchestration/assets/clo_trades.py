"""Trades of the control panel, of baskets in trades files and of the launchpad: what each comes to, as rows of the calc tables.

The finance is in calculations, remembering in the cache; how the launchpad asks is in trade_requests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from calculations.clo.trading import ControlPanel, Order, Request, answer, deal_key, parse_filter
from orchestration.assets.clo_projection_inputs import SHOWN
from orchestration.assets.clo_trade_pools import RELATIONS, Pools, Weights
from orchestration.assets.clo_trade_rows import TABLES, Label, Rows, answered, asked_of, no_rows, refused
from orchestration.calculation_cache import Calculation
from orchestration.warehouse import Warehouse

PANEL = "Run Model"
PARTS = ("parameters", "filters", "objectives", "trades")
BASKETS, BASKET_TRADES = "intermediate.int_clo__trade_baskets", "intermediate.int_clo__trades"
REQUESTS = "ops.trade_requests"
# What the launchpad asked is answered once: a request is of its hour, and a programme takes seconds.
ANSWERED_ONCE = "answered once"

Row = Mapping[str, Any]


def run(pools: Pools, label: Label, make: Callable[[], Request], weights: Weights) -> Rows:
    """Rows of one run. What cannot be made, or not be answered, is a row with its reason.

    `weights` are those asked for; without any the deal sheet's count.
    """
    try:
        pool = pools.of(label.keys["load_id"], label.keys["deal_id"])
        desk, request = pool.weighing(weights), make()
        label = Label(**{**vars(label), "asked": asked_of(request, desk.objective.weights)})
        return answered(label, answer(desk, pool.position, request), pool.position)
    except ValueError as error:  # what the request or the sheet says makes no sense, in words
        return refused(label, str(error))


def panel_of(warehouse: Warehouse, load_id: str) -> ControlPanel:
    """The control panel as a load states it."""
    return ControlPanel.from_rows(
        *(
            warehouse.records(
                f"select * from staging.stg_clo__run_model_{part} where load_id = ? and model = 'active' "
                "order by source_row, source_column",
                [load_id],
            )
            for part in PARTS
        )
    )


def calculate_panels(warehouse: Warehouse, load_ids: Sequence[str]) -> Rows:
    """What the control panels of some loads ask: their trades, rankings, and the greedy rebalancing, of the deal to run."""
    pools, found = Pools(warehouse), no_rows()
    for load_id in load_ids:
        panel = panel_of(warehouse, load_id)
        deals = warehouse.records(f"select * from {RELATIONS[1]} where load_id = ? order by deal_id", [load_id])
        # People say Mag 17; the title of the deal is as good a name.
        known = {deal_key(row[name]): row for name in ("deal_name", "deal_id") for row in deals}
        chosen = [row for row in deals if panel.runs(row["deal_id"], row["deal_name"])]
        for deal in chosen:
            _extend(found, _panel_runs(pools, panel, deal))
        for name in _named(panel):
            named = known.get(deal_key(name))
            if named is None or named not in chosen:
                _extend(found, _not_run(load_id, deals[0], named, name, panel))
    return found


def _named(panel: ControlPanel) -> list[str]:
    """Deals that the panel names, each once: the one to run and those of its trades."""
    names = [*([] if panel.is_for_all_deals else [panel.deal_name or ""]), *(trade.deal_name for trade in panel.trades)]
    return list({deal_key(name): name for name in names}.values())


def _panel_runs(pools: Pools, panel: ControlPanel, deal: Row) -> Rows:
    # The weights on the panel are those of the one deal to run (clo-compliance 2.4).
    weights = () if panel.is_for_all_deals else panel.weights
    mode = "POOL" if panel.is_pool_mode else "INDIVIDUAL"
    orders = panel.orders(deal["deal_id"], deal["deal_name"])

    def terms(what: str) -> Request:
        return Request(
            what,  # type: ignore[arg-type]
            sale_par=panel.sale_par,
            buy_par=panel.buy_par,
            increment=panel.increment,
            allow_increases=panel.allow_increases,
            buy_filter=panel.filter("buy"),
            sale_filter=panel.filter("sale"),
        )

    asked: dict[str, Callable[[], Request]] = {
        "hypothetical": lambda: Request("hypothetical", mode=mode, orders=orders),  # type: ignore[arg-type]
        "rank": lambda: terms("rank"),
        "rebalance": lambda: terms("rebalance"),
    }
    found = no_rows()
    for what, make in asked.items():
        if what == "hypothetical" and not orders:
            continue
        label = Label(
            _keys(deal), deal["load_id"], "workbook", PANEL, what, mode=mode if what == "hypothetical" else None
        )
        _extend(found, run(pools, label, make, weights))
    return found


def _not_run(load_id: str, owner: Row, deal: Row | None, name: str, panel: ControlPanel) -> Rows:
    """A deal that the panel names and that is not run, with why."""
    if deal is not None:
        reason = f"the control panel runs {panel.deal_name}; trades of {name} are passed over"
        return refused(Label(_keys(deal), load_id, "workbook", PANEL, "hypothetical"), reason)
    keys = {**_keys(owner), "deal_id": deal_key(name) or "UNKNOWN"}
    reason = f"the workbook has no deal {name!r}" if name else "the control panel does not say which deal"
    return refused(Label(keys, load_id, "workbook", PANEL, "hypothetical", is_known_deal=False), reason)


def _keys(row: Row) -> dict[str, Any]:
    as_of = row["as_of"].date() if hasattr(row["as_of"], "date") else row["as_of"]
    names = ("organization_id", "load_id", "deal_id", "known_at")
    return {name: row[name] for name in names} | {"as_of_date": as_of}


def calculate_baskets(warehouse: Warehouse, basket_ids: Sequence[str]) -> Rows:
    """What baskets of hypothetical trades come to, each in the order of its `sequence`."""
    pools, found = Pools(warehouse), no_rows()
    for basket in warehouse.records(
        f"select * from {BASKETS} where basket_id in (select unnest(?)) order by all", [list(basket_ids)]
    ):
        trades = warehouse.records(
            f"select asset_id, side, par, price from {BASKET_TRADES} where organization_id = ? and deal_id = ? "
            "and batch_id is not distinct from ? and status = 'HYPOTHETICAL' order by sequence, trade_id",
            [basket["organization_id"], basket["deal_id"], basket["batch_id"]],
        )
        label = Label(
            _keys(basket),
            basket["basket_id"],
            "trades_file",
            basket["batch_id"] or "without a batch",
            "hypothetical",
            mode="POOL",
            is_known_deal=basket["load_id"] is not None,
        )
        if basket["load_id"] is None:
            _extend(
                found, refused(label, f"no workbook states {basket['deal_id']} on or before {label.keys['as_of_date']}")
            )
            continue
        orders = tuple(
            Order(
                trade["asset_id"],
                trade["side"],
                float(trade["par"]),
                None if trade["price"] is None else float(trade["price"]),
            )
            for trade in trades
        )
        _extend(found, run(pools, label, lambda orders=orders: Request("hypothetical", orders=orders), ()))  # type: ignore[misc]
    return found


def calculate_requests(warehouse: Warehouse, request_ids: Sequence[str]) -> Rows:
    """What was asked at the launchpad, of the pools that it was asked of."""
    pools, found = Pools(warehouse), no_rows()
    for row in warehouse.records(
        f"select * from {REQUESTS} where request_id in (select unnest(?)) order by request_id, deal_id",
        [list(request_ids)],
    ):
        terms = json.loads(row["terms"])
        mode = terms["mode"] if terms["what"] == "hypothetical" else None
        label = Label(
            {**_keys(row), "known_at": row["asked_at"]},
            row["request_id"],
            "launchpad",
            row["asked_by"],
            terms["what"],
            method=terms["method"],
            mode=mode,
            is_known_deal=row["load_id"] is not None,
        )
        if row["refusal"] is not None:
            _extend(found, refused(label, row["refusal"]))
            continue
        weights = tuple((int(number), float(weight)) for number, weight in terms["weights"].items())
        _extend(found, run(pools, label, lambda terms=terms: _asked(terms), weights))  # type: ignore[misc]
    return found


def _asked(terms: Row) -> Request:
    """The request that terms of the launchpad state. Raises FilterError and ValueError in words."""
    stated = ("what", "method", "mode", "sale_par", "buy_par", "increment", "allow_increases", "seconds", "seed")
    return Request(
        **{name: terms[name] for name in stated},
        orders=tuple(Order(**trade) for trade in terms["trades"]),
        buy_filter=parse_filter(terms["buy_filter"], "buy"),
        sale_filter=parse_filter(terms["sale_filter"], "sale"),
        hold=frozenset(terms["hold"]) or None,
    )


def _extend(found: Rows, more: Rows) -> None:
    for table, rows in more.items():
        found[table] += rows


_STAGED = tuple(f"staging.stg_clo__run_model_{part}" for part in PARTS)

OF_PANELS = Calculation(
    name="clo_trades_of_panels",
    description="What the control panel of the workbook that deals show asks.",
    tables=TABLES,
    key="source_id",
    inputs=f"select distinct shown.load_id from ({SHOWN}) as shown inner join {_STAGED[0]} using (load_id) where model = 'active'",
    deps=(*RELATIONS, *_STAGED),
    compute=calculate_panels,
)
OF_BASKETS = Calculation(
    name="clo_trades_of_baskets",
    description="What hypothetical baskets of trades files come to.",
    tables=TABLES,
    key="source_id",
    inputs=f"select basket_id from {BASKETS}",
    deps=(*RELATIONS, BASKETS, BASKET_TRADES),
    compute=calculate_baskets,
)
OF_LAUNCHPAD = Calculation(
    name="clo_trades_of_launchpad",
    description="What was asked at the launchpad.",
    tables=TABLES,
    key="source_id",
    inputs=f"select request_id from {REQUESTS}",
    deps=RELATIONS,
    compute=calculate_requests,
)
