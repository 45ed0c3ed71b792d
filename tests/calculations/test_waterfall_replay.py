"""The life of a fund replayed: whose terms rule when, what order may not change, and rows that explain themselves."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.daycount import Ints
from calculations.funds.waterfall.audit import audit_rows
from calculations.funds.waterfall.carry_ledger import EntryType
from calculations.funds.waterfall.clawback import clawback_due
from calculations.funds.waterfall.distribution import Proceeds
from calculations.funds.waterfall.events import Event, EventKind, amounts_by_partner
from calculations.funds.waterfall.in_force import AgreedTerms, Partner, terms_in_force
from calculations.funds.waterfall.replay import Replay, replay
from calculations.funds.waterfall.terms import Style, WaterfallTerms
from calculations.money import round_half_up
from tests.calculations.waterfall_cases import EIGHT_SIMPLE, START, YEAR_1, YEAR_2, terms, units

LPS = [Partner("lp-1"), Partner("lp-2"), Partner("gp", "GP", pays_carry=False)]


def fund(style: str = "EUROPEAN", *hurdles: dict[str, Any], **changes: Any) -> list[AgreedTerms]:
    return [AgreedTerms(terms(style, *hurdles, **changes), START)]


def call(date: dt.date, *amounts: int, of: str = "", number: int = 1) -> Event:
    return Event(f"call-{date}-{of}-{number}", date, EventKind.CONTRIBUTION, units(*amounts), of)


def sale(date: dt.date, *amounts: int, of: str = "", **more: Any) -> Event:
    return Event(f"sale-{date}-{of}", date, EventKind.DISTRIBUTION, units(*amounts), of, **more)


def tiers(made: Replay) -> list[tuple[str, str, str, int, int]]:
    """Every payment above zero: event, partner, tier, amounts."""
    rows = [
        (event, made.partners[place].partner_id, tier.name.value, int(tier.amount_lp[i]), int(tier.amount_gp[i]))
        for group in made.groups
        for event, distribution in group.distributions
        for tier in distribution.tiers
        for i, place in enumerate(group.partners)
    ]
    return sorted(row for row in rows if row[3] or row[4])


def test_investor_terms_go_before_class_terms_and_those_before_the_funds() -> None:
    whole, of_class, own = terms(carry="0.2"), terms(carry="0.15"), terms(carry="0.1")
    agreed = [
        AgreedTerms(whole, START),
        AgreedTerms(of_class, START, class_code="B"),
        AgreedTerms(own, YEAR_1, YEAR_2, investor_id="lp-3"),
    ]
    partners = [Partner("lp-1", "A"), Partner("lp-2", "B"), Partner("lp-3", "B")]
    before, during, after = (terms_in_force(agreed, partners, date) for date in (START, YEAR_1, YEAR_2))
    assert [found.carry for found in before] == [whole.carry, of_class.carry, of_class.carry]
    assert [found.carry for found in during] == [whole.carry, of_class.carry, own.carry]
    assert after == before  # the expiry date is no longer ruled


def test_terms_must_be_in_force_once() -> None:
    agreed = [AgreedTerms(terms(), YEAR_1), AgreedTerms(terms(carry="0.1"), YEAR_1)]
    with pytest.raises(ValueError, match="lp-1 on 2021-01-01: expected one set in force, found 0"):
        terms_in_force(agreed, LPS[:1], START)
    with pytest.raises(ValueError, match="lp-1 on 2022-01-01: expected one set in force, found 2"):
        terms_in_force(agreed, LPS[:1], YEAR_1)


def test_the_gp_commitment_bears_no_carry() -> None:
    # each paid 100 and gets 200; two LPs pay 20 % of their profit
    made = replay(fund(), LPS, [call(START, 100, 100, 100), sale(YEAR_1, 200, 200, 200)])
    assert made.by_partner(lambda state: state.gp_carry).tolist() == [20, 20, 0]
    assert made.by_partner(lambda state: state.lp_profit).tolist() == [80, 80, 100]


def test_an_excused_partner_has_no_part_in_the_deal() -> None:
    # lp-2 is excused from b: paid nothing, gets nothing, and its own deal is as if b had not been
    events = [call(START, 100, 100, 0, of="a"), call(START, 100, 0, 0, of="b"), sale(YEAR_1, 300, 0, 0, of="b")]
    made = replay(fund("AMERICAN_REALISED"), LPS, [*events, sale(YEAR_2, 50, 200, 0, of="a")])
    assert made.by_partner(lambda state: state.gp_carry).tolist() == [40, 20, 0]


def test_terms_that_change_carry_what_was_earned_over() -> None:
    # 10,000 at 8 % simple for a year, then at 10 %: 800 + 1,000
    agreed = [
        AgreedTerms(terms("EUROPEAN", EIGHT_SIMPLE), START, YEAR_1),
        AgreedTerms(terms("EUROPEAN", EIGHT_SIMPLE | {"rate": "0.1"}), YEAR_1),
    ]
    made = replay(agreed, LPS[:1], [call(START, 10_000), sale(YEAR_2, 12_000)])
    assert tiers(made)[0][2:] == ("PREFERRED_RETURN", 1_800, 0)


def test_a_change_of_style_is_refused() -> None:
    agreed = [AgreedTerms(terms(), START, YEAR_1), AgreedTerms(terms("AMERICAN_STRICT"), YEAR_1)]
    with pytest.raises(ValueError, match="style: expected EUROPEAN as before, found AMERICAN_STRICT"):
        replay(agreed, LPS[:1], [call(START, 100), sale(YEAR_2, 200)])


def test_amounts_must_be_one_per_partner() -> None:
    with pytest.raises(
        ValueError, match=r"call-2021-01-01--1 .*: expected one amount .* 3 partners, found int64 \(2,\)"
    ):
        replay(fund(), LPS, [call(START, 100, 100)])


def test_a_call_put_right_on_its_day_is_the_net_call() -> None:
    events = [call(START, 150), call(START, -50, number=2), sale(YEAR_1, 200)]
    assert replay(fund(), LPS[:1], events).by_partner(lambda state: state.gp_carry).tolist() == [20]
    with pytest.raises(ValueError, match=r"call-2021-01-01--1 .*: expected amounts >= 0, found -50"):
        replay(fund(), LPS[:1], [call(START, -50)])


def test_legs_of_a_partner_add_up_in_minor_units() -> None:
    cent, ids = Decimal("0.01"), ["lp-1", "lp-2"]
    legs = [("lp-2", Decimal("1.50")), ("lp-2", Decimal("0.25"))]
    assert amounts_by_partner(ids, legs, cent).tolist() == [0, 175]
    with pytest.raises(ValueError, match="partner: expected one of lp-1, lp-2, found 'lp-3'"):
        amounts_by_partner(ids, [("lp-3", cent)], cent)
    with pytest.raises(ValueError, match=r"amount of lp-1: expected whole minor units of 0.01, found 0.005"):
        amounts_by_partner(ids, [("lp-1", Decimal("0.005"))], cent)


def test_an_event_comes_once() -> None:
    with pytest.raises(ValueError, match="event call-2021-01-01--1: expected every id once, found it 2 times"):
        replay(fund(), LPS[:1], [call(START, 100), call(START, 100)])


@pytest.mark.parametrize(("counts", "expected"), [(True, 20), (False, 18)])
def test_blocker_taxes_count_as_distributed_by_agreement(counts: bool, expected: int) -> None:
    agreed = fund(blocker_taxes_count_as_distributed=counts)
    events = [call(START, 100), sale(YEAR_1, 190, blocker_taxes=units(10))]
    assert replay(agreed, LPS[:1], events).by_partner(lambda state: state.gp_carry).tolist() == [expected]


def test_a_fixed_deduction_is_shared_by_all_partners_whatever_their_terms() -> None:
    # 10.00 off 300.00, by amounts; the GP has terms of its own (no carry) and bears its part
    agreed = fund(off_the_top=[{"name": "paydown", "amount": 10}])
    made = replay(agreed, LPS, [sale(YEAR_1, 10_000, 10_000, 10_000)])
    taken = [d.tiers[0].amount_other.tolist() for group in made.groups for _, d in group.distributions]
    assert sorted(part for parts in taken for part in parts) == [333, 333, 334]


def test_the_carry_ledger_has_every_movement() -> None:
    # 100 at cost and 100 sold for 300: 40 of carry, 12 held (30 %); the other is lost: 20 too many
    agreed = fund("AMERICAN_STRICT", escrow={"share": "0.3"}, clawback={"tests": ["EXCESS"]})
    events = [
        call(START, 100, of="a"),
        call(START, 100, of="b"),
        sale(YEAR_1, 300, of="b"),
        Event("interim", YEAR_1, EventKind.INTERIM_CLAWBACK_TEST),
        Event("loss", YEAR_2, EventKind.VALUATION, units(0), "a"),
        Event("second", YEAR_2, EventKind.INTERIM_CLAWBACK_TEST),
        Event("final", YEAR_2, EventKind.CLAWBACK),
    ]
    (group,) = replay(agreed, LPS[:1], events).groups
    assert [(entry.event_id, entry.entry_type, entry.amounts.tolist()) for entry in group.ledger] == [
        ("sale-2022-01-01-b", EntryType.CARRY_PAID, [28]),
        ("sale-2022-01-01-b", EntryType.ESCROW_IN, [12]),
        ("second", EntryType.CLAWBACK_ACCRUED, [20]),
        ("final", EntryType.ESCROW_OUT, [12]),
        ("final", EntryType.CLAWBACK_PAID, [20]),
    ]


def test_carry_accrued_on_a_day_is_that_of_the_state_at_its_end() -> None:
    # 100 each, worth 200 at the end of year 1: 20 of carry each, the GP none; nothing is left at the end of year 2
    events = [call(START, 100, 100, 100, of="a"), sale(YEAR_2, 300, 300, 300, of="a")]
    made = replay(fund(), LPS, events, states_on=[YEAR_1, YEAR_2])
    assert made.accrued_carry({"a": units(200, 200, 200)}, YEAR_1).tolist() == [20, 20, 0]
    assert made.accrued_carry({"a": units(0, 0, 0)}, YEAR_2).tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match=r"date: expected one of \['2022-01-01', '2023-01-01'\], found 2021-01-01"):
        made.accrued_carry({}, START)
    with pytest.raises(ValueError, match="states_on: expected days from the first event, 2021-01-01, found 2020-01-01"):
        replay(fund(), LPS, events, states_on=[dt.date(2020, 1, 1)])


# Lives of three partners with two deals, in every style.
dates = st.integers(0, 3000).map(lambda days: START + dt.timedelta(days=days))
three = st.lists(st.integers(0, 10**9), min_size=3, max_size=3).map(lambda parts: np.array(parts, dtype=np.int64))


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    events = []
    for number in range(draw(st.integers(1, 9))):
        kind = draw(st.sampled_from(["CONTRIBUTION", "CONTRIBUTION", "DISTRIBUTION", "VALUATION", "WRITE_DOWN"]))
        of = draw(st.sampled_from(["a", "b"] if kind in ("VALUATION", "WRITE_DOWN") else ["a", "b", ""]))
        events.append(
            Event(
                f"{number}",
                draw(dates),
                EventKind(kind),
                draw(three),
                of,
                draw(st.sampled_from(list(Proceeds))),
                draw(st.one_of(st.none(), three)),
            )
        )
    return events


@st.composite
def agreements(draw: st.DrawFn) -> list[AgreedTerms]:
    hurdle = {
        "kind": "RATE",
        "rate": draw(st.sampled_from(["0", "0.08"])),
        "convention": draw(st.sampled_from(["IRR", "SIMPLE_365", "QUARTERLY_FOURTHS"])),
        "catch_up": draw(st.sampled_from([None, "0.5", 1])),
    }
    return fund(
        draw(st.sampled_from([style.value for style in Style])),
        *draw(st.sampled_from([[], [hurdle], [hurdle, hurdle | {"kind": "MULTIPLE", "multiple": 2} | _NO_RATE]])),
        order=draw(st.sampled_from(["CAPITAL_FIRST", "PREFERRED_FIRST"])),
        hurdle_floor=draw(st.sampled_from(["ZERO", "NEGATIVE"])),
        expense_allocation=draw(st.sampled_from(["ALL_TO_DATE", "PRO_RATA_COST"])),
        unrealised=draw(st.sampled_from(["COST", "LOWER_COST_MARKET"])),
        carry_on_current_income=draw(st.booleans()),
        off_the_top=draw(st.sampled_from([[], [{"name": "expenses", "share": "0.05"}, {"name": "line", "amount": 7}]])),
        clawback={"tests": ["EXCESS"]},
    )


_NO_RATE = {"rate": None, "convention": None}


def total(made: Replay, event_id: str) -> list[int]:
    amounts = np.zeros(3, dtype=np.int64)
    for group in made.groups:
        for event, distribution in group.distributions:
            if event == event_id:
                for tier in distribution.tiers:
                    assert min(tier.amount_lp.min(), tier.amount_gp.min(), tier.amount_other.min()) >= 0
                    amounts[group.partners] += tier.amount_lp + tier.amount_gp + tier.amount_other
    return amounts.tolist()


@given(agreements(), lives())
@settings(deadline=None, max_examples=40)
def test_the_tiers_are_the_distribution_and_none_is_negative(agreed: list[AgreedTerms], events: list[Event]) -> None:
    made = replay(agreed, LPS, events)
    for event in events:
        if event.kind == EventKind.DISTRIBUTION and event.amounts is not None:
            assert total(made, event.event_id) == event.amounts.tolist()


@given(agreements(), lives(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_the_events_given_changes_nothing(
    agreed: list[AgreedTerms], events: list[Event], rng: random.Random
) -> None:
    assert tiers(replay(agreed, LPS, rng.sample(events, len(events)))) == tiers(replay(agreed, LPS, events))


@given(agreements(), lives(), three)
@settings(deadline=None, max_examples=40)
def test_a_contribution_split_in_two_on_its_day_changes_nothing(
    agreed: list[AgreedTerms], events: list[Event], more: Ints
) -> None:
    end = max(event.date for event in events)
    final = Event("final", end, EventKind.DISTRIBUTION, np.full(3, 10**10), "a")

    def end_with(*calls: Event) -> list[tuple[str, str, str, int, int]]:
        return tiers(replay(agreed, LPS, [*events, *calls, final]))

    first = more // 3
    split = [call(START, *first, of="a", number=1), call(START, *(more - first), of="a", number=2)]
    assert end_with(*split) == end_with(call(START, *more, of="a"))


@given(agreements(), lives())
@settings(deadline=None, max_examples=40)
def test_partners_together_are_paid_as_each_alone(agreed: list[AgreedTerms], events: list[Event]) -> None:
    agreed = [AgreedTerms(terms_without_fixed_deduction(agreed), START)]

    def alone(partner: int) -> Sequence[tuple[str, str, str, int, int]]:
        own = [
            Event(
                e.event_id,
                e.date,
                e.kind,
                one(e.amounts, partner),
                e.investment,
                e.proceeds,
                one(e.cost_relieved, partner),
            )
            for e in events
        ]
        return tiers(replay(agreed, [LPS[partner]], own))

    assert tiers(replay(agreed, LPS, events)) == sorted([row for partner in range(3) for row in alone(partner)])


def one(amounts: Ints | None, partner: int) -> Ints | None:
    return None if amounts is None else amounts[partner : partner + 1]


def terms_without_fixed_deduction(agreed: list[AgreedTerms]) -> WaterfallTerms:
    return replace(agreed[0].terms, off_the_top=tuple(d for d in agreed[0].terms.off_the_top if d.amount is None))


@given(agreements(), lives())
@settings(deadline=None, max_examples=40)
def test_after_the_last_clawback_carry_is_within_its_share_of_all_profit(
    agreed: list[AgreedTerms], events: list[Event]
) -> None:
    end = max(event.date for event in events)
    made = replay(agreed, LPS, [*events, Event("last", end, EventKind.CLAWBACK)])
    for group in made.groups:
        assert (clawback_due(group.state, end, interim=False).due <= 1).all()
    carry = made.by_partner(lambda state: state.gp_carry)
    clawed_back = made.by_partner(lambda state: state.clawback_paid)
    income = made.by_partner(lambda state: state.current_income)
    for partner in range(3):
        paid = sum(row[3] for row in tiers(made) if row[1] == LPS[partner].partner_id)
        contributed = sum(
            int(e.amounts[partner]) for e in events if e.kind == EventKind.CONTRIBUTION and e.amounts is not None
        )
        profit = paid + int(clawed_back[partner] - income[partner] + carry[partner]) - contributed
        assert carry[partner] <= max(Decimal("0.2") * profit, Decimal(0)) + 1
    assert carry[2] == 0


@given(agreements(), lives())
@settings(deadline=None, max_examples=40)
def test_every_row_of_the_audit_gives_its_amounts_again(agreed: list[AgreedTerms], events: list[Event]) -> None:
    for group in replay(agreed, LPS, events).groups:
        ids = [LPS[place].partner_id for place in group.partners]
        for event_id, distribution in group.distributions:
            columns = audit_rows(event_id, distribution, ids)
            rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
            assert len(rows) == len(ids) * len(distribution.tiers)
            for row in rows:
                assert recomputed(row) == (row["amount_lp"], row["amount_gp"], row["amount_other"])
                if row["step_kind"] == "ALLOCATION" and row["tier_name"] not in ("RETURN_OF_CAPITAL", "CURRENT_INCOME"):
                    assert row["lp_profit_after"] - row["lp_profit_before"] == row["amount_lp"]
                    assert row["gp_carry_after"] - row["gp_carry_before"] == row["amount_gp"]


def recomputed(row: dict[str, Any]) -> tuple[int, int, int]:
    """The amounts of a row by its formula, in Decimal, from nothing but the row."""
    with localcontext(prec=60):
        numbers = {
            name: Decimal(str(value))
            for name, value in row.items()
            if isinstance(value, int | np.integer | np.longdouble | Decimal)
        }
        known = numbers | {"round_half_up": lambda x: round_half_up(Decimal(x), Decimal(1)), "max": max, "min": min}
        need = Decimal(eval(row["formula"], {"__builtins__": {}}, known))
        # longdouble values are read to 18 digits: a tie is decided as in the engine
        nudge = Decimal("1e-9") + abs(need) * Decimal("1e-17")
        amount = min(Decimal(int(row["available"])), round_half_up(need + nudge, Decimal(1)))
        if row["step_kind"] == "ADJUSTMENT":
            return 0, 0, int(amount)
        lp = round_half_up((1 - row["gp_share"]) * amount, Decimal(1))
        return int(lp), int(amount - lp), 0
