"""A partner hands over part of its waterfall: the transferee steps into history, and no balance is lost. Source: fund-admin 1.8."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.waterfall import deals
from calculations.funds.waterfall.carry_ledger import EntryType
from calculations.funds.waterfall.events import Event, EventKind
from calculations.funds.waterfall.in_force import AgreedTerms, Partner
from calculations.funds.waterfall.replay import Replay, replay
from calculations.funds.waterfall.state import State
from calculations.funds.waterfall.transfer import transfer
from tests.calculations.waterfall_cases import EIGHT_SIMPLE, START, YEAR_1, YEAR_2, terms, units

FULL_CATCH_UP = EIGHT_SIMPLE | {"catch_up": "1"}
STYLES = ("EUROPEAN", "AMERICAN_STRICT", "AMERICAN_REALISED", "HYBRID_CAPITAL_THEN_DEAL")
PARTNERS = [Partner("seller"), Partner("buyer"), Partner("other")]


def life() -> list[Event]:
    """Two deals, fees, one of the deals sold with carry."""
    return [
        Event("c1", START, EventKind.CONTRIBUTION, units(10_007, 0, 5_003), "I1"),
        Event("c2", START, EventKind.CONTRIBUTION, units(8_001, 0, 4_001), "I2"),
        Event("c3", START, EventKind.CONTRIBUTION, units(301, 0, 151)),
        Event("d1", YEAR_1, EventKind.DISTRIBUTION, units(25_001, 0, 12_501), "I1"),
    ]


def after(events: list[Event], style: str, *, until: dt.date = YEAR_2) -> Replay:
    return replay([AgreedTerms(terms(style, FULL_CATCH_UP), START)], PARTNERS, events, states_on=[until])


def transferred(share: Fraction, on: dt.date = YEAR_1 + dt.timedelta(days=30)) -> Event:
    return Event("t1", on, EventKind.TRANSFER, giver=0, taker=1, share=share)


def balances(node: Any, name: str = "") -> Iterator[tuple[str, np.longdouble]]:
    """Every array of a state, summed over lots and partners, by where it stands; lots of all dates together."""
    if isinstance(node, np.ndarray):
        yield name, node.astype(np.longdouble).sum()
    elif is_dataclass(node):
        for field in fields(node):
            if field.name not in ("terms", "hurdles"):
                yield from balances(getattr(node, field.name), f"{name}.{field.name}")
    elif isinstance(node, dict):
        for key, each in node.items():
            yield from balances(each, f"{name}.{key}")
    elif type(node) is tuple:
        for i, each in enumerate(node):
            yield from balances(each, f"{name}.{i}")


def total(state: State) -> dict[str, np.longdouble]:
    return dict(balances(state))


@given(
    style=st.sampled_from(STYLES),
    share=st.fractions(min_value=Fraction(1, 1000), max_value=1).filter(lambda share: share > 0),
)
def test_every_balance_of_both_together_is_what_it_was(style: str, share: Fraction) -> None:
    (group,) = after(life(), style).groups
    before = deals.accrue(group.states[YEAR_2], YEAR_2)
    one, _ = transfer(before, 0, before, 1, share, YEAR_2)
    then, now = total(before), total(one)
    assert now.keys() == then.keys()
    for name, amount in then.items():
        assert abs(now[name] - amount) < 1e-9, name


@pytest.mark.parametrize("style", STYLES)
def test_who_takes_over_all_is_paid_as_the_transferor_would_have_been(style: str) -> None:
    sold = Event("d2", YEAR_2, EventKind.DISTRIBUTION, units(30_001, 0, 15_001), "I2")
    to_buyer = Event("d2", YEAR_2, EventKind.DISTRIBUTION, units(0, 30_001, 15_001), "I2")
    stayed = after([*life(), sold], style)
    moved = after([*life(), transferred(Fraction(1)), to_buyer], style)
    (was,), (is_now,) = stayed.groups, moved.groups
    for before, now in zip(was.distributions[-1][1].tiers, is_now.distributions[-1][1].tiers, strict=True):
        assert (before.name, int(before.amount_lp[0]), int(before.amount_gp[0])) == (
            now.name,
            int(now.amount_lp[1]),
            int(now.amount_gp[1]),
        )
    assert moved.by_partner(lambda state: state.gp_carry)[0] == 0
    assert moved.by_partner(lambda state: state.unreturned_capital)[0] == 0


def test_a_quarter_moves_a_quarter_of_capital_and_preferred_return() -> None:
    # 1,000.00 for a year at 8 % simple: 80.00 earned, of both a quarter moves
    events = [Event("c1", START, EventKind.CONTRIBUTION, units(100_000, 0, 0)), transferred(Fraction(1, 4), YEAR_1)]
    made = after(events, "EUROPEAN", until=YEAR_1)
    (group,) = made.groups
    state = deals.accrue(group.states[YEAR_1], YEAR_1)
    assert state.unreturned_capital.tolist() == [75_000, 25_000, 0]
    assert [float(x) for x in state.whole.preferred(0, slice(None), "")] == [6_000.0, 2_000.0, 0.0]


def test_a_transferee_with_terms_of_its_own_takes_over_into_them() -> None:
    lower = terms("EUROPEAN", FULL_CATCH_UP, carry="0.1")
    agreed = [
        AgreedTerms(terms("EUROPEAN", FULL_CATCH_UP), START),
        AgreedTerms(lower, START, investor_id="buyer"),
    ]
    events = [
        Event("c1", START, EventKind.CONTRIBUTION, units(100_000, 0, 0)),
        transferred(Fraction(1), YEAR_1),
        Event("d1", YEAR_1, EventKind.DISTRIBUTION, units(0, 200_000, 0)),
    ]
    made = replay(agreed, PARTNERS, events)
    # profit of 1,000.00, more than the hurdle of 80.00: a full catch-up gives the GP a tenth of all of it
    assert made.by_partner(lambda state: state.gp_carry).tolist() == [0, 10_000, 0]


def test_a_transfer_to_one_who_pays_no_carry_is_refused() -> None:
    partners = [Partner("seller"), Partner("buyer", "GP", pays_carry=False), Partner("other")]
    with pytest.raises(ValueError, match="terms of the transferee: expected style"):
        replay([AgreedTerms(terms("EUROPEAN", FULL_CATCH_UP), START)], partners, [*life(), transferred(Fraction(1))])


def test_the_figure_of_a_fund_falls_on_the_cost_that_partners_still_have() -> None:
    # cost 100.07 and 50.03 with half its value left: written down by 50.04 and 25.02, halves up
    down = Event("w1", YEAR_1, EventKind.WRITE_DOWN, investment="I1", on_cost=Fraction(1, 2))
    made = after([life()[0], down], "AMERICAN_REALISED")
    (group,) = made.groups
    assert group.state.deals.permanent["I1"].tolist() == [5_004, 0, 2_502]


def test_a_tax_advance_is_borne_by_contributions_and_deducted_from_the_next_carry() -> None:
    # 30.00 on contributions of 183.09 and 91.55: 20.00 and 10.00, deducted in the ledger when carry is due
    advance = Event("a1", START + dt.timedelta(days=90), EventKind.TAX_ADVANCE, total=3_000)
    made = after([*life(), advance], "EUROPEAN")
    (group,) = made.groups
    lines = {entry.entry_type: entry for entry in group.ledger}
    assert lines[EntryType.TAX_ADVANCE].amounts.tolist() == [2_000, 0, 1_000]
    carry = sum(tier.amount_gp for tier in group.distributions[0][1].tiers)
    deducted = lines[EntryType.TAX_ADVANCE_DEDUCTED].amounts
    assert deducted.tolist() == np.minimum(carry, [2_000, 0, 1_000]).tolist()
    assert deducted.any()
