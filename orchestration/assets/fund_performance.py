"""Performance of every fund on every day it is valued, on each state of what was known. The finance is in calculations."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from calculations.funds.performance import (
    Amount,
    Flow,
    FundPerformance,
    FundRecord,
    Holding,
    fund_performance,
    performance_days,
)
from calculations.fx import Quotes
from calculations.irr import AMBIGUOUS
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLE = "calc.fund_performance"
MODELS = (
    "measured_states",
    "funds",
    "cash_flows",
    "commitment_events",
    "investments",
    "investment_transactions",
    "fair_values",
    "capital_accounts",
    "fx_quotes",
)
INVESTED = ("PURCHASE", "FOLLOW_ON")
REALISED = ("PROCEEDS", "RETURN_OF_CAPITAL", "INCOME")

Row = Mapping[str, Any]
FundOfState = tuple[str, str]


def calculate_funds(warehouse: Warehouse, measured_ids: Sequence[str]) -> Records:
    """Rows of calc.fund_performance for every measured state of `measured_ids`."""
    wanted = warehouse.records(
        "select m.*, f.base_currency from intermediate.int_fund__measured_states as m "
        "inner join intermediate.int_fund__funds as f using (state_id, fund_id) where m.measured_id in (select unnest(?))",
        [list(measured_ids)],
    )
    states = sorted({row["state_id"] for row in wanted})
    rows = {model: _by_fund(warehouse, model, states) for model in MODELS[2:-1]}
    quotes = warehouse.records("select * from intermediate.int_fund__fx_quotes order by all")
    found: list[dict[str, Any]] = []
    for state in wanted:
        of_fund = {model: by_fund[state["state_id"], state["fund_id"]] for model, by_fund in rows.items()}
        record = fund_record(state["base_currency"], of_fund)
        rates = known_quotes(quotes, state["organization_id"], state["known_from"])
        known_at = max((row["known_at"] for listed in of_fund.values() for row in listed), default=state["known_from"])
        keys = {name: state[name] for name in ("measured_id", "state_id", "organization_id", "fund_id")}
        for day in performance_days(record):
            found.append(
                {**keys, **as_row(fund_performance(record, day, rates), record.currency), "known_at": known_at}
            )
    return {TABLE: found}


def fund_record(currency: str, rows: Mapping[str, Sequence[Row]]) -> FundRecord:
    """What one state says of one fund, from rows of the intermediate models by model name."""
    values: dict[str, list[Amount]] = defaultdict(list)
    for row in sorted(rows["fair_values"], key=lambda row: (row["valuation_date"], row["source_row"])):
        values[row["investment_id"]].append(Amount(row["valuation_date"], row["fair_value"], row["currency"]))
    transactions = rows["investment_transactions"]
    return FundRecord(
        currency=currency,
        commitments=tuple(
            Amount(r["event_date"], r["committed"], r["currency"]) for r in rows["commitment_events"] if r["committed"]
        ),
        flows=tuple(
            Flow(r["event_date"], r["capital_call_amount"], r["distribution_amount"], r["currency"])
            for r in rows["cash_flows"]
        ),
        holdings=tuple(
            Holding(r["investment_id"], r["investment_date"], r["exit_date"], tuple(values[r["investment_id"]]))
            for r in rows["investments"]
        ),
        invested=_paid(transactions, INVESTED, currency),
        realised=_paid(transactions, REALISED, currency),
        stated_navs=tuple(
            Amount(r["period_end"], r["nav"], currency)
            for r in rows["capital_accounts"]
            if r["investor_id"] == "_FUND_"
        ),
    )


def _paid(transactions: Sequence[Row], types: Iterable[str], currency: str) -> tuple[Amount, ...] | None:
    if not transactions:
        return None
    return tuple(
        Amount(row["event_date"], row["amount"], row["currency"] or currency)
        for row in transactions
        if row["transaction_type"] in types
    )


def known_quotes(quotes: Iterable[Row], organization_id: str, instant: dt.datetime) -> Quotes:
    """The rates an organisation knew at an instant: its own before shared ones, then the one known last."""
    chosen: dict[tuple[str, str, dt.date], tuple[tuple[Any, ...], Decimal]] = {}
    for row in quotes:
        is_withdrawn = row["withdrawn_at"] is not None and row["withdrawn_at"] <= instant
        if row["organization_id"] != organization_id or row["known_at"] > instant or is_withdrawn:
            continue
        pair = row["base_currency"], row["quote_currency"], row["rate_date"]
        rank = row["is_own"], row["load_as_of"], row["known_at"], row["load_id"], row["source"]
        if pair not in chosen or chosen[pair][0] < rank:
            chosen[pair] = rank, row["rate"]
    return Quotes.of((*pair, rate) for pair, (_, rate) in chosen.items())


def as_row(measured: FundPerformance, currency: str) -> dict[str, Any]:
    """One row of calc.fund_performance, its keys apart."""
    ratios = {name: getattr(measured, name) for name in ("moic", "dpi", "rvpi", "tvpi", "pic")}
    irr = measured.irr
    return {
        "event_date": measured.day,
        "currency": currency,
        "nav": measured.nav.value,
        "nav_basis": measured.nav_basis,
        "nav_reason": measured.nav.reason,
        "oldest_value_date": measured.oldest_value_day,
        "committed_capital": measured.committed.value,
        "called_capital": measured.called.value,
        "distributed_capital": measured.distributed.value,
        "total_value": measured.total_value.value,
        # a float result is stored with 12 decimals
        "irr": None if irr.rate is None else Decimal(f"{irr.rate:.12f}"),
        "irr_reason": irr.reason,
        "is_irr_annualised": None if irr.rate is None else irr.is_annualised,
        "irr_roots": ", ".join(f"{root:.12f}" for root in irr.roots) if irr.reason == AMBIGUOUS else None,
        **{name: ratio.value for name, ratio in ratios.items()},
        **{f"{name}_reason": ratio.reason for name, ratio in ratios.items()},
    }


def _by_fund(warehouse: Warehouse, model: str, states: Sequence[str]) -> Mapping[FundOfState, list[Row]]:
    """Rows of a model by state and fund; transactions name their fund by their investment."""
    relation = f"intermediate.int_fund__{model}"
    if model == "investment_transactions":
        relation = (
            f"(select t.*, i.fund_id from {relation} as t "
            "inner join intermediate.int_fund__investments as i using (state_id, investment_id))"
        )
    rows = warehouse.records(
        f"select * from {relation} where state_id in (select unnest(?)) order by all", [list(states)]
    )
    grouped: dict[FundOfState, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["state_id"], row["fund_id"]].append(row)
    return grouped


FUND_PERFORMANCE = Calculation(
    name="fund_performance",
    description="Capital, value, multiples and rate of return of every fund since inception.",
    tables=(TABLE,),
    key="measured_id",
    inputs="select measured_id from intermediate.int_fund__measured_states",
    deps=tuple(f"intermediate.int_fund__{model}" for model in MODELS),
    compute=calculate_funds,
)
