"""Figures of the notices of a call or distribution, for each commitment and all partners, from the marts. Sheets are elsewhere."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.fund_reports.documents import Break
from orchestration.fund_reports.notice_template import NoticeKind, NoticeLine, NoticeTemplate
from orchestration.fund_reports.template import sign, unsigned

NOTHING = Decimal(0)
KINDS: tuple[NoticeKind, ...] = ("CAPITAL_CALL", "DISTRIBUTION")
SHARE_PLACES = Decimal(1).scaleb(-12)

# What was told of each commitment. A reversal takes back, so that its amounts are of the sign of its cash flow.
_TOLD = {
    "CAPITAL_CALL": """
        select organization_id, notice_id, call_date as notice_date, due_date, null::date as record_date,
            null::date as recallable_until, call_number as number, null::varchar as type, known_at,
            call_amount_stated as notified, null as net_notified, call_amount as computed,
            null as carry, null as "offset", null as withheld, null as recallable
        from marts.fact_capital_call_notices
    """,
    "DISTRIBUTION": """
        select organization_id, notice_id, distribution_date as notice_date, payment_date as due_date, record_date,
            recallable_until, distribution_number as number, distribution_type as type, known_at,
            gross_distribution_stated as notified, net_distribution_stated as net_notified, net_distribution as computed,
            carried_interest_stated as carry, management_fee_offset_stated as "offset",
            tax_withholding_stated as withheld, recallable_amount_stated as recallable
        from marts.fact_distribution_notices
    """,
}
_NOTICES = """
with legs as (
    select organization_id, fund_id, investor_id, commitment_id, transaction_id as notice_id, event_id, event_date, currency,
        cash_flow_type,
        capital_call_amount as called_booked, outside_commitment_amount as outside, distribution_amount as distributed_booked,
        sum(capital_call_amount) over same_day - capital_call_amount as called_beside,
        sum(outside_commitment_amount) over same_day - outside_commitment_amount as outside_beside,
        sum(distribution_amount) over same_day - distribution_amount as distributed_beside,
        coalesce(sum(distribution_amount) over earlier, 0) as distributed_before,
        case when net_cash_flow * if(cash_flow_type = 'CAPITAL_CALL', -1, 1) < 0 then -1 else 1 end as side,
        known_at
    from marts.fact_cash_flows
    where organization_id = $organization_id and fund_id = $fund_id
    window of_commitment as (partition by commitment_id),
        same_day as (partition by commitment_id, event_date),
        earlier as (
            partition by commitment_id order by event_date
            range between unbounded preceding and interval 1 day preceding
        )
)

select l.event_id, l.notice_id, l.investor_id, l.commitment_id, l.currency, l.event_date, t.notice_date, t.due_date,
    t.record_date, t.recallable_until, t.number, t.type,
    greatest(l.known_at, t.known_at, a.known_at) as known_at,
    l.side * t.notified as notified, l.side * t.net_notified as net_notified, l.side * t.computed as computed,
    l.side * t.carry as carry, l.side * t."offset" as "offset", l.side * t.withheld as withheld,
    l.side * t.recallable as recallable,
    l.called_booked, l.outside, l.called_beside, l.called_beside - l.outside_beside as called_inside_beside,
    l.distributed_before, l.distributed_beside, l.distributed_before + l.distributed_booked + l.distributed_beside
        as distributed_after,
    coalesce(b.called, 0) as called_before, coalesce(a.called, 0) as called_after,
    coalesce(b.unfunded, 0) as unfunded_before, coalesce(a.unfunded, 0) as unfunded_after,
    coalesce(a.committed, 0) as committed_after, coalesce(a.committed, 0) - coalesce(b.committed, 0) as committed_moved,
    coalesce(a.called - a.called_outside, 0) - coalesce(b.called - b.called_outside, 0) as called_inside_moved,
    coalesce(a.recallable + a.restored, 0) - coalesce(b.recallable + b.restored, 0) as restored_moved,
    coalesce(a.expired + a.released, 0) - coalesce(b.expired + b.released, 0) as released_moved
from legs as l
inner join told as t on l.organization_id = t.organization_id and l.notice_id = t.notice_id
asof left join rolled as b on l.commitment_id = b.commitment_id and l.event_date > b.event_date
asof left join rolled as a on l.commitment_id = a.commitment_id and l.event_date >= a.event_date
where l.cash_flow_type = $kind and ($event_id is null or l.event_id = $event_id)
    and ($since is null or t.notice_date >= $since)
order by t.notice_date, l.event_id, l.investor_id, l.commitment_id, l.notice_id
"""
_ITEMS = """
    select notice_id, transaction_type, sum(amount) from marts.fact_ilpa_transactions
    where organization_id = $organization_id and fund_id = $fund_id and event_id in (select unnest($events))
    group by all order by all
"""


@dataclass(frozen=True)
class Notice:
    """One commitment's notice: its named figures, positive for what is to be paid, by the partner or to it."""

    notice_id: str
    investor_id: str
    commitment_id: str
    values: Mapping[str, Decimal]
    computed: Decimal | None  # what the terms make of it; None where they cannot


@dataclass(frozen=True)
class NoticeRun:
    """A call or distribution of a fund with the notices of all its commitments."""

    kind: NoticeKind
    event_id: str
    number: int
    type: str | None
    notice_date: dt.date
    due_date: dt.date | None
    record_date: dt.date | None
    recallable_until: dt.date | None
    currency: str
    known_at: dt.datetime
    notices: Sequence[Notice]

    @property
    def investors(self) -> list[str]:
        return sorted({notice.investor_id for notice in self.notices})

    def of(self, investor_id: str) -> list[Notice]:
        return [notice for notice in self.notices if notice.investor_id == investor_id]


def notice_runs(
    connection: duckdb.DuckDBPyConnection,
    organization_id: str,
    fund_id: str,
    *,
    since: dt.date | None = None,
    event_id: str | None = None,
) -> Iterator[NoticeRun]:
    """The calls, then the distributions, of a fund that were notified on `since` or later, or the one event asked for."""
    asked: dict[str, Any] = {"organization_id": organization_id, "fund_id": fund_id}
    for kind in KINDS:
        rolled = (
            "(select * from marts.fact_commitments where organization_id = $organization_id and fund_id = $fund_id)"
        )
        sql = f"with told as ({_TOLD[kind]}), rolled as {rolled}, {_NOTICES.strip().removeprefix('with ')}"
        found = connection.execute(sql, asked | {"kind": kind, "event_id": event_id, "since": since})
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        by_event: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            by_event[row["event_id"]].append(row)
        items: dict[str, dict[str, Decimal]] = defaultdict(dict)
        towards = -1 if kind == "CAPITAL_CALL" else 1
        for notice_id, code, amount in connection.execute(_ITEMS, asked | {"events": list(by_event)}).fetchall():
            items[notice_id][code] = towards * amount
        for event, of_event in by_event.items():
            yield _notice_run(kind, event, of_event, items)


def _notice_run(
    kind: NoticeKind, event_id: str, rows: Sequence[Mapping[str, Any]], items: Mapping[str, Mapping[str, Decimal]]
) -> NoticeRun:
    first = rows[0]
    notices = [
        Notice(
            row["notice_id"],
            row["investor_id"],
            row["commitment_id"],
            {name: value for name, value in row.items() if isinstance(value, Decimal) and name != "computed"}
            | dict(items.get(row["notice_id"], {})),
            row["computed"],
        )
        for row in rows
    ]
    return NoticeRun(
        kind=kind,
        event_id=event_id,
        number=first["number"],
        type=first["type"],
        notice_date=first["notice_date"],
        due_date=_latest(rows, "due_date"),
        record_date=_latest(rows, "record_date"),
        recallable_until=_latest(rows, "recallable_until"),
        currency=first["currency"],
        known_at=max(row["known_at"] for row in rows),
        notices=notices,
    )


def _latest(rows: Sequence[Mapping[str, Any]], name: str) -> dt.date | None:
    """The latest day that the notices of one event name."""
    return max((row[name] for row in rows if row[name] is not None), default=None)


def figures(
    template: NoticeTemplate, notices: Sequence[Notice], whole: Mapping[str, Decimal] | None = None
) -> dict[str, Decimal]:
    """Every line of the notices taken together; shares are of `whole`, the figures of all partners (default: these)."""
    found: dict[str, Decimal] = {}
    for line in template.lines:
        found[line.code] = _figure(line, notices, found, whole)
    return found


def _figure(
    line: NoticeLine,
    notices: Sequence[Notice],
    found: Mapping[str, Decimal],
    whole: Mapping[str, Decimal] | None,
) -> Decimal:
    if line.value is not None:
        terms = ((sign(term), unsigned(term)) for term in line.value)
        return sum((s * n.values.get(name, NOTHING) for s, name in terms for n in notices), NOTHING)
    if line.sum is not None:
        return sum((sign(term) * found[unsigned(term)] for term in line.sum), NOTHING)
    if line.share is not None:
        return share(found[line.share[0]], found[line.share[1]])
    assert line.of_whole is not None
    return share(found[line.of_whole], (found if whole is None else whole)[line.of_whole])


def share(part: Decimal, whole: Decimal) -> Decimal:
    """A part as a fraction of its whole, to twelve places; nothing of nothing is nothing."""
    return (part / whole).quantize(SHARE_PLACES) if whole else NOTHING


def breaks(template: NoticeTemplate, run: NoticeRun) -> list[Break]:
    """Cells that must be zero and are not, of each commitment. Money ties exactly. Source: fund-admin CC-5, 1.5 D-5."""
    return [
        Break(f"{notice.commitment_id}, {line.caption}", found[line.code])
        for notice in run.notices
        for found in [figures(template, [notice])]
        for line in template.lines
        if line.is_check and found[line.code]
    ]
