"""Notices of a distribution, gross to net, recallable parts, record dates, tax advances. Amounts are worked by hand beside each test."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.calendars import as_days
from calculations.funds.capital.distributions import (
    Component,
    Distribution,
    DistributionNotice,
    InKind,
    Recipient,
    plan_notices,
)
from calculations.funds.capital.recallable import RecallableReason, expiries, recycling_terms
from calculations.funds.capital.record_date import Transfer, holders_on, record_date
from calculations.funds.capital.tax_advances import CarryEvent, deduct_tax_advances
from calculations.funds.capital.terms import (
    DistributionTerms,
    RecallBasis,
    RecallTerms,
    WithholdingRule,
    read_distribution_terms,
)
from calculations.funds.capital.withholding import withholding_rate

CENT = Decimal("0.01")
D = Decimal
CAPITAL, GAIN, INCOME = Component.RETURN_OF_CAPITAL, Component.GAIN, Component.INCOME
DAY = dt.date(2024, 6, 30)


def recipient(name: str, amount: str, **more: object) -> Recipient:
    return Recipient(name, f"investor-{name}", D(amount), D(amount), **more)  # type: ignore[arg-type]


def distribution(capital: str = "0", gain: str = "0", income: str = "0", **more: object) -> Distribution:
    components = {CAPITAL: D(capital), GAIN: D(gain), INCOME: D(income)}
    return Distribution("D-1", DAY, components, **more)  # type: ignore[arg-type]


def gross(notices: tuple[DistributionNotice, ...]) -> dict[str, Decimal]:
    return {notice.commitment_id: notice.gross_distribution for notice in notices}


TWO = [recipient("a", "100.00"), recipient("b", "300.00")]


def test_the_excused_have_no_part_in_the_proceeds() -> None:
    # fund-admin D-1: a excused, half of c excused: b and c by 300 : 100
    partners = [replace(TWO[0], share_excused=D(1)), TWO[1], recipient("c", "200.00", share_excused=D("0.5"))]
    assert gross(plan_notices(distribution("400.00"), partners, DistributionTerms(), CENT)) == {
        "b": D("300.00"),
        "c": D("100.00"),
    }


def test_net_is_gross_less_offset_carry_and_tax() -> None:
    # b has 75 of income: 15 % withheld is 11.25; offset 2, carry 3: 75 - 11.25 - 5 = 58.75
    partners = [TWO[0], replace(TWO[1], jurisdiction="FR", fee_offset=D("2.00"), carried_interest=D("3.00"))]
    terms = DistributionTerms(withholding=(WithholdingRule(D("0.15"), "DIVIDEND", "FR"),))
    of_dividends = distribution(income="100.00", income_classes={INCOME: "DIVIDEND"})
    _, found = plan_notices(of_dividends, partners, terms, CENT)
    assert (found.tax_withholding, found.net_distribution) == (D("11.25"), D("58.75"))


def test_the_notices_sum_to_the_gross_total_though_tax_and_carry_are_withheld() -> None:
    # section 8 item 10: net notices alone do not
    partners = [replace(p, default_withholding_rate=D("0.3"), carried_interest=D("1.00")) for p in TWO]
    notices = plan_notices(distribution("10.01", "20.02", "30.04"), partners, DistributionTerms(), CENT)
    total = sum(n.net_distribution + n.tax_withholding + n.management_fee_offset + n.carried_interest for n in notices)
    assert total == D("60.07")
    assert sum(n.net_distribution for n in notices) < total


def test_deductions_above_the_gross_amount_are_refused() -> None:
    partners = [TWO[0], replace(TWO[1], carried_interest=D("80.00"))]
    with pytest.raises(ValueError, match=r"D-1, commitment b: expected deductions .* found 5\.00 more"):
        plan_notices(distribution(gain="100.00"), partners, DistributionTerms(), CENT)


RULES = (
    WithholdingRule(D("0.30")),
    WithholdingRule(D("0.20"), "DIVIDEND"),
    WithholdingRule(D("0.10"), None, "NO"),
    WithholdingRule(D("0.05"), "DIVIDEND", "NO"),
)


@pytest.mark.parametrize(
    ("income_class", "jurisdiction", "expected"),
    [
        ("DIVIDEND", "NO", "0.05"),
        ("INTEREST", "NO", "0.10"),
        ("DIVIDEND", "US", "0.20"),
        ("INTEREST", None, "0.30"),
    ],
)
def test_the_most_specific_rule_sets_the_tax(income_class: str, jurisdiction: str | None, expected: str) -> None:
    rate = withholding_rate(RULES, income_class, jurisdiction, is_return_of_capital=False, investor_default=D("0.4"))
    assert rate == D(expected)


def test_default_side_letter_and_return_of_capital() -> None:
    def rate(rules: tuple[WithholdingRule, ...], **more: object) -> Decimal:
        given_more = {"is_return_of_capital": False, "investor_default": D("0.4")} | more
        return withholding_rate(rules, "DIVIDEND", "NO", **given_more)  # type: ignore[arg-type]

    assert rate(()) == D("0.4")
    assert rate((), investor_default=None) == 0
    assert rate(RULES, side_letter=D("0.01")) == D("0.01")
    assert rate(RULES[:1], is_return_of_capital=True) == 0
    with pytest.raises(ValueError, match=r"one rule for income class DIVIDEND and jurisdiction NO, found 0\.05, 0\.05"):
        rate((*RULES, RULES[3]))


INVESTED = dt.date(2023, 9, 1)
QUICK = DistributionTerms(recallable=RecallTerms(RecallBasis.COST, cap_share=D("0.20"), months=12))


def recallable(terms: DistributionTerms, paid: Distribution, partners: list[Recipient]) -> list[Decimal]:
    return [notice.recallable_amount for notice in plan_notices(paid, partners, terms, CENT)]


def test_cost_returned_within_the_window_is_recallable_up_to_the_cap() -> None:
    # cost 120 by 1:3 is 30 and 90; 20 % of 100 and 300 is 20 and 60, of which b has had 45
    paid = distribution("120.00", "40.00", recallable_reason=RecallableReason.QUICK_RETURN, investment_date=INVESTED)
    partners = [TWO[0], replace(TWO[1], already_recallable=D("45.00"))]
    assert recallable(QUICK, paid, partners) == [D("20.00"), D("15.00")]
    late = replace(paid, investment_date=dt.date(2023, 6, 29))
    assert recallable(QUICK, late, partners) == [D("0.00"), D("0.00")]
    on_the_day = replace(paid, investment_date=dt.date(2023, 6, 30))
    assert recallable(QUICK, on_the_day, partners) == [D("20.00"), D("15.00")]
    without_reason = replace(paid, recallable_reason=RecallableReason.NONE)
    assert recallable(QUICK, without_reason, partners) == [D("0.00"), D("0.00")]
    with pytest.raises(ValueError, match="the date of its investment, found none"):
        recallable(QUICK, replace(paid, investment_date=None), partners)


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (RecallBasis.COST, "30.00"),
        (RecallBasis.PROCEEDS, "40.00"),
        (RecallBasis.ALL, "45.00"),
        (RecallBasis.FEES_AND_EXPENSES, "7.00"),
    ],
)
def test_the_basis_says_which_part_may_be_called_again(basis: RecallBasis, expected: str) -> None:
    paid = distribution("30.00", "10.00", "5.00", recallable_reason=RecallableReason.OTHER)
    terms = DistributionTerms(recallable=RecallTerms(basis))
    assert recallable(terms, paid, [replace(TWO[0], fees_contributed=D("7.00"))]) == [D(expected)]


def test_recallable_amounts_expire_with_the_investment_period() -> None:
    terms = read_distribution_terms({"recallable": {"basis": "ALL", "expires": "INVESTMENT_PERIOD_END"}})
    paid = distribution("40.00", recallable_reason=RecallableReason.TEMPORARY)
    inside = replace(paid, investment_period_end=dt.date(2024, 12, 31))
    (found,) = plan_notices(inside, TWO[:1], terms, CENT)
    assert (found.recallable_amount, found.recallable_until) == (D("40.00"), dt.date(2024, 12, 31))
    after = replace(paid, investment_period_end=dt.date(2024, 6, 29))
    (found,) = plan_notices(after, TWO[:1], terms, CENT)
    assert (found.recallable_amount, found.recallable_until) == (D("0.00"), None)
    with pytest.raises(ValueError, match="expected its end, found none"):
        plan_notices(paid, TWO[:1], terms, CENT)


def test_a_recycling_cap_of_120_percent_leaves_20_percent_to_be_called_again() -> None:
    terms = recycling_terms(RecallBasis.COST, 18, D("1.20"), True, dt.date(2026, 1, 1))
    assert terms == RecallTerms(RecallBasis.COST, D("0.20"), 18, dt.date(2026, 1, 1), True)
    with pytest.raises(ValueError, match=r"1 or more, found 0\.9"):
        recycling_terms(RecallBasis.COST, None, D("0.9"), False, None)


def expired(lots: list[tuple[int, str, int]], recalls: list[tuple[int, str, int]]) -> list[tuple[int, str, int]]:
    found = expiries(
        np.array([lot[0] for lot in lots], dtype=np.int64),
        as_days([np.datetime64(lot[1]) for lot in lots]),
        np.array([lot[2] for lot in lots], dtype=np.int64),
        np.array([recall[0] for recall in recalls], dtype=np.int64),
        as_days([np.datetime64(recall[1]) for recall in recalls]),
        np.array([recall[2] for recall in recalls], dtype=np.int64),
    )
    return [(int(c), str(d), int(a)) for c, d, a in zip(*found, strict=True)]


def test_what_was_not_recalled_expires_the_day_after_its_last_day() -> None:
    lots = [(0, "2024-06-30", 10), (0, "2024-12-31", 20), (1, "2024-06-30", 5), (1, "NaT", 7)]
    # 4 of the first lot are recalled on its last day; then 3 of the second
    recalls = [(0, "2024-06-30", 4), (0, "2024-09-01", 3)]
    assert expired(lots, recalls) == [(0, "2024-07-01", 6), (0, "2025-01-01", 17), (1, "2024-07-01", 5)]


def test_recalls_use_up_the_lots_that_expire_first() -> None:
    # 15 recalled in May use the first lot's 10 and 5 of the second's 20
    lots = [(0, "2024-06-30", 10), (0, "2024-12-31", 20)]
    assert expired(lots, [(0, "2024-05-01", 15)]) == [(0, "2025-01-01", 15)]


days_of_2024 = st.integers(0, 365).map(lambda n: str(np.datetime64("2024-01-01") + n))
flows = st.lists(st.tuples(st.integers(0, 2), days_of_2024, st.integers(1, 100)), min_size=1, max_size=8)


@given(flows, flows)
def test_expiries_are_those_of_lots_used_up_one_by_one(
    lots: list[tuple[int, str, int]], recalls: list[tuple[int, str, int]]
) -> None:
    # plain reading: recalls in order of day, each from open lots in order of expiry; what they cannot take stays unused
    expected: list[tuple[int, str, int]] = []
    allowed: list[tuple[int, str, int]] = []
    for owner in range(3):
        left = sorted([until, amount] for who, until, amount in lots if who == owner)
        for who, day, amount in sorted(recalls, key=lambda recall: recall[1]):
            taken = 0
            for lot in left if who == owner else ():
                if lot[0] >= day:
                    part = min(lot[1], amount - taken)
                    lot[1] -= part
                    taken += part
            if taken:
                allowed.append((owner, day, taken))
        days = {str(np.datetime64(until) + 1): 0 for until, _ in left}
        for until, amount in left:
            days[str(np.datetime64(until) + 1)] += amount
        expected += [(owner, day, amount) for day, amount in sorted(days.items()) if amount]
    assert expired(lots, allowed) == expected


def test_securities_in_kind_are_worth_the_total_and_shared_in_whole_pieces() -> None:
    # 101 shares at 4 are 404, by 1:3: 25.25 and 75.75 shares, the larger remainder takes the odd one
    paid = distribution(gain="404.00", in_kind=InKind("ordinary shares", D(101), D("4.00")))
    notices = plan_notices(paid, TWO, DistributionTerms(), CENT)
    assert [n.quantity for n in notices] == [D(25), D(76)]
    with pytest.raises(ValueError, match=r"securities worth 400\.00, found 404\.00"):
        plan_notices(replace(paid, components={GAIN: D("400.00")}), TWO, DistributionTerms(), CENT)


def test_the_record_date_decides_who_receives_after_a_transfer() -> None:
    # fund-admin D-5
    transfers = [
        Transfer("c-1", "buyer", "third", dt.date(2024, 9, 1)),
        Transfer("c-1", "seller", "buyer", dt.date(2024, 6, 20)),
    ]
    terms = DistributionTerms(record_days=10)
    on = record_date(DAY, None, terms)
    assert on == dt.date(2024, 6, 20)
    assert holders_on({"c-1": "seller", "c-2": "other"}, transfers, on) == {"c-1": "buyer", "c-2": "other"}
    assert holders_on({"c-1": "seller"}, transfers, dt.date(2024, 6, 19)) == {"c-1": "seller"}
    with pytest.raises(ValueError, match="expected seller to hold it, found no such commitment"):
        holders_on({}, transfers, on)
    with pytest.raises(ValueError, match="record date: expected 2024-06-30 or earlier"):
        record_date(DAY, dt.date(2024, 7, 1), terms)


def test_tax_advances_are_deducted_from_the_next_carry() -> None:
    # fund-admin D-6: 30 and 20 advanced; carry 40 leaves 10 to deduct, carry 25 pays 15
    found = deduct_tax_advances(
        [
            CarryEvent(dt.date(2025, 1, 1), carry=D(25)),
            CarryEvent(dt.date(2023, 4, 15), tax_advance=D(30)),
            CarryEvent(dt.date(2024, 4, 15), carry=D(40), tax_advance=D(20)),
        ]
    )
    assert [(p.deducted, p.paid, p.balance) for p in found] == [(0, 0, 30), (40, 0, 10), (10, 15, 0)]
    with pytest.raises(ValueError, match="expected amounts >= 0"):
        deduct_tax_advances([CarryEvent(DAY, carry=D(-1))])


@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**12)), min_size=1, max_size=6),
    st.lists(st.integers(0, 10**9), min_size=3, max_size=3).filter(any),
    st.randoms(use_true_random=False),
)
def test_gross_to_net_ties_exactly_in_whatever_order_the_partners_come(
    partners: list[tuple[int, int]], amounts: list[int], rng: object
) -> None:
    given_partners = [
        recipient(f"{i}", str(D(amount).scaleb(-2)), default_withholding_rate=D(rate).scaleb(-12))
        for i, (amount, rate) in enumerate(partners)
    ]
    paid = distribution(*(str(D(amount).scaleb(-2)) for amount in amounts))
    shuffled = rng.sample(given_partners, len(given_partners))  # type: ignore[attr-defined]
    notices = plan_notices(paid, shuffled, DistributionTerms(), CENT)
    assert notices == plan_notices(paid, given_partners, DistributionTerms(), CENT)
    assert sum(n.gross_distribution for n in notices) == paid.total
    for notice in notices:
        assert sum(notice.components.values()) == notice.gross_distribution
        assert notice.net_distribution + notice.tax_withholding == notice.gross_distribution
