"""Fee structures and side letters as they are read and applied. Source: fund-admin 1.7; input-contracts 3.1."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from calculations.funds.fees.gross import gross_fees
from calculations.funds.fees.periods import fee_periods
from calculations.funds.fees.terms import (
    Basis,
    FeeLetter,
    Frequency,
    FundDates,
    read_fee_terms,
    with_side_letter,
)
from tests.calculations.fee_cases import MILLION, NEW_YEAR, TERMS, fee, level, period


def test_a_side_letter_holds_for_its_time_and_leaves_lower_step_downs() -> None:
    # 2 %, from July 1 %; the letter says 1.5 % from April to the end of August: 0.5 %, 0.375 %, 0.25 %, 0.25 % a quarter
    terms = read_fee_terms(
        {
            "basis": "COMMITMENTS",
            "rate": "0.02",
            "frequency": "QUARTERLY",
            "timing": "ADVANCE",
            "day_count": "30_360",
            "step_downs": [{"from": "2025-07-01", "rate": "0.01"}],
        }
    )
    letter = FeeLetter(dt.date(2025, 4, 1), dt.date(2025, 9, 1), rate=Decimal("0.015"))
    quarters = fee_periods(NEW_YEAR, dt.date(2026, 1, 1), Frequency.QUARTERLY)
    found = fee(quarters, with_side_letter(terms, letter), level((NEW_YEAR, MILLION)))
    assert found.by_period(found.gross, 1, 4).tolist() == [[5_000_00, 3_750_00, 2_500_00, 2_500_00]]


def test_a_side_letter_may_replace_the_basis() -> None:
    letter = FeeLetter(dt.date(2025, 2, 15), basis=Basis.PAID_IN)
    balances = {Basis.COMMITMENTS: level((NEW_YEAR, MILLION)), Basis.PAID_IN: level((NEW_YEAR, MILLION // 2))}
    terms = with_side_letter(TERMS, letter)
    found = gross_fees(period(NEW_YEAR, dt.date(2025, 4, 1)), [terms], balances, FundDates())
    assert found.basis.tolist() == [Basis.COMMITMENTS, Basis.PAID_IN]
    assert found.gross.tolist() == [2_465_75, 1_232_88]  # 45 of 365 days each: 2,465.75 and, of 3,698.63, the rest


@pytest.mark.parametrize(
    ("letter", "message"),
    [
        (FeeLetter(NEW_YEAR), "side letter of 2025-01-01: expected a FEE_RATE or a FEE_BASIS, found neither"),
        (FeeLetter(NEW_YEAR, rate=Decimal(2)), "FEE_RATE: expected a number >= 0 and < 1"),
        (FeeLetter(NEW_YEAR, NEW_YEAR, Decimal("0.01")), "expected an expiry after that, found 2025-01-01"),
        (FeeLetter(NEW_YEAR, basis=Basis.DISTRIBUTIONS), "a fee on DISTRIBUTIONS is only known in ARREARS"),
    ],
)
def test_a_side_letter_that_cannot_be_applied_says_why(letter: FeeLetter, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        with_side_letter(TERMS, letter)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rate": 2}, "rate: expected a number >= 0 and < 1"),
        ({"basis": "SQUARE_FEET"}, "basis: expected one of COMMITMENTS"),
        ({"basis": "DISTRIBUTIONS"}, "a fee on DISTRIBUTIONS is only known in ARREARS"),
        (
            {"net_order": ["WAIVERS", "WAIVERS", "OFFSETS"]},
            "net_order: expected each of WAIVERS, REBATES, OFFSETS once",
        ),
        ({"step_downs": [{"from": "someday", "rate": "0.01"}]}, r"step_downs\[0\].from: expected a date"),
        ({"step_downs": [{"from": "2026-01-01"}]}, r"step_downs\[0\]: expected a basis, a rate or both"),
        ({"minimum": 1}, "fee_structure: expected only the keys"),
    ],
)
def test_terms_that_cannot_be_read_name_their_key(changed: dict[str, object], message: str) -> None:
    structure = {
        "basis": "NAV",
        "rate": "0.01",
        "frequency": "MONTHLY",
        "timing": "ADVANCE",
        "day_count": "ACT_360",
        **changed,
    }
    with pytest.raises(ValueError, match=message):
        read_fee_terms(structure)
