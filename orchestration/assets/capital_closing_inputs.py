"""What the files say of later closings: the closings, the calls and distributions before them, what is booked. What follows is elsewhere."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.assets.capital_inputs import Inputs, governing, units

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Flow:
    """A call or distribution with what each commitment (its number) holds of it, in minor units."""

    flow_id: str
    day: dt.date
    held: Mapping[int, int]
    fees: Mapping[int, int]

    def shared(self, with_fees: bool) -> Mapping[int, int]:
        """What a closing shares again: without the management fee where newcomers make up for that to the manager."""
        return {n: amount + self.fees[n] for n, amount in self.held.items()} if with_fees else self.held


def later_closings(inputs: Inputs) -> list[dict[str, Any]]:
    """Completed closings but the first of each fund, in order, with the CLOSING terms in force."""
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
CALLS = f"""
    select k.f, k.call_id as flow_id, max(k.due_date) as day, n.c, sum(
        {units("n.call_amount - coalesce(n.outside_commitment_portion, 0) - coalesce(n.management_fee_portion, 0)", "k.scale")}
    ) as held, sum({units("n.management_fee_portion", "k.scale")}) as fees
    from activity_calls as k inner join activity_notices as n using (k)
    where k.f in (select f from activity_closings) and n.notice_status not in ('CANCELLED', 'WAIVED')
        and n.reverses_notice_id is null and k.reverses_call_id is null and not {_IS_PAYING_IN}
    group by k.f, k.k, k.call_id, n.c order by k.f, day, k.call_id, n.c
"""
PAID_IN = CALLS.replace("and not", "and")
DISTRIBUTIONS = f"""
    select d.f, d.distribution_id as flow_id, max(d.distribution_date) as day, n.c,
        sum({units("n.gross_distribution", "d.scale")}) as held, 0 as fees
    from activity_distributions as d inner join activity_distribution_notices as n using (d)
    where d.f in (select f from activity_closings) and n.notice_status <> 'CANCELLED'
        and d.reverses_distribution_id is null and d.distribution_type <> 'TAX_ADVANCE'
    group by d.f, d.d, d.distribution_id, n.c order by d.f, day, d.distribution_id, n.c
"""


def flows(inputs: Inputs, sql: str) -> Mapping[int, list[Flow]]:
    """Flows of each fund that has a later closing, in order of day, with what each commitment holds of them."""
    found: dict[int, dict[tuple[dt.date, str], dict[int, tuple[int, int]]]] = defaultdict(dict)
    for row in inputs.frame(sql).table.to_pylist():
        found[row["f"]].setdefault((row["day"], row["flow_id"]), {})[row["c"]] = (int(row["held"]), int(row["fees"]))
    of_funds: dict[int, list[Flow]] = defaultdict(list)
    for fund, of_fund in found.items():
        of_funds[fund] = [
            Flow(flow_id, day, {n: held for n, (held, _) in each.items()}, {n: fees for n, (_, fees) in each.items()})
            for (day, flow_id), each in of_fund.items()
        ]
    return of_funds


def booked(inputs: Inputs) -> Sequence[Row]:
    """Reallocations by fund, effective date, call and commitment."""
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
