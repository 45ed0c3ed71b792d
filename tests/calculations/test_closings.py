"""Later closings: fund-admin 1.6 and V11 by hand, and what no closing may change (E-6)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.daycount import Ints
from calculations.funds.closings.equalisation import (
    EarlierFlows,
    Equalisation,
    InterestSpan,
    Partners,
    equalise,
    restate,
)
from calculations.funds.closings.fee_true_up import fee_true_up, to_earlier_partners
from calculations.funds.closings.interest import InterestRates
from calculations.funds.closings.legs import LegKind, closing_legs
from calculations.funds.closings.rules import check_closing
from calculations.funds.closings.terms import ClosingTerms, InterestTerms, interest_of_closing, read_closing_terms
from calculations.funds.fees.day_counts import DayCount
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.periods import fee_periods
from calculations.funds.fees.terms import Basis, FeeTerms, Frequency, FundDates, Timing
from tests.calculations.exact.plain import allocate

FIRST, SECOND, THIRD = dt.date(2024, 1, 1), dt.date(2024, 7, 1), dt.date(2024, 12, 31)
EIGHT = InterestRates.of(InterestTerms(Decimal("0.08")))
CENT = Decimal(1)  # one minor unit: amounts below are whole ones


def days(*each: dt.date) -> np.ndarray:
    return np.array(each, dtype="datetime64[D]")


def flows(
    held: object, day: tuple[dt.date, ...], takes_part: object = True, values: tuple[int | None, ...] | None = None
) -> EarlierFlows:
    amounts: Ints = np.array(held, dtype=np.int64)
    return EarlierFlows(
        flow_ids=tuple(f"F{number}" for number in range(len(amounts))),
        day=days(*day),
        held=amounts,
        takes_part=np.broadcast_to(np.array(takes_part), amounts.shape),
        fair_value=values or (None,) * len(amounts),
    )


def no_flows(partners: int) -> EarlierFlows:
    return EarlierFlows((), days(), np.zeros((0, partners), np.int64), np.ones((0, partners), bool), ())


def partners(before: list[int], after: list[int], joined: list[dt.date] | None = None) -> Partners:
    names = tuple(f"P{number:02}" for number in range(len(before)))
    return Partners(names, np.array(before), np.array(after), days(*(joined or [FIRST] * len(before))))


NOBODY_MOVES = partners([1, 1, 2], [1, 1, 2])


def moved(
    who: Partners,
    calls: EarlierFlows,
    closing: dt.date,
    terms: ClosingTerms | None = None,
    rates: InterestRates | None = EIGHT,
    distributions: EarlierFlows | None = None,
) -> Equalisation:
    received = distributions or no_flows(len(who.partner_ids))
    return equalise(who, calls, received, terms or ClosingTerms(), rates, InterestSpan(None, closing))


def test_v11_a_newcomer_of_ten_per_cent_pays_78904_11_of_interest() -> None:
    # fund-admin V11: call 40,000,000; newcomer 10 %: 4,000,000 x 8 % x 90 / 365
    who = partners([600_00, 300_00, 0], [600_00, 300_00, 100_00])
    called = flows([[26_666_666_67, 13_333_333_33, 0]], (FIRST,))
    found = moved(who, called, FIRST + dt.timedelta(days=90))
    assert found.contributions[0, 2] == 4_000_000_00
    assert found.interest[0, 2] == 78_904_11
    # what comes back is 2,666,666.67 and 1,333,333.33: two thirds and one third of the interest
    assert found.contributions[0].tolist() == [-2_666_666_67, -1_333_333_33, 4_000_000_00]
    assert found.interest[0].tolist() == [-52_602_74, -26_301_37, 78_904_11]


def test_a_second_close_partner_receives_interest_only_from_its_own_day() -> None:
    # A 100 at first close, B 100 at the second, C 200 at the third; call of 1,000,000.00 due on the first close.
    # C pays half of it: A and B get 250,000.00 each. From first to second close (182 days) only A had funded it.
    who = partners([100, 100, 0], [100, 100, 200], [FIRST, SECOND, THIRD])
    found = moved(who, flows([[500_000_00, 500_000_00, 0]], (FIRST,)), THIRD)
    total = Fraction(500_000_00) * 8 / 100 * 365 / 365
    to_b = Fraction(250_000_00) * 8 / 100 * 183 / 365
    assert found.interest[0].tolist() == [-round(total - to_b), -round(to_b), round(total)]


def test_compounded_interest_is_capitalised_on_anniversaries() -> None:
    # 1.08 x (1 + 0.08 x 100/365) - 1 on 1,000,000.00, 2025 being no leap year: 103,671.232...
    rates = InterestRates.of(InterestTerms(Decimal("0.08"), compounds=True))
    start, end = dt.date(2025, 1, 1), dt.date(2026, 4, 11)
    expected = Fraction(108, 100) * (1 + Fraction(8, 100) * Fraction(100, 365)) - 1
    assert rates.interest(start, end) == expected
    found = moved(partners([1, 0], [1, 1]), flows([[2_000_000_00, 0]], (start,)), end, rates=rates)
    assert found.interest[0].tolist() == [-103_671_23, 103_671_23]


def test_a_benchmark_and_spread_change_with_the_fixings() -> None:
    # 31 days at 5 % + 2 %, 29 days at 4 % + 2 %, over 360
    terms = InterestTerms(Decimal("0.02"), index_id="SOFR", day_count=DayCount.ACT_360)
    fixings = [(dt.date(2024, 2, 1), Decimal("0.04")), (FIRST, Decimal("0.05"))]
    interest = InterestRates.of(terms, fixings).interest(FIRST, dt.date(2024, 3, 1))
    assert interest == Fraction(7, 100) * 31 / 360 + Fraction(6, 100) * 29 / 360


def test_interest_needs_a_fixing_on_its_first_day() -> None:
    terms = InterestTerms(Decimal("0.02"), index_id="SOFR")
    with pytest.raises(ValueError, match="SOFR: expected a fixing on or before 2024-01-01, found 2024-02-01 first"):
        InterestRates.of(terms, [(dt.date(2024, 2, 1), Decimal("0.04"))]).interest(FIRST, SECOND)


def test_interest_runs_only_within_the_span_the_closing_states() -> None:
    who, called = partners([1, 0], [1, 1]), flows([[2_000_000_00, 0]], (FIRST,))
    span = InterestSpan(dt.date(2024, 3, 1), dt.date(2024, 5, 13))  # 73 days: a fifth of a year
    found = equalise(who, called, no_flows(2), ClosingTerms(), EIGHT, span)
    assert found.interest[0, 1] == 16_000_00  # 1,000,000.00 x 8 % / 5


def test_existing_partners_pay_no_interest_on_their_own_flows() -> None:
    # section 8 item 6
    found = moved(partners([7, 5, 0], [7, 5, 3]), flows([[70, 50, 0], [7000, 5000, 0]], (FIRST, FIRST)), THIRD)
    assert (found.interest[:, :2] <= 0).all()
    assert found.interest[1, 2] == 192  # 2,400 x 8 % x 365 / 365


def test_earlier_distributions_are_netted_or_left() -> None:
    who, called = partners([1, 0], [1, 1]), flows([[1000, 0]], (FIRST,))
    paid_out = flows([[300, 0]], (SECOND,))
    netted = moved(who, called, THIRD, rates=None, distributions=paid_out)
    assert netted.distributions.tolist() == [[-150, 150]]
    assert netted.owed.tolist() == [-350, 350]
    left = moved(who, called, THIRD, read_closing_terms({"earlier_distributions": "EXCLUDED"}), None, paid_out)
    assert left.owed.tolist() == [-500, 500]


def test_a_revalued_deal_is_entered_at_cost_at_fair_value_or_not_at_all() -> None:
    # the deal of the first call stands at one and a half times its cost, or at half of it
    who = partners([1, 0], [1, 1], [FIRST, THIRD])
    calls = flows([[1000_00, 0], [600_00, 0]], (FIRST, FIRST), values=(1500_00, None))
    at_cost = moved(who, calls, THIRD)
    assert at_cost.interest[:, 1].tolist() == [40_00, 24_00]  # 500 and 300 x 8 %, one year of 365 days
    fair = moved(who, calls, THIRD, read_closing_terms({"earlier_deals": "FAIR_VALUE"}))
    assert fair.contributions[:, 1].tolist() == [500_00, 300_00]
    assert fair.revaluation.tolist() == [[-250_00, 250_00], [0, 0]]  # half of the gain of 500
    assert fair.interest[:, 1].tolist() == [0, 24_00]
    below = flows([[1000_00, 0]], (FIRST,), values=(500_00,))
    assert moved(who, below, THIRD, read_closing_terms({"earlier_deals": "FAIR_VALUE"})).revaluation.tolist() == [
        [250_00, -250_00]
    ]
    excluded = moved(who, calls, THIRD, read_closing_terms({"earlier_deals": "EXCLUDED"}), distributions=calls)
    assert excluded.contributions.tolist() == [[0, 0], [-300_00, 300_00]]
    assert excluded.distributions.tolist() == [[0, 0], [-300_00, 300_00]]


def test_an_excused_partner_neither_pays_nor_gets_back() -> None:
    called = flows([[500, 500, 0]], (FIRST,), takes_part=[[True, True, False]])
    assert not moved(partners([1, 1, 0], [1, 1, 2]), called, THIRD).contributions.any()


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[dt.date]]:
    """Commitments after each of two or three closings, and the calls before the second."""
    count = draw(st.integers(2, 6))
    first = draw(st.lists(st.integers(0, 10**6), min_size=count, max_size=count).filter(any))
    closings = [first]
    for _ in range(draw(st.integers(1, 2))):
        more = draw(st.lists(st.integers(0, 10**6), min_size=count, max_size=count))
        closings.append([before + new for before, new in zip(closings[-1], more, strict=True)])
    amounts = draw(st.lists(st.integers(1, 10**12), min_size=1, max_size=4))
    due = draw(st.lists(st.dates(FIRST, SECOND), min_size=len(amounts), max_size=len(amounts)))
    return closings, amounts, due


def shared(total: int, weights: list[int]) -> list[int]:
    return [int(part) for part in allocate(Decimal(total), [Decimal(weight) for weight in weights], CENT)]


@settings(max_examples=40, deadline=None)
@given(history=histories(), compounds=st.booleans())
def test_closings_change_no_total_and_end_where_first_close_would_have(
    history: tuple[list[list[int]], list[int], list[dt.date]], compounds: bool
) -> None:
    # E-6 and E-2; the end is one allocation of each call by the last commitments (M-3)
    closings, amounts, due = history
    rates = InterestRates.of(InterestTerms(Decimal("0.08125"), compounds=compounds))
    held = np.array([shared(amount, closings[0]) for amount in amounts])
    joined = [FIRST if first else THIRD for first in closings[0]]
    for before, after, day in zip(closings, closings[1:], (SECOND, THIRD), strict=False):
        joined = [day if not was and now else at for was, now, at in zip(before, after, joined, strict=True)]
        found = moved(partners(before, after, joined), flows(held, tuple(due)), day, rates=rates)
        for rows in (found.contributions, found.interest, found.revaluation, found.distributions):
            assert not rows.sum(axis=1).any()  # receipts are payments, call by call: no fund cash, no NAV moves
        assert (found.interest[found.contributions < 0] <= 0).all()
        assert (found.interest[found.contributions > 0] >= 0).all()
        legs = closing_legs(day, flows(held, tuple(due)), no_flows(len(before)), found)
        assert legs.amount.sum() == 0
        held = held + found.contributions
    assert held.tolist() == [shared(amount, closings[-1]) for amount in amounts]


@settings(max_examples=40, deadline=None)
@given(history=histories())
def test_interest_is_shared_exactly_by_what_comes_back_and_since_when(
    history: tuple[list[list[int]], list[int], list[dt.date]],
) -> None:
    # a plain reading of E-3: each stretch goes to those who had joined, pro rata to what they get back
    closings, amounts, due = history
    before, after = closings[0], closings[1]
    joined = [FIRST + dt.timedelta(days=40 * number) for number in range(len(before))]
    held = np.array([shared(amount, before) for amount in amounts])
    found = moved(partners(before, after, joined), flows(held, tuple(due)), THIRD)
    for change, interest, start in zip(found.contributions.tolist(), found.interest.tolist(), due, strict=True):
        back = {number: -amount for number, amount in enumerate(change) if amount < 0}
        own = {number: max(start, joined[number]) for number in back}
        earliest = min(own.values(), default=start)
        own = {number: start if day == earliest else day for number, day in own.items()}
        total = sum(amount for amount in interest if amount > 0)
        entitled = dict.fromkeys(back, Fraction(0))
        for number in range((THIRD - start).days):
            day = start + dt.timedelta(days=number)
            present = [each for each in back if own[each] <= day]
            for each in present:
                share = Fraction(back[each], sum(back[other] for other in present))
                entitled[each] += share * total / (THIRD - start).days
        for each, amount in entitled.items():
            assert abs(-interest[each] - amount) < 1


def test_a_newcomer_makes_up_for_the_fees_since_first_close() -> None:
    # 2 % of 1,000,000.00 in quarters of 30/360: 5,000.00 at the start of January, April and July, none later;
    # interest 8 % on each from its day to 31 August 2024: 243, 152 and 61 days of 365
    periods = fee_periods(FIRST, dt.date(2025, 1, 1), Frequency.QUARTERLY)
    terms = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.QUARTERLY, Timing.ADVANCE, DayCount.THIRTY_360)
    level = Levels.of_movements(np.array([1]), days(FIRST), np.array([1_000_000_00]))
    closing = dt.date(2024, 8, 31)
    found = fee_true_up(periods, [terms, terms], {Basis.COMMITMENTS: level}, FundDates(), closing, EIGHT)
    assert found.fee.tolist() == [[0, 0, 0], [5_000_00, 5_000_00, 5_000_00]]
    assert found.interest[1].tolist() == [266_30, 166_58, 66_85]  # 400 x 243/365, x 152/365, x 61/365


def test_a_true_up_may_go_to_those_who_bore_the_fee() -> None:
    # 1,000.00 a quarter with 20.00 of interest on the first only (91 of 365 days at 8 % are 19.945): 2 : 1 to the others
    periods = fee_periods(dt.date(2024, 4, 1), dt.date(2024, 7, 1), Frequency.QUARTERLY)
    terms = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.QUARTERLY, Timing.ADVANCE, DayCount.THIRTY_360)
    level = Levels.of_movements(np.array([2]), days(FIRST), np.array([200_000_00]))
    paid = fee_true_up(periods, [None, None, terms], {Basis.COMMITMENTS: level}, FundDates(), SECOND, EIGHT)
    found = to_earlier_partners(paid, np.array([2, 1, 0]))
    assert found.fee.T.tolist() == [[-666_67, -333_33, 1_000_00]]
    assert found.interest.T.tolist() == [[-13_30, -6_65, 19_95]]


def test_in_arrears_the_true_up_ends_where_the_running_period_takes_over() -> None:
    # the second quarter is charged at its end from 16 May on; the newcomer owes 91 + 45 of its days in ACT/365F
    periods = fee_periods(FIRST, dt.date(2024, 7, 1), Frequency.QUARTERLY)
    terms = FeeTerms(Basis.COMMITMENTS, Decimal("0.0365"), Frequency.QUARTERLY, Timing.ARREARS, DayCount.ACT_365F)
    level = Levels.of_movements(np.array([0]), days(FIRST), np.array([10_000_00]))
    found = fee_true_up(periods, [terms], {Basis.COMMITMENTS: level}, FundDates(), dt.date(2024, 5, 16), EIGHT)
    assert found.fee.tolist() == [[91_00, 45_00]]
    assert found.interest.tolist() == [[90, 0]]  # 91.00 x 8 % x 45 / 365 = 0.8975


def test_offsets_already_applied_are_shared_anew_and_the_true_up_bears_its_own_fee_only() -> None:
    # 300.00 of offsets on the first quarter were the two earlier partners'; the third now has half of the fund
    periods = fee_periods(FIRST, dt.date(2024, 7, 1), Frequency.QUARTERLY)
    terms = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.QUARTERLY, Timing.ADVANCE, DayCount.THIRTY_360)
    level = Levels.of_movements(np.array([2]), days(FIRST), np.array([200_000_00]))
    fees = fee_true_up(periods, [terms] * 3, {Basis.COMMITMENTS: level}, FundDates(), SECOND, None)
    offsets = restate(np.array([[200_00, 100_00, 0], [0, 0, 0]]), np.array([1, 1, 2]))
    legs = closing_legs(SECOND, no_flows(3), no_flows(3), moved(NOBODY_MOVES, no_flows(3), SECOND), fees, offsets)
    rows = list(
        zip(legs.kind, legs.source, legs.partner.tolist(), legs.event_date.tolist(), legs.amount.tolist(), strict=True)
    )
    assert rows == [
        (LegKind.MANAGEMENT_FEE, "2024-01-01", 2, SECOND, -1_000_00),
        (LegKind.MANAGEMENT_FEE, "2024-04-01", 2, SECOND, -1_000_00),
        (LegKind.FEE_OFFSET, "2024-01-01", 0, FIRST, -125_00),
        (LegKind.FEE_OFFSET, "2024-01-01", 1, FIRST, -25_00),
        (LegKind.FEE_OFFSET, "2024-01-01", 2, FIRST, 150_00),
    ]
    with pytest.raises(ValueError, match="offsets: expected the fee true-up"):
        closing_legs(SECOND, no_flows(3), no_flows(3), moved(NOBODY_MOVES, no_flows(3), SECOND), offsets=offsets)


def test_legs_restate_history_on_its_day_and_are_paid_from_the_investors_view() -> None:
    who = partners([1, 0], [1, 1], [FIRST, SECOND])
    called, paid_out = flows([[1000_00, 0]], (FIRST,)), flows([[300_00, 0]], (dt.date(2024, 3, 1),))
    found = moved(who, called, SECOND, distributions=paid_out)
    legs = closing_legs(SECOND, called, paid_out, found)
    rows = list(
        zip(
            legs.kind,
            legs.source,
            legs.partner.tolist(),
            legs.event_date.tolist(),
            legs.amount.tolist(),
            legs.is_inside_commitment.tolist(),
            strict=True,
        )
    )
    interest = 19_95  # 500.00 x 8 % x 182 / 365
    assert rows == [
        (LegKind.CONTRIBUTION, "F0", 0, FIRST, 500_00, True),
        (LegKind.CONTRIBUTION, "F0", 1, FIRST, -500_00, True),
        (LegKind.LATE_INTEREST, "F0", 0, SECOND, interest, False),
        (LegKind.LATE_INTEREST, "F0", 1, SECOND, -interest, False),
        (LegKind.DISTRIBUTION, "F0", 0, dt.date(2024, 3, 1), -150_00, False),
        (LegKind.DISTRIBUTION, "F0", 1, dt.date(2024, 3, 1), 150_00, False),
    ]


@pytest.mark.parametrize(
    ("rate", "due", "new", "expected"),
    [
        ("0.25", THIRD - dt.timedelta(days=730), 2, []),
        ("0.26", FIRST, 2, ["EQUALISATION_RATE_RANGE"]),
        ("0.08", THIRD - dt.timedelta(days=731), 2, ["EQUALISATION_PERIOD"]),
        ("0.08", THIRD, 2, ["EQUALISATION_PERIOD"]),
        (None, FIRST, 2, ["EQUALISATION_RATE_MISSING"]),
        ("0.08", FIRST, 3, ["CLOSING_COMMITMENTS"]),  # section 8 item 14: a stated commitment that does not fit
    ],
)
def test_a_closing_is_judged_by_rate_period_and_commitments(
    rate: str | None, due: dt.date, new: int, expected: list[str]
) -> None:
    rates = None if rate is None else InterestRates.of(InterestTerms(Decimal(rate)))
    found = check_closing(
        "C2",
        partners([1, 0], [1, 2]),
        flows([[1000, 0]], (due,)),
        rates,
        InterestSpan(None, THIRD),
        is_initial=False,
        stated_new=new,
        stated_total=3,
    )
    assert [each.rule_code for each in found] == expected


def test_an_initial_closing_needs_no_rate() -> None:
    assert check_closing("C1", partners([0], [1]), no_flows(1), None, InterestSpan(None, FIRST), is_initial=True) == ()


def test_a_call_holds_no_negative_amounts() -> None:
    with pytest.raises(ValueError, match="flow F0: expected amounts >= 0, found -1 in column 1"):
        flows([[5, -1]], (FIRST,))


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        ({"interest": {}}, "interest: expected a rate, or an index_id and a spread, found none"),
        ({"interest": {"rate": "0.08", "spread": "0.01"}}, "expected a rate, or an index_id and a spread"),
        ({"interest": {"rate": 8}}, "interest.rate: expected a number >= 0 and < 1"),
        ({"earlier_deals": "MARKET"}, "earlier_deals: expected one of COST, FAIR_VALUE, EXCLUDED, found 'MARKET'"),
        ({"discount": 1}, "closing: expected only the keys interest, earlier_deals"),
    ],
)
def test_terms_that_cannot_be_read_name_their_key(structure: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_closing_terms(structure)


def test_a_closing_that_states_its_interest_goes_before_the_agreement() -> None:
    agreed = ClosingTerms(InterestTerms(Decimal("0.08")))
    day_count = DayCount.ACT_360
    assert interest_of_closing(agreed, None, None, None, False, day_count) == agreed.interest
    fixed = interest_of_closing(agreed, Decimal("0.06"), None, None, True, day_count)
    assert fixed == InterestTerms(Decimal("0.06"), None, True, day_count)
    floating = interest_of_closing(agreed, None, "SOFR", Decimal("0.02"), False, day_count)
    assert floating == InterestTerms(Decimal("0.02"), "SOFR", False, day_count)
    with pytest.raises(ValueError, match="expected an equalization_interest_rate or a benchmark_index_id"):
        interest_of_closing(agreed, Decimal("0.06"), "SOFR", None, False, day_count)


def test_terms_are_read_from_the_closing_shape() -> None:
    terms = read_closing_terms(
        {"interest": {"index_id": "SOFR", "spread": "0.02", "compounds": True, "day_count": "30_360"}}
    )
    assert terms.interest == InterestTerms(Decimal("0.02"), "SOFR", True, DayCount.THIRTY_360)
