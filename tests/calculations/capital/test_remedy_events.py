"""What remedies change in the roll of commitments. Expected changes are worked by hand from CC-4 and CC-8 beside each test."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.capital.commitments import EventKind
from calculations.funds.capital.defaults import Default, Figures, OtherPartner, apply_remedy
from calculations.funds.capital.late import InterestShare
from calculations.funds.capital.remedy_events import remedy_changes
from calculations.funds.capital.terms import Remedy

CENT = Decimal("0.01")
D = Decimal
# 200 committed, 140 called of which 40 are unpaid, 10 given back to be called again: 70 unfunded
DEFAULT = Default("N-1", "x", D("40.00"), D("200.00"), D("100.00"), D("110.00"), D("90.00"))
CALLED, RESTORED = D("140.00"), D("10.00")
OTHERS = [OtherPartner("a", D("100.00"), D("60.00")), OtherPartner("b", D("300.00"), D("200.00"))]
FIGURES = Figures(interest=[InterestShare(None, D("1.00"))], distribution_due=D("25.00"), forfeiture_share=D("0.5"))


def changes(remedy: Remedy) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    outcome = apply_remedy(remedy, DEFAULT, OTHERS, FIGURES, CENT)
    for commitment, kind, amount in remedy_changes(outcome, CALLED, RESTORED, CENT):
        found[commitment, str(kind)] += amount
    return dict(found)


def unfunded(remedy: Remedy) -> dict[str, Decimal]:
    """Change of what is unfunded: committed - called + restored, CC-4."""
    sign = {"COMMITTED": 1, "CALLED_INSIDE": -1, "REALLOCATED": -1, "RESTORED": 1, "REMEDIED": 0}
    found: dict[str, Decimal] = defaultdict(Decimal)
    for (commitment, kind), amount in changes(remedy).items():
        found[commitment] += sign[kind] * amount
    return {commitment: amount for commitment, amount in found.items() if amount}


def test_a_cut_commitment_is_what_was_paid_and_owes_nothing_more() -> None:
    # 200 - (200 - 100) committed, 140 - 40 called
    assert changes(Remedy.COMMITMENT_CUT) == {
        ("x", "COMMITTED"): D("-100.00"),
        ("x", "CALLED_INSIDE"): D("-40.00"),
        ("x", "REMEDIED"): D("40.00"),
    }


def test_others_who_cover_a_default_are_called_for_it_by_their_commitments() -> None:
    # 40 by 100 : 300
    assert changes(Remedy.COVER_BY_OTHERS) == {
        ("x", "REALLOCATED"): D("-40.00"),
        ("a", "REALLOCATED"): D("10.00"),
        ("b", "REALLOCATED"): D("30.00"),
        ("x", "REMEDIED"): D("40.00"),
    }


def test_a_waived_call_was_never_called() -> None:
    assert changes(Remedy.WAIVED) == {("x", "CALLED_INSIDE"): D("-40.00"), ("x", "REMEDIED"): D("40.00")}


def test_a_sold_interest_passes_whole_with_what_is_unfunded_of_it() -> None:
    # 200 - 140 + 10 = 70 unfunded, by 100 : 300
    assert unfunded(Remedy.FORCED_SALE) == {"x": D("-70.00"), "a": D("17.50"), "b": D("52.50")}
    assert changes(Remedy.FORCED_SALE)["x", "COMMITTED"] == D("-200.00")


@pytest.mark.parametrize("remedy", [Remedy.INTEREST, Remedy.SET_OFF, Remedy.FORFEITURE, Remedy.DEFAULT_LOAN])
def test_a_remedy_that_pays_the_call_or_takes_from_the_account_leaves_commitments_alone(remedy: Remedy) -> None:
    assert unfunded(remedy) == {}


@pytest.mark.parametrize(
    ("remedy", "settled"), [(Remedy.SET_OFF, "25.00"), (Remedy.DEFAULT_LOAN, "40.00"), (Remedy.INTEREST, None)]
)
def test_what_a_remedy_settles_of_a_default_is_seen(remedy: Remedy, settled: str | None) -> None:
    assert changes(remedy).get(("x", "REMEDIED")) == (None if settled is None else D(settled))


@pytest.mark.parametrize(
    ("remedy", "amount"),
    [
        (Remedy.INTEREST, "1.00"),
        (Remedy.SET_OFF, "25.00"),
        (Remedy.FORFEITURE, "55.00"),  # half of 110
        (Remedy.FORCED_SALE, "45.00"),  # half of the lower of 100 and 90
        (Remedy.COMMITMENT_CUT, "100.00"),
        (Remedy.COVER_BY_OTHERS, "40.00"),
        (Remedy.DEFAULT_LOAN, "40.00"),
        (Remedy.WAIVED, "40.00"),
    ],
)
def test_a_remedy_comes_to_the_one_figure_that_a_workbook_states_of_it(remedy: Remedy, amount: str) -> None:
    assert apply_remedy(remedy, DEFAULT, OTHERS, FIGURES, CENT).amount == D(amount)


@given(
    st.sampled_from([Remedy.COVER_BY_OTHERS, Remedy.FORCED_SALE]),
    st.integers(1, 5_000),
    st.lists(st.integers(6_000, 50_000), min_size=1, max_size=6),
)
def test_what_passes_between_partners_is_neither_made_nor_lost(remedy: Remedy, unpaid: int, held: list[int]) -> None:
    cents = Decimal(unpaid) / 100
    default = Default("N", "x", cents, D("900.00"), D("300.00"), D("10.00"), D("20.00"))
    others = [OtherPartner(f"p{n}", Decimal(each) / 100, Decimal(each) / 100) for n, each in enumerate(held)]
    outcome = apply_remedy(remedy, default, others, Figures(), CENT)
    sums: dict[EventKind, Decimal] = defaultdict(Decimal)
    for _, kind, amount in remedy_changes(outcome, D("300.00") + cents, D("7.77"), CENT):
        sums[kind] += amount
    assert {kind: amount for kind, amount in sums.items() if amount} == {EventKind.REMEDIED: cents}
