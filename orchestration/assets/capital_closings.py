"""What each later closing moves between the partners of a fund, beside the reallocations that the workbook states. The arithmetic is in calculations."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.daycount import Ints
from calculations.exact.minor_units import RATE_UNIT, in_money, minor_units
from calculations.funds.capital.commitments import EventKind, Roll
from calculations.funds.closings.equalisation import EarlierFlows, InterestSpan, Partners, equalise
from calculations.funds.closings.interest import InterestRates
from calculations.funds.closings.legs import LegKind, closing_legs
from calculations.funds.closings.rules import check_closing
from calculations.funds.closings.terms import ClosingTerms, EarlierDeals, interest_of_closing, read_closing_terms
from calculations.funds.fees.day_counts import DayCount
from calculations.money import minor_unit
from calculations.months import as_date
from orchestration.assets.capital_closing_inputs import (
    CALLS,
    DISTRIBUTIONS,
    PAID_IN,
    Flow,
    booked,
    flows,
    later_closings,
)
from orchestration.assets.capital_findings import Difference, of_rules
from orchestration.assets.capital_inputs import KEYS, Inputs
from orchestration.assets.capital_notices import index_fixings
from orchestration.assets.capital_terms import read_terms

CLOSINGS = "calc.closing_adjustments"
NOT_STATED = "NOT_STATED"

Row = Mapping[str, Any]


@dataclass
class Closed:
    """Rows of calc.closing_adjustments, what of it is seen in the roll, and findings by fund number."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    changes: list[tuple[int, dt.date, EventKind, int]] = field(default_factory=list)
    findings: dict[int, list[Difference]] = field(default_factory=lambda: defaultdict(list))


def close(inputs: Inputs, found: Roll) -> Closed:
    """Every completed later closing of every fund, in order, each on what the closings before it have restated.

    Management fees have a true-up of their own, but where it is not the manager's. A call that reaches the commitments of one later closing alone is how they
    paid in, no earlier call to share again. Source: fund-admin 1.6, E-1 to E-7.
    """
    closed = Closed()
    rows = later_closings(inputs)
    investors = inputs.commitments.texts("investor_id")
    texts = read_terms("CLOSING", [row["terms"] for row in rows], read_closing_terms, ClosingTerms())
    reallocated = booked(inputs)
    calls = flows(inputs, CALLS)
    paid_in = flows(inputs, PAID_IN)
    distributions = flows(inputs, DISTRIBUTIONS)
    booked_on = {(row["f"], row["effective_date"]) for row in reallocated}
    stated = {(row["f"], row["effective_date"], row["call_id"], row["c"]): row["amount"] for row in reallocated}
    restated: dict[tuple[int, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for place, row in enumerate(rows):
        terms = texts.different[texts.of_row[place]]
        if (message := texts.errors.get(int(texts.of_row[place]))) is not None:
            closed.findings[row["f"]].append(Difference("BAD_TERMS", "warning", "FUND", "CLOSING", message))
        numbers, members = _members(inputs, found, row)
        before = [
            [flow for flow in listed[row["f"]] if flow.day < row["closing_date"]] for listed in (calls, distributions)
        ]
        earlier = [
            _earlier(inputs, each, numbers, restated, row["f"], row["true_up_to_manager"] is False) for each in before
        ]
        rates = _rates(inputs, row, terms, closed)
        span = InterestSpan(row["equalization_start"], row["equalization_end"] or row["closing_date"])
        unit = minor_unit(row["minor_units"])
        closing_id = f"{row['fund_id']}-{row['closing_number']}"
        closed.findings[row["f"]] += of_rules(
            "CLOSING",
            check_closing(
                closing_id, members, earlier[0], rates, span, is_initial=False,
                stated_new=row["new_units"], stated_total=row["total_units"],
            ),
            row["closing_date"],
        )  # fmt: skip
        if terms.earlier_deals is not EarlierDeals.COST:
            message = (
                f"closing {closing_id}: expected earlier deals at COST, found {terms.earlier_deals}: no fair values"
            )
            closed.findings[row["f"]].append(
                Difference("CLOSING_FAIR_VALUES", "warning", "CLOSING", closing_id, message)
            )
            continue
        moved = equalise(members, earlier[0], earlier[1], terms, rates, span)
        for flow, change in zip(before[0], moved.contributions, strict=True):
            for number, amount in zip(numbers, change.tolist(), strict=True):
                restated[row["f"], flow.flow_id][number] += amount
        closed.changes += _equalised(row, numbers, moved.contributions, stated)
        legs = closing_legs(row["closing_date"], earlier[0], earlier[1], moved)
        for partner, kind, source, day, amount, inside in zip(
            legs.partner.tolist(), legs.kind, legs.source, legs.event_date, legs.amount.tolist(),
            legs.is_inside_commitment.tolist(), strict=True,
        ):  # fmt: skip
            told = (
                stated.get((row["f"], row["closing_date"], source, numbers[partner]))
                if kind == LegKind.CONTRIBUTION
                else None
            )
            closed.rows.append(
                {
                    **{name: row[name] for name in KEYS},
                    "closing_number": row["closing_number"],
                    "closing_date": row["closing_date"],
                    "commitment_id": members.partner_ids[partner],
                    "investor_id": investors[numbers[partner]],
                    "adjustment_type": str(kind),
                    "source_id": str(source),
                    "event_date": as_date(day),
                    "currency": row["base_currency"],
                    "amount": in_money(amount, unit),
                    "amount_stated": None if told is None else -told,
                    "difference": None if told is None else -told - in_money(amount, unit),
                    "reason": NOT_STATED if told is None else None,
                    "is_inside_commitment": inside,
                    "known_at": row["known_at"],
                }
            )
        own = [flow for flow in paid_in[row["f"]] if flow.held and set(flow.held) <= _newcomers(numbers, members)]
        closed.changes += [
            (number, flow.day, EventKind.EQUALISED_STATED, amount)
            for flow in own
            for number, amount in flow.held.items()
            if amount
        ]
        taken_over = sum(
            int(minor_units([amount], unit)[0])
            for (fund, day, _, _), amount in stated.items()
            if (fund, day) == (row["f"], row["closing_date"]) and amount > 0
        )
        closed.findings[row["f"]] += _paid_in_apart(
            row, closing_id, numbers, members, moved.contributions, own, taken_over, unit
        )
        if (row["f"], row["closing_date"]) not in booked_on:
            closed.findings[row["f"]] += _not_booked(row, closing_id, members, moved.contributions, unit)
    return closed


def _members(inputs: Inputs, found: Roll, row: Row) -> tuple[list[int], Partners]:
    """Numbers of the commitments in the fund's currency once the closing is done, in order of their ids, and those partners.

    What comes on the closing's day had nothing before it; a commitment lowered that day is lowered by something else.
    """
    held = inputs.commitments
    is_own = (held.ints("f") == row["f"]) & (np.array(held.texts("currency"), dtype=object) == row["base_currency"])
    closing = np.datetime64(row["closing_date"], "D")
    number = np.flatnonzero(is_own & (held.days("commitment_date") <= closing))
    committed = np.append(found.balance(EventKind.COMMITTED), 0)
    after = committed[found.rows_on(number, closing)]
    before = np.minimum(committed[found.rows_on(number, closing - np.timedelta64(1, "D"))], after)
    ids = held.texts("commitment_id")
    return number.tolist(), Partners(
        tuple(str(ids[n]) for n in number), before, after, held.days("commitment_date")[number]
    )


def _earlier(
    inputs: Inputs,
    flows: Sequence[Flow],
    numbers: Sequence[int],
    restated: Mapping[tuple[int, str], Mapping[int, int]],
    fund: int,
    with_fees: bool,
) -> EarlierFlows:
    """Flows as the closings before have restated them, with the fee they funded where that passes between partners. A partner excused from a call holds nothing of it and takes no part."""
    held = np.array(
        [
            [held.get(n, 0) + restated[fund, flow.flow_id].get(n, 0) for n in numbers]
            for flow, held in ((each, each.shared(with_fees)) for each in flows)
        ],
        dtype=np.int64,
    ).reshape(len(flows), len(numbers))
    since = inputs.commitments.days("commitment_date")[numbers]
    starts = np.array([flow.day for flow in flows], dtype="datetime64[D]")
    was_there = since[None, :] <= starts[:, None]
    return EarlierFlows(
        tuple(flow.flow_id for flow in flows), starts, held, (held > 0) | ~was_there, (None,) * len(flows)
    )


def _rates(inputs: Inputs, row: Row, terms: ClosingTerms, closed: Closed) -> InterestRates | None:
    """The rates of late-closing interest; none, with a finding, where the row contradicts itself or its index has no fixing."""
    try:
        agreed = interest_of_closing(
            terms,
            row["equalization_interest_rate"],
            row["benchmark_index_id"],
            row["benchmark_spread_rate"],
            bool(row["interest_compounds"]),
            DayCount(row["interest_day_count"] or "ACT_365F"),
        )
        if agreed is None:
            return None
        fixings: list[tuple[dt.date, Decimal]] = []
        if agreed.index_id is not None:
            on, rates = index_fixings(inputs, agreed.index_id, row["f"])
            fixings = [(as_date(day), in_money(rate, RATE_UNIT)) for day, rate in zip(on, rates, strict=True)]
        return InterestRates.of(agreed, fixings)
    except ValueError as error:
        closing_id = f"{row['fund_id']}-{row['closing_number']}"
        closed.findings[row["f"]].append(Difference("CLOSING_INTEREST", "warning", "CLOSING", closing_id, str(error)))
        return None


def _paid_in_apart(
    row: Row,
    closing_id: str,
    numbers: Sequence[int],
    members: Partners,
    contributions: Ints,
    paid_in: Sequence[Flow],
    taken_over: int,
    unit: Decimal,
) -> Iterator[Difference]:
    """What newcomers should pay in beside what calls that reach them alone, and reallocations of the closing's day, state."""
    if not paid_in and not taken_over:
        return
    newcomers = _newcomers(numbers, members)
    owed = sum(
        int(amount) for n, amount in zip(numbers, contributions.sum(axis=0).tolist(), strict=True) if n in newcomers
    )
    told = sum(sum(flow.held.values()) for flow in paid_in) + taken_over
    if owed != told:
        stated, expected = in_money(told, unit), in_money(owed, unit)
        yield Difference(
            "CLOSING_PAID_IN", "warning", "CLOSING", closing_id,
            f"closing {closing_id}: expected newcomers to pay in {expected}, their share of earlier calls but fees, found {stated}",
            row["closing_date"], row["base_currency"], stated, expected,
        )  # fmt: skip


def _newcomers(numbers: Sequence[int], members: Partners) -> set[int]:
    return {n for n, before in zip(numbers, members.before.tolist(), strict=True) if not before}


def _equalised(
    row: Row, numbers: Sequence[int], contributions: Ints, stated: Mapping[Any, Decimal]
) -> Iterator[tuple[int, dt.date, EventKind, int]]:
    """What the closing changes of what each commitment has contributed, known from its day on, computed and as booked."""
    day = row["closing_date"]
    for number, amount in zip(numbers, contributions.sum(axis=0).tolist(), strict=True):
        if amount:
            yield number, day, EventKind.EQUALISED, amount
    unit = minor_unit(row["minor_units"])
    for (fund, effective, _, number), amount in stated.items():
        if (fund, effective) == (row["f"], day):
            yield number, day, EventKind.EQUALISED_STATED, int(minor_units([amount], unit)[0])


def _not_booked(
    row: Row, closing_id: str, members: Partners, contributions: Ints, unit: Decimal
) -> Iterator[Difference]:
    """What earlier partners should get back where no reallocation of the closing's day books any of it."""
    of_partner = contributions.sum(axis=0)
    returned = in_money(-int(of_partner[(members.before > 0) & (of_partner < 0)].sum()), unit)
    if returned:
        yield Difference(
            "CLOSING_NOT_BOOKED", "warning", "CLOSING", closing_id,
            f"closing {closing_id}: expected reallocations that return {returned} to earlier partners, found none",
            row["closing_date"], row["base_currency"], in_money(0, unit), returned,
        )  # fmt: skip
