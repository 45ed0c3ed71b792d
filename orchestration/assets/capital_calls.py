"""Notices of capital calls: what each commitment should have been called for, beside what it was. Payments of them are not here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from calculations.daycount import Ints
from calculations.exact.minor_units import rate_units
from calculations.exact.sharing import allocate_many
from calculations.funds.capital.commitments import EventKind, Roll
from calculations.funds.capital.portions import (
    COLUMN,
    NO_CAP,
    PORTIONS,
    CallLegs,
    Portion,
    PortionShortfall,
    share_portions,
)
from calculations.funds.capital.terms import CallTerms, read_call_terms
from orchestration.assets.capital_frames import Frame, days, table
from orchestration.assets.capital_inputs import PORTION_COLUMNS, Inputs, governing, units
from orchestration.assets.capital_inputs import rate_units as rate_sql
from orchestration.assets.capital_terms import TermsRead, read_terms

# Why no amount is computed for a call.
CUSTOM_SHARES, REVERSAL, SHORTFALL, NO_PARTICIPANTS, PORTIONS_MISSING = REASONS = (
    "CUSTOM_SHARES",
    "REVERSAL",
    "SHORTFALL",
    "NO_PARTICIPANTS",
    "PORTIONS_MISSING",
)
EXCUSED_FROM = 1 << COLUMN[Portion.INVESTMENT]


@dataclass(frozen=True, eq=False)
class Calls:
    """Calls that were made, their notices, and every commitment in force that each could reach, in id order.

    `computed` (legs, 7) is what each leg pays of each portion, `reason` (calls,) the place in REASONS where none can be
    told, else -1; `leg_of_notice` is -1 for a notice to a commitment that the call could not reach.
    """

    frame: Frame
    notices: Frame
    legs: Frame
    computed: Ints
    reason: Ints
    leg_of_notice: Ints
    terms: TermsRead[CallTerms]
    missing: Mapping[int, int]


def number_calls(inputs: Inputs) -> None:
    """Number the calls that were made, in temporary tables."""
    inputs.connection.execute(
        """
        create or replace temp table activity_calls as
        select row_number() over (order by x.f, k.call_id) - 1 as k, x.f, k.call_id, k.call_number,
            coalesce(k.notice_date, k.call_date) as notice_date, k.call_date, k.due_date, k.total_call_amount,
            k.allocation_basis, k.investment_id, k.call_purpose, k.reverses_call_id, k.known_at,
            coalesce(k.currency, x.base_currency) as currency, cast(power(10, m.minor_units) as integer) as scale
        from activity_funds as x
        inner join intermediate.int_fund__capital_calls as k using (state_id, fund_id)
        inner join seeds.currencies as m on coalesce(k.currency, x.base_currency) = m.currency_code
        where k.call_status in ('ISSUED', 'SETTLED')
        """
    )
    inputs.connection.execute(
        """
        create or replace temp table activity_notices as
        select row_number() over (order by k.k, c.c, n.notice_id) - 1 as n, k.k, k.f, c.c, c.investor_id, c.class_code, k.scale,
            coalesce(n.due_date, k.due_date) as owed_on, n.* exclude (due_date), k.notice_date,
            greatest(n.known_at, k.known_at) as newest_known_at
        from activity_calls as k
        inner join activity_funds as x on x.f = k.f
        inner join intermediate.int_fund__capital_call_notices as n on n.state_id = x.state_id and n.call_id = k.call_id
        inner join activity_commitments as c on c.f = k.f and c.commitment_id = n.commitment_id
        """
    )


def compute_calls(inputs: Inputs, found: Roll) -> Calls:
    """Share out every call again by its basis, under excuses and caps. Source: fund-admin CC-1 to CC-5."""
    number_calls(inputs)
    portions = ", ".join(f"sum({units(f'n.{name}', 'k.scale')}) as p{i}" for i, name in enumerate(PORTION_COLUMNS))
    calls = inputs.frame(
        f"""
        with stated as (
            select k.k, {portions}, sum({units("n.call_amount", "k.scale")}) as noticed
            from activity_calls as k inner join activity_notices as n using (k)
            where n.notice_status <> 'CANCELLED' and n.reverses_notice_id is null
            group by k.k
        ),
        terms as ({governing("CAPITAL_CALL", "activity_calls", "k", "call_date")})
        select k.*, s.* exclude (k), t.term_value as terms from activity_calls as k left join stated as s using (k)
        left join terms as t using (k) order by k.k
        """
    )
    terms = read_terms("CAPITAL_CALL", calls.texts("terms"), read_call_terms, CallTerms())
    legs = _legs(inputs, found)
    amounts = np.stack([calls.ints(f"p{i}", 0) for i in range(len(PORTIONS))], axis=1)
    reason = _reasons(calls, legs, amounts)
    caps = [0 if each.excess_cap is None else int(rate_units([each.excess_cap])[0]) for each in terms.different]
    excess = np.array(caps, dtype=np.int64)[terms.of_row]
    computed, short = _shared(amounts, legs, reason, excess)
    notices = inputs.frame(
        f"""
        select n, k, c, f, notice_id, commitment_id, investor_id, class_code, owed_on, notice_date, written_notice_date,
            notice_status, payment_date, reverses_notice_id is not null as is_reversal, newest_known_at, load_id, source_row,
            source_sheet, {units("call_amount", "scale")} as amount, {rate_sql("percentage_called")} as percentage
        from activity_notices order by n
        """
    )
    keys = legs.ints("k") * inputs.commitments.size + legs.ints("c")
    order = np.argsort(keys)
    wanted = notices.ints("k") * inputs.commitments.size + notices.ints("c")
    place = np.minimum(np.searchsorted(keys[order], wanted), max(keys.size - 1, 0))
    leg_of_notice = np.where(keys[order][place] == wanted, order[place], -1) if keys.size else np.full(wanted.size, -1)
    return Calls(calls, notices, legs, computed, reason, leg_of_notice, terms, short)


def _legs(inputs: Inputs, found: Roll) -> Frame:
    """Every commitment in the call's currency that was in force on the day of the call, with its weight, caps and excuse.

    The legs of one class lie together where the call is shared by classes.
    """
    inputs.connection.register("commitment_balances", balances(found))
    legs = inputs.frame(
        f"""
        with reached as (
            select k.k, k.f, c.c, c.class_code, c.investor_id, k.investment_id, k.call_date, c.commitment_id,
                case when k.allocation_basis = 'CLASS' then c.class_code else '' end as class_group,
                k.allocation_basis
            from activity_calls as k
            inner join activity_commitments as c on c.f = k.f and c.currency = k.currency
                and c.commitment_date <= k.call_date
            where k.reverses_call_id is null
        ),
        weighed as (
            select r.*, b.committed, b.unfunded from reached as r
            asof inner join commitment_balances as b on b.c = r.c and b.day <= r.call_date
        ),
        -- what was called before and is not due yet is gone as well
        overlapping as (
            select later.k, earlier.k as earlier
            from activity_calls as later
            inner join activity_calls as earlier on earlier.f = later.f and earlier.call_number < later.call_number
                and earlier.due_date > later.call_date
        ),
        in_flight as (
            select o.k, n.c, sum({units("n.call_amount - coalesce(n.outside_commitment_portion, 0)", "n.scale")}) as called
            from overlapping as o inner join activity_notices as n on n.k = o.earlier
            where n.notice_status not in ('CANCELLED', 'WAIVED') and n.reverses_notice_id is null
            group by all
        ),
        standing as (
            select w.* exclude (unfunded), w.unfunded - coalesce(i.called, 0) as unfunded_before
            from weighed as w left join in_flight as i on i.k = w.k and i.c = w.c
            where w.committed > 0
        ),
        excused as (
            select s.k, s.c, arg_max(e.share_excused, (case when e.commitment_id is null then 0 else 1000000 end)
                + (e.effective_date - date '1900-01-01')) as share_excused
            from standing as s
            inner join activity_funds as x on x.f = s.f
            inner join intermediate.int_fund__excuses as e on e.state_id = x.state_id
                and e.investment_id = s.investment_id and e.investor_id = s.investor_id
                and (e.commitment_id is null or e.commitment_id = s.commitment_id) and e.effective_date <= s.call_date
            group by all
        ),
        capped as (
            select s.k, s.c, min(least(
                case when l.value_amount is not null then {units("l.value_amount", "c.scale")} end,
                cast(round(cast(s.committed as decimal(20, 0)) * l.value_rate) as bigint)
            )) as call_cap
            from standing as s
            inner join activity_funds as x on x.f = s.f
            inner join activity_commitments as c on c.c = s.c
            inner join intermediate.int_fund__side_letters as l on l.state_id = x.state_id and l.fund_id = x.fund_id
                and l.investor_id = s.investor_id and l.provision = 'CALL_CAP'
                and (l.commitment_id is null or l.commitment_id = s.commitment_id)
                and l.effective_date <= s.call_date and (l.expiry_date is null or l.expiry_date > s.call_date)
            group by all
        )
        select s.k, s.c, s.class_group, s.committed, s.unfunded_before as unfunded,
            case when s.allocation_basis = 'UNFUNDED' then greatest(s.unfunded_before, 0) else s.committed end as weight,
            {rate_sql("coalesce(e.share_excused, 0)")} as share_excused, coalesce(p.call_cap, {NO_CAP}) as call_cap
        from standing as s
        left join excused as e on e.k = s.k and e.c = s.c
        left join capped as p on p.k = s.k and p.c = s.c
        order by s.k, s.class_group, s.c
        """
    )
    inputs.connection.unregister("commitment_balances")
    return legs


def balances(found: Roll) -> pa.Table:
    """The roll as a table to join with: commitment and recallable balances at the end of each day, in minor units."""
    return table(
        {
            "c": found.commitment,
            "day": days(found.day),
            "committed": found.balance(EventKind.COMMITTED),
            "unfunded": found.unfunded,
            "recallable": found.balance(EventKind.RECALLABLE),
        }
    )


def _reasons(calls: Frame, legs: Frame, amounts: Ints) -> Ints:
    """The place in REASONS of why a call cannot be shared out again, -1 where it can."""
    basis = np.array(calls.texts("allocation_basis"), dtype=object)
    weights = np.bincount(legs.ints("k"), weights=legs.ints("weight") > 0, minlength=calls.size)
    return np.select(
        [
            calls.given("reverses_call_id"),
            basis == "CUSTOM",
            weights == 0,
            amounts.sum(axis=1) != calls.ints("noticed", 0),
        ],
        [REASONS.index(code) for code in (REVERSAL, CUSTOM_SHARES, NO_PARTICIPANTS, PORTIONS_MISSING)],
        -1,
    )


def _shared(amounts: Ints, legs: Frame, reason: Ints, excess: Ints) -> tuple[Ints, Mapping[int, int]]:
    """What each leg pays of each portion, (legs, 7), zero for calls with a reason; and by call what has no payer.

    A call whose caps leave money without a payer gets the reason SHORTFALL and the others are shared again.
    """
    missing: dict[int, int] = {}
    computed = np.zeros((legs.size, len(PORTIONS)), dtype=np.int64)
    columns = {name: legs.ints(name) for name in ("k", "weight", "share_excused", "unfunded", "call_cap")}
    classes = np.unique(np.array(legs.texts("class_group"), dtype=str), return_inverse=True)[1] if legs.size else None
    while classes is not None:
        rows = np.flatnonzero(reason[columns["k"]] < 0)
        if not rows.size:
            break
        call = columns["k"][rows]
        is_first = (np.diff(call, prepend=-1) != 0) | (np.diff(classes[rows], prepend=-1) != 0)
        offsets = np.append(np.flatnonzero(is_first), rows.size)
        call_of_group = call[offsets[:-1]]
        weight = columns["weight"][rows]
        group_weight = np.add.reduceat(weight, offsets[:-1])
        call_starts = np.append(np.flatnonzero(np.diff(call_of_group, prepend=-1)), call_of_group.size)
        totals = amounts[call_of_group[call_starts[:-1]]]
        by_group = np.stack(
            [allocate_many(totals[:, i], call_starts, group_weight) for i in range(len(PORTIONS))], axis=1
        )
        shared_legs = CallLegs(
            offsets=offsets,
            weights=weight,
            share_excused=columns["share_excused"][rows],
            excused_from=np.full(rows.size, EXCUSED_FROM),
            unfunded=columns["unfunded"][rows],
            call_cap=columns["call_cap"][rows],
        )
        try:
            computed[rows] = share_portions(by_group, shared_legs, excess[call_of_group])
        except PortionShortfall as short:
            for group, amount in short.missing.items():
                number = int(call_of_group[group])
                missing[number] = missing.get(number, 0) + amount
                reason[number] = REASONS.index(SHORTFALL)
        else:
            break
    return computed, missing
