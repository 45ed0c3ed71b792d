"""The engine for many partners against the plain Decimal reading of the European waterfall for one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.funds.waterfall import deals, distribution
from calculations.funds.waterfall.book import ALL
from calculations.funds.waterfall.rounding import half_up
from calculations.funds.waterfall.state import open_state
from calculations.funds.waterfall.terms import WaterfallTerms
from calculations.money import round_half_up
from tests.calculations.test_waterfall_properties import DAY, START, any_terms
from tests.calculations.waterfall_cases import EIGHT_SIMPLE
from tests.calculations.waterfall_cases import terms as agreed_terms
from tests.calculations.waterfall_reference import european as reference

CENT = Decimal("0.01")

# 0 to a billion in cents, of three partners
amounts = st.lists(st.one_of(st.integers(0, 500), st.integers(0, 10**11)), min_size=3, max_size=3)
event = st.tuples(st.integers(0, 4000).map(lambda days: START + days * DAY), st.booleans(), amounts)
events = st.lists(event, min_size=1, max_size=8).map(lambda found: sorted(found, key=lambda one: one[0]))


def plain(terms: WaterfallTerms, happened: list[tuple[dt.date, bool, list[int]]], partner: int) -> list[object]:
    """Every tier and every balance of one partner, in Decimal."""
    state, seen = reference.open_state(terms, CENT), []
    for date, is_contribution, parts in happened:
        amount = Decimal(parts[partner]).scaleb(-2)
        if is_contribution:
            state = reference.contribute(state, amount, date)
        else:
            state, tiers = reference.distribute(terms, state, amount, date)
            seen += [(str(tier.name), tier.amount_lp, tier.amount_gp) for tier in tiers]
    return [seen, state.unreturned_capital, state.lp_profit, state.gp_carry, state.unpaid_preferred]


@given(any_terms(), events)
@settings(deadline=None)
def test_each_partner_is_paid_as_the_plain_reading_says(
    terms: WaterfallTerms, happened: list[tuple[dt.date, bool, list[int]]]
) -> None:
    state = open_state(terms, 3)
    paid = []
    for date, is_contribution, parts in happened:
        if is_contribution:
            state = deals.contribute(state, np.array(parts), date)
        else:
            state, made = distribution.distribute(state, np.array(parts), date)
            paid += made.tiers
    for partner in range(3):
        seen, capital, profit, carry, preferred = plain(terms, happened, partner)
        found = [(tier.name.value, tier.amount_lp[partner] * CENT, tier.amount_gp[partner] * CENT) for tier in paid]
        assert found == seen
        balances = (state.unreturned_capital, state.lp_profit, state.gp_carry)
        assert [amount[partner] * CENT for amount in balances] == [capital, profit, carry]
        for hurdle, expected in enumerate(preferred):
            engine = Decimal(str(state.book.preferred(hurdle, ALL, "")[partner])) * CENT
            assert abs(engine - expected) <= Decimal("1e-9") + abs(expected) * Decimal("1e-15")


def test_what_one_partner_is_paid_leaves_the_dust_of_another_alone() -> None:
    # 0.01 for a day at 8 % is far below half a cent: it is not settled because another partner is paid
    agreed = agreed_terms("EUROPEAN", EIGHT_SIMPLE)
    state = deals.contribute(open_state(agreed, 2), np.array([1, 1]), START)
    state, _ = distribution.distribute(state, np.array([0, 500]), START + DAY)
    expected = Decimal("0.08") / 365
    assert abs(Decimal(str(state.book.preferred(0, ALL, "")[0])) - expected) < Decimal("1e-18")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["0", "0.1", "0.125", "0.2", "0.25", "0.5", "0.8", "0.21"]))
def test_shares_are_rounded_as_in_decimal_ties_included(amount: int, share: str) -> None:
    found = half_up(np.array([np.longdouble(share) * amount]))
    assert found[0] == round_half_up(Decimal(share) * amount, Decimal(1))
