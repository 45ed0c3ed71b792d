"""What can be approved, as the warehouse states it now: fields, amount, and the hash that an approval holds for; of a fund, and of
what is to be deleted or restored. Deciding and keeping approvals do not belong here.

Source: input-contracts 2.6, 5.8; fund-admin 1.9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calculations.approvals.content import content_hash
from calculations.approvals.policy import SubjectType
from orchestration.retention.archived_tables import IN_PLACE
from orchestration.warehouse import Warehouse

# What stands in no hash: the status, which follows on the approval, and figures that are derived. A list of notices is one
# text, made where the rows are; other notices make another one.
CONTENTS = {
    SubjectType.CAPITAL_CALL: """
        select c.organization_id, c.state_id, c.call_id as subject_id, c.fund_id, c.total_call_amount as amount,
            coalesce(c.currency, f.base_currency) as currency, c.due_date as subject_date,
            c.call_status in ('ISSUED', 'SETTLED') and c.reverses_call_id is null as is_effective,
            c.call_number, c.notice_date, c.call_date, c.due_date, c.call_purpose, c.investment_id, c.allocation_basis,
            c.reverses_call_id, n.notices
        from intermediate.int_fund__capital_calls as c
        inner join intermediate.int_fund__funds as f using (state_id, fund_id)
        left join (
            select state_id, call_id,
                sha256(string_agg(concat_ws('|', notice_id, commitment_id, call_amount), ';' order by notice_id)) as notices
            from intermediate.int_fund__capital_call_notices where notice_status <> 'CANCELLED' and known_to is null
            group by all
        ) as n using (state_id, call_id)
    """,
    SubjectType.DISTRIBUTION: """
        select d.organization_id, d.state_id, d.distribution_id as subject_id, d.fund_id,
            d.total_distribution_amount as amount, coalesce(d.currency, f.base_currency) as currency,
            d.distribution_date as subject_date,
            d.distribution_status <> 'CANCELLED' and d.reverses_distribution_id is null as is_effective,
            d.distribution_number, d.distribution_date, d.record_date, d.distribution_type, d.investment_id, d.is_in_kind,
            d.recallable_reason, d.reverses_distribution_id, n.notices
        from intermediate.int_fund__distributions as d
        inner join intermediate.int_fund__funds as f using (state_id, fund_id)
        left join (
            select state_id, distribution_id,
                sha256(string_agg(
                    concat_ws('|', notice_id, commitment_id, gross_distribution, net_distribution), ';' order by notice_id
                )) as notices
            from intermediate.int_fund__distribution_notices where notice_status <> 'CANCELLED' and known_to is null
            group by all
        ) as n using (state_id, distribution_id)
    """,
    SubjectType.ALLOCATION: """
        select a.organization_id, a.state_id, a.allocation_id as subject_id, a.fund_id, a.amount,
            case when coalesce(a.amount_type, 'DOLLAR') = 'DOLLAR' then f.base_currency end as currency,
            a.allocation_date as subject_date, coalesce(a.deal_stage, '') <> 'REJECTED' as is_effective,
            a.deal_id, a.investment_id, a.allocation_date, a.amount_type, a.security_type
        from intermediate.int_fund__allocations as a
        inner join intermediate.int_fund__funds as f using (state_id, fund_id)
    """,
    SubjectType.TRANSFER: """
        select t.organization_id, t.state_id, t.transfer_id as subject_id, m.fund_id,
            round(coalesce(t.amount, m.commitment_amount * coalesce(t.fraction, 1)), 4)::decimal(24, 4) as amount,
            coalesce(m.currency, f.base_currency) as currency, t.effective_date as subject_date,
            t.status in ('APPROVED', 'COMPLETED') as is_effective,
            t.commitment_id, t.transferor_id, t.transferee_id, t.transfer_type, t.fraction, t.price, t.effective_date
        from intermediate.int_fund__transfers as t
        inner join intermediate.int_fund__commitments as m using (state_id, commitment_id)
        inner join intermediate.int_fund__funds as f on m.state_id = f.state_id and m.fund_id = f.fund_id
    """,
}
# What Weir keeps itself, whether or not a run has built a model. A delete is approved by the hash of its dry run.
KEPT = {
    SubjectType.RETENTION_DELETE: """
        select organization_id, file_sha256 as subject_id, plan_hash
        from ops.deletion_plans
        qualify row_number() over (partition by organization_id, file_sha256 order by planned_at desc) = 1
    """,
    SubjectType.RESTORE: f"""
        select organization_id, archive_id as subject_id, relation, load_id, row_count, sha256
        from ops.archives where {IN_PLACE}
    """,
}
UNHASHED = ("organization_id", "state_id", "subject_id", "subject_date", "is_effective")


@dataclass(frozen=True)
class Subject:
    """Something to approve. `is_effective`: it has taken effect, so that an approval should stand by now."""

    organization_id: str
    subject_type: SubjectType
    subject_id: str
    fund_id: str | None
    state_id: str | None
    amount: Decimal | None
    currency: str | None
    subject_date: Any
    is_effective: bool
    content_hash: str


def subjects(warehouse: Warehouse, subject_type: SubjectType, subject_id: str | None = None) -> Iterator[Subject]:
    """The subjects of a type that are known now, in the order of their organisation and id, or one of them.

    None of a type that the warehouse does not keep, nor before the first run has built its models.
    """
    if subject_type in KEPT:
        yield from _kept(warehouse, subject_type, subject_id)
        return
    sql = CONTENTS.get(subject_type)
    if sql is None or not is_built(warehouse):
        return
    rows = warehouse.records(
        f"select c.* from ({sql}) as c inner join intermediate.int_fund__lifecycle_states as s using (state_id) "
        "where s.known_to is null and ? in ('', c.subject_id) order by c.organization_id, c.subject_id",
        [subject_id or ""],
    )
    for row in rows:
        yield _subject(subject_type, row)


def _kept(warehouse: Warehouse, subject_type: SubjectType, subject_id: str | None) -> Iterator[Subject]:
    rows = warehouse.records(
        f"select * from ({KEPT[subject_type]}) where ? in ('', subject_id) order by organization_id, subject_id",
        [subject_id or ""],
    )
    for row in rows:
        of, name = row["organization_id"], row["subject_id"]
        fields = {key: value for key, value in row.items() if key not in UNHASHED}
        hashed = fields.get("plan_hash") or content_hash(subject_type, name, fields)
        yield Subject(of, subject_type, name, None, None, None, None, None, False, hashed)


def _subject(subject_type: SubjectType, row: Mapping[str, Any]) -> Subject:
    fields = {name: value for name, value in row.items() if name not in UNHASHED}
    return Subject(
        row["organization_id"],
        subject_type,
        row["subject_id"],
        row["fund_id"],
        row["state_id"],
        row["amount"],
        row["currency"],
        row["subject_date"],
        row["is_effective"],
        content_hash(subject_type, row["subject_id"], fields),
    )


def is_built(warehouse: Warehouse) -> bool:
    """Whether a run has built what subjects are read from."""
    return warehouse.rows(
        "select count(*) from information_schema.tables "
        "where table_schema = 'intermediate' and table_name = 'int_fund__lifecycle_states'"
    ) == [(1,)]
