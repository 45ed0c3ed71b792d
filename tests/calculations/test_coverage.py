"""Overcollateralisation tests: worked examples of the specifications, a real deal, and what always holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.ccc import ccc_excess
from calculations.clo.coverage import (
    DealClass,
    OcNumerator,
    coverage,
    defaulted_market_value,
    oc_denominators,
    oc_numerator,
    oc_tests,
)
from calculations.clo.pool import Pool, PoolInputs
from calculations.clo.tape import pool_from_tape

CASH = PoolInputs(principal_cash=0.0)


def pool_of(*lines: dict[str, Any]) -> Pool:
    names = {name for line in lines for name in line}
    full = [{"asset_id": f"L{i}", **line} for i, line in enumerate(lines)]
    return Pool.from_columns({name: [line.get(name) for line in full] for name in names | {"asset_id"}})


def plain(total: float) -> OcNumerator:
    return OcNumerator(performing_par=total, defaulted_market_value=0.0, principal_cash=0.0, ccc_excess_haircut=0.0)


FOUR_ASSETS = pool_of(  # clo-collateral-engine 4.4
    {"par": 40e6, "moodys_rating": "B1", "sp_rating": "B+", "market_value": 99.0},
    {"par": 30e6, "moodys_rating": "B2", "sp_rating": "B", "market_value": 98.0},
    {"par": 20e6, "moodys_rating": "B3", "sp_rating": "B-", "market_value": 95.0},
    {"par": 10e6, "moodys_rating": "Caa1", "sp_rating": "CCC+", "market_value": 60.0},
)


def test_worked_ccc_excess_at_market_value_and_at_a_flat_price() -> None:
    assert ccc_excess(FOUR_ASSETS, 0.075, 0.0).haircut == pytest.approx(1_000_000)
    assert ccc_excess(FOUR_ASSETS, 0.075, 0.0, flat_price=0.65).haircut == pytest.approx(875_000)


def harbour() -> Pool:
    """The figures of clo-extensions 4.16 that make its numerator, the rest of the par as one B2 loan."""
    low = [(14.0, 88.0), (9.5, 74.5), (2.0, 61.25), (5.5, 93.0)]
    defaulted = [(2.4, 38.5, 0.45), (1.6, 52.0, 0.40), (1.0, None, 0.35)]
    return pool_of(
        {"par": 376.5e6 - 31.0e6, "moodys_rating": "B2", "sp_rating": "B", "market_value": 99.0},
        *({"par": par * 1e6, "moodys_rating": "Caa2", "sp_rating": "B-", "market_value": mv} for par, mv in low),
        *(
            {"par": par * 1e6, "is_defaulted": True, "market_value": mv, "moodys_recovery_rate": rate}
            for par, mv, rate in defaulted
        ),
    )


def test_worked_ccc_excess_takes_the_lowest_prices_first_and_the_last_line_in_part() -> None:
    found = ccc_excess(harbour(), 0.075, -725_000.0)
    assert (found.agency, found.bucket_par) == ("moodys", pytest.approx(31.0e6))
    assert found.limit_par == pytest.approx(28_183_125.00)
    assert found.haircut == pytest.approx(983_303.125)


def test_worked_value_of_defaulted_assets() -> None:
    # the lower of price and recovery: 924,000 + 640,000 + 350,000; at price alone the second is 1.6m x 52%
    value, notes = defaulted_market_value(harbour(), "lower_of_market_value_and_recovery")
    assert value == pytest.approx(1_914_000)
    assert notes == ("no market value, defaulted par at recovery rate, for L7",)
    assert defaulted_market_value(harbour())[0] == pytest.approx(924_000 + 832_000 + 350_000)


def test_worked_numerator_and_cure_of_a_payment_date() -> None:
    # clo-extensions 4.16: N 375,854,596.875 with the discount haircut of 862,500 and 11,400 of purchased accrued,
    # which are not part of a test on current balances; ratios and the cure of E are on the full N
    parts = oc_numerator(
        harbour(), PoolInputs(principal_cash=-725_000.0), 0.075, defaulted_carry="lower_of_market_value_and_recovery"
    )
    assert parts.total is not None
    full = parts.total - 862_500.0 + 11_400.0
    assert full == pytest.approx(375_854_596.875)
    found = coverage(full, np.array([282.0e6, 307.5e6, 332.31e6, 352.81e6]), np.array([1.2, 1.13, 1.085, 1.067]))
    assert np.round(found.ratio, 6).tolist() == [1.332818, 1.222291, 1.131036, 1.065317]
    assert found.passed.tolist() == [True, True, True, False]
    assert np.round(found.interest_cure_amount, 2).tolist() == [0.0, 0.0, 0.0, 556_394.68]


def test_worked_cures() -> None:
    # clo-liabilities-waterfall 9.2: B 92/80 at 118%, C 92/88 at 108% (d)
    found = coverage(92e6, np.array([80e6, 88e6]), np.array([1.18, 1.08]))
    assert np.round(found.interest_cure_amount, 2).tolist() == [2_033_898.31, 2_814_814.81]
    assert np.round(found.principal_cure_amount, 2).tolist() == [13_333_333.33, 38_000_000.00]


def test_equality_fails_and_needs_no_cure() -> None:
    for numerator, denominator, trigger in (
        (110.0, 100.0, 1.1),
        (0.33, 0.3, 1.1),
        (386_606_400.0, 382_400_000.0, 1.011),
    ):
        found = coverage(numerator, denominator, trigger)
        assert not found.passed
        assert float(found.interest_cure_amount) == pytest.approx(0.0, abs=1e-6)
        assert float(found.principal_cure_amount) == pytest.approx(0.0, abs=1e-6)


def test_a_test_without_debt_passes_and_has_no_ratio() -> None:
    (found,) = oc_tests([DealClass(1, "A", 0.0, oc_trigger=1.2)], plain(5.0))
    assert (found.passed, found.ratio, found.interest_cure_amount, found.principal_cure_amount) == (True, None, 0, 0)
    assert found.reason == "no balance outstanding, so no ratio; the test passes"


def test_no_principal_cure_at_a_trigger_of_one_or_less() -> None:
    (found,) = oc_tests([DealClass(1, "A", 100.0, oc_trigger=1.0)], plain(90.0))
    assert (found.passed, found.interest_cure_amount, found.principal_cure_amount) == (False, 10.0, 0.0)
    assert found.reason == "principal cure is 0: at a trigger of 1 or less principal repaid cannot cure"


def test_a_trigger_must_be_above_zero() -> None:
    with pytest.raises(ValueError, match=r"OC trigger must be a ratio above zero, found \[0\.0\]"):
        coverage(1.0, 1.0, 0.0)


def test_denominators_follow_seniority_and_count_what_deferrable_classes_deferred() -> None:
    classes = [
        DealClass(3, "C", 30.0, deferred_balance=2.0, is_deferrable=True),
        DealClass(1, "A", 100.0, deferred_balance=7.0, is_deferrable=False),
        DealClass(4, "Sub", 50.0, is_equity=True),
        DealClass(2, "B", 20.0, deferred_balance=1.0, is_deferrable=True),
    ]
    assert oc_denominators(classes) == (153.0, 100.0, None, 121.0)


def test_an_unknown_balance_leaves_its_class_and_the_junior_ones_without_a_test() -> None:
    classes = [
        DealClass(1, "A", 100.0, oc_trigger=1.2),
        DealClass(2, "B", 20.0, deferred_balance=None, is_deferrable=True, oc_trigger=1.1),
        DealClass(3, "C", 10.0, oc_trigger=1.05),
    ]
    a, b, c = oc_tests(classes, plain(150.0))
    assert (a.passed, b.passed, c.passed) == (True, None, None)
    assert c.reason == "a balance of C or of a class senior to it is unknown"


def test_unknown_cash_or_limit_leaves_no_numerator() -> None:
    no_cash = oc_numerator(FOUR_ASSETS, PoolInputs(), 0.075)
    no_limit = oc_numerator(FOUR_ASSETS, CASH, None)
    assert (no_cash.total, no_cash.reason) == (None, "principal cash of the collection account is unknown")
    assert (no_limit.total, no_limit.reason) == (None, "the CCC limit is unknown")
    (found,) = oc_tests([DealClass(1, "A", 100.0, oc_trigger=1.2)], no_limit)
    assert (found.numerator, found.ratio, found.passed, found.denominator) == (None, None, None, 100.0)
    assert found.reason == "the CCC limit is unknown"


def test_assets_without_price_and_recovery_count_nothing_and_are_named() -> None:
    pool = pool_of(
        {"par": 100.0, "moodys_rating": "B2", "sp_rating": "B", "market_value": 99.0},
        {"par": 10.0, "moodys_rating": "Ca", "sp_rating": "CCC"},
        {"par": 5.0, "is_defaulted": True},
    )
    # bucket 10 over a limit of 0.05 x 110 = 5.5: 4.5 taken at price 0; the defaulted asset is worth 0
    found = oc_numerator(pool, CASH, 0.05)
    assert (found.ccc_excess_haircut, found.defaulted_market_value) == (pytest.approx(4.5), 0.0)
    assert "neither market value nor recovery rate, defaulted par at 0, for L2" in found.notes
    assert "neither market value nor recovery rate, carried at 0, for L1" in found.notes


def test_an_asset_without_price_is_taken_first_at_its_recovery_rate() -> None:
    low = {"moodys_rating": "Caa1", "sp_rating": "CCC+"}
    pool = pool_of(
        {"par": 90.0, "moodys_rating": "B2", "sp_rating": "B", "market_value": 99.0},
        {**low, "par": 5.0, "market_value": 50.0},
        {**low, "par": 5.0, "market_value": None, "moodys_recovery_rate": 0.7},
    )
    # excess 10 - 4 = 6: 5 at 70% and 1 at 50% -> 1.5 + 0.5
    assert ccc_excess(pool, 0.04, 0.0).haircut == pytest.approx(2.0)


def test_the_larger_agency_bucket_is_cut() -> None:
    pool = pool_of(
        {"par": 90.0, "moodys_rating": "B2", "sp_rating": "CCC", "market_value": 80.0},
        {"par": 10.0, "moodys_rating": "Caa1", "sp_rating": "B", "market_value": 50.0},
    )
    found = ccc_excess(pool, 0.5, 0.0)
    assert (found.agency, found.bucket_par, found.excess_par) == ("sp", 90.0, 40.0)
    assert found.haircut == pytest.approx(40.0 * 0.2)


def test_oc_ratios_of_a_real_deal(
    mag17_columns: Mapping[str, list[object]], mag17_tranches: list[dict[str, str]]
) -> None:
    # clo-compliance 7: 431,157,604.91529 of par and 68,842,395.08471006 of cash; denominators from the balances of
    # 2.3 (X 2.4, A 320, B-1 45, B-2 15, C 27, D 28, E 25, in millions): 382.4, 409.4, 437.4, 462.4
    pool, _ = pool_from_tape(mag17_columns, mag17_columns["held_par"], dt.date(2016, 3, 23))
    parts = oc_numerator(pool, PoolInputs(principal_cash=68842395.08471006), 0.075)
    assert (parts.ccc_excess_haircut, parts.defaulted_market_value, parts.reason) == (0.0, 0.0, None)
    assert parts.total == pytest.approx(500_000_000.00, abs=0.005)

    found = oc_tests([class_of(row) for row in mag17_tranches], parts)
    assert [test.tranche_name for test in found] == ["Class B-2", "Class C", "Class D", "Class E"]
    assert [test.denominator for test in found] == [382.4e6, 409.4e6, 437.4e6, 462.4e6]
    assert [round(test.ratio or 0.0, 5) for test in found] == [1.30753, 1.22130, 1.14312, 1.08131]
    assert [test.threshold for test in found] == [1.243, 1.152, 1.089, 1.042]
    assert all(test.passed and test.reason is None for test in found)


def class_of(row: Mapping[str, str]) -> DealClass:
    return DealClass(
        tranche_number=int(row["tranche_number"]),
        tranche_name=row["class_name"],
        current_balance=float(row["Current_Balance"]),
        deferred_balance=float(row["Defaulted_Deferred"]),
        is_deferrable={"0": False, "1": True}.get(row["PIKable"]),
        is_equity=row["class_name"] == "Sub Notes",
        oc_trigger=None if row["OC_Test"] == "NA" else float(row["OC_Test"]),
    )


amounts = st.floats(min_value=1.0, max_value=1e9)
triggers = st.floats(min_value=1.01, max_value=2.0)


@given(amounts, amounts, triggers)
def test_cures_bring_the_ratio_exactly_to_the_trigger(numerator: float, denominator: float, trigger: float) -> None:
    found = coverage(numerator, denominator, trigger)
    if found.passed:
        assert (float(found.interest_cure_amount), float(found.principal_cure_amount)) == (0.0, 0.0)
        return
    by_interest = denominator - float(found.interest_cure_amount)
    assert numerator == pytest.approx(trigger * by_interest, rel=1e-9, abs=1e-9 * denominator)
    x = float(found.principal_cure_amount)
    assert numerator - x == pytest.approx(trigger * (denominator - x), rel=1e-9, abs=1e-9 * denominator / (trigger - 1))


@given(st.lists(amounts, min_size=1, max_size=5), st.lists(amounts, min_size=1, max_size=4))
def test_scenarios_and_classes_broadcast(numerators: list[float], denominators: list[float]) -> None:
    n, d = np.array(numerators)[:, None], np.array(denominators)
    together = coverage(n, d, 1.1)
    assert together.ratio.shape == (len(numerators), len(denominators))
    one_by_one = [[float(coverage(a, b, 1.1).interest_cure_amount) for b in denominators] for a in numerators]
    assert together.interest_cure_amount.tolist() == one_by_one


low_rated = st.lists(
    st.tuples(
        st.integers(1, 1000).map(float), st.sampled_from(["B1", "Caa1", "Ca"]), st.sampled_from([None, 40.0, 90.0])
    ),
    min_size=1,
    max_size=10,
)


@given(low_rated, st.floats(min_value=0, max_value=1), st.randoms(use_true_random=False))
def test_order_and_splitting_of_lines_leave_the_numerator_alone(
    held: list[tuple[float, str, float | None]], limit: float, rng: Random
) -> None:
    rows = [
        {"asset_id": f"L{i}", "par": par, "moodys_rating": rating, "sp_rating": "B", "market_value": price}
        for i, (par, rating, price) in enumerate(held)
    ]
    parts = [{**rows[0], "par": rows[0]["par"] / 2}, {**rows[0], "par": rows[0]["par"] / 2}, *rows[1:]]  # type: ignore[operator]
    total = oc_numerator(pool_of(*rows), CASH, limit).total
    assert oc_numerator(pool_of(*rng.sample(rows, len(rows))), CASH, limit).total == pytest.approx(total, rel=1e-9)
    assert oc_numerator(pool_of(*parts), CASH, limit).total == pytest.approx(total, rel=1e-9)


@given(low_rated, st.floats(min_value=0, max_value=1))
def test_the_haircut_is_between_nothing_and_the_excess(
    held: list[tuple[float, str, float | None]], limit: float
) -> None:
    rows = [
        {"par": par, "moodys_rating": rating, "sp_rating": "B", "market_value": price} for par, rating, price in held
    ]
    found = ccc_excess(pool_of(*rows), limit, 0.0)
    assert 0.0 <= found.haircut <= found.excess_par * (1 + 1e-12)
