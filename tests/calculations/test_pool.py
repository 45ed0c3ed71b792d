"""Pool statistics: worked figures of clo-compliance 7, a real pool against a plain reference, and what always holds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.diversity import band_scores
from calculations.clo.pool import Pool, PoolInputs, effective_spread, pool_concentrations, pool_metrics
from calculations.clo.tape import pool_from_tape

MAG17_INPUTS = PoolInputs(principal_cash=68842395.08471006, interest_cash=0.0, current_libor=0.005418)  # 2.3
INPUTS = PoolInputs(principal_cash=0.0, interest_cash=0.0, current_libor=0.005418)
LOAN: dict[str, Any] = {
    "coupon_type": "FLOAT",
    "spread": 0.04,
    "floor": 0.0,
    "coupon": 0.05,
    "index_name": "3M Libor",
    "bond_loan": "LOAN",
    "moodys_asset_category": "Moody’s Senior Secured loan",
    "wal": 5.0,
    "market_value": 99.0,
    "moodys_rating": "B2",
    "moodys_rating_warf": "B2",
    "sp_rating": "B",
    "moodys_recovery_rate": 0.45,
    "country": "USA",
    "sp_industry": "Media",
    "moodys_industry": "Media",
}


def pool_of(*lines: dict[str, Any]) -> Pool:
    """A pool of loans alike in all that a line does not say; each line is its own issuer unless it says."""
    full = [{**LOAN, "asset_id": f"L{i}", "issuer_id": f"I{i}", **line} for i, line in enumerate(lines)]
    names = {name for line in full for name in line}
    return Pool.from_columns({name: [line.get(name) for line in full] for name in names})


@pytest.fixture(scope="module")
def mag17(mag17_columns: Mapping[str, list[object]]) -> Pool:
    return pool_from_tape(mag17_columns, mag17_columns["held_par"], dt.date(2016, 3, 23))[0]


def test_reference_figures_of_a_real_pool(mag17: Pool) -> None:
    # clo-compliance 7, tests 1, 4, 33 and 35
    found = pool_metrics(mag17, MAG17_INPUTS)
    assert found.collateral_principal_amount == pytest.approx(500_000_000.00000006, rel=1e-9)
    assert found.senior_secured_share == pytest.approx(0.97164, rel=1e-9)
    assert found.largest_obligor_share == pytest.approx(0.01796, rel=1e-9)
    assert found.warr == pytest.approx(0.501374707589275, rel=1e-9)
    assert found.wal is not None
    assert round(found.wal, 2) == 5.05
    assert found.wal * found.performing_par == pytest.approx(2_179_259_207.6298338, rel=1e-9)


def test_reference_country_shares_of_a_real_pool(mag17: Pool) -> None:
    # clo-compliance 7, tests 14 (not the United States) and 19 (Netherlands)
    found = pool_concentrations(mag17, MAG17_INPUTS)
    is_country = found.concentration_type == "country"
    shares = dict(zip(found.concentration_value[is_country], found.share[is_country], strict=True))
    assert shares["Netherlands"] == pytest.approx(0.02619354200858, rel=1e-9)
    assert sum(share for country, share in shares.items() if country != "USA") == pytest.approx(
        0.10924502725558, rel=1e-9
    )


def test_the_recovery_rate_moves_the_limits_as_the_workbook_printed_them(mag17: Pool) -> None:
    # clo-compliance 1.4, tests 32 and 36, with WAS 0.044, WARF 2740, factor 67; printed thresholds 0.03936 and 3218.21
    warr = pool_metrics(mag17, MAG17_INPUTS).warr
    assert warr is not None
    assert round(0.044 - (100 * warr - 43) * 0.00065, 5) == 0.03936
    assert round(2740 + (100 * warr - 43) * 67, 2) == 3218.21


def test_the_default_probability_rating_column_gives_another_factor(mag17: Pool) -> None:
    # clo-workbook 308: 2512.6 comes of column 45, which is the wrong one for test 36
    warf_of_other_column = pool_metrics(
        Pool(**{**vars(mag17), "moodys_rating_warf": mag17.moodys_dp_rating}), MAG17_INPUTS
    ).warf
    assert warf_of_other_column is not None
    assert round(warf_of_other_column, 1) == 2512.6


def test_a_real_pool_against_a_plain_reference(mag17: Pool, mag17_columns: Mapping[str, list[Any]]) -> None:
    factors = {"Baa3": 610, "Ba1": 940, "Ba2": 1350, "Ba3": 1766, "B1": 2220, "B2": 2720, "B3": 3490}
    factors |= {"Caa1": 4770, "Caa3": 8070}
    assets = [dict(zip(mag17_columns, values, strict=True)) for values in zip(*mag17_columns.values(), strict=True)]
    libor, par, spread, floating, warf, price, ccc, caa = 0.005418, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    by_issuer: dict[str, float] = defaultdict(float)
    industry_of: dict[str, str] = {}
    for asset in assets:
        held = asset["held_par"]
        par += held
        warf += held * factors[asset["moodys_rating_warf"]]
        price += held * asset["market_value"]
        floating += held if asset["coupon_type"] == "FLOAT" else 0.0
        spread += held * (asset["coupon"] - libor if asset["libor_floor"] > libor else asset["coupon_spread"])
        ccc += held if asset["sp_issuer_rating"].startswith("CCC") else 0.0
        caa += held if asset["moodys_rating"].startswith("Caa") else 0.0
        by_issuer[asset["issuer_id"]] += held
        industry_of.setdefault(asset["issuer_id"], asset["moodys_industry"])
    mean = par / len(by_issuer)
    units: dict[str, float] = defaultdict(float)
    for issuer, total in by_issuer.items():
        units[industry_of[issuer]] += min(1.0, total / mean)

    found = pool_metrics(mag17, MAG17_INPUTS)
    cpa = par + 68842395.08471006
    assert (found.asset_count, found.issuer_count) == (195, 170)  # clo-workbook 308
    assert mean == pytest.approx(2_536_221, abs=1)  # clo-workbook 308
    assert found.warf == pytest.approx(warf / par, rel=1e-12)
    assert found.was == pytest.approx(spread / par, rel=1e-12)
    assert found.market_value == pytest.approx(price / 100, rel=1e-12)
    assert found.weighted_average_price == pytest.approx(price / par, rel=1e-12)
    assert found.floating_share == pytest.approx(floating / cpa, rel=1e-12)
    assert found.sp_ccc_share == pytest.approx(ccc / cpa, rel=1e-12)
    assert found.moodys_caa_share == pytest.approx(caa / cpa, rel=1e-12)
    assert found.diversity_score == pytest.approx(sum(industry_score(total) for total in units.values()), rel=1e-12)
    assert found.unavailable == {"wac": "the pool holds no performing fixed-rate asset"}


def industry_score(units: float) -> float:
    """Score of one industry from the knots of clo-compliance 3.7, without the table."""
    step = min(200, int(units * 10 + 0.5))
    knots = [(0, 0), (10, 1), (30, 2), (60, 3), (100, 4), (200, 5)]
    (a, low), (b, high) = next((one, two) for one, two in pairwise(knots) if step <= two[0])
    return round(low + (high - low) * (step - a) / (b - a), 4)


def test_worked_diversity_score() -> None:
    # clo-compliance 7: par 10, 10, 10, 30 in industries a, a, b, c gives 1.15 + 0.7 + 1
    pool = pool_of(
        {"par": 10, "moodys_industry": "a"},
        {"par": 10, "moodys_industry": "a"},
        {"par": 10, "moodys_industry": "b"},
        {"par": 30, "moodys_industry": "c"},
    )
    assert pool_metrics(pool, INPUTS).diversity_score == pytest.approx(2.85, rel=1e-12)


def test_diversity_bands_are_half_open() -> None:
    # clo-compliance 3.7: E in [0.05 + 0.1 (k-1), 0.05 + 0.1 k) scores S_k; S_31 and S_32 are its own figures
    units = np.array([0.0, 0.0499, 0.05, 0.1499, 0.15, 3.05, 3.15, 19.94, 19.96, 40.0])
    assert band_scores(units).tolist() == [0.0, 0.0, 0.1, 0.1, 0.2, 2.0333, 2.0667, 4.99, 5.0, 5.0]


def test_worked_effective_spreads() -> None:
    # clo-compliance 7: L 0.005418, floor 0.01, spread 0.0375, coupon 0.0475 -> 0.042082; floor 0 -> 0.0375
    pool = pool_of(
        {"par": 1, "floor": 0.01, "spread": 0.0375, "coupon": 0.0475},
        {"par": 1, "floor": 0.0, "spread": 0.0375, "coupon": 0.0475},
        {"par": 1, "floor": 0.0, "spread": 0.0375, "coupon": 0.0475, "index_name": "PRIME"},
    )
    assert effective_spread(pool, 0.005418).tolist() == pytest.approx([0.042082, 0.0375, 0.042082], rel=1e-12)


def test_defaulted_assets_leave_the_weighted_averages() -> None:
    defaulted = {"is_defaulted": "Yes", "par": 1000, "wal": 9.0, "spread": 0.2, "moodys_recovery_rate": 0.9}
    found = pool_metrics(pool_of({"par": 1}, defaulted), INPUTS)
    assert (found.wal, found.was, found.warr, found.defaulted_par, found.performing_par) == (5.0, 0.04, 0.45, 1000, 1)


def test_shares_leave_defaulted_assets_out_of_both_sides() -> None:
    # performing 20 + 30 + 50 with no cash; the defaulted 900 would count in every share
    marked = {"is_dip": True, "is_cov_lite": True, "moodys_rating": "Caa2", "sp_rating": "CCC"}
    pool = pool_of(
        {**marked, "par": 20},
        {"par": 30, "moodys_asset_category": "Moody’s Non-Senior Secured Loan"},
        {"par": 50, "coupon_type": "Fixed", "coupon": 0.07},
        {**marked, "par": 900, "is_defaulted": True, "coupon_type": "FIXED", "coupon": 0.5},
    )
    found = pool_metrics(pool, INPUTS)
    assert (found.dip_share, found.cov_lite_share, found.moodys_caa_share, found.sp_ccc_share) == (0.2, 0.2, 0.2, 0.2)
    assert (found.floating_share, found.fixed_share, found.senior_secured_share) == (0.5, 0.5, 0.7)
    assert found.wac == 0.07


def test_the_ccc_share_counts_ccc_plus_to_c_but_not_d() -> None:
    # clo-compliance 1.3, test 40
    ratings = ["B-", "CCC+", "CCC", "CCC-", "CC", "C", "D"]
    found = pool_metrics(pool_of(*({"par": 10, "sp_rating": rating} for rating in ratings)), INPUTS)
    assert found.sp_ccc_share == pytest.approx(50 / 70)


def test_a_figure_that_cannot_be_known_is_null_and_says_why() -> None:
    pool = pool_of({"par": 1, "wal": None, "market_value": None, "coupon_type": "VARIABLE"})
    found = pool_metrics(pool, PoolInputs())
    assert found.wal is None
    assert found.unavailable["wal"] == "weighted average life is unknown for L0"
    assert found.unavailable["market_value"] == "market value is unknown for L0"
    assert found.unavailable["was"] == "coupon type is neither FLOAT nor FIXED for L0"
    assert found.unavailable["dip_share"] == "principal cash of the collection account is unknown"
    assert found.unavailable_reason is not None
    assert "wal: weighted average life is unknown for L0; " in found.unavailable_reason


def test_every_null_metric_has_a_reason_and_no_other_has() -> None:
    for pool in (pool_of({"par": 1}), pool_of({"par": 0}), pool_of({"par": 1, "issuer_id": "", "sp_rating": "NR"})):
        found = asdict(pool_metrics(pool, PoolInputs()))
        reasons = found.pop("unavailable")
        assert {name for name, value in found.items() if value is None} == set(reasons)


def test_an_unknown_life_of_a_defaulted_asset_does_not_matter() -> None:
    assert pool_metrics(pool_of({"par": 1}, {"par": 1, "is_defaulted": True, "wal": None}), INPUTS).wal == 5.0


def test_dip_loans_are_no_obligors() -> None:
    found = pool_metrics(pool_of({"par": 60, "is_dip": True}, {"par": 40}), INPUTS)
    assert (found.largest_obligor_share, found.dip_share) == (0.4, 0.6)


@pytest.mark.parametrize("par", [float("nan"), -1.0, float("inf"), None])
def test_a_par_that_is_no_amount_is_refused(par: float | None) -> None:
    with pytest.raises(ValueError, match="par must be a number >= 0, found another for L0"):
        pool_of({"par": par})


def test_a_flag_that_is_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(ValueError, match="a flag must be yes, no or blank, found 'MAYBE'"):
        pool_of({"par": 1, "is_dip": "maybe"})


def test_concentrations_rank_by_par_and_ties_by_name_with_the_unknown_last() -> None:
    pool = pool_of(
        {"par": 20, "country": "UK"},
        {"par": 10, "country": "france"},
        {"par": 20, "country": "United Kingdom"},
        {"par": 40, "country": "Canada"},
        {"par": 100, "country": None},
        {"par": 10, "country": "France"},
    )
    found = pool_concentrations(pool, INPUTS)
    kept = found.concentration_type == "country"
    assert found.concentration_value[kept].tolist() == ["Canada", "UNITED KINGDOM", "France", None]
    assert found.asset_count[kept].tolist() == [1, 2, 2, 1]
    assert found.par[kept].tolist() == [40, 40, 20, 100]
    assert found.share[kept].tolist() == [0.2, 0.2, 0.1, 0.5]
    assert found.rank[kept].tolist() == [1, 2, 3, 4]


def test_an_empty_pool_has_its_cash_and_no_groups() -> None:
    empty = pool_of({"par": 0})
    found = pool_metrics(empty, PoolInputs(principal_cash=7.0))
    assert (found.asset_count, found.total_par, found.collateral_principal_amount) == (0, 0.0, 7.0)
    assert pool_concentrations(empty, INPUTS).par.size == 0


def test_a_tape_without_assets_is_an_empty_pool(mag17_columns: Mapping[str, list[object]]) -> None:
    columns: dict[str, list[object]] = {name: [] for name in mag17_columns}
    pool, completed = pool_from_tape(columns, [], dt.date(2016, 3, 23))
    assert (pool.par.size, completed.sp_rating.size) == (0, 0)
    assert pool_metrics(pool, INPUTS).asset_count == 0


lines = st.lists(
    st.fixed_dictionaries(
        {
            "par": st.integers(min_value=1, max_value=10**7).map(float),
            "issuer_id": st.sampled_from("ABCDE"),
            "moodys_industry": st.sampled_from(["Media", "Retail", "Energy"]),
            "country": st.sampled_from(["USA", "France", "UK"]),
            "coupon_type": st.sampled_from(["FLOAT", "FIXED"]),
            "moodys_rating": st.sampled_from(["B1", "Caa1", "Ca"]),
            "moodys_rating_warf": st.sampled_from(["B1", "Caa1", "NR"]),
            "sp_rating": st.sampled_from(["B+", "CCC", "D"]),
            "market_value": st.floats(min_value=0, max_value=110),
            "moodys_recovery_rate": st.sampled_from([0.2, 0.45, 0.6]),
            "floor": st.sampled_from([None, 0.0, 0.01]),
            "is_defaulted": st.booleans(),
            "is_dip": st.booleans(),
            "is_cov_lite": st.booleans(),
        }
    ),
    min_size=1,
    max_size=12,
)


def same_figures(one: Pool, other: Pool) -> None:
    inputs = PoolInputs(principal_cash=1_000_000.0, interest_cash=0.0, current_libor=0.005)
    first, second = asdict(pool_metrics(one, inputs)), asdict(pool_metrics(other, inputs))
    assert first.pop("unavailable") == second.pop("unavailable")
    assert {name for name in first if first[name] is None} == {name for name in second if second[name] is None}
    known = [name for name in first if first[name] is not None]
    assert [first[name] for name in known] == pytest.approx([second[name] for name in known], rel=1e-9)
    a, b = pool_concentrations(one, inputs), pool_concentrations(other, inputs)
    assert a.concentration_type.tolist() == b.concentration_type.tolist()
    assert a.concentration_value.tolist() == b.concentration_value.tolist()
    assert a.asset_count.tolist() == b.asset_count.tolist()
    assert a.par == pytest.approx(b.par, rel=1e-9)


@given(lines, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(held: list[dict[str, Any]], rng: Random) -> None:
    held = [{**line, "asset_id": f"L{i}"} for i, line in enumerate(held)]
    same_figures(pool_of(*held), pool_of(*rng.sample(held, len(held))))


@given(lines)
def test_splitting_a_holding_into_two_lines_changes_nothing(held: list[dict[str, Any]]) -> None:
    held = [{**line, "asset_id": f"L{i}"} for i, line in enumerate(held)]
    halves = [{**held[0], "par": held[0]["par"] * share} for share in (0.25, 0.75)]
    same_figures(pool_of(*held), pool_of(*halves, *held[1:]))


@given(lines)
def test_the_groups_of_every_grouping_sum_to_the_pool(held: list[dict[str, Any]]) -> None:
    pool = pool_of(*held)
    found = pool_concentrations(pool, INPUTS)
    for grouping in np.unique(found.concentration_type):
        assert found.par[found.concentration_type == grouping].sum() == pytest.approx(pool.par.sum(), rel=1e-9)
