"""What an event of the whole fund comes to for each partner, where only the fund's figure is known. Applying it is in `replay`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import scaled
from calculations.exact.sharing import allocate_total
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.clawback import clawback_due
from calculations.funds.waterfall.events import Event, EventKind
from calculations.funds.waterfall.giveback import most_given_back
from calculations.funds.waterfall.state import State


def on_cost(event: Event, state: State) -> Event:
    """The event with amounts by partner of the state: its figure on each unit of cost that a partner still has.

    So a partner who was excused from an investment has no part in its value. Source: fund-admin 1.5 D-1.
    """
    if event.on_cost is None:
        return event
    amounts = scaled(deals.remaining_cost(state, event.investment), event.on_cost)
    if event.kind == EventKind.DISTRIBUTION:
        return replace(event, cost_relieved=amounts)
    return replace(event, amounts=amounts)


def shared_out(event: Event, places: Sequence[Ints], states: Sequence[State], partners: int) -> Event:
    """The event with its total shared out, (partners,); `places` are those of each state's partners among all.

    A clawback goes where partners are short, a giveback comes from those who can still be asked, a tax advance is
    borne as capital was contributed by those who pay carry. Raises ValueError where no partner is concerned.
    Source: fund-admin 2.6, 1.5 D-6.
    """
    if event.total is None or event.amounts is not None:
        return event
    weights = np.zeros(partners, dtype=np.int64)
    for place, state in zip(places, states, strict=True):
        weights[place] = _concerned(event, state)
    if not weights.any():
        raise ValueError(
            f"event {event.event_id} ({event.kind.value} on {event.date}): expected partners who are concerned, found none"
        )
    return replace(event, amounts=allocate_total(event.total, weights))


def _concerned(event: Event, state: State) -> Ints:
    if event.kind == EventKind.CLAWBACK:
        return clawback_due(state, event.date, interim=False).due
    if event.kind == EventKind.GIVEBACK:
        return most_given_back(state, event.date)
    return state.contributed if state.terms.highest_carry else state.nothing
