"""Notices of a call: allocation bases, excuses, caps and classes. Expected amounts are worked by hand beside each test."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.capital.calls import Call, CallShortfall, Notice, Participant, call_cap, plan_notices
from calculations.funds.capital.portions import NO_CAP, PORTIONS, CallLegs, Portion, share_portions
from calculations.funds.capital.terms import Basis, CallTerms

CENT = Decimal("0.01")
D = Decimal
INVESTMENT, FEE, OUTSIDE = Portion.INVESTMENT, Portion.MANAGEMENT_FEE, Portion.OUTSIDE_COMMITMENT


def partner(name: str, commitment: str, unfunded: str | None = None, **more: object) -> Participant:
    return Participant(name, f"investor-{name}", D(commitment), D(unfunded or commitment), **more)  # type: ignore[arg-type]


def amounts(notices: tuple[Notice, ...]) -> dict[str, Decimal]:
    return {notice.commitment_id: notice.call_amount for notice in notices}


def call(**portions: str) -> Call:
    return Call("C-1", {Portion[name.upper()]: D(amount) for name, amount in portions.items()})


THREE = [partner("a", "100.00"), partner("b", "100.00"), partner("c", "200.00")]


def test_a_call_is_shared_by_commitment_and_its_percentage_is_of_the_commitment() -> None:
    notices = plan_notices(call(investment="100.00"), THREE, CallTerms(), CENT)
    assert amounts(notices) == {"a": D("25.00"), "b": D("25.00"), "c": D("50.00")}
    assert [notice.percentage_called for notice in notices] == [D("0.25")] * 3


def test_v14_a_million_over_three_equal_commitments() -> None:
    # fund-admin V14, whatever the order in which the commitments come
    equal = [partner(name, "5000000.00") for name in "cab"]
    notices = plan_notices(call(investment="1000000.00"), equal, CallTerms(), CENT)
    assert amounts(notices) == {"a": D("333333.34"), "b": D("333333.33"), "c": D("333333.33")}


def test_sharing_by_unfunded_leaves_out_who_has_paid_all() -> None:
    partners = [partner("a", "100.00", "50.00"), partner("b", "100.00", "0.00"), partner("c", "200.00", "150.00")]
    notices = plan_notices(call(investment="100.00"), partners, CallTerms(basis=Basis.UNFUNDED), CENT)
    assert amounts(notices) == {"a": D("25.00"), "c": D("75.00")}


def test_custom_weights_share_a_call_by_themselves() -> None:
    partners = [replace(p, custom_weight=w) for p, w in zip(THREE, (D("0.5"), D("0.3"), D("0.2")), strict=True)]
    one = replace(call(investment="100.00"), basis=Basis.CUSTOM)
    assert amounts(plan_notices(one, partners, CallTerms(), CENT)) == {
        "a": D("50.00"),
        "b": D("30.00"),
        "c": D("20.00"),
    }
    with pytest.raises(ValueError, match="custom weight of each participant, found 2"):
        plan_notices(one, [*partners[:2], THREE[2]], CallTerms(), CENT)


def test_half_excused_custom_weights_keep_their_proportion() -> None:
    # 1:1:2 with the first half excused is 1:2:4
    partners = [replace(p, custom_weight=w) for p, w in zip(THREE, (D(1), D(1), D(2)), strict=True)]
    partners[0] = replace(partners[0], share_excused=D("0.5"))
    one = replace(call(investment="70.00"), basis=Basis.CUSTOM)
    assert amounts(plan_notices(one, partners, CallTerms(), CENT)) == {
        "a": D("10.00"),
        "b": D("20.00"),
        "c": D("40.00"),
    }


def test_custom_weights_of_many_digits_bear_an_excuse_of_many_digits() -> None:
    # a third of twelve digits excused of one of three equal weights: 70 by 2:3:3 is 17.50, 26.25, 26.25
    partners = [replace(p, custom_weight=D("0.333333333333")) for p in THREE]
    partners[0] = replace(partners[0], share_excused=D("0.333333333333"), custom_weight=D("0.333333333332"))
    one = replace(call(investment="70.00"), basis=Basis.CUSTOM)
    assert amounts(plan_notices(one, partners, CallTerms(), CENT)) == {
        "a": D("17.50"),
        "b": D("26.25"),
        "c": D("26.25"),
    }


def test_an_excused_partner_still_pays_its_share_of_the_fee() -> None:
    # investment 90 over b and c by 1:2; fee 40 over all by 1:1:2
    partners = [replace(THREE[0], share_excused=D(1)), *THREE[1:]]
    notices = plan_notices(call(investment="90.00", management_fee="40.00"), partners, CallTerms(), CENT)
    assert [(n.portions[INVESTMENT], n.portions[FEE]) for n in notices] == [
        (D("0.00"), D("10.00")),
        (D("30.00"), D("10.00")),
        (D("60.00"), D("20.00")),
    ]


def test_a_side_letter_may_excuse_from_the_fee_too() -> None:
    partners = [replace(THREE[0], share_excused=D(1), excused_from=frozenset({INVESTMENT, FEE})), *THREE[1:]]
    notices = plan_notices(call(investment="90.00", management_fee="30.00"), partners, CallTerms(), CENT)
    assert amounts(notices) == {"b": D("40.00"), "c": D("80.00")}


def test_what_the_excused_leave_is_paid_up_to_the_excess_cap() -> None:
    # with a excused, b and c would pay 33.33 and 66.67; 125 % of their own 25 and 50 is 31.25 and 62.50, in all 93.75
    partners = [replace(THREE[0], share_excused=D(1)), *THREE[1:]]
    terms = CallTerms(excess_cap=D("1.25"))
    assert amounts(plan_notices(call(investment="93.00"), partners, CallTerms(excess_cap=D("1.35")), CENT)) == {
        "b": D("31.00"),
        "c": D("62.00"),
    }
    with pytest.raises(CallShortfall) as raised:
        plan_notices(call(investment="100.00"), partners, terms, CENT)
    assert (raised.value.portion, raised.value.amount) == (INVESTMENT, D("6.25"))


def test_without_an_excuse_the_excess_cap_does_not_bind() -> None:
    # b has 10 left, so c pays 90 of 100: more than 125 % of its own 50, but nobody is excused
    partners = [partner("b", "100.00", "10.00"), partner("c", "100.00")]
    notices = plan_notices(call(investment="100.00"), partners, CallTerms(excess_cap=D("1.25")), CENT)
    assert amounts(notices) == {"b": D("10.00"), "c": D("90.00")}


def test_nobody_is_called_above_its_unfunded_commitment_and_the_fee_comes_first() -> None:
    # fee 40: 10, 10, 20. a has 12 left, so 2 of the investment of 60; b and c share 58 by 1:2
    partners = [partner("a", "100.00", "12.00"), *THREE[1:]]
    notices = plan_notices(call(investment="60.00", management_fee="40.00"), partners, CallTerms(), CENT)
    assert [(n.portions[FEE], n.portions[INVESTMENT]) for n in notices] == [
        (D("10.00"), D("2.00")),
        (D("10.00"), D("19.33")),
        (D("20.00"), D("38.67")),
    ]


def test_a_portion_outside_the_commitment_is_not_limited_by_what_is_unfunded() -> None:
    partners = [partner("a", "100.00", "0.00"), partner("b", "100.00")]
    notices = plan_notices(call(outside_commitment="20.00"), partners, CallTerms(), CENT)
    assert amounts(notices) == {"a": D("10.00"), "b": D("10.00")}
    assert [notice.inside_commitment for notice in notices] == [D("0.00"), D("0.00")]


def test_a_call_cap_of_a_side_letter_limits_the_whole_notice() -> None:
    # a pays at most 15: outside 10 needs to fit beside the investment, which is filled first
    partners = [replace(THREE[0], call_cap=D("15.00")), *THREE[1:]]
    notices = plan_notices(call(investment="80.00", outside_commitment="8.00"), partners, CallTerms(), CENT)
    # investment 80: a capped at 15, then 65 by 1:2; outside 8: nothing left for a, 8 by 1:2
    assert amounts(notices) == {"a": D("15.00"), "b": D("24.34"), "c": D("48.66")}


def test_the_least_call_cap_governs() -> None:
    assert call_cap(D("1000.00"), [(D("0.25"), None), (None, D("300.00"))], CENT) == D("250.00")
    assert call_cap(D("1000.00"), [], CENT) is None
    with pytest.raises(ValueError, match="value_rate or value_amount"):
        call_cap(D("1000.00"), [(None, None)], CENT)


def test_a_call_that_does_not_fit_the_caps_names_what_is_missing() -> None:
    # fund-admin CC-2, and section 8 item 8: never a silent under-call
    partners = [partner("a", "100.00", "30.00"), partner("b", "100.00", "40.00")]
    with pytest.raises(CallShortfall, match=r"call C-1: .* must cover INVESTMENT, 30\.00 has no payer"):
        plan_notices(call(investment="100.00"), partners, CallTerms(), CENT)


def test_classes_share_by_their_weights_and_not_equally_by_their_number() -> None:
    # section 8 item 8: two classes are not half each; A has 100, B has 300 of commitments
    partners = [
        partner("a", "100.00", class_code="A"),
        partner("b", "100.00", class_code="B"),
        partner("c", "200.00", class_code="B"),
    ]
    by_class = replace(call(investment="100.00"), basis=Basis.CLASS)
    assert amounts(plan_notices(by_class, partners, CallTerms(), CENT)) == {
        "a": D("25.00"),
        "b": D("25.00"),
        "c": D("50.00"),
    }
    stated = replace(by_class, class_weights={"A": D("0.4"), "B": D("0.6")})
    assert amounts(plan_notices(stated, partners, CallTerms(), CENT)) == {
        "a": D("40.00"),
        "b": D("20.00"),
        "c": D("40.00"),
    }
    with pytest.raises(ValueError, match="class weights of the classes A, B, found A, Z"):
        plan_notices(replace(by_class, class_weights={"A": D(1), "Z": D(1)}), partners, CallTerms(), CENT)


def test_classes_left_out_and_investors_excluded_get_no_notice() -> None:
    partners = [replace(p, class_code=c) for p, c in zip(THREE, ("A", "B", "B"), strict=True)]
    one = replace(
        call(investment="10.00"), included_classes=frozenset({"B"}), excluded_investors=frozenset({"investor-c"})
    )
    assert amounts(plan_notices(one, partners, CallTerms(), CENT)) == {"b": D("10.00")}
    with pytest.raises(ValueError, match="at least one participant, found none of 3"):
        plan_notices(replace(one, included_classes=frozenset({"Z"})), partners, CallTerms(), CENT)


money = st.integers(1, 10**9)
parties = st.lists(
    st.tuples(money, st.integers(0, 10**9), st.sampled_from([0, 0, 0, 250_000_000_000, 10**12])), min_size=1, max_size=6
)


@given(parties, st.lists(st.integers(0, 10**8), min_size=7, max_size=7).filter(any), st.sampled_from([None, D("1.25")]))
def test_a_call_is_paid_in_full_within_every_cap_or_refused(
    parties: list[tuple[int, int, int]], portions: list[int], excess_cap: Decimal | None
) -> None:
    one = Call("C-1", {p: Decimal(a).scaleb(-2) for p, a in zip(PORTIONS, portions, strict=True)})
    partners = [
        partner(f"{i:02d}", str(D(c).scaleb(-2)), str(D(min(u, c)).scaleb(-2)), share_excused=D(s).scaleb(-12))
        for i, (c, u, s) in enumerate(parties)
    ]
    try:
        notices = plan_notices(one, partners, CallTerms(excess_cap=excess_cap), CENT)
    except CallShortfall as raised:
        notices, short = (), raised
    else:
        short = None
    if short is not None:
        assert 0 < short.amount <= one.portions[short.portion]
        return
    for portion in PORTIONS:
        assert sum(n.portions[portion] for n in notices) == one.portions[portion]
    unfunded = {p.commitment_id: p.unfunded for p in partners}
    for notice in notices:
        assert sum(notice.portions.values()) == notice.call_amount
        assert 0 <= notice.inside_commitment <= unfunded[notice.commitment_id]


@given(parties, st.randoms(use_true_random=False))
def test_the_order_of_participants_changes_nothing(parties: list[tuple[int, int, int]], rng: object) -> None:
    partners = [partner(f"{i:02d}", str(D(c).scaleb(-2))) for i, (c, _, _) in enumerate(parties)]
    total = sum((p.commitment for p in partners), D(0)) / 2
    one = call(investment=str(total.quantize(CENT)))
    if one.total == 0:
        return
    shuffled = rng.sample(partners, len(partners))  # type: ignore[attr-defined]
    assert plan_notices(one, shuffled, CallTerms(), CENT) == plan_notices(one, partners, CallTerms(), CENT)


def test_many_calls_at_once_are_each_as_alone() -> None:
    random = np.random.default_rng(3)
    counts = np.array([3, 1, 5])
    offsets = np.concatenate([[0], np.cumsum(counts)])
    legs = CallLegs(
        offsets=offsets,
        weights=random.integers(1000, 9000, 9),
        share_excused=np.where(np.arange(9) % 4 == 1, 10**12, 0),
        excused_from=np.ones(9, dtype=np.int64),
        unfunded=np.full(9, 10**6),
        call_cap=np.full(9, NO_CAP),
    )
    portions = random.integers(0, 5000, (3, 7))
    excess = np.array([0, 0, 2 * 10**12])
    paid = share_portions(portions, legs, excess)
    for i in range(3):
        rows = slice(offsets[i], offsets[i + 1])
        alone = CallLegs(
            np.array([0, counts[i]]),
            legs.weights[rows],
            legs.share_excused[rows],
            legs.excused_from[rows],
            legs.unfunded[rows],
            legs.call_cap[rows],
        )
        assert paid[rows].tolist() == share_portions(portions[[i]], alone, excess[[i]]).tolist()
