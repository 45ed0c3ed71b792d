"""The European waterfall on the worked examples of fund-admin 6 and on cases small enough to check by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from calculations.funds.waterfall import (
    TierPayment,
    WaterfallState,
    accrue,
    adopt_terms,
    contribute,
    distribute,
    open_state,
)
from calculations.funds.waterfall.reading import read_terms
from calculations.funds.waterfall.terms import WaterfallTerms
from calculations.money import round_half_up

CENT = Decimal("0.01")
START, YEAR_1, YEAR_2 = dt.date(2021, 1, 1), dt.date(2022, 1, 1), dt.date(2023, 1, 1)  # 365 days each

Paid = list[tuple[str, Decimal, Decimal]]


def rate_hurdle(rate: str = "0.08", convention: str = "SIMPLE_365", **more: Any) -> dict[str, Any]:
    return {"kind": "RATE", "rate": rate, "convention": convention} | more


def european(*hurdles: dict[str, Any], **changes: Any) -> WaterfallTerms:
    structure = {
        "style": "EUROPEAN",
        "order": "CAPITAL_FIRST",
        "carry": "0.2",
        "hurdles": list(hurdles),
        "start": "DUE_DATE",
        "hurdle_floor": "ZERO",
    }
    return read_terms(structure | changes)


def contributed(terms: WaterfallTerms, amount: str, date: dt.date = START, unit: Decimal = CENT) -> WaterfallState:
    return contribute(open_state(terms, unit), Decimal(amount), date)


def paid(tiers: Sequence[TierPayment]) -> Paid:
    return [(tier.name.value, tier.amount_lp, tier.amount_gp) for tier in tiers]


def rows(*expected: tuple[str, str, str]) -> Paid:
    return [(name, Decimal(lp), Decimal(gp)) for name, lp, gp in expected]


def test_v3_full_catch_up() -> None:
    terms = european(rate_hurdle(catch_up=1))
    state, tiers = distribute(terms, contributed(terms, "50"), Decimal(100), YEAR_1)
    assert paid(tiers) == rows(
        ("RETURN_OF_CAPITAL", "50", "0"), ("PREFERRED_RETURN", "4", "0"), ("CATCH_UP", "0", "1"), ("SPLIT", "36", "9")
    )
    assert (state.contributed + state.lp_profit, state.gp_carry) == (90, 10)


def test_v4_no_catch_up() -> None:
    terms = european(rate_hurdle())
    _, tiers = distribute(terms, contributed(terms, "100"), Decimal(200), YEAR_1)
    assert paid(tiers) == rows(
        ("RETURN_OF_CAPITAL", "100", "0"), ("PREFERRED_RETURN", "8", "0"), ("SPLIT", "73.60", "18.40")
    )
    assert sum(tier.amount_lp for tier in tiers) == Decimal("181.60")


def test_v4_without_a_hurdle() -> None:
    terms = european()
    _, tiers = distribute(terms, contributed(terms, "100"), Decimal(200), YEAR_1)
    assert paid(tiers) == rows(("RETURN_OF_CAPITAL", "100", "0"), ("SPLIT", "80", "20"))


@pytest.mark.parametrize(
    ("order", "first", "second", "left"),
    [
        ("CAPITAL_FIRST", (6_000_000, 0), (4_000_000, 1_120_000), 880_000),
        ("PREFERRED_FIRST", (5_200_000, 800_000), (4_800_000, 384_000), 816_000),
    ],
)
def test_v8_order_of_tiers(order: str, first: tuple[int, int], second: tuple[int, int], left: int) -> None:
    terms = european(rate_hurdle(catch_up=1), order=order)
    state = contributed(terms, "10000000")
    for date, expected in ((YEAR_1, first), (YEAR_2, second)):
        state, tiers = distribute(terms, state, Decimal(6_000_000), date)
        amounts = {tier.name.value: tier.amount_lp for tier in tiers}
        assert (amounts["RETURN_OF_CAPITAL"], amounts["PREFERRED_RETURN"]) == expected
    assert tiers[2].available == left
    assert [tier.name.value for tier in tiers[:2]] == (
        ["RETURN_OF_CAPITAL", "PREFERRED_RETURN"]
        if order == "CAPITAL_FIRST"
        else ["PREFERRED_RETURN", "RETURN_OF_CAPITAL"]
    )


V10_CALLS = [
    (dt.date(2020, 1, 15), Decimal(40_000_000)),
    (dt.date(2021, 6, 30), Decimal(35_000_000)),
    (dt.date(2022, 3, 31), Decimal(25_000_000)),
]
V10_PROCEEDS = [
    (dt.date(2023, 12, 31), Decimal(60_000_000)),
    (dt.date(2024, 12, 31), Decimal(90_000_000)),
    (dt.date(2025, 12, 31), Decimal(70_000_000)),
]
V10_TIERS = [  # capital, preferred, catch-up of the GP, split of the LP, split of the GP
    ("60000000.00", "0.00", "0.00", "0.00", "0.00"),
    ("40000000.00", "30549647.21", "7637411.80", "9450352.79", "2362588.20"),
    ("0.00", "0.00", "0.00", "56000000.00", "14000000.00"),
]


def test_v10_european_waterfall() -> None:
    terms = european(rate_hurdle(convention="IRR", catch_up=1))
    state = open_state(terms, CENT)
    for date, amount in V10_CALLS:
        state = contribute(state, amount, date)

    lp_flows = [(date, -amount) for date, amount in V10_CALLS]
    hurdle_balances = []
    for (date, amount), expected in zip(V10_PROCEEDS, V10_TIERS, strict=True):
        state, (capital, preferred, catch_up, split) = distribute(terms, state, amount, date)
        assert (
            capital.amount_lp,
            preferred.amount_lp,
            catch_up.amount_gp,
            split.amount_lp,
            split.amount_gp,
        ) == tuple(map(Decimal, expected))
        assert capital.amount_gp == preferred.amount_gp == catch_up.amount_lp == 0
        lp_flows.append((date, capital.amount_lp + preferred.amount_lp + split.amount_lp))
        hurdle_balances.append(state.hurdle_balances[0])

    assert round_half_up(hurdle_balances[0], CENT) == Decimal("65309975.22")
    assert hurdle_balances[1:] == [0, 0]
    assert state.contributed + state.lp_profit == Decimal("196000000.00")
    assert state.gp_carry == Decimal("24000000.00")
    gross_flows = [(date, -amount) for date, amount in V10_CALLS] + V10_PROCEEDS
    assert irr(lp_flows) == pytest.approx(0.18822183, abs=5e-9)
    assert irr(gross_flows) == pytest.approx(0.21962640, abs=5e-9)


def irr(flows: Sequence[tuple[dt.date, Decimal]]) -> float:
    """Plain bisection on days/365, for flows that change sign once."""

    def value(rate: float) -> float:
        return sum(float(amount) / (1 + rate) ** ((date - flows[0][0]).days / 365) for date, amount in flows)

    low, high = -0.9, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if value(middle) > 0 else (low, middle)
    return low


def test_v12_carry_above_the_commitment() -> None:
    # millions: commitment 250, drawn 200, NAV before distributions 260, carry 20 % above the commitment: 2.0
    terms = european({"kind": "MULTIPLE", "multiple": 1, "base": "COMMITMENT"})
    state = contribute(open_state(terms, CENT, commitment=Decimal(250)), Decimal(200), START)
    state, tiers = distribute(terms, state, Decimal(260), YEAR_1)
    assert paid(tiers) == rows(("RETURN_OF_CAPITAL", "200", "0"), ("PREFERRED_RETURN", "50", "0"), ("SPLIT", "8", "2"))
    with pytest.raises(ValueError, match="commitment: expected an amount"):
        open_state(terms, CENT)


def test_partial_catch_up_shares_each_amount() -> None:
    # need (0.2 x 8 - 0) / (0.5 - 0.2) = 5.33; LP half of it, 2.665, so 2.67; 1.67 is left: LP 1.336, so 1.34
    terms = european(rate_hurdle(catch_up="0.5"))
    state, tiers = distribute(terms, contributed(terms, "100"), Decimal("115"), YEAR_1)
    assert paid(tiers)[2:] == rows(("CATCH_UP", "2.67", "2.66"), ("SPLIT", "1.34", "0.33"))
    assert abs(state.gp_carry - Decimal("0.2") * (state.lp_profit + state.gp_carry)) <= CENT


@pytest.mark.parametrize("catch_up", [None, 0, "0.1", "0.2"])
def test_a_catch_up_share_up_to_the_carry_is_no_tier(catch_up: object) -> None:
    terms = european(rate_hurdle(catch_up=catch_up))
    _, tiers = distribute(terms, contributed(terms, "100"), Decimal(200), YEAR_1)
    assert [tier.name.value for tier in tiers] == ["RETURN_OF_CAPITAL", "PREFERRED_RETURN", "SPLIT"]


def test_a_catch_up_that_stops_half_way_goes_on_where_it_stopped() -> None:
    # 8 preferred leaves a catch-up of 2: 1.50 of it now, 0.50 the same day, then the split
    terms = european(rate_hurdle(catch_up=1))
    state, tiers = distribute(terms, contributed(terms, "100"), Decimal("109.50"), YEAR_1)
    assert paid(tiers)[2:] == rows(("CATCH_UP", "0", "1.50"), ("SPLIT", "0", "0"))
    _, tiers = distribute(terms, state, Decimal("10.50"), YEAR_1)
    assert paid(tiers)[2:] == rows(("CATCH_UP", "0", "0.50"), ("SPLIT", "8", "2"))


def test_a_second_hurdle_raises_the_carry() -> None:
    # 12 % hurdle lacks 12 - 8 = 4, so 4 / 0.8 = 5 at 80/20; the other 37 at 75/25
    terms = european(rate_hurdle(), rate_hurdle("0.12", carry_above="0.25"))
    state, tiers = distribute(terms, contributed(terms, "100"), Decimal(150), YEAR_1)
    assert paid(tiers)[2:] == rows(("SPLIT", "4", "1"), ("SPLIT", "27.75", "9.25"))
    assert [tier.hurdles_met for tier in tiers] == [0, 0, 1, 2]
    assert state.unpaid_preferred == (0, 0)


def test_the_catch_up_of_the_lp_counts_towards_the_second_hurdle() -> None:
    # catch-up of 8 x 0.2 / (0.6 - 0.2) = 4: LP 1.60, GP 2.40; then 12 - 8 - 1.60 = 2.40 lacking, 3.00 at 80/20
    terms = european(rate_hurdle(catch_up="0.6"), rate_hurdle("0.12", carry_above="0.2"))
    _, tiers = distribute(terms, contributed(terms, "100"), Decimal(120), YEAR_1)
    assert paid(tiers)[2:] == rows(("CATCH_UP", "1.60", "2.40"), ("SPLIT", "2.40", "0.60"), ("SPLIT", "4.00", "1.00"))


def test_a_catch_up_after_the_second_hurdle_is_over_all_profit() -> None:
    terms = european(rate_hurdle(), rate_hurdle("0.12", carry_above="0.3", catch_up=1))
    state, tiers = distribute(terms, contributed(terms, "100"), Decimal(150), YEAR_1)
    # at 12 % the LP has 12 of profit and the GP 1: catch-up to 30 % is (0.3 x 13 - 1) / (1 - 0.3) = 4.142857;
    # the other 50 - 13 - 4.14 = 32.86 at 70/30
    assert paid(tiers)[3:] == rows(("CATCH_UP", "0", "4.14"), ("SPLIT", "23.00", "9.86"))
    assert state.gp_carry == Decimal("15.00")  # 30 % of the profit of 50


def test_a_multiple_is_a_hurdle_too() -> None:
    # 1.5 x 100 - 100 = 50 to the LP; the other 50 at 80/20
    terms = european({"kind": "MULTIPLE", "multiple": "1.5"})
    state, tiers = distribute(terms, contributed(terms, "100"), Decimal(120), YEAR_1)
    assert state.hurdle_balances == (30,)
    _, tiers = distribute(terms, state, Decimal(80), YEAR_2)
    assert paid(tiers) == rows(("RETURN_OF_CAPITAL", "0", "0"), ("PREFERRED_RETURN", "30", "0"), ("SPLIT", "40", "10"))


@pytest.mark.parametrize(("date", "preferred"), [(YEAR_1, 10), (YEAR_2, 16)])
def test_the_greater_of_two_hurdles_waits_for_both(date: dt.date, preferred: int) -> None:
    # 1.1 times asks for 10, 8 % simple for 8 after one year and 16 after two
    terms = european(rate_hurdle(), {"kind": "MULTIPLE", "multiple": "1.1"}, hurdle_test="GREATER_OF")
    state, tiers = distribute(terms, contributed(terms, "100"), Decimal(150), date)
    assert [tier.name.value for tier in tiers] == ["RETURN_OF_CAPITAL", "PREFERRED_RETURN", "SPLIT"]
    assert tiers[1].amount_lp == preferred
    assert state.unpaid_preferred == (0, 0)


@pytest.mark.parametrize("convention", ["IRR", "SIMPLE_365", "ANNUAL_ANNIVERSARY"])
@pytest.mark.parametrize(
    ("floor", "preferred", "split"),
    [
        # 50 called after carry was paid earns 4 in a year; the other 6 at 80/20
        ("ZERO", "4", ("4.80", "1.20")),
        # the LP had 181.60 where the hurdle asked for 108: 73.60 of credit shield the call of 50; 10 at 80/20
        ("NEGATIVE", "0", ("8.00", "2.00")),
    ],
)
def test_a_negative_hurdle_balance_shields_later_calls(
    convention: str, floor: str, preferred: str, split: tuple[str, str]
) -> None:
    terms = european(rate_hurdle(convention=convention), hurdle_floor=floor)
    state, _ = distribute(terms, contributed(terms, "100"), Decimal(200), YEAR_1)
    assert state.hurdle_balances == ((0,) if floor == "ZERO" else (Decimal("-73.60"),))
    state, tiers = distribute(terms, contribute(state, Decimal(50), YEAR_1), Decimal(60), YEAR_2)
    assert paid(tiers) == rows(
        ("RETURN_OF_CAPITAL", "50", "0"), ("PREFERRED_RETURN", preferred, "0"), ("SPLIT", *split)
    )
    if floor == "NEGATIVE":  # (50 - 73.60) x 1.08, less the 50 + 8 received
        assert state.hurdle_balances[0] == Decimal("-23.60") * Decimal("1.08") - 58


def test_a_negative_multiple_counts_the_surplus_for_later_calls() -> None:
    # 1.5 x 100: LP 150 + 40 of 200; a call of 50 more asks for 75 in all: 50 capital and 25, or 0 with 40 of credit
    for floor, preferred in (("ZERO", 25), ("NEGATIVE", 0)):
        terms = european({"kind": "MULTIPLE", "multiple": "1.5"}, hurdle_floor=floor)
        state, _ = distribute(terms, contributed(terms, "100"), Decimal(200), YEAR_1)
        _, tiers = distribute(terms, contribute(state, Decimal(50), YEAR_1), Decimal(100), YEAR_2)
        assert tiers[1].amount_lp == preferred


def test_the_oldest_contribution_is_returned_first() -> None:
    # 100 of January and 100 of July; 150 paid on 1 January leaves 50 of July and the 8.00 that January has earned.
    # To 1 July: January 8.00 x (1 + 0.08 x 181/365) = 8.31737; July 100 x 0.08 x 184/365 = 4.03288 on the whole lot,
    # then 50 x 0.08 x (1 - 184/365) = 1.98356 on the half that was left, as a year to the anniversary is a whole one
    terms = european(rate_hurdle(convention="ANNUAL_ANNIVERSARY"))
    state = contribute(contributed(terms, "100"), Decimal(100), dt.date(2021, 7, 1))
    state, _ = distribute(terms, state, Decimal(150), YEAR_1)
    state = accrue(state, dt.date(2022, 7, 1))
    assert round_half_up(state.unpaid_preferred[0], Decimal("0.0001")) == Decimal("14.3338")


def test_a_rounded_preferred_return_paid_in_full_leaves_no_dust() -> None:
    # 100.00 at 8 % simple over one day is 0.0219...: 0.02 is paid and the rest neither earns nor is owed
    terms = european(rate_hurdle())
    state, tiers = distribute(terms, contributed(terms, "100"), Decimal("100.02"), START + dt.timedelta(days=1))
    assert tiers[1].amount_lp == Decimal("0.02")
    assert state.unpaid_preferred == (0,)


def test_a_currency_without_decimals_is_paid_in_whole_units() -> None:
    # yen: 80,000.4 of preferred return is 80,000; the split of 3 is 2.4 to the LP, so 2, and 1 to the GP
    terms = european(rate_hurdle())
    state = contributed(terms, "1000005", unit=Decimal(1))
    _, tiers = distribute(terms, state, Decimal(1_080_008), YEAR_1)
    assert paid(tiers)[1:] == rows(("PREFERRED_RETURN", "80000", "0"), ("SPLIT", "2", "1"))


def test_preferred_return_capitalised_under_earlier_terms_earns_no_simple_interest() -> None:
    # 8 at an IRR of 8 %, then a year of simple interest on the 100 alone: 16, not 16.64
    before, after = european(rate_hurdle(convention="IRR")), european(rate_hurdle())
    state = accrue(adopt_terms(contributed(before, "100"), after, YEAR_1), YEAR_2)
    assert round_half_up(state.unpaid_preferred[0], CENT) == 16


def test_new_terms_earn_from_their_date() -> None:
    # 100 at 8 % simple for a year, then at 10 %: 8 + 10
    before, after = european(rate_hurdle()), european(rate_hurdle("0.10"))
    state = adopt_terms(contributed(before, "100"), after, YEAR_1)
    _, tiers = distribute(after, state, Decimal(118), YEAR_2)
    assert tiers[1].amount_lp == 18
    with pytest.raises(ValueError, match=r"hurdles of the state: expected .*0.08.*, found .*0.10.*; adopt the terms"):
        distribute(before, state, Decimal(118), YEAR_2)
    with pytest.raises(ValueError, match="expected a rate hurdle as before, found MultipleHurdle"):
        adopt_terms(state, european({"kind": "MULTIPLE", "multiple": 2}), YEAR_2)
    with pytest.raises(ValueError, match="hurdles: expected 1 as before, found 0"):
        adopt_terms(state, european(), YEAR_2)


@pytest.mark.parametrize("pay", [contribute, lambda state, amount, date: distribute(european(), state, amount, date)])
def test_what_cannot_be_paid_is_refused(pay: Callable[[WaterfallState, Any, dt.date], object]) -> None:
    state = contributed(european(), "100", YEAR_1)
    for amount in ("-1", "0.005"):
        with pytest.raises(ValueError, match=f"expected a whole number >= 0 of minor units of 0.01, found {amount}"):
            pay(state, Decimal(amount), YEAR_2)
    with pytest.raises(TypeError, match="must be a Decimal, found float"):
        pay(state, 1.5, YEAR_2)
    with pytest.raises(ValueError, match=r"event date: expected 2022-01-01 or later, .* found 2021-01-01"):
        pay(state, Decimal(1), START)
