"""Changes of status of everything in a fund workbook, as its events state them or as two of its states differ. Which are legal is
said in calculations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from calculations.funds.lifecycle.transitions import (
    Moves,
    Statuses,
    StatusEvents,
    TransitionFinding,
    check_events,
    check_loads,
)
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLE = "calc.fund_status_moves"
EVENTS, LOADS, QUARANTINE = "EVENTS", "LOADS", "QUARANTINE"
LEGAL = {"rule_code": None, "message": None}

Row = Mapping[str, Any]
Entity = tuple[str, str]

ENTITIES = """
    select state_id, 'ALLOCATION' as entity_type, allocation_id as entity_id, status, load_id, source_sheet, source_row, fund_id
    from intermediate.int_fund__allocations
    union all
    select c.state_id, 'ALLOCATION_CALL', c.allocation_call_id, c.status, c.load_id, c.source_sheet, c.source_row, a.fund_id
    from intermediate.int_fund__allocation_calls as c
    inner join intermediate.int_fund__allocations as a using (state_id, allocation_id)
    union all
    select state_id, 'CALL', call_id, call_status, load_id, source_sheet, source_row, fund_id
    from intermediate.int_fund__capital_calls
    union all
    select n.state_id, 'NOTICE', n.notice_id, n.notice_status, n.load_id, n.source_sheet, n.source_row, c.fund_id
    from intermediate.int_fund__capital_call_notices as n
    inner join intermediate.int_fund__capital_calls as c using (state_id, call_id)
    union all
    select state_id, 'DISTRIBUTION', distribution_id, distribution_status, load_id, source_sheet, source_row, fund_id
    from intermediate.int_fund__distributions
    union all
    select t.state_id, 'TRANSFER', t.transfer_id, t.status, t.load_id, t.source_sheet, t.source_row, m.fund_id
    from intermediate.int_fund__transfers as t
    inner join intermediate.int_fund__commitments as m using (state_id, commitment_id)
"""
FILES = "(select load_id, file_name from intermediate.int_feeds__loads_known)"
WHERE = "concat(l.file_name, ', ''', {0}.source_sheet, ''' row ', {0}.source_row)"
STATED = f"""
    select e.entity_type, e.entity_id, e.sequence, e.from_status, e.to_status, e.occurred_at, e.actor, e.reason,
        {WHERE.format("e")} as source_row, e.known_at
    from intermediate.int_fund__status_events as e
    inner join {FILES} as l using (load_id)
    where e.state_id = ?
    order by 1, 2, 3
"""
# Only what changed leaves the warehouse: nearly everything stands still between two workbooks.
CHANGED = f"""
    with entities as ({ENTITIES}),
    reversed as (
        select distinct coalesce(o.notice_id, o.allocation_call_id) as entity_id
        from intermediate.int_fund__payments as p
        inner join intermediate.int_fund__payments as o
            on p.state_id = o.state_id and p.reverses_payment_id = o.payment_id
        where p.state_id = $2
        union
        select reverses_call_id from intermediate.int_fund__capital_calls where state_id = $2
        union
        select reverses_notice_id from intermediate.int_fund__capital_call_notices where state_id = $2
        union
        select reverses_distribution_id from intermediate.int_fund__distributions where state_id = $2
    )
    select a.entity_type, a.entity_id, b.status as before, a.status as after,
        {WHERE.replace("l.", "lb.").format("b")} as before_row, {WHERE.replace("l.", "la.").format("a")} as after_row,
        a.entity_id in (select entity_id from reversed where entity_id is not null) as has_reversal
    from entities as a
    inner join entities as b on a.entity_type = b.entity_type and a.entity_id = b.entity_id
    inner join {FILES} as la on a.load_id = la.load_id
    inner join {FILES} as lb on b.load_id = lb.load_id
    where a.state_id = $2 and b.state_id = $1 and a.status <> b.status
        and not exists (
            select 1 from intermediate.int_fund__status_events as e
            where e.state_id = $2 and e.entity_type = a.entity_type and e.entity_id = a.entity_id
        )
    order by 1, 2
"""
# What a reader refused is a finding of the state of which its file is a part.
REFUSED = """
    select distinct r.source_sheet, r.source_row, r.reason_code, r.message, l.file_name
    from staging.stg_weir__rejected_rows as r
    inner join (select distinct load_id from intermediate.int_feeds__state_loads where state_id = ?) as s using (load_id)
    inner join intermediate.int_feeds__loads_known as l using (load_id)
    where r.table_name = 'fund_status_events' and r.reason_code in ('ILLEGAL_TRANSITION', 'BAD_ENUM')
    order by all
"""


def check_status_moves(warehouse: Warehouse, lifecycle_ids: Sequence[str]) -> Records:
    """Rows of calc.fund_status_moves for every state of `lifecycle_ids`, legal moves and findings alike."""
    states = warehouse.records(
        "select * from intermediate.int_fund__lifecycle_states where lifecycle_id in (select unnest(?))",
        [list(lifecycle_ids)],
    )
    found: list[dict[str, Any]] = []
    for state in states:
        keys = {name: state[name] for name in ("lifecycle_id", "state_id", "organization_id")}
        rows = [*_of_events(warehouse, state), *_of_loads(warehouse, state), *_of_quarantine(warehouse, state)]
        funds: dict[Entity, str] = {
            (kind, entity): fund
            for kind, entity, fund in warehouse.rows(
                f"select entity_type, entity_id, fund_id from ({ENTITIES}) where state_id = ? "
                "and (entity_type, entity_id) in (select unnest(?), unnest(?))",
                [state["state_id"], [row["entity_type"] for row in rows], [row["entity_id"] for row in rows]],
            )
        }
        for number, row in enumerate(rows, 1):
            fund_id = funds.get((row["entity_type"], row["entity_id"]))
            found.append({**keys, **row, "move_number": number, "fund_id": fund_id})
    return {TABLE: found}


def _of_events(warehouse: Warehouse, state: Row) -> Iterator[dict[str, Any]]:
    stated = warehouse.records(STATED, [state["state_id"]])
    moves, findings = check_events(
        StatusEvents(
            entity_type=_texts(stated, "entity_type"),
            entity_id=_texts(stated, "entity_id"),
            sequence=np.array([row["sequence"] for row in stated], dtype=np.int64),
            before=_texts(stated, "from_status"),
            after=_texts(stated, "to_status"),
            has_reason=np.array([row["reason"] is not None for row in stated], dtype=np.bool_),
            source_row=_texts(stated, "source_row"),
        )
    )
    by_row = {row["source_row"]: row for row in stated}
    for row in _rows(moves, findings):
        event = by_row[row["after_row"]]
        yield row | {
            "basis": EVENTS,
            "sequence": event["sequence"],
            "occurred_at": event["occurred_at"],
            "actor": event["actor"],
            "reason": event["reason"],
            "known_at": event["known_at"],
        }


def _of_loads(warehouse: Warehouse, state: Row) -> Iterator[dict[str, Any]]:
    if state["previous_state_id"] is None:
        return
    changed = warehouse.records(CHANGED, [state["previous_state_id"], state["state_id"]])
    kinds, entities = _texts(changed, "entity_type"), _texts(changed, "entity_id")
    reverses = np.array([row["has_reversal"] for row in changed], dtype=np.bool_)
    moves, findings = check_loads(
        Statuses(kinds, entities, _texts(changed, "before"), reverses, _texts(changed, "before_row")),
        Statuses(kinds, entities, _texts(changed, "after"), reverses, _texts(changed, "after_row")),
    )
    nothing = dict.fromkeys(("sequence", "occurred_at", "actor", "reason"))
    for row in _rows(moves, findings):
        yield row | nothing | {"basis": LOADS, "known_at": state["known_from"]}


def _of_quarantine(warehouse: Warehouse, state: Row) -> Iterator[dict[str, Any]]:
    nothing = dict.fromkeys(("from_status", "to_status", "before_row", "sequence", "occurred_at", "actor", "reason"))
    for row in warehouse.records(REFUSED, [state["state_id"]]):
        where = f"{row['file_name']}, '{row['source_sheet']}' row {row['source_row']}"
        yield nothing | {
            "entity_type": "STATUS_EVENT",
            "entity_id": where,
            "after_row": where,
            "rule_code": row["reason_code"],
            "message": row["message"],
            "basis": QUARANTINE,
            "known_at": state["known_from"],
        }


def _rows(moves: Moves, findings: Sequence[TransitionFinding]) -> Iterator[dict[str, Any]]:
    columns = (moves.entity_type, moves.entity_id, moves.before, moves.after, moves.before_row, moves.after_row)
    names = ("entity_type", "entity_id", "from_status", "to_status", "before_row", "after_row")
    for values in zip(*(column.tolist() for column in columns), strict=True):
        row = dict(zip(names, values, strict=True))
        yield row | LEGAL | {"before_row": row["before_row"] or None}
    for finding in findings:
        yield {
            "entity_type": finding.entity_type,
            "entity_id": finding.entity_id,
            "from_status": finding.before,
            "to_status": finding.after,
            "before_row": finding.before_row or None,
            "after_row": finding.after_row,
            "rule_code": finding.code,
            "message": finding.message,
        }


def _texts(rows: Sequence[Row], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows], dtype=np.str_)


STATUS_MOVES = Calculation(
    name="status_moves",
    description="Changes of status in fund workbooks, and those that may not happen.",
    tables=(TABLE,),
    key="lifecycle_id",
    inputs="select lifecycle_id from intermediate.int_fund__lifecycle_states",
    deps=(
        "intermediate.int_feeds__loads_known",
        "intermediate.int_feeds__state_loads",
        "intermediate.int_fund__lifecycle_states",
        "intermediate.int_fund__status_events",
        "intermediate.int_fund__allocations",
        "intermediate.int_fund__allocation_calls",
        "intermediate.int_fund__capital_calls",
        "intermediate.int_fund__capital_call_notices",
        "intermediate.int_fund__commitments",
        "intermediate.int_fund__distributions",
        "intermediate.int_fund__payments",
        "intermediate.int_fund__transfers",
        "staging.stg_weir__rejected_rows",
    ),
    compute=check_status_moves,
)
