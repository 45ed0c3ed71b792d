"""A warehouse with the intermediate tables of one small fund, as a run would leave them. What follows from them is tested elsewhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.warehouse import Warehouse

STATE, EARLIER, HOUSE, FUND = "s2", "s1", "alder-capital", "F1"
KNOWN = dt.datetime(2025, 4, 22, 9)
AS_OF, RUN_DATE = dt.date(2025, 3, 31), dt.date(2025, 5, 6)
OF_STATE = "state_id varchar, organization_id varchar, known_from timestamp, known_to timestamp, known_at timestamp, load_id varchar, source_sheet varchar, source_row integer"

TABLES = {
    "intermediate.int_fund__lifecycle_states": "lifecycle_id varchar, state_id varchar, organization_id varchar, known_from timestamp, "
    "known_to timestamp, as_of date, previous_state_id varchar, previous_as_of date, run_date date, environment varchar",
    "intermediate.int_feeds__loads_known": "load_id varchar, file_name varchar",
    "intermediate.int_feeds__state_loads": "state_id varchar, load_id varchar",
    "staging.stg_weir__rejected_rows": "load_id varchar, table_name varchar, reason_code varchar, message varchar, "
    "source_sheet varchar, source_row integer",
    "seeds.currencies": "currency_code varchar, minor_units integer",
    "intermediate.int_approval__stated": "organization_id varchar, feed_id varchar, approval_id varchar, subject_type varchar, "
    "subject_id varchar, content_hash varchar, action varchar, tier bigint, amount decimal(24,4), currency varchar, actor varchar, "
    "role varchar, on_behalf_of varchar, occurred_at timestamp, reason varchar, load_id varchar, known_at timestamp, source_row integer",
    **{
        f"intermediate.int_fund__{name}": f"{OF_STATE}, {columns}"
        for name, columns in {
            "funds": "fund_id varchar, fund_name varchar, base_currency varchar, fund_size decimal(24,4)",
            "commitments": "commitment_id varchar, fund_id varchar, investor_id varchar, commitment_amount decimal(24,4), currency varchar",
            "commitment_events": "fund_id varchar, commitment_id varchar, currency varchar, committed decimal(38,4)",
            "capital_calls": "call_id varchar, fund_id varchar, call_number bigint, notice_date date, call_date date, due_date date, "
            "call_purpose varchar, investment_id varchar, total_call_amount decimal(24,4), currency varchar, call_status varchar, "
            "allocation_basis varchar, reverses_call_id varchar",
            "capital_call_notices": "notice_id varchar, call_id varchar, commitment_id varchar, call_amount decimal(24,4), due_date date, "
            "notice_status varchar, reverses_notice_id varchar",
            "distributions": "distribution_id varchar, fund_id varchar, distribution_number bigint, distribution_date date, "
            "record_date date, distribution_type varchar, investment_id varchar, total_distribution_amount decimal(24,4), currency varchar, "
            "distribution_status varchar, is_in_kind boolean, recallable_reason varchar, reverses_distribution_id varchar",
            "distribution_notices": "notice_id varchar, distribution_id varchar, commitment_id varchar, gross_distribution decimal(24,4), "
            "net_distribution decimal(24,4), notice_status varchar",
            "allocations": "allocation_id varchar, deal_id varchar, fund_id varchar, investment_id varchar, allocation_date date, "
            "amount decimal(24,4), amount_type varchar, security_type varchar, market_value decimal(24,4), distributions decimal(24,4), "
            "status varchar, deal_stage varchar, portfolio_weight_pct double",
            "allocation_calls": "allocation_call_id varchar, allocation_id varchar, scheduled_date date, due_date date, "
            "amount decimal(24,4), call_pct double, currency varchar, status varchar, paid_amount decimal(24,4), paid_date date",
            "payments": "payment_id varchar, notice_id varchar, allocation_call_id varchar, amount decimal(24,4), currency varchar, "
            "value_date date, status varchar, reverses_payment_id varchar",
            "status_events": "entity_type varchar, entity_id varchar, sequence bigint, from_status varchar, to_status varchar, "
            "occurred_at timestamp, actor varchar, reason varchar",
            "transfers": "transfer_id varchar, commitment_id varchar, transferor_id varchar, transferee_id varchar, transfer_type varchar, "
            "amount decimal(24,4), fraction decimal(18,12), price decimal(24,4), effective_date date, status varchar",
        }.items()
    },
}


class FundTables:
    """Writes rows of models; what a row leaves out is of the newest state, known since its feed came."""

    def __init__(self, path: Path) -> None:
        self.warehouse = Warehouse(path)
        self.warehouse.create_tables()
        with self.warehouse.transaction() as connection:
            for relation, columns in TABLES.items():
                connection.execute(f"create table {relation} ({columns})")
        self.add("seeds.currencies", currency_code="USD", minor_units=2)
        self.add("intermediate.int_feeds__loads_known", load_id="l1", file_name="march.xlsx")
        self.add(
            "intermediate.int_fund__lifecycle_states",
            lifecycle_id="x2",
            state_id=STATE,
            organization_id=HOUSE,
            known_from=KNOWN,
            as_of=AS_OF,
            previous_state_id=EARLIER,
            previous_as_of=dt.date(2024, 12, 31),
            run_date=RUN_DATE,
            environment="production",
        )
        self.fund("funds", fund_id=FUND, base_currency="USD", fund_size=Decimal(50_000_000))

    def add(self, relation: str, **row: Any) -> None:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        with self.warehouse.transaction() as connection:
            connection.execute(f"insert into {relation} ({names}) values ({marks})", list(row.values()))

    def fund(self, model: str, **row: Any) -> None:
        whole = {"state_id": STATE, "organization_id": HOUSE, "known_from": KNOWN, "known_at": KNOWN}
        provenance = {"load_id": "l1", "source_sheet": model, "source_row": 2}
        self.add(f"intermediate.int_fund__{model}", **{**whole, **provenance, **row})

    def call(self, call_id: str, amount: int, **row: Any) -> None:
        plain = {
            "call_number": 7,
            "due_date": dt.date(2025, 3, 14),
            "call_purpose": "INVESTMENT",
            "call_status": "ISSUED",
        }
        self.fund(
            "capital_calls",
            **{"call_id": call_id, "fund_id": FUND, "total_call_amount": Decimal(amount), **plain, **row},
        )
