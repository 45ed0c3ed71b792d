"""Lays a deal's cash out by payment date: where it comes from, whom it pays, what is left owed. One row a payment date.

Cash that one list hands to another (cover, divert, move) is neither a source nor a use. What each step pays stands in
sheet Waterfall.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestration.pack.layout import Column, Table
from orchestration.pack.published import PublishedDeal

NAME = "Deal Cash Flows"
NOTE = (
    "Sources are the cash that the lists begin with, reinvested loans, account balances and a liquidation among it; "
    "uses are what is paid out of the lists. The difference is nil."
)
SOURCES, FEES, OTHER, BALANCES = "Sources", "Fees", "Other uses", "Note balance after payment"
PAID = (("interest_paid", "Interest"), ("deferred_repaid", "Deferred interest"), ("principal_paid", "Principal"))
OUT_OF = (("interest_paid", "Out of interest"), ("principal_paid", "Out of principal"))
_MINE = "{mine} and scenario_id = $scenario_id"

# What a list holds before its first step; the steps that carry cash to another list; what stays of the uses.
_CASH = f"""
    with steps as (
        select *, case
            when step_kind in ('cover', 'divert') or step_kind = 'move' and payee in ('notes', 'principal') then 'handed on'
            when step_kind = 'release' then 'from accounts'
            when step_kind = 'reinvest' then 'reinvested'
            when step_kind in ('fund', 'move') then 'to accounts'
            when step_kind = 'pay' then 'other payments'
        end as use_of_cash
        from marts.fact_waterfall_payments where {_MINE}
    ),
    lists as (
        select period, max(payment_date) as payment_date, list_name, min(cash_after) + sum(amount_paid) as cash
        from steps where step_number = 1 group by period, list_name
    ),
    held as (
        select period, max(payment_date) as payment_date, sum(cash) as cash,
            coalesce(sum(cash) filter (list_name = 'interest'), 0) as interest,
            coalesce(sum(cash) filter (list_name in ('default', 'acceleration')), 0) as in_default
        from lists group by period
    ),
    used as (
        select period,
            coalesce(sum(amount_paid) filter (use_of_cash = 'handed on'), 0) as handed_on,
            coalesce(-sum(amount_paid) filter (use_of_cash = 'from accounts'), 0) as from_accounts,
            coalesce(sum(amount_paid) filter (use_of_cash = 'reinvested'), 0) as reinvested,
            coalesce(sum(amount_paid) filter (use_of_cash = 'to accounts'), 0) as to_accounts,
            coalesce(sum(amount_paid) filter (use_of_cash = 'other payments'), 0) as other_payments
        from steps group by period
    )
    select period, payment_date, interest, cash - handed_on - interest - in_default as principal, in_default,
        from_accounts, reinvested, to_accounts, other_payments
    from held inner join used using (period) order by period
"""
_FEES = f"""
    with payees as (
        select payee, min(step_number) as first_step from marts.fact_waterfall_payments
        where {_MINE} and step_kind = 'fee' group by payee
    ),
    fees as (select * from marts.fact_fees where {_MINE})
    select fees.period, fees.fee_name, sum(fees.fee_paid) as paid
    from fees left join payees on fees.fee_name = payees.payee
    group by fees.period, fees.fee_name order by min(payees.first_step) nulls last, fees.fee_name, fees.period
"""
_NOTES = f"""
    with flows as (select * from marts.fact_liability_cash_flows where {_MINE})
    select flows.period, flows.tranche_name, coalesce(tranches.is_equity, false) as is_equity, flows.interest_paid,
        flows.deferred_repaid, flows.principal_paid, flows.ending_balance, flows.deferred_ending_balance
    from flows left join marts.dim_tranche as tranches using (tranche_key)
    order by tranches.tranche_number, flows.tranche_name, flows.period
"""


class _Grid:
    """Columns that grow as a deal's fees and classes are met; rows are periods."""

    def __init__(self, periods: Sequence[int]) -> None:
        self.periods = periods
        self.columns: dict[str, Column] = {}
        self.values: dict[str, dict[int, Any]] = {}

    def add(self, column: Column, values: dict[int, Any]) -> str:
        key = f"c{len(self.columns)}"
        self.columns[key], self.values[key] = column, values
        return key

    def flow(self, section: str, title: str, values: dict[int, Any]) -> str:
        return self.add(Column(title, "money", total=True, section=section), values)

    def sum_of(self, section: str, title: str, keys: Sequence[str]) -> str:
        values = {period: sum(self.values[key].get(period) or 0.0 for key in keys) for period in self.periods}
        formula = f"SUM({{{keys[0]}}}:{{{keys[-1]}}})"
        return self.add(Column(title, "money", total=True, formula=formula, section=section), values)

    def rows(self) -> list[list[Any]]:
        return [[self.values[key].get(period) for key in self.columns] for period in self.periods]


def deal_cash_flows(deal: PublishedDeal) -> Table:
    """Sources and uses of cash by payment date, and note balances after it. Amounts in the deal's currency."""
    cash = deal.records(_CASH)
    grid = _Grid([row["period"] for row in cash])
    by_period = {name: {row["period"]: row[name] for row in cash} for name in (cash[0] if cash else ())}
    grid.add(Column("Period", "count"), by_period["period"])
    grid.add(Column("Payment date", "date"), by_period["payment_date"])

    sources = [
        grid.flow(SOURCES, title, by_period[name])
        for name, title in (
            ("interest", "Interest proceeds"),
            ("principal", "Principal proceeds"),
            ("in_default", "Proceeds after an event of default"),
            ("from_accounts", "From accounts"),
        )
        if name in ("interest", "principal") or any(by_period[name].values())
    ]
    all_sources = grid.sum_of(SOURCES, "Total sources", sources)

    uses = [
        grid.flow(FEES, fee.capitalize(), {row["period"]: row["paid"] for row in rows})
        for fee, rows in _by_name(deal.records(_FEES), "fee_name").items()
    ]
    notes = _by_name(deal.records(_NOTES), "tranche_name")
    for name, rows in notes.items():
        for measure, title in OUT_OF if rows[0]["is_equity"] else PAID:
            values = {row["period"]: row[measure] for row in rows}
            if measure != "deferred_repaid" or any(values.values()):
                uses.append(grid.flow(name, title, values))
    uses += [
        grid.flow(OTHER, title, by_period[name])
        for name, title in (
            ("reinvested", "Reinvested"),
            ("to_accounts", "To accounts"),
            ("other_payments", "Taxes and other"),
        )
        if name == "reinvested" or any(by_period[name].values())
    ]
    all_uses = grid.sum_of("", "Total uses", uses)
    off = {
        period: round(grid.values[all_sources][period] - grid.values[all_uses][period], 2) for period in grid.periods
    }
    grid.add(Column("Sources less uses", "money", formula=f"ROUND({{{all_sources}}}-{{{all_uses}}},2)"), off)

    for name, rows in notes.items():
        if not rows[0]["is_equity"]:
            owed = {row["period"]: row["ending_balance"] + row["deferred_ending_balance"] for row in rows}
            grid.add(Column(name, "money", section=BALANCES), owed)
    marts = ("fact_waterfall_payments", "fact_fees", "fact_liability_cash_flows")
    return Table(NAME, NOTE, grid.columns, grid.rows(), marts)


def _by_name(records: Sequence[dict[str, Any]], key: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        found.setdefault(record[key], []).append(record)
    return found
