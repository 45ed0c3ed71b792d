"""Pacing on hand-made states of two funds: what is stored, and what says why it is not. Finance is proved elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from calculations.funds.pacing.assumptions import FILE
from orchestration.assets.calculated import CALCULATIONS, of_house
from orchestration.assets.fund_pacing import FUND_PACING, fund_pacing
from orchestration.calculation_cache import refresh
from orchestration.fingerprints import settings_fingerprint
from orchestration.pictures import forecast_picture, front_page_picture, open_items_table
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows

KNOWN = dt.datetime(2021, 4, 20)
LATER = dt.datetime(2021, 7, 20)
AS_OF = dt.date(2021, 3, 31)
FIRST = dt.date(2020, 3, 31)  # 365 days before
BUYOUT, HEDGE = "m-buyout", "m-hedge"


def money(value: int) -> Decimal:
    return Decimal(value).quantize(Decimal("0.0001"))


def intermediate(warehouse: Warehouse, model: str, rows: Sequence[dict[str, Any]], **types: pa.DataType) -> None:
    """A model as dbt would have built it; `types` of columns that have no value to tell them."""
    table = pa.Table.from_pylist(list(rows))
    for name, kind in types.items():
        table = table.set_column(table.column_names.index(name), name, table[name].cast(kind))
    with warehouse.transaction() as connection:
        connection.register("_rows", table)
        connection.execute(f"create table intermediate.int_fund__{model} as select * from _rows")
        connection.unregister("_rows")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A buyout fund of 1,000, of which 400 were called and paid and 100 more are open, and a hedge fund, for which nothing is assumed."""
    found = Warehouse(tmp_path / "warehouse.duckdb")
    found.create_tables()
    funds = (("F1", "PE", BUYOUT), ("F2", "HF", HEDGE))
    of = {"state_id": "s", "organization_id": "o"}
    intermediate(
        found,
        "measured_states",
        [{**of, "measured_id": m, "fund_id": f, "known_from": KNOWN, "known_to": None} for f, _, m in funds],
        known_to=pa.timestamp("us"),
    )
    intermediate(
        found,
        "funds",
        [
            {
                **of,
                "fund_id": f,
                "fund_type": kind,
                "base_currency": "USD",
                "term_end": None,
                "investment_period_end": AS_OF,
            }
            for f, kind, _ in funds
        ],
        term_end=pa.date32(),
    )
    intermediate(
        found,
        "data_dates",
        [{"state_id": "s", "fund_id": f, "as_of_date": AS_OF, "known_at": KNOWN} for f, _, _ in funds],
    )
    event = {"event_date": FIRST, "currency": "USD"}
    intermediate(
        found, "commitment_events", [{**of, **event, "fund_id": f, "committed": money(1000)} for f, _, _ in funds]
    )
    flow = {"outside_commitment_amount": money(0), "distribution_amount": money(0), "recallable_amount": money(0)}
    intermediate(
        found,
        "cash_flows",
        [{**of, **event, **flow, "fund_id": f, "capital_call_amount": money(400)} for f, _, _ in funds],
    )
    intermediate(found, "commitments", [{**of, "commitment_id": "C", "investor_id": "I"}])
    call = {**of, "fund_id": "F1", "currency": "USD", "call_status": "ISSUED", "reverses_call_id": None}
    intermediate(
        found,
        "capital_calls",
        [
            {**call, "call_id": "1", "notice_date": FIRST, "call_date": FIRST, "due_date": FIRST},
            {**call, "call_id": "2", "notice_date": AS_OF, "call_date": AS_OF, "due_date": AS_OF},
        ],
        reverses_call_id=pa.string(),
    )
    notice = {
        **of,
        **dict.fromkeys(("due_date", "payment_date", "written_notice_date", "reverses_notice_id")),
        "commitment_id": "C",
    }
    intermediate(
        found,
        "capital_call_notices",
        [
            {**notice, "notice_id": "N1", "call_id": "1", "call_amount": money(400), "notice_status": "PAID"},
            {**notice, "notice_id": "N2", "call_id": "2", "call_amount": money(100), "notice_status": "PENDING"},
        ],
        due_date=pa.date32(),
        payment_date=pa.date32(),
        written_notice_date=pa.date32(),
        reverses_notice_id=pa.string(),
    )
    payment = {"state_id": "s", "notice_id": "N1", "amount": money(400), "status": "PAID", "reverses_payment_id": None}
    intermediate(
        found,
        "payments",
        [
            {**payment, "payment_id": "P1", "value_date": FIRST + dt.timedelta(4)},
            {**payment, "payment_id": "P2", "value_date": FIRST, "status": "FAILED"},
        ],
        reverses_payment_id=pa.string(),
    )
    intermediate(found, "fx_quotes", [{"organization_id": "nobody"}])
    valued = [{"measured_id": m, "event_date": AS_OF, "nav": money(nav)} for m, nav in ((BUYOUT, 460), (HEDGE, 420))]
    with found.transaction() as connection:
        append_rows(connection, "calc.fund_performance", valued)
        append_rows(connection, "ops.run_context", [{"run_id": "r", "known_at": LATER, "is_as_known_at": False}])
    return found


def test_a_fund_stands_at_every_quarters_end_as_its_events_say(warehouse: Warehouse) -> None:
    refresh(warehouse, FUND_PACING, "code")
    found = warehouse.rows(
        "select event_date, committed, called, unfunded, nav, nav_reason, calls_outstanding, calls_overdue, is_investing "
        "from calc.fund_quarters where fund_id = 'F1' order by 1"
    )
    assert [row[0] for row in found] == [
        FIRST,
        dt.date(2020, 6, 30),
        dt.date(2020, 9, 30),
        dt.date(2020, 12, 31),
        AS_OF,
    ]
    assert found[0][1:] == (1000, 400, 600, None, "NO_VALUATION: F1", 400, 0, True)
    assert found[-1][1:] == (1000, 400, 600, 460, None, 100, 0, True)


def test_a_fund_for_which_nothing_is_assumed_has_no_forecast_and_says_why(warehouse: Warehouse) -> None:
    refresh(warehouse, FUND_PACING, "code")
    found = warehouse.rows("select fund_id, scenario, reason from calc.pacing_assumptions order by 1, 2")
    assert found == [
        ("F1", "base", None),
        ("F1", "high", None),
        ("F1", "low", None),
        ("F2", None, "NO_ASSUMPTIONS: HF"),
    ]
    assert warehouse.rows("select distinct fund_id from calc.pacing_forecasts") == [("F1",)]
    # a fund of one year, of which the second calls a third of what is unfunded: a quarter leaves the fourth root of 2/3
    ((calls, quarters, end),) = warehouse.rows(
        "select min(calls) filter (where quarter = 1), count(*), max(event_date) from calc.pacing_forecasts where scenario = 'base'"
    )
    assert calls == pytest.approx(600 * (1 - (1 - 0.333333333333) ** 0.25))
    assert (quarters, end) == (44, dt.date(2032, 3, 31))


def test_an_open_call_is_expected_as_late_as_the_investor_paid_before(warehouse: Warehouse) -> None:
    """The one call that ended was paid 4 days late, so this one is in full within the week."""
    refresh(warehouse, FUND_PACING, "code")
    found = warehouse.rows(
        "select notice_id, days_late, outstanding, expected_amount, own_call_count from calc.expected_collections "
        "where horizon_days = 7"
    )
    assert found == [("N2", 0, 100, 100.0, 1)]


def test_a_result_stands_until_the_code_or_the_assumptions_change(warehouse: Warehouse, tmp_path: Path) -> None:
    own = tmp_path / "pacing.yaml"
    own.write_bytes(FILE.read_bytes())
    assert refresh(warehouse, fund_pacing(own), "code") == 2
    assert refresh(warehouse, fund_pacing(own), "code") == 0
    own.write_text(FILE.read_text(encoding="utf-8").replace("bow: 2.5", "bow: 3.5"), encoding="utf-8")
    assert refresh(warehouse, fund_pacing(own), "code") == 2
    assert warehouse.rows("select bow from calc.pacing_assumptions where scenario = 'base'") == [(3.5,)]


def test_a_house_has_its_own_assumptions_by_its_settings(tmp_path: Path) -> None:
    own = tmp_path / "pacing.yaml"
    own.write_bytes(FILE.read_bytes())
    plain, settings = Settings(home=tmp_path), Settings(home=tmp_path, pacing_assumptions=own)
    assert FUND_PACING in CALCULATIONS
    assert of_house(plain, FUND_PACING).files == (FILE,)
    assert of_house(settings, FUND_PACING).files == (own,)
    before = settings_fingerprint(settings)
    own.write_text(FILE.read_text(encoding="utf-8") + "# looked at again\n", encoding="utf-8")
    assert len({settings_fingerprint(plain), before, settings_fingerprint(settings)}) == 3


def test_pictures_draw_what_is_shown_and_say_so_where_there_is_nothing(warehouse: Warehouse) -> None:
    assert (front_page_picture(warehouse), forecast_picture(warehouse)) == ("No fund yet.", "No forecast yet.")
    refresh(warehouse, FUND_PACING, "code")
    pool = {"pool_type": "ORGANISATION", "included": "ALL_PARTNERS", "facility": "WITH", "organization_id": "o"}
    figures = {"currency": "USD", "event_date": AS_OF, "called": 800, "distributed": 0, "nav": 880}
    with warehouse.transaction() as connection:
        append_rows(connection, "calc.pool_performance", [{**pool, **figures}])
    assert front_page_picture(warehouse).startswith("![Front page](data:image/png;base64,")
    assert forecast_picture(warehouse).startswith("![Expected calls, distributions and values](data:image/png;base64,")


def test_open_items_are_listed_by_house_with_money_to_the_cent(warehouse: Warehouse) -> None:
    with warehouse.transaction() as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            "create table marts.fact_kpis as select * from (values "
            "('o', 'BANK_UNMATCHED_AMOUNT', 'Amount', 'MONEY', 'USD', 1250.5, null, true, 2), "
            "('o', 'BANK_UNMATCHED_COUNT', 'Lines', 'COUNT', null, 2, null, true, 1), "
            "('o', 'BANK_AMBIGUOUS_AGE', 'Age', 'DAYS', null, null, 'NOTHING_OPEN', true, 3), "
            "('o', 'NAV', 'Net asset value', 'MONEY', 'USD', 9, null, true, 0)) as rows (organization_id, kpi_code, kpi_name, "
            "unit, currency, value, reason, is_current, sort_order)"
        )
    assert open_items_table(warehouse).splitlines()[2:] == [
        "| o | Lines | 2 |  |  |",
        "| o | Amount | 1,250.50 | USD |  |",
        "| o | Age |  |  | NOTHING_OPEN |",
    ]
