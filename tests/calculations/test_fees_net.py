"""From gross to net fees: fund-admin F-3 to F-8 and the netting of V16, worked by hand, and what always holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.daycount import Ints
from calculations.funds.fees.charges import charge_fees, fee_rows, net_step_rows
from calculations.funds.fees.concessions import Concession, ConcessionKind, cuts, due
from calculations.funds.fees.day_counts import DayCount
from calculations.funds.fees.gross import FeeSteps, gross_fees
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.netting import NetFees, by_group, deemed_contributions, net_fees
from calculations.funds.fees.offsets import PortfolioFee, add_offsets
from calculations.funds.fees.periods import fee_periods
from calculations.funds.fees.terms import Basis, FeeTerms, Frequency, FundDates, NetStep, Timing
from calculations.funds.fees.true_ups import true_up

START, END = dt.date(2025, 1, 1), dt.date(2026, 1, 1)
QUARTERS = fee_periods(START, END, Frequency.QUARTERLY)
TERMS = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.QUARTERLY, Timing.ADVANCE, DayCount.THIRTY_360)
FULL, PARTIAL, PERCENTAGE = ConcessionKind.FULL, ConcessionKind.PARTIAL, ConcessionKind.PERCENTAGE
REBATE, DEEMED = ConcessionKind.REBATE, ConcessionKind.DEEMED_CONTRIBUTION


def steps(*commitments: int, concessions: tuple[Concession, ...] = ()) -> FeeSteps:
    """Quarterly fees of 2 % a year for 2025, amounts in cents: 0.5 % of the commitment each."""
    count = len(commitments)
    balances = Levels.of_movements(
        np.arange(count), np.full(count, START, dtype="datetime64[D]"), np.array(commitments)
    )
    return gross_fees(QUARTERS, [TERMS] * count, {Basis.COMMITMENTS: balances}, FundDates(), cuts(concessions))


def net(
    *commitments: int,
    concessions: tuple[Concession, ...] = (),
    offsets: Ints | None = None,
    order: tuple[NetStep, ...] = tuple(NetStep),
) -> NetFees:
    found = steps(*commitments, concessions=concessions)
    count = len(commitments)
    gross = found.by_period(found.gross, count, 4)
    added = np.zeros_like(gross) if offsets is None else offsets
    return net_fees(gross, due(found, concessions, count, 4, 2), added, order)


def test_v16_a_fee_of_50000_less_an_offset_of_10000_is_40000() -> None:
    # fund-admin V16; a commitment of 10,000,000.00 bears 50,000.00 a quarter
    found = net(10_000_000_00, offsets=np.array([[10_000_00, 0, 0, 0]]))
    assert (found.gross[0, 0], found.offset_applied[0, 0], found.net[0, 0]) == (50_000_00, 10_000_00, 40_000_00)


def test_an_offset_above_the_fee_is_carried_forward_and_paid_at_liquidation() -> None:
    # 500.00 a quarter: 1,300.00 in the second, 1,000.00 in the last, 60.00 too late for any
    found = net(100_000_00, offsets=np.array([[0, 1_300_00, 0, 1_000_00]]))
    assert found.offset_opening.tolist() == [[0, 0, 800_00, 300_00]]
    assert found.offset_applied.tolist() == [[0, 500_00, 500_00, 500_00]]
    assert found.offset_carried.tolist() == [[0, 800_00, 300_00, 800_00]]
    assert found.net.tolist() == [[500_00, 0, 0, 0]]
    assert found.paid_at_liquidation(np.array([60_00])).tolist() == [860_00]


@pytest.mark.parametrize(
    ("order", "waiver", "rebate", "offset"),
    [
        (("WAIVERS", "REBATES", "OFFSETS"), 300_00, 200_00, 0),
        (("OFFSETS", "REBATES", "WAIVERS"), 0, 250_00, 250_00),
        (("REBATES", "OFFSETS", "WAIVERS"), 0, 250_00, 250_00),
        (("OFFSETS", "WAIVERS", "REBATES"), 250_00, 0, 250_00),
    ],
)
def test_the_order_agreed_decides_who_bears_the_floor_at_zero(
    order: tuple[str, ...], waiver: int, rebate: int, offset: int
) -> None:
    # a fee of 500.00 against a waiver of 300.00, a rebate of 250.00 and an offset of 250.00
    concessions = (
        Concession("W", PARTIAL, (0,), START, amount=Decimal("300.00")),
        Concession("R", REBATE, (0,), START, amount=Decimal("250.00")),
    )
    found = net(
        100_000_00,
        concessions=concessions,
        offsets=np.array([[250_00, 0, 0, 0]]),
        order=tuple(NetStep(step) for step in order),
    )
    assert found.net[0, 0] == 0
    assert [int(found.amount(step)[0, 0]) for step in NetStep] == [waiver, rebate, offset]
    left = 500_00
    for step in found.order:
        assert found.before(step)[0, 0] == left
        left -= int(found.amount(step)[0, 0])


def test_a_full_waiver_lasts_until_the_day_before_its_expiry() -> None:
    # from 1 February to 15 May: 60 of 90 days of the first quarter, 44 of 90 of the second
    waiver = (Concession("W", FULL, (0,), dt.date(2025, 2, 1), dt.date(2025, 5, 15)),)
    assert net(100_000_00, concessions=waiver).waiver.tolist() == [[333_33, 244_44, 0, 0]]


def test_a_percentage_is_taken_of_every_fee_and_an_amount_once_in_all() -> None:
    concessions = (
        Concession("P", PERCENTAGE, (0,), START, share=Decimal("0.1")),
        Concession("A", PARTIAL, (0,), START, amount=Decimal("700.00")),
    )
    assert net(100_000_00, concessions=concessions).waiver.tolist() == [[500_00, 300_00, 50_00, 50_00]]


def test_a_waiver_for_all_is_shared_by_their_fees() -> None:
    # fees of 500.00 and 1,000.00: 100.00 is shared as 33.33 and 66.67
    found = net(
        100_000_00, 200_000_00, concessions=(Concession("W", PARTIAL, (0, 1), START, amount=Decimal("100.00")),)
    )
    assert found.waiver[:, 0].tolist() == [33_33, 66_67]


def test_a_rebate_costs_no_other_investor() -> None:
    found = net(100_000_00, 100_000_00, concessions=(Concession("R", REBATE, (0,), START, share=Decimal("0.25")),))
    assert found.net[:, 0].tolist() == [375_00, 500_00]


def test_a_fee_waived_against_the_gp_commitment_is_on_a_ledger_of_its_own() -> None:
    concessions = (
        Concession("D", DEEMED, (1,), START, amount=Decimal("800.00")),
        Concession("W", PERCENTAGE, (0,), START, share=Decimal("0.5")),
    )
    found = steps(100_000_00, 100_000_00, concessions=concessions)
    dues = due(found, concessions, 2, 4, 2)
    fees = net_fees(found.by_period(found.gross, 2, 4), dues, np.zeros((2, 4), np.int64))
    assert deemed_contributions(fees, dues).tolist() == [[0, 0, 0, 0], [500_00, 300_00, 0, 0]]
    assert fees.waiver.tolist() == [[250_00] * 4, [500_00, 300_00, 0, 0]]


def test_partners_sum_to_class_and_fund() -> None:
    amounts = np.array([[1, 10], [2, 20], [4, 40]])
    assert by_group(amounts, np.array([0, 1, 0]), 2).tolist() == [[5, 50], [2, 20]]
    assert by_group(amounts, np.zeros(3, np.int64), 1).tolist() == [[7, 70]]


def portfolio_fee(day: dt.date, gross: str, approved: dt.date | None = START, offset_id: str = "O1") -> PortfolioFee:
    return PortfolioFee(offset_id, day, Decimal(gross), Decimal("0.4"), Decimal("0.8"), approved)


def test_an_offset_is_the_funds_share_of_the_agreed_part_and_waits_for_the_next_charge() -> None:
    # 1,000.00 x 0.4 x 0.8 = 320.00, received in February: the quarter charged on 1 April; weights 3 : 1
    found = add_offsets(
        [portfolio_fee(dt.date(2025, 2, 3), "1000.00")],
        np.array([[3, 1]]),
        QUARTERS,
        Timing.ADVANCE,
        np.array([500_00] * 4),
        2,
    )
    assert found.amount.tolist() == [[0, 240_00, 0, 0], [0, 80_00, 0, 0]]
    assert found.findings == ()
    assert not found.later.any()


def test_an_offset_waits_for_approval_and_may_come_too_late() -> None:
    fees = [
        portfolio_fee(START, "1000.00", None, "unapproved"),
        portfolio_fee(START, "1000.00", dt.date(2025, 6, 1), "approved later"),
        portfolio_fee(dt.date(2025, 12, 1), "100.00", START, "too late"),
    ]
    found = add_offsets(fees, np.ones((3, 1), np.int64), QUARTERS, Timing.ADVANCE, np.array([100_00] * 4), 2)
    assert found.amount.tolist() == [[0, 0, 320_00, 0]]
    assert found.later.tolist() == [32_00]
    assert [(each.rule_code, each.severity, each.entity_id) for each in found.findings] == [
        ("OFFSET_NOT_APPROVED", "warning", "unapproved"),
        ("OFFSET_EXCEEDS_FEE", "info", "approved later"),
    ]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_nets_are_never_negative_and_every_step_adds_up(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 4))
    commitments = data.draw(st.lists(st.integers(0, 10**12), min_size=count, max_size=count))
    several = st.sets(st.integers(0, count - 1), min_size=1)
    given_to = st.tuples(st.sampled_from([PARTIAL, PERCENTAGE, DEEMED]), several) | st.tuples(
        st.just(REBATE), st.integers(0, count - 1).map(lambda number: {number})
    )
    concessions = tuple(
        Concession(
            f"W{number}",
            kind,
            tuple(numbers),
            data.draw(st.dates(START, dt.date(2025, 6, 30))),
            data.draw(st.none() | st.dates(dt.date(2025, 7, 1), END)),
            share=data.draw(st.decimals(0, 1, places=6)),
        )
        for number, (kind, numbers) in enumerate(data.draw(st.lists(given_to, max_size=3)))
    )
    added = np.array(
        data.draw(st.lists(st.lists(st.integers(0, 10**11), min_size=4, max_size=4), min_size=count, max_size=count))
    )
    order = tuple(data.draw(st.permutations(tuple(NetStep))))
    found = net(*commitments, concessions=concessions, offsets=added, order=order)
    assert (found.net >= 0).all()
    assert min(found.waiver.min(), found.rebate.min(), found.offset_applied.min(), found.offset_carried.min()) >= 0
    # the offset ledger: all that came in was applied or is left
    assert (found.offset_applied.sum(axis=1) + found.offset_carried[:, -1] == added.sum(axis=1)).all()
    assert (found.offset_opening[:, 1:] == found.offset_carried[:, :-1]).all()
    # an offset is carried only past a fee that has nothing left
    left = found.before(NetStep.OFFSETS) - found.offset_applied
    assert (np.minimum(left, found.offset_carried) == 0).all()
    assert (found.used.sum(axis=0) == found.waiver + found.rebate).all()


def test_a_posted_fee_is_trued_up_beside_it() -> None:
    # 400.00 more and 100.00 less of basis, x 2 % x 90/360
    found = steps(100_000_00)
    actual = found.basis_amount + np.array([400_00, -100_00, 0, 0])
    ids = ["F1", "F2", "F3", "F4"]
    trued = true_up(found, ids, ["POSTED", "PAID", "POSTED", "POSTED"], actual)
    assert trued.true_up_of.tolist() == ids
    assert trued.amount.tolist() == [2_00, -50, 0, 0]
    assert trued.basis_used.tolist() == [100_000_00] * 4


def test_only_a_fee_in_the_books_is_trued_up() -> None:
    found = steps(100_000_00)
    with pytest.raises(ValueError, match=r"charge F2: a true-up needs .*POSTED.*, found CALCULATED"):
        true_up(found, ["F1", "F2", "F3", "F4"], ["PAID", *["CALCULATED"] * 3], found.basis_amount)


@pytest.mark.parametrize(
    ("concession", "message"),
    [
        (lambda: Concession("W1", PARTIAL, (0,), START), "waiver W1: expected an amount or a share"),
        (lambda: Concession("W1", PERCENTAGE, (0,), START, amount=Decimal(1)), "needs a share, found the amount 1"),
        (lambda: Concession("W1", PERCENTAGE, (0,), START, share=Decimal(50)), r"from 0 to 1 \(50 % is 0.5\), found 50"),
        (lambda: Concession("W1", FULL, (0,), START, share=Decimal(1)), "FULL waiver has neither amount nor share"),
        (lambda: Concession("W1", FULL, (0,), START, START), "expected an expiry after 2025-01-01"),
        (lambda: Concession("W1", FULL, (), START), "expected the partners"),
        (lambda: Concession("W1", REBATE, (0, 1), START, share=Decimal("0.1")), "one investor's, found 2 partners"),
    ],
)  # fmt: skip
def test_a_waiver_says_what_it_lacks(concession: object, message: str) -> None:
    assert callable(concession)
    with pytest.raises(ValueError, match=message):
        concession()


def test_fees_must_be_cut_where_a_waiver_begins() -> None:
    waiver = (Concession("W1", FULL, (0,), dt.date(2025, 2, 1)),)
    with pytest.raises(ValueError, match="waiver W1: expected fees cut on 2025-02-01"):
        due(steps(100_000_00), waiver, 1, 4, 2)


def test_a_fund_is_charged_in_rows_that_explain_themselves() -> None:
    # 500.00 and 1,000.00 a quarter; half of the first waived, 320.00 of offsets over 1 : 3 from the second on
    balances = Levels.of_movements(
        np.arange(2), np.full(2, START, dtype="datetime64[D]"), np.array([100_000_00, 200_000_00])
    )
    charged = charge_fees(
        QUARTERS,
        [TERMS, TERMS],
        {Basis.COMMITMENTS: balances},
        FundDates(),
        2,
        concessions=(Concession("D", DEEMED, (0,), START, share=Decimal("0.5")),),
        portfolio_fees=(portfolio_fee(dt.date(2025, 2, 3), "1000.00"),),
        offset_weights=np.array([[1, 3]]),
    )
    rows = fee_rows(charged)
    assert rows.partner.tolist() == [0] * 4 + [1] * 4
    assert rows.period_start[:2].tolist() == [START, dt.date(2025, 4, 1)]
    assert rows.period_end[:2].tolist() == [dt.date(2025, 3, 31), dt.date(2025, 6, 30)]
    assert rows.charged_on.tolist() == rows.period_start.tolist()
    assert rows.deemed_amount.tolist() == rows.waiver_amount.tolist() == [250_00] * 4 + [0] * 4
    assert rows.offset_applied.tolist() == [0, 80_00, 0, 0, 0, 240_00, 0, 0]
    assert rows.net_amount.tolist() == [250_00, 170_00, 250_00, 250_00, 1_000_00, 760_00, 1_000_00, 1_000_00]
    assert charged.paid_at_liquidation.tolist() == [0, 0]

    steps_of = net_step_rows(charged.fees)
    second = (steps_of.partner == 0) & (steps_of.period == 1)
    assert steps_of.step[second].tolist() == [NetStep.WAIVERS, NetStep.REBATES, NetStep.OFFSETS]
    assert steps_of.number[second].tolist() == [1, 2, 3]
    assert steps_of.fee_before[second].tolist() == [500_00, 250_00, 250_00]
    assert steps_of.amount[second].tolist() == [250_00, 0, 80_00]
    assert steps_of.fee_after[second].tolist() == [250_00, 250_00, 170_00]


def test_a_partner_without_terms_bears_no_fee() -> None:
    balances = Levels.of_movements(np.arange(2), np.full(2, START, dtype="datetime64[D]"), np.array([100_000_00] * 2))
    charged = charge_fees(QUARTERS, [None, TERMS], {Basis.COMMITMENTS: balances}, FundDates(), 2)
    assert charged.fees.net.tolist() == [[0] * 4, [500_00] * 4]
    with pytest.raises(ValueError, match="expected one timing and net_order for the fund, found 0"):
        charge_fees(QUARTERS, [None], {}, FundDates(), 2)


def test_timing_and_net_order_are_the_funds() -> None:
    other = replace(TERMS, timing=Timing.ARREARS)
    with pytest.raises(ValueError, match="terms: expected one timing and net_order for the fund, found 2"):
        charge_fees(QUARTERS, [TERMS, other], {}, FundDates(), 2)
    with pytest.raises(ValueError, match="offset weights: expected those of 1 portfolio fees, found none"):
        charge_fees(QUARTERS, [TERMS], {}, FundDates(), 2, portfolio_fees=(portfolio_fee(START, "1.00"),))
