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
from calculations.funds.capital.commitments import EventKind, Roll
from calculations.funds.capital.exact import RATE_UNIT, in_money
from calculations.funds.closings.equalisation import EarlierFlows, InterestSpan, Partners, equalise
from calculations.funds.closings.interest import InterestRates
from calculations.funds.closings.legs import LegKind, closing_legs
from calculations.funds.closings.rules import check_closing
from calculations.funds.closings.terms import ClosingTerms, EarlierDeals, interest_of_closing, read_closing_terms
from calculations.funds.fees.day_counts import DayCount
from calculations.money import minor_unit
from calculations.months import as_date
from orchestration.assets.capital_findings import Difference, of_rules
from orchestration.assets.capital_inputs import KEYS, Inputs, governing, units
from orchestration.assets.capital_notices import index_fixings
from orchestration.assets.capital_terms import read_terms

CLOSINGS = "calc.closing_adjustments"
NOT_STATED = "NOT_STATED"

Row = Mapping[str, Any]


@dataclass
class Closed:
    """Rows of calc.closing_adjustments, and findings by fund number."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    findings: dict[int, list[Difference]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class _Flow:
    flow_id: str
    day: dt.date
    held: Mapping[int, int]


def close(inputs: Inputs, found: Roll) -> Closed:
    """Every completed later closing of every fund, in order, each on what the closings before it have restated.

    Management fees have a true-up of their own. A call that reaches the commitments of one later closing alone is how they
    paid in, no earlier call to share again. Source: fund-admin 1.6, E-1 to E-7.
    """
    closed = Closed()
    rows = _closings(inputs)
    investors = inputs.commitments.texts("investor_id")
    texts = read_terms("CLOSING", [row["terms"] for row in rows], read_closing_terms, ClosingTerms())
    calls = _flows(inputs, _CALLS)
    paid_in = _flows(inputs, _PAID_IN)
    distributions = _flows(inputs, _DISTRIBUTIONS)
    stated = {
        (row["f"], row["effective_date"], row["call_id"], row["c"]): row["amount"] for row in _reallocations(inputs)
    }
    restated: dict[tuple[int, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for place, row in enumerate(rows):
        terms = texts.different[texts.of_row[place]]
        if (message := texts.errors.get(int(texts.of_row[place]))) is not None:
            closed.findings[row["f"]].append(Difference("BAD_TERMS", "warning", "FUND", "CLOSING", message))
        numbers, members = _members(inputs, found, row)
        before = [
            [flow for flow in flows[row["f"]] if flow.day < row["closing_date"]] for flows in (calls, distributions)
        ]
        earlier = [_earlier(inputs, flows, numbers, restated, row["f"]) for flows in before]
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
        booked = [
            int(amount / unit)
            for (fund, day, _, number), amount in stated.items()
            if (fund, day) == (row["f"], row["closing_date"]) and amount > 0
        ]
        closed.findings[row["f"]] += _paid_in_apart(
            row, closing_id, numbers, members, moved.contributions, paid_in[row["f"]], sum(booked), unit
        )
    return closed


def _closings(inputs: Inputs) -> list[dict[str, Any]]:
    inputs.connection.execute(
        """
        create or replace temp table activity_closings as
        select row_number() over (order by x.f, c.closing_date, c.closing_number) - 1 as z, x.*,
            c.* exclude (state_id, fund_id, organization_id, feed_id, known_from, known_to, known_at)
        from activity_funds as x inner join intermediate.int_fund__closings as c using (state_id, fund_id)
        where c.status = 'COMPLETED' and c.closing_type <> 'INITIAL'
        """
    )
    return inputs.frame(
        f"with terms as ({governing('CLOSING', 'activity_closings', 'z', 'closing_date')}) "
        f"select z.*, t.term_value as terms, case when z.new_commitments is not null then {units('z.new_commitments', 'z.scale')} end "
        f"as new_units, case when z.total_commitments is not null then {units('z.total_commitments', 'z.scale')} end as total_units "
        "from activity_closings as z left join terms as t using (z) order by z.z"
    ).table.to_pylist()


_IS_PAYING_IN = """
    k.k in (
        select k.k from activity_calls as k inner join activity_notices as n using (k)
        inner join activity_commitments as c on c.c = n.c
        inner join activity_closings as z on z.f = k.f and z.closing_date <= k.call_date
        group by k.k, z.z having bool_and(c.closing_number = z.closing_number)
    )
"""
_CALLS = f"""
    select k.f, k.call_id as flow_id, max(k.due_date) as day, n.c, sum(
        {units("n.call_amount - coalesce(n.outside_commitment_portion, 0) - coalesce(n.management_fee_portion, 0)", "k.scale")}
    ) as held
    from activity_calls as k inner join activity_notices as n using (k)
    where k.f in (select f from activity_closings) and n.notice_status not in ('CANCELLED', 'WAIVED')
        and n.reverses_notice_id is null and k.reverses_call_id is null and not {_IS_PAYING_IN}
    group by k.f, k.k, k.call_id, n.c order by k.f, day, k.call_id, n.c
"""
_PAID_IN = _CALLS.replace("and not", "and")
_DISTRIBUTIONS = f"""
    select d.f, d.distribution_id as flow_id, max(d.distribution_date) as day, n.c,
        sum({units("n.gross_distribution", "d.scale")}) as held
    from activity_distributions as d inner join activity_distribution_notices as n using (d)
    where d.f in (select f from activity_closings) and n.notice_status <> 'CANCELLED'
        and d.reverses_distribution_id is null and d.distribution_type <> 'TAX_ADVANCE'
    group by d.f, d.d, d.distribution_id, n.c order by d.f, day, d.distribution_id, n.c
"""


def _flows(inputs: Inputs, sql: str) -> Mapping[int, list[_Flow]]:
    """Flows of each fund that has a later closing, in order of day, with what each commitment holds of them."""
    found: dict[int, dict[tuple[dt.date, str], dict[int, int]]] = defaultdict(dict)
    for row in inputs.frame(sql).table.to_pylist():
        found[row["f"]].setdefault((row["day"], row["flow_id"]), {})[row["c"]] = int(row["held"])
    flows: dict[int, list[_Flow]] = defaultdict(list)
    for fund, of_fund in found.items():
        flows[fund] = [_Flow(flow_id, day, held) for (day, flow_id), held in of_fund.items()]
    return flows


def _reallocations(inputs: Inputs) -> Sequence[Row]:
    return inputs.frame(
        """
        select x.f, r.effective_date, n.call_id, c.c, sum(r.amount) as amount
        from activity_funds as x
        inner join intermediate.int_fund__reallocations as r using (state_id)
        inner join activity_notices as n on n.f = x.f and n.notice_id = r.original_notice_id
        inner join activity_commitments as c on c.f = x.f and c.commitment_id = r.commitment_id
        group by all
        """
    ).table.to_pylist()


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
    flows: Sequence[_Flow],
    numbers: Sequence[int],
    restated: Mapping[tuple[int, str], Mapping[int, int]],
    fund: int,
) -> EarlierFlows:
    """Flows as the closings before have restated them. A partner excused from a call holds nothing of it and takes no part."""
    held = np.array(
        [[flow.held.get(n, 0) + restated[fund, flow.flow_id].get(n, 0) for n in numbers] for flow in flows],
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
    paid_in: Sequence[_Flow],
    booked: int,
    unit: Decimal,
) -> Iterator[Difference]:
    """What newcomers should pay in beside what calls that reach them alone, and reallocations `booked` for the closing, state."""
    newcomers = {n for n, before in zip(numbers, members.before.tolist(), strict=True) if not before}
    calls = [flow for flow in paid_in if set(flow.held) <= newcomers and flow.held]
    if not calls:
        return
    owed = sum(
        int(amount) for n, amount in zip(numbers, contributions.sum(axis=0).tolist(), strict=True) if n in newcomers
    )
    told = sum(sum(flow.held.values()) for flow in calls) + booked
    if owed != told:
        stated, expected = in_money(told, unit), in_money(owed, unit)
        yield Difference(
            "CLOSING_PAID_IN", "warning", "CLOSING", closing_id,
            f"closing {closing_id}: expected newcomers to pay in {expected}, their share of earlier calls but fees, found {stated}",
            row["closing_date"], row["base_currency"], stated, expected,
        )  # fmt: skip
