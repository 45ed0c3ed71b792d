"""Every worked table of one asset: flows to the cent, under the quirks that clo-extensions 2.2 names for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from calculations.clo.collateral import AssetFlows, AssetTerms
from calculations.clo.collateral.kernel import period_rate
from calculations.clo.scenarios import RATING, Assumptions
from calculations.daycount import days360
from tests.calculations import collateral_tables as tables
from tests.calculations.collateral_cases import (
    AMORTISING,
    ANALYSIS,
    CURVE_B,
    CURVE_H,
    DEFAULTED,
    DOWNGRADED,
    FIELDS,
    FIXED,
    FLOATER,
    FLOORED,
    OFF_GRID,
    SLOW_DEFAULTS,
    read_table,
    rows_of,
)

NOTHING = Assumptions()
FAST_PREPAYMENTS = Assumptions(cpr=0.2)
ALL_OLD = "COL-01 COL-02 COL-03 COL-07 COL-20 COL-30 COL-32"


def assert_is_table(found: AssetFlows, table: str) -> None:
    expected = read_table(table)
    assert [str(day) for day in found.paid] == expected["pay_date"]
    assert [str(day) for day in found.accrual_begin] == expected["acc_beg"]
    for column, name in FIELDS.items():
        if column in ("pay_date", "acc_beg"):
            continue
        tolerance = 5.001e-6 if column == "coupon" else 0.005001
        stated = [float(value) for value in expected[column]]
        assert getattr(found, name).tolist() == pytest.approx(stated, abs=tolerance, rel=0), column


@pytest.mark.parametrize(
    ("asset", "assumptions", "table"),
    [
        (FIXED, NOTHING, tables.TABLE_A),
        (AMORTISING, NOTHING, tables.TABLE_C),
        (FIXED, FAST_PREPAYMENTS, tables.TABLE_D),
        (FIXED, replace(SLOW_DEFAULTS, lag_months=0), tables.TABLE_E_0),
        (DEFAULTED, SLOW_DEFAULTS, tables.TABLE_G),
        (DOWNGRADED, Assumptions(cdr=RATING, severity=0.3, lag_months=6), tables.TABLE_I),
        (FIXED, Assumptions(cpr=(0.1, 0.2, 0.3)), tables.TABLE_N_STANDARD),
    ],
    ids=["A", "C", "D", "E-0", "G", "I", "N"],
)
@pytest.mark.parametrize("quirks", ["", ALL_OLD], ids=["standard", "old"])
def test_tables_that_hold_under_every_preset(
    asset: AssetTerms, assumptions: Assumptions, table: str, quirks: str
) -> None:
    assert_is_table(rows_of(asset, assumptions, quirks), table)


def test_table_b_a_floor_binds_on_a_rounded_index() -> None:
    assert_is_table(rows_of(FLOORED, NOTHING, "COL-32", curve=CURVE_B), tables.TABLE_B)


def test_table_c_cc_an_amortising_loan_forfeits_recoveries_after_maturity() -> None:
    assumptions = Assumptions(cpr=0.1, cdr=0.03, severity=0.4, lag_months=3)
    assert_is_table(rows_of(AMORTISING, assumptions, "COL-07"), tables.TABLE_C_CC)


def test_table_c_off_instalments_between_coupons_pay_interest_on_what_they_repay() -> None:
    assert_is_table(rows_of(OFF_GRID, NOTHING, "COL-03"), tables.TABLE_C_OFF)


def test_table_e_recoveries_come_after_their_lag() -> None:
    assert_is_table(rows_of(FIXED, SLOW_DEFAULTS, "COL-07"), tables.TABLE_E)


def test_table_e_standard_recoveries_go_on_after_maturity() -> None:
    found = rows_of(FIXED, SLOW_DEFAULTS)
    assert found.net_loss[7] == pytest.approx(14_736.93, abs=0.005)
    assert [str(day) for day in found.paid[8:]] == ["2026-03-15", "2026-06-15"]
    assert found.recovery[8:].tolist() == pytest.approx([34_212.94, 34_040.58], abs=0.005)
    assert found.net_loss[8:].tolist() == pytest.approx([14_662.69, 14_588.82], abs=0.005)
    assert found.interest[8:].tolist() == [0.0, 0.0]


def test_table_f_a_floater_follows_the_curve() -> None:
    assumptions = replace(SLOW_DEFAULTS, cpr=0.2)
    assert_is_table(rows_of(FLOATER, assumptions, "COL-07 COL-32", curve=CURVE_H), tables.TABLE_F)


def test_table_g_lag_0_recovers_on_the_first_date() -> None:
    found = rows_of(DEFAULTED, replace(SLOW_DEFAULTS, lag_months=0))
    assert found.recovery.tolist() == pytest.approx([4_500_000.0])
    assert found.net_loss.tolist() == pytest.approx([5_500_000.0])


def test_table_h_two_coupons_accrue_where_the_old_rule_holds() -> None:
    on_coupon_date = dt.date(2024, 3, 15)
    assert_is_table(rows_of(FIXED, NOTHING, "COL-01", analysis=on_coupon_date), tables.TABLE_H)
    standard = rows_of(FIXED, NOTHING, analysis=on_coupon_date)
    assert standard.accrual_begin[0] == np.datetime64("2024-03-15")
    assert standard.interest[0] == pytest.approx(200_000.0)
    assert standard.interest.sum() == pytest.approx(1_400_000.0)


def test_table_j_interest_accrues_from_settlement() -> None:
    found = rows_of(FLOATER, NOTHING, "COL-32", curve=CURVE_H, settlement=ANALYSIS)
    assert_is_table(found, tables.TABLE_J)


def test_table_o_a_schedule_that_has_partly_run_scales_to_what_is_held() -> None:
    held = replace(AMORTISING, par=9_000_000.0)
    assert_is_table(rows_of(held, NOTHING, analysis=dt.date(2024, 8, 1)), tables.TABLE_O)


def test_settlement_shortens_the_first_interest_period_only() -> None:
    """44 of 360 days on 10 million at 8 %."""
    settled, whole = rows_of(FIXED, NOTHING, settlement=ANALYSIS), rows_of(FIXED, NOTHING)
    assert settled.interest[0] == pytest.approx(97_777.78, abs=0.005)
    assert settled.interest[1:].tolist() == whole.interest[1:].tolist()


@pytest.mark.parametrize(
    ("rate", "start", "end", "expected"),
    [
        (0.20, "2023-12-15", "2024-03-15", 0.05425839099682),
        (0.02, "2023-12-15", "2024-03-15", 0.00503794360731),
        (0.20, "2024-03-15", "2024-09-15", 0.10557280900008),
        (0.20, "2024-01-30", "2024-01-31", 0.0),
    ],
)
def test_table_m_annual_rates_become_period_rates(rate: float, start: str, end: str, expected: float) -> None:
    theta = days360(dt.date.fromisoformat(start), dt.date.fromisoformat(end)) / 360.0
    assert period_rate(rate, theta) == pytest.approx(expected, abs=5e-15)


def test_after_the_last_flow_date_only_recoveries_are_paid() -> None:
    """Table E until 1 Jan 2025: four performing rows, then the recoveries of rows 3 and 4 six months on."""
    found = rows_of(FIXED, SLOW_DEFAULTS, until=dt.date(2025, 1, 1))
    expected = read_table(tables.TABLE_E)
    assert [str(day) for day in found.paid[:6]] == expected["pay_date"][:6]
    assert found.interest[:4].tolist() == pytest.approx([float(v) for v in expected["interest"][:4]], abs=0.005001)
    assert found.recovery[:6].tolist() == pytest.approx([float(v) for v in expected["recovery"][:6]], abs=0.005001)
    for name in ("default", "interest", "scheduled", "unscheduled"):
        assert not getattr(found, name)[4:].any(), name
    assert found.end_balance[-1] == pytest.approx(9_800_000.0, abs=0.005)
    assert found.defaulted[-1] == 0.0


@pytest.mark.parametrize(
    ("payments_per_year", "lag", "standard", "rounded"),
    [(4, 4, 2, 1), (4, 5, 2, 2), (2, 3, 1, 0), (2, 9, 2, 2), (2, 15, 3, 2), (1, 6, 1, 0), (1, 18, 2, 2)],
)
def test_a_lag_is_the_first_date_it_reaches_or_by_the_old_rule_rounded(
    payments_per_year: int, lag: int, standard: int, rounded: int
) -> None:
    """Payment intervals from the first default to its recovery; the rounded ones are those of clo-collateral-engine 1.6."""
    long = replace(
        FIXED,
        dated=ANALYSIS,
        first_payment=dt.date(2025, 2, 1),
        maturity=dt.date(2034, 2, 1),
        payments_per_year=payments_per_year,
    )
    once = Assumptions(cdr=(0.1, 0.0), lag_months=lag)
    for quirks, intervals in (("", standard), ("COL-30", rounded)):
        assert np.flatnonzero(rows_of(long, once, quirks).recovery).tolist() == [intervals]


def test_a_lag_reaches_an_interest_date_that_is_stated_after_the_maturity_it_is_paid_before() -> None:
    """Saturday 31 May 2025 is paid on 2 June where COL-03 rolls it, after the interest date of Sunday 1 June, on which what
    defaults on 1 March is recovered three months later."""
    loan = replace(
        FIXED, dated=ANALYSIS, first_payment=dt.date(2024, 3, 1), maturity=dt.date(2025, 5, 31), convention=""
    )
    found = rows_of(loan, Assumptions(cdr=(0.0, 0.0, 0.0, 0.0, 0.1, 0.0), lag_months=3), "COL-03")
    assert [str(day) for day in found.paid[found.default > 0]] == ["2025-03-01"]
    assert [str(day) for day in found.paid[found.recovery > 0]] == ["2025-06-01"]


def test_balance_on_a_day_is_the_end_of_the_last_row() -> None:
    found = rows_of(AMORTISING, NOTHING)
    assert found.balance_on("C", dt.date(2024, 2, 1)) == 10_000_000.0
    assert found.balance_on("C", dt.date(2024, 3, 19)) == 10_000_000.0
    assert found.balance_on("C", dt.date(2024, 3, 20)) == pytest.approx(9_500_000.0)
    assert found.balance_on("C", dt.date(2024, 12, 31)) == pytest.approx(7_000_000.0)
    assert found.balance_on("C", dt.date(2025, 7, 1)) == 0.0
    assert found.total.sum() == pytest.approx(10_879_277.78, abs=0.005)
