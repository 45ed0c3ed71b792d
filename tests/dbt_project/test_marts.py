"""What the marts show of a small warehouse whose numbers can be added by hand. How rules branch is proved by dbt's unit tests."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from .conftest import Built
from .project import run_dbt

pytestmark = pytest.mark.slow

MARCH, JUNE = dt.date(2016, 3, 23), dt.date(2016, 6, 23)


def test_a_corrected_date_shows_the_correction_and_a_held_deal_its_last_good_version(built: Built) -> None:
    rows = built.rows(
        "select deal_id, event_date, load_id, is_current, sum(par) from marts.fact_deal_holdings group by all order by all"
    )
    assert rows == [
        ("d1", MARCH, "l3", False, 140.0),  # 90 + 50
        ("d1", JUNE, "l2", True, 150.0),  # 90 + 60
        ("d2", MARCH, "l1", True, 10.0),  # 7 + 3; June and the correction came after the last good instant
    ]


def test_facts_of_a_held_deal_carry_its_older_instant(built: Built) -> None:
    rows = built.rows("select deal_id, max(known_at) from marts.fact_pool_metrics group by all order by all")
    assert rows == [("d1", dt.datetime(2016, 7, 10)), ("d2", dt.datetime(2016, 3, 25))]


def test_lines_of_one_asset_are_one_holding_valued_at_its_price(built: Built) -> None:
    rows = built.rows(
        "select asset_id, par, market_value, line_count from marts.fact_deal_holdings "
        "where deal_id = 'd1' and is_current order by 1"
    )
    assert rows == [("a", 90.0, pytest.approx(88.2), 2), ("b", 60.0, pytest.approx(58.8), 1)]  # at 98 per 100


def test_assets_have_a_version_per_change_and_a_last_one_when_they_are_gone(built: Built) -> None:
    rows = built.rows(
        "select asset_id, valid_from, valid_to, market_value, is_deleted, is_current, load_id from marts.dim_asset "
        "where asset_id in ('a', 'gone') order by asset_id, valid_from"
    )
    opening = dt.date(1900, 1, 1)
    assert rows == [
        ("a", opening, JUNE, 99.0, False, False, "l3"),
        ("a", JUNE, None, 98.0, False, True, "l2"),
        ("gone", opening, JUNE, 99.0, False, False, "l3"),
        ("gone", JUNE, None, 99.0, True, True, "l2"),
    ]


def test_an_asset_key_of_the_matrix_is_unknown_where_no_workbook_describes_the_asset(built: Built) -> None:
    rows = built.rows(
        "select asset_id_1, asset_id_2, correlation, asset_key_1 is null, asset_key_2 is null "
        "from marts.fact_asset_correlations order by 1, 2"
    )
    assert rows == [
        ("a", "a", 1.0, False, False),
        ("a", "older", 0.3, False, True),
        ("older", "a", 0.3, True, False),
        ("older", "older", 1.0, True, True),
    ]


def test_rates_keep_every_decimal(built: Built) -> None:
    rows = built.rows("select organization_id, rate, date_id from marts.fact_fx_rates")
    assert rows == [("_shared", Decimal("1.117100000001"), 20160323)]


def test_history_says_what_was_known_when(built: Built) -> None:
    rows = built.rows(
        "select deal_id, event_date, total_par, known_from, known_to from marts.fact_pool_metrics_history order by all"
    )
    first, second, third = dt.datetime(2016, 3, 25), dt.datetime(2016, 6, 25), dt.datetime(2016, 7, 10)
    assert rows == [
        ("d1", MARCH, 140.0, third, None),
        ("d1", MARCH, 150.0, first, third),
        ("d1", JUNE, 150.0, second, None),
        ("d2", MARCH, 10.0, first, None),
    ]


AS_KNOWN = """
    select test_number, result, passed from marts.fact_compliance_results_history
    where deal_id = 'd1' and test_number = 36 and event_date = date '2016-03-23'
        and known_from <= timestamp '{known}' and (known_to > timestamp '{known}' or known_to is null)
"""


def test_what_a_test_said_on_a_date_as_known_on_another_is_one_query(built: Built) -> None:
    """Results are ten times par here: March was 150 until l3 corrected it to 140 on 10 July."""
    assert built.rows(AS_KNOWN.format(known="2016-03-24")) == []
    assert built.rows(AS_KNOWN.format(known="2016-07-01")) == [(36, 1500.0, True)]
    assert built.rows(AS_KNOWN.format(known="2016-07-10")) == [(36, 1400.0, True)]


def test_a_correction_opens_a_row_for_the_tests_that_it_changes_alone(built: Built) -> None:
    rows = built.rows(
        "select test_number, count(*), count(known_to) from marts.fact_compliance_results_history "
        "where deal_id = 'd1' and event_date = '2016-03-23' group by 1 order by 1"
    )
    assert rows == [(36, 2, 1), (101, 1, 0), (999, 1, 0)]


def test_a_result_of_a_held_deal_is_its_last_good_one_and_unknown_numbers_stand_with_their_reason(built: Built) -> None:
    rows = built.rows(
        "select deal_id, event_date, is_current, result, known_at from marts.fact_compliance_results "
        "where test_number = 36 order by all"
    )
    assert rows == [
        ("d1", MARCH, False, 1400.0, dt.datetime(2016, 7, 10)),
        ("d1", JUNE, True, 1500.0, dt.datetime(2016, 6, 25)),
        ("d2", MARCH, True, 100.0, dt.datetime(2016, 3, 25)),
    ]
    assert built.rows(
        "select distinct is_listed, reason from marts.fact_compliance_results where test_number = 999"
    ) == [(True, "the catalogue has no test 999")]


@pytest.mark.parametrize("fact", ["fact_pool_metrics", "fact_oc_tests", "fact_compliance_results"])
def test_a_fact_is_the_open_rows_of_its_history(built: Built, fact: str) -> None:
    # of loads that say the same the history names the first, the fact the newest
    columns = built.rows(
        f"select string_agg(column_name, ', ') from duckdb_columns() where schema_name = 'marts' "
        f"and table_name = '{fact}' and not column_name like '%_key' and column_name not in ('known_at', 'load_id')"
    )[0][0]
    # what a scenario projects is not restated: it is projected again from the newest pool
    reported = f"(select * from marts.{fact}{' where period = 0' if fact == 'fact_oc_tests' else ''})"
    now = f"select {columns} from {reported}"
    open_rows = f"select {columns} from marts.{fact}_history where known_to is null"
    assert built.rows(f"({now} except {open_rows}) union all ({open_rows} except {now})") == []
    tests = 3 if fact == "fact_compliance_results" else 1
    assert built.rows(f"select count(*) from {reported}") == [(3 * tests,)]


def test_only_the_newest_date_of_a_deal_has_projected_tests(built: Built) -> None:
    rows = built.rows(
        "select load_id, event_date, is_current, prior_interest_cure, prior_principal_cure, interest_cure_paid, "
        "principal_cure_paid, cure_paid_reason from marts.fact_oc_tests where scenario_id = 'base'"
    )
    assert rows == [("l2", JUNE, True, 1.0, 2.0, 3.0, 4.0, None)]


def test_cures_of_an_ic_test_are_those_from_interest_and_principal(built: Built) -> None:
    rows = built.rows("select load_id, prior_cure_payments, cure_amount_paid from marts.fact_ic_tests")
    assert rows == [("l2", 3.0, 7.0)]  # 1 + 2 and 3 + 4


def test_a_run_as_known_at_equals_the_history_at_that_instant(built: Built, tmp_path: Path) -> None:
    """Source: input-contracts 2.4. At 2016-07-01 the correction of March was not known yet."""
    instant = "2016-07-01 00:00:00"
    then = tmp_path / "then.duckdb"
    shutil.copy(built.warehouse, then)
    with duckdb.connect(str(then)) as connection:
        connection.execute("update ops.run_context set known_at = ?, is_as_known_at = true", [instant])
    finished = run_dbt("run", "--select", "+fact_pool_metrics", warehouse=then, target=tmp_path / "target")
    assert finished.returncode == 0, finished.stdout[-3000:]
    with duckdb.connect(str(then), read_only=True) as connection:
        recomputed = connection.execute(
            "select deal_id, event_date, total_par from marts.fact_pool_metrics order by all"
        )
        rows = recomputed.fetchall()
    assert rows == built.rows(
        "select deal_id, event_date, total_par from marts.fact_pool_metrics_history "
        f"where known_from <= '{instant}' and (known_to > '{instant}' or known_to is null) order by all"
    )
    assert rows == [("d1", MARCH, 150.0), ("d1", JUNE, 150.0), ("d2", MARCH, 10.0)]


def test_the_calendar_follows_iso_weeks_and_the_workbooks_holidays(built: Built) -> None:
    # 81 years of which 20 are leap years
    assert built.rows("select count(*), min(date_id), max(date_id) from marts.dim_date") == [
        (29585, 19900101, 20701231)
    ]
    mismatched = [
        day
        for day, *found in built.rows("select date_value, week_year, week_of_year, day_of_week from marts.dim_date")
        if tuple(found) != tuple(day.isocalendar())
    ]
    assert mismatched == []
    rows = built.rows(
        "select date_id, day_name, is_weekend, is_holiday, is_business_day, quarter_name, fiscal_year, fiscal_quarter "
        "from marts.dim_date where date_id in (20160703, 20160704, 20160705) order by 1"
    )
    assert rows == [
        (20160703, "Sunday", True, False, False, "Q3", 2016, 3),
        (20160704, "Monday", False, True, False, "Q3", 2016, 3),
        (20160705, "Tuesday", False, False, True, "Q3", 2016, 3),
    ]


def test_currencies_carry_the_minor_units_of_the_standard(built: Built) -> None:
    """Source: input-contracts 2.1."""
    units = dict(built.rows("select currency, minor_units from marts.dim_currency where not is_quote_only"))
    assert {code for code in ("JPY", "KRW", "VND", "CLP", "ISK") if units[code] == 0} == {
        "JPY",
        "KRW",
        "VND",
        "CLP",
        "ISK",
    }
    assert {c for c, unit in units.items() if unit == 3} == {"KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"}
    assert {c for c, unit in units.items() if unit == 4} == {"CLF", "UYW"}
    assert {units[code] for code in ("USD", "EUR", "GBP", "CHF")} == {2}
    quoted = built.rows("select currency, base_currency, factor_to_base from marts.dim_currency where is_quote_only")
    factor = Decimal("0.01")
    assert sorted(quoted) == [("GBX", "GBP", factor), ("ILA", "ILS", factor), ("ZAC", "ZAR", factor)]


def test_the_catalogue_holds_54_legacy_tests_of_which_nine_are_floors(built: Built) -> None:
    """Source: clo-compliance 1.3, column Dir."""
    legacy = "from marts.dim_compliance_test where origin = 'legacy workbook'"
    rows = built.rows(f"select test_number {legacy} and direction = 'MIN' order by 1")
    assert [number for (number,) in rows] == [1, 32, 33, 34, 37, 38, 39, 46, 47]
    assert built.rows(f"select count(*), min(test_number), max(test_number) {legacy}") == [(54, 1, 54)]


def test_broken_keys_versions_and_references_are_found(built: Built, tmp_path: Path) -> None:
    broken = tmp_path / "broken.duckdb"
    shutil.copy(built.warehouse, broken)
    with duckdb.connect(str(broken)) as connection:
        # a gap between two versions, a key that repeats, a reference to nothing, a correlation above 1
        connection.execute(
            "update marts.dim_asset set valid_to = date '2016-06-22' where asset_id = 'a' and not is_current"
        )
        connection.execute("insert into marts.dim_deal select * from marts.dim_deal where deal_id = 'd2'")
        connection.execute("update marts.fact_deal_holdings set asset_key = 'nowhere' where asset_id = 'b'")
        connection.execute("update marts.fact_asset_correlations set correlation = 1.5 where asset_id_1 <> asset_id_2")
        connection.execute("delete from ops.run_context")
    finished = run_dbt(
        "test",
        *("--exclude-resource-type", "unit_test", "--select"),
        *("dim_asset", "dim_deal", "fact_deal_holdings", "fact_asset_correlations", "int_feeds__run"),
        warehouse=broken,
        target=tmp_path / "target",
    )
    failed = {
        line.split("Failure in test ")[1].split(" ")[0] for line in finished.stdout.splitlines() if "Failure in" in line
    }
    assert failed == {
        "scd2_integrity_dim_asset_organization_id__asset_id",
        "scd2_integrity_dim_deal_organization_id__deal_id",
        "unique_combination_dim_deal_deal_key",
        "relationships_fact_deal_holdings_asset_key__asset_key__ref_dim_asset_",
        "accepted_range_fact_asset_correlations_correlation__1___1",
        "has_one_row_int_feeds__run_",
    }
