"""Fees of a fund from its records: classes, terms that change, what partners bear. Single charges are tested beside this."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.closings.interest import InterestRates
from calculations.funds.closings.terms import InterestTerms
from calculations.funds.fees.bases import by_commitments
from calculations.funds.fees.day_counts import DayCount
from calculations.funds.fees.fund_charges import FeeRecord, fund_charges, late_fees
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.partner_shares import share_costs
from calculations.funds.fees.payers import AgreedTerms, Commitment, Payer, payers_of, terms_on
from calculations.funds.fees.terms import Basis, FeeTerms, Frequency, FundDates, Timing
from tests.calculations.exact.plain import allocate

FIRST, UNTIL = dt.date(2020, 1, 1), dt.date(2021, 1, 1)
PAID_IN = FeeTerms(Basis.PAID_IN, Decimal("0.03"), Frequency.ANNUAL, Timing.ADVANCE, DayCount.THIRTY_360)


def level(amount: int, day: dt.date = FIRST) -> Levels:
    return Levels.of_movements(np.array([0]), np.array([day], dtype="datetime64[D]"), np.array([amount]))


def record(terms: tuple[AgreedTerms, ...], levels: dict[Basis, Levels]) -> FeeRecord:
    return FeeRecord(
        FIRST, UNTIL, 2, (12, 31), FundDates(), (Payer("A"),), terms, {}, frozenset(), levels, (), (),
        np.zeros((0, 1), dtype=np.int64),
    )  # fmt: skip


def test_a_fee_on_paid_in_capital_is_six_of_two_hundred() -> None:
    """Source: fund-admin V12, commitment 250 million, 80 % drawn, 3 % of paid-in: 6.0 million."""
    (stretch,) = fund_charges(record((AgreedTerms(PAID_IN, FIRST),), {Basis.PAID_IN: level(200_000_000_00)}))
    assert stretch.charged.fees.gross.tolist() == [[6_000_000_00]]


def test_terms_that_come_later_charge_the_days_from_then_on() -> None:
    """Half a year at 3 % and half a year at 1 % of 200: 3 + 1."""
    later = FeeTerms(Basis.PAID_IN, Decimal("0.01"), Frequency.ANNUAL, Timing.ADVANCE, DayCount.THIRTY_360)
    terms = (AgreedTerms(PAID_IN, FIRST, dt.date(2020, 7, 1)), AgreedTerms(later, dt.date(2020, 7, 1)))
    found = fund_charges(record(terms, {Basis.PAID_IN: level(200_00)}))
    assert [stretch.charged.fees.gross.tolist() for stretch in found] == [[[3_00]], [[1_00]]]


def test_a_newcomer_makes_up_for_the_quarters_charged_before_its_closing() -> None:
    """Two quarters at 2 % a year of 100: 1. Source: fund-admin E-4."""
    quarterly = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.QUARTERLY, Timing.ADVANCE, DayCount.THIRTY_360)
    closing = dt.date(2020, 5, 15)
    found = late_fees(
        record((AgreedTerms(quarterly, FIRST),), {Basis.COMMITMENTS: level(0)}), [closing], {closing: [100_00]}, {}
    )
    assert [(each.amount, each.first_day, each.last_day) for each in found] == [(1_00, FIRST, dt.date(2020, 6, 30))]


def test_a_newcomer_pays_interest_from_the_day_of_each_charge_to_its_closing() -> None:
    """0.50 charged on 1 January and on 1 April, 8 % for 135 and 44 days of 365: 0.0148 and 0.0048, in cents 1 and 0; of
    100,000 a thousand times that, 14.79 and 4.82. Source: fund-admin E-3, E-4.
    """
    quarterly = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.QUARTERLY, Timing.ADVANCE, DayCount.THIRTY_360)
    closing = dt.date(2020, 5, 15)
    rates = {closing: InterestRates.of(InterestTerms(Decimal("0.08")))}
    for committed, interest in ((100_00, 1), (100_000_00, 14_79 + 4_82)):
        (found,) = late_fees(
            record((AgreedTerms(quarterly, FIRST),), {Basis.COMMITMENTS: level(0)}),
            [closing], {closing: [committed]}, rates,
        )  # fmt: skip
        assert found.interest == interest


def test_the_most_specific_terms_in_force_govern() -> None:
    """Source: input-contracts 3, Fund Terms: investor, class, fund."""
    rates = {"fund": Decimal("0.03"), "class": Decimal("0.02"), "investor": Decimal("0.01")}
    made = {
        name: FeeTerms(Basis.COMMITMENTS, rate, Frequency.ANNUAL, Timing.ADVANCE, DayCount.THIRTY_360)
        for name, rate in rates.items()
    }
    agreed = (
        AgreedTerms(made["investor"], FIRST, investor_id="I2"),
        AgreedTerms(made["class"], FIRST, class_code="B"),
        AgreedTerms(made["fund"], FIRST),
    )
    found = terms_on(FIRST, (Payer("A"), Payer("A", "I2"), Payer("B"), Payer("GP")), agreed, {}, {"GP"})
    assert [each.rate if each else None for each in found] == [rates["fund"], rates["investor"], rates["class"], None]


def test_an_investor_with_terms_of_its_own_is_charged_for_itself() -> None:
    commitments = [Commitment("C1", "I1", "A"), Commitment("C2", "I2", "A"), Commitment("C3", "I3", "B")]
    assert payers_of(commitments, {"I2"}) == (Payer("A"), Payer("A", "I2"), Payer("B"))


def test_who_is_excused_from_an_investment_is_not_charged_on_it() -> None:
    """100 of one investment, two equal commitments, the second excused. Source: fund-admin F-1, CC-3."""
    days = np.array([FIRST, FIRST], dtype="datetime64[D]")
    committed = Levels.of_movements(np.array([0, 1]), days, np.array([50, 50]))
    shared = by_commitments(level(100), committed, np.array([0, 1]), np.array([[1, 0]]), 2)
    assert shared.at(np.array([0, 1]), days).tolist() == [100, 0]


@given(
    amounts=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=5),
    weights=st.lists(st.integers(1, 10**11), min_size=1, max_size=6),
)
def test_shares_of_partners_sum_to_the_cost_and_are_those_of_the_largest_remainder(
    amounts: list[int], weights: list[int]
) -> None:
    """Oracle: `money.allocate` of each cost. Source: fund-admin M-3."""
    days = np.full(len(weights), np.datetime64(FIRST, "D"))
    committed = Levels.of_movements(np.arange(len(weights)), days, np.array(weights))
    bears = np.ones((len(amounts), len(weights)), dtype=np.int64)
    found = share_costs(
        np.array([[amount] for amount in amounts]), np.full(len(amounts), days[0]), bears, committed,
        np.arange(len(weights)), len(weights),
    )  # fmt: skip
    shares = found.amounts[:, 0].reshape(len(amounts), len(weights))
    assert shares.sum(axis=1).tolist() == amounts
    expected = [
        [int(part) for part in allocate(Decimal(amount), [Decimal(w) for w in weights], Decimal(1))]
        for amount in amounts
    ]
    assert shares.tolist() == expected


def test_terms_of_two_frequencies_are_refused() -> None:
    monthly = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.MONTHLY, Timing.ADVANCE, DayCount.THIRTY_360)
    yearly = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.ANNUAL, Timing.ADVANCE, DayCount.THIRTY_360)
    agreed = (AgreedTerms(monthly, FIRST), AgreedTerms(yearly, FIRST, class_code="B"))
    made = FeeRecord(
        FIRST, UNTIL, 2, (12, 31), FundDates(), (Payer("A"), Payer("B")), agreed, {}, frozenset(),
        {Basis.COMMITMENTS: level(1)}, (), (), np.zeros((0, 2), dtype=np.int64),
    )  # fmt: skip
    with pytest.raises(ValueError, match="one frequency"):
        fund_charges(made)
