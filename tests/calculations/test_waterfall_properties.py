"""What always holds in the European waterfall, whatever the terms and whatever is paid in and out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calculations.funds.waterfall import TierName, TierPayment, WaterfallState, contribute, distribute, open_state
from calculations.funds.waterfall.preferred import Convention
from calculations.funds.waterfall.reading import read_terms
from calculations.funds.waterfall.terms import WaterfallTerms

CENT = Decimal("0.01")
START = dt.date(2019, 11, 29)
DAY = dt.timedelta(days=1)

# small amounts too, where one rounding is a visible share of what is paid
cents = st.one_of(st.integers(0, 500), st.integers(0, 10**11)).map(lambda units: Decimal(units).scaleb(-2))
dates = st.integers(min_value=0, max_value=4000).map(lambda days: START + days * DAY)
carries = st.sampled_from(["0", "0.1", "0.125", "0.2"])
higher_carries = st.sampled_from(["0.2", "0.25", "0.3"])
catch_ups = st.sampled_from([None, "0.21", "0.5", "0.8", 1])


class Event(NamedTuple):
    date: dt.date
    is_contribution: bool
    amount: Decimal


events = st.lists(st.builds(Event, dates, st.booleans(), cents), min_size=1, max_size=8).map(sorted)


@st.composite
def hurdles(draw: st.DrawFn, carry: st.SearchStrategy[str]) -> dict[str, Any]:
    shares = {"carry_above": draw(carry), "catch_up": draw(catch_ups)}
    if draw(st.booleans()):
        return shares | {"kind": "MULTIPLE", "multiple": draw(st.sampled_from(["1", "1.25", "2"]))}
    rate, convention = draw(st.sampled_from(["0", "0.06", "0.08", "0.15"])), draw(st.sampled_from(list(Convention)))
    return shares | {"kind": "RATE", "rate": rate, "convention": convention.value}


@st.composite
def any_terms(draw: st.DrawFn) -> WaterfallTerms:
    levels = [draw(hurdles(carries)), draw(hurdles(higher_carries))]
    return european(
        levels[: draw(st.integers(min_value=0, max_value=2))],
        order=draw(st.sampled_from(["CAPITAL_FIRST", "PREFERRED_FIRST"])),
        hurdle_floor=draw(st.sampled_from(["ZERO", "NEGATIVE"])),
        carry=draw(carries),
    )


def european(levels: list[dict[str, Any]], **changes: Any) -> WaterfallTerms:
    structure = {
        "style": "EUROPEAN",
        "order": "CAPITAL_FIRST",
        "carry": "0.2",
        "hurdles": levels,
        "start": "PAID_DATE",
        "hurdle_floor": "ZERO",
    }
    return read_terms(structure | changes)


def play(terms: WaterfallTerms, happened: list[Event]) -> tuple[WaterfallState, list[tuple[TierPayment, ...]]]:
    state, distributions = open_state(terms, CENT), []
    for event in happened:
        if event.is_contribution:
            state = contribute(state, event.amount, event.date)
        else:
            state, tiers = distribute(terms, state, event.amount, event.date)
            distributions.append(tiers)
    return state, distributions


def lp(tiers: tuple[TierPayment, ...]) -> Decimal:
    return sum((tier.amount_lp for tier in tiers), Decimal(0))


@given(any_terms(), events)
def test_the_tiers_are_the_distribution(terms: WaterfallTerms, happened: list[Event]) -> None:
    _, distributions = play(terms, happened)
    amounts = [event.amount for event in happened if not event.is_contribution]
    for amount, tiers in zip(amounts, distributions, strict=True):
        assert sum(tier.amount_lp + tier.amount_gp for tier in tiers) == amount


@given(any_terms(), events)
def test_no_tier_pays_a_negative_amount_or_less_than_a_cent_of_one(
    terms: WaterfallTerms, happened: list[Event]
) -> None:
    for tiers in play(terms, happened)[1]:
        for tier in tiers:
            assert tier.amount_lp >= 0
            assert tier.amount_gp >= 0
            assert tier.amount_lp % CENT == tier.amount_gp % CENT == 0


@given(any_terms(), events)
def test_a_tier_is_explained_by_its_own_fields(terms: WaterfallTerms, happened: list[Event]) -> None:
    for tiers in play(terms, happened)[1]:
        left = sum(tier.amount_lp + tier.amount_gp for tier in tiers)
        for tier in tiers:
            amount = tier.amount_lp + tier.amount_gp
            assert tier.available == left
            assert amount == (left if tier.due is None else min(left, tier.due))
            assert abs(tier.amount_gp - tier.gp_share * amount) <= CENT / 2
            left -= amount
        assert left == 0


@given(any_terms(), events)
def test_the_state_is_the_sum_of_what_was_paid(terms: WaterfallTerms, happened: list[Event]) -> None:
    state, distributions = play(terms, happened)
    tiers = [tier for paid in distributions for tier in paid]
    capital = sum(tier.amount_lp for tier in tiers if tier.name == TierName.RETURN_OF_CAPITAL)
    assert state.contributed == sum(event.amount for event in happened if event.is_contribution)
    assert state.unreturned_capital == state.contributed - capital >= 0
    assert state.lp_profit == sum(tier.amount_lp for tier in tiers) - capital
    assert state.gp_carry == sum(tier.amount_gp for tier in tiers)


@given(any_terms(), events)
def test_a_hurdle_floor_of_zero_leaves_no_credit(terms: WaterfallTerms, happened: list[Event]) -> None:
    assume(terms.hurdle_floor == "ZERO")
    assert all(preferred >= 0 for preferred in play(terms, happened)[0].unpaid_preferred)


@given(any_terms(), events)
def test_carry_is_never_above_its_share_of_the_profit(terms: WaterfallTerms, happened: list[Event]) -> None:
    state, distributions = play(terms, happened)
    carry = terms.levels[-1].carry if terms.levels else terms.carry
    roundings = sum(len(tiers) for tiers in distributions)  # half a cent each
    assert state.gp_carry <= carry * (state.lp_profit + state.gp_carry) + roundings * CENT / 2


@given(hurdles(carries), events, cents)
def test_after_a_full_catch_up_the_gp_has_its_share_of_all_profit(
    hurdle: dict[str, Any], happened: list[Event], amount: Decimal
) -> None:
    terms = european([hurdle])
    (level,) = terms.levels
    state, _ = play(terms, [event for event in happened if event.is_contribution])
    state, tiers = distribute(terms, state, amount, happened[-1].date)
    assume(level.catch_up > level.carry)
    catch_up = tiers[2]
    assume(catch_up.due is not None and catch_up.available >= catch_up.due)
    profit = tiers[1].amount_lp + catch_up.amount_lp + catch_up.amount_gp
    assert abs(catch_up.amount_gp - level.carry * profit) <= CENT
    assert abs(state.gp_carry - level.carry * (state.lp_profit + state.gp_carry)) <= CENT + CENT / 2


@given(any_terms(), events, cents, cents)
def test_a_distribution_split_on_its_day_pays_the_same_to_the_cent(
    terms: WaterfallTerms, happened: list[Event], first: Decimal, second: Decimal
) -> None:
    before, _ = play(terms, happened)
    date = happened[-1].date
    whole, tiers = distribute(terms, before, first + second, date)
    halfway, one = distribute(terms, before, first, date)
    split, two = distribute(terms, halfway, second, date)
    assert abs(lp(one) + lp(two) - lp(tiers)) <= CENT
    assert abs(split.unreturned_capital - whole.unreturned_capital) == 0


@given(any_terms(), st.lists(cents, min_size=2, max_size=5), st.randoms(use_true_random=False), cents)
def test_the_order_of_contributions_on_one_date_changes_nothing(
    terms: WaterfallTerms, amounts: list[Decimal], rng: Any, proceeds: Decimal
) -> None:
    def end(contributions: list[Decimal]) -> tuple[tuple[Decimal, ...], list[tuple[TierPayment, ...]]]:
        happened = [Event(START, True, amount) for amount in contributions]
        state, distributions = play(terms, [*happened, Event(START + 700 * DAY, False, proceeds)])
        return (state.contributed, state.lp_profit, state.gp_carry, *state.hurdle_balances), distributions

    assert end(rng.sample(amounts, len(amounts))) == end(amounts)


@pytest.mark.parametrize("order", ["CAPITAL_FIRST", "PREFERRED_FIRST"])
@given(happened=events)
def test_an_irr_hurdle_balance_is_the_compounded_sum_of_the_flows(order: str, happened: list[Event]) -> None:
    # fund-admin 2.2: "until the LP has an IRR of r"; carry 0, so that the LP has every flow
    hurdle = {"kind": "RATE", "rate": "0.08", "convention": "IRR"}
    terms = european([hurdle], order=order, hurdle_floor="NEGATIVE", carry=0)
    state, _ = play(terms, happened)
    compounded = [
        (1 if event.is_contribution else -1)
        * float(event.amount)
        * 1.08 ** ((happened[-1].date - event.date).days / 365)
        for event in happened
    ]
    # a cent for each preferred return that was paid rounded
    tolerance = 0.01 * len(happened) * 3 + 1e-9 * sum(map(abs, compounded))
    assert float(state.hurdle_balances[0]) == pytest.approx(sum(compounded), abs=tolerance)


@given(events, st.sampled_from([Convention.IRR, Convention.DAILY]), catch_ups)
def test_with_one_compounding_balance_the_order_of_tiers_changes_the_labels_only(
    happened: list[Event], convention: Convention, catch_up: Any
) -> None:
    hurdle = {"kind": "RATE", "rate": "0.08", "convention": convention.value, "catch_up": catch_up}
    _, capital_first = play(european([hurdle]), happened)
    _, preferred_first = play(european([hurdle], order="PREFERRED_FIRST"), happened)
    for one, other in zip(capital_first, preferred_first, strict=True):
        assert abs(lp(one) - lp(other)) <= CENT
