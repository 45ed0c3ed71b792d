"""Remedies against a default. Expected movements are worked by hand from CC-8 beside each test."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.capital.defaults import (
    Account,
    Default,
    Figures,
    OtherPartner,
    Outcome,
    UncoveredDefault,
    apply_remedy,
)
from calculations.funds.capital.late import InterestShare
from calculations.funds.capital.terms import Remedy

CENT = Decimal("0.01")
D = Decimal
DEFAULT = Default("N-1", "x", D("40.00"), D("200.00"), D("100.00"), D("110.00"), D("90.00"))
OTHERS = [OtherPartner("b", D("300.00"), D("200.00")), OtherPartner("a", D("100.00"), D("60.00"))]


def outcome(remedy: Remedy, figures: Figures | None = None, default: Default = DEFAULT) -> Outcome:
    return apply_remedy(remedy, default, OTHERS, figures or Figures(), CENT)


def moved(found: Outcome) -> dict[str, dict[str | None, Decimal]]:
    table: dict[str, dict[str | None, Decimal]] = defaultdict(dict)
    for movement in found.movements:
        table[movement.account.value][movement.commitment_id] = movement.amount
    return dict(table)


@pytest.mark.parametrize("remedy", list(Remedy))
def test_the_defaulted_amount_stays_visible_under_every_remedy(remedy: Remedy) -> None:
    # CC-8, section 8 item 12
    figures = Figures(interest=[InterestShare(None, D("1.00"))], distribution_due=D("99.00"), forfeiture_share=D("0.5"))
    found = outcome(remedy, figures)
    assert (found.notice_id, found.defaulted_amount) == ("N-1", D("40.00"))


def test_interest_is_owed_by_the_defaulter_and_received_by_whom_the_terms_name() -> None:
    shares = [InterestShare("a", D("1.00")), InterestShare("b", D("3.00"))]
    assert moved(outcome(Remedy.INTEREST, Figures(interest=shares))) == {
        "INTEREST_DUE": {"x": D("4.00")},
        "INTEREST_RECEIVABLE": {"a": D("1.00"), "b": D("3.00")},
    }


@pytest.mark.parametrize(("due", "used"), [("25.00", "25.00"), ("70.00", "40.00")])
def test_a_distribution_is_set_off_up_to_what_is_unpaid(due: str, used: str) -> None:
    assert moved(outcome(Remedy.SET_OFF, Figures(distribution_due=D(due)))) == {
        "DISTRIBUTION_DUE": {"x": -D(used)},
        "CALL_DUE": {"x": -D(used)},
    }


def test_half_the_capital_account_is_forfeited_to_the_others_by_commitment() -> None:
    # half of 110 is 55, by 1:3
    assert moved(outcome(Remedy.FORFEITURE, Figures(forfeiture_share=D("0.5")))) == {
        "CAPITAL_ACCOUNT": {"x": D("-55.00"), "a": D("13.75"), "b": D("41.25")}
    }


def test_a_forced_sale_is_at_half_the_lower_of_contributions_and_fair_value() -> None:
    # contributions 100, fair value 90: the price is 45, by 1:3 11.25 and 33.75; the whole interest passes
    assert moved(outcome(Remedy.FORCED_SALE)) == {
        "CASH": {"x": D("45.00"), "a": D("-11.25"), "b": D("-33.75")},
        "CAPITAL_ACCOUNT": {"x": D("-110.00"), "a": D("27.50"), "b": D("82.50")},
        "COMMITMENT": {"x": D("-200.00"), "a": D("50.00"), "b": D("150.00")},
        "CALL_DUE": {"x": D("-40.00"), "a": D("10.00"), "b": D("30.00")},
    }
    stated = outcome(Remedy.FORCED_SALE, Figures(sale_price=D("20.00")))
    assert stated.change(Account.CASH, "x") == D("20.00")


def test_a_commitment_is_cut_to_what_was_paid() -> None:
    assert moved(outcome(Remedy.COMMITMENT_CUT)) == {"COMMITMENT": {"x": D("-100.00")}, "CALL_DUE": {"x": D("-40.00")}}


def test_others_cover_the_shortfall_by_commitment_up_to_their_unfunded() -> None:
    # 40 by 1:3 is 10 and 30; with 4 unfunded left a pays 4 and b 36
    assert moved(outcome(Remedy.COVER_BY_OTHERS)) == {"CALL_DUE": {"x": D("-40.00"), "a": D("10.00"), "b": D("30.00")}}
    capped = [OtherPartner("a", D("100.00"), D("4.00")), OTHERS[0]]
    found = apply_remedy(Remedy.COVER_BY_OTHERS, DEFAULT, capped, Figures(), CENT)
    assert moved(found) == {"CALL_DUE": {"x": D("-40.00"), "a": D("4.00"), "b": D("36.00")}}
    with pytest.raises(UncoveredDefault, match=r"notice N-1: .* 36\.00 has no payer"):
        apply_remedy(Remedy.COVER_BY_OTHERS, DEFAULT, capped[:1], Figures(), CENT)


def test_a_default_loan_pays_the_call_and_is_owed_to_the_others() -> None:
    assert moved(outcome(Remedy.DEFAULT_LOAN)) == {
        "CALL_DUE": {"x": D("-40.00")},
        "LOAN_DUE": {"x": D("40.00")},
        "CASH": {"a": D("-10.00"), "b": D("-30.00")},
        "LOAN_RECEIVABLE": {"a": D("10.00"), "b": D("30.00")},
    }


def test_a_waiver_takes_the_call_off_the_partner_alone() -> None:
    assert moved(outcome(Remedy.WAIVED)) == {"CALL_DUE": {"x": D("-40.00")}}


@pytest.mark.parametrize(
    ("remedy", "message"),
    [
        (Remedy.INTEREST, "the remedy needs interest, found none"),
        (Remedy.SET_OFF, "the remedy needs distribution_due, found none"),
        (Remedy.FORFEITURE, "the remedy needs forfeiture_share, found none"),
    ],
)
def test_a_remedy_without_its_figure_is_refused(remedy: Remedy, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        outcome(remedy)


def test_a_remedy_needs_a_default_and_others_than_the_defaulter() -> None:
    with pytest.raises(ValueError, match="expected other partners"):
        apply_remedy(Remedy.DEFAULT_LOAN, DEFAULT, [], Figures(), CENT)
    with pytest.raises(ValueError, match="expected others than x"):
        apply_remedy(Remedy.WAIVED, DEFAULT, [OtherPartner("x", D(1), D(1))], Figures(), CENT)
    with pytest.raises(ValueError, match="an unpaid amount > 0"):
        apply_remedy(Remedy.WAIVED, Default("N", "x", D(0), D(1), D(1)), OTHERS, Figures(), CENT)


cents = st.integers(0, 10**9).map(lambda count: D(count).scaleb(-2))


@given(
    st.sampled_from([Remedy.FORFEITURE, Remedy.FORCED_SALE, Remedy.COVER_BY_OTHERS]),
    cents.filter(bool),
    cents,
    cents,
    st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
)
def test_what_passes_between_partners_sums_to_zero_on_each_account(
    remedy: Remedy, unpaid: Decimal, contributions: Decimal, value: Decimal, commitments: list[int]
) -> None:
    default = Default("N", "x", unpaid, contributions + unpaid, contributions, value, value)
    others = [OtherPartner(f"{i}", D(c).scaleb(-2), unpaid) for i, c in enumerate(commitments)]
    found = apply_remedy(remedy, default, others, Figures(forfeiture_share=D("0.5")), CENT)
    sums: dict[Account, Decimal] = defaultdict(Decimal)
    for movement in found.movements:
        sums[movement.account] += movement.amount
    assert not any(sums.values())
