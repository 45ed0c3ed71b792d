"""The sheets of a deal's compliance pack, each as the old model's users know it: its blocks, columns and titles.

Source: clo-workbook 1.8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestration.pack.layout import Block, BlockSheet, Figure, Kind
from orchestration.pack.published import PublishedDeal
from orchestration.pack.workbook import FAIL, PASS

_KINDS: dict[str, Kind] = {
    "fraction": "ratio",
    "ratio": "ratio",
    "years": "years",
    "rating factor": "factor",
    "price": "price",
    "score": "years",
    "number": "years",
}
_ASSET = """
    {rows}.asset_id, assets.issue_name, {par} as par, assets.market_value, assets.moodys_rating,
    coalesce(assets.sp_facility_rating, assets.sp_issuer_rating) as sp_rating, assets.coupon, assets.coupon_spread,
    assets.libor_floor, assets.wal, assets.moodys_recovery_rate, assets.credit_opinion
"""
_ASSET_KINDS: tuple[Kind, ...] = (
    *("remark", "text", "money", "price", "remark", "text", "rate", "rate", "rate", "years", "ratio", "remark"),
)
_ASSET_HEADERS = {
    "asset_id": ("BlackRock ID", 14.0),
    "issue_name": ("Issue Name", 40.0),
    "par": ("Par", 16.0),
    "market_value": ("Market Value", 11.0),
    "moodys_rating": ("Moody's Rating", 10.0),
    "sp_rating": ("S&P's Rating", 10.0),
    "coupon": ("Coupon", 9.0),
    "coupon_spread": ("WAS", 9.0),
    "libor_floor": ("LIBOR Floor", 9.0),
    "wal": ("WAL", 8.0),
    "moodys_recovery_rate": ("Moody's Recovery rate", 13.0),
    "credit_opinion": ("Analyst Opinion", 11.0),
}
_COMPLIANCE = """
    select results.test_number, tests.test_name, results.direction, results.threshold, results.result, results.numerator,
        results.denominator, results.passed, results.previous_value, coalesce(results.reason, results.comment) as comment,
        tests.unit
    from (select * from marts.fact_compliance_results where {mine} and is_listed) as results
    left join marts.dim_compliance_test as tests using (test_number)
    order by results.sequence
"""
_HOLDINGS = f"""
    select {_ASSET.format(rows="holdings", par="holdings.par")}
    from (select * from marts.fact_deal_holdings where {{mine}}) as holdings
    left join marts.dim_asset as assets using (asset_key)
    order by assets.issue_name, holdings.asset_id
"""
# Of what was asked of the deal's newest pool, the last that could be answered.
_RUN = """
    with run as (
        select trade_run_id from marts.fact_trade_runs where {mine} and request = 'REQUEST' and status <> 'refused'
        order by known_at desc, trade_run_id desc limit 1
    )
"""
_SETS = (
    f"{_RUN} select runs.* from marts.fact_trade_runs as runs inner join run using (trade_run_id) order by trade_set"
)
_CHANGES = f"""{_RUN}
    select results.trade_set, results.test_number, tests.test_name, results.threshold, results.result_before,
        results.passed_before, results.result_after, results.passed_after, results.comment, tests.unit
    from marts.fact_trade_results as results inner join run using (trade_run_id)
    left join marts.dim_compliance_test as tests using (test_number)
    order by results.trade_set, results.sequence
"""
_ORDERS = f"""{_RUN}
    select orders.trade_set, orders.asset_id, orders.side, orders.par_asked, orders.price, orders.par_done, orders.outcome
    from marts.fact_trade_orders as orders inner join run using (trade_run_id)
    order by orders.trade_set, orders.trade_number
"""
_TRADED = f"""{_RUN}
    select {_ASSET.format(rows="orders", par="sum(orders.par_done)")}
    from marts.fact_trade_orders as orders inner join run using (trade_run_id)
    left join marts.dim_asset as assets using (asset_key)
    where orders.side = 'SIDE' and orders.par_done > 0
    group by all
    order by par desc, orders.asset_id
"""
_RANKED = f"""{_RUN}
    select ranked.score, ranked.asset_id, assets.issue_name, ranked.par, ranked.market_value / 100 as market_value,
        ranked.moodys_rating, ranked.sp_rating, ranked.coupon, ranked.coupon_spread, ranked.libor_floor, ranked.wal,
        ranked.moodys_recovery_rate, ranked.objective_after, ranked.credit_opinion
    from marts.fact_trade_rankings as ranked inner join run using (trade_run_id)
    left join marts.dim_asset as assets using (asset_key)
    where ranked.side = 'SIDE'
    order by ranked.rank
"""
_ATTRIBUTES: tuple[tuple[str, str, Kind], ...] = (
    ("par", "Par", "money"),
    ("spread", "Spread", "rate"),
    ("spread_with_floor", "Spread with Floor", "rate"),
    ("rating_factor", "Moody's Rating Factor", "factor"),
    ("wal", "WAL", "years"),
    ("recovery", "Moody's Recovery Rate", "ratio"),
    ("market_value", "Market Value", "price"),
    ("trade_price", "Trade Price", "price"),
)
_TRADES = ("fact_trade_runs", "fact_trade_results", "fact_trade_orders")

Record = dict[str, Any]


def compliance_sheets(deal: PublishedDeal) -> list[BlockSheet]:
    """Every sheet that the publication fills, in order; trades that nobody asked of the pool have none."""
    found = [_compliance(deal), *_hypothetical(deal), *_rankings(deal), *_rebalance(deal)]
    rows = [_asset(row) for row in deal.records(_HOLDINGS)]
    return [
        *found,
        BlockSheet("Deal Assets", (Block(None, 1, _ASSET_HEADERS, rows),), ("fact_deal_holdings", "dim_asset")),
    ]


def _compliance(deal: PublishedDeal) -> BlockSheet:
    headers = {
        "number": ("Test Num", 7.0),
        "name": ("Test Name", 44.0),
        "direction": ("Min/Max", 8.0),
        "limit": ("Threshold", 11.0),
        "result": ("Results", 11.0),
        "numerator": ("Numerator", 19.0),
        "denominator": ("Denominator", 19.0),
        "passed": ("Pass/Fail", 9.0),
        "cushion": ("Cushion", 11.0),
        "previous": ("Previous", 11.0),
        "comment": ("Comments", 60.0),
    }
    rows = []
    for row in deal.records(_COMPLIANCE):
        kind, (limit, result) = _kind(row), (row["threshold"], row["result"])
        is_minimum = row["direction"] == "MIN"
        gap = (
            None
            if limit is None or result is None or row["direction"] is None
            else (result - limit if is_minimum else limit - result)
        )
        rows.append(
            (
                Figure(row["test_number"], "count"),
                Figure(row["test_name"]),
                Figure(row["direction"]),
                Figure(limit, kind),
                Figure(result, kind),
                Figure(row["numerator"], "money"),
                Figure(row["denominator"], "money"),
                _passed(row["passed"]),
                Figure(gap, kind, "{result}-{limit}" if is_minimum else "{limit}-{result}"),
                Figure(row["previous_value"], kind),
                Figure(row["comment"], "remark"),
            )
        )
    marts = ("fact_compliance_results", "dim_compliance_test")
    return BlockSheet("Compliance", (Block(f"{deal.deal_id} Compliance Tests", 1, headers, rows),), marts)


def _hypothetical(deal: PublishedDeal) -> list[BlockSheet]:
    """A sheet for each set of trades: one of all in pool mode, one of each alone otherwise."""
    tests, orders = (deal.records(sql.replace("REQUEST", "hypothetical")) for sql in (_CHANGES, _ORDERS))
    headers = {
        "number": ("Test Num", 7.0),
        "name": ("Test Name", 44.0),
        "threshold": ("Threshold", 11.0),
        "before": ("Results", 11.0),
        "passed": ("Pass/Fail", 9.0),
        "gap": ("", 2.0),
        "after": ("Hypo Result", 11.0),
        "passed_after": ("Hypo Pass/Fail", 9.0),
        "difference": ("Differences", 11.0),
        "comment": ("Hypo Comments", 18.0),
    }
    trade_headers = {
        "asset": ("Asset", 14.0),
        "side": ("Transaction", 11.0),
        "asked": ("Par", 16.0),
        "price": ("Price", 9.0),
        "done": ("Par Traded", 16.0),
        "outcome": ("Outcome", 24.0),
    }
    sheets = []
    for run in deal.records(_SETS.replace("REQUEST", "hypothetical")):
        number = run["trade_set"]
        mine = [row for row in tests if row["trade_set"] == number]
        lines = [(*_before(row), Figure(None), *_after(row), Figure(row["comment"], "remark")) for row in mine]
        lines.append((*_objective(run)[:5], Figure(None), *_objective(run)[5:], Figure(run["notes"], "remark")))
        trades = [
            (
                *(Figure(row["asset_id"]), Figure(row["side"].capitalize()), Figure(row["par_asked"], "money")),
                *(Figure(row["price"], "price"), Figure(row["par_done"], "money"), Figure(row["outcome"], "remark")),
            )
            for row in orders
            if row["trade_set"] == number
        ]
        blocks = (
            Block(f"{deal.deal_id} Hypothetical Trades", 1, headers, lines),
            _attributes(run, 12, with_price=True),
            Block("Trades", 16, trade_headers, trades),
        )
        sheets.append(BlockSheet("HYPO" if number == 1 else f"HYPO {number}", blocks, _TRADES))
    return sheets


def _rankings(deal: PublishedDeal) -> list[BlockSheet]:
    headers = {
        "score": ("Objective Function", 11.0),
        **{name: title for name, title in _ASSET_HEADERS.items() if name != "credit_opinion"},
        "objective_after": ("Pool Objective After", 13.0),
        "credit_opinion": _ASSET_HEADERS["credit_opinion"],
    }
    kinds: tuple[Kind, ...] = ("gain", *_ASSET_KINDS[:3], "gain", *_ASSET_KINDS[4:-1], "gain", "remark")
    sheets = []
    for side, name in (("BUY", "Rankings Buy"), ("SELL", "Rankings Sell")):
        sql = _RANKED.replace("REQUEST", "rank").replace("SIDE", side)
        rows = [_figures(row, kinds) for row in deal.records(sql)]
        if rows:
            block = Block(f"{deal.deal_id} {name}", 1, headers, rows)
            sheets.append(BlockSheet(name, (block,), ("fact_trade_rankings", "dim_asset")))
    return sheets


def _rebalance(deal: PublishedDeal) -> list[BlockSheet]:
    runs = deal.records(_SETS.replace("REQUEST", "rebalance"))
    if not runs:
        return []
    headers = {
        "number": ("Test Num", 7.0),
        "name": ("Test Name", 44.0),
        "threshold": ("Threshold", 11.0),
        "before": ("Before Results", 11.0),
        "passed": ("Before Pass/Fail", 9.0),
        "after": ("After Results", 11.0),
        "passed_after": ("After Pass/Fail", 9.0),
        "difference": ("Differences", 11.0),
        "comment": ("Comments", 18.0),
    }
    run = runs[0]
    tests = deal.records(_CHANGES.replace("REQUEST", "rebalance"))
    lines = [(*_before(row), *_after(row), Figure(row["comment"], "remark")) for row in tests]
    lines.append((*_objective(run), Figure(run["notes"], "remark")))
    bought, sold = (
        [_asset(row) for row in deal.records(_TRADED.replace("REQUEST", "rebalance").replace("SIDE", side))]
        for side in ("BUY", "SELL")
    )
    blocks = (
        Block(f"{deal.deal_id} Rebalancing ({run['method']})", 1, headers, lines),
        _attributes(run, 13, with_price=False),
        Block("Purchases", 17, _ASSET_HEADERS, bought),
        Block("Sales", 30, _ASSET_HEADERS, sold),
    )
    return [BlockSheet("Rebalance", blocks, (*_TRADES, "dim_asset"))]


def _attributes(run: Record, at: int, *, with_price: bool) -> Block:
    """Par-weighted figures of purchases and sales, N/A where there are none (clo-compliance 5.4)."""
    headers = {"name": ("Trade Attributes", 22.0), "purchases": ("Purchases", 16.0), "sales": ("Sales", 16.0)}
    rows = [
        (Figure(title), *(_or_not(run[f"{side}_{name}"], kind) for side in ("purchase", "sale")))
        for name, title, kind in _ATTRIBUTES
        if with_price or name != "trade_price"
    ]
    return Block("Trade Attributes", at, headers, rows)


def _or_not(value: Any, kind: Kind) -> Figure:
    return Figure("N/A") if value is None else Figure(value, kind)


def _before(row: Record) -> tuple[Figure, ...]:
    kind = _kind(row)
    return (
        Figure(row["test_number"], "count"),
        Figure(row["test_name"]),
        Figure(row["threshold"], kind),
        Figure(row["result_before"], kind),
        _passed(row["passed_before"]),
    )


def _after(row: Record) -> tuple[Figure, ...]:
    before, after, kind = row["result_before"], row["result_after"], _kind(row)
    difference = None if before is None or after is None else after - before
    return (Figure(after, kind), _passed(row["passed_after"]), Figure(difference, kind, "{after}-{before}"))


def _objective(run: Record) -> tuple[Figure, ...]:
    """The last line of both outputs, in the columns of a test."""
    return (
        *(Figure(None, "count"), Figure("Objective Function"), Figure(None), Figure(run["objective_before"], "gain")),
        *(Figure(None, "outcome"), Figure(run["objective_after"], "gain"), Figure(None, "outcome")),
        Figure(run["objective_difference"], "gain", "{after}-{before}"),
    )


def _kind(row: Record) -> Kind:
    return _KINDS.get(row["unit"], "years")


def _passed(passed: bool | None) -> Figure:
    return Figure(None if passed is None else PASS if passed else FAIL, "outcome")


def _asset(row: Record) -> tuple[Figure, ...]:
    return _figures(row, _ASSET_KINDS)


def _figures(row: Record, kinds: Sequence[Kind]) -> tuple[Figure, ...]:
    return tuple(Figure(value, kind) for value, kind in zip(row.values(), kinds, strict=True))
