"""Transfers of commitments: the rules of fund-admin 1.8 by hand, and balances that add up whatever the share."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.funds.transfers.completion import SecondaryFlow, complete_transfer
from calculations.funds.transfers.positions import CarryEntry, HurdleLots, Lot, Position, TierBalance, split
from calculations.funds.transfers.requests import TransferRequest, TransferStatus, TransferType
from calculations.funds.transfers.rules import Surroundings, check_transfer
from calculations.funds.waterfall.preferred import Convention, working_precision
from tests.calculations.waterfall_reference import preferred

D = Decimal
CENT = D("0.01")
CALLED, DAY = dt.date(2023, 3, 31), dt.date(2025, 6, 30)

POSITION = Position(
    commitment=D("1000000.00"),
    unfunded=D("450000.00"),
    restored=D("50000.00"),
    recallable=D("20000.00"),
    lots=(HurdleLots("8 %", (Lot(CALLED, D("400000.00"), D("12345.678901"), D("0.1")),)),),
    tiers=(TierBalance("lp_profit", D("10.01")),),
    carry=(CarryEntry(CALLED, "CARRY_PAID", D("2.50")),),
)
TRANSFER = TransferRequest(
    "T1",
    "C1",
    "seller",
    "buyer",
    TransferType.PARTIAL,
    TransferStatus.APPROVED,
    amount=D("250000.00"),
    price=D("180000.00"),
    effective_date=DAY,
    submitted_date=dt.date(2025, 5, 1),
    approved_date=dt.date(2025, 6, 1),
    reason="sale of a fund interest",
    gp_consent=True,
    agreement_document_id="D1",
)
AROUND = Surroundings("seller", D("1000000.00"), "APPROVED", "APPROVED", DAY)


def test_a_quarter_of_every_balance_moves_with_a_quarter_of_the_commitment() -> None:
    done = complete_transfer(TRANSFER, POSITION, CENT)
    assert done.moved == Position(
        commitment=D("250000.00"),
        unfunded=D("112500.00"),
        restored=D("12500.00"),
        recallable=D("5000.00"),
        lots=(HurdleLots("8 %", (Lot(CALLED, D("100000.00"), D("3086.419725"), D("0.0")),)),),
        tiers=(TierBalance("lp_profit", D("2.50")),),  # 2.5025
        carry=(CarryEntry(CALLED, "CARRY_PAID", D("0.63")),),  # 0.625
    )
    assert (POSITION.contributed, done.moved.contributed) == (D("600000.00"), D("150000.00"))
    assert done.kept.tiers == (TierBalance("lp_profit", D("7.51")),)


def test_a_full_transfer_leaves_nothing_behind() -> None:
    request = replace(TRANSFER, transfer_type=TransferType.FULL, amount=None)
    done = complete_transfer(request, POSITION, CENT)
    assert done.moved == POSITION
    assert {balance for _, balance in balances(done.kept)} == {D(0)}


def test_the_buyers_first_flow_is_the_price_and_the_seller_gets_it() -> None:
    assert complete_transfer(TRANSFER, POSITION, CENT).flows == (
        SecondaryFlow("buyer", DAY, D("-180000.00")),
        SecondaryFlow("seller", DAY, D("180000.00")),
    )


def test_a_transfer_needs_an_effective_date() -> None:
    with pytest.raises(ValueError, match="transfer T1: expected an effective date, found none"):
        complete_transfer(replace(TRANSFER, effective_date=None), POSITION, CENT)


def balances(position: Position) -> list[tuple[str, Decimal]]:
    """Every balance of a position by a name that tells what it is."""
    plain = [(f.name, getattr(position, f.name)) for f in fields(Position) if f.name not in ("lots", "tiers", "carry")]
    lots = [
        (f"{each.hurdle} {lot.start} {place} {kind}", getattr(lot, kind))
        for each in position.lots
        for place, lot in enumerate(each.lots)
        for kind in ("capital", "capitalised", "accrued")
    ]
    tiers = [(tier.name, tier.amount) for tier in position.tiers]
    carry = [(f"{n} {entry.event_date} {entry.entry_type}", entry.amount) for n, entry in enumerate(position.carry)]
    return [*plain, *lots, *tiers, *carry]


cents = st.integers(0, 10**13).map(lambda units: Decimal(units).scaleb(-2))
dates = st.dates(dt.date(2015, 1, 1), DAY)


def grown(lot: Lot, rate: Decimal, convention: Convention, since: dt.date, until: dt.date) -> preferred.Lot:
    return preferred.accrue(preferred.Lot(**vars(lot)), rate, convention, since, until)


@st.composite
def positions(draw: st.DrawFn) -> Position:
    """A commitment of which some is drawn, some of that restored; capital in lots with unrounded preferred return."""
    commitment = draw(cents.filter(bool))
    drawn = draw(st.integers(0, int(commitment.scaleb(2))).map(lambda units: Decimal(units).scaleb(-2)))
    restored = draw(st.integers(0, int(drawn.scaleb(2))).map(lambda units: Decimal(units).scaleb(-2)))
    with working_precision():
        unfunded = commitment - drawn + restored
    lots = tuple(
        Lot(**vars(grown(Lot(start, capital), D("0.08125"), draw(st.sampled_from(Convention)), start, DAY)))
        for start, capital in draw(st.lists(st.tuples(dates, cents), max_size=4))
    )
    types = st.sampled_from(["CARRY_PAID", "ESCROW_IN", "ESCROW_OUT"])
    return Position(
        commitment=commitment,
        unfunded=unfunded,
        restored=restored,
        recallable=draw(st.sampled_from([D(0), restored])),
        lots=(HurdleLots("first", lots), HurdleLots("second", lots)),
        tiers=(TierBalance("unreturned_capital", HurdleLots("", lots).capital), TierBalance("gp_carry", draw(cents))),
        carry=tuple(CarryEntry(*row) for row in draw(st.lists(st.tuples(dates, types, cents), max_size=4))),
    )


@settings(max_examples=40, deadline=None)
@given(position=positions(), share=st.fractions(0, 1, max_denominator=10**6).filter(bool), unit=st.sampled_from([CENT]))
def test_every_balance_before_is_the_sum_of_both_after(position: Position, share: Fraction, unit: Decimal) -> None:
    kept, moved = split(position, share, unit)
    for (name, before), (kept_name, left), (moved_name, gone) in zip(
        balances(position), balances(kept), balances(moved), strict=True
    ):
        assert name == kept_name == moved_name
        assert Fraction(left) + Fraction(gone) == Fraction(before)
        assert left >= 0
        assert gone >= 0
        if "capital" not in name.split() and "CARRY" not in name and "ESCROW" not in name:
            assert abs(Fraction(gone) - Fraction(before) * share) <= Fraction(1, 200)
    for side in (kept, moved):
        assert side.contributed >= 0
        assert side.unfunded == side.commitment - side.contributed + side.restored
        # capital in the lots of every hurdle goes with the unreturned capital of the waterfall
        assert [each.capital for each in side.lots] == [side.tiers[0].amount] * 2


@settings(max_examples=40, deadline=None)
@given(position=positions(), share=st.fractions(0, 1, max_denominator=1000).filter(bool))
def test_moved_lots_go_on_earning_as_the_whole_would(position: Position, share: Fraction) -> None:
    # what both sides earn in a year is what the unsplit lot earns, but for the rounding of balances that compound
    kept, moved = split(position, share, CENT)
    later = DAY + dt.timedelta(days=365)
    for whole, left, gone in zip(position.lots[0].lots, kept.lots[0].lots, moved.lots[0].lots, strict=True):
        for convention in (Convention.SIMPLE_365, Convention.IRR):
            parts = [grown(lot, D("0.08"), convention, DAY, later).preferred for lot in (left, gone)]
            straight = grown(whole, D("0.08"), convention, DAY, later).preferred
            assert abs(Fraction(parts[0]) + Fraction(parts[1]) - Fraction(straight)) < Fraction(1, 10**25)


def codes(transfer: TransferRequest, around: Surroundings = AROUND, **more: object) -> list[tuple[str, str]]:
    return [(each.rule_code, each.severity) for each in check_transfer(transfer, around, **more)]  # type: ignore[arg-type]


def test_an_approved_transfer_with_all_papers_may_complete() -> None:
    assert codes(TRANSFER, wanted=TransferStatus.COMPLETED) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"transferor_id": "someone"}, ("TRANSFER_NOT_HOLDER", "critical")),
        ({"transferee_id": "seller"}, ("TRANSFER_TO_ITSELF", "critical")),
        ({"amount": D("1000000.00")}, ("TRANSFER_EXTENT", "critical")),
        ({"amount": D(0)}, ("TRANSFER_EXTENT", "critical")),
        ({"amount": None}, ("TRANSFER_EXTENT", "critical")),
        ({"fraction": D("0.25")}, ("TRANSFER_EXTENT", "critical")),
        ({"amount": None, "fraction": D(1)}, ("TRANSFER_EXTENT", "critical")),
        ({"transfer_type": TransferType.FULL}, ("TRANSFER_EXTENT", "critical")),
        ({"reason": ""}, ("TRANSFER_REASON_MISSING", "critical")),
        ({"effective_date": None}, ("TRANSFER_DATES_MISSING", "critical")),
        ({"submitted_date": None}, ("TRANSFER_DATES_MISSING", "critical")),
        ({"status": TransferStatus.UNDER_REVIEW}, ("TRANSFER_NOT_APPROVED", "critical")),
        ({"agreement_document_id": None}, ("TRANSFER_AGREEMENT_MISSING", "critical")),
        ({"gp_consent": False}, ("GP_CONSENT_MISSING", "warning")),
        ({"effective_date": DAY + dt.timedelta(days=1)}, ("TRANSFER_DATE_FUTURE", "warning")),
        ({"price": None}, ("TRANSFER_PRICE_MISSING", "warning")),
    ],
)
def test_each_rule_finds_what_breaks_it(changed: dict[str, object], expected: tuple[str, str]) -> None:
    broken = replace(TRANSFER, **changed)  # type: ignore[arg-type]
    assert codes(broken, wanted=TransferStatus.COMPLETED) == [expected]


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "EXPIRED", None])
def test_the_transferee_needs_both_checks_approved(status: str | None) -> None:
    for check, around in [
        ("TRANSFEREE_KYC", replace(AROUND, transferee_kyc_status=status)),
        ("TRANSFEREE_AML", replace(AROUND, transferee_aml_status=status)),
    ]:
        assert codes(TRANSFER, around, wanted=TransferStatus.COMPLETED) == [(check, "critical")]


def test_a_commitment_has_one_open_transfer() -> None:
    beside = replace(TRANSFER, transfer_id="T2", status=TransferStatus.DRAFT)
    assert codes(TRANSFER, others=[TRANSFER, beside]) == [("TRANSFER_ALREADY_OPEN", "critical")]
    for status in (TransferStatus.COMPLETED, TransferStatus.REJECTED, TransferStatus.CANCELLED):
        assert codes(TRANSFER, others=[TRANSFER, replace(beside, status=status)]) == []
    assert codes(TRANSFER, others=[replace(beside, commitment_id="C2")]) == []


def test_a_draft_need_not_be_complete() -> None:
    draft = replace(TRANSFER, status=TransferStatus.DRAFT, reason=None, submitted_date=None, agreement_document_id=None)
    assert codes(draft) == []
    assert [code for code, _ in codes(draft, wanted=TransferStatus.SUBMITTED)] == [
        "TRANSFER_REASON_MISSING",
        "TRANSFER_DATES_MISSING",
    ]


def test_a_completed_transfer_shows_when_it_was_approved() -> None:
    done = replace(TRANSFER, status=TransferStatus.COMPLETED)
    assert codes(done) == []
    assert codes(replace(done, approved_date=None)) == [("TRANSFER_NOT_APPROVED", "critical")]


def test_a_withdrawn_transfer_is_not_judged() -> None:
    assert codes(replace(TRANSFER, status=TransferStatus.CANCELLED, transferor_id="someone")) == []


def test_a_finding_says_what_was_expected_and_found() -> None:
    (found,) = check_transfer(replace(TRANSFER, amount=D("1000000.00")), AROUND)
    assert found.message == (
        "transfer T1: expected more than 0 and less than the commitment of 1000000.00, found 1000000.00"
    )
