"""What must be true of banks, portals, allocations, statuses and approvals once they are beside each other. Each breach is told with
its amount; none holds a fund: the books stand, and somebody must look.

Source: fund-admin 1.9, 1.10 (G-4), 1.4 (CC-6, CC-7, CC-9); input-contracts 5.5, 5.6, 5.8.
"""

from __future__ import annotations

from expectations.rules import Suite, between

LIFECYCLE_KEYS = ("organization_id", "fund_id", "rule_code", "findings", "first_entity", "first_message")


def _findings(severity: str, rules: str) -> str:
    """Rows of one severity, one a fund and rule: a limit that every allocation breaks is told once."""
    return f"""
        select organization_id, fund_id, rule_code, count(*) as findings,
            min_by(entity_id, lifecycle_finding_key) as first_entity,
            min_by(message, lifecycle_finding_key) as first_message
        from marts.fact_lifecycle_findings where severity = '{severity}' and rule_code {rules}
        group by all
    """


STATUS_RULES = "in ('STATUS_DIFFERS', 'PAID_WITHOUT_CALL')"
# What is only looked at has its place in the mart; on every healthy fund it would drown what is wrong.
NOTED = "in ('HIGH_VALUE', 'ROUND_NUMBER', 'LARGE_DEAL')"

OPERATIONS = (
    Suite(
        name="bank_entries_are_matched",
        stage="marts",
        relation="marts.fact_bank_matching",
        description="Every booked bank entry is a payment that the fund knows.",
        keys=("organization_id", "entry_id", "event_date", "amount", "currency", "status", "age_days", "candidates"),
        query="""
            select *, abs(amount) - abs(matched_amount) as unexplained from marts.fact_bank_matching
            where status <> 'MATCHED'
        """,
        rules=(
            between(
                "bank_entries_are_explained",
                "unexplained",
                "a booked entry of a bank is explained by payments of the fund",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="bank_matches_tie",
        stage="marts",
        relation="marts.fact_bank_entries",
        description="What is matched of an entry never exceeds it.",
        scope="run",
        keys=("organization_id", "entry_id", "amount", "matched"),
        query="""
            select e.organization_id, e.bank_entry_key, any_value(e.entry_id) as entry_id, any_value(e.amount) as amount,
                sum(m.matched_amount) as matched, abs(sum(m.matched_amount)) - abs(any_value(e.amount)) as beyond
            from marts.fact_bank_entries as e
            inner join marts.fact_bank_matching as m using (bank_entry_key)
            group by all
        """,
        rules=(
            between(
                "matched_amounts_fit_their_entry",
                "beyond",
                "payments matched with an entry together never exceed it",
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="portal_investors_are_known",
        stage="marts",
        relation="marts.fact_investor_conflicts",
        description="Each investor of a portal is one of ours or none, without contradiction.",
        keys=("organization_id", "portal", "portal_investor_id", "portal_investor_name", "investor_id", "rule"),
        query="select *, 1 as conflict from marts.fact_investor_conflicts where resolution = 'UNRESOLVED'",
        rules=(
            between(
                "portal_investors_are_told_apart",
                "conflict",
                "tax number, name and jurisdiction of a portal's investor lead to one investor",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="portal_subscriptions_agree",
        stage="marts",
        relation="marts.fact_portal_subscriptions",
        description="Where a portal and the fund workbook state a commitment, they state the same.",
        keys=(
            "organization_id",
            "portal",
            "subscription_id",
            "commitment_id",
            "field",
            "portal_value",
            "workbook_value",
        ),
        query="select *, cast(outcome = 'DIFFERENT' as integer) as apart from marts.fact_portal_subscriptions",
        rules=(
            between(
                "subscriptions_are_the_commitments",
                "apart",
                "a subscription has the amount, currency, day and status of its commitment",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="allocations_are_within_limits",
        stage="marts",
        relation="marts.fact_lifecycle_findings",
        description="Allocations, their calls and funds keep the limits of the environment.",
        keys=LIFECYCLE_KEYS,
        query=_findings("critical", f"not {STATUS_RULES}"),
        rules=(
            between(
                "allocation_limits_hold",
                "findings",
                "amounts, calls and utilisation are within the limits of the environment",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="allocations_are_ordinary",
        stage="marts",
        relation="marts.fact_lifecycle_findings",
        description="Allocations that somebody should look at: large for a fund, notice too short or long, weights not whole.",
        keys=LIFECYCLE_KEYS,
        query=_findings("warning", f"not {STATUS_RULES} and rule_code not {NOTED}"),
        rules=(
            between(
                "allocations_are_ordinary",
                "findings",
                "no allocation, call or fund is out of the ordinary",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="stated_statuses_are_derived_ones",
        stage="marts",
        relation="marts.fact_lifecycle_findings",
        description="The status that a sheet states is the one that calls and payments make.",
        keys=LIFECYCLE_KEYS,
        query=_findings("warning", STATUS_RULES),
        rules=(
            between(
                "statuses_are_as_stated",
                "findings",
                "stated statuses of allocations and calls follow from calls and payments",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="stated_payments_of_allocations_tie",
        stage="marts",
        relation="marts.fact_allocations",
        description="Amounts called and paid of an allocation are those that its sheet states.",
        keys=("organization_id", "fund_id", "allocation_id", "called_gap", "paid_gap"),
        query="""
            select *, abs(called_amount - called_amount_stated) as called_gap, abs(paid_amount - paid_amount_stated) as paid_gap
            from marts.fact_allocations
        """,
        rules=(
            between("called_is_as_stated", "called_gap", "the called amount is the sum of the calls", at_most=0.01),
            between("paid_is_as_stated", "paid_gap", "the paid amount is the sum of the payments", at_most=0.01),
        ),
    ),
    Suite(
        name="statuses_follow_each_other",
        stage="marts",
        relation="marts.fact_status_events",
        description="No status follows another that it may not follow.",
        keys=(
            "organization_id",
            "entity_type",
            "entity_id",
            "from_status",
            "to_status",
            "before_row",
            "after_row",
            "message",
        ),
        query="select *, cast(not is_legal as integer) as illegal from marts.fact_status_events",
        rules=(
            between(
                "transitions_are_legal",
                "illegal",
                "a status follows on one that may come before it",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="calls_are_collected",
        stage="marts",
        relation="marts.fact_allocation_calls",
        description="Calls of allocations are paid by their due date.",
        keys=("organization_id", "fund_id", "allocation_call_id", "event_date", "outstanding_amount", "days_late"),
        query="select *, case when is_overdue then outstanding_amount else 0 end as overdue from marts.fact_allocation_calls",
        rules=(
            between(
                "no_call_is_overdue", "overdue", "nothing is outstanding after its due date", at_least=0, at_most=0
            ),
        ),
    ),
    Suite(
        name="large_amounts_are_approved",
        stage="marts",
        relation="marts.fact_approval_subjects",
        description="What took effect above the threshold of the environment has a valid approval of its present content.",
        keys=(
            "organization_id",
            "fund_id",
            "subject_type",
            "subjects",
            "unapproved_amount",
            "currency",
            "first_subject",
        ),
        query="""
            select organization_id, fund_id, subject_type, currency, count(*) as subjects,
                sum(coalesce(amount, 0)) as unapproved_amount, min_by(subject_id, event_date) as first_subject
            from marts.fact_approval_subjects where needs_approval
            group by all
        """,
        rules=(
            between(
                "effective_amounts_are_approved",
                "subjects",
                "a call, an allocation or a transfer from the threshold on is approved before it takes effect",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
)
