"""What a projection takes from a tape, and what it records that it assumed. Source: clo-collateral-engine 1.1, 7."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from calculations.clo.tape_terms import tape_terms
from tests.calculations.tape_rows import ROW

INDEX = 0.006
ANALYSIS = dt.date(2016, 3, 23)


def assumed(**changes: Any) -> list[tuple[str, str | None]]:
    """Fields and values that were assumed for one row."""
    assets, rejections, notes = tape_terms([ROW | changes], {}, INDEX, ANALYSIS)
    assert len(assets) == 1
    assert rejections == ()
    return [(note.field, note.value) for note in notes]


def test_a_complete_row_assumes_nothing() -> None:
    assert assumed() == []


def test_a_floater_without_coupon_pays_the_floored_index_and_its_spread() -> None:
    assets, _, notes = tape_terms([ROW | {"coupon": None}], {}, INDEX, ANALYSIS)
    assert assets[0].coupon == pytest.approx(0.01 + 0.035)  # the floor of 1 % is above the index
    assert [note.field for note in notes] == ["coupon"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"payment_frequency": None}, [("payment_frequency", "4")]),
        ({"day_count": None}, [("day_count", "ACT/360")]),
        ({"dated_date": None, "issue_date": dt.date(2015, 4, 1)}, [("dated_date", "2015-04-01")]),
        # quarters back from 30 June 2022 to the first one after 31 March 2015
        ({"first_payment_date": None}, [("first_payment_date", "2015-06-30")]),
        ({"first_payment_date": dt.date(2022, 7, 15)}, [("first_payment_date", "2022-06-30")]),
        ({"amortization_type": "SCHEDULED"}, [("amortization_type", "bullet")]),
        ({"par_amount": 0.0}, [("par_amount", "0")]),
        ({"is_piking": True}, [("pik_share", "1")]),
        ({"is_deferred_interest_bond": True}, [("pik_share", "0")]),
        ({"unfunded_amount": 1e6, "commitment_fee": 0.005}, [("draws", "0")]),
        ({"unfunded_amount": 1e6}, [("draws", "0"), ("commitment_fee", None)]),
        ({"unfunded_amount": 0.0}, []),
        ({"is_default_obligation": True}, [("market_value", None)]),
    ],
)
def test_what_a_tape_leaves_open_is_assumed_and_said(
    changes: dict[str, Any], expected: list[tuple[str, str | None]]
) -> None:
    assert assumed(**changes) == expected


def test_a_cap_of_zero_is_no_cap() -> None:
    assets, _, _ = tape_terms([ROW | {"index_cap": 0.0}], {}, INDEX, ANALYSIS)
    assert assets[0].cap is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"maturity": None}, "maturity"),
        ({"par_amount": None}, "par_amount"),
        ({"coupon": None, "coupon_type": "FIXED"}, "coupon"),
        ({"has_asset_row": False}, "asset tape"),
        ({"day_count": "LUNAR"}, "day_count"),
        ({"coupon": float("nan")}, "coupon"),
        ({"par_amount": float("nan")}, "par"),
        ({"payment_frequency": float("nan")}, "payment_frequency"),
        ({"payment_frequency": 4.5}, "payment_frequency"),
        ({"pik_amount": -1.0}, "PIK_ABOVE_PAR"),
        ({"pik_amount": 5_000_001.0}, "PIK_ABOVE_PAR"),
        ({"unfunded_amount": float("nan"), "commitment_fee": 0.0}, "unfunded"),
        ({"unfunded_amount": 1e6, "commitment_fee": float("nan")}, "fee_rate"),
    ],
)
def test_an_asset_that_cannot_be_projected_leaves_the_others(changes: dict[str, Any], field: str) -> None:
    assets, rejections, _ = tape_terms([ROW | changes, ROW | {"asset_id": "L2"}], {}, INDEX, ANALYSIS)
    assert [asset.asset_id for asset in assets] == ["L2"]
    assert [item.asset_id for item in rejections] == ["L1"]
    assert field in rejections[0].reason
    assert "L1" in rejections[0].reason


def test_a_piking_asset_without_terms_is_projected_as_it_pays_now_and_that_is_said() -> None:
    for is_piking, share in ((True, 1.0), (False, 0.0), (None, 0.0)):
        assets, _, notes = tape_terms([ROW | {"pik_amount": 1e5, "is_piking": is_piking}], {}, INDEX, ANALYSIS)
        assert assets[0].pik is not None
        assert assets[0].pik.share_on(ANALYSIS) == share
        assert [note.reason.startswith("PIK_TERMS_MISSING") for note in notes] == [True]


def test_a_commitment_without_a_fee_rate_has_no_fee_and_that_is_said() -> None:
    assets, _, notes = tape_terms([ROW | {"unfunded_amount": 1e6}], {}, INDEX, ANALYSIS)
    assert assets[0].draws is not None
    assert assets[0].draws.fee_rate is None
    assert ("L1", "commitment_fee", None) in [(note.subject, note.field, note.value) for note in notes]
