"""A warehouse with relations small enough to reckon events by hand: a fact with its history, a dimension, and the loads behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from calculations.events.definitions import EventPolicy
from orchestration.events.deriving import Derived, derive_events
from orchestration.warehouse import Warehouse

K1, K2, K3, K4 = (dt.datetime(2024, month, 20, 9) for month in (1, 4, 7, 10))
NOW = dt.datetime(2025, 1, 1)
HOUSE = "alder"
POLICY: Mapping[str, Any] = {
    "snapshot_every": 3,
    "sources": [
        {
            "name": "calls",
            "aggregate_type": "CAPITAL_CALL",
            "relation": "marts.fact_calls_history",
            "knowledge": "INTERVALS",
            "aggregate": ["call_id"],
            "occurred": "call_date",
            "mart": "marts.fact_calls",
            "kinds": ["fund_workbook"],
            "events": {
                "created": "CAPITAL_CALL_CREATED",
                "changed": "CAPITAL_CALL_CHANGED",
                "removed": "CAPITAL_CALL_REMOVED",
                "rules": [
                    {"event": "CAPITAL_CALL_PAID", "column": "status", "to": ["SETTLED"], "occurred": "due_date"},
                    {"event": "CAPITAL_CALL_CANCELLED", "column": "status", "to": ["CANCELLED"]},
                ],
            },
        },
        {
            "name": "tests",
            "aggregate_type": "OC_TEST",
            "relation": "marts.fact_tests_history",
            "knowledge": "INTERVALS",
            "aggregate": ["deal_id", "tranche_name"],
            "part": ["event_date"],
            "succession": True,
            "where": "passed is not null",
            "occurred": "event_date",
            "mart": "marts.fact_tests",
            "mart_where": "passed is not null",
            "kinds": ["clo_workbook"],
            "events": {
                "created": "TEST_MEASURED",
                "changed": "TEST_MEASURED",
                "removed": "TEST_WITHDRAWN",
                "dropped": "TEST_WITHDRAWN",
                "rules": [
                    {"event": "TEST_BREACHED", "column": "passed", "from": ["true"], "to": ["false"]},
                    {"event": "TEST_CURED", "column": "passed", "from": ["false"], "to": ["true"]},
                ],
            },
        },
        {
            "name": "investors",
            "aggregate_type": "INVESTOR",
            "relation": "marts.dim_investor",
            "knowledge": "LATEST",
            "aggregate": ["investor_id"],
            "part": ["valid_from"],
            "succession": True,
            "occurred": "AS_OF",
            "mart": "marts.dim_investor",
            "kinds": ["fund_workbook"],
            "events": {
                "created": "INVESTOR_CREATED",
                "changed": "INVESTOR_UPDATED",
                "removed": "INVESTOR_REMOVED",
            },
        },
    ],
}
CALL = "call_id varchar, call_date date, due_date date, amount decimal(24, 4), status varchar"
TEST = "deal_id varchar, tranche_name varchar, event_date date, ratio double, passed boolean"
INVESTOR = (
    "investor_id varchar, valid_from date, investor_name varchar, tax_id varchar, known_at timestamp, load_id varchar"
)


class EventHome:
    """A warehouse whose relations a test sets as a run would leave them; each fact is told by its history alone."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.policy = EventPolicy.model_validate({**POLICY, **changes})
        self.warehouse = Warehouse(folder / "warehouse.duckdb")
        self.warehouse.create_tables()
        self.runs = 0
        with self.warehouse.connect() as connection:
            for name, columns in (("calls", CALL), ("tests", TEST)):
                connection.execute(
                    f"create table marts.fact_{name}_history (organization_id varchar, {columns}, load_id varchar, "
                    "known_from timestamp, known_to timestamp)"
                )
                connection.execute(
                    f"create view marts.fact_{name} as select * exclude (known_from, known_to) from "
                    f"marts.fact_{name}_history where known_to is null"
                )
            connection.execute(f"create table marts.dim_investor (organization_id varchar, {INVESTOR})")
            connection.execute("insert into ops.run_context values ('r', ?, false, ?, 'development')", [NOW, NOW])

    def load(self, load_id: str, known_at: dt.datetime, as_of: dt.date, kind: str = "fund_workbook") -> None:
        self.execute(
            "insert into raw.loads (load_id, organization_id, kind, as_of, known_at, loaded_at, status) "
            "values (?, ?, ?, ?, ?, ?, 'loaded')",
            [load_id, HOUSE, kind, as_of, known_at, known_at],
        )

    def withdraw(self, load_id: str, at: dt.datetime) -> None:
        self.execute("insert into ops.withdrawals values (?, ?, 'somebody', 'wrong')", [load_id, at])

    def tell(self, relation: str, rows: Sequence[Sequence[Any]]) -> None:
        """Replace what a relation says; the organisation is put before each row."""
        with self.warehouse.transaction() as connection:
            connection.execute(f"delete from marts.{relation}")
            for row in rows:
                marks = ", ".join("?" for _ in (HOUSE, *row))
                connection.execute(f"insert into marts.{relation} values ({marks})", [HOUSE, *row])

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with self.warehouse.transaction() as connection:
            connection.execute(sql, parameters)

    def derive(self, now: dt.datetime = NOW) -> Derived:
        self.runs += 1
        return derive_events(self.warehouse, self.policy, now, f"run-{self.runs}")

    def events(self, columns: str, where: str = "true") -> list[tuple]:
        return self.warehouse.rows(
            f"select {columns} from ops.events where {where} order by aggregate_type, aggregate_id, event_version"
        )
