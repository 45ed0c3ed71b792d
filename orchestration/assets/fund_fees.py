"""Management fees of every fund from its terms beside what is charged, and what partners bear. The finance is in calculations."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from calculations.funds.fees.fund_charges import ChargedStretch, FeeRecord, fund_charges, late_fees
from orchestration.assets.fund_cost_shares import SHARES, cost_shares
from orchestration.assets.fund_fee_closings import fees_of_closings
from orchestration.assets.fund_fee_inputs import MODELS, FundBook, Row, fee_record, fund_book
from orchestration.assets.fund_fee_rows import (
    FEES,
    OFFSETS,
    STEPS,
    ComputedCharge,
    computed_charges,
    fee_rows,
    offset_rows,
    step_rows,
)
from orchestration.assets.known_rates import known_quotes
from orchestration.calculation_cache import Calculation, Tables, as_table
from orchestration.warehouse import Warehouse

OF_INVESTMENTS = ("investment_transactions", "excuses")
OF_COMMITMENTS = ("commitment_modifications", "transfers")


def calculate_fees(warehouse: Warehouse, measured_ids: Sequence[str]) -> Tables:
    """Rows of the tables for every measured state of `measured_ids`."""
    wanted = warehouse.records(
        "select m.*, c.minor_units from intermediate.int_fund__measured_states as m "
        "inner join intermediate.int_fund__funds as f using (state_id, fund_id) "
        "inner join seeds.currencies as c on f.base_currency = c.currency_code where m.measured_id in (select unnest(?))",
        [list(measured_ids)],
    )
    states = sorted({row["state_id"] for row in wanted})
    by_model = {model: _by_fund(warehouse, model, states) for model in MODELS}
    quotes = warehouse.records("select * from intermediate.int_fund__fx_quotes order by all")
    records: dict[str, list[dict[str, Any]]] = {FEES: [], STEPS: [], OFFSETS: []}
    shares: list[pa.Table] = []
    for state in wanted:
        rows = {model: found[state["state_id"], state["fund_id"]] for model, found in by_model.items()}
        rates = known_quotes(quotes, state["organization_id"], state["known_from"])
        known_at = max(row["known_at"] for listed in rows.values() for row in listed)
        keys = {name: state[name] for name in ("measured_id", "state_id", "organization_id", "fund_id")}
        keys |= {"currency": rows["funds"][0]["base_currency"], "known_at": known_at}
        book = fund_book(rows, state["minor_units"], rates)
        computed, reason, record, stretches = _computed(book)
        charges = [keys | row for row in fee_rows(book, computed, reason)]
        records[FEES] += charges
        records[STEPS] += [keys | row for row in step_rows(book, stretches)]
        records[OFFSETS] += [keys | row for row in offset_rows(book, record, stretches)]
        shares += cost_shares(book, charges, keys)
    tables = {table: as_table(table, listed) for table, listed in records.items() if listed}
    return tables | ({SHARES: pa.concat_tables(shares)} if shares else {})


def _computed(
    book: FundBook,
) -> tuple[list[ComputedCharge], str | None, FeeRecord | None, tuple[ChargedStretch, ...]]:
    """Charges under the terms, or the reason why there are none."""
    if not any(row["term_type"] == "FEE_STRUCTURE" for row in book.rows["terms"]):
        return [], "the fund has no FEE_STRUCTURE among its terms", None, ()
    try:
        record = fee_record(book)
        stretches = fund_charges(record)
        closings = fees_of_closings(book, record)
        late = late_fees(record, list(closings.committed), closings.committed, closings.rates)
    except ValueError as error:
        return [], str(error), None, ()
    return computed_charges(book, stretches, late, closings.reasons), None, record, stretches


def _by_fund(warehouse: Warehouse, model: str, states: Sequence[str]) -> Mapping[tuple[str, str], list[Row]]:
    """Rows of a model by state and fund, which some name by an investment or a commitment."""
    relation = f"intermediate.int_fund__{model}"
    parent = "investment" if model in OF_INVESTMENTS else "commitment" if model in OF_COMMITMENTS else None
    if parent is not None:
        relation = (
            f"(select t.*, p.fund_id from {relation} as t "
            f"inner join intermediate.int_fund__{parent}s as p using (state_id, {parent}_id))"
        )
    rows = warehouse.records(
        f"select * from {relation} where state_id in (select unnest(?)) order by all", [list(states)]
    )
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["state_id"], row["fund_id"]].append(row)
    return grouped


FUND_FEES = Calculation(
    name="fund_fees",
    description="Management fees from terms beside what is charged, and fees and expenses by the partners that bear them.",
    tables=(FEES, STEPS, OFFSETS, SHARES),
    key="measured_id",
    inputs="select measured_id from intermediate.int_fund__measured_states",
    deps=(
        "intermediate.int_fund__measured_states",
        "intermediate.int_fund__fx_quotes",
        *(f"intermediate.int_fund__{model}" for model in MODELS),
    ),
    compute=calculate_fees,
)
